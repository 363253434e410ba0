# %% [markdown]
# # 11. Re-ranking and the frontier
#
# {{time}}
#
# ## What you will learn
#
# - Compute a step of xQuAD by hand, and check a quota prefix by prefix.
# - Compare five ways to re-order a list, and slide the weight of one of them.
# - Mark the dominated points of a frontier, and choose a weight on validation.
# - Ask what the tail items in a list are worth, and whether a better model would have done more.
# - Say who gains and who loses over twenty rounds, among users and among makers.
#
# ## Before you start
#
# Lesson 06 (NDCG, tail share, paired intervals), lesson 08 (EASE and its popularity exponent),
# lesson 10 (preference and exposure).
#
# Used by: the lessons that follow, where candidates come from better models.

# %% [markdown]
# ## 1. One page, all head
#
# Lessons 08 to 10 changed models. Often you may not: the model belongs to another team, or there is
# no time to train. But between the model's scores and the page there is one last step, and it is
# yours. If the model does not show the tail, can the last step do it, and who pays?

# %%
import numpy as np
import polars as pl

from longtail_lib import evaluate, load_dataset, prepare, split
from longtail_lib.models import EASE, ItemKNN
from longtail_lib.tail import popularity_groups

parts = split(prepare(load_dataset("shop"), min_rating=4), how="random")
groups = popularity_groups(parts.popularity)
group_of = np.array(groups.names)[groups.labels]
pl.Config.set_fmt_str_lengths(40)
parts

# %% [markdown]
# We look at user 2301. **Predict.** About a quarter of what this user liked is tail. How many of ten
# recommended items are?

# %%
user = 2301
liked = parts.train[parts.user_rows([user])[0]].indices
print(f"Liked: {len(liked)} items, {np.mean(group_of[liked] == 'tail'):.0%} of them tail")

# %%
ease = EASE(l2=200.0).fit(parts)
page = parts.item_rows(ease.recommend([user], k=10)[0][0])
shown = parts.items[page].select("title", "category")
shown.with_columns(group=pl.Series(group_of[page]), popularity=pl.Series(parts.popularity[page]))

# %% [markdown]
# ## 2. Five ways to re-order, by hand
#
# **Re-ranking** (重排序) takes the best candidates of a model and puts them into another order. Here are
# five candidates; a list of three is to be filled. The user's history is two fifths tail.
#
# **xQuAD** fills one place after another. A candidate gains by its relevance, and by what the list so
# far lacks:
#
# $$ \text{gain} = (1 - w) \cdot \text{relevance} + w \cdot
#    \begin{cases} p \,(1 - s) & \text{for a tail item} \\ (1 - p)\, s & \text{for any other} \end{cases} $$
#
# with $p$ the share of tail items in the user's history and $s$ the share in the list so far. (In an
# empty list both groups lack everything.) The **weight** $w$ says how much the second term counts.

# %%
from longtail_course.checks import reranking

pl.DataFrame(reranking.CANDIDATES)

# %% [markdown]
# ### Exercise 1: one step of xQuAD
#
# Write `xquad_gains(relevance, tail, preference, weight, tail_share)`: the gain of each candidate
# when the list is no longer empty. **Predict** which candidate takes the second place at weight 0.6,
# when "Night Train" has the first.
#
# <details><summary>Hint 1</summary>
#
# `np.where(tail, a, b)` takes a for tail items and b for the others.
#
# </details>
# <details><summary>Hint 2</summary>
#
# a is `preference * (1 - tail_share)`. What is b? Put both into the formula, term by term.
#
# </details>


# %% exercise="xquad-gains"
def xquad_gains(relevance, tail, preference, weight, tail_share):
    """Gain of each candidate in a list that is not empty."""
    ### BEGIN SOLUTION
    lacking = np.where(tail, preference * (1 - tail_share), (1 - preference) * tail_share)
    return (1 - weight) * relevance + weight * lacking
    ### END SOLUTION


# %% check="xquad-gains" points=1
reranking.xquad_gains(xquad_gains)

# %% [markdown]
# Four more ideas:
#
# - **MMR** (最大边际相关, maximal marginal relevance) subtracts the similarity to the nearest item in the
#   list. It wants variety, and knows nothing of popularity.
# - **Calibration** (校准) wants the list to be mixed as the history is, here by genre: half crime, much
#   poetry, little cookery.
# - A **quota** (配额), as in FA*IR, asks of every prefix of the list: are at least so many tail items
#   in it?
# - A **popularity penalty** subtracts a multiple of the logarithm of popularity from the relevance.
#
# **Predict** for each: does a tail item come in, and which of the three leaves?

