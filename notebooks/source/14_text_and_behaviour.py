# %% [markdown]
# # 14. Joining text and behaviour
#
# {{time}}
#
# ## What you will learn
#
# - Measure two models class by class, from cold items to bestsellers.
# - Explain why a network trained on ids and texts together forgets the texts.
# - Compute a gate by popularity, and choose its weight on validation.
# - Fit a gate to interactions that no model was trained on.
# - Judge the result beside a closed form that reads, and beside shuffled texts.
#
# ## Before you start
#
# Lesson 08 (EASE, its popularity exponent), lesson 09 (two towers), lesson 12 (text vectors).
#
# Used by: lesson 16, where everything stands in one table.

# %% [markdown]
# ## 1. Two models, two halves of the catalogue
#
# The article promises that large models help where interactions are few. Lesson 12 showed that a text
# vector knows something of an item that nobody has bought. Ids know nothing of it; but they carry the
# head, and the head carries the overall metric. If ids win the head and text wins the tail, how do we get
# both?
#
# The shop again, split at random. `item_vectors` encodes each item's text by the pretrained encoder of
# lesson 12 (half a minute the first time, from the cache after that).

# %%
import numpy as np
import polars as pl

from longtail_lib import compare, evaluate, load_dataset, prepare, split
from longtail_lib.models import FusedTower, TwoTower, item_vectors

clean = prepare(load_dataset("shop", truth=False), min_rating=4, min_user_interactions=5)
parts = split(clean, how="random")
vectors = item_vectors(parts)
print(f"{vectors.shape[0]:,} items, {vectors.shape[1]} numbers each")

# %% [markdown]
# Two models. Both are lesson 09's two towers with a softmax over the whole catalogue, and each user has a
# learned vector in both. They differ in the item:
#
# - **ids**: a learned vector for each item;
# - **text**: a learned linear map of the item's text vector. The text vectors stay as they are. To keep
#   popular items from taking over this tower as well, it has lesson 10's logit adjustment: in
#   training it adds $\tau \log p_j$ to the logit of item $j$, with $p_j$ its share of the interactions and
#   $\tau = 0.6$. Popularity that is added from outside need not be learned.

# %%
ids = TwoTower().fit(parts)
text = FusedTower("text", vectors, logit_adjustment=0.6).fit(parts)

# %% [markdown]
# **Predict.** Six classes of items: without a train interaction, with 1 or 2, and so on up to 129 and more.
# From which class on are ids better than text?

# %%
from longtail_course.pictures import class_lines
from longtail_lib.tail import Groups

names = ("0", "1–2", "3–8", "9–32", "33–128", "129+")
classes = Groups(np.digitize(parts.popularity, [1, 3, 9, 33, 129]), names, "by popularity")
kinds = {"ids": ids, "text": text}
told = {"k": 100, "metrics": ["NDCG"], "groups": classes}
class_lines([evaluate(m, parts, name=name, **told) for name, m in kinds.items()], digits=2)

# %% [markdown]
# Bands are 95% intervals. Where nothing was found, the band says how much may have been missed.
#
# **What it means.** The lines cross in the middle. On the left ids find next to nothing, and text does; on
# the right ids win, for bestsellers by far. Overall NDCG hardly shows the left half, because few test
# interactions fall there.
#
# One model should follow the upper line everywhere. The obvious way is to give a network both inputs and
# let training find the mixture.

# %% [markdown]
# ## 2. Trained as one
#
# **Fusion** (融合) joins two sources in one model. `FusedTower` has several, and all else equal:
#
# | fusion | the item's vector |
# |---|---|
# | none, text | the id's vector, or the mapped text |
# | concatenation (拼接) | half of the numbers from each |
# | gate (门控) | $g \cdot \text{id} + (1 - g) \cdot \text{text}$, where $g$ is a learned function of popularity |
# | null-space (零空间, after AlphaFuse) | half frozen text, half id |
# | dual-view (双视图, after LLM-ESR) | a concatenation; users are also drawn towards those who read alike |
#
# The null space needs a word. Text vectors do not use all directions alike. AlphaFuse keeps the directions
# of largest variance as they are, frozen, and learns ids in the others, so that learning cannot overwrite
# what the text says. The directions come from a singular value decomposition.

