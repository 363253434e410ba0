# %% [markdown]
# # 15. Generative retrieval with semantic ids
#
# {{time}}
#
# ## What you will learn
#
# - Quantise text vectors into short ids by hand, and say what the first tokens of an id mean.
# - Count how many items have an id of their own, and see what it costs to give one to all.
# - Write an id token by token: with a trie, its probability, and beam search.
# - Test by a control whether the meaning of the ids matters.
# - Measure whether a model that writes ids ever writes an item that nobody has bought.
#
# ## Before you start
#
# Lesson 12 (text vectors, cold items), lesson 08 (EASE). Lesson 13 (sequences) helps.
#
# Used by: lesson 16, which asks where text does not help.

# %% [markdown]
# ## 1. Could a model simply write the item?
#
# Until now every item had a vector, and a model compared a user with all of them. A language model does
# nothing of the kind. It has no vector for each sentence of the world; it *writes* one, word by word. Could a
# recommender write the next item?
#
# For this an item needs a spelling. Take the shop, in the order of time, and the text vectors of lesson
# 12, centred.

# %%
import numpy as np
import polars as pl

from longtail_lib import compare, evaluate, load_dataset, prepare, split
from longtail_lib.models import SemanticIds, item_vectors, shuffled_vectors
from longtail_lib.text import Whitening

clean = prepare(load_dataset("shop", truth=False), min_rating=4, min_user_interactions=5)
parts = split(clean, how="leave-last-out")
raw = item_vectors(parts)
vectors = Whitening("centre").fit(raw).transform(raw)
print(f"{len(vectors):,} items; three tokens of 64 kinds make {64**3:,} spellings")

# %% [markdown]
# The simplest spelling is one token for each item, a random number. Then a model has as many tokens
# to learn as there are items, and that of a tail item is seen once or twice. Nothing is gained.
#
# A **semantic id** (语义编号) is a short sequence of tokens made from the item's text, so that items which read
# alike begin alike. Then the first token is seen with all its items. What is learned from the head is there
# for the tail. This is the promise, and we test it. A model that writes such ids does **generative
# retrieval** (生成式检索).

# %% [markdown]
# ## 2. From coarse to fine
#
# How do 384 numbers become three tokens? A **codebook** (码本) is a numbered list of vectors. The first token
# is the number of the code nearest to the item. What is left, vector minus code, is the **residual**. A second
# codebook describes the residuals, a third one what is left after that. This is **residual quantisation**
# (残差量化). The codebooks come from k-means: codes are means of the vectors (or residuals) that they stand for.
#
# ### Exercise 1: residual quantisation
#
# Write `quantise(vector, codebooks)`: a list with one token for each codebook. Expected for the vector
# `[9.0]` and the codebooks `[[0.0], [10.0]]` and `[[-1.0], [1.0]]`: `[1, 0]`.
#
# <details><summary>Hint 1</summary>
#
# Squared distances to all codes: `((book - left) ** 2).sum(axis=1)`, where `left` is the vector at first.
#
# </details>
# <details><summary>Hint 2</summary>
#
# After each level: `left = left - book[token]`.
#
# </details>


# %% exercise="quantise"
def quantise(vector, codebooks):
    """One token for each codebook, from coarse to fine."""
    ### BEGIN SOLUTION
    left, tokens = vector, []
    for book in codebooks:
        tokens.append(int(((book - left) ** 2).sum(axis=1).argmin()))
        left = left - book[tokens[-1]]
    return tokens
    ### END SOLUTION


# %% check="quantise" points=1
from longtail_course.checks import semantic_ids

semantic_ids.quantised(quantise)

# %% [markdown]
# To see it, we keep only the two directions in which the shop's texts differ most, and take two levels of
# six codes. The star is the card deck of lesson 12; the arrows are its codes.
#
# **Predict.** How many cells are there after two tokens? Do the fine cells look different in each coarse one?

