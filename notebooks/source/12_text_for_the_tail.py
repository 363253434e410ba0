# %% [markdown]
# # 12. What a language model knows about a tail item
#
# {{time}}
#
# ## What you will learn
#
# - Encode a catalogue with a pretrained transformer, and pool its tokens by hand.
# - Compare neighbours by interactions, by plain words, and by a language model.
# - Measure how narrow the cone of the vectors is, and say whom centring helps.
# - Keep fewer dimensions and fewer bits, and measure what is lost.
# - Recommend items that nobody has bought yet, and test it against chance and against plain words.
#
# ## Before you start
#
# Lesson 02 (transformers, three kinds of pretraining, the probe), lesson 06 (Recall, intervals),
# lesson 08 (EASE).
#
# Used by: the lessons that follow, which join text and behaviour.

# %% [markdown]
# ## 1. An item that two people bought
#
# Lesson 11 ended without knowledge: no order of the list brings in what the model does not know.
# What does a log know about an item of the tail? And what does its text know?

# %%
import numpy as np
import polars as pl

from longtail_lib import compare, evaluate, load_dataset, prepare, split
from longtail_lib.tail import cold_groups, popularity_groups

pl.Config.set_fmt_str_lengths(60)
parts = split(prepare(load_dataset("shop"), min_rating=4), how="random")
few = parts.popularity <= 3
print(f"At most 3 interactions: {few.sum():,} of {parts.n_items:,}; none: {parts.cold.sum():,}")

# %% [markdown]
# Take one with two interactions. We describe each item by who interacted with it, as in lesson 02, and
# look for its nearest neighbour. **Predict.** What will the card deck's neighbour be?

# %%
from longtail_course.toys import interaction_vectors, nearest_items

titles, texts = parts.items["title"].to_list(), parts.items["text"].to_list()
deck, lantern = titles.index("The Sextant Card Deck"), titles.index("Bronze & Temple Lantern")
print(texts[deck])
spaces = {"interactions": interaction_vectors(parts.train)}
show = ["title", "category", "theme"]
nearest_items(spaces, parts.items, deck, show=show)

# %% [markdown]
# A lamp with apples. Two buyers happened to own both, and two buyers are no evidence. The text says at
# once what the item is.

# %% [markdown]
# ## 2. A large model reads the shop
#
# **MiniLM** is a small transformer. Others pretrained it: first by hidden words, then on about a
# billion pairs of sentences that belong together. We train nothing. `course.py` installed its
# weights from the package registry, with a hash for each file; the licence is Apache 2.0.
#
# A transformer does not read words. It reads **tokens** (词元), pieces of words from a fixed
# vocabulary. Rare words fall apart; `##` marks a piece that continues a word.

# %%
from tokenizers import Tokenizer

from longtail_lib.text import TextEncoder

encoder = TextEncoder(progress=True)
tokenizer = Tokenizer.from_file(str(encoder.folder / "tokenizer.json"))
tokenizer.no_padding()
print(*tokenizer.encode(titles[deck] + ". " + titles[lantern]).tokens)
print(f"{encoder.n_parameters:,} parameters, {encoder.dimensions} numbers for each text")

# %% [markdown]
# The network gives each *token* a vector that depends on all tokens around it. A text needs one vector.
# **Mean pooling** (平均池化) averages over its tokens. Several texts are computed at once, so short
# ones are filled up with **padding** (填充). A **mask** (掩码) holds 1 where there is a real token.
#
# ### Exercise 1: mean pooling
#
# Write `mean_pooling(states, mask)`. `states` has shape (texts, tokens, dimensions), `mask` (texts,
# tokens). Return for each text the mean of its real tokens, divided by its length, so that products
# are cosines. Expected for a text with tokens (3, 0) and (0, 1) and padding: a direction
# in which the first number is three times the second.
#
# <details><summary>Hint 1</summary>
#
# `mask[:, :, None]` has one axis more, so it can be multiplied with `states`.
#
# </details>
# <details><summary>Hint 2</summary>
#
# Add up along `axis=1`, and divide by the number of real tokens: `mask.sum(axis=1)[:, None]`.
#
# </details>
# <details><summary>Hint 3</summary>
#
# The length of each row: `np.linalg.norm(means, axis=1, keepdims=True)`.
#
# </details>


# %% exercise="mean-pooling"
def mean_pooling(states, mask):
    """One vector of length 1 for each text."""
    ### BEGIN SOLUTION
    means = (states * mask[:, :, None]).sum(axis=1) / mask.sum(axis=1)[:, None]
    return means / np.linalg.norm(means, axis=1, keepdims=True)
    ### END SOLUTION


