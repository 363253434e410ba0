# %% [markdown]
# # 16. When it does not help
#
# {{time}}
#
# ## What you will learn
#
# - Test whether a gain came from the text, by a control with shuffled text.
# - Tell what an encoder reads from what it remembers of well-known titles.
# - Measure how much popularity hides in text vectors.
# - Compute what a point of tail NDCG costs, and for whom it is bought.
# - Judge the claim that large models solve the long tail, with numbers.
#
# ## Before you start
#
# Lesson 12: text vectors. Lesson 14: joining text and behaviour. Lesson 08: scaled EASE. Lesson 06:
# paired intervals.
#
# Used by: whoever has to decide whether to put a text encoder into a recommender.

# %% [markdown]
# ## 1. The whole table
#
# The article says of **large models** (大模型) in long-tail recommendation that their use "has achieved
# remarkable results". Lessons 12 to 15 built such models. This lesson takes the other side: a
# colleague who does not believe it. What would she ask? First, for all numbers in one table.
#
# Training everything three times takes many minutes. So most tables here are read from **stored
# results**, which come with the library. The first: random split, three seeds, full ranking, everything
# chosen on validation. Linear models had twenty trials, two towers eight, SASRec five;
# `TextTower`, the learned gate and `GenerativeRetrieval` are measured as they come. `EaseScaled` is the
# linear model of lesson 08; it reads nothing. `ContentKNN` and `TextTower` know items by text alone. `SASRec`
# is that of lesson 13. The last seven have both text and behaviour, as in lessons 14 and 15.
#
# **Predict.** Which models beat EaseScaled overall? Which in the tail? Which in both?

# %%
import numpy as np
import polars as pl
from IPython.display import Markdown

from longtail_course.experiments import stored_results, verdict_table

_ = pl.Config.set_tbl_rows(20).set_tbl_cols(12)
names = ["Popularity", "ItemKNN", "EASE", "EaseScaled", "TwoTower", "SASRec", "ContentKNN"]
names += ["TextTower", "EaseText", "EaseTextCollective", "EaseScaledText", "TwoTowerText"]
names += ["TwoTowerTextLearned", "SASRecText", "GenerativeRetrieval"]
verdict_table(stored_results("shop"), names)

# %% [markdown]
# `overall` is NDCG@10; `tail_10` and `tail_100` are the tail's NDCG@10 and NDCG@100, the latter with its
# interval. The verdicts come from paired differences to EaseScaled; null means that the two were not
# compared. The same on real ratings of films:

# %%
verdict_table(stored_results("movielens-small"), names)

# %% [markdown]
# Two columns of verdicts are two questions. A model can win the tail and lose the rest, or the other
# way round. On the shop one model wins both: `EaseText`, a little overall, and in the tail twice what was there. Of the
# gates on the towers the typed one wins overall and the learned one in the tail. On the films another one wins
# both, collective EASE. `EaseText`, the winner of the shop, gains the tail there and nothing that is decided
# overall, and both gates on the towers lose overall. `TextTower` has by far the best tail on both, and gives up
# half of the rest or more. The models that read histories in order are lower overall on both, with text or
# without. In the tail SASRec gains on the shop once a text tower is joined to it; on the films none of
# them gains as much as two thousandths.
#
# Now look closer than head, mid and tail. We cut the catalogue into ten slices of equal size by
# **popularity** (流行度).
#
# **Predict.** From which slice on does text win?
#
# From here to section 5, stored experiments with few settings: the two forms of EaseText, and gates over
# TwoTower, as the library delivers them. Their seeds come first; intervals hold the chance of users, not that of
# seeds.

# %%
from longtail_course.experiments import text_controls
from longtail_course.pictures import decile_lines

shown = ["EaseScaled", "TwoTower", "TextTower", "EaseText, additive", "TwoTower, text gate"]


def drawn(found):
    chosen = [report for report in found.deciles if report.model in shown]
    return decile_lines(chosen, "NDCG@100", popularity=found.popularity)


