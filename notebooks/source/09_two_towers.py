# %% [markdown]
# # 09. Two towers that work
#
# {{time}}
#
# ## What you will learn
#
# - Write four losses of a retrieval model, and say which of them only see an order.
# - Train the same two towers with five losses, and compare them with tuned baselines.
# - Turn the items of a batch into negatives, without punishing an item for being itself.
# - Correct for how negatives are drawn (logQ), and see what the wrong sign and no correction do.
# - Estimate how often an item comes by from a stream that is read once.
#
# ## Before you start
#
# Lesson 05 (the article's two towers, temperature, softmax), lesson 06 (reports and paired
# intervals), lesson 08 (tuned baselines).
#
# Used by: lesson 10, which takes popularity out of a model on purpose.

# %% [markdown]
# ## What was wrong with the article's towers, if not the towers?
#
# In lesson 05 the article's **two-tower model** (双塔模型) lost to EASE, and the repair that counted was
# to give each user and item a learned vector. Such models serve the largest shops of the world, so
# they must be good for something. What else do they need?
#
# Three choices are left: the loss, the **negatives** (负样本), and how these are drawn. We change one at
# a time. The towers stay the same: a vector for each user and each item, and the cosine of both,
# divided by a **temperature** (温度).

# %%
import numpy as np
import polars as pl

from longtail_lib import compare, evaluate, load_dataset, prepare, split
from longtail_lib.models import EASE, ItemKNN, Popularity, TwoTower

shop = prepare(load_dataset("shop", truth=False), min_rating=4, min_user_interactions=5)
parts = split(shop, how="random")
parts

# %% [markdown]
# The rivals come first, with the settings that lesson 08's tuning found on validation.

# %%
baselines = [
    evaluate(model.fit(parts), parts, k=10, metrics=["NDCG", "Coverage"])
    for model in (Popularity(), ItemKNN(n_neighbors=500, shrinkage=4.0), EASE(l2=140.0))
]
found = pl.concat(report.to_frame(3).filter(metric="NDCG") for report in baselines)
found.filter(pl.col("group").is_in(["overall", "tail"])).drop("metric", "k")

# %% [markdown]
# ## 1. One interaction, four losses
#
# A user chose an item. The model gives it the **logit** (对数几率) 2, and gives 1, 0 and −1 to three
# items that the user did not choose. How bad is that? It depends on whom you ask:
#
# | Loss | Formula, with $s^+$ the chosen item's logit and $s^-_j$ the others' | What it asks |
# |---|---|---|
# | **MSE** (均方误差) | $(1 - s^+)^2 + \text{mean}_j (s^-_j)^2$ | Is the number 1 or 0? |
# | **BCE** (二元交叉熵) | $-\log \sigma(s^+) - \text{mean}_j \log(1 - \sigma(s^-_j))$ | Is each pair likely or not? |
# | **BPR** (贝叶斯个性化排序) | $-\text{mean}_j \log \sigma(s^+ - s^-_j)$ | Which of the two comes first? |
# | **sampled softmax** (采样softmax) | $-\log \dfrac{e^{s^+}}{e^{s^+} + \sum_j e^{s^-_j}}$ | Which one of all of these? |
#
# **Predict.** We add 5 to all four logits. The order of the items stays. Which losses stay too? Then
# we lift only the strongest negative, from 1 to 3: it now stands above the chosen item. Which loss
# grows most?

# %%
from longtail_lib.models import retrieval_losses as losses

four = [losses.mean_squared_error, losses.binary_cross_entropy, losses.bpr, losses.sampled_softmax]
keep = np.ones((1, 3), dtype=bool)


def of(positive, negatives):
    s, others = np.array([positive], "f"), np.array([negatives], "f")
    return [round(float(loss(s, others, keep)[0]), 3) for loss in four]


pl.DataFrame(
    {
        "loss": ["MSE", "BCE", "BPR", "sampled softmax"],
        "as it is": of(2, [1, 0, -1]),
        "all 5 higher": of(7, [6, 5, 4]),
        "a negative at 3": of(2, [3, 0, -1]),
    }
)

