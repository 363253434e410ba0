# %% [markdown]
# # 13. Self-supervised pretraining of a sequence model
#
# {{time}}
#
# ## What you will learn
#
# - Turn histories into training examples, with a mask that hides what comes after.
# - Compute two losses of one place by hand, and train the same network with either.
# - Separate what the loss does from what the architecture and the order of a history do.
# - Pretrain on some catalogues, and carry what was learned to another one.
# - Read from a curve how much data of its own a model needs, and who wins at which share.
#
# ## Before you start
#
# Lesson 02 (pretraining by hidden words), lesson 05 (cross-entropy), lesson 08 (EASE), lesson 12 (text
# vectors).
#
# Used by: lesson 15, which also reads histories in their order.

# %% [markdown]
# ## 1. A history is a sentence
#
# Language models learn from text that nobody has labelled: a word is hidden, and the text itself holds the
# answer. A log has the same gift. Every interaction is the answer to the question "what comes next, after
# these?". This is **self-supervised learning** (自监督学习), and the article hopes that it helps the tail.
#
# We take the music shop, where people come back often, and hide each user's last track for the test.

# %%
import numpy as np
import polars as pl

from longtail_lib import compare, evaluate, load_dataset, prepare, split
from longtail_lib.models import user_sequences

parts = split(prepare(load_dataset("music", truth=False), min_rating=4), how="leave-last-out")
history = user_sequences(parts, max_length=6)[8]
parts.items[history[history >= 0]].select("item_id", "title", "category", "subject")

# %% [markdown]
# Oldest first. A transformer gives every place a vector, and mixes vectors by **self-attention** (自注意力):
# each place takes a weighted mean over the places it looks at, and the weights are learned from the vectors
# themselves. What stands at a place afterwards must predict the item at the *next* place. So a history of
# ten items is nine examples, all computed in one pass.
#
# There is a trap. The answer to place 3 stands at place 4. A place that may look there copies it: the
# training loss falls to nothing, and on a real user, where nothing stands behind the last place, the model
# is lost. The **causal mask** (因果掩码) forbids it.
#
# ### Exercise 1: the causal mask
#
# Write `causal_mask(items)`. `items` is one history, with -1 for padding. Return a square table of True and
# False: row t, column s says whether place t may look at place s. A place looks at itself and at what came
# before. Nobody looks at padding, and padding looks at nothing. Expected for `[-1, 5, 7]`: three times
# True.
#
# <details><summary>Hint 1</summary>
#
# `np.tri(n, dtype=bool)` is True on and below the diagonal.
#
# </details>
# <details><summary>Hint 2</summary>
#
# `real = items >= 0` says which places hold an item. It applies to columns, and as `real[:, None]` to rows.
#
# </details>


# %% exercise="causal-mask"
def causal_mask(items):
    """Which place may look at which."""
    ### BEGIN SOLUTION
    real = items >= 0
    return np.tri(len(items), dtype=bool) & real & real[:, None]
    ### END SOLUTION


# %% check="causal-mask" points=1
from longtail_course.checks import sequences

sequences.causal_mask(causal_mask)

# %% [markdown]
# `SASRec` is this transformer. Items are vectors, the same ones for reading a history and for scoring the
# catalogue. What is left to choose is the question it is trained with.

# %% [markdown]
# ## 2. The same network, two losses
#
# SASRec was published with **binary cross-entropy**, BCE: the next item should get a high logit, and *one*
# item drawn at random a low one. Lesson 05's **cross-entropy** compares the next item with the whole
# catalogue. Published comparisons often give the new model one loss and SASRec the other.
#
# ### Exercise 2: two losses of one place
#
# Write `two_losses(logits, target, negative)`: an array with the BCE and the cross-entropy,
#
# $$ -\log\sigma(z_t) - \log(1-\sigma(z_n)) \quad\text{and}\quad -\log\frac{e^{z_t}}{\sum_j e^{z_j}}. $$
#
# `logits` has one entry for each item. Expected for four logits of 0: $2\log 2$ and $\log 4$, which are
# equal. That is a coincidence.
#
# <details><summary>Hint 1</summary>
#
# $-\log\sigma(z) = \log(1 + e^{-z})$, and $-\log(1-\sigma(z)) = \log(1 + e^{z})$. `np.logaddexp(0, z)` is
# $\log(1 + e^z)$ without overflow.
#
# </details>
# <details><summary>Hint 2</summary>
#
# The cross-entropy is $\log\sum_j e^{z_j} - z_t$, and the sum runs over all items, the target too.
#
# </details>


