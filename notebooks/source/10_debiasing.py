# %% [markdown]
# # 10. Popularity bias and debiasing
#
# {{time}}
#
# ## What you will learn
#
# - Separate what users like from what they were shown, with a truth that no real log has.
# - Compute IPS, clipped IPS, SNIPS and a doubly robust estimate by hand.
# - Measure bias and variance of each estimator on fresh logs.
# - Recognise a correction that does more harm than the error it corrects.
# - Judge debiased models by the truth, beside plain baselines.
#
# ## Before you start
#
# Lesson 01: truth and propensity. Lesson 06: NDCG and coverage. Lesson 08: the baselines. Mean and
# standard deviation.
#
# Used by: the lessons that follow, where lists are re-ranked and models learn from their own lists.

# %% [markdown]
# ## 1. What does the log hide?
#
# A log holds what was chosen. Before anything can be chosen it has to be shown, and a shop shows some
# items far more often than others. Lesson 01 called the probability of being shown the **propensity**
# (倾向得分). In a real log you see neither it nor the **preference**, the probability that a user
# chooses an item when it is shown. In the simulated shop we look at both.
#
# **Predict.** Head items have about thirty times as many interactions as tail items. How many times as
# much are they liked?

# %%
import numpy as np
import polars as pl

from longtail_lib import load_dataset, prepare, split
from longtail_lib.simulation import true_preference, true_propensity
from longtail_lib.tail import popularity_groups

parts = split(prepare(load_dataset("shop")), how="leave-last-out")
preference, propensity = true_preference(parts), true_propensity(parts)
groups = popularity_groups(parts.popularity)

# %%
masks = {name: groups.mask(name) for name in groups.names}
choices = preference * propensity
rows = []
for name, mask in masks.items():
    shown, liked = propensity[:, mask].mean(), preference[:, mask].mean()
    liked_where_shown = choices[:, mask].mean() / shown
    rows.append((name, parts.popularity[mask].mean(), shown, liked, liked_where_shown))
columns = ["group", "interactions an item", "propensity", "preference", "preference where shown"]
pl.DataFrame(rows, columns, orient="row").with_columns(pl.col(pl.Float64).round(3))

# %% [markdown]
# **What it means.** The tail *is* liked less, on average; whoever says "all popularity is bias" is wrong
# here. But popularity exaggerates the difference several times over. Three things are mixed in it:
# what is liked, what is shown, and that what is shown is shown to those who like it (compare the last
# two columns). Under **popularity bias** (流行度偏差) a model takes the product for the preference.
#
# How differently are items shown, even within a group?

# %%
from longtail_course.pictures import side_by_side

shown_to = propensity.sum(axis=0).round()
drawn = {name: shown_to[mask] for name, mask in masks.items()}
side_by_side(drawn, "Users to whom an item was shown", of="items", log=True)

# %% [markdown]
# Averages over all users hide the point of a recommender. It does not recommend the tail; it recommends
# a few items to a person.
#
# **Predict.** Take from each group the ten items that a user likes best and has not bought. How far
# behind is the tail now? And what was the chance that they were shown?

# %%
unseen = np.where(parts.train.toarray() > 0, -1, preference)
rows = []
for name, mask in masks.items():
    best = np.argsort(-unseen[:, mask], axis=1)[:, :10]
    cells = (np.take_along_axis(each[:, mask], best, axis=1) for each in (unseen, propensity))
    rows.append((name, *(float(cell.mean()) for cell in cells)))
frame = pl.DataFrame(rows, ["ten best of", "preference", "propensity"], orient="row")
frame.with_columns(pl.col(pl.Float64).round(2))

# %% [markdown]
# Each user has tail items that they would choose three times in four. Hardly anybody was shown theirs.
# That is what the log hides, and no average of the log brings it back.

# %% [markdown]
# ## 2. The plain mean of what was shown
#
# What is a recommender worth? We define its **value** $V$: the mean preference of the items in its
# lists, ten for each user. The truth gives it at once.
#
# Without a truth one would look into a log. To keep things clean we draw a fresh one: each pair is
# shown with its propensity and chosen with its preference. In our lists we find the pairs that happened
# to be shown, and take the share that was chosen. This is the **naive estimate** (朴素估计).
#
# **Predict.** For which of five models is it too high, for which too low? Does it put them into the
# right order?