# %%
from longtail_course.pictures import quantisation_cells

titles = parts.items["title"].to_list()
deck, lantern = titles.index("The Sextant Card Deck"), titles.index("Bronze & Temple Lantern")
flat = Whitening("centre", 2).fit(raw).transform(raw, unit=False)
plane = SemanticIds(levels=2, codes=6, spread=False).fit(flat)
quantisation_cells(flat, plane.codebooks_, mark=deck)

# %% [markdown]
# Twelve vectors name 36 cells. The second codebook is the same in each coarse cell, only moved: look at the
# pattern of the thin lines. So a second token says "up and to the left of the middle", whatever the middle is.
#
# Now all 384 dimensions, with three levels of 64 codes. **Predict.** How many items share the deck's first
# token? Its first two? What do they have in common?

# %%
from longtail_course.widgets import prefix_explorer

ids = SemanticIds(levels=3, codes=64).fit(vectors)
explorer = prefix_explorer(ids.codes_[:, :3], parts.items, rows=[deck, lantern])
explorer

# %% [markdown]
# On paper: one token of the deck, then two, and two of the lantern.

# %%
chosen = [titles[deck], titles[deck], titles[lantern]]
explorer.snapshots(item=chosen, depth=[1, 2, 2])

# %% [markdown]
# All titles shown for the deck's first token are card decks, and the second narrows them to voyages. The lantern's
# two tokens say lamp and antiquity. Nobody told the codebooks.
#
# One item proves nothing. **Purity** is the share of items that have the most common label of their prefix. It
# rises by itself when prefixes get rarer, so the library puts shuffled labels beside it.
#
# **Predict.** After which token is the category known? And the mood?

# %%
labels = ["category", "theme", "mood"]
tables = [ids.prefix_purity(parts.items[name]).with_columns(label=pl.lit(name)) for name in labels]
pl.concat(tables).with_columns(pl.selectors.float().round(2))

# %% [markdown]
# **What it means.** One token tells the category, two tell the theme. The mood is hardly told: with one or two
# tokens it stays near its shuffled twin. That is what lesson 12 saw in MiniLM's vectors, and an id
# cannot know more than the vector it was made from. Beware of the last rows: with three tokens every item is
# alone, and purity says nothing at all.
#
# The control: give each item the text vector of another one, and make ids from these.

# %%
mixed = SemanticIds(levels=3, codes=64).fit(shuffled_vectors(vectors))
control = mixed.prefix_purity(parts.items["category"])
control.with_columns(pl.selectors.float().round(2))

# %% [markdown]
# Purity falls to chance. The meaning sits in the texts, not in the way of counting.

# %% [markdown]
# ## 3. Each item its own id
#
# Two items with the same id cannot be told apart by whoever writes. How many are alone?
#
# ### Exercise 2: the share of unique ids
#
# Write `share_unique(ids)`: the share of items whose id no other item has. Expected for ids (1, 2), (1, 2),
# (3, 0), (3, 1): 0.5.
#
# <details><summary>Hint 1</summary>
#
# `np.unique(ids, axis=0, return_counts=True)` counts each different id.
#
# </details>
# <details><summary>Hint 2</summary>
#
# An id counted once belongs to one item. Divide by the number of *items*.
#
# </details>


# %% exercise="share-unique"
def share_unique(ids):
    """Share of items that have their id alone."""
    ### BEGIN SOLUTION
    counts = np.unique(ids, axis=0, return_counts=True)[1]
    return (counts == 1).sum() / len(ids)
    ### END SOLUTION


# %% check="share-unique" points=1
semantic_ids.share_unique(share_unique)

# %% [markdown]
# Two ways out. TIGER, the model that made semantic ids known, adds a last token that only counts: 0, 1, 2. Such
# a token means nothing. Or **spread**: items that would share an id take different codes at the last level,
# those that cost the least.
#
# **Predict.** What helps more against shared ids, a fourth level or twice the codes?

