# %% [markdown]
# # 02. The pipeline and large models
#
# {{time}}
#
# ## What you will learn
#
# - Read the article's flow chart, and find what is missing in it.
# - Run the whole pipeline once: preprocess, train, evaluate, deploy.
# - Count the parameters of a model, and say what fits into a laptop.
# - Tell three kinds of pretraining apart, and build a tiny one of each.
# - Probe what vectors know about the items of the tail.
#
# ## Before you start
#
# Lessons 00 and 01: popularity, cold items, head and tail.
#
# Used by: [03. The mathematics by hand](03_mathematics_by_hand.ipynb), and lessons 04 to 07, each of
# which takes one box of the chart apart.

# %% [markdown]
# ## A flow chart with four steps
#
# What does the article mean by "a large model recommends"? Section 2.4 answers with a picture. Here
# it is in English.
#
# **Predict:** which way do you expect the arrow between A and E to point, and why?

# %%
from longtail_course.pictures import pipeline_diagram

pipeline_diagram()

# %% [markdown]
# | Box | In the article | What happens there |
# |---|---|---|
# | A **preprocessing** | 数据预处理 | clean the log, drop repeated rows, normalise |
# | B **training** | 模型训练 | fit a model to data |
# | C **evaluation** | 模型评估 | measure it, adjust its settings |
# | D **deployment** | 模型部署 | put it where it answers users |
# | E user behaviour data | 用户行为数据 | who viewed, clicked, bought what |
# | F item feature data | 项目特征数据 | categories, tags, texts |
# | G large-scale dataset | 大规模数据集 | what a large model is trained on |
#
# Three arrows run from a step to its data. Data flows the other way. And three things are missing;
# they are dashed below.

# %%
pipeline_diagram(data_flow=True, missing=True)

# %% [markdown]
# - **H, parts kept apart.** Section 3.2 evaluates on a validation set and adjusts the model by it. What
#   was adjusted on a set cannot be measured on it: a third part, **test** (测试集), is needed.
# - **I, baselines.** A number means nothing alone. The article compares its model with none.
# - **The way back.** Users choose from what D shows them, and their choices are the next E. This
#   **feedback loop** (反馈循环) lets popular items stay popular.

# %% [markdown]
# ### Exercise 1: put the steps in order
#
# A **penalty** is a setting of a model, chosen by people. Six steps, out of order:
#
# - A: fit one model on train for each penalty that you want to try
# - B: take out rows that are in the log twice
# - C: choose the penalty whose model does best on validation
# - D: split the log into train, validation and test
# - E: deploy the chosen model
# - F: measure the chosen model on test
#
# Set `order` to the six letters in the right order, as one text such as `"ABCDEF"`.
#
# <details><summary>Hint 1</summary>
#
# For each step ask what has to exist before it can run.
#
# </details>
# <details><summary>Hint 2</summary>
#
# One row is in the log twice. What if one copy lands in train and the other in test?
#
# </details>
# <details><summary>Hint 3</summary>
#
# Test is used once, by the model that will be deployed.
#
# </details>

# %% exercise="step-order"
order = ...  # replace the dots
### BEGIN SOLUTION
order = "BDACFE"
### END SOLUTION

# %% check="step-order" points=1
from longtail_course.checks import pipeline

pipeline.step_order(order)

# %% [markdown]
# ## The pipeline in four cells
#
# The shop's log once more. **A: preprocess.** Keep what users rated 4 or 5, and hold back the last
# two interactions of each user: one for validation, one for test.

# %%
from longtail_lib import evaluate, load_dataset, prepare, split
from longtail_lib.models import EASE, ItemKNN, Popularity

parts = split(prepare(load_dataset("shop", truth=False), min_rating=4), how="leave-last-out")
parts

# %% [markdown]
# **B: train.** Popularity you know. ItemKNN scores items by their similarity to what the user has
# seen. EASE learns one weight for each pair of items: how much having the one speaks for the other.
# Lesson 06 has more on both.

# %%
popularity, knn, ease = [model.fit(parts) for model in (Popularity(), ItemKNN(), EASE(l2=200.0))]

# %% [markdown]
# **C: evaluate.** NDCG@10 is 1 where the test item of every user stands first in the list of ten, and
# 0 where no list holds it. Lesson 06 derives it.
#
# **Predict:** what will the three models reach on the head, and what on the tail?