# %%
from longtail_lib.rerank import calibrated, mmr, popularity_penalty, tail_quota, xquad

titles, _, relevance, tail, popularity = reranking.CANDIDATES.values()
five = {"candidates": [range(5)], "scores": [relevance], "k": 3}
genres, history = reranking.GENRES, [reranking.HISTORY]
orders = {
    "xQuAD": xquad(**five, tail=tail, preference=[0.4], weight=0.6),
    "MMR": mmr(**five, similarity=genres, weight=0.6),
    "calibration": calibrated(**five, groups=genres, target=history, weight=0.6),
    "quota": tail_quota(**five, tail=tail, share=0.5),
    "penalty": popularity_penalty(**five, popularity=popularity, weight=0.6),
}
for name, order in orders.items():
    print(f"{name:12}", " | ".join(titles[place] for place in order[0]))

# %% [markdown]
# All five let "Moss and Rain" in, each for a reason of its own: it is tail, it is unlike the others, it
# is poetry, the quota asked for it, it is unpopular. "The Lock" is tail as well and never comes in: the
# model thinks that this user does not want it. A re-ranker chooses among candidates; it does not make
# them better.
#
# ### Exercise 2: a quota, prefix by prefix
#
# Write `quota_kept(tail, share)`: for each prefix, whether it holds at least $\lfloor \text{share} \cdot
# \text{length} \rfloor$ tail items. Expected for the places head, tail, head, tail and half of the
# places: kept everywhere.
#
# <details><summary>Hint 1</summary>
#
# How many tail items do the first 1, 2, 3, … places hold? `np.cumsum` says it at once.
#
# </details>
# <details><summary>Hint 2</summary>
#
# Compare with `np.floor(share * np.arange(1, len(tail) + 1))`.
#
# </details>


# %% exercise="quota-kept"
def quota_kept(tail, share):
    """Whether each prefix holds its quota."""
    ### BEGIN SOLUTION
    return np.cumsum(tail) >= np.floor(share * np.arange(1, len(tail) + 1))
    ### END SOLUTION


# %% check="quota-kept" points=1
reranking.quota_kept(quota_kept)

# %% [markdown]
# ## 3. Slide the weight
#
# Back to the shop. `Reranked` takes a model's 200 best items, and adds the 50 best tail items: nothing
# can be re-ranked into view that was not retrieved, and most users have no tail item at all among the
# 200. Slide the weight of xQuAD. On the left: what enters user 2301's page and what leaves. On the right:
# the price, over all users, on validation.
#
# **Predict.** At which weight does the first tail item come in, and does it push out a bestseller?

# %%
from longtail_course.widgets import tail_weight_slider

slider = tail_weight_slider(ease, parts, user, weights=(0, 0.5, 0.7, 0.8, 0.9, 0.95))
slider

# %% [markdown]
# On paper: weights .7 and .95. The bold green item is tail; the number is its popularity.

# %%
slider.snapshots(weight=[0.7, 0.95])

# %% [markdown]
# **What it means.** The last bestsellers on the page give way to items with two interactions. The first one
# is cheap, because the last places of a list hold few hits. The more weight, the higher they climb, and
# the steeper the price.
#
# ## 4. The frontier
#
# One weight is one point: so much NDCG, so much tail. All weights of a method make a path. Which points
# of all paths are worth having? A point is **dominated** (被支配) if another is at least as high in both
# metrics and higher in one. Nobody needs a dominated point. What is left is the **frontier**
# (帕累托前沿).
#
# ### Exercise 3: dominated points
#
# Write `dominated(points)`, with one row (NDCG, tail share) for each point. Two equal points do not
# dominate each other.
#
# <details><summary>Hint 1</summary>
#
# For one point: is there another row with `(other >= point).all()` and `(other > point).any()`?
#
# </details>
# <details><summary>Hint 2</summary>
#
# A list comprehension over the points will do. For all at once: `points[None]` against
# `points[:, None]`, an array of n × n × 2.
#
# </details>


# %% exercise="dominated"
def dominated(points):
    """Whether another point is at least as high in both columns and higher in one."""
    ### BEGIN SOLUTION
    other, one = points[None], points[:, None]
    return ((other >= one).all(axis=2) & (other > one).any(axis=2)).any(axis=1)
    ### END SOLUTION


# %% check="dominated" points=1
reranking.dominated(dominated)

# %% [markdown]
# Now the paths, on *validation*. We leave out MMR, which is slow here and does not aim at the tail. Beside
# EASE stand ItemKNN and "EASE scaled", lesson 08's better model, which divides popularity out before it
# learns. It gets a path as well.
#
# **Predict.** Which is nearer to the upper right corner: EASE re-ranked, or EASE scaled as it is?