# %%
from longtail_course.worlds import fresh_feedback, recommended_lists
from longtail_lib.debias import naive, true_value
from longtail_lib.models import EASE, ItemKNN, Popularity, Random

models = {"Random": Random(seed=0), "Popularity": Popularity(), "ItemKNN": ItemKNN()}
models |= {"EASE": EASE(), "EASE, exponent .25": EASE(popularity_exponent=0.25)}
lists = {name: recommended_lists(model.fit(parts), parts) for name, model in models.items()}
log, users = fresh_feedback(parts, seed=0), np.arange(parts.n_users)[:, None]
rows = []
for name, items in lists.items():
    chosen, shown = (table[users, items].toarray() for table in (log.chosen, log.shown))
    found, value = naive(chosen, shown > 0).value, true_value(parts, items)
    rows.append((name, round(value, 3), round(found, 3), f"{found / value - 1:+.0%}"))
pl.DataFrame(rows, ["model", "true value", "naive", "error"], orient="row")

# %% [markdown]
# **What it means.** The order is right, by luck and not by law: the error depends on the model. The
# random list looks better than it is, since what was shown to a user was shown for a reason. The others
# look worse. A list leaves out what the user has bought. What they were shown and like, they have
# bought already, so among the shown pairs of the list the refused ones are left.

# %% [markdown]
# ## 3. Four estimators by hand
#
# One list of four items, and what came of it:

# %%
from longtail_course.checks import debiasing

shown, chosen = debiasing.SHOWN, debiasing.CHOSEN
p = debiasing.PROPENSITY
print("shown", shown, "chosen", chosen, "propensity", p)
print(f"naive: {chosen[shown == 1].mean():.3f}")

# %% [markdown]
# The third item was shown against the odds, one chance in ten. It stands for nine such items that were
# not shown. **Inverse propensity scoring** (逆倾向评分, IPS) counts every choice $1/p$ times, and divides
# by all items of the list:
#
# $$ \hat V_{\text{IPS}} = \frac{1}{n} \sum_{i \text{ shown}} \frac{y_i}{p_i} $$
#
# where $y_i$ is 1 if the item was chosen. An item enters the sum with probability $p_i$ and then
# counts $1/p_i$, so on average over logs it counts once. IPS is **unbiased** (无偏), if the propensities are
# right and none of them is 0.

# %% [markdown]
# ### Exercise 1: IPS
#
# Write `ips(chosen, shown, propensity)`. **Predict** the result for the list above before you run it.
#
# <details><summary>Hint 1</summary>
#
# What was not shown was not chosen either: its term is 0 without any help.
#
# </details>
# <details><summary>Hint 2</summary>
#
# Divide entry by entry, then take the mean over the whole list, also over what was not shown.
#
# </details>


# %% exercise="ips"
def ips(chosen, shown, propensity):
    """IPS estimate of one list."""
    ### BEGIN SOLUTION
    return (chosen / propensity).mean()
    ### END SOLUTION


# %% check="ips" points=1
debiasing.ips(ips)

# %%
by_hand = (chosen / p).mean(), (chosen / np.maximum(p, 0.25)).mean()
print(f"IPS {by_hand[0]:.3f}, with propensities raised to a floor of .25: {by_hand[1]:.3f}")

# %% [markdown]
# Nearly three items chosen for each one shown? No share can be above 1. Unbiased means right *on
# average over logs*; one small propensity makes a single log wild. **Clipping** (截断) raises
# propensities to a floor. It takes variance away and pays with bias: choices below the floor count too
# little.
#
# **Self-normalised IPS** (自归一化, SNIPS) divides by the weights of what was shown, instead of the number
# of items:
#
# $$ \hat V_{\text{SNIPS}} = \frac{\sum_{\text{shown}} y_i / p_i}{\sum_{\text{shown}} 1 / p_i} $$
#
# If the third item was shown by luck, its weight stands above the line and below it.

# %% [markdown]
# ### Exercise 2: SNIPS
#
# Write `snips(chosen, shown, propensity)`. Expected for the list above: between .8 and .9.
#
# <details><summary>Hint 1</summary>
#
# Which items have a weight below the line: all, the shown ones, or the chosen ones?
#
# </details>
# <details><summary>Hint 2</summary>
#
# `shown / propensity` is the weight of each shown item and 0 elsewhere.
#
# </details>


