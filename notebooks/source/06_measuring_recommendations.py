# %% [markdown]
# # 06. Measuring recommendations
#
# {{time}}
#
# ## What you will learn
#
# - Compute six accuracy metrics of one list by hand.
# - Rank the whole catalogue, mask seen items, and order ties by a stated rule.
# - Read a report for head, mid and tail, and see what is recommended at all.
# - Tell a difference from chance, with paired intervals.
# - Find out that a metric is broken, without reading its code.
#
# ## Before you start
#
# Lessons 00, 01 and 04: popularity, head, mid and tail, and the split.
#
# Used by: every later lesson. They all compare models with the report of this one.

# %% [markdown]
# ## When is one list better than another?
#
# The article gives measuring one line, in its sections 2.3 and 3.2:
#
# > 模型评估：使用验证集评估模型性能，调整模型参数。
#
# "Evaluate the model on the validation set and adjust its parameters." (What was adjusted on
# validation has to be reported on test; we come to that in lesson 07.) It does not say *how* to
# evaluate. Two people can follow this line and come to opposite results.
#
# So: how do you know that one list is better than another? And how can the number that says so be
# wrong? This lesson shows three ways.
#
# ## One list, six numbers
#
# Six items in the order in which a model ranks them. Two are **relevant** (相关): the user chose them
# later, and the model did not know. They stand at ranks 2 and 5.
#
# A page shows the first $k$ places. $k$ is called the **cut-off** (截断位置). Let $h_r$ be 1 where the
# item at rank $r$ is relevant, and $|R|$ the number of relevant items.
#
# | Metric (评估指标) | Question | Formula |
# |---|---|---|
# | **HitRate** (命中率) | Is anything relevant shown? | 1 if any $h_r = 1$ with $r \le k$ |
# | **Recall** (召回率) | Which share of the relevant items is shown? | $\sum_{r \le k} h_r / \lvert R \rvert$ |
# | **Precision** (精确率) | Which share of the page is relevant? | $\sum_{r \le k} h_r / k$ |
# | **MRR** (平均倒数排名) | How far down is the first one? | 1 / rank of the first hit |
# | **MAP** (平均精度均值) | How good is the page at each hit? | precision at each hit, divided by $\lvert R \rvert$ |
#
# The M in MRR and MAP is the mean over users; here is only one.
#
# **Predict:** all five at $k = 3$. Then move to $k = 5$: which of them fall?


# %%
import numpy as np
import polars as pl

from longtail_course.checks import measuring

hit = measuring.HIT  # [0, 1, 0, 0, 1, 0]


def by_hand(hit, k):
    top, rank = hit[:k], np.arange(1, k + 1)
    precision = top.cumsum() / rank
    mean = top @ precision / hit.sum()
    return np.array([top.max(), top.sum() / hit.sum(), precision[-1], max(top / rank), mean])


names = ["HitRate", "Recall", "Precision", "MRR", "MAP"]
pl.DataFrame({"metric": names, **{f"k = {k}": by_hand(hit, k).round(3) for k in (1, 3, 5, 6)}})

# %% [markdown]
# None falls from 3 to 5, but Precision does from 5 to 6: the page grew and nothing relevant came.
# HitRate and MRR do not care about the second item at all.
#
# The sixth metric counts every hit, and counts it less the lower it stands. The **DCG** adds up
# $h_r / \log_2(r + 1)$ over the first $k$ ranks. **NDCG** (归一化折损累计增益) divides it by the DCG of
# the ideal list, which has all relevant items first.

# %% [markdown]
# ### Exercise 1: NDCG by hand
#
# Set `ndcg` to the NDCG of this list at $k = 5$. Expected: between .6 and .65.
#
# <details><summary>Hint 1</summary>
#
# Two hits, so the DCG has two terms: rank 2 and rank 5. `np.log2(3)` belongs to rank 2.
#
# </details>
# <details><summary>Hint 2</summary>
#
# The ideal list has its two relevant items at ranks 1 and 2, whatever $k$ is.
#
# </details>
# <details><summary>Hint 3</summary>
#
# `1 / np.log2(np.arange(2, 7))` is what a hit at each of the ranks 1 to 5 is worth.
#
# </details>