# %% check="mean-pooling" points=1
from longtail_course.checks import text_vectors

text_vectors.mean_pooling(mean_pooling)

# %% [markdown]
# Now the whole shop. The first time this takes about half a minute on two cores; the vectors are then
# kept on disk, and the next run reads them in a moment. That is the price: paid once for each text, not
# for each user.

# %%
from longtail_lib.models import item_vectors
from longtail_lib.text import TfIdf

minilm = item_vectors(parts, encoder)
words = item_vectors(parts, TfIdf().fit(texts))
print("MiniLM:", minilm.shape, " words:", words.shape)

# %% [markdown]
# **Words** is TF-IDF of lesson 02: each word of the shop, weighted by rarity. It costs a second and is
# the rival to beat. **Predict.** Who finds the better neighbour for the deck? And for an ancient lantern?

# %%
spaces |= {"words": words, "MiniLM": minilm}
pl.concat([nearest_items(spaces, parts.items, row, show=show) for row in (deck, lantern)])

# %% [markdown]
# For the deck both texts find a deck about voyages. For the lantern they part: words stick to the word
# "temple" and find a cookbook; MiniLM finds a lantern and loses antiquity. What MiniLM adds can be seen
# where two texts share no word:

# %%
kitten, cat, drill = encoder.encode(["a kitten", "a young cat", "a power drill"])
print(f"kitten and young cat {kitten @ cat:.2f}, kitten and power drill {kitten @ drill:.2f}")

# %% [markdown]
# Now all items of the tail, with lesson 02's probe: how often do an item and its nearest neighbour share
# an attribute? Random vectors show chance.
#
# **Predict.** On which of the five attributes is MiniLM best? On which are words?

# %%
from longtail_course.toys import RandomVectors, probe_table

tail = popularity_groups(parts.popularity).mask("tail")
probed = {"random": RandomVectors().encode(texts), **spaces}
attributes = ["category", "theme", "style", "mood", "maker"]
table = probe_table(probed, parts.items, attributes, {"tail": tail})
wide = table.pivot("attribute", index="encoder", values="share")
wide.with_columns(pl.selectors.float().round(2))

# %% [markdown]
# **What it means.** Interactions know hardly more than chance, and for half of the tail they have no
# vector at all, which counts as a miss. Both texts know the tail. MiniLM is clearly
# better at *what an item is*: category and theme. Words are clearly better at *how it is*: style, mood,
# maker. A sentence encoder was trained to keep the gist, and a maker's name is not the gist. Keep this in
# mind for section 5.

# %% [markdown]
# ## 3. The cone
#
# A cosine of 0 means unrelated, they say. **Predict** the mean cosine of two items drawn at random from
# the shop.

# %%
from longtail_lib.text import Whitening, anisotropy

centred = Whitening("centre").fit(minilm).transform(minilm)
whitened = Whitening("whiten").fit(minilm).transform(minilm)
named = {"as encoded": minilm, "centred": centred, "whitened": whitened}
for name, vectors in named.items():
    print(f"{name:10} mean cosine {abs(anisotropy(vectors)):.2f}")

# %% [markdown]
# Not 0. All texts here sell something, and the vectors share that: they lie in a cone. This is called
# **anisotropy** (各向异性). Raw BERT is known for far narrower cones; MiniLM's contrastive training has
# widened its own. **Centring** (中心化) subtracts the mean vector.
#
# ### Exercise 2: centre, then measure
#
# Write `centred_cosine(vectors)`: subtract the mean vector, then return the mean cosine of two
# *different* rows. Expected for the shop: about 0.
#
# <details><summary>Hint 1</summary>
#
# `vectors.mean(axis=0)` has one entry for each dimension.
#
# </details>
# <details><summary>Hint 2</summary>
#
# Give each row length 1 *after* centring. Then `rows @ rows.T` holds all cosines.
#
# </details>
# <details><summary>Hint 3</summary>
#
# The diagonal is each row with itself. `~np.eye(len(rows), dtype=bool)` selects the rest.
#
# </details>


# %% exercise="centred-cosine"
def centred_cosine(vectors):
    """Mean cosine of two different rows, once the mean vector is gone."""
    ### BEGIN SOLUTION
    rows = vectors - vectors.mean(axis=0)
    rows = rows / np.linalg.norm(rows, axis=1, keepdims=True)
    return (rows @ rows.T)[~np.eye(len(rows), dtype=bool)].mean()
    ### END SOLUTION