# %% exercise="snips"
def snips(chosen, shown, propensity):
    """SNIPS estimate of one list."""
    ### BEGIN SOLUTION
    return (chosen / propensity).sum() / (shown / propensity).sum()
    ### END SOLUTION


# %% check="snips" points=1
debiasing.snips(snips)

# %% [markdown]
# The fourth estimator brings a model along. Let $m_i$ be its guess of the outcome, for *every* item. The
# **doubly robust** (双重稳健) estimate starts from the guesses and corrects them where the outcome is known:
#
# $$ \hat V_{\text{DR}} = \frac{1}{n} \sum_i \Big( m_i + \frac{s_i}{p_i} (y_i - m_i) \Big) $$
#
# with $s_i = 1$ if the item was shown, else 0. If the propensities are right, the correction removes
# the error of the guesses. If the guesses are right, there is nothing to correct on average, whatever
# the propensities. Hence "doubly". Both wrong, and nothing is promised.

# %% [markdown]
# ### Exercise 3: doubly robust
#
# Write `doubly_robust(chosen, shown, propensity, imputed)`.
#
# <details><summary>Hint 1</summary>
#
# The first term covers all items. The second is 0 where nothing was shown.
#
# </details>
# <details><summary>Hint 2</summary>
#
# The weight belongs to the error, `chosen - imputed`, not to the outcome.
#
# </details>


# %% exercise="doubly-robust"
def doubly_robust(chosen, shown, propensity, imputed):
    """Doubly robust estimate of one list."""
    ### BEGIN SOLUTION
    return (imputed + shown * (chosen - imputed) / propensity).mean()
    ### END SOLUTION


# %% check="doubly-robust" points=1
debiasing.doubly_robust(doubly_robust)

# %% [markdown]
# ## 4. Forty fresh logs against the known value
#
# Bias and variance are statements about many logs. So we draw forty and apply every estimator to each,
# with the true propensities. $\text{RMSE}^2 = \text{bias}^2 + \text{sd}^2$.
#
# **Predict.** Which estimator has the smallest RMSE for EASE: one without bias, or the clipped one?

# %%
from longtail_course.worlds import estimator_table
from longtail_lib.debias import fit_propensity, popularity_propensity

fitted = fit_propensity(parts.popularity, propensity.mean(axis=0))
guesses = {"true": propensity, "root of popularity": popularity_propensity(parts, exponent=0.5)}
guesses["fitted"] = popularity_propensity(parts, fitted.exponent, top=fitted.top)
table = estimator_table(models, parts, logs=40, propensities=guesses)
with_truth = table.filter(pl.col("propensity").is_in(["none", "true"]))
errors = pl.col("bias", "sd", "rmse").round(3)
with_truth.filter(recommender="EASE").select("estimator", errors)

# %%
from longtail_course.pictures import estimator_dots

estimator_dots(with_truth, ["Random", "Popularity", "EASE"])

# %% [markdown]
# **What it means.** With true propensities IPS, SNIPS and doubly robust hit the line. The naive
# mean has the smallest bars, and they sit in the wrong place: more logs would not help it. A log of
# choices only, which takes whatever was not chosen for refused, is worst.
#
# Clipping at .05 does not pay here. Would it ever? Move the floor, and the number of users in the log.
# **Predict** for thirty users first.

# %%
from longtail_course.widgets import clip_slider

slider = clip_slider(lists["Random"], parts)
slider

# %% [markdown]
# On paper: thirty users without a floor and at .05, then three thousand users at .05.

# %%
slider.snapshots(floor=[0, 0.05, 0.05], users=[30, 30, 3000])

# %% [markdown]
# **What it means.** With few users one lucky choice spoils an estimate, and a floor is worth its bias.
# With many, variance fades and bias stays. So "which floor?" has no answer without "how many users?".
# In a real log you cannot read bias off: there is no dashed line.

# %% [markdown]
# ## 5. Where do propensities come from?
#
# Your log does not say what was shown. The usual way out is to guess: an item with many interactions
# must have been shown often. Saito and colleagues take the square root of popularity.