# %% [markdown]
# ### Exercise 1: what the texts say
#
# Write `main_part(vectors, k)`: subtract the mean vector, then project on the `k` directions of largest
# variance. Expected: the same shape as `vectors`; what is missing is the null space.
#
# <details><summary>Hint 1</summary>
#
# `np.linalg.svd(centred, full_matrices=False)[2]` has one direction in each row, largest first.
#
# </details>
# <details><summary>Hint 2</summary>
#
# With `d` the first k rows, `centred @ d.T` are coordinates. `@ d` turns them back into vectors.
#
# </details>


# %% exercise="main-part"
def main_part(vectors, k):
    """Part of the centred vectors along the k directions of largest variance."""
    ### BEGIN SOLUTION
    centred = vectors - vectors.mean(axis=0)
    directions = np.linalg.svd(centred, full_matrices=False)[2][:k]
    return centred @ directions.T @ directions
    ### END SOLUTION


# %% check="main-part" points=1
from longtail_course.checks import fusion

fusion.main_directions(main_part)

# %%
spread = np.linalg.svd(vectors - vectors.mean(axis=0), compute_uv=False) ** 2
print(f"16 of {len(spread)} directions hold {spread[:16].sum() / spread.sum():.0%} of the variance")

# %% [markdown]
# Now the fusions, small and for six epochs each. (The library's own settings take longer and say the same
# of the tail.) The last column looks at the first hundred places, since ten hold too little tail to tell
# models apart.
#
# **Predict.** Which of them has most of the tail?


# %%
def measure(model, name, part="test"):
    return evaluate(model, parts, k=(10, 100), metrics=["NDCG"], part=part, name=name)


def table(reports, keys=(("overall", "NDCG@10"), ("mid", "NDCG@100"), ("tail", "NDCG@100"))):
    columns = {" ".join(key): [round(r[key].value + 0.0, 2) for r in reports] for key in keys}
    return pl.DataFrame({"model": [r.model for r in reports], **columns})


# %%
short, fused = {"dim": 32, "epochs": 6, "patience": None}, {}
for kind in ("none", "text", "concatenation", "gate", "null-space"):
    fused[kind] = FusedTower(kind, vectors, **short).fit(parts)
table([measure(model, kind) for kind, model in fused.items()])

# %% [markdown]
# **What it means.** Three fusions, and none has more tail than ids alone: none at all, to two decimals.
# Overall some gain a little. It is not that the text has nothing to give: the row "text" reads the same
# vectors, without any adjustment, and finds tail items. Side by side with ids, it is not heard.
#
# The gate could have listened. Before training it gives an item with $n$ interactions the share
# $(n + 1) / (n + 7)$ of its id: nearly all text for a cold item, nearly all id for a bestseller, just as the
# first picture asks. **Predict.** What has training made of it?

# %%
from longtail_course.pictures import gate_curve

start = (parts.popularity + 1) / (parts.popularity + 7)
gates = {"before training": start, "after training": fused["gate"].gate_}
gate_curve(gates, parts.popularity, ylabel="Share of the id", digits=1)

# %% [markdown]
# Training has *flattened* it: more id for rare items, more text for popular ones. It went away from what
# would have been right. To see why, look at where models put the tail interactions of train, and those of
# test. A rank of 1 would be the first place among all 4,000 items; guessing gives about 2,000. (Seen items stay
# in here, or there would be nothing to rank in train. Ranks are rounded to hundreds.)

# %%
from longtail_lib.tail import popularity_groups

tail = popularity_groups(parts.popularity).mask("tail")


