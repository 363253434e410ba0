# %% [markdown]
# # 01. What is the long tail?
#
# {{time}}
#
# ## What you will learn
#
# - Compute which share of the interactions the most popular items hold.
# - Read a popularity curve and a Lorenz curve, and work out a Gini coefficient by hand.
# - Choose where head, mid and tail begin, and say what the choice changes.
# - Separate what users like from what they were shown.
# - Compare a simulated log with a real one, and say where they differ.
#
# ## Before you start
#
# [Lesson 00](00_start_here.ipynb): interaction, catalogue, popularity, cold item.
#
# Used by: every later lesson. Each report of the course shows head, mid and tail as they are cut
# here.

# %% [markdown]
# ## Where do a shop's interactions go?
#
# The shop of lesson 00 is **simulated**: a program, the **simulator** (模拟器), made its users, items
# and interactions. All chance in it comes from one number, the **seed** (随机种子), so everybody gets
# the same shop. Its **dataset card** (数据集说明卡), `shop.card`, says how it was made.
#
# One row is one interaction: at this second this user bought this item, and gave it stars.

# %%
import numpy as np
import polars as pl

from longtail_lib import load_dataset

shop = load_dataset("shop")
print(shop)
shop.interactions.head(3)

# %% [markdown]
# No real log has the last column; section 6 explains it. `log_figures` counts the interactions of
# every item and of every user, cold items included.

# %%
from longtail_course.worlds import log_figures

shop_log = log_figures(shop)
counts = shop_log.item_counts
pairs = shop.n_users * shop.n_items
print(f"Pairs of a user and an item: {pairs:,}. In the log: {shop.n_interactions / pairs:.1%}.")

# %% [markdown]
# Nearly all pairs are empty: **data sparsity** (数据稀疏). The others are not spread evenly either.
#
# **Predict.** Which share of all interactions does the most popular fifth of the catalogue hold: a
# third, a half, three quarters? Write it down.

# %% [markdown]
# ### Exercise 1: the share of the head
#
# Write `head_share(counts, head)`: the share of all interactions that the most popular `head` of
# the items holds. Round up to whole items. Expected: for the counts 4, 0, 12, 1, 3 and `head=0.2`
# it returns 0.6. One item is a fifth of five, and the most popular has 12 of 20 interactions.
#
# <details><summary>Hint 1</summary>
#
# How many items are taken? `head * len(counts)`, rounded up. `math.ceil` and `np.ceil` round up.
#
# </details>
# <details><summary>Hint 2</summary>
#
# `np.sort(counts)` sorts upwards. `[::-1]` turns the order round.
#
# </details>

# %% exercise="head-share"
from longtail_course.checks import long_tail


def head_share(counts, head):
    """Share of the interactions that the most popular `head` of the items holds."""
    ### BEGIN SOLUTION
    n_head = int(np.ceil(head * len(counts)))
    most_popular = np.sort(counts)[::-1][:n_head]
    return most_popular.sum() / counts.sum()
    ### END SOLUTION


# %% check="head-share" points=1
long_tail.head_share(head_share)

# %% [markdown]
# The library has the same function, `top_share`. Compare it with your prediction.

# %%
from longtail_lib.tail import top_share

top = top_share(counts, 0.2)
print(f"The most popular fifth holds {top:.1%}; the other four fifths share {1 - top:.1%}.")

# %% [markdown]
# ## 1. The picture that gave the name
#
# Lesson 00 drew popularity by rank: a spike at the left, and then a flat line, thousands of items
# long. That flat part is the **long tail** (长尾). An essay by Chris Anderson (2004) made the name
# known: a shelf has room for the spike, a website has room for all.
#
# On ordinary axes you cannot see what happens in the tail. Here both are logarithmic: each mark to
# the right is ten times as many items, each mark up ten times as many interactions.

# %%
from longtail_course.pictures import popularity_curve

popularity_curve(counts)