# %%
rows = []
for levels, codes in ((2, 64), (3, 64), (4, 64), (3, 128)):
    made = SemanticIds(levels=levels, codes=codes).fit(vectors)
    alone = semantic_ids.share_unique.expected(made.encode(vectors)[:, :-1])
    rows.append((levels, codes, alone, made.unique_before_, made.errors_[-1]))
columns = ["levels", "codes", "nearest codes", "spread", "variance left"]
pl.DataFrame(rows, columns, orient="row").with_columns(pl.selectors.float().round(2))

# %%
print("Variance left after each token:", ids.errors_.round(2))

# %% [markdown]
# **What it means.** With 64 codes and three levels a fifth of the items would share an id; spread, none do. The
# fourth level makes fewer shared ids than twice the codes, and leaves more of the vector unsaid. Look at the last
# line: three tokens keep about six tenths of the variance. An id is a summary, and what it leaves out
# no model can bring back.

# %% [markdown]
# ## 4. Writing
#
# `GenerativeRetrieval` reads a user's items in the order of time, each as the sum of its tokens' vectors, by a
# small causal transformer (lesson 13). Its state then writes the next item's tokens, from coarse to fine,
# each given those before it. No item has a vector of its own.
#
# Section 6 needs new items. So we do now what lesson 12 did: a tenth of the warm items lose all their
# interactions to the test part, and join those that had none. Their ids they keep. Three epochs; the stored
# results below have twelve.

# %%
from longtail_lib.models import EASE, ContentKNN, GenerativeRetrieval, Popularity
from longtail_lib.preprocessing import hold_out_items
from longtail_lib.tail import cold_groups

cold = hold_out_items(parts, share=0.1, seed=0)
model = GenerativeRetrieval(vectors, epochs=3).fit(cold)

# %% [markdown]
# Of all spellings only a few belong to an item. A **trie** (前缀树) is the tree of the beginnings of real
# ids. Whoever writes along its branches ends at an item. Writing only what the trie allows is called **constrained
# decoding** (约束解码).
#
# ### Exercise 3: which tokens may follow?
#
# Write `allowed(ids, prefix, size)`: a mask with `size` entries, True for each token with which some id goes on
# after `prefix`. Expected for ids (0, 1), (0, 3), (2, 2), prefix (0,) and size 4: True at 1 and 3.
#
# <details><summary>Hint 1</summary>
#
# Which ids begin like this? `(ids[:, : len(prefix)] == prefix).all(axis=1)`.
#
# </details>
# <details><summary>Hint 2</summary>
#
# Their next tokens stand in column `len(prefix)`. Start from `np.zeros(size, dtype=bool)`.
#
# </details>


# %% exercise="allowed"
def allowed(ids, prefix, size):
    """True for each token that goes on to an item."""
    ### BEGIN SOLUTION
    fits = (ids[:, : len(prefix)] == prefix).all(axis=1)
    mask = np.zeros(size, dtype=bool)
    mask[ids[fits, len(prefix)]] = True
    return mask
    ### END SOLUTION


# %% check="allowed" points=1
semantic_ids.allowed_tokens(allowed)

# %%
for depth in range(3):
    mask = semantic_ids.allowed_tokens.expected(ids.codes_, tuple(ids.codes_[deck, :depth]), 64)
    print(f"after {depth} tokens of the deck's id {mask.sum():2} of 64 tokens are open")

# %% [markdown]
# The network gives each token a **logit**, any real number. A softmax over the tokens that are open makes
# probabilities of them. The probability of an id is the product over its tokens, and we add up logarithms.
#
# ### Exercise 4: the probability of an id
#
# Write `log_probability(logits, masks, tokens)`. `logits` and `masks` have a row for each place; `tokens` is the
# id. Expected for one place with logits (0, 0, 5), the third token closed, and token 0: the logarithm of a half.
#
# <details><summary>Hint 1</summary>
#
# Closed tokens get no probability: `np.where(masks, logits, -np.inf)`, before the softmax.
#
# </details>
# <details><summary>Hint 2</summary>
#
# The logarithm of a softmax is `logits - np.logaddexp.reduce(logits, axis=1, keepdims=True)`.
#
# </details>