# %% [markdown]
# ### Exercise 4: guess the propensities
#
# Set `guessed` to the square root of (popularity / largest popularity). A cold item counts as one with
# one interaction. Expected: one number an item, the largest 1.
#
# <details><summary>Hint 1</summary>
#
# Divide first, then take the root. The largest becomes 1 either way.
#
# </details>
# <details><summary>Hint 2</summary>
#
# What would the weight of a cold item be? `np.maximum(counts, 1)` lifts zeros only.
#
# </details>

# %% exercise="guess"
popularity = parts.popularity
guessed = ...  # replace the dots
### BEGIN SOLUTION
guessed = (np.maximum(popularity, 1) / popularity.max()) ** 0.5
### END SOLUTION

# %% check="guess" points=1
debiasing.guess(guessed, popularity=popularity)

# %% [markdown]
# How good is this guess? Against the share of users that an item was really shown to, then against the
# propensities of single pairs:

# %%
guess = guesses["root of popularity"]
per_item = np.corrcoef(guess, propensity.mean(axis=0))[0, 1]
per_pair = np.corrcoef(np.tile(guess, parts.n_users), propensity.ravel())[0, 1]
print(f"correlation: {per_item:.2f} over items, {per_pair:.2f} over pairs of user and item")

# %% [markdown]
# Good over items, poor over pairs: what is shown depends on the user. Does that matter? "fitted" is a
# better guess than anybody has: exponent and height fitted to the true shares.
#
# **Predict.** Compare EASE with its variant, exponent .25, which is better in truth. Which estimators
# see that?

# %%
pair = ["EASE", "EASE, exponent .25"]
kept = table.filter(pl.col("estimator").is_in(["naive", "IPS", "SNIPS"]))
wide = kept.pivot("recommender", index=["propensity", "estimator"], values="estimate")
print("truth:", *(f"{name} {true_value(parts, lists[name]):.3f};" for name in pair))
wide.select("propensity", "estimator", pl.col(pair).round(3))

# %% [markdown]
# **What it means.** With true propensities both are right. With guessed ones the cure is worse than
# the disease. SNIPS puts the two in the wrong order, which the naive mean had right. IPS exaggerates
# the difference many times over, and with the "fitted" guess it announces a share above 1. A popular
# item is shown to nearly everybody, but a *recommended* item is shown to exactly those who like it: there the
# guess is too low for some items and too high for others, by factors.
#
# So do not print one IPS number from guessed propensities as "the unbiased result". Show several
# exponents beside the naive mean. Better: log what is shown, and show a few places at random, so that
# propensities are known and never 0.

# %% [markdown]
# ## 6. Training with weights
#
# The same weights can go into a loss. `RelevanceMF` is a matrix factorisation that predicts a
# preference for every pair. Without weights, whatever was not chosen counts as disliked. With
# weights $1/p$ a choice of a rare item counts more.
#
# **Predict.** Weights of 1/popularity, without a floor. The log has more than a hundred thousand
# choices. As how many choices of equal weight do these count?