# %% check="centred-cosine" points=1
text_vectors.centred_cosine(centred_cosine)

# %% [markdown]
# **Whitening** (白化) goes further: it also stretches every direction until all vary alike. The picture
# shows the cosines of 500 items with each other.

# %%
from longtail_course.pictures import score_distribution

some = np.random.default_rng(0).choice(parts.n_items, 500, replace=False)
pairs = np.triu_indices(500, k=1)
cosines = {name: (each[some] @ each[some].T)[pairs] for name, each in named.items()}
score_distribution(cosines, xlabel="Cosine of two items", title="The cone, and out of it")

# %% [markdown]
# **Predict.** After centring, are the nearest neighbours better?

# %%
moved = probe_table(named, parts.items, ["category", "theme"], {"tail": tail})
moved.select("encoder", "attribute", pl.selectors.float().round(2))

# %% [markdown]
# **What it means.** Centring moves all cosines and hardly changes who is nearest. Whitening even does harm:
# it blows up directions in which texts hardly differ, and buries the category. So a number for anisotropy
# is no reason to "repair" vectors. Section 5 shows where centring does pay.

# %% [markdown]
# ## 4. How many numbers, how many bits?
#
# A shop with ten million items needs memory for its vectors. Two ways to save: fewer dimensions, and
# fewer bits for each. **int8** stores each entry as a whole number from -127 to 127, in one byte in place
# of four, with one scale for the row: code times scale is about the entry. This is **quantisation**
# (量化).
#
# ### Exercise 3: a row in bytes
#
# Write `int8_codes(row)`: the whole numbers, where 127 stands for the largest absolute entry. Expected for
# `[1.0, -0.5, 0.43]`: 127, -64 and 55.
#
# <details><summary>Hint 1</summary>
#
# One step is `np.abs(row).max() / 127`. How many steps is each entry?
#
# </details>
# <details><summary>Hint 2</summary>
#
# `np.rint` rounds to the nearest whole number. `astype(np.int8)` alone cuts the fraction off.
#
# </details>


# %% exercise="int8-codes"
def int8_codes(row):
    """Whole numbers from -127 to 127."""
    ### BEGIN SOLUTION
    return np.rint(127 * row / np.abs(row).max()).astype(np.int8)
    ### END SOLUTION


# %% check="int8-codes" points=1
text_vectors.int8_codes(int8_codes)

# %% [markdown]
# Which dimensions to keep? The *first* ones are easy: cut the rest off (**truncation**, 截断). Or turn the
# space first, so that the directions in which texts differ most come first: the *principal* ones. Move
# the slider. **Predict.** How many of 384 dimensions can go before the theme suffers?

# %%
from longtail_course.widgets import dimension_slider

slider = dimension_slider(minilm, parts.items["theme"].to_list(), of=tail, name="theme")
slider

# %% [markdown]
# On paper: 32 dimensions.

# %%
slider.snapshots(dimensions=[32])

# %% [markdown]
# **What it means.** An eighth of the dimensions still finds nearly the same themes, if they are the
# principal ones. The first ones are any ones here; some encoders are trained so that the first say
# most, this one is not. And int8 costs next to nothing: bits are the first thing to save.

# %% [markdown]
# ## 5. Cold start
#
# Now the real test. A probe asks about themes; users ask for what they like. We make a tenth of the warm
# items **cold** (冷启动物品): all their interactions move from train to test, as if the items had come in
# today. The models must recommend them among the whole catalogue.

# %%
from longtail_lib.preprocessing import hold_out_items

cold = hold_out_items(parts, share=0.1, seed=0)
groups, new = cold_groups(cold.popularity), cold.cold
print(groups, f"\n{cold.test[:, new].nnz:,} test interactions are with cold items")
chance = 50 / (cold.n_items - np.diff(cold.train.indptr)).mean()
print(f"A random list of 50 finds {chance:.4f} of them")

# %% [markdown]
# ### Exercise 4: score what nobody bought
#
# A user has a history, and each item has a text vector. Write `content_scores(history, vectors)`: for each
# item the mean cosine to the items of the history (`history` is a list of rows), and `-np.inf` for seen
# items. Nothing in it asks for interactions of the candidate.
#
# <details><summary>Hint 1</summary>
#
# `vectors @ vectors[history].T` has a row for each item and a column for each item of the history.
#
# </details>
# <details><summary>Hint 2</summary>
#
# `.mean(axis=1)`, then `scores[history] = -np.inf`.
#
# </details>