# %% exercise="log-probability"
def log_probability(logits, masks, tokens):
    """Logarithm of the probability of writing these tokens when only open ones compete."""
    ### BEGIN SOLUTION
    open_only = np.where(masks, logits, -np.inf)
    logs = open_only - np.logaddexp.reduce(open_only, axis=1, keepdims=True)
    return logs[np.arange(len(tokens)), tokens].sum()
    ### END SOLUTION


# %% check="log-probability" points=1
semantic_ids.log_probability(log_probability)

# %% [markdown]
# The catalogue is small enough to compute this for all items; `score` does so. A shop with a hundred
# million cannot. It writes the likeliest token, then the next one, and hopes. **Beam search** (束搜索) keeps not one
# beginning but several, the *beams*, and drops the less likely ones at each step.
#
# **Predict.** How often does one beam find the item that is really the likeliest?

# %%
from longtail_lib.models import user_sequences

rows = np.arange(500)
columns = user_sequences(cold, max_length=50)[rows]
histories = [cold.item_ids[each[each >= 0]] for each in columns]
scores = model.score(rows)
print(f"A user's probabilities of all items add up to {np.exp(scores).sum(axis=1).mean():.2f}")
for beams in (1, 5, 50):
    written = model.generate(histories, k=1, beams=beams)[0][:, 0]
    found = (written == cold.item_ids[scores.argmax(axis=1)]).mean()
    print(f"{beams:2} beams: the first item is the likeliest for {found:.1f} of the users")

# %% [markdown]
# **What it means.** The likeliest first token need not lead to the likeliest item: it may have many items to
# share its probability with. One beam misses more than it finds; fifty miss none here. What does it write for one
# user?

# %% tags=["nbval-ignore-output"] why="after training, neighbours in a list may change places"
user = 7
print("Last read:", *cold.items["title"][columns[user][-5:].tolist()].to_list(), sep="\n  ")
written = np.searchsorted(cold.item_ids, model.generate([histories[user]], k=5)[0][0])
print("Written:", *cold.items["title"][written.tolist()].to_list(), sep="\n  ")

# %% [markdown]
# All of one kind, which stands in the history too; of the books there is nothing. Beams that share a first token
# write lists of one kind.
#
# And without the trie, when all tokens stay open? **Predict.** How many of 10 and of 200 freely written ids belong
# to no item? What does more training change?

# %%
young = GenerativeRetrieval(vectors, epochs=1).fit(cold)
for name, each in (("one epoch", young), ("three epochs", model)):
    for k in (10, 100, 200):
        share = each.invalid_share(rows[:200], k=k, beams=200)
        print(f"{name}: of {k} ids a share of {share:.1f} belongs to no item")
real = model.generate(histories[:200], k=200, beams=200)[0]
print(f"with the trie: of 200 ids a share of {np.ma.getmaskarray(real).mean():.1f}")

# %% [markdown]
# **What it means.** Even without the trie the first ten are real items; the network has learned the tree by
# heart. Far down the list it invents some, and the fewer the longer it was trained. With the trie
# there are none, by construction. On this shop that is a guarantee, not an improvement.

# %% [markdown]
# ## 5. Is it any good?
#
# Stored results, three seeds, both splits. `GenerativeRetrieval` was measured as it comes, SASRec (lesson 13, one
# vector for each item) was tuned in five trials, EASE in twenty. `SASRecText` and `TextTower` read text
# too. Verdicts are against EaseScaled; null means not compared.
#
# **Predict.** Does it beat SASRec? EASE? And who has the tail?

# %%
from longtail_course.experiments import stored_results, verdict_table