shop, films = text_controls("shop"), text_controls("movielens-small")
print(*(f"{each.dataset}: seeds {each.about['seeds']}" for each in (shop, films)), sep="\n")
drawn(shop)

# %%
drawn(films)

# %% [markdown]
# **What it means.** In the first slice behaviour is enough, and text alone is far behind. From the second or
# third slice on text alone is level or ahead, and the joined models mostly lie in between. Read the vertical axis,
# too: each step is a factor of ten. The gain of the tail is real, and it is small beside what the first slice
# gets. The last slices hold items without a single train interaction. Nobody can have learned anything about
# them but from texts, and intervals are wide, since few users have one of them in test.
#
# All models in one table, NDCG@100 by slice, for the shop:

# %%
shop.decile_frame()

# %% [markdown]
# ## 2. Was it the text?
#
# A model with text has more parameters, more training and one more knob. Perhaps *that* did it. The
# **control** (对照) is simple: give every item the text of another one, drawn at random. All stays the
# same, numbers, sizes and knobs, but the text now says nothing about its item.
#
# **Predict.** How much of the tail's gain is left?

# %%
from longtail_lib import compare, evaluate, load_dataset, prepare, split
from longtail_lib.models import EASE, EaseText, ItemKNN, Popularity, item_vectors, shuffled_vectors

data = prepare(load_dataset("shop"), min_rating=4, min_user_interactions=5)
parts = split(data, how="random", seed=0)
vectors = item_vectors(parts)
scaled = stored_results("shop")["random", "EaseScaled"].parameters

# %%
models = {"Popularity": Popularity(), "ItemKNN": ItemKNN(), "EaseScaled": EASE(**scaled)}
models["real text"] = EaseText(**scaled, vectors=vectors)
models["shuffled text"] = EaseText(**scaled, vectors=shuffled_vectors(vectors))
measure = {"k": (10, 100), "metrics": ["NDCG"]}
reports = {
    name: evaluate(model.fit(parts), parts, name=name, **measure) for name, model in models.items()
}
groups = ["overall", "tail"]
compared = compare(list(reports.values()), baseline="EaseScaled", groups=groups, metrics="NDCG@100")
compared.to_frame(digits=3).select("model", "group", "value", "difference", "verdict")

# %% [markdown]
# The same users stand behind both rows, easy ones and hard ones. So we subtract user by user, and
# only then take the mean: a **paired difference** (配对差异). How wide is its interval?

# %%
from statistics import NormalDist

wide = NormalDist().inv_cdf(0.975)
print(f"95% of a normal distribution lie within {wide:.2f} standard errors of its mean")

# %% [markdown]
# ### Exercise 1: a paired control
#
# Write `control_gain(real, shuffled)`. It gets each user's NDCG with real and with shuffled text; a user
# without a tail item in test has NaN in both. Return an array: mean difference, and the ends of its
# interval, 1.96 standard errors to either side.
#
# <details><summary>Hint 1</summary>
#
# Subtract first. `~np.isnan(...)` keeps the users that have a number.
#
# </details>
# <details><summary>Hint 2</summary>
#
# The standard error of a mean is `std(ddof=1)` divided by the root of the number of users.
#
# </details>


# %% exercise="control-gain"
def control_gain(real, shuffled):
    """Mean paired difference and its interval."""
    ### BEGIN SOLUTION
    each = (real - shuffled)[~np.isnan(real)]
    error = each.std(ddof=1) / np.sqrt(len(each))
    return np.array([each.mean(), each.mean() - 1.96 * error, each.mean() + 1.96 * error])
    ### END SOLUTION


# %% check="control-gain" points=1
from longtail_course.checks import text_limits

text_limits.control_gain(control_gain)

# %%
pair = [reports["real text"], reports["shuffled text"]]
control = compare(pair, baseline="shuffled text", metrics="NDCG@100", groups=["overall", "tail"])
control.to_frame(digits=3).filter(model="real text").drop("model", "metric")

# %% [markdown]
# **What it means.** With shuffled text the tail's gain is gone, so it did come from what the texts say. Had
# it stayed, you would have learned something about your knobs, and nothing about text. Run this control
# before you believe any result of this kind, your own first.