def median_rank(model, matrix):
    users, items = matrix[:, tail].nonzero()
    scores = model.score(users)
    own = scores[np.arange(len(users)), np.flatnonzero(tail)[items]]
    return int(np.median((scores > own[:, None]).sum(axis=1)).round(-2))


# %%
looked = {kind: fused[kind] for kind in ("none", "gate", "text")}
ranks = [(n, median_rank(m, parts.train), median_rank(m, parts.test)) for n, m in looked.items()]
pl.DataFrame(ranks, ["fusion", "median rank in train", "in test"], orient="row")

# %% [markdown]
# **What it means.** In train, ids alone ("none") have the user's tail items near the top: an item with two
# interactions has two known users, and its vector is learned from them. In test the same model is hardly
# better than guessing. It has **memorised** (记忆) and not understood. Text alone is worse in train, and far
# better in test.
#
# The training loss sees the first column only. There ids look best for the tail too, so a gate that is trained
# on it turns to the ids. And in all other interactions the rare item is one of those that were not chosen: the
# softmax teaches its vector to keep away from nearly everybody.

# %% [markdown]
# ## 3. A gate at scoring time
#
# So let the two models learn apart, and join their *scores*. Scores are divided by their standard deviation,
# so that they have one unit. Behaviour always counts 1. Text counts the more, the rarer the item:
#
# $$ s_{uj} = b_{uj} + w(n_j)\, t_{uj}, \qquad w(n) = \text{text\_weight} \cdot \frac{h}{n + h} $$
#
# with $n_j$ the popularity of item $j$ and $h$ the popularity at which text has half its weight.

# %% [markdown]
# ### Exercise 2: the weight of text
#
# `train` and `test` are two small tables, users in rows, items in columns. Set `weights` to $w$ of the four
# items. Expected: the last item has 0.8, the others less.
#
# <details><summary>Hint 1</summary>
#
# Popularity is a count in train. Which axis of `train` are the items?
#
# </details>
# <details><summary>Hint 2</summary>
#
# `train.sum(axis=0)` has four numbers. Put them into the formula; NumPy does all four at once.
#
# </details>

# %% exercise="gate-weights"
train, test, text_weight, half = fusion.TRAIN, fusion.TEST, 0.8, 2.0
weights = ...  # replace the dots
### BEGIN SOLUTION
weights = text_weight * half / (train.sum(axis=0) + half)
### END SOLUTION

# %% check="gate-weights" points=1
fusion.gate_weights(weights)

# %% [markdown]
# `TextGate` does this with any two recommenders and trains neither of them again. We take $h = 2$ and
# measure seven text weights on *validation*. Move the slider. Left: the gate. Right: what becomes of head and tail.
#
# **Predict.** How much tail can be had for one per cent of overall NDCG@10?

# %%
from longtail_course.widgets import text_weight_slider
from longtail_lib.models import TextGate

tried = (0, 0.4, 0.6, 0.8, 1.0, 1.2, 1.6)
gated = {w: TextGate(ids, text, text_weight=w, half_popularity=2.0).fit(parts) for w in tried}
swept = {w: measure(model, f"gate {w:g}", "validation") for w, model in gated.items()}
slider = text_weight_slider(swept, half_popularity=2.0)
slider

# %% [markdown]
# On paper: text weights .4, .8 and 1.2.

# %%
slider.snapshots(text_weight=[0.4, 0.8, 1.2])

# %% [markdown]
# The path starts almost straight up: the first steps cost nothing. Then it bends, and the last steps
# are dear. We take what lesson 08 took: the most tail that keeps 99% of the overall value without text.

# %%
OVERALL, TAIL = ("overall", "NDCG@10"), ("tail", "NDCG@100")
kept = [w for w in tried if swept[w][OVERALL].value >= 0.99 * swept[0][OVERALL].value]
chosen = max(kept, key=lambda w: swept[w][TAIL].value)
print("chosen on validation: text weight", chosen)