# %% exercise="ndcg"
ndcg = ...  # replace the dots
### BEGIN SOLUTION
worth = 1 / np.log2(np.arange(2, 7))
ndcg = hit[:5] @ worth / worth[: hit.sum()].sum()
### END SOLUTION

# %% check="ndcg" points=1
measuring.ndcg(ndcg, hit=hit, k=5)

# %% [markdown]
# The check compares with the library, which computes all six for all users at once.
#
# Now move something: one relevant item, two sliders. **Predict:** you pull it from rank 1 to rank 2.
# Which metric loses most? And what happens as it crosses the cut-off?

# %%
from longtail_course.widgets import rank_slider

slider = rank_slider(rank=2, k=3)
slider

# %% [markdown]
# On paper, from top to bottom: rank 1, rank 3, rank 4, with the cut-off at 3.

# %%
slider.snapshots(rank=[1, 3, 4])

# %% [markdown]
# **What it means.** HitRate is a step. MRR halves from rank 1 to 2. NDCG falls more gently. All are
# blind below the cut-off. Choose the one that asks what your page asks, before you see the results.

# %% [markdown]
# ## From one list to a shop
#
# This course cares about the tail. So the first question to a split is how many users have a tail
# item in test.
#
# **Predict:** half of the catalogue is tail. What share of the users has a tail item in test?

# %% tags=["parameters"]
dataset = "shop"  # the text is about the shop; "video", "music" and "movielens-small" run too

# %%
from longtail_lib import load_dataset, prepare, split
from longtail_lib.tail import popularity_groups

clean = prepare(load_dataset(dataset, truth=False), min_rating=4)
for how in ("leave-last-out", "random"):
    parts = split(clean, how=how)
    tail = popularity_groups(parts.popularity).mask("tail")
    users = np.count_nonzero(np.diff(parts.test[:, tail].indptr))
    print(f"{how:14} {users} of {parts.n_users:,} users have a tail item in test")

# %% [markdown]
# Leave-last-out keeps one interaction of each user for test, so hardly anyone can speak for the tail.
# A random split keeps a fifth of all interactions. We take it, and it has a price: it trains on
# interactions that are later than some in test (lesson 04). That is fair between models that do not
# look at time. As a forecast it would flatter all of them.
#
# Five models, each fitted once: lists at random, Popularity, ItemKNN, and **EASE**, a linear model
# that predicts each item from the others. ItemKNN is here twice. Its shrinkage pulls similarities
# that rest on few users towards 0; without it, rare items keep theirs.

# %%
from longtail_lib import evaluate
from longtail_lib.models import EASE, ItemKNN, Popularity, Random

models = {"Random": Random(seed=0), "Popularity": Popularity(), "ItemKNN": ItemKNN()}
models |= {"ItemKNN, no shrinkage": ItemKNN(shrinkage=0), "EASE": EASE()}
reports = {name: evaluate(model.fit(parts), parts, name=name) for name, model in models.items()}

# %% [markdown]
# ## Way one to a wrong number: forget the mask
#
# `evaluate` ranks *all* items of the catalogue that a user has not seen. That is **full ranking**
# (全量排序) with masking. Let us leave the mask out. Nobody in this shop buys an item twice.
#
# **Predict:** which model suffers most without the mask?

# %%
from longtail_lib.evaluation.metrics.accuracy import accuracy, find_hits
from longtail_lib.ranking import top_k

rows = reports["EASE"].user_rows
relevant, seen = parts.test[rows], (parts.train + parts.validation)[rows]


def measure(lists, relevant, metric="NDCG"):
    values = accuracy(find_hits(lists, relevant), np.diff(relevant.indptr), 10, [metric])
    return round(np.nanmean(values[metric]), 3)


table = []
for name, model in models.items():
    lists, masked = top_k(model.score(rows), 10), round(reports[name]["NDCG@10"].value, 3)
    table.append((name, masked, measure(lists, relevant), measure(lists, seen)))
pl.DataFrame(table, ["model", "masked", "no mask", "no mask, seen is relevant"], orient="row")

