# %% [markdown]
# # 00. Start here
#
# {{time}}
#
# ## What you will learn
#
# - Check that this machine is ready, and mend it where it is not.
# - Work through a lesson: predict, run, explain.
# - Count the popularity of items, and see why some items have none.
# - Recommend the most popular item that a user has not seen.
#
# ## Before you start
#
# Some Python, and NumPy arrays: indexing, comparing, adding up. No lesson comes before this one.
#
# Used by: every later lesson. They all count popularity, and they all mask seen items.

# %% [markdown]
# ## A front page has ten places
#
# A shop sells thousands of items. Its front page has ten places. Which ten items should it show?
#
# The easy answer is: those that sell best. Keep that answer in mind. At the end of this lesson you
# will have built it, and you will have seen what it leaves out.
#
# First the machine. The next cell looks for everything that the course needs. It takes about ten
# seconds.

# %%
from longtail_course.checks import check_environment

check_environment()

# %% [markdown]
# Does a row say **mend**? Do what stands beside it, then run the cell again.
# `check_environment(details=True)` also shows versions, sizes and folders.

# %% [markdown]
# ## How a lesson works
#
# 1. **Predict.** Before a cell that is worth it, the text asks what you expect. Write it down.
# 2. **Run** the cell with Shift+Enter.
# 3. **Explain** the difference between the two. A wrong prediction is where you learn most.
#
# Exercises have hints that open with a click, one after the other. A check follows each exercise.
# It says "Right" or "Not yet", and it knows the usual mistakes. Try it: this is what a check says
# about an answer that nobody has given yet.

# %%
from longtail_course.checks import start_here

start_here.item_count(...)

# %% [markdown]
# ## A log that fits on one page
#
# Six people bought something in a tiny shop. Each row is one **interaction**: one **user** bought
# one **item**. The shop sells six items, numbered 0 to 5. These six are its **catalogue**.

# %%
import numpy as np
import polars as pl

users, items = start_here.USERS, start_here.ITEMS
pl.DataFrame({"user": users, "item": items}).group_by("user", maintain_order=True).all()

# %% [markdown]
# **Predict:** which item was bought most often? Which one by nobody?

# %% [markdown]
# ### Exercise 1: count one item
#
# Set `count` to the number of interactions of item 3. Expected: 6.
#
# <details><summary>Hint 1</summary>
#
# `items == 3` compares every entry. The result has one True or False for each interaction.
#
# </details>
# <details><summary>Hint 2</summary>
#
# True counts as 1 and False as 0. What does the sum of them say?
#
# </details>

# %% exercise="item-count"
count = ...  # replace the dots
### BEGIN SOLUTION
count = np.sum(items == 3)
### END SOLUTION

# %% check="item-count" points=1
start_here.item_count(count)

# %% [markdown]
# The number of interactions of an item is its **popularity**. NumPy counts all items at once.
#
# **Predict:** the catalogue has six items. How many numbers will the next cell show?

# %%
np.bincount(items)

# %% [markdown]
# Five. The last item has disappeared. Nobody bought it, so the log does not know that it exists.
# An item without interactions is a **cold item**. A recommender that reads only the log can never
# show it, and a measurement that reads only the log will not miss it.
#
# The cure is to say how large the catalogue is.

# %%
popularity = np.bincount(items, minlength=6)
popularity

# %% [markdown]
# ### Exercise 2: the share of the most popular item
#
# Set `share` to the part of all interactions that the most popular item holds. A share lies between
# 0 and 1. Expected: 0.4.
#
# <details><summary>Hint 1</summary>
#
# A share is a part divided by the whole. The whole is the number of all interactions.
#
# </details>
# <details><summary>Hint 2</summary>
#
# `popularity.max()` is the part. What is the sum of `popularity`?
#
# </details>

# %% exercise="top-share"
share = ...
### BEGIN SOLUTION
share = popularity.max() / popularity.sum()
### END SOLUTION

# %% check="top-share" points=1
start_here.top_share(share)