# %% [markdown]
# ## 4. Learn the gate, from the right interactions
#
# We typed the shape of this gate. Could it be learned after all? What misled the gate in section 2 was
# memorised train interactions. Validation interactions are not memorised by either model. With
# `gate="learned"` each class of popularity (0, 1, 2, 3 to 4, 5 to 8, …) gets a weight for behaviour and
# one for text, and they are set so that the *validation* interactions are as likely as possible under a
# softmax over the catalogue. These are two dozen numbers; nothing else is trained.
#
# **Predict.** Draw both weights over popularity before you look.

# %%
learned = TextGate(ids, text, gate="learned").fit(parts)
weights_of = {"behaviour": learned.model_weight_, "text": learned.text_weight_}
gate_curve(weights_of, parts.popularity, title="Weights learned on validation", digits=1)

# %% [markdown]
# Nobody told it that text is for the tail. It found that out: the weight of text falls with popularity, to
# next to nothing for bestsellers, and that of behaviour rises. The same kind of loss as in section 2; only the
# interactions are others.
#
# Now test is opened:

# %%
models = {"ids": ids, "text": text, "gate, chosen": gated[chosen], "gate, learned": learned}
tested = {name: measure(model, name) for name, model in models.items()}
table(tested.values())

# %% [markdown]
# **What it means.** Both gates keep nearly all of what ids have overall, and have a tail where ids have none.
# The learned one gives more to the mid and pays more overall. Likelihood asks for a good probability of every
# interaction, wherever it stands; NDCG@10 for ten good places. If you know which you want, choose for it.
#
# Neither gate has the tail of the text tower. A tail item must get past every popular item that behaviour
# recommends, and there are only ten places.

# %% [markdown]
# ## 5. The linear rival
#
# Three networks and a gate. Lesson 08's EASE is one matrix inverse. Can it read as well? It learns from the
# Gram matrix $X^\top X$: how often each two items were chosen by the same user. Let $T$ have the text vectors in
# its rows, one for each item. Then $T T^\top$ says how alike the texts of each two items are. **Collective EASE**
# adds both, as if each dimension of the text were a further user:
#
# $$ P = (X^\top X + w\, T T^\top + \lambda I)^{-1}, \qquad B_{ij} = -\frac{P_{ij}}{P_{jj}} \;\; (i \ne j). $$

# %% [markdown]
# ### Exercise 3: EASE that reads
#
# Write `weights_with_text(X, texts, weight, l2)`, where `texts` is $T$ and `weight` is $w$. Expected for
# `weight=0`: EASE, as in lesson 08.
#
# <details><summary>Hint 1</summary>
#
# Users are the rows of `X`, items the rows of `texts`. Both products must be items × items.
#
# </details>
# <details><summary>Hint 2</summary>
#
# `X.T @ X + weight * texts @ texts.T`, plus l2 on the diagonal: `l2 * np.eye(X.shape[1])`.
#
# </details>
# <details><summary>Hint 3</summary>
#
# `-P / np.diag(P)` divides the columns. Then `np.fill_diagonal(B, 0)`, which returns nothing.
#
# </details>


# %% exercise="text-ease"
def weights_with_text(X, texts, weight, l2):
    """Weights B of collective EASE."""
    ### BEGIN SOLUTION
    P = np.linalg.inv(X.T @ X + weight * texts @ texts.T + l2 * np.eye(X.shape[1]))
    B = -P / np.diag(P)
    np.fill_diagonal(B, 0)
    return B
    ### END SOLUTION


# %% check="text-ease" points=1
fusion.text_ease(weights_with_text)

# %% [markdown]
# `EaseText` has this form and another one, *additive*: EASE on interactions, plus a map between texts that
# is learned in closed form, with a weight that falls with popularity like our gate. Beside them stands
# "EASE scaled" of lesson 08, with its popularity exponent and without text.

# %%
from longtail_lib.models import EASE, EaseText, ItemKNN, Popularity