# %% [markdown]
# MSE and BCE want numbers; a model can lower them by moving all logits together, and learns how
# often items are chosen in general. BPR and softmax see the order alone. Softmax looks hardest at the
# strongest rival, and a recommendation list is decided among the strongest.
#
# ### Exercise 1: BPR
#
# Write `bpr(positive, negatives)`: the mean of $-\log \sigma(s^+ - s^-_j)$. Expected: `bpr(2.0,
# np.array([0.0]))` is about an eighth.
#
# <details><summary>Hint 1</summary>
#
# The sigmoid is `1 / (1 + np.exp(-x))`. What is x here?
#
# </details>
# <details><summary>Hint 2</summary>
#
# `-log(sigmoid(x))` is `np.log(1 + np.exp(-x))`. Take the mean over the negatives last.
#
# </details>


# %% exercise="bpr-loss"
def bpr(positive, negatives):
    """Mean loss of one positive logit against several negative ones."""
    ### BEGIN SOLUTION
    return np.log(1 + np.exp(negatives - positive)).mean()
    ### END SOLUTION


# %% check="bpr-loss" points=1
from longtail_course.checks import two_towers

two_towers.bpr_loss(bpr)

# %% [markdown]
# ## 2. The losses, one after another
#
# Same towers, same number of passes, same negatives: 256 items drawn uniformly for each batch. The
# fifth loss, **full softmax**, needs no draw: it compares each interaction with the whole catalogue.
#
# **Predict.** Order the five losses by NDCG@10. Which of them beat Popularity, and does one beat EASE?

# %%
settings = {"dim": 32, "epochs": 8, "n_negatives": 256, "patience": None}


def run(name, part="test", **choices):
    model = TwoTower(**(settings | choices)).fit(parts)
    return evaluate(model, parts, k=10, metrics=["NDCG", "Coverage"], part=part, name=name)


names = ["mse", "bce", "bpr", "sampled-softmax", "softmax"]
by_loss = [run(name, loss=name) for name in names]

# %%
from longtail_course.pictures import group_bars

compare([*baselines, *by_loss], baseline="EASE", groups="overall").to_frame(2).select(
    "model", "value", "difference", "verdict"
)

# %%
group_bars([*baselines[::2], *by_loss], title="One pair of towers, five losses (test)")

# %% [markdown]
# **What it means.** The article's loss, MSE, does not reach Popularity, with ids and all. BPR passes
# it, but stays below BCE: most of the items that it draws at random are easy to beat, and then teach
# nothing. The losses that ask "which one of all of these?" lead, and the one that really asks of all
# comes near EASE after eight passes. The group on the right is as empty as it was in lesson 06: a
# better loss is no cure for the tail.
#
# What the temperature does was shown in lesson 05 on one list. Here it is chosen as it should be: on
# validation.

# %%
for temperature in (0.05, 0.2, 1.0):
    report = run(f"{temperature:g}", part="validation", temperature=temperature)
    print(f"temperature {temperature:4g}: NDCG@10 on validation {report['NDCG@10'].value:.2f}")

# %% [markdown]
# ## 3. Negatives for nothing
#
# Full softmax touches the whole catalogue for each user. With four thousand items that is nothing;
# with ten million it is hopeless. The usual trick costs no draw at all: in a batch of n interactions,
# each row takes the items of the other rows as negatives. These are **in-batch negatives**
# (批内负样本): an n × n table of logits, with the right answers on the diagonal.
#
# There is a trap. If two rows hold the same item, one row punishes it and the other rewards it. Such
# an **accidental hit** (意外命中) has to be left out.
#
# ### Exercise 2: the loss of a batch
#
# Write `in_batch(logits, items)`. `logits` has one row for each interaction and one column for each
# one's item; `items` are the item ids. Take the cross-entropy of the diagonal in each row, leave out
# accidental hits, and return the mean.
#
# <details><summary>Hint 1</summary>
#
# `items[:, None] == items[None, :]` marks equal items. The diagonal is equal as well and must stay.
#
# </details>
# <details><summary>Hint 2</summary>
#
# Put `-np.inf` where a hit is accidental: `np.exp(-np.inf)` is 0. Then
# `np.log(np.exp(masked).sum(axis=1)) - np.diag(logits)`.
#
# </details>