stored = stored_results("shop")
names = ["Popularity", "ItemKNN", "EASE", "EaseScaled", "SASRec", "SASRecText", "TextTower"]
verdict_table(stored, [*names, "GenerativeRetrieval"], split="leave-last-out")

# %%
verdict_table(stored, [*names, "GenerativeRetrieval"], split="random")

# %%
for name, how in ((d, h) for d in ("shop", "movielens-small") for h in stored.protocol["splits"]):
    pair = stored_results(name).pair(how, "GenerativeRetrieval", "SASRec")
    for found in (pair["overall", "NDCG@10"], pair["tail", "NDCG@100"]):
        told = f"{found.difference:+.3f} [{found.low:+.3f}, {found.high:+.3f}] {found.verdict}"
        print(f"{name:15} {how:14} {found.group:7} {found.metric:8} less SASRec's: {told}")

# %% [markdown]
# **What it means.** On the shop it beats SASRec overall, on both splits, with a few hundred token vectors in place
# of four thousand item vectors. It loses to EASE on both, clearly. On MovieLens it is above SASRec where test
# interactions are drawn at random, and below by leave-last-out; at random both are below Popularity, so the first
# says little. And it does not help the tail: nothing or next to nothing in ten places and in a hundred, and at
# best a thousandth more than SASRec. The texts are not to blame:
# `TextTower` reads the same ones and has by far the best tail. A likely reason: first tokens are shared, but
# where the paths part, training has seen people go to the popular item. Section 6 looks at it where it is barest.
#
# So do the ids' meanings matter at all? The control: the same model, the same three epochs, ids from shuffled
# text vectors. **Predict.** Level with real ids, with Popularity, or below?

# %%
control = GenerativeRetrieval(shuffled_vectors(vectors), epochs=3).fit(cold)
models = {"Popularity": Popularity().fit(cold), "EASE": EASE(l2=200.0).fit(cold)}
models |= {"ids from text": model, "ids from shuffled text": control}
rules = {"k": (10, 50), "metrics": ["NDCG", "Recall"], "groups": cold_groups(cold.popularity)}
reports = {name: evaluate(each, cold, name=name, **rules) for name, each in models.items()}
table = compare(list(reports.values()), baseline="ids from text", metrics="NDCG@10", groups="warm")
table.to_frame(digits=2).select("model", "group", "metric", "value", "verdict")

# %% [markdown]
# **What it means.** With shuffled texts the model learns what is popular, and no more. The same network, the same
# number of tokens, the same training: the whole gain over Popularity came from what the ids mean. The idea works.
# It works where interactions are.

# %% [markdown]
# ## 6. An item that came in today
#
# A new item has an id as soon as it has a text, and all its tokens are known from other items. No model by ids
# can say that. **Predict.** The new items are a good quarter of this catalogue. What share of its probability does
# the model give them? Does training raise or lower it?

# %%
new = cold.cold
print(f"New items: {new.mean():.0%} of the catalogue, {cold.test[:, new].nnz:,} test interactions")
for name, each in (("one epoch", young), ("three epochs", model)):
    mass = np.exp(each.score(rows)[:, new]).sum(axis=1).mean()
    print(f"{name}: {mass:.0%} of the probability")

# %% [markdown]
# It falls. In training no history ever went on to one of them, so each step teaches the network to go
# elsewhere. What reaches a list? TIGER's way out is to keep places for new items: `cold_share=0.2` gives
# them a fifth of each list, in the order of their probabilities. `ContentKNN` is lesson 12's profile of texts.
#
# **Predict.** Recall@50 on new items, for the four rows.

# %%
from copy import copy

kept = copy(model)
kept.cold_share = 0.2
last = {"ids, a fifth kept": kept, "ContentKNN": ContentKNN(vectors, space="raw").fit(cold)}
reports |= {name: evaluate(each, cold, name=name, **rules) for name, each in last.items()}
for name in ("EASE", "ids from text", *last):
    warm, new_ones = (reports[name][group, "Recall@50"].value for group in ("warm", "cold"))
    print(f"{name:18} Recall@50 warm {warm:.2f}, new {new_ones:.2f}")