linear = {
    "EASE scaled": EASE(l2=265.0, popularity_exponent=0.26),
    "EASE + text, collective": EaseText(form="collective", vectors=vectors),
    "EASE + text, additive": EaseText(vectors=vectors),
}
linear = {name: model.fit(parts) for name, model in linear.items()}
table([*(measure(m, name) for name, m in linear.items()), tested["gate, chosen"]])

# %% [markdown]
# **What it means.** On this shop the collective form hardly moves, since it has the disease of section 2: one
# fit to the train interactions for both sources. The additive form keeps EASE's overall value and reaches the
# tail of the gate, in one matrix, within seconds and without a gradient. Two decimals do not tell it from the
# gate. Section 7 compares them user by user.

# %% [markdown]
# ## 6. Was it the text?
#
# A gain in the tail has other explanations. Any second model that likes rare items would bring some into the
# lists, whether it reads or not; and joining two models often helps, whatever they are. Two **controls** (对照):
#
# - *shuffled texts*: each item gets the text vector of another item. The network is the same, and what it
#   reads is nonsense;
# - *adjusted ids*: lesson 09's towers with the logit adjustment of the text tower, and no text at all.
#
# **Predict** both.

# %%
from longtail_lib.models import shuffled_vectors

shuffled = shuffled_vectors(vectors, seed=0)
second = {
    "text": text,
    "shuffled texts": FusedTower("text", shuffled, logit_adjustment=0.6).fit(parts),
    "adjusted ids": TwoTower(logit_adjustment=0.6).fit(parts),
}
joined = {name: TextGate(ids, model, "popularity", chosen, 2.0) for name, model in second.items()}

# %%
controls = [measure(gate.fit(parts), f"ids + {name}") for name, gate in joined.items()]
nonsense = EaseText(vectors=shuffled).fit(parts)
table([*controls, measure(nonsense, "EASE + shuffled texts")])

# %% [markdown]
# **What it means.** With shuffled texts the gate's tail is gone, and EASE keeps only what the popularity
# exponent gave it. Adjusted ids bring a part: some of the gain belongs to "popular items learned less", and must
# not be booked to language. The larger part is the text.

# %% [markdown]
# ## 7. All in one table
#
# The honest baselines, with intervals. The last columns say how a model does against another one over the same
# users: first overall NDCG@10, then tail NDCG@100.

# %%
plain = {"Popularity": Popularity(), "ItemKNN": ItemKNN(500, 4.0), "EASE": EASE(l2=200.0)}
final = [measure(model.fit(parts), name) for name, model in plain.items()]
final += [measure(linear[n], n) for n in ("EASE scaled", "EASE + text, additive")]
final += [tested["ids"], tested["gate, chosen"]]


def shown(report, key):
    value, low, high, _ = report[key]
    return f"{value + 0.0:.2f} [{low + 0.0:.2f}, {high:.2f}]"


def verdicts(baseline):
    found = compare(final, baseline=baseline)
    return [", ".join(found[r.model, *key].verdict for key in (OVERALL, TAIL)) for r in final]


# %%
columns = {" ".join(key): [shown(r, key) for r in final] for key in (OVERALL, TAIL)}
rivals = ("ids", "EASE scaled", "EASE + text, additive")
columns |= {f"against {name}": verdicts(name) for name in rivals}
with pl.Config(fmt_str_lengths=40, tbl_width_chars=200):
    print(pl.DataFrame({"model": [r.model for r in final], **columns}))

# %% [markdown]
# **What it means.** The gate beats EASE with its exponent in both columns, which was the aim. Against the same
# towers without text it is *lower* overall, by about the one per cent that we had agreed to pay, and the
# paired interval sees that. Against EASE that reads it wins overall, and in the tail nothing is decided: this
# network earns its cost by its ids, not by its text.
#
# One split and one seed are for a class. `longtail benchmark` tunes models by twenty trials on three random
# splits; here is what is stored of these models, for the shop and for MovieLens. "TwoTowerText" and
# "EaseScaledText" are gates, "TwoTowerTextLearned" is the learned one, "EaseText" and "EaseTextCollective" are
# EASE that reads, additive and collective, "TextTower" is text alone, and "ContentKNN" recommends what reads like
# the user's items.
#
# **Predict.** Does the order of the models carry over from one dataset to the other?