# %% exercise="in-batch"
def in_batch(logits, items):
    """Mean cross-entropy of the diagonal, accidental hits left out."""
    ### BEGIN SOLUTION
    hits = (items[:, None] == items[None, :]) & ~np.eye(len(items), dtype=bool)
    masked = np.where(hits, -np.inf, logits)
    return (np.log(np.exp(masked).sum(axis=1)) - np.diag(logits)).mean()
    ### END SOLUTION


# %% check="in-batch" points=1
two_towers.in_batch_loss(in_batch)

# %% [markdown]
# Each batch has four times as many negatives as before, and they are real items that people want.
# **Predict:** better or worse than uniform negatives?

# %%
batch = {"loss": "sampled-softmax", "negatives": "in-batch"}
none = run("no correction", logq="none", **batch)
group_bars([by_loss[3], none], title="Uniform and in-batch negatives (test)")

# %%
for report in (by_loss[3], none):
    overall, coverage = report["NDCG@10"].value, report["Coverage@10"].value
    tail = report["tail", "NDCG@10"].value
    print(f"{report.model:16} NDCG@10 {overall:.2f}, tail {tail:.2f}, coverage {coverage:.1f}")

# %% [markdown]
# The model collapsed, and yet for the first time in this course the tail gets a visible bar. Before
# you open a bottle: why?
#
# ## 4. The sign of logQ
#
# Let $p_i$ be the probability that this user chooses item i, and $q_i$ the probability that an item is
# drawn as a negative. In-batch negatives are drawn by popularity. A bestseller is punished in nearly
# every row of nearly every batch, so its logit must fall to balance this. Setting the gradient to
# zero gives the logits that the loss is best served with:
#
# $$ s_i = \log p_i - \log q_i + \text{constant} $$
#
# It learns $p/q$: how much more than its popularity says an item suits this user. That is a fair
# question, but not the one that NDCG asks. The cure is to subtract $\log q_i$ from each logit **in
# training**, and not when scoring. This is the **logQ correction** (logQ 校正). Then the sum stands for
# the whole catalogue again: what is drawn k times too often counts a k-th.
#
# With a plus for the minus, a classic bug, it learns $p/q^2$. Move the correction from −1 to 1 for a
# user who likes bestsellers a little less than others do.

# %%
from longtail_course.widgets import correction_slider

slider = correction_slider()
slider

# %% [markdown]
# On paper, from top to bottom: wrong sign, no correction, right sign.

# %%
slider.snapshots(correction=[-1.0, 0.0, 1.0])

# %% [markdown]
# ### Exercise 3: correct the logits
#
# Write `corrected(logits, q)`: logits for training with the logQ correction. `q` has one probability
# for each column.
#
# <details><summary>Hint 1</summary>
#
# An item that is drawn often should count less in the sum of exponentials. So its logit goes down or
# up?
#
# </details>
# <details><summary>Hint 2</summary>
#
# q lies below 1, so its logarithm is negative. Subtracting it lifts rare items more than frequent
# ones. The own item is a column like any other.
#
# </details>


# %% exercise="logq"
def corrected(logits, q):
    """Logits less what the way of drawing puts into them."""
    ### BEGIN SOLUTION
    return logits - np.log(q)
    ### END SOLUTION


# %% check="logq" points=1
two_towers.corrected(corrected)

# %% [markdown]
# Now on the shop. **Predict** NDCG@10 overall and in the tail for the wrong and for the right sign.

# %%
wrong = run("wrong sign", logq="wrong", **batch)
right = run("right sign", logq="right", **batch)
by_sign = [wrong, none, right]
rows = [(r.model, g, *r[g, "NDCG@10"]) for r in by_sign for g in ("overall", "tail")]
columns = ["model", "group", "NDCG@10", "low", "high", "n"]
pl.DataFrame(rows, schema=columns, orient="row").with_columns(
    pl.col("NDCG@10", "low", "high").round(2)
)