# %%
scaled = EASE(l2=265.0, popularity_exponent=0.26).fit(parts)
knn = ItemKNN(n_neighbors=500, shrinkage=4.0).fit(parts)
alone = {"EASE": ease, "EASE scaled": scaled, "ItemKNN": knn}
metrics = ["NDCG", "TailShare"]
base = evaluate(ease, parts, part="validation", metrics=metrics)["NDCG@10"].value

# %% [markdown]
# `rerank_choice` measures a path on validation and applies the rule of exercise 4 below. (It also
# holds the report on test for the weight chosen. We look at that afterwards.)

# %%
from longtail_course.toys import frontier, trade_off_table
from longtail_course.worlds import worth_table
from longtail_lib.evaluation import rerank_choice

weights = {
    "xquad": [0, 0.8, 0.875, 0.925, 0.975],
    "tail_quota": [0, 0.1, 0.2],
    "calibrated": [0, 0.3, 0.6, 0.9],
    "popularity_penalty": [0, 0.3, 0.45, 0.55, 0.6],
}


def choose(name, method):
    rule = {"weights": weights[method], "least": 0.99 * base}
    return rerank_choice(alone[name], parts, method, name=name, **rule)


choices = {f"EASE {method}": choose("EASE", method) for method in weights}
choices["EASE scaled, penalty"] = choose("EASE scaled", "popularity_penalty")

# %%
from longtail_course.pictures import frontier_plot

paths = {name: choice.path for name, choice in choices.items()}
paths["ItemKNN"] = evaluate(knn, parts, part="validation", metrics=metrics)
frontier_plot(frontier(paths), title="Accuracy and tail (validation)", intervals=False)

# %% [markdown]
# **What it means.** The right edge belongs to the better model: without any re-ranking EASE scaled has
# more NDCG *and* more tail than EASE and ItemKNN, and with a penalty it dominates every point of xQuAD
# and calibration. Further up, the penalty on plain EASE takes over. A mild one even *raises* EASE's
# NDCG: EASE follows popularity further than its users do. The quota starts high, since one place in ten
# is its smallest step. Calibration to head, mid and tail moves the mid first.
#
# ### Exercise 4: choose the weight
#
# The goal: as much tail as possible, with at least 99% of EASE's own NDCG on validation. Set `chosen` to
# the weight of the penalty.
#
# <details><summary>Hint 1</summary>
#
# Which weights are allowed? `ndcg >= 0.99 * base`.
#
# </details>
# <details><summary>Hint 2</summary>
#
# `np.where(allowed, share, -1)` makes the others unattractive. `argmax` gives a place, not a weight.
#
# </details>

# %%
path, steps = paths["EASE popularity_penalty"], np.array(weights["popularity_penalty"])
ndcg = np.array([report["NDCG@10"].value for report in path])
share = np.array([report["TailShare@10"].value for report in path])
columns = {"weight": steps, "NDCG, % of EASE": (100 * ndcg / base).round(1)}
pl.DataFrame(columns | {"tail share": share.round(3)})

# %% exercise="choose-weight"
chosen = ...  # replace the dots
### BEGIN SOLUTION
allowed = ndcg >= 0.99 * base
chosen = steps[np.where(allowed, share, -1).argmax()]
### END SOLUTION

# %% check="choose-weight" points=1
reranking.choose_weight(chosen, weights=steps, ndcg=ndcg, tail_share=share, base=base)

# %% [markdown]
# The same rule for each path, always with 99% of *EASE*, the model that we would replace:

# %%
for name, choice in choices.items():
    print(f"{name:24} weight {choice.weight:g}")

# %% [markdown]
# Quota and calibration choose 0: their smallest steps already cost more than 1%, or bring nothing. Now
# the test part is opened, once. A common aim is half as much tail exposure again for at most 2% of
# NDCG. **Predict** which rows reach it. (`change` is that of NDCG in percent of EASE's, with its interval
# over paired users; `aim` is the tail share.)

# %%
reports = [evaluate(m, parts, metrics=metrics, name=name) for name, m in alone.items()]
reports += [choice.report for choice in choices.values() if choice.weight]
trade_off_table(reports, baseline="EASE")

# %%
for report in reports:
    _, low, high, users = report["tail", "NDCG@10"]
    print(f"{report.model:35} tail NDCG@10 between {low:.2f} and {high:.2f}, {users} users")