# %% [markdown]
# Without the mask the order of the models changes. EASE is the best in the first column, and both
# ItemKNN pass it in the second. It gets blame for knowing its users: what they have already bought
# scores high and takes the places on the page.
#
# The last column makes the opposite error: the model gets credit for repeating seen items. That
# happens to people who test on rows that were also in training.

# %% [markdown]
# ## Way two: ties
#
# A model that gives every item the same score knows nothing. What should it measure? The answer
# depends on who wins a **tie** (并列). Suppose that the catalogue is sorted with best-sellers first, as
# exports from a shop often are.
#
# **Predict:** the HitRate of this model if the first column wins. And if the relevant item wins?

# %%
from longtail_course.toys import broken_metrics as broken
from longtail_lib.ranking import mask_seen

same = np.zeros(seen.shape, dtype=np.float32)
sellers = np.argsort(-parts.popularity, kind="stable")
first = sellers[broken.top_k_first_column_wins(same, seen[:, sellers], 10)]
print("first column wins:", measure(first, relevant, "HitRate"))
print("relevant item wins:", broken.hit_rate_of_optimistic_rank(same, relevant, seen, 10))
mask_seen(same, seen, np.arange(len(rows)))
print("stated rule:", measure(top_k(same, 10), relevant, "HitRate"))
for name in ("Popularity", "Random"):
    print(f"{name}: {reports[name]['HitRate@10'].value:.3f}")
print(
    f"ItemKNN gives the score 0 to {np.mean(models['ItemKNN'].score(rows) == 0):.0%} of all pairs"
)

# %% [markdown]
# One model, three results. With the first rule it measures like Popularity: the order of the columns
# does the work. The second rule counts only scores that are *higher*, and there are none, so the
# model is perfect.
#
# The stated rule orders ties by a seeded hash of user and item. It favours nobody, so knowing
# nothing measures like Random. And ties are not rare: where no neighbour speaks for an item, ItemKNN
# gives it 0.

# %% [markdown]
# ## The report
#
# A **report** (评估报告) holds all metrics of one model, with their intervals in small print. Open its
# last line, "How this was measured". A number without these words cannot be compared with another.

# %%
reports["Popularity"]

# %% [markdown]
# A dash means "not defined": no tail item was recommended, so such items have no mean popularity.
#
# Now all models, overall and in each group. In a group, only items of that group count as relevant,
# while the ranking stays that over the catalogue.
#
# **Predict:** you have seen that EASE is best overall. Which model is best on the tail?

# %%
from longtail_course.pictures import group_bars

group_bars(reports.values(), "NDCG@10")

# %% [markdown]
# Overall, EASE wins. It wins in the head, and most test interactions lie there, so the overall
# number is nearly a number about the head. On the right there is hardly anything to see. The same
# values in figures, and beside them how many users find a relevant tail item in their ten:

# %%
frame = pl.concat([report.to_frame(3) for report in reports.values()])
served = [int(np.nansum(report.per_user["tail", "HitRate@10"])) for report in reports.values()]
groups = frame.filter(metric="NDCG").pivot("group", index="model", values="value")
groups.with_columns(pl.Series("tail users served", served))

# %% [markdown]
# **What it means.** The same report tells another story. In the tail EASE, the winner, serves nobody,
# and a random list is no worse. Of the two ItemKNN, the one with the lower overall number is the only
# model that serves anybody. Mind the counts, though: a handful of several hundred users. Is that a
# difference at all? The section on intervals answers it.

# %% [markdown]
# ## What is recommended at all?
#
# Accuracy asks whether lists are right. The next metrics ask what is in them. **Exposure** (曝光) is
# how often an item is recommended.
#
# | Metric | Question |
# |---|---|
# | **Coverage** (覆盖率) | Which share of the catalogue stands in at least one list? |
# | **Gini** (基尼系数) of exposure | How unequal is exposure? 0: all alike. Near 1: a few have everything |
# | **ARP** (推荐平均流行度) | Which share of the users chose the average recommended item in train? |
# | **APLT** (列表长尾占比) | Which share of a list is tail? |
# | **Novelty** (新颖度) | How unknown are the items? 0: every user chose it. 1: cold |
#
# **Predict:** low Gini, low ARP, the rest high: which of the five models is that?