# %% [markdown]
# **What it means.** The most popular item has more than a hundred times the interactions of the
# median item. The three colours cut the catalogue into the **groups** (分组) **head** (头部), **mid**
# (中部) and **tail** (尾部). The tail is squeezed into the corner at the right, and yet half of all
# items lie there. Who drew the borders? Section 4. (There is no split yet: "train interactions" are
# all interactions.)

# %% [markdown]
# ## 2. One number for inequality
#
# The share of the top fifth looks at one point. The **Lorenz curve** (洛伦兹曲线) looks at all of
# them. Sort the items from the least to the most popular, and ask at each step which share of the
# interactions the items so far hold. Five items show it.

# %%
from longtail_lib.tail import gini, lorenz

print("Counts:", long_tail.FIVE)
x, y = lorenz(long_tail.FIVE)
pl.DataFrame({"share of items": x, "share of interactions": y}).with_columns(pl.all().round(2))

# %% [markdown]
# Were all items equally popular, both columns would be the same: the diagonal. The **Gini
# coefficient** (基尼系数) measures how far the curve hangs below it:
#
# $$G = 1 - 2A,$$
#
# where $A$ is the area under the Lorenz curve. Equal items give $A = \tfrac12$ and so $G = 0$.
#
# ### Exercise 2: a Gini coefficient by hand
#
# Set `coefficient` to the Gini coefficient of the five items, from `x` and `y`, without `gini`. A
# pencil is enough: the area is five trapezoids, each a fifth wide. Expected: a little more than
# one half.
#
# <details><summary>Hint 1</summary>
#
# A trapezoid's area is its width, times the mean of its left and its right height.
#
# </details>
# <details><summary>Hint 2</summary>
#
# `y[:-1]` are the left heights, `y[1:]` the right ones.
#
# </details>
# <details><summary>Hint 3</summary>
#
# NumPy adds up trapezoids: `np.trapezoid(y, x)`.
#
# </details>

# %% exercise="coefficient"
coefficient = ...
### BEGIN SOLUTION
heights = (y[:-1] + y[1:]) / 2
area = np.sum(heights * np.diff(x))
coefficient = 1 - 2 * area
### END SOLUTION

# %% check="coefficient" points=1
long_tail.coefficient(coefficient)

# %% [markdown]
# 0 means that all items have the same popularity. Near 1, one item has everything; a catalogue of
# $n$ items reaches $1 - 1/n$ at most.
#
# **Predict.** Suppose that every interaction had picked its item with a fair die that has one side
# for each item. Would the Gini coefficient be 0?

# %%
from longtail_course.pictures import lorenz_curve

rng = np.random.default_rng(seed=1)
dice = rng.multinomial(shop.n_interactions, np.full(shop.n_items, 1 / shop.n_items))
print(f"Without its cold items the shop would have {gini(counts[counts > 0]):.3f}.")
lorenz_curve({"shop": counts, "dice": dice})

# %% [markdown]
# Chance alone makes items a little unequal; the shop is far beyond chance. The line above the
# picture shows a trap: count only the items that appear in the log, and the inequality looks
# smaller than it is.

# %% [markdown]
# ## 3. How few items hold half?
#
# ### Exercise 3: the items that hold half
#
# Set `n_half` to the smallest number of items that together hold at least half of the shop's
# interactions. Expected: about a twentieth of the catalogue.
#
# <details><summary>Hint 1</summary>
#
# The smallest number comes from taking the most popular items first.
#
# </details>
# <details><summary>Hint 2</summary>
#
# `np.cumsum` gives what the first item holds, the first two, the first three and so on.
#
# </details>
# <details><summary>Hint 3</summary>
#
# `held < counts.sum() / 2` is True as long as it is not enough. Count the True values; then one
# more item is needed.
#
# </details>

# %% exercise="n-half"
n_half = ...
### BEGIN SOLUTION
held = np.cumsum(np.sort(counts)[::-1])
n_half = np.sum(held < counts.sum() / 2) + 1
### END SOLUTION