# %% exercise="two-losses"
def two_losses(logits, target, negative):
    """BCE against one negative, and cross-entropy against all."""
    ### BEGIN SOLUTION
    bce = np.logaddexp(0, -logits[target]) + np.logaddexp(0, logits[negative])
    return np.array([bce, np.log(np.exp(logits).sum()) - logits[target]])
    ### END SOLUTION


# %% check="two-losses" points=1
sequences.two_losses(two_losses)

# %% [markdown]
# Now the experiment: one network, the same epochs, the same seed. Only `loss` differs. Beside it three
# baselines that know no order. Results are given as multiples of Popularity's NDCG@10.
#
# **Predict.** How much is the loss worth? And does a transformer beat EASE?

# %%
from longtail_lib.models import EASE, ItemKNN, Popularity, SASRec

short = {"dim": 32, "epochs": 6, "patience": None, "batch_size": 1000, "learning_rate": 0.005}
ASK = {"k": (1, 10), "metrics": ["NDCG", "HitRate"]}
reports = {}


def measure(name, model, train=parts):
    reports[name] = evaluate(model.fit(train), parts, name=name, **ASK)
    return model


def table(names):
    ndcg = [reports[name]["NDCG@10"].value for name in names]
    base = reports["Popularity"]["NDCG@10"].value
    times = [round(value / base, 1) for value in ndcg]
    return pl.DataFrame({"model": names, "times Popularity": times})


measure("Popularity", Popularity())
measure("ItemKNN", ItemKNN(500, 4.0))
measure("EASE", EASE(l2=200.0))
bce = measure("SASRec, BCE", SASRec(loss="bce", **short))

# %%
measure("SASRec, cross-entropy", SASRec(**short))
table(list(reports))

# %%
found = compare(list(reports.values()), baseline="SASRec, cross-entropy")
for name in ("SASRec, BCE", "EASE"):
    verdict = found[name, "overall", "NDCG@10"].verdict
    print(f"{name}, against SASRec with cross-entropy: {verdict}")

# %% [markdown]
# **What it means.** As published, the transformer does no better here than a list of bestsellers. The other
# loss lifts it well above, and nothing in its architecture has changed. Whoever compares a new model,
# trained with cross-entropy, with SASRec, trained with BCE, measures mostly this.
#
# And EASE, without any order and without a gradient, is far ahead of both. Six epochs are few. What does
# tuning do? The benchmark tuned learning rate and dropout on validation for either loss, stopped early, and
# took three seeds. Here is what it stored. `CE` is SASRec with cross-entropy, and `gain` what that adds to BCE. The
# last two columns say whether it is higher or lower than BCE and than EASE, by paired intervals over users.

# %%
from longtail_course.experiments import stored_results


def losses(dataset, how):
    results = stored_results(dataset)
    names = {"Popularity": "Popularity", "EASE": "EASE"}
    names |= {"BCE": "SASRecBCE", "CE": "SASRec"}
    row = {key: results.report(how, name)["NDCG@10"].value for key, name in names.items()}
    pair = results.pair(how, "SASRec", "SASRecBCE")["overall", "NDCG@10"]
    gain = f"{row['CE'] / row['BCE'] - 1:+.0%}"
    rival = results.comparison(how)["SASRec", "overall", "NDCG@10"].verdict
    return {
        "log": f"{dataset}, {how}",
        **row,
        "gain": gain,
        "than_BCE": pair.verdict,
        "than_EASE": rival,
    }


_ = pl.Config.set_fmt_str_lengths(40)
cases = [("music", "leave-last-out")]
cases += [
    (name, how) for name in ("shop", "movielens-small") for how in ("leave-last-out", "random")
]
pl.DataFrame([losses(*case) for case in cases]).with_columns(pl.selectors.float().round(3))

# %% [markdown]
# **What it means.** Tuning helps both losses, and the gap stays: from a sixth on the shop to more than half on
# the sparse music log. The better loss costs nothing but a flag. But read the column `Popularity`, too. On
# MovieLens by leave-last-out SASRec with BCE is no better than a list of bestsellers, and where test
# interactions are drawn at random neither loss reaches that list: five trials were too few. A model that has not
# passed Popularity says nothing about its loss, so those two rows settle nothing.
#
# The other gap needs a second look. On the simulated logs EASE stays far ahead. On MovieLens by
# leave-last-out, where the question really is "what comes next?", SASRec with cross-entropy is level with it: no
# difference is decided. If you read that a transformer won or lost, ask which loss, which split, and where EASE
# and Popularity stand.
#
# ## 3. What the model believes
#
# BCE asks a question with two answers: did this item come next? So the sigmoid of a logit should be the
# probability of that. **Predict.** SASRec with BCE recommends one track to each user. How sure is it, on
# average, that this is what comes next? How often is it?