# %%
from longtail_course.pictures import group_bars

reports = [evaluate(m, parts, metrics=["NDCG", "TailShare"]) for m in (popularity, knn, ease)]
group_bars(reports, "NDCG@10", title="One number overall, and what it hides")

# %%
for report in reports:
    overall, tail = report["NDCG@10"], report["tail", "NDCG@10"]
    shown = report["TailShare@10"].value
    print(f"{report.model:10} overall {overall.value:.3f} (n = {overall.n:,}), ", end="")
    print(f"tail {tail.value:.3f} (n = {tail.n}), tail items get {shown:.1%} of all places")

# %% [markdown]
# **What it means.** The overall number hides the tail. The last column is what step D will show: it
# is the next log's exposure. Half of the catalogue is tail; compare that with its share of the places.
#
# **D: deploy.** A deployed model is a file that another program loads. It has to give the same list.

# %%
import tempfile
from pathlib import Path

with tempfile.TemporaryDirectory() as folder:
    file = ease.save(Path(folder) / "ease.npz")
    deployed, size = EASE.load(file), file.stat().st_size
user = parts.user_ids[:1]
same = (deployed.recommend(user)[0] == ease.recommend(user)[0]).all()
print(f"Same list after loading: {same}. The file has {size / 1e6:.0f} MB. It recommends:")
rows = parts.item_rows(deployed.recommend(user, k=5)[0][0])
chosen = parts.items[rows].select("title", "category")
chosen.with_columns(popularity=parts.popularity[rows])

# %% [markdown]
# ## What is large about a large model?
#
# Section 1.2 defines it:
#
# > 大模型，即大规模预训练模型，是一种通过在大规模数据集上进行预训练，从而实现高度泛化能力的深度学习模型。
#
# A **large model** (大模型) is a deep model **pretrained** (预训练) on a large dataset, so that it
# **generalises** (泛化): it works on data that it was not trained on. Size is only a part of that, but
# one that can be counted. A **parameter** (参数) is a number that training changes.
#
# ### Exercise 2: count
#
# The article's code (5.2) has two towers, one for the user and one for the item. Each is
# $\sigma(W x + b)$ with 5 features in and 10 numbers out. The score is the cosine of the two outputs.
# Set `count` to the number of parameters of the whole model. Expected: between 100 and 150.
#
# <details><summary>Hint 1</summary>
#
# $W$ has one weight for every feature and output. How many pairs are there?
#
# </details>
# <details><summary>Hint 2</summary>
#
# $b$ has one entry for each output. Does the cosine have anything to learn?
#
# </details>

# %% exercise="tower-parameters"
count = ...
### BEGIN SOLUTION
count = 2 * (5 * 10 + 10)
### END SOLUTION

# %% check="tower-parameters" points=1
pipeline.tower_parameters(count)

# %% [markdown]
# **Predict:** the EASE that you trained a minute ago has a weight for each pair of items. Has it more
# parameters than the article's model? More than a language model that you can download?
#
# Pretrained language models are **transformers**, and five numbers of their description give their
# parameters. MiniLM-L6 is a small one for texts like ours, BERT base the classic one. The last row has
# the measures of GPT-3.

# %%
from longtail_course.pictures import model_sizes
from longtail_course.toys import transformer_parameters

sizes = {"article's two towers": 2 * (5 * 10 + 10), "EASE on the shop": parts.n_items**2}
sizes["MiniLM-L6"] = transformer_parameters(vocabulary=30_522, width=384, layers=6)
sizes["BERT base"] = transformer_parameters(vocabulary=30_522, width=768, layers=12)
sizes["size of GPT-3"] = transformer_parameters(50_257, 12_288, layers=96, positions=2048)
model_sizes(sizes, memory_gb=8)

# %% [markdown]
# **What it means.** EASE comes close to MiniLM in size. Still it is no large model: it saw one shop, and
# its weights say nothing about another. The article's model is neither large nor pretrained. What
# separates MiniLM from both is where its parameters come from: it was trained on about a billion pairs
# of sentences before it met your catalogue.
#
# Move the sliders. `width` is the length of a vector, `number` how many bytes a parameter takes. Which
# slider makes a model outgrow the laptop first?