# %% [markdown]
# ## 3. Read, or remembered?
#
# The encoder was pretrained on a large part of the web. It may have read what people write about *Heat*. Then the
# vector of "Heat (1995)" tells more than your catalogue does. That is no crime. But it is **memorised**
# (记忆), and it will not be there for next month's titles, nor for your own products.
#
# So we take titles away, in three ways, and leave the rest of each text alone:

# %%
from longtail_course.toys import change_texts

texts = ["Heat (1995). Genres: Action, Crime. Tags: heist", "Big (1988). Genres: Comedy"]
changes = ("titles shuffled", "titles renamed", "titles removed", "tags removed")
for change in changes:
    print(f"{change:16}", change_texts(texts, ["Heat", "Big"], change, name="Film"))

# %% [markdown]
# A title also has plain words in it: you need no memory to guess what "Mystery at Sea" is about. How
# do we tell? By a control of the control. The shop's titles are made up. Nobody has ever read about
# them. What renaming costs *there* is the worth of plain words.
#
# A last row, `words only`, does without pretraining: TF-IDF vectors of the same texts, compressed (lesson
# 02). They know what this catalogue holds, and nothing else.
#
# **Predict.** On which dataset does the model lose more when titles go?

# %%
films.control_frame("EaseText, additive")

# %%
shop.control_frame("EaseText, additive")

# %% [markdown]
# `gain` is the paired difference to EaseScaled, which is the same model without text. In shares of the
# gain with real text:

# %%
asked = ["words only", "titles shuffled", "titles renamed", "titles removed", "all text shuffled"]
rows = [
    (text, *(f"{found.kept('EaseText, additive', text):.0%}" for found in (films, shop)))
    for text in asked
]
pl.DataFrame(rows, ["text", "films keep", "shop keeps"], orient="row")

# %% [markdown]
# **What it means.** On the films it is not memory. Without any titles the gain is as large as before, or larger.
# *Wrong* titles are worse than none: they contradict the rest of the text. On the shop, too, titles are
# decoration; kind, maker and mood stand in the rest.
#
# And `words only`? On the shop plain words gain more than the pretrained encoder, on the films about as
# much. These texts are short and say the same things in the same words. Then pretraining has little to
# add. With long texts, several languages or new wordings it may be otherwise; run the control.
#
# Shuffled text keeps next to nothing on the films, and a seventh on the shop. Both are decided, and neither came
# from what the texts say: this model lifts rare items whatever their texts are, and now and then one that is
# lifted at random hits. What real texts gain beyond that row is theirs.

# %% [markdown]
# ## 4. Popularity by the back door
#
# A model that recommends by text should not care how popular an item is. But can one *read* popularity
# off a text? If so, a model that is fed with text can learn "recommend what is popular", and call it
# semantics.
#
# We ask by a **ridge regression** (岭回归): predict $\log(1 + \text{popularity})$ from the vector. Its
# $R^2$ is the share of the variance that is explained:
#
# $$ R^2 = 1 - \frac{\sum (y - \hat y)^2}{\sum (y - \bar y)^2} $$
#
# With hundreds of numbers in a vector a regression explains much of anything. So we ask about items that
# it was not fitted on.

# %% [markdown]
# ### Exercise 2: R² on held-out items
#
# Write `held_out_r2(vectors, target, train, test, l2)`. Subtract the means of the rows `train` from vectors
# and target, solve $(V^T V + \lambda I)\, w = V^T y$ there, and measure on the rows `test`. $\bar y$ is the mean
# of the train rows, too: the best guess without any vector.
#
# <details><summary>Hint 1</summary>
#
# `np.linalg.solve(A, b)` gives `w`. The penalty is `l2 * np.eye(d)`.
#
# </details>
# <details><summary>Hint 2</summary>
#
# The prediction for `test` is the train mean of the target plus `(vectors[test] - mean) @ w`.
#
# </details>