# %% [markdown]
# **What it means.** All three chosen weights show far more than half as much tail again. But EASE itself
# gives the tail next to no place at all, so "half as much again" would be nothing as well. State the
# shares themselves: two places in a hundred for xQuAD, thirteen for the penalty. xQuAD surely costs less
# than 2%, the penalty probably; its interval reaches beyond. And look at the second row: EASE scaled
# shows the tail eight times in a thousand, and *gains* accuracy. With a penalty on top it has more tail
# than xQuAD on EASE, and no loss that could be told from 0.
#
# Exposure is one thing. Are these tail items wanted? The test part can hardly say: all tail NDCGs lie
# near 0, and their intervals overlap. The simulator's truth can. `worth` is the mean true preference of
# all recommended items, `tail_worth` that of the tail items among them.

# %%
from longtail_lib.models import Popularity, Random, Reranked

judged = {"Random": Random(seed=0), **alone, "EASE, xQuAD .875": Reranked(ease, "xquad", 0.875)}
judged["EASE, penalty .55"] = Reranked(ease, "popularity_penalty", 0.55)
judged["EASE scaled, penalty .45"] = Reranked(scaled, "popularity_penalty", 0.45)
judged["EASE, half tail"] = Reranked(ease, "tail_quota", 0.5)
fitted = {name: model.fit(parts) for name, model in judged.items()}
worth = worth_table(fitted, parts, digits=None)
worth.with_columns(pl.col("tail_share").round(3), pl.col("worth", "tail_worth").round(2))

# %% [markdown]
# **What it means.** A tail item drawn at random is worth two in a hundred (first row). EASE shows too few
# to tell. Those of xQuAD are worth about ten times as much as random ones: it pushes where a user's
# history asks for it. The penalty fills five times as many places with items worth less than half as
# much, since it lifts what is unpopular with everybody. Half of the places for the tail, and a third of
# the lists' worth is gone.
#
# So is re-ranking better than a better model? No: EASE scaled has the highest worth. But they add up. The
# better model with a penalty is worth as much as plain EASE, and gives the tail four places in a hundred,
# where plain EASE gives none. Still, lesson 10 found ten tail items for each user that they would choose three times in four.
# No row is anywhere near. What is missing is knowledge, and no order of the list brings it in.

# %% [markdown]
# ## 5. Twenty rounds
#
# A list is not only measured, it also acts. What is shown can be chosen, what is chosen is in the log, and
# the next model learns from the log: the **feedback loop** (反馈循环) of lesson 01. One round of ours: the model is fitted,
# shows each user ten items, the user looks at rank $r$ with probability $1/r$ and chooses by true
# preference, and the choices go into the train part.

# %%
from longtail_course.experiments.feedback_runs import feedback_results
from longtail_course.worlds import feedback_loop, provider_exposure, satisfaction_by_taste

live, stored = feedback_loop(Popularity(), parts, rounds=3), feedback_results()
loops = {loop.model: loop for loop in stored}
print("Choices, live:  ", *live["choices"].astype(int))
print("Choices, stored:", *loops["Popularity"]["choices"][:3].astype(int))

# %% [markdown]
# The same numbers. Twenty rounds of eight models take minutes, so the rest is read from stored results
# (one seed; `python -m longtail_course.experiments.feedback_runs` makes them anew).
#
# **Predict.** Two questions. Does the Gini of the log rise under EASE? And "half tail", which gives every
# second place to the tail in the first round: what is its tail share after twenty?

# %%
from longtail_course.pictures import feedback_curves

drawn = ("popularity_gini", "tail_share", "satisfaction_head_lovers", "satisfaction_tail_lovers")
feedback_curves(stored, quantities=drawn, title="Twenty rounds on the shop")

# %%
columns = ["model", "exposure_share", "choices", "satisfaction"]
by_group = provider_exposure(stored, parts, by=group_of, digits=3)
by_group.filter(provider="tail").select(columns)

# %% [markdown]
# **What it means.** Under EASE the log ends more unequal than under Popularity. The Oracle, which knows
# every preference, makes it more equal: so inequality is not what users want. It would give the tail
# about a tenth of all places, and its tail items are worth more than four in five. EASE is too low by a
# factor of more than fifty, "half tail" too high by two; both show the wrong items.
#
# "Half tail" ends far below half. Its quota follows the log: items that were shown and chosen leave the
# tail, others take their place. The curve counts the tail as it was at the start.
#
# Satisfaction falls under every model, because nobody chooses an item twice and the best go first. So
# compare lines, not rounds. In the last rounds tail-lovers are best off under "half tail", which has
# learnt something about the tail by showing it. Was it worth the early rounds?