# %% exercise="content-scores"
def content_scores(history, vectors):
    """Mean cosine of each item to the history; seen items last."""
    ### BEGIN SOLUTION
    scores = (vectors @ vectors[history].T).mean(axis=1)
    scores[history] = -np.inf
    return scores
    ### END SOLUTION


# %% check="content-scores" points=1
text_vectors.content_scores(content_scores)

# %% [markdown]
# This is `ContentKNN` with raw vectors. First the models that know items by their ids. **Predict.** What is
# their Recall@50 on cold items: low, or exactly 0?

# %%
from longtail_lib.models import EASE, ContentKNN, ContentTower, Popularity, Random, TwoTower

by_id = {"Random": Random(seed=0), "Popularity": Popularity(), "EASE": EASE(l2=200.0)}
by_id["TwoTower"] = TwoTower(epochs=3)


def measured(models):
    rules = {"k": 50, "metrics": ["Recall"], "groups": groups}
    return [evaluate(each.fit(cold), cold, name=name, **rules) for name, each in models.items()]


def recalls(reports):
    for report in reports:
        (w, *_), (c, low, high, _) = report["warm", "Recall@50"], report["cold", "Recall@50"]
        print(f"{report.model:18} warm {w:.2f}  cold {c:.3f} [{low:.3f}, {high:.3f}]")


id_reports = measured(by_id)
recalls(id_reports)

# %%
scores = by_id["EASE"].score(np.arange(100))[:, new]
print("EASE's scores of cold items, 100 users:", np.unique(scores))

# %% [markdown]
# **What it means.** Exactly 0: the value, not the upper end of the interval, which only says that these
# users are a sample. EASE gives all cold items the same score, 0, so it has no opinion of them;
# every list of 50 is full before they come. A TwoTower's vector of a cold item is what it was at random
# before training. By ids the question "which new item?" has no answer. Random has one by accident.
#
# Now the texts: words, MiniLM as encoded and centred. *Shuffled* is a control: each item has another
# item's text.

# %%
from longtail_lib.models import shuffled_vectors

by_text = {"words": ContentKNN(words, space="raw"), "MiniLM": ContentKNN(minilm, space="raw")}
by_text["words, centred"] = ContentKNN(words, space="centre")
by_text["MiniLM, centred"] = ContentKNN(minilm, space="centre")
by_text["shuffled"] = ContentKNN(shuffled_vectors(minilm), space="centre")
text_reports = measured(by_text)
recalls(text_reports)

# %% [markdown]
# Is MiniLM better than words here? The two differences, each over the same users:

# %%
for better, base in (("MiniLM, centred", "MiniLM"), ("MiniLM, centred", "words, centred")):
    pair = [report for report in text_reports if report.model in (better, base)]
    print(compare(pair, baseline=base, metrics="Recall@50", groups="cold"))

# %% [markdown]
# **What it means.** Each text finds several times what chance finds, and with shuffled texts it is gone: the
# gain comes from what the texts say. Here centring pays. A profile is a mean over many items, and in a
# mean what all texts share adds up, while what tells them apart cancels out.
#
# And MiniLM does not beat plain words. It knew categories and themes better. But these users also
# choose by style, mood and maker, which words keep. Texts from templates favour words, too: a real
# catalogue says the same thing in a hundred ways. A better probe was no better recommendation.
#
# The price stands in the column "warm": compare it with EASE's. A profile of texts knows nothing of what
# sells.

# %% [markdown]
# ## 6. A tower that learns what to read
#
# Why not let interactions say which parts of a text matter? `ContentTower` has an id vector for each warm
# item and a matrix that turns text vectors into the same space. In each training batch it drops the ids
# of half of the items, as **DropoutNet** does, so that the text must do without. A cold item is one whose
# id is always dropped. The loss leaves cold items out: they must not be punished for being new.
#
# **Predict.** Does the tower keep EASE's recall on warm items, and does it pass five times chance on cold
# ones? First on MiniLM:

# %%
short = {"space": "centre", "epochs": 6, "patience": None}


def tell(name, tower):
    [report] = measured({name: tower})
    warm, low = report["warm", "Recall@50"].value, report["cold", "Recall@50"].low
    print(f"{name}: warm {warm:.1f}; cold surely over 5 times chance: {low > 5 * chance}")


tell("tower on MiniLM", ContentTower(minilm, **short))