# %%
from longtail_course.widgets import size_sliders

sliders = size_sliders()
sliders

# %% [markdown]
# On paper: MiniLM-L6, BERT base, and the measures of GPT-3 with two bytes for each parameter.

# %%
sliders.snapshots(
    width=[384, 768, 12_288], layers=[6, 12, 96], number=["float32", "float32", "float16"]
)

# %% [markdown]
# ## Three kinds of pretraining
#
# Section 2.1 names three. Tell them apart by one question: **where does the target come from?**
#
# | Kind | Chinese | Target | Our tiny one |
# |---|---|---|---|
# | **unsupervised** | 无监督学习 | none | compress: which words go together? |
# | **self-supervised** | 自监督学习 | a part of the input, hidden | guess a hidden word |
# | **supervised** | 有监督学习 | given by people | predict the category |
#
# ### Exercise 3: which kind?
#
# 1. Hide one song of a playlist and guess it from the others.
# 2. Ten people sort 5,000 photos into categories; a model learns to do the same.
# 3. Group items whose texts use the same words; nobody says what the groups are.
# 4. BERT: cover some words of a text and guess them.
# 5. Predict the stars that users gave from the text of their reviews.
# 6. EASE: predict each interaction of a user from the user's other interactions.
#
# Set `kinds` to a list of six words, each "unsupervised", "self-supervised" or "supervised".
#
# <details><summary>Hint 1</summary>
#
# Could the model be wrong? Then there is a target. Who wrote it down?
#
# </details>
# <details><summary>Hint 2</summary>
#
# Three of the six hide a part of the input and guess it.
#
# </details>

# %% exercise="pretraining-kinds"
kinds = ...
### BEGIN SOLUTION
kinds = ["self-supervised", "supervised", "unsupervised"]
kinds += ["self-supervised", "supervised", "self-supervised"]
### END SOLUTION

# %% check="pretraining-kinds" points=1
pipeline.pretraining_kinds(kinds)

# %% [markdown]
# Now all three, on the texts of the shop's items. Each turns a text into 64 numbers: its **embedding**
# (嵌入). Each trains in seconds, in NumPy.

# %%
from longtail_course.toys import MaskedWord, TextClassifier
from longtail_lib.text import TfidfSvd

texts = parts.items["text"].to_list()
unsupervised = TfidfSvd(dimensions=64).fit(texts)
selfsupervised = MaskedWord(dimensions=64).fit(texts)
supervised = TextClassifier(dimensions=64).fit(texts, labels=parts.items["category"])
texts[3]

# %% [markdown]
# What did the second one learn? Let it fill gaps, marked by `___`.

# %%
for gap in ("steeped in salt ___", "gear for people who dig and ___", "tense from the ___"):
    print(f"{gap:34}", *selfsupervised.guess(gap, k=3))

# %% [markdown]
# Nobody told it these words. But the texts come from templates: it has met these phrases often. A real
# language model learns the same way, from texts that do not repeat themselves.

# %% [markdown]
# ## One probe for all
#
# Which vectors know most about an item? A simple **probe** (探针): take an item's nearest neighbour by
# cosine, and see whether the two share an attribute, such as the theme.
#
# ### Exercise 4: the probe by hand
#
# Six items have vectors of different length. Set `share` to the share of items whose nearest *other*
# item has the same theme. Expected: a half.
#
# <details><summary>Hint 1</summary>
#
# Divide each row by its length: `np.linalg.norm(vectors, axis=1, keepdims=True)`. Then one matrix
# product gives all cosines.
#
# </details>
# <details><summary>Hint 2</summary>
#
# Every item is its own nearest neighbour. `np.fill_diagonal(similar, -2)` changes `similar` in place.
#
# </details>
# <details><summary>Hint 3</summary>
#
# `similar.argmax(axis=1)` are the neighbours; `themes[neighbours] == themes` compares.
#
# </details>

# %% exercise="agreement"
import numpy as np

vectors, themes = pipeline.VECTORS, pipeline.THEMES
share = ...
### BEGIN SOLUTION
directions = vectors / np.linalg.norm(vectors, axis=1, keepdims=True)
similar = directions @ directions.T
np.fill_diagonal(similar, -2)
share = np.mean(themes[similar.argmax(axis=1)] == themes)
### END SOLUTION