# %% exercise="held-out-r2"
def held_out_r2(vectors, target, train, test, l2):
    """R² on the rows `test` of a ridge regression fitted on the rows `train`."""
    ### BEGIN SOLUTION
    mean, middle = vectors[train].mean(axis=0), target[train].mean()
    v, y = vectors[train] - mean, target[train] - middle
    w = np.linalg.solve(v.T @ v + l2 * np.eye(v.shape[1]), v.T @ y)
    error = target[test] - middle - (vectors[test] - mean) @ w
    return 1 - (error @ error) / np.square(target[test] - middle).sum()
    ### END SOLUTION


# %% check="held-out-r2" points=1
text_limits.held_out_r2(held_out_r2)

# %% [markdown]
# The library does that five times, so that each item is held out once:

# %%
from longtail_course.toys import popularity_fit

fit = popularity_fit(vectors, parts.popularity)
print(f"shop: R² {fit.r2:.2f} on held-out items, {fit.fitted:.2f} on those it was fitted on")

# %% [markdown]
# **Predict.** And the films? Think of who gets tags.

# %%
films.probe_frame()

# %%
shares = ", ".join(f"{group} {share:.0%}" for group, share in films.tagged.items())
print(f"films with tags: {shares}")
shop.probe_frame()

# %% [markdown]
# **What it means.** The vectors of films tell far more of popularity than those of the shop, and most of it goes
# when the tags go. A film has tags because somebody watched it and wrote one: nearly half of the head has
# some, hardly any of the tail. Length alone tells something for the same reason. That is a **leak**
# (泄漏): tags were not written for the train part, and a new film has none. Did it carry the gain? Look
# again at the row `tags removed` of section 3: the gain stays. So there was a leak, and it was not the reason. One has to
# measure both.
#
# The shop's texts are written for all items alike. What is left there need be no leak: some kinds of items are
# liked more.
#
# `hub_skewness` says how unevenly items turn up among the nearest neighbours of others; large values mean
# **hubs** (枢纽), items near to everything. Among the films it is the titles that make them. `never` is the
# share of items that are nobody's neighbour.

# %% [markdown]
# ## 5. What does a point cost?
#
# Text is not free. The catalogue has to be encoded, towers have to be trained. A fair price is what a
# model costs *more* than the baseline, for each point (.01) that it gains over it.

# %% [markdown]
# ### Exercise 3: the price of a point
#
# Write `price(ndcg, base_ndcg, seconds, base_seconds, encoding, fits)`: extra seconds a fit for each point
# gained. `encoding` is what encoding the catalogue takes; `fits` fits share it.
#
# Expected for `price(0.06, 0.02, 50, 10, 0, 1)`: 10.
#
# <details><summary>Hint 1</summary>
#
# Above the line: what is spent beyond the baseline. Below it: what is gained beyond the baseline.
#
# </details>
# <details><summary>Hint 2</summary>
#
# Each fit carries `encoding / fits`. A gain of .04 is 4 points.
#
# </details>


# %% exercise="price"
def price(ndcg, base_ndcg, seconds, base_seconds, encoding, fits):
    """Extra seconds a fit, for each point of NDCG gained."""
    ### BEGIN SOLUTION
    return (seconds - base_seconds + encoding / fits) / (100 * (ndcg - base_ndcg))
    ### END SOLUTION


# %% check="price" points=1
text_limits.price(price)

# %% [markdown]
# A shop that fits its model every night and encodes its catalogue once a month has 30 fits from one
# encoding. Seconds are those of the processor, measured when the results were stored: yours will differ, their
# ratios less so. No price stands where the tail's gain over EaseScaled is not decided.

# %%
from longtail_course.experiments import cost_table

cost_table(shop, fits=30).drop("verdict")

# %%
cost_table(films, fits=30).drop("verdict")

# %% [markdown]
# **Predict.** How many fits does it take until encoding no longer matters?

# %%
from longtail_course.widgets import cost_slider

slider = cost_slider(shop)
slider

# %% [markdown]
# On paper: one fit and thirty.

# %%
slider.snapshots(fits=[1, 30])