# %% check="n-half" points=1
long_tail.n_half(n_half, counts=counts)

# %% [markdown]
# ## 4. Where does the tail begin?
#
# The popularity curve has no corner where the tail starts. Somebody has to draw the border. Here
# you do: the slider sets which share of the catalogue is called head.
#
# **Predict.** Make the head four times as large, from a twentieth to a fifth. Does it hold four
# times as much?

# %%
from longtail_course.widgets import head_slider

head = head_slider(counts)
head

# %% [markdown]
# The same picture at three positions, for paper:

# %%
head.snapshots(share=[0.05, 0.2, 0.5])

# %% [markdown]
# Each further piece of the catalogue adds less than the one before. There are more ways to cut: call
# everything but the top fifth tail, or cut the interactions instead of the items.

# %%
from longtail_lib.tail import popularity_groups

definitions = {
    "last half of the items": popularity_groups(counts),
    "all but the first fifth": popularity_groups(counts, tail=0.8),
    "last fifth of the interactions": popularity_groups(counts, 0.8, 0.2, by="interactions"),
}
for words, cut in definitions.items():
    tail = cut.mask("tail")
    print(f"{words}: {tail.sum():,} items, {counts[tail].sum() / counts.sum():.1%} of the log")

# %% [markdown]
# **What it means.** "Our model improves the tail" can mean three things. Ask for the definition;
# this course prints it in every report. Its default is the first line: the head is the fifth of the
# catalogue with the most train interactions, the tail the half with the fewest. The widest tail
# also holds items that sell quite well, and gains there come easily.

# %% [markdown]
# ## 5. Is the tail a kind of item?
#
# The article that this course follows defines the problem like this (section 1.1, and again in
# 9.1):
#
# > 长尾推荐问题是一种针对少量且高度个性化的商品或服务进行推荐的问题。
#
# In English: the problem of recommending goods or services that are *few in number and highly
# personalised*. These are claims about items. The lines above refute the first: tail items are half
# of the catalogue or more; few are only their *interactions*. And is "tail" a kind of item at all?
#
# A real log cannot tell, the simulator can. Its **truth** (真实偏好) is every user's real preference
# for every item: the probability that the user takes the item when it is shown. We ask every fifth
# user, take the mean for each item, and compare items that were there on the shop's first day with
# items that came later.
#
# **Predict.** Are the late items liked less? Are more of them tail?

# %%
people = np.arange(0, shop.n_users, 5)
liked = shop.truth.preference(people)
groups = popularity_groups(counts)
in_tail = groups.mask("tail")
entered = np.where(shop.items["added"] == shop.items["added"].min(), "first day", "later")
columns = {"liked": liked.mean(axis=0), "popularity": counts, "tail": in_tail}
table = pl.DataFrame({"entered": entered, **columns}).group_by("entered").mean()
table.sort("entered").with_columns(pl.exclude("entered").round(3))

# %% [markdown]
# **What it means.** The late items are liked as much as the others, up to small differences. Yet
# most of them are tail: the log had less time to collect their interactions. Being tail says where
# an item stands in *this log*.

# %% [markdown]
# ## 6. What the log hides
#
# Tail items hold a small share of the interactions. Do they play an equally small part in what
# users like? Take the 50 items that each user likes best in truth, shown or not: the
# **favourites**.
#
# **Predict.** Which share of them is tail: less than in the log, the same, twice as much, half?

# %%
from longtail_course.worlds import favourites

best = favourites(shop.truth, people, k=50)
print(f"Tail: {counts[in_tail].sum() / counts.sum():.1%} of the interactions,", end=" ")
print(f"{in_tail[best].mean():.1%} of the 50 favourites, {in_tail.mean():.0%} of the catalogue.")