# %% [markdown]
# ## A recommender in one line
#
# Let us recommend the most popular item to everybody. User 1 comes back to the shop.
#
# **Predict:** will user 1 be pleased?

# %%
recommended = np.argmax(popularity)
seen = items[users == 1]
print(f"Recommended: item {recommended}. User 1 bought items {seen.tolist()} before.")

# %% [markdown]
# User 1 has that item already. The items that a user interacted with are the **seen items**. What
# is left are the **candidates**. Taking the seen items out is called **masking**.

# %% [markdown]
# ### Exercise 3: mask, then recommend
#
# Set `best` to the most popular item that user 1 has not seen. Expected: item 2.
#
# <details><summary>Hint 1</summary>
#
# Work on a copy: `scores = popularity.copy()`. Which value keeps an item from ever being the
# largest?
#
# </details>
# <details><summary>Hint 2</summary>
#
# `scores[seen] = -1` changes several entries at once. The length stays 6, so positions stay items.
#
# </details>

# %% exercise="popular-unseen"
best = ...
### BEGIN SOLUTION
scores = popularity.copy()
scores[seen] = -1
best = np.argmax(scores)
### END SOLUTION

# %% check="popular-unseen" points=1
start_here.popular_unseen(best)

# %% [markdown]
# This is a complete recommender. It has scores, candidates and a **ranking**: the candidates in
# the order of their scores. It is called Popularity, and every later model is compared with it.

# %% [markdown]
# ## A real size
#
# Now a shop with thousands of items. It is simulated, and it comes with the course.

# %%
from longtail_lib import load_dataset

shop = load_dataset("shop", truth=False)
shop

# %% [markdown]
# **Predict:** put the items in order of popularity. What will the curve look like: a slope, a
# step, or a steep fall with a long flat end?

# %%
sold = shop.interactions["item_id"].value_counts(sort=True)["count"].to_numpy()
counts = np.pad(sold, (0, shop.n_items - len(sold)))
print(f"{len(sold):,} items have interactions, {shop.n_items - len(sold):,} have none.")

# %%
from longtail_course.pictures import Picture

picture = Picture(figsize=(7, 3))
ax = picture.subplots()
ax.fill_between(np.arange(1, shop.n_items + 1), counts, color="#0072B2")
ax.set(xlabel="item, by popularity (rank)", ylabel="popularity (interactions)")
ranks = ", ".join(f"{rank:,}: {counts[rank - 1]:,}" for rank in (1, 100, 1000, 3000))
picture.alt_text = f"A steep fall, then a long flat end. Interactions by rank: {ranks}."
picture

# %% [markdown]
# It falls steeply, and then it lies flat for thousands of items: the **long tail**.
#
# **Predict:** the front page shows the ten items that sell best. Which share of all interactions
# do these ten hold?

# %%
top = counts[:10].sum() / counts.sum()
print(f"Ten items are {10 / shop.n_items:.2%} of the catalogue.")
print(f"They hold {top:.1%} of the interactions; the other {1 - top:.1%} lie elsewhere.")

# %% [markdown]
# The easy answer shows what sells already. Most of what people choose lies elsewhere, in thousands
# of items that this page never shows. An item that is not shown is hardly ever bought, so it stays
# unpopular.
#
# How to do better, and how to *know* that it is better, is what this course is about.

# %% [markdown]
# ## Take-aways
#
# - An interaction is one user and one item. Popularity counts the interactions of an item.
# - The catalogue is larger than the log. Count with the size of the catalogue, or the cold items
#   vanish.
# - Mask the seen items before you recommend, and keep positions and items together.
# - The most popular item is a recommendation that costs one line. Whatever costs more has to beat
#   it.

# %% [markdown]
# ## Quiz

# %%
start_here.lesson_quiz()

# %% [markdown]
# ## What comes next
#
# Lesson 01 measures the long tail: how long it is, how much it holds, and how much depends on
# where you draw the border. The words of the course, in English and Chinese, are in
# [the glossary](../docs/glossary.md).

# %% [markdown]
# ## References
#
# - Anderson, C. (2004). The Long Tail. *Wired* 12(10). The essay that made the word known.