# %%
shown = ["Coverage", "Gini", "ARP", "APLT", "Novelty"]
overall = frame.filter(pl.col("metric").is_in(shown), group="overall")
overall.pivot("metric", index="model", values="value")

# %% [markdown]
# The random list wins in every column, and it is useless. None of these metrics can say that a list
# is good. They belong beside accuracy, and say what a gain is made of.
#
# Compare the two ItemKNN. Without shrinkage the lists hold more tail items and reach much more of
# the catalogue. The price stands in the table above: a lower NDCG overall. Neither is simply better,
# and somebody has to choose.

# %% [markdown]
# ### Exercise 2: coverage
#
# `lists` holds ten recommended items for each user, by ItemKNN. Set `coverage` to their coverage of
# the catalogue. Expected: about a fifth.
#
# <details><summary>Hint 1</summary>
#
# An item in a thousand lists counts once. Which NumPy function gives the different values?
#
# </details>
# <details><summary>Hint 2</summary>
#
# Below the line stands the whole catalogue, cold items included: `len(parts.popularity)`.
#
# </details>

# %% exercise="coverage"
lists, scores = models["ItemKNN"].recommend(parts.user_ids, k=10)
coverage = ...
### BEGIN SOLUTION
coverage = len(np.unique(lists)) / len(parts.popularity)
### END SOLUTION

# %% check="coverage" points=1
measuring.coverage(coverage, lists=lists, popularity=parts.popularity)

# %% [markdown]
# ## How sure are we?
#
# NDCG is a mean over the users who happen to be in this log. Other users, another mean. How different?
# The **bootstrap** (自助法) answers with the users we have: draw as many as there are, *with
# replacement*, take the mean, and do it again. These means spread about as those of other users would.

# %% [markdown]
# ### Exercise 3: an interval by hand
#
# `values` is the NDCG@10 of each user, by ItemKNN. Each row of `draws` is one draw of users. Set
# `interval` to the two ends that leave out 2.5% of the means on each side. Expected: about
# .02 wide.
#
# <details><summary>Hint 1</summary>
#
# `values[draws]` has the shape of `draws`: one row for each draw. You need one mean for each row.
#
# </details>
# <details><summary>Hint 2</summary>
#
# `np.quantile(means, [0.025, 0.975])` gives both ends.
#
# </details>

# %% exercise="bootstrap-interval"
values = reports["ItemKNN"].per_user["overall", "NDCG@10"]
draws = np.random.default_rng(0).integers(0, len(values), (1000, len(values)))
interval = ...
### BEGIN SOLUTION
interval = np.quantile(values[draws].mean(axis=1), [0.025, 0.975])
### END SOLUTION

# %% check="bootstrap-interval" points=1
measuring.bootstrap_interval(interval, values=values, draws=draws)

# %% [markdown]
# **Predict:** on the tail every user of ItemKNN has 0. Which interval does your bootstrap give there?

# %%
zeros = reports["ItemKNN"].per_user["tail", "NDCG@10"]
zeros = zeros[~np.isnan(zeros)]
means = np.random.default_rng(0).choice(zeros, (1000, len(zeros))).mean(axis=1)
print("ItemKNN on the tail, by hand:", np.quantile(means, [0.025, 0.975]))
both = frame.filter(pl.col("model").str.starts_with("ItemKNN"), metric="NDCG")
both.filter(pl.col("group").is_in(["overall", "tail"])).drop("metric", "k")

# %% [markdown]
# By hand it is from 0 to 0, as if that were certain. It is not: draws from zeros can only give zeros.
# The library adds one user whom we did not meet, and who might be served perfectly. With thousands of
# users this changes little (compare your interval with the first row); with few it is honest.
#
# **Predict:** the overall intervals of the two ItemKNN overlap, and so do those on the tail. Are these
# differences real?
#
# Each interval is wide because users differ: some are easy for both models, some hard for both. What
# we want to know is the difference *for the same user*. Its mean is the **paired difference**
# (配对差异), and the easy and the hard users cancel out of it.

# %%
from longtail_lib import compare