# %% [markdown]
# More than in the log, but not by much. Most favourites are head items: what sells well is, on the
# whole, what many people like. Who promises that the tail is a hidden treasure for everybody
# promises too much.
#
# Now look at users instead of items.
#
# ### Exercise 4: who loses?
#
# `labels` holds one row for each user and the group of each of the user's ten best-liked items: 0
# head, 1 mid, 2 tail. Set `share` to the share of users who have at least one tail item among the
# ten.
#
# <details><summary>Hint 1</summary>
#
# `labels == 2` is True where a favourite is a tail item. You need one answer for each row.
#
# </details>
# <details><summary>Hint 2</summary>
#
# `.any(axis=1)` asks of each row whether it holds a True.
#
# </details>

# %% exercise="with-tail-favourite"
labels = groups.labels[best[:, :10]]
share = ...
### BEGIN SOLUTION
share = (labels == 2).any(axis=1).mean()
### END SOLUTION

# %% check="with-tail-favourite" points=1
long_tail.with_tail_favourite(share, labels=labels)

# %% [markdown]
# Did the shop give these users a chance to find it? The **propensity** (倾向得分) says so: it is the
# probability that an item was shown to a user at least once.

# %%
shown = shop.truth.propensity(people)
columns["shown"] = shown.mean(axis=0)
group = np.array(groups.names)[groups.labels]
table = pl.DataFrame({"group": group, **columns}).drop("tail").group_by("group").mean()
table.sort("popularity", descending=True).with_columns(pl.exclude("group").round(3))

# %%
chances = np.take_along_axis(shown, best, axis=1)
for name in ("head", "tail"):
    chance = chances[groups.mask(name)[best]].mean()
    print(f"A favourite that is a {name} item was shown with probability {chance:.3f}.")
equal = liked[:, in_tail].sum() / liked.sum()
print(f"Had every item been shown equally often, the tail would hold {equal:.1%} of the choices.")

# %% [markdown]
# **What it means.** The log shows interactions, and two things are mixed in them:
#
# - Tail items are liked less, on average: compare the column *liked*. So much of the article's
#   "highly personalised" is true: each has a smaller audience.
# - They are also shown less. The shop's front page shows what has sold, so what has sold sells
#   again: a **feedback loop** (反馈循环).
#
# Together they make the gap in interactions many times wider than the gap in liking. A recommender
# that learns from such a log tends to show popular items more often than users' preferences
# warrant. That is **popularity bias** (流行度偏差); lesson 06 measures it.
#
# Showing everything equally often is no cure: users would look through thousands of items that
# they do not care for. The task is to find *the right tail item for the right user*, from few
# interactions. That is what this course is about.

# %% [markdown]
# ## 7. Simulated and real
#
# Can you trust a made-up shop? Compare it with **MovieLens** (MovieLens 数据集), ratings of films by
# real users. Its rows are not part of this course; `movielens_figures` reads its counts. `once` is
# the share of items with exactly one interaction, the **singletons** (单次交互物品); `half in` is the
# share of the catalogue that holds half of the log.

# %%
from longtail_course.toys import concentration
from longtail_course.worlds import movielens_figures

films = movielens_figures()
both = concentration({"shop": counts, "MovieLens": films.item_counts})
gaps = both.select(pl.col("top 20%", "gini").diff().abs().last().round(3))
print(f"The top fifth differs by {gaps['top 20%'][0]:.3f}, Gini by {gaps['gini'][0]:.3f}.")
both

# %% [markdown]
# **Where they agree.** The shop was calibrated on MovieLens: the top fifth's share and the Gini
# coefficient lie within .03.
#
# **Where they differ.** A third of all films were rated once, and far fewer of the shop's items. A
# singleton is the hardest case: keep its interaction for testing, and nothing is left to learn
# from. So the shop's tail is *easier* than a real one, and what works in the shop still has to show
# that it works on real data.
#
# The users differ too.

# %%
from longtail_course.pictures import side_by_side