# %% check="agreement" points=1
pipeline.agreement(share, vectors=vectors, themes=themes)

# %% [markdown]
# Now the shop, with three baselines: **random** vectors; the **words** themselves, weighted by rarity,
# with nothing compressed and no meaning learned; and **interactions**: who bought an item, compressed
# to 64 numbers, no text read. First one item of the tail and its neighbours.

# %%
from longtail_course.toys import RandomVectors, interaction_vectors, nearest_items
from longtail_lib.tail import popularity_groups
from longtail_lib.text import TfIdf

spaces = {"random": RandomVectors().encode(texts), "interactions": interaction_vectors(parts.train)}
encoders = {"words": TfIdf().fit(texts), "unsupervised": unsupervised}
encoders |= {"self-supervised": selfsupervised, "supervised": supervised}
spaces |= {name: encoder.encode(texts) for name, encoder in encoders.items()}
groups = popularity_groups(parts.popularity)
row = np.flatnonzero(groups.mask("tail"))[0]
nearest_items(spaces, parts.items, row, show=["title", "category", "theme"])

# %% [markdown]
# One item proves nothing. Take all of the tail, and the head beside it. **The theme was nobody's
# target**; the category was that of the supervised one.
#
# **Predict:** which of the six knows the tail's themes best? What will interactions know of the tail?

# %%
from longtail_course.pictures import agreement_dots
from longtail_course.toys import probe_table

masks = {name: groups.mask(name) for name in ("tail", "head")}
table = probe_table(spaces, parts.items, ["category", "theme"], masks)
agreement_dots(table, notes={"category": "given to the supervised one", "theme": "given to none"})

# %% [markdown]
# The tail's numbers, each with its interval:

# %%
import polars as pl

shares = (
    table.filter(pl.col("group") == "tail").drop("group").sort("attribute", maintain_order=True)
)
shares.with_columns(pl.selectors.float().round(2))

# %% [markdown]
# **What it means.** Four things to see:
#
# - *Interactions* know the head and lose the tail: an item that nobody bought has no vector. Texts
#   say as much about the tail as about the head. This is the article's hope, and here it holds.
# - *Supervised* is best at its own target, whose labels it saw in training. It pays with the theme:
#   less of it is left than in the plain words.
# - *Self-supervised* is tied to no target of ours. That is one reason why language models are
#   pretrained this way; the other is that hidden words cost no labels.
# - *Words* alone are the baseline to beat. What pretraining adds to them is small beside what
#   interactions lack.
#
# And mind what the probe is. Themes are not users: whether better neighbours make better lists is
# another question, which this lesson does not answer. Our texts come from templates, too, and are
# easier to tell apart than those of a real catalogue.
#
# The *unsupervised* vectors look poor. Is it the kind, or the 64?

# %%
for dimensions in (16, 64, 256):
    vectors = TfidfSvd(dimensions).fit(texts).encode(texts)
    found = probe_table({"svd": vectors}, parts.items, ["theme"], {"tail": groups.mask("tail")})
    print(f"{dimensions:3} numbers each: theme shared by {found['share'][0]:.2f} of the tail")

# %% [markdown]
# It is the 64. So the ranking above compares three recipes at one size; it is no law about three kinds.
#
# ## Does it work elsewhere?
#
# "Generalises", "cross-domain" (跨领域) says the article. Test it: encode the *songs* of the music
# dataset with what was trained on the *shop*. "Words" only takes the shop's vocabulary along.
#
# **Predict:** which share of the neighbours agree on the song's subject, compared with training on
# the songs themselves?

# %%
songs = load_dataset("music", truth=False).items
lyrics = songs["text"].to_list()
sources = {"words, shop": encoders["words"], "self-supervised, shop": selfsupervised}
sources["self-supervised, songs"] = MaskedWord(dimensions=64).fit(lyrics)
moved = {"random": RandomVectors()} | sources
moved = {name: encoder.encode(lyrics) for name, encoder in moved.items()}
probe_table(moved, songs, ["subject"], {"all": np.full(len(lyrics), True)}).select(
    "encoder", "attribute", "share", "low", "high", "n"
).with_columns(pl.selectors.float().round(2))