# %% [markdown]
# **What it means.** With one fit from each encoding, the encoder is most of the price; with many it hardly
# counts, and the training of the towers does. The cheapest points are sold by the models that read only, at
# a price below zero even, as they skip EaseScaled's inverse. Look at `overall NDCG@10` before you buy. Among those that
# about keep it, the closed form that reads is the cheapest by far.

# %% [markdown]
# ## 6. So, do large models solve the long tail?
#
# For each dataset we take the model with the best tail among those that are not decidedly lower than
# EaseScaled overall, and say what it reaches:


# %%
def answer(dataset):
    results = stored_results(dataset)
    rows = verdict_table(results, names).to_dicts()
    [base] = (row for row in rows if row["model"] == "EaseScaled")
    allowed = (row for row in rows if row["verdict"] not in ("lower", None))
    best = max(allowed, key=lambda row: row["tail_100"])
    head = results.report("random", best["model"])["head", "NDCG@100"].value
    return (
        f"**{dataset}**: {best['model']} takes the tail's NDCG@100 from {base['tail_100']} to "
        f"{best['tail_100']} and overall NDCG@10 from {base['overall']} to {best['overall']} "
        f"({best['verdict']}). The head's NDCG@100 is {head:.3f}."
    )


Markdown("\n\n".join(answer(dataset) for dataset in ("shop", "movielens-small")))

# %% [markdown]
# **What it means.** Does a large pretrained model help in the long tail? Yes: shuffle its texts, and hardly any of
# the gain is left. Does it solve the long tail? No. What the tail gets stays a small part of what the head gets, for
# every model in this course. Does it take a *large* model? Look at `words only`, and at a closed form that
# reads: much of the gain comes from having text at all, and from a model that listens to it where
# interactions are few. The article's sentence needs these three halves to be a true one.

# %% [markdown]
# <details><summary>Instructor's note</summary>
#
# Usual misconception: an interval without 0 proves *why* something was gained. Let the room list rival
# explanations of the first table before section 2, and match each with a control. Short of time? Sections 1 to 3
# carry the lesson (35 minutes).
#
# </details>

# %% [markdown]
# ## Take-aways
#
# - Ask two verdicts of every model, overall and tail, against the best model that does not have the new
#   part.
# - Shuffled text is the first control: what survives it did not come from the text.
# - Changed titles tell memory from reading, if a catalogue with made-up titles says what plain words are
#   worth.
# - Popularity can hide in text, in tags above all. Measure R² on held-out items.
# - A price is extra cost for extra gain. An encoder is paid once, training each time.

# %% [markdown]
# ## Quiz

# %%
text_limits.lesson_quiz()

# %% [markdown]
# ## What comes next
#
# Take your own log: `examples/own_log.py` reads it, `longtail benchmark` runs the baselines, and the controls of
# this lesson are three functions: `shuffled_vectors`, `change_texts` and `popularity_fit`.

# %% [markdown]
# ## References
#
# - Radovanović, M., Nanopoulos, A., Ivanović, M. (2010). Hubs in space: popular nearest neighbors in
#   high-dimensional data. *Journal of Machine Learning Research* 11, 2487–2531.
# - Hewitt, J., Liang, P. (2019). Designing and interpreting probes with control tasks. *EMNLP-IJCNLP*.
# - Di Palma, D., Merra, F. A., Sfilio, M., Anelli, V. W., Narducci, F., Di Noia, T. (2025). Do LLMs memorize
#   recommendation datasets? A preliminary study on MovieLens-1M. *SIGIR*.
# - Lichtenberg, J. M., Buchholz, A., Schwöbel, P. (2024). Large language models as recommender systems:
#   a study of popularity bias. *Gen-IR workshop at SIGIR*.
# - Jeunen, O., Van Balen, J., Goethals, B. (2020). Closed-form models for collaborative filtering with
#   side-information. *RecSys*.
# - Reimers, N., Gurevych, I. (2019). Sentence-BERT: sentence embeddings using Siamese BERT-networks.
#   *EMNLP-IJCNLP*.
