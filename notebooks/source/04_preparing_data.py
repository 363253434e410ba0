# %% [markdown]
# # 04. Preparing data
#
# {{time}}
#
# ## What you will learn
#
# - Read a dirty log without losing rows in silence, and account for every row that goes.
# - Choose which of two repeated interactions stays, and say why.
# - Count what a k-core takes from the long tail.
# - Recognise a leak by a number that is too good.
# - Choose a split by the question that it answers.
#
# ## Before you start
#
# Lessons 00 and 01. Polars or pandas helps; you can read the cells without either.
#
# Used by: every later lesson starts from a prepared log and a split.

# %% [markdown]
# ## One line in the article
#
# The article's pipeline begins with a single sentence (sections 2.3 and 3.2):
#
# > 数据预处理：对用户行为数据和项目特征数据进行清洗、去重、归一化等处理，形成训练数据集和验证数据集。
#
# **Data preprocessing** (数据预处理): clean, deduplicate and normalise, then form a training set and a
# validation set. The function `preprocess_data` in its code (5.2) does none of that: it returns what
# it was given.
#
# What has to happen to a raw log before a model may see it, and what goes wrong if it does not?
# Here is a **log** (日志) of a shop. Defects were put into it, and a list of them was kept.
#
# **Predict:** read ten rows. How many kinds of defects do you see, and how many more do you expect?

# %%
import numpy as np
import polars as pl

from longtail_course.checks import preparing_data
from longtail_course.worlds import load_dirty_log

raw = load_dirty_log()
raw.frame.head(10)

# %% [markdown]
# ## The naive way
#
# Columns `stars` and `ts` should be numbers. So turn them into numbers. First the strict way; then,
# since that fails, a way that skips what it cannot read.
#
# **Predict:** five stars are the most that this shop allows. What will the maximum be? And the year
# of the last interaction?

# %%
try:
    [float(value) for value in raw.frame["stars"].drop_nulls()]
except ValueError as error:
    print("Strict:", error)
stars = raw.frame["stars"].cast(pl.Float64, strict=False).fill_nan(None)
times = raw.frame["ts"].cast(pl.Int64, strict=False)
print(f"Stars: mean {stars.mean():.2f}, maximum {stars.max():g}.")
print(f"Users: {raw.frame['uid'].n_unique()}.", end=" ")
print(f"Last interaction: in the year {1970 + times.max() / 31_556_952:,.0f}.")

# %% [markdown]
# The first line is the lucky case: it failed. The other three did not fail, and they are wrong.
# Numbers outside the scale move the mean. "7" and "7 " count as two users. Some times are in
# milliseconds, and read as seconds they lie far in the future.
#
# **What it means.** A program that does not complain has not understood your data. It has only not
# looked.

# %% [markdown]
# ### Exercise 1: exact copies
#
# An app sends an interaction, gets no answer, and sends it again: a **duplicate** (重复记录). Set
# `n_copies` to the number of rows of `raw.frame` that could be dropped because an equal row stays.
# Expected: a few hundred.
#
# <details><summary>Hint 1</summary>
#
# If a row stands there three times, two of the three are copies.
#
# </details>
# <details><summary>Hint 2</summary>
#
# `raw.frame.unique()` keeps one row of each set of equal rows.
#
# </details>

# %% exercise="exact-copies"
n_copies = ...  # replace the dots
### BEGIN SOLUTION
n_copies = raw.frame.height - raw.frame.unique().height
### END SOLUTION

# %% check="exact-copies" points=1
preparing_data.exact_copies(n_copies, frame=raw.frame)

# %% [markdown]
# ## Read strictly, then on purpose
#
# `read_table` reads a log and a catalogue. By default it is strict: it refuses a file that it does
# not understand, and says where.

# %%
from longtail_lib import evaluate, prepare, read_table, split
from longtail_lib.preprocessing import seconds

columns = {"user": "uid", "item": "sku", "rating": "stars", "timestamp": "ts"}
catalogue = {"items": raw.path.with_name("items.csv.gz"), "item_id": "item_id", "title": "title"}
try:
    read_table(raw.path, **columns, **catalogue)
except ValueError as error:
    print(error)

# %% [markdown]
# File, row, column, what is wrong, how many more, and a way out. Often you should mend the source. We
# go on: what cannot be read becomes a null, and is counted.