three = [reports[name] for name in ("ItemKNN", "ItemKNN, no shrinkage", "EASE")]
metrics, of = ["NDCG@10", "HitRate@10"], ["overall", "tail"]
compared = compare(three, baseline="ItemKNN", metrics=metrics, groups=of).to_frame(3)
compared.filter(pl.col("verdict") != "baseline").drop("value", "n")

# %% [markdown]
# Overall, the ItemKNN without shrinkage is behind in both metrics, although the intervals overlap. On
# the tail it serves more users: HitRate decides that. NDCG also asks how high the items stand, and its
# interval just reaches 0. So few users carry no finer statement. EASE is ahead overall, and nothing is
# decided about it on the tail: nobody served against nobody served.
#
# **What it means.** Overlap decides nothing; look at the paired difference. And a table has many
# chances: among twenty differences of nothing, one is expected to look decided at 95%. So choose metric
# and cut-off before you look.

# %% [markdown]
# ## Way three: sampled negatives
#
# To save time, many papers rank each relevant item among 99 random items only. This gives a **sampled
# metric** (采样指标).
#
# Here are Popularity and an ItemKNN without shrinkage and with only five neighbours for each item. From
# left to right: 99 random items, twice with different seeds, then 999, then all. These are means over
# relevant items, not over users, so the last column is not quite the number of the report.
#
# **Predict:** numbers will be larger with 99. Will at least the order of the two models stay?

# %%
from longtail_course.toys.sampled_metrics import sampled_metrics

narrow = ItemKNN(n_neighbors=5, shrinkage=0).fit(parts)
columns = {"model": ["Popularity", "ItemKNN, 5 neighbours"]}
for negatives, seed in [(99, 0), (99, 1), (999, 0), (None, 0)]:
    columns[f"{negatives or 'all'}, seed {seed}"] = [
        round(sampled_metrics(model, parts, negatives=negatives, seed=seed)["NDCG@10"], 3)
        for model in (models["Popularity"], narrow)
    ]
pl.DataFrame(columns)

# %% [markdown]
# The order turns around. With 99 random items Popularity is clearly ahead, whatever the seed; on the
# whole catalogue it is behind. Is the right column more than luck? You know how to ask.

# %%
full = [evaluate(narrow, parts, name="ItemKNN, 5 neighbours"), reports["Popularity"]]
answer = compare(full, baseline="Popularity", groups="overall").to_frame(3)
answer.select("model", "value", "difference", "low", "high", "verdict")

# %% [markdown]
# Ten places among a hundred are a tenth. So the sampled metric asks whether an item lies in the
# best tenth of the catalogue, which is four hundred items here. Popularity is good at that: it has an
# opinion on every item. ItemKNN with five neighbours knows a few items well and gives 0 to nearly all
# others. The user sees ten places, and there ItemKNN is better.
#
# This is no accident. Krichene and Rendle show that sampled metrics need not keep the order of two
# models, not even on average over all draws.

# %% [markdown]
# ## A clinic for metrics
#
# You can examine a metric without its code: feed it lists for which you know what must come out.
# Here are five patients and six cases, each with two users, three places and twelve items.
#
# | Property | Rows that test it |
# |---|---|
# | A perfect list has accuracy 1 | ideal lists |
# | Losing a hit does not raise accuracy | two users served → one user served |
# | More variety does not lower a metric of variety | one list for all → a list for each |
# | A share lies between 0 and 1 | all rows |

# %%
from longtail_course.checks import clinic

columns = {"case": list(clinic.CASES)}
for name, patient in clinic.PATIENTS.items():
    columns[name] = [round(patient(*case), 3) for case in clinic.CASES.values()]
pl.DataFrame(columns)

# %% [markdown]
# ### Exercise 4: the diagnosis
#
# Set `diagnosis` to a dictionary from the letters "A" to "E" to one of these findings, each used once:
# `"healthy"`, `"denies the ideal list"`, `"rises when hits are lost"`, `"falls with variety"`,
# `"leaves the range"`.
#
# <details><summary>Hint 1</summary>
#
# Take one property at a time. Entropy and coverage do not look at relevance, so the first two
# properties do not concern B and E.
#
# </details>
# <details><summary>Hint 2</summary>
#
# In the first row a user has four relevant items and three places. What can a list do at best?
#
# </details>
# <details><summary>Hint 3</summary>
#
# Between "two users served" and "one user served" one user loses everything. Whose number rises?
#
# </details>