# %%
def believed(model):
    _, scores = model.recommend(parts.user_ids, k=1)
    return float((1 / (1 + np.exp(-scores))).mean())


true = reports["SASRec, BCE"]["HitRate@1"].value
print(f"believed {believed(bce):.1f}, true {true:.2f}")

# %% [markdown]
# **Overconfidence** (过度自信) of this size is no accident. In training, one item in two that the model sees is
# the right one; in the catalogue it is one in thousands. `gBCE` undoes this with one number: the positive
# part of the loss is multiplied by an exponent below 1. Let a be the share of possible negatives that is
# drawn, and t a calibration from 0 to 1. The exponent is
#
# $$ \beta = a\left(t\left(1 - \tfrac{1}{a}\right) + \tfrac{1}{a}\right). $$
#
# ### Exercise 3: the exponent of gBCE
#
# Write `exponent(n_negatives, n_items, t)`. The target itself cannot be a negative, so $a$ is
# `n_negatives / (n_items - 1)`. Expected for 10 negatives among 101 items: 1 at calibration 0, which is
# plain BCE, and 0.1 at calibration 1.
#
# <details><summary>Hint 1</summary>
#
# Compute `a` first. It lies below 1, so `1 / a` is large.
#
# </details>
# <details><summary>Hint 2</summary>
#
# `a * (t * (1 - 1 / a) + 1 / a)`. At t = 0 the bracket is 1 / a.
#
# </details>


# %% exercise="exponent"
def exponent(n_negatives, n_items, t):
    """What the positive part of the loss is multiplied by."""
    ### BEGIN SOLUTION
    a = n_negatives / (n_items - 1)
    return a * (t * (1 - 1 / a) + 1 / a)
    ### END SOLUTION


# %% check="exponent" points=1
sequences.exponent(exponent)

# %% [markdown]
# Where is the loss least? The slider shows it for one negative and this catalogue: what a perfectly trained
# model believes of an item that truly comes next with a given probability. Move the calibration.

# %%
from longtail_course.widgets import calibration_slider

slider = calibration_slider(n_negatives=1, n_items=parts.n_items)
slider

# %% [markdown]
# On paper: no calibration, and a full one.

# %%
slider.snapshots(calibration=[0.0, 1.0])

# %% [markdown]
# **Predict.** Now trained with full calibration, and 64 negatives for each place. Will beliefs be right?
# Will the ranking be better?

# %%
calibrated = SASRec(loss="gbce", calibration=1.0, n_negatives=64, **short)
measure("SASRec, gBCE", calibrated)
far = abs(believed(calibrated) - reports["SASRec, gBCE"]["HitRate@1"].value)
print("Belief and truth are less than 0.02 apart:", far < 0.02)
table(["SASRec, BCE", "SASRec, gBCE", "SASRec, cross-entropy"])

# %% [markdown]
# **What it means.** Beliefs are near the truth now. Of the ranking this run says nothing: after six epochs both
# losses stand where a list of bestsellers stands, and a model that has learned no more than what sells tells
# nothing about how its loss ranks. The paper on gBCE reports better rankings after far longer training. So if you need
# probabilities, for instance to weigh a recommendation against its price, calibrate. Which of the two ranks better
# is a question for runs that have ended.

# %% [markdown]
# ## 4. Does the order say anything?
#
# A sequence model should earn its name. A control: we deal each user's times anew among the train items.
# What was chosen stays, which came first is gone. The test item does not change.
#
# But a control that finds nothing proves little, unless we know that it *can* find something. So first a
# toy log in which the order is everything: items form closed chains, and after an item always comes the
# next one of its chain.
#
# **Predict** the share of users whose next item is found at the first place: SASRec, SASRec on dealt times,
# EASE.

# %%
from longtail_course.toys import item_chains, shuffle_order

chains = item_chains(n_users=400)
toy = {"dim": 16, "epochs": 30, "patience": None, "batch_size": 200, "learning_rate": 0.01}
fitted = {"SASRec": SASRec(**toy).fit(chains), "EASE": EASE(l2=1.0).fit(chains)}
fitted["SASRec, dealt times"] = SASRec(**toy).fit(shuffle_order(chains))
for name, model in fitted.items():
    print(f"{name:20} {evaluate(model, chains, name=name, **ASK)['HitRate@1'].value:.1f}")