# %%
log = read_table(raw.path, **columns, **catalogue, on_error="null", unknown_items="keep")
print(log.card.notes.replace("; ", "\n"))
print("Three spellings:", seconds(["1672576636", "1672576636000", "2023-01-01T12:37:16Z"]).values)

# %% [markdown]
# The units of a **timestamp** (时间戳) are told apart by size. A present day in seconds has ten
# digits, in milliseconds thirteen; no date of the internet's life can be both. In the last line
# `seconds` reads three spellings of one moment.

# %% [markdown]
# ## Clean, step by step
#
# `prepare` cleans in a fixed order and keeps account of every row. We tell it the scale of the
# ratings, and look at who is left.
#
# **Predict:** how many interactions does the most active user have on one day?

# %%
first = prepare(log, rating_range=(1, 5))
a_day = first.interactions.group_by("user_id", day=pl.col("timestamp") // 86_400).len()
a_day.sort("len", descending=True).head(3)

# %% [markdown]
# One account lives at another speed: a **bot user** (机器人用户), a program. It would teach every model
# that all items belong together. A limit a day that only the program passes is easy to set here. In
# a real log it is a judgement.

# %%
rules = {"rating_range": (1, 5), "max_user_interactions_per_day": 500}
clean = prepare(log, **rules)
clean.preparation

# %% [markdown]
# ## Found and injected
#
# Now the list. `injected` is what was put in, `found` what each step dropped of the people's rows,
# `of_bot` what it dropped of the bot's. Below it some rows of one step.
#
# **Predict:** apart from the bot's, do `injected` and `found` agree in every row?

# %%
print(preparing_data.found_and_injected(clean.preparation, raw.defects))
clean.preparation.rows("unknown items").select("row", "user_id", "item_id").head(6)

# %% [markdown]
# The bot's rows add up: some of them were repeated pairs and went before the step that names it. The
# order of the steps decides which reason a row gets. But `unknown items` dropped more than was
# injected.
#
# The rows show two kinds: numbers that no item has, and item ids in small letters. The second kind are good
# interactions with known items, and we were about to lose them. `prepare` strips spaces, but it does
# not guess that `s1577` means `S1577`: in another shop these are two items. You know this shop, so you
# say it.

# %%
big_letters = pl.col("item_id").str.to_uppercase()
log = log.replace(interactions=log.interactions.with_columns(big_letters))
clean = prepare(log, **rules)
print(f"{clean.n_interactions:,} pairs left, {raw.defects['recoverable']:,} could be recovered.")
print(f"{clean.n_users} users; mean {clean.interactions['rating'].mean():.2f} stars.")

# %%
from longtail_course.pictures import preparation_steps

preparation_steps(clean.preparation)

# %% [markdown]
# **What it means.** Every row is either there or has a reason for not being there. Compare users and
# mean with those of the naive way: every row of the bot held five stars.

# %% [markdown]
# ## Which of two stays?
#
# Exact copies are easy. Harder: one user, one item, three ratings.
#
# | Day | 1 | 2 | 9 |
# |---|---|---|---|
# | Stars | 3 | 5 | 2 |
#
# `duplicates="first"`, `"last"` or `"highest"` says which one stays.

# %% [markdown]
# ### Exercise 2: choose the rule
#
# Set `rules_for` to a dictionary that gives one rule to each purpose:
#
# - `"taste now"`: predict what the user thinks of such items today;
# - `"first met"`: split by time, and ask whether the model would have found the item before the user
#   did;
# - `"ever liked"`: count four stars or more as liked, whenever that was.
#
# Expected: three different rules.
#
# <details><summary>Hint 1</summary>
#
# Which of the three days answers each question?
#
# </details>
# <details><summary>Hint 2</summary>
#
# `{"taste now": "...", "first met": "...", "ever liked": "..."}`
#
# </details>

# %% exercise="duplicate-rules"
rules_for = ...
### BEGIN SOLUTION
rules_for = {"taste now": "last", "first met": "first", "ever liked": "highest"}
### END SOLUTION

# %% check="duplicate-rules" points=1
preparing_data.duplicate_rules(rules_for)

# %% [markdown]
# Does it matter? We keep ratings from 4 on, once with each rule. Turning ratings, which are **explicit
# feedback** (显式反馈), into liked or nothing, **implicit feedback** (隐式反馈), is called an **implicit
# threshold** (隐式化阈值).

# %%
for rule in ("first", "last", "highest"):
    kept = prepare(log, **rules, duplicates=rule, min_rating=4).n_interactions
    print(f"{rule:8} {kept:,} liked")

# %% [markdown]
# The same log, the same threshold, three datasets. From here on we use `"last"`, the default.
#
# ## The same in pandas
#
# The library leaves your frames what they are. One line hands the log over as pandas.

# %%
import pandas as pd

as_pandas = log.replace(interactions=pd.DataFrame(log.interactions.to_dict(as_series=False)))
same = prepare(as_pandas, **rules)
print("A pandas frame came out:", isinstance(same.interactions, pd.DataFrame))
print("Equal steps:", same.preparation.to_frame().equals(clean.preparation.to_frame()))

# %% [markdown]
# ## One pass is not enough
#
# A model learns little about a user with one interaction. Many studies therefore keep only users and
# items with at least k interactions, the **k-core** (k 核). Five users, k = 2. One pass drops users
# and items below two:

# %%
five = preparing_data.FIVE_USERS
enough = (pl.len().over("user_id") >= 2) & (pl.len().over("item_id") >= 2)
five.filter(enough).group_by("user_id", maintain_order=True).all()

# %% [markdown]
# The mirror had one user, so it went. Now look at Eve.

# %% [markdown]
# ### Exercise 3: a 2-core by hand
#
# Go on with a pencil until every user has two items and every item two users. Set `kept` to the set of
# the users who are left. Expected: fewer than you may think.
#
# <details><summary>Hint 1</summary>
#
# Eve has one item left, so Eve goes. Who shared the clock with her?
#
# </details>
# <details><summary>Hint 2</summary>
#
# After each user that goes, count the users of the items again; after each item, the items of the
# users.
#
# </details>

# %% exercise="core-users"
kept = ...
### BEGIN SOLUTION
kept = {"Ann", "Ben"}
### END SOLUTION

# %% check="core-users" points=1
preparing_data.core_users(kept)

# %% [markdown]
# `prepare` repeats the passes until nothing changes, a **fixed point** (不动点). Its parameters are
# `min_user_interactions` and `min_item_interactions`. On our log, for every k from 1 to 20:
#
# **Predict:** k = 5 is common in papers. Which share of the tail survives it? The tail is the less
# popular half of the catalogue, as in lesson 01.

# %%
from longtail_course.widgets import core_slider

slider = core_slider(clean, k=1)
slider

# %% [markdown]
# On paper: k = 1, which leaves out only the cold items, then k = 5.

# %%
slider.snapshots(k=[1, 5])

# %% [markdown]
# **What it means.** A k-core leaves out what is hard, and that lies where this course wants to look.
# A study of the long tail that begins with a 5-core has thrown its subject away. We keep all items;
# `keep_catalogue=True`, the default, also keeps cold ones.

# %% [markdown]
# ## Normalise, with whose statistics?
#
# The article's third word: normalise. Two ways are common. **Mean-centring** subtracts the mean of
# the user, $r' = r - \bar r_u$, so that a mild judge and a strict one can be compared. **Min–max
# normalisation** (最小–最大归一化) maps the lowest value to 0 and the highest to 1:
#
# $$r' = \frac{r - r_{min}}{r_{max} - r_{min}}$$
#
# Either needs **statistics** (统计量): a mean, a minimum. Computed over which rows? A **leak** (泄漏)
# is information from the test part, or from the future, that reaches the model. A mean over the whole
# log holds the very ratings that we shall ask the model to predict. How bad is that? Let us measure.
#
# A **split** (数据划分) takes interactions out: train to learn from, validation to choose, test to
# measure. `how="random"` draws them. The model is the simplest that there is: predict a mean. The
# error is the root mean squared error (RMSE), in stars; smaller is better.

# %%
parts = split(clean, how="random", values="rating")
test = parts.test.tocoo()
whole = parts.train + parts.validation + parts.test


def means(matrix, axis):
    ids, n = matrix.tocoo().coords[axis], matrix.shape[axis]
    counts, sums = np.bincount(ids, minlength=n), np.bincount(ids, matrix.data, n)
    return np.where(counts > 0, sums / np.maximum(counts, 1), matrix.data.mean())


# %% [markdown]
# Five predictions: one number for all as the baseline, the mean of the user, and the mean of the item;
# the last two once from train and once from the whole log.
#
# **Predict:** which of them has the smallest error? In which part of the catalogue does it gain most?

# %%
from longtail_course.toys import rmse
from longtail_lib.tail import popularity_groups

predictions = {
    "one number, from train": np.full(test.nnz, parts.train.data.mean()),
    "user mean, from train": means(parts.train, 0)[test.row],
    "user mean, whole log": means(whole, 0)[test.row],
    "item mean, from train": means(parts.train, 1)[test.col],
    "item mean, whole log": means(whole, 1)[test.col],
}
errors = rmse(predictions, test.data, test.col, popularity_groups(parts.popularity))
print(errors)
flat, _, _, honest, leaking = errors["overall"]
print(f"Item mean, leaking: {leaking}; honest: {honest}. One number for all: {flat}.")
print(f"In the tail the leak hides {1 - errors['tail'][4] / errors['tail'][3]:.0%} of the error.")

# %% [markdown]
# **What it means.** A mean over n ratings holds 1/n of each of them. A user here has dozens of ratings:
# the leak is small. A tail item has one or two: the mean *is* the rating to be predicted. The number
# looks like a breakthrough for the long tail, and nothing in the code looks wrong. Compare the honest
# item mean with one number for all: a leak can make a winner of a feature that helps nobody.
#
# The cure: split first, fit on train, apply to all parts. `RatingNormaliser` is made like that, and
# `prepare` warns whoever normalises before the split. Some test ratings, normalised in both ways:

# %%
import warnings

from longtail_lib.preprocessing import RatingNormaliser

with warnings.catch_warnings(record=True) as caught:
    warnings.simplefilter("always")
    prepare(clean, normalise="user")
print(f"{caught[0].category.__name__}: {str(caught[0].message).split('. ')[0]}.")
ways = {way: RatingNormaliser(way).fit(parts) for way in ("user", "min-max")}
shown = {way: fitted.transform(parts).test.data.round(2) for way, fitted in ways.items()}
pl.DataFrame({"user_id": parts.user_ids[test.row], "raw": test.data, **shown})[::600]

# %% [markdown]
# ## Copies on both sides
#
# Suppose that nobody had removed duplicates. We draw a fifth of the rows for test and recommend to
# each user what that user has had already. This model knows nothing.
#
# **Predict:** how much of the test part does it find?

# %%
for name, rows in [("raw", log.interactions.drop_nulls()), ("prepared", clean.interactions)]:
    drawn = np.random.default_rng(0).random(len(rows)) < 0.2
    seen = rows.filter(drawn).join(rows.filter(~drawn), on=["user_id", "item_id"], how="semi")
    print(f"{name:8} {len(seen) / drawn.sum():.1%} of the test rows found by repeating train")

# %% [markdown]
# In the raw log it scores without any skill, and so does every model that favours what it has seen.
# `evaluate` masks seen items; there such rows could never be found, and the number would be too *low*.
# Wrong both ways. `split` refuses a log with repeated pairs.

# %% [markdown]
# ## Fitted on everything
#
# The next leak needs one wrong variable. A model for the shop is fitted on all data, as it should be;
# then somebody measures *that* model on the test part. Three baselines, honest and leaking. NDCG@10
# says how high the held-out items stand in lists of ten, between 0 and 1; lesson 06 takes it apart.
#
# **Predict:** which of the three models gains most from having seen the answers?

# %%
from dataclasses import replace

from longtail_lib.models import EASE, ItemKNN, Popularity


def ndcg(parts, fit_on=None):
    models = [model().fit(fit_on or parts) for model in (Popularity, ItemKNN, EASE)]
    reports = [evaluate(model, parts, metrics=["NDCG"], allow_known=True) for model in models]
    return {report.model: round(report["NDCG@10"].value, 2) for report in reports}


drawn = split(clean, how="random")
everything = replace(drawn, train=drawn.train + drawn.validation + drawn.test)
pl.DataFrame([{"fitted on": "train"} | ndcg(drawn), {"fitted on": "all"} | ndcg(drawn, everything)])

# %% [markdown]
# A leak does not raise all models alike. Popularity hardly notices: one more interaction changes its
# list little. EASE has a weight for each pair of items, and can remember. The more freely a model can
# remember, the more a leak favours it, and the comparison that you wanted to make is lost. So `evaluate`
# looks at what a model was fitted on, and refuses unless `allow_known=True` says that the leak is meant.
#
# ## The future
#
# The last leak comes with the split itself. Split at random, train holds interactions from *after*
# the test. A model then learns from the future what it should have foreseen.

# %% [markdown]
# ### Exercise 4: look for the future
#
# Write `future_share(train, test)`. Both are arrays of times; return the share of train times that
# are not before the first test time. Expected: `future_share(np.array([1, 9]), np.array([4, 6]))`
# is 0.5.
#
# <details><summary>Hint 1</summary>
#
# `test.min()` is the moment at which the test begins.
#
# </details>
# <details><summary>Hint 2</summary>
#
# The mean of True and False is a share. What about the same second?
#
# </details>


# %% exercise="future-share"
def future_share(train, test):
    """Share of train times that are not before the first test time."""
    ### BEGIN SOLUTION
    return np.mean(train >= test.min())
    ### END SOLUTION


# %% check="future-share" points=1
preparing_data.future_share(future_share)

# %% [markdown]
# ## Three splits
#
# - **Leave-last-out** (留最后一个划分): the last interaction of each user is test, the one before
#   validation.
# - **Temporal** (按时间划分): one moment for all. Train before it, test after it.
# - **Random** (随机划分): a draw.
#
# `future` is the share that you have just programmed; `new users` the share of test users without
# any train interaction; `cold items` the share of test interactions with items that train does not
# have.
#
# **Predict:** which of them has `future` 0? Does the same model win in all three?

# %%
from longtail_course.toys import split_summary

splits = {how: split(clean, how=how) for how in ("leave-last-out", "temporal", "random")}
rows = [{"split": how, **split_summary(p), **ndcg(p)} for how, p in splits.items()]
table = pl.DataFrame(rows)
table.drop("Popularity", "ItemKNN", "EASE", "validation")

# %%
print(table.select("split", "Popularity", "ItemKNN", "EASE"))
ahead = table.filter(pl.col("Popularity") > pl.max_horizontal("ItemKNN", "EASE"))["split"]
print("Popularity is the best under:", ", ".join(ahead) or "no split")

# %% [markdown]
# Do not compare numbers down a column: each split has other users and other test sizes. Compare models
# within a row. A model that learns from a user's own past has nothing to say to a new user, so the more
# new users a test holds, the better Popularity looks beside it. Neither ItemKNN nor EASE helps there;
# what does is a later lesson. With a few hundred users, a difference of one or two hundredths is noise.
#
# | Split | The question that it answers | What it hides |
# |---|---|---|
# | leave-last-out | What will a known user do next? | new users; the future of all others is in train |
# | temporal | What would the model have done, had we started it that day? | little, but few users are left to test |
# | random | Which hidden part of a finished table can be filled in? | time |
#
# The course uses leave-last-out where it asks about known users, and says so. Before you believe a
# number that decides something, use the temporal split.

# %% [markdown]
# <details><summary>Instructor's note</summary>
#
# Usual misconception: "leakage means that test rows are in train". Here no row is in both, and the
# item means leak all the same. Let the class guess the tail error of the item mean before the cell
# runs; it is the moment that stays. 60 minutes as it stands; without pandas and the k-core 40.
#
# </details>

# %% [markdown]
# ## Take-aways
#
# - Read strictly first. What you drop, drop on purpose, with a count and a reason.
# - Write down the rule for duplicates, the threshold and the k-core: each makes another dataset, and a
#   k-core takes the tail away.
# - Split first. Every statistic is fitted on train.
# - A leak is largest where data is smallest: in the tail. Distrust a number that is too good there.
# - A split is a question. Choose the question before the split.

# %% [markdown]
# ## Quiz

# %%
preparing_data.lesson_quiz()

# %% [markdown]
# ## What comes next
#
# The log is clean and split. Lesson 05 trains the article's model on such data, and its repair.
# Lesson 06 asks what NDCG and the others really measure.

# %% [markdown]
# ## References
#
# - 禅与计算机程序设计艺术 / Zen and the Art of Computer Programming. The article that this course
#   follows (in Chinese), sections 2.3 and 3.2.
# - Kaufman, S., Rosset, S., Perlich, C. (2011). Leakage in data mining: formulation, detection, and
#   avoidance. *KDD*.
# - Ji, Y., Sun, A., Zhang, J., Li, C. (2023). A critical study on data leakage in recommender system
#   offline evaluation. *ACM Transactions on Information Systems* 41(3), article 75.
# - Meng, Z., McCreadie, R., Macdonald, C., Ounis, I. (2020). Exploring data splitting strategies for
#   the evaluation of recommendation models. *RecSys*.
# - Seidman, S. B. (1983). Network structure and minimum degree. *Social Networks* 5(3), 269–287. The
#   k-core.