# %%
ends = [(r["NDCG@10"].low, r["NDCG@10"].high) for r in by_sign]
print("Intervals overall, wrong, none, right:", *(f"[{a:.2f}, {b:.2f}]" for a, b in ends))
print("Disjoint and rising:", ends[0][1] < ends[1][0] and ends[1][1] < ends[2][0])
group_bars(by_sign, title="The sign of logQ (test)")

# %% [markdown]
# **What it means.** Overall: wrong < none < right, and the intervals do not touch. In the tail the
# order is the other way round. Both follow from the formula. The correction gives popularity back to
# the model, and whoever ranks by what people choose shows little of the tail.
#
# So the correction is no cure for the tail, although it is sometimes sold as one. It costs the tail
# nearly everything that the error had given it. Independent reproductions on real data report the same
# direction: overall up, tail down. And the wrong sign is no cure either: it shows tail items to nearly
# everybody at the price of nearly every hit. The dose is what matters, and it should be a number that
# you choose: lesson 10 makes it one.
#
# ## 5. Where does q come from?
#
# A shop that trains on a stream of interactions does not know how often each item will come.
# Counting everything needs a table that grows with the catalogue and forgets nothing. Yi et al.
# keep, for each bucket of a hash table, the time of the last appearance and a running mean of the
# gaps: an item of probability q comes by every 1/q draws on average.
#
# ### Exercise 4: from gaps to a probability
#
# An item came by at the draws in `two_towers.APPEARED`; the stream began at 0. Set `probability` to
# one over the mean gap. Expected: a fifth.
#
# <details><summary>Hint 1</summary>
#
# The first gap reaches from 0 to the first appearance.
#
# </details>
# <details><summary>Hint 2</summary>
#
# `np.diff(appeared, prepend=0)` gives all gaps.
#
# </details>

# %% exercise="rate"
appeared = two_towers.APPEARED
probability = ...  # replace the dots
### BEGIN SOLUTION
probability = 1 / np.diff(appeared, prepend=0).mean()
### END SOLUTION

# %% check="rate" points=1
two_towers.rate(probability)

# %% [markdown]
# `StreamFrequency` does this for the shop's interactions, in batches, each pass shuffled anew.

# %%
from longtail_course.pictures import estimate_dots
from longtail_lib.models import StreamFrequency

n, rng = parts.n_items, np.random.default_rng(0)
frequency, estimates = StreamFrequency(buckets=n, n_items=n, start=n), {}
for passes in range(1, 9):
    for part in np.array_split(rng.permutation(parts.train.indices), 50):
        frequency.update(part)
    if passes in (1, 8):
        estimates[f"after pass {passes}"] = frequency.probability(np.arange(n))
estimate_dots(parts.popularity / parts.train.nnz, estimates)

# %% [markdown]
# After one pass an item that came once has one gap to go by, and its estimate may be far too high.
# After eight the dots lie along the line. It is the rare items that take so long: the tail once more.
#
# ## 6. The model that we would ship
#
# Full softmax with more dimensions, and **early stopping** (早停): after each epoch NDCG@10 is measured
# on validation, and after three epochs without a gain the best weights are taken back. The number of
# epochs is then one hyper-parameter less.

# %%
from longtail_course.pictures import training_curves

first = TwoTower(seed=0).fit(parts)
training_curves(
    {"validation NDCG@10": first.history_["validation NDCG@10"].round(2)},
    ylabel="NDCG@10",
    title="Early stopping on validation",
)

# %% [markdown]
# Two more seeds, and all three against the baselines. EASE gets lesson 08's popularity exponent as
# well: a model that trains by gradient has to beat the best closed form, not the plainest.

# %%
from longtail_lib.evaluation import pool_reports