# %% [markdown]
# The shop's vectors are far better than chance on songs. But compare the second row with the third:
# shared words explain that, and nothing learned in the shop adds to it. A model that has read one shop
# does not generalise by being called pretrained. It takes much more text, which is the *large* in
# large model.

# %% [markdown]
# ## What the article promises, and what it costs
#
# Section 3.3 lists three advantages and two costs. A claim is worth its measurement:
#
# | Claim | What we measure | Where |
# |---|---|---|
# | extracts features automatically (自动特征提取) | the probe, against plain words | here; real encoders later in the course |
# | generalises (泛化能力) | songs with the shop's encoder; cold items of a real log | here and 07 |
# | personal lists (个性化推荐) | how many different lists there are | 03 and 05 |
# | costs computation (计算资源消耗) | seconds and bytes | below and 05 |
# | depends on data (数据依赖性) | a dirty log, and a leak that looks like success | 04 |
#
# The cost of the tiny ones. Seconds belong to the machine, so yours will differ.

# %% tags=["nbval-ignore-output"] why="durations belong to the machine"
pl.DataFrame(
    [(name, e.n_parameters, round(e.seconds_, 1)) for name, e in encoders.items()],
    schema=["encoder", "parameters", "seconds"],
    orient="row",
)

# %% [markdown]
# A pretrained model is far larger, as the picture of sizes shows. Somebody else has paid for its
# training. You pay for reading your texts with it, and the course will measure that, too.
#
# <details><summary>Instructor's note</summary>
#
# Usual misconception: "EASE is unsupervised, since nobody labelled anything". Ask what it is wrong
# about when it is wrong. Ten minutes for the chart and exercise 1, ten for sizes, twenty for the probe.
# Short of time? Leave out deployment and the songs.
#
# </details>

# %% [markdown]
# ## Take-aways
#
# - The article's chart has no test part, no baseline and no way back from deployment to the log.
# - One overall number hides the tail. Report groups.
# - Parameters can be counted. Size alone does not make a large model: pretraining and reuse do.
# - Ask where the target comes from: nowhere, the input, or people. The target decides what vectors
#   keep.
# - Texts describe the tail as well as the head; interactions cannot. Plain words are the baseline.

# %% [markdown]
# ## Quiz

# %%
pipeline.lesson_quiz()

# %% [markdown]
# ## What comes next
#
# Lesson 03 opens box B and computes the article's formulas with a pencil. Lesson 04 does box A with a
# log that is really dirty. Encoders that were pretrained on the web come later in the course; they will
# meet the same probe and the same baselines.

# %% [markdown]
# ## References
#
# - 禅与计算机程序设计艺术 / Zen and the Art of Computer Programming. The article that this course
#   follows (in Chinese), sections 1.2, 2 and 3.
# - Bommasani, R. et al. (2021). On the opportunities and risks of foundation models.
#   arXiv:2108.07258. What "pretrained once, used elsewhere" means.
# - Deerwester, S., Dumais, S. T., Furnas, G. W., Landauer, T. K., Harshman, R. (1990). Indexing by
#   latent semantic analysis. *Journal of the American Society for Information Science* 41(6), 391–407.
#   The unsupervised recipe.
# - Mikolov, T., Chen, K., Corrado, G., Dean, J. (2013). Efficient estimation of word representations in
#   vector space. arXiv:1301.3781. Guessing a word from the words around it.
# - Devlin, J., Chang, M.-W., Lee, K., Toutanova, K. (2019). BERT: pre-training of deep bidirectional
#   transformers for language understanding. *NAACL-HLT*. Hidden words, with attention.
# - Wang, W., Wei, F., Dong, L., Bao, H., Yang, N., Zhou, M. (2020). MiniLM: deep self-attention
#   distillation for task-agnostic compression of pre-trained transformers. *NeurIPS*. The sizes of
#   MiniLM-L6 are those of the card of all-MiniLM-L6-v2, which also states its training data.
# - Brown, T. B. et al. (2020). Language models are few-shot learners. *NeurIPS*. The measures of GPT-3.
# - Steck, H. (2019). Embarrassingly shallow autoencoders for sparse data. *WWW*. EASE.