# %% [markdown]
# ## 6. Who pays?
#
# **Head-lovers** and **tail-lovers** are the thirds of the users with the fewest and the most tail items
# among their true favourites. **Predict.** Who loses under "half tail": the head-lovers, or both?

# %%
instead = ["EASE scaled", "EASE, penalty .55", "EASE, half tail"]
changes = [satisfaction_by_taste(loops[name], loops["EASE"], digits=3) for name in instead]
both = [frame.filter(pl.col("taste").str.ends_with("lovers")) for frame in changes]
names = pl.Series("model", np.repeat(instead, 2))
pl.concat(both).drop("users", "baseline").insert_column(0, names)

# %% [markdown]
# **What it means.** Not for its users. Over all twenty rounds nine in ten head-lovers are worse off under
# "half tail" than under EASE, and so are more than six in ten *tail-lovers*: what they are shown is tail,
# but not theirs. The milder penalty harms both a little. EASE scaled serves both better. Even so, nearly two
# in five are worse off than before: a mean of gains hides many losses.
#
# Behind the items stand **providers** (供应方), here sixteen makers. Demand is what all users together
# would choose of a maker's items. Exposure divided by demand is 1 for a maker that is shown as much as it
# is wanted. `least` and `most` are the extremes over the makers; then we look at one of them.

# %%
makers = provider_exposure([loops[name] for name in ["EASE", *instead]], parts, digits=3)
of_demand = pl.col("exposure_per_demand")
makers.group_by("model", maintain_order=True).agg(
    of_demand.min().alias("least"), of_demand.max().alias("most"), pl.col("choices").sum()
)

# %%
least = makers.filter(model="EASE").sort("exposure_per_demand")["provider"][0]
print("Least shown for its demand under EASE:", least)
makers.filter(provider=least).select(columns)

# %% [markdown]
# **What it means.** A push makes exposure more equal between makers. The least shown one gets twice the
# places from "half tail", and a seventh more choices: its items are shown to people who do not want them.
# From EASE scaled it gets fewer places, and nearly twice the choices. All makers together sell an eighth
# less under "half tail". Exposure is not income, and a quota that does not ask for the right users serves
# neither side.

# %% [markdown]
# <details><summary>Instructor's note</summary>
#
# Usual misconception: "the tail share went up, so the tail is served". Let pairs read the columns
# tail share and tail worth of one row each and defend or dismiss the model. Short of time? Sections 2 and
# 4 carry the lesson (40 minutes). Section 6 makes a good discussion: half the room speaks for the users,
# half for the makers.
#
# </details>

# %% [markdown]
# ## Take-aways
#
# - Re-ranking works with any model, costs milliseconds, and can only choose among candidates.
# - Draw the frontier, drop the dominated points, choose the weight on validation, open test once.
# - State absolute shares: a relative gain on nearly nothing says nothing. And exposure is not
#   relevance: ask what the tail items shown are worth.
# - A better model moves the frontier; re-ranking moves along it. Improve the model first, then re-rank.
# - Pushed too hard, the tail costs its own lovers and serves its makers little.

# %% [markdown]
# ## Quiz

# %%
reranking.lesson_quiz()

# %% [markdown]
# ## What comes next
#
# All models so far know items by their interactions alone, and of tail items they know next to nothing.
# Each item also has a text. The third part of the course asks what pretrained language models get out of
# it.

# %% [markdown]
# ## References
#
# - Abdollahpouri, H., Burke, R., Mobasher, B. (2019). Managing popularity bias in recommender systems
#   with personalized re-ranking. *FLAIRS-32*. xQuAD for the tail.
# - Santos, R. L. T., Macdonald, C., Ounis, I. (2010). Exploiting query reformulations for web search
#   result diversification. *WWW*. xQuAD.
# - Carbonell, J., Goldstein, J. (1998). The use of MMR, diversity-based reranking for reordering
#   documents and producing summaries. *SIGIR*.
# - Steck, H. (2018). Calibrated recommendations. *RecSys*.
# - Zehlike, M., Bonchi, F., Castillo, C., Hajian, S., Megahed, M., Baeza-Yates, R. (2017). FA*IR: a fair
#   top-k ranking algorithm. *CIKM*.
# - Chaney, A. J. B., Stewart, B. M., Engelhardt, B. E. (2018). How algorithmic confounding in
#   recommendation systems increases homogeneity and decreases utility. *RecSys*.
# - Mansoury, M., Abdollahpouri, H., Pechenizkiy, M., Mobasher, B., Burke, R. (2020). Feedback loop and
#   bias amplification in recommender systems. *CIKM*.
# - Singh, A., Joachims, T. (2018). Fairness of exposure in rankings. *KDD*.