# %%
choice = parts.train.indices
settings = {"1/popularity": (1, 0), "1/popularity, clipped": (1, 0.3)}
settings["1/root of popularity, clipped"] = (0.5, 0.3)
rows = []
for name, (exponent, floor) in settings.items():
    weight = 1 / np.maximum(popularity_propensity(parts, exponent), floor)[choice]
    heaviest = np.sort(weight)[-len(weight) // 100 :].sum() / weight.sum()
    equal = weight.sum() ** 2 / (weight**2).sum()
    rows.append((name, round(weight.max()), f"{heaviest:.0%}", round(equal)))
columns = ["weights", "largest", "share of the heaviest 1%", "worth equal choices"]
pl.DataFrame(rows, columns, orient="row")

# %% [markdown]
# The last column, $(\sum w)^2 / \sum w^2$, is the **effective sample size** (有效样本量). Now what becomes of
# the models. Training all of them takes minutes, so this table is read from stored results (one seed,
# fitted on train and validation, the same settings for all but the weights). `value` is the mean true preference of the lists,
# `tail_value` that of their tail items, null where there are none. `ndcg` is NDCG@10 on the test part,
# `tail_ndcg_100` the tail's NDCG@100.

# %%
from longtail_course.experiments import debiased_results

debiased_results("weights")

# %% [markdown]
# <details><summary>Train one of them yourself</summary>
#
# On two free cores it takes about ten seconds. Change a parameter and see.
#
# ```python
# from longtail_course.experiments.debiased_models import judge
# from longtail_course.experiments.debiased_subjects import SUBJECTS
#
# model = SUBJECTS["1/popularity"].build().refit(parts)
# judge(model, parts.final())
# ```
#
# </details>
#
# **What it means.** Without a floor the model falls to the value of Popularity, and below it on the test
# part. Its lists are full of mid and tail items, so by a count of tail items it would look like a success;
# `tail_value` says that hardly anybody wants these. One lucky purchase of a rare item outweighs hundreds of
# others. SNIPS does not cure that: it divides all weights by the same number. A floor does. With it the tail
# gets one or two places in a thousand, well filled, where the model without weights gives it next to none.
#
# But no weighting reaches the row without weights in value; not on the test part, which is as biased as the
# log, and not in truth either. Not even with the true propensities! Is the log to blame? In it an item may
# be shown several times, and the propensity only says "at least once". So the same on a fresh log, where
# the propensities are exactly right:

# %%
debiased_results("weights on a fresh log")

# %% [markdown]
# The collapse is the same, and so is the first place. Two reasons. Unbiased is a statement about averages, and
# a model is fitted once, on one log: the price is variance. And these losses are bounded, or training would
# run away, which gives up some of the unbiasedness. With far more interactions the balance may tip. What
# the weights do here is to move a few places from the head to the rest. That may be wanted. It is a
# decision about whom to serve, and not the correction of an error.

# %% [markdown]
# ## 7. Logit adjustment: after training
#
# Menon and colleagues leave training alone and subtract from each score what popularity has added:
#
# $$ s'_{ui} = s_{ui} - \tau \log \pi_i, \qquad \pi_i = \text{share of } i \text{ in all interactions}. $$
#
# This is **logit adjustment** (对数几率调整) after the fact, with one number, the strength $\tau$. The theory
# holds for scores that come out of a softmax. Any other score has a scale of its own: those of EASE lie
# mostly between 0 and 1, so the strengths are small.
#
# **Predict.** Slide until half of the places belong to the tail. What are the tail items worth that
# came in? (The average tail item is worth what the first table of this lesson says.)

# %%
from longtail_course.widgets import adjustment_slider

strengths = [0, 0.005, 0.01, 0.02, 0.03, 0.05]
strength = adjustment_slider(models["EASE"], parts, strengths)
strength

# %% [markdown]
# On paper: no adjustment, a small one and a large one.

# %%
strength.snapshots(strength=[0, 0.01, 0.05])

# %% [markdown]
# **What it means.** At the smallest strength a few wanted tail items come in. Beyond it the strength turns the
# shares like a tap, and what comes out is worth no more than a tail item drawn at random. EASE knows
# nearly nothing about the tail: most of its scores there lie near 0. The same constant then lifts the same
# items into everybody's list, and coverage hardly rises. One can take popularity out of a score. One cannot
# put knowledge in.
#
# ## 8. Three debiased models, beside plain ones
#
# - **MACR** learns what the item alone and the user alone explain, beside their match, and subtracts it
#   when it ranks.
# - **CDN** mixes an item's id, good for the head, with its attributes, good for the tail, and trains a
#   second branch of the user side on a log with a thinned-out head.
# - **BBN** trains two branches, one on the log and one on a log where rare items are drawn more often,
#   and averages them.
#
# All with the settings that the library delivers, one seed, the baselines too (lesson 08 says what such a
# comparison is worth). The factorisation without weights, from section 6, is in the table as well: it is
# the plain model of the same kind. Stored results, on the shop's log.
#
# **Predict.** Which of the three are worth more than EASE? Which beat the plain factorisation? Whose tail
# items are worth most?

# %%
debiased_results("debiased")

# %% [markdown]
# **What it means.**
#
# - CDN and MACR are worth more than either EASE. The test part says the opposite: there both EASE lead. It is a
#   log too, and rewards what the shop has shown. Section 2, once more.
# - Compared with EASE, CDN and MACR look like a success of debiasing. The plain factorisation, without any of it, is
#   worth more than both. Always put the undebiased model of the same kind beside a debiased one.
# - Neither gives the tail more than a handful of places.
# - BBN gives it a third of all places, and fills them with items that hardly anybody wants. It is worth less than
#   Popularity.
# - Among the models that keep the value of EASE, the cheapest change does most for the tail: the exponent of
#   lesson 08 gives it few places and fills them well.
#
# Remember the ceiling, in the second table of this lesson: each user has ten tail items that they would choose
# three times in four. Nothing here comes near it. Interactions alone do not say which they are; texts may
# (later in the course).

# %% [markdown]
# <details><summary>Instructor's note</summary>
#
# Usual misconception: "unbiased" means "close". Let each participant compute IPS for a list of their own
# invention with one propensity of .1, shown by luck; then average the room's results. Short of time?
# Sections 1 to 4 carry the lesson (40 minutes). Sections 7 and 8 can be read at home.
#
# </details>

# %% [markdown]
# ## Take-aways
#
# - Popularity mixes preference with exposure. The tail is liked less on average, and each user has tail
#   items that they would choose and were hardly shown.
# - The naive mean is wrong by an amount that depends on the model.
# - With true propensities IPS, SNIPS and doubly robust are right on average. A floor trades variance
#   for bias, which pays with few users.
# - With guessed propensities the same formulas can be worse than the naive mean, and turn an order
#   round.
# - In training, unclipped weights can ruin a model. Judge a debiased model beside its plain twin, and by
#   what its tail items are worth, not by how many there are.

# %% [markdown]
# ## Quiz

# %%
debiasing.lesson_quiz()

# %% [markdown]
# ## What comes next
#
# Lesson 11 leaves the model alone and changes the list: re-ranking, its price, and what happens when
# models learn from the lists that they have shown.

# %% [markdown]
# ## References
#
# - Horvitz, D. G., Thompson, D. J. (1952). A generalization of sampling without replacement from a
#   finite universe. *Journal of the American Statistical Association* 47(260), 663–685. The idea of IPS.
# - Schnabel, T., Swaminathan, A., Singh, A., Chandak, N., Joachims, T. (2016). Recommendations as
#   treatments: debiasing learning and evaluation. *ICML*.
# - Swaminathan, A., Joachims, T. (2015). The self-normalized estimator for counterfactual learning.
#   *NIPS*. SNIPS.
# - Dudík, M., Langford, J., Li, L. (2011). Doubly robust policy evaluation and learning. *ICML*.
# - Wang, X., Zhang, R., Sun, Y., Qi, J. (2019). Doubly robust joint learning for recommendation on data
#   missing not at random. *ICML*.
# - Saito, Y., Yaginuma, S., Nishino, Y., Sakata, H., Nakata, K. (2020). Unbiased recommender learning
#   from missing-not-at-random implicit feedback. *WSDM*.
# - Yang, L., Cui, Y., Xuan, Y., Wang, C., Belongie, S., Estrin, D. (2018). Unbiased offline recommender
#   evaluation for missing-not-at-random implicit feedback. *RecSys*.
# - Menon, A. K., Jayasumana, S., Rawat, A. S., Jain, H., Veit, A., Kumar, S. (2021). Long-tail learning
#   via logit adjustment. *ICLR*.
# - Wei, T., Feng, F., Chen, J., Wu, Z., Yi, J., He, X. (2021). Model-agnostic counterfactual reasoning
#   for eliminating popularity bias in recommender system. *KDD*. MACR.
# - Zhang, Y., Wang, R., Yao, T., Yi, X., Hong, L., Caverlee, J., Chi, E. H., Cheng, D. Z. (2023).
#   Empowering long-tail item recommendation through cross decoupling network (CDN). *KDD*.
# - Zhou, B., Cui, Q., Wei, X.-S., Chen, Z.-M. (2020). BBN: bilateral-branch network with cumulative
#   learning for long-tailed visual recognition. *CVPR*.
# - Chen, J., Dong, H., Wang, X., Feng, F., Wang, M., He, X. (2023). Bias and debias in recommender
#   system: a survey and future directions. *ACM Transactions on Information Systems* 41(3).