# %% [markdown]
# The network reads order where there is one. And in the music shop?

# %%
measure("SASRec, dealt times", SASRec(**short), train=shuffle_order(parts))
names = ["SASRec, cross-entropy", "SASRec, dealt times"]
found = compare([reports[name] for name in names], baseline=names[0])
print(found[names[1], "overall", "NDCG@10"].verdict)
table(names)

# %% [markdown]
# **What it means.** The order of this log says next to nothing: our simulated users have tastes, and no
# evenings that begin quietly. So SASRec cannot win here by reading order, and EASE, which reads none, loses
# nothing. Run this control on your own log before you pay for a sequence model. It costs one more training.
#
# ### Looking both ways
#
# `BERT4Rec` asks another question of the same network: some items of a history are replaced by a mask, and
# what stood there is guessed from both sides. That is the hidden word of lesson 02, in a shop.
#
# ### Exercise 4: hide and ask
#
# Write `masked_items(items, places)`: an array of two rows. The first is what the network reads, with -2 at
# the masked places. The second holds the targets: the hidden items at these places, and -1 everywhere else.
# Expected for `[5, 8, 2]` and place 1: `[5, -2, 2]` and `[-1, 8, -1]`.
#
# <details><summary>Hint 1</summary>
#
# Work on copies: `inputs = items.copy()`. `np.full_like(items, -1)` makes the row of targets.
#
# </details>
# <details><summary>Hint 2</summary>
#
# `targets[places] = items[places]` reads from `items`, which must not be changed before.
#
# </details>


# %% exercise="masked-items"
def masked_items(items, places):
    """What the network reads, and what it is asked."""
    ### BEGIN SOLUTION
    inputs, targets = items.copy(), np.full_like(items, -1)
    inputs[places], targets[places] = -2, items[places]
    return np.array([inputs, targets])
    ### END SOLUTION


# %% check="masked-items" points=1
sequences.masked_items(masked_items)

# %% [markdown]
# Three in ten items are masked in each pass, so an epoch asks far fewer questions. We give it twice the
# epochs.

# %%
from longtail_lib.models import BERT4Rec

measure("BERT4Rec, 12 epochs", BERT4Rec(**short | {"epochs": 12, "learning_rate": 0.01}))
table(["SASRec, BCE", "BERT4Rec, 12 epochs", "SASRec, cross-entropy", "EASE"])

# %% [markdown]
# **What it means.** Also with cross-entropy, it stands between the two SASRecs after twelve epochs: it has been
# asked fewer questions so far, and published runs train for hundreds. So this says how fast it starts, and not where
# it ends. In a log whose order says little, looking both ways has nothing to find.
#
# ## 5. Pretrain on three shops, open the fourth
#
# Now the promise of the article: knowledge from much data, for where there is little. Three catalogues are
# rich (films, music, posts), and a fourth, our shop of lesson 01, has just opened. Item ids cannot be
# carried over, since item 17 of the music log is nothing in the shop. Texts can: an item becomes a *linear
# map of its text vector*, by one map for all catalogues, and map and transformer travel together. This is
# the plain part of **UniSRec**.
#
# `longtail_course.experiments.transfer_runs` pretrained on video, music and social, and then gave the shop's
# models 1%, 10% and all of its users to learn from. Everybody is tested. Training takes a quarter of an
# hour, so we read what it stored. The rows:
#
# - *nothing trained*: straight from the other catalogues, not one interaction of the shop;
# - *linear probe*: the transformer frozen, one ridge regression on what it puts out;
# - *encoder frozen*, *partly frozen*, *everything trained*: three degrees of **fine-tuning** (微调);
# - *ids added*: everything trained, and each item also gets a vector of its own;
# - *from scratch*: the same networks, without the pretraining;
# - Popularity and EASE, on the same share.
#
# **Predict.** Which rows win at 1%, where thirty users are all there is? At which share does pretraining
# stop to matter?

# %%
from longtail_course.experiments.transfer_runs import transfer_results

runs = transfer_results()
percent = pl.format("{}%", (100 * pl.col("share")).cast(int))
learned = runs.filter(pl.col("share") > 0).with_columns(users=percent)


def by_share(column):
    wide = learned.pivot("users", index="way", values=column, aggregate_function="mean")
    return wide.with_columns(pl.selectors.float().round(3))


by_share("ndcg")

# %%
from longtail_course.pictures import share_lines