# %%
from longtail_course.experiments import stored_results

wanted = ["ItemKNN", "EaseScaled", "EaseText", "EaseTextCollective", "EaseScaledText"]
wanted += ["ContentKNN", "TextTower", "TwoTower", "TwoTowerText", "TwoTowerTextLearned"]


def stored(dataset):
    results = stored_results(dataset)
    rows = [results.report("random", n) for n in wanted if n in results.models("random")]
    keys = (OVERALL, ("tail", "NDCG@10"), TAIL)
    columns = {" ".join(key): [round(r[key].value, 3) for r in rows] for key in keys}
    return pl.DataFrame({"model": [r.model for r in rows], **columns})


stored("shop")

# %%
stored("movielens-small")

# %% [markdown]
# **What it means.** On the shop, over three splits, the gate on the towers has more overall, and additive EASE
# has more of the tail; neither dominates the other. Text alone has most of the tail and loses more than half of
# the overall value.
#
# On MovieLens the order is another one. Collective EASE, which hardly moved on the shop, is the best of all
# there overall. Additive EASE finds the tail, as on the shop, and the gate that joins text to EASE scaled has
# some of it, too. The learned gate lifts the towers overall as well, and the one with the typed shape hardly
# changes them.
#
# So carry the method over, not the order: text and ids apart, a gate and both closed forms, measured class by
# class on your data. And stay modest: wherever overall accuracy is kept, the tail has a few hundredths at most.

# %% [markdown]
# <details><summary>Instructor's note</summary>
#
# Usual misconception: "give the network more inputs, it will use what is useful". It uses what is useful *for
# the training interactions*. Let pairs argue for or against the flattened gate before the table of ranks is shown. Short
# of time? Sections 1 to 3 carry the lesson (45 minutes); exercise 3 can be homework.
#
# </details>

# %% [markdown]
# ## Take-aways
#
# - Ids win where interactions are many, text where they are few. Measure class by class; the overall metric
#   does not show it.
# - Trained as one on the log, ids explain what they have memorised, and text is not heard. The architecture of the
#   fusion does not mend this.
# - Joined at scoring time by popularity, text gives the tail a voice for one per cent of the overall value.
# - A gate can be learned, from interactions that no model was trained on.
# - Run the controls: shuffled texts for the text, adjusted ids for the adjustment. And put a closed form
#   that reads into the table.

# %% [markdown]
# ## Quiz

# %%
fusion.lesson_quiz()

# %% [markdown]
# ## What comes next
#
# Here text was a vector beside the id. Lesson 15 turns it into the id itself: a few tokens that a model
# writes one after the other.

# %% [markdown]
# ## References
#
# - Liu, Q., Wu, X., Wang, Y., Zhang, Z., Tian, F., Zheng, Y., Zhao, X. (2024). LLM-ESR: large language
#   models enhancement for long-tailed sequential recommendation. *NeurIPS*.
# - Hu, G., Zhang, A., Liu, S., Cai, Q., Yang, X., Wang, X. (2025). AlphaFuse: learn ID embeddings for sequential
#   recommendation in null space of language embeddings. *SIGIR*.
# - Jeunen, O., Van Balen, J., Goethals, B. (2020). Closed-form models for collaborative filtering with
#   side-information. *RecSys*. Collective EASE.
# - Menon, A. K., Jayasumana, S., Rawat, A. S., Jain, H., Veit, A., Kumar, S. (2021). Long-tail learning via
#   logit adjustment. *ICLR*.
# - Steck, H. (2019). Embarrassingly shallow autoencoders for sparse data. *WWW*.