# %% [markdown]
# And the same on words, compressed to 384 numbers:

# %%
from longtail_lib.text import TfidfSvd

compressed = item_vectors(parts, TfidfSvd(384).fit(texts))
tell("tower on words", ContentTower(compressed, **short))

# %% [markdown]
# **What it means.** One model now does what took two: warm items nearly as EASE does, and cold items many
# times as often as chance. It costs seconds of training, where ContentKNN trains nothing. And words serve
# the tower as well as MiniLM does.
#
# The simulator's truth is a second opinion: how much do users really want the cold items that stand in
# their lists of ten? `cold_worth` is the mean true preference of these.

# %%
from longtail_course.worlds import worth_table

worth = worth_table({**by_id, **by_text}, cold, groups=groups)
worth.rename({"tail_share": "cold_share", "tail_worth": "cold_worth"})

# %% [markdown]
# **What it means.** The truth agrees with the test part. A cold item that centred texts recommend is worth four or
# five times a random one, and words are ahead of MiniLM. (EASE's few cold items went to users who have no
# history left: all their scores are 0, and ties are in a random order.) But compare
# `worth`: EASE's lists are worth more than three times those of ContentKNN. Texts alone are an answer
# for new items, and for nothing else.

# %% [markdown]
# ## 7. When there is no text
#
# An empty text has no tokens. `TextEncoder` gives it the zero vector, and its cosine to everything is 0.
# What should a recommender do with it? We take the text of one cold item away.

# %%
print("Empty texts have a vector other than zero:", encoder.encode(["", "  "]).any())
blank, row = words.copy(), np.flatnonzero(new)[0]
blank[row] = 0
scores = ContentKNN(blank, space="raw").fit(cold).score(np.arange(100))
print("Its scores:", np.unique(scores[:, row]))
print("Lowest of warm items:", scores[:, ~new].min().round(1))

# %% [markdown]
# It comes last, by decision: no evidence is no reason to show it. It is better than what happens without a
# rule, where 0 stands in the middle of centred cosines and beats half of the catalogue. A column with
# no text at all is an error, since it is nearly always a wrong column.
#
# <details><summary>Instructor's note</summary>
#
# Usual misconception: "the transformer understands the item, so it must win". Let pairs argue from the
# probe table before they run section 5, and write down a bet. Fifteen minutes for sections 1 and 2, ten
# each for the cone and for memory, thirty for cold start. Short of time? Leave out section 4.
#
# </details>

# %% [markdown]
# ## Take-aways
#
# - Interactions know nothing of an item that hardly anybody bought. Its text does, at the cost of
#   reading it once.
# - Pool over the mask. Centre before you average; do not whiten by reflex.
# - Keep principal directions and int8: a fraction of the memory for nearly the same neighbours.
# - On cold items id models score exactly 0. Content models score several times chance.
# - Plain words are a serious rival. A probe of neighbours does not decide what users want.

# %% [markdown]
# ## Quiz

# %%
text_vectors.lesson_quiz()

# %% [markdown]
# ## What comes next
#
# Lesson 13 pretrains a model of our own, on sequences of interactions. Lesson 14 joins text and behaviour,
# so that a tail item gains and a head item does not lose.

# %% [markdown]
# ## References
#
# - Reimers, N., Gurevych, I. (2019). Sentence-BERT: sentence embeddings using Siamese BERT-networks.
#   *EMNLP-IJCNLP*. Mean pooling, and the family of encoders.
# - Wang, W., Wei, F., Dong, L., Bao, H., Yang, N., Zhou, M. (2020). MiniLM: deep self-attention
#   distillation for task-agnostic compression of pre-trained transformers. *NeurIPS*.
# - Ethayarajh, K. (2019). How contextual are contextualized word representations? Comparing the geometry
#   of BERT, ELMo, and GPT-2 embeddings. *EMNLP-IJCNLP*. The cone.
# - Su, J., Cao, J., Liu, W., Ou, Y. (2021). Whitening sentence representations for better semantics and
#   faster retrieval. arXiv:2103.15316.
# - Kusupati, A. et al. (2022). Matryoshka representation learning. *NeurIPS*. Encoders whose first
#   dimensions say most.
# - Volkovs, M., Yu, G., Poutanen, T. (2017). DropoutNet: addressing cold start in recommender systems.
#   *NIPS*.
# - Pazzani, M. J., Billsus, D. (2007). Content-based recommendation systems. In *The Adaptive Web*,
#   Springer.