chance = 50 / (cold.n_items - np.diff(cold.train.indptr)).mean()
print(f"A random list of 50 finds {chance:.2f} of the new ones")

# %% [markdown]
# **What it means.** Left to itself the model writes a new item hardly ever: to two decimals as seldom as EASE, which
# cannot. With places kept it finds some, and warm items pay. But is that the ids' merit, or the places'? Ten
# places filled with anything new find something. So let each choose *ten new items* for each user, and count
# what share of all test interactions with new items is among them.
#
# **Predict.** Four choosers: the ids, ids of shuffled texts, ContentKNN, chance. In which order?

# %%
wanted, everyone = cold.test[:, new].toarray() != 0, np.arange(cold.n_users)
choosers = {"text": model, "shuffled text": control, "ContentKNN": last["ContentKNN"]}
for name, each in choosers.items():
    ten = np.argsort(-each.score(everyone)[:, new], axis=1, kind="stable")[:, :10]
    print(f"{name:14} {np.take_along_axis(wanted, ten, axis=1).sum() / wanted.sum():.2f}")
print(f"{'chance':14} {10 / new.sum():.2f}")

# %% [markdown]
# **What it means.** Among new items the writer's order is better than chance, and with shuffled texts it is not: so
# its tokens do carry something over. But ContentKNN, which trains nothing, finds more than twice as much with the
# same ten places. For new items, compare vectors. Others
# found the same on real logs and joined both: LIGER writes candidates, adds the new items, and ranks
# all of them by their vectors.
#
# <details><summary>Instructor's note</summary>
#
# Usual misconception: "the new item has an id, so it can be recommended". It can be *spelt*. Let pairs bet on the
# share of probability before section 6. Sections 2 and 4 are for the board: quantise one vector and walk one trie by
# hand. Twenty minutes each for sections 1 to 3 and 4, twenty-five for 5 and 6. Short of time? Leave out section 3.
#
# </details>

# %% [markdown]
# ## Take-aways
#
# - A semantic id is a summary of a text vector: the first token says the kind, the next ones refine it. It knows no
#   more than the vector.
# - Spread codes at the last level, and no token is wasted on counting.
# - A trie makes every written id an item. Beam search finds the likeliest one; a single beam often does not.
# - The meaning of the ids is the whole gain: shuffled, the model falls to Popularity. With it, it is level
#   with SASRec or better, stays below EASE, and leaves the tail where it was.
# - New items are spelt at once and hardly ever written. Keep places for them, and let vectors choose.

# %% [markdown]
# ## Quiz

# %%
semantic_ids.lesson_quiz()

# %% [markdown]
# ## What comes next
#
# Lesson 16 puts the models of lessons 12 to 15 in one table, and asks for each gain: was it the text, and what did it
# cost?

# %% [markdown]
# ## References
#
# - Rajput, S. et al. (2023). Recommender systems with generative retrieval. *NeurIPS*. TIGER: semantic ids for
#   recommendation, a last token against shared ids, places for cold items.
# - Tay, Y. et al. (2022). Transformer memory as a differentiable search index. *NeurIPS*. Writing the id of a
#   document.
# - Lee, D., Kim, C., Kim, S., Cho, M., Han, W.-S. (2022). Autoregressive image generation using residual
#   quantization. *CVPR*. RQ-VAE, and the decoder that we use in small.
# - Zheng, B. et al. (2024). Adapting large language models by integrating collaborative semantics for
#   recommendation. *ICDE*. LC-Rec: codes spread evenly at the last level.
# - Yang, L. et al. (2024). Unifying generative and dense retrieval for sequential recommendation.
#   arXiv:2411.18814. LIGER; cold items.