activity = {"shop": shop_log.user_counts, "MovieLens": films.user_counts}
side_by_side(activity, "interactions of a user", log=True)

# %%
ratings = {"shop": shop_log.ratings, "MovieLens": films.ratings}
side_by_side(ratings, "rating (stars)", of="interactions", bins=np.arange(0.25, 5.5, 0.5))

# %% [markdown]
# MovieLens published only users with 20 or more ratings; in the shop five interactions were
# enough. So the typical user of MovieLens is more active. Ratings peak at four stars in both, but
# the shop knows no half stars: each whole star holds what MovieLens splits in two.

# %% [markdown]
# ## 8. Which dataset has the longest tail?
#
# The course has three more simulated stores. `tail favourites` is the share of tail items among
# the 50 favourites of every fifth user.
#
# **Predict.** A store whose tail holds more of the log: do its users also like more tail items?

# %%
stores = {name: load_dataset(name) for name in ("shop", "video", "music", "social")}
logs = {name: log_figures(data).item_counts for name, data in stores.items()}
tail_favourites = [
    popularity_groups(logs[name]).mask("tail")[favourites(data.truth, range(0, data.n_users, 5))]
    for name, data in stores.items()
]
table = concentration(logs).drop("cold", "once")
table.with_columns(pl.Series("tail favourites", [hit.mean() for hit in tail_favourites]).round(3))

# %% [markdown]
# **What it means.** "Longest tail" has two readings, and they have two answers. The shop is the
# most unequal store, by `gini` and by `half in`. But the tail that holds most of its log is that of
# music. Neither says where the favourites lie: video and social have more of them in the tail than
# music has. In all four stores the favourites hold more tail than the log does, in the shop a
# little more, in video and social about twice as much. The log alone does not say which it is.

# %% [markdown]
# ## Take-aways
#
# - A small part of the catalogue holds most of the interactions. The share of the top fifth, the
#   Gini coefficient and the number of items that hold half say so in three ways.
# - Count over the whole catalogue, cold items included.
# - Head, mid and tail are a choice. State it, or "better on the tail" means nothing.
# - Tail is no kind of item. It is a place in a log, and the log mixes what users like with what
#   they were shown.
# - Most favourites are head items. Still, many users have a favourite in the tail, and the shop
#   rarely showed it to them.

# %% [markdown]
# ## Quiz

# %%
long_tail.lesson_quiz()

# %% [markdown]
# ## What comes next
#
# Lesson 02 reads the article as a whole: the steps from raw log to deployed model, and what each
# of them promises for the tail.
#
# <details><summary>Instructor's note</summary>
#
# The usual misconception: "tail items are niche items for connoisseurs". Let people defend it
# before section 5, and come back to it after the table of late items. The second one is its
# opposite, "everybody secretly loves the tail"; section 6 is there to refute it. With little time
# leave out section 8 and the two histograms.
#
# </details>

# %% [markdown]
# ## References
#
# - Anderson, C. (2004). The Long Tail. *Wired* 12(10).
# - Lorenz, M. O. (1905). Methods of measuring the concentration of wealth. *Publications of the
#   American Statistical Association* 9(70), 209–219.
# - Gini, C. (1912). *Variabilità e mutabilità*. Bologna: Tipografia di Paolo Cuppini.
# - Park, Y.-J., and Tuzhilin, A. (2008). The long tail of recommender systems and how to leverage
#   it. *RecSys 2008*, 11–18. Asks where to cut head from tail.
# - Harper, F. M., and Konstan, J. A. (2015). The MovieLens datasets: history and context. *ACM
#   Transactions on Interactive Intelligent Systems* 5(4), Article 19.
# - Chaney, A. J. B., Stewart, B. M., and Engelhardt, B. E. (2018). How algorithmic confounding in
#   recommendation systems increases homogeneity and decreases utility. *RecSys 2018*. On the
#   feedback loop, with a simulator.