# %% exercise="diagnosis"
diagnosis = ...
### BEGIN SOLUTION
diagnosis = {
    "A": "rises when hits are lost",
    "B": "leaves the range",
    "C": "denies the ideal list",
    "D": "healthy",
    "E": "falls with variety",
}
### END SOLUTION

# %% check="diagnosis" points=1
measuring.diagnosis(diagnosis)

# %% [markdown]
# <details><summary>What was wrong, and where it was seen</summary>
#
# - **A** averages over users with a hit only. Who finds less may measure more.
# - **B** counts cold items above the line and not below it. `catalog_coverage` of Microsoft's
#   Recommenders divides by the items of the train data in this way (`python_evaluation.py`).
# - **C** lets the ideal list hold more items than there are places.
# - **E** divides the entropy by the number of different items. `ShannonEntropy` of RecBole does
#   so (`recbole/evaluator/metrics.py`). Dividing by the logarithm of the catalogue's size gives a
#   value in [0, 1] that rises with variety.
# - **D** is the library's NDCG. C and D have the same name: ask for the formula, not for the name.
#
# </details>
#
# And sampled negatives in print: the authors of S³-Rec measured one model, SASRec, in both ways.
#
# > Amazon Beauty, NDCG@10 of SASRec: .3156 among 99 random items (their paper), .0318 among all items
# > (their repository).

# %% [markdown]
# <details><summary>Instructor's note</summary>
#
# Usual misconceptions: "overlapping intervals mean no difference", and "coverage up, so it got
# better". The table with the random list answers the second at once. If time is short, do sections
# one, three and five, and give the clinic as homework. It also works on paper, in pairs: one
# invents a broken metric, the other one finds a list that exposes it.
#
# </details>

# %% [markdown]
# ## Take-aways
#
# - Say with every number: split, candidates, masking, ties, k. Without these it cannot be compared.
# - Read the groups beside the total. The overall number is mostly a number about the head.
# - Coverage, Gini, ARP, APLT and novelty say what is shown. A random list wins them all.
# - Compare models by paired differences with intervals. "Undecided" is a result.
# - Rank the whole catalogue. Sampled negatives ask another question and can turn the order around.

# %% [markdown]
# ## Quiz

# %%
measuring.lesson_quiz()

# %% [markdown]
# ## What comes next
#
# All of this was measured in a simulated shop. Lesson 07 takes the whole pipeline to MovieLens, where
# the users are real, and asks whether anything here still holds.

# %% [markdown]
# ## References
#
# - Järvelin, K., Kekäläinen, J. (2002). Cumulated gain-based evaluation of IR techniques. *ACM
#   Transactions on Information Systems* 20(4), 422–446. DCG and NDCG.
# - Herlocker, J. L., Konstan, J. A., Terveen, L. G., Riedl, J. T. (2004). Evaluating collaborative
#   filtering recommender systems. *ACM Transactions on Information Systems* 22(1), 5–53.
# - Krichene, W., Rendle, S. (2020). On sampled metrics for item recommendation. *KDD '20*, 1748–1757.
# - Abdollahpouri, H., Burke, R., Mobasher, B. (2019). Managing popularity bias in recommender systems
#   with personalized re-ranking. *FLAIRS-32*. ARP, APLT and ACLT.
# - Steck, H. (2019). Embarrassingly shallow autoencoders for sparse data. *WWW '19*. EASE.
# - Efron, B. (1979). Bootstrap methods: another look at the jackknife. *The Annals of Statistics* 7(1),
#   1–26.
# - Zhou, K., Wang, H., Zhao, W. X., Zhu, Y., Wang, S., Zhang, F., Wang, Z., Wen, J.-R. (2020). S³-Rec:
#   self-supervised learning for sequential recommendation with mutual information maximization.
#   *CIKM '20*. With 99 sampled negatives; the repository aHuiWang/CIKM2020-S3Rec shows both.