drawn = ["pretrained, partly frozen", "from scratch, texts", "pretrained, ids added"]
drawn += ["from scratch, texts and ids", "Popularity", "EASE"]
point = ("share", "ndcg", "low", "high")
points = {way: learned.filter(way=way).select(point).rows() for way in drawn}
share_lines(points, title="What the shop's models learn from more of its users")

# %% [markdown]
# **What it means.** Start with the pairs: each pretrained row beside its twin from scratch. At 1% pretraining
# helps a little, and the seeds lie further apart than the rows. From 10% on it can hardly be seen. Now look
# at the last two rows. At 1%, a list of bestsellers from thirty users beats every network, pretrained or not.
# EASE beats the list, and stays ahead at every share. Text alone cannot even say what sells, which is why the
# rows without ids start so low.
#
# Was nothing learned from the other catalogues, or can it not be carried over? The rows that trained on
# nothing of the shop tell. One comes from the other three catalogues. The other is a positive control:
# pretrained in the same way on half of the shop's *own* users, then applied to all of them as it is.

# %%
for way, value in runs.filter(share=0).select("way", "ndcg").rows():
    print(f"{way}: {value:.3f}")
chance = stored_results("shop").report("leave-last-out", "Random")["NDCG@10"].value
print(f"random lists: {chance:.3f}")

# %% [markdown]
# **What it means.** The method works: within its own catalogue it comes out above Popularity without one
# further step of training. But films, music and posts taught it nothing about this shop. Their texts use other
# words for other tastes, and in the simulator nobody shops in two of them. UniSRec's domains were mostly
# categories of one retailer, described in one way. So the first question to a pretrained recommender is not
# how large it is. It is what its catalogues have in common with yours.
#
# And the tail, for which the article hopes?

# %%
by_share("tail")

# %%
tail = ["way", "users", "tail", "tail_low", "tail_high"]
some = learned.filter(pl.col("way").is_in([*drawn[:2], "pretrained, encoder frozen"]), seed=0)
some.select(tail).with_columns(pl.selectors.float().round(3))

# %% [markdown]
# **What it means.** Only models that know items by text alone put anything of the tail into ten places,
# because they cannot tell a popular item from a rare one. The pretrained ones have a little more. But look
# at the intervals: few users have a tail item in test, a hundredth is about one of them, and nothing is
# decided. It is no case for pretraining.
#
# <details><summary>Instructor's note</summary>
#
# Usual misconception: "a transformer reads order, and order is information, so it must beat a matrix". Let
# the room bet before the first table, and again before the control on dealt times. Short of time? Sections
# 1, 2 and 5 carry the lesson (40 minutes).
#
# </details>

# %% [markdown]
# ## Take-aways
#
# - A log labels itself: hide what comes next, behind a causal mask, or what stands in between, behind a
#   mask token.
# - The loss matters more than the architecture. Compare architectures with the same loss, and with EASE.
# - A model trained with few negatives is overconfident. Calibration mends what it believes, not whom it
#   ranks first.
# - Deal the times anew before you credit a sequence model with reading order.
# - Pretraining carries over what two catalogues share. Between ours that was nothing, and thirty users of
#   one's own were worth more.

# %% [markdown]
# ## Quiz

# %%
sequences.lesson_quiz()

# %% [markdown]
# ## What comes next
#
# The text did not carry a model from shop to shop. Lesson 14 uses it within one: text where interactions
# are few, ids where there are many.

# %% [markdown]
# ## References
#
# - Kang, W.-C., McAuley, J. (2018). Self-attentive sequential recommendation. *ICDM*. SASRec, with BCE and
#   one negative.
# - Sun, F. et al. (2019). BERT4Rec: sequential recommendation with bidirectional encoder representations
#   from transformer. *CIKM*.
# - Klenitskiy, A., Vasilev, A. (2023). Turning dross into gold loss: is BERT4Rec really better than SASRec?
#   *RecSys*. The same network with cross-entropy.
# - Petrov, A. V., Macdonald, C. (2022). A systematic review and replicability study of BERT4Rec for
#   sequential recommendation. *RecSys*.
# - Petrov, A. V., Macdonald, C. (2023). gSASRec: reducing overconfidence in sequential recommendation
#   trained with negative sampling. *RecSys*. The exponent.
# - Hou, Y. et al. (2022). Towards universal sequence representation learning for recommender systems.
#   *KDD*. UniSRec.
# - Alain, G., Bengio, Y. (2017). Understanding intermediate layers using linear classifier probes. *ICLR
#   workshop*.