towers = [first, *(TwoTower(seed=seed).fit(parts) for seed in (1, 2))]
pooled = pool_reports([evaluate(m, parts, k=10, metrics=["NDCG", "Coverage"]) for m in towers])
scaled = EASE(l2=265.0, popularity_exponent=0.26).fit(parts)
rivals = [evaluate(scaled, parts, k=10, metrics=["NDCG", "Coverage"], name="EaseScaled"), pooled]

# %%
for rival in rivals:
    value = rival["NDCG@10"]
    print(f"{rival.model:10} NDCG@10 {value.value:.2f} [{value.low:.2f}, {value.high:.2f}]", end="")
    print(f", tail {rival['tail', 'NDCG@10'].value:.3f}, coverage {rival['Coverage@10'].value:.1f}")
single = [evaluate(m, parts, k=10, metrics=["NDCG", "Coverage"], name="TwoTower") for m in towers]
for seed, report in enumerate(single):
    found = compare([rivals[0], report], baseline="EaseScaled")["TwoTower", "overall", "NDCG@10"]
    print(f"TwoTower, seed {seed}, against EaseScaled: {found.verdict} by {found.difference:.2f}")

# %% [markdown]
# **What it means.** On this shop two towers with the right loss beat the best EASE, in every seed. The
# same towers with the article's loss were below Popularity: loss and negatives decide, not the
# architecture. Do not carry the verdict over to your data, though. In the table of [the evidence](../docs/evidence.md)
# for MovieLens, a smaller and denser log, the order is another one. What does carry over is the way to
# find out, and the tail column: it is empty here too.
#
# Long trainings get killed. With `checkpoint` the state after each epoch lies in a folder, and a fit
# with equal parameters and data goes on from there. One that had ended is not trained again:

# %%
import tempfile

with tempfile.TemporaryDirectory() as folder:
    short = {"dim": 16, "epochs": 2, "patience": None, "checkpoint": folder}
    once, again = (TwoTower(**short).fit(parts) for _ in range(2))
np.array_equal(once.item_vectors_, again.item_vectors_)

# %% [markdown]
# <details><summary>Instructor's note</summary>
#
# Usual misconception: "the tail bar grew, so the model is better for the tail". Let the room read the
# overall bar of the same model, and ask what share of its lists anybody would click. Short of time?
# Sections 3 and 4 carry the lesson (40 minutes). While models train, let pairs derive the optimum of
# the in-batch loss for two items.
#
# </details>

# %% [markdown]
# ## Take-aways
#
# - The loss decides: "which one of all of these?" beats "is this number 1?", with the same towers.
# - In-batch negatives come by popularity, and so teach $p/q$. Subtract $\log q$ in training to learn $p$.
# - The sign matters: wrong < none < right overall, and the reverse in the tail. logQ is no tail fix.
# - Leave accidental hits out, and check that your library does.
# - q can be estimated from the stream: one over the mean gap.
# - Compare with tuned closed forms, on several seeds, before you call a network better.

# %% [markdown]
# ## Quiz

# %%
two_towers.lesson_quiz()

# %% [markdown]
# ## What comes next
#
# Here a bug took popularity out of the scores. Lesson 10 asks what the log hides about popularity,
# and takes it out on purpose, by a dose that is chosen.

# %% [markdown]
# ## References
#
# - Rendle, S., Freudenthaler, C., Gantner, Z., Schmidt-Thieme, L. (2009). BPR: Bayesian personalized
#   ranking from implicit feedback. *UAI*.
# - Bengio, Y., Senécal, J.-S. (2003). Quick training of probabilistic neural nets by importance
#   sampling. *AISTATS*. Where the correction comes from.
# - Yi, X. et al. (2019). Sampling-bias-corrected neural modeling for large corpus item
#   recommendations. *RecSys*. In-batch softmax, logQ, and probabilities from gaps.
# - Yang, J. et al. (2020). Mixed negative sampling for learning two-tower neural networks in
#   recommendations. *Companion Proceedings of the Web Conference*.
# - Rendle, S., Krichene, W., Zhang, L., Anderson, J. (2020). Neural collaborative filtering vs. matrix
#   factorization revisited. *RecSys*. A dot product, well trained, against networks.
