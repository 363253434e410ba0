# %% [markdown]
# # 05. The article's model in TensorFlow
#
# {{time}}
#
# ## What you will learn
#
# - Read the article's Keras code line by line, and say where text and code disagree.
# - Train it as printed, and judge its loss against guesses that need no model.
# - Expose a validation loss that says nothing.
# - Compare the trained model with Popularity, ItemKNN and EASE on the whole catalogue.
# - Repair one part at a time, and find out which repair counts.
#
# ## Before you start
#
# [Lesson 03](03_mathematics_by_hand.ipynb): sigmoid, cosine, temperature, and why a sigmoid tower
# cannot say "dislike".
#
# Used by: [06. Measuring recommendations](06_measuring_recommendations.ipynb), and lesson 07, which
# takes both models to real data.

# %% [markdown]
# ## What does the article's model learn, and what can it not?
#
# Section 5.2 of the article prints one program. Section 5.3 promises its results:
#
# > 在本例中，我们通过可视化方式展示模型的损失函数曲线和推荐得分。
#
# "In this example we show curves of the loss function and recommendation scores." There is no curve
# and no score: the code ends in `# ...`. This lesson draws both, and asks what they are worth. We
# give the model the shop of lesson 00, with ratings from 3.5 on. The last item of each user is kept
# for test, the one before it for validation.

# %%
import numpy as np
import polars as pl

from longtail_lib import compare, evaluate, load_dataset, prepare, split

parts = split(prepare(load_dataset("shop", truth=False), min_rating=3.5), how="leave-last-out")
parts

# %% [markdown]
# ## 1. The code, line by line
#
# The heart of it, with the comments and `tf.keras.layers` left out:
#
# > ```python
# > u_input = Input(shape=(5,))
# > u = Dense(units=10, activation='sigmoid')(u_input)
# > i_input = Input(shape=(5,))
# > i = Dense(units=10, activation='sigmoid')(i_input)
# > score = Dot(axes=(-1, -1), normalize=True)([u, i])
# > model = tf.keras.Model(inputs=[u_input, i_input], outputs=score)
# > model.compile(optimizer=Adam(learning_rate=learning_rate), loss='mse')
# > model.fit(data, labels, batch_size=32, epochs=100, validation_split=0.2)
# > ```
#
# One network turns the user into a vector, another one the item. This is a **two-tower model**
# (双塔模型), a good idea that large shops use. Now set the code beside the article's own words:
#
# | Code | What it does | What text and formulas say |
# |---|---|---|
# | `Input(shape=(5,))` | five numbers a user, five an item | not which five |
# | `Dense(10, 'sigmoid')` | a **dense layer** (全连接层): ten sigmoids of weighted sums | 4.2: of $X_u + X_i$, the sum of both |
# | `Dot(normalize=True)` | the cosine of $u$ and $i$ | 4.2: $\sigma(W_3 \cdot (u \cdot i) + b_3)$; 5.3: dot product |
# | `loss='mse'` | the **loss function** (损失函数), here the mean squared error, **MSE** (均方误差) | 3.2: **cross-entropy** (交叉熵) |
# | `Adam` | the **optimiser**, which changes the weights (Adam 优化器) | the same |
# | `batch_size`, `epochs` | 32 pairs a step, a **batch** (批); 100 passes over the data, each an **epoch** (训练轮次) | the same |
# | `validation_split` | keeps a fifth of the pairs out of training | 3.2: to tune with; the code tunes nothing |
#
# Formulas, text and code are three different models. We follow the code, because code runs.

# %% [markdown]
# ### Exercise 1: how large is the large model?
#
# The article is about large models (大模型). Set `n_parameters` to the number of **parameters** (参数):
# all numbers that training may change. Expected: a number with three digits.
#
# <details><summary>Hint 1</summary>
#
# A dense layer has one weight for each pair of an input and an output. That is not all.
#
# </details>
# <details><summary>Hint 2</summary>
#
# Each output also has a bias. And does the cosine have anything to learn?
#
# </details>

# %% exercise="parameters"
n_parameters = ...  # replace the dots
### BEGIN SOLUTION
n_parameters = 2 * (5 * 10 + 10)
### END SOLUTION

# %% check="parameters" points=1
from longtail_course.checks import article_model

article_model.parameters(n_parameters)

# %% [markdown]
# The library's `build_model` is the printed function; it only gives the layers names. The first
# use of TensorFlow takes some seconds.

# %%
from longtail_course.article import build_model

layers = build_model(seed=0).layers
rows = [(layer.name, str(layer.output.shape), layer.count_params()) for layer in layers]
pl.DataFrame(rows, schema=["layer", "output", "parameters"], orient="row")

# %% [markdown]
# A small text encoder of today has millions of parameters, and has read a library before it meets
# your shop. This model starts from random numbers.
#
# ### Exercise 2: the last layer
#
# Write `normalised_dot(u, i)`, which does what `Dot(normalize=True)` does. `u` and `i` have one row
# for each pair; the result has one number a row. Expected: 24/25 for the rows (3, 4) and (4, 3).
#
# <details><summary>Hint 1</summary>
#
# `(u * i).sum(axis=1)` multiplies entry by entry and adds up along each row.
#
# </details>
# <details><summary>Hint 2</summary>
#
# `np.linalg.norm(u, axis=1)` gives the length of each row. Both vectors have one.
#
# </details>


# %% exercise="normalised-dot"
def normalised_dot(u, i):
    """Cosine of each row of u with the same row of i."""
    ### BEGIN SOLUTION
    lengths = np.linalg.norm(u, axis=1) * np.linalg.norm(i, axis=1)
    return (u * i).sum(axis=1) / lengths
    ### END SOLUTION


# %% check="normalised-dot" points=1
article_model.normalised_dot(normalised_dot)

# %% [markdown]
# ## 2. Data that the article does not have
#
# The printed `preprocess_data` consists of a comment, 数据清洗、去重、归一化等操作 (clean, remove
# duplicates, normalise), and returns its input. Ours does the three things.
#
# **Predict.** Four rows go in: one of them twice, one with a hole. Labels lie beside them. What can
# go wrong?

# %%
from longtail_course.article import preprocess_data

data, kept = preprocess_data([[5, 40], [5, 40], [1, None], [3, 10]], return_rows=True)
print("rows that are left:", data.tolist())
print("labels as passed: 4; labels that belong to these rows:", kept.tolist())

# %% [markdown]
# The function gets `data` and not `labels`. If it drops rows, the labels no longer fit, and Keras
# refuses them, or worse, does not notice. So ours also says which rows it kept. Lesson 04 cleans a
# whole log; the shop comes clean.
#
# What are the five numbers? The article never says. We take four that sum up an item's attributes
# and one for its popularity; a user gets the average over the items of their train interactions.

# %%
from longtail_course.article.article_features import article_features

features = article_features(parts)
pl.DataFrame(features.item[:3].round(2).astype(float), schema=list(features.names))

# %% [markdown]
# What are the labels? Not said either. An interaction gets 1. The log has no dislikes, so we draw
# items at random that the user has no train interaction with, and give them 0: **negative
# sampling** (负采样). That the user dislikes them is an assumption.

# %%
from longtail_course.article import labelled_pairs

users, items, labels = labelled_pairs(parts.train, max_pairs=4_000, seed=0)
x_user, x_item = features.user[users], features.item[items]
print(f"{len(labels):,} pairs, {labels.mean():.0%} of them interactions")

# %% [markdown]
# ## 3. Training, and a loss to compare with
#
# A loss alone means nothing. The simplest guess gives every pair the same score, the mean label.
#
# ### Exercise 3: a constant guess
#
# Set `constant` to the mean squared error of this guess on `labels`. Expected: a quarter.
#
# <details><summary>Hint 1</summary>
#
# For each pair: how far is the mean label from the label? Square that.
#
# </details>
# <details><summary>Hint 2</summary>
#
# Square first, then take the mean over the pairs.
#
# </details>

# %% exercise="constant-guess"
constant = ...
### BEGIN SOLUTION
constant = np.mean((labels - labels.mean()) ** 2)
### END SOLUTION

# %% check="constant-guess" points=1
article_model.constant_guess(constant, labels=labels)

# %% [markdown]
# `ArticleTwoTower` makes the features and pairs above and trains the printed model on them as
# printed: 100 epochs, batches of 32, a fifth of the pairs for validation.
#
# **Predict.** Where does the loss start: above or below the constant guess? Where does it end?

# %%
from longtail_course.article import ArticleTwoTower
from longtail_course.pictures import training_curves

printed = ArticleTwoTower(max_pairs=4_000, seed=0).fit(parts)
training_curves(printed.history_, ylabel="Mean squared error", title="The printed model")

# %% [markdown]
# A **training curve** (训练曲线) as one likes to see it: it falls, flattens, and the dashed line for
# validation stays close. It starts high because all scores start near 1, and half of the labels
# are 0.
#
# Before we praise it, a second guess. Sort the pairs into narrow steps of the *item's popularity* and
# guess the mean label of the step. It knows one number about the item and nothing about the user.
#
# **Predict.** How much worse than the trained model is it?

# %%
step = pl.Series((20 * features.item[items, 4]).round())
guess = pl.DataFrame({"step": step, "label": labels}).select(pl.col("label").mean().over("step"))
by_popularity = np.mean((labels - guess["label"].to_numpy()) ** 2)
print(f"constant guess   {np.var(labels):.3f}")
print(f"popularity alone {by_popularity:.3f}")
print(f"printed model    {printed.history_['loss'][-1]:.3f}")

# %% [markdown]
# Nearly the same. Here is a direct test: order the catalogue by the model's mean score, and by
# popularity. A rank correlation of 1 would mean the same order.

# %%
from scipy.stats import spearmanr

scores = printed.score(np.arange(parts.n_users))
agreement = spearmanr(scores.mean(axis=0), parts.popularity).statistic
print(f"Rank correlation of mean score and popularity: {agreement:.2f}")

# %% [markdown]
# **What it means.** Interactions fall on popular items; items drawn at random are mostly unpopular. To
# tell the two apart, popularity is enough, and that is what was learnt. The labels asked for it.

# %% [markdown]
# ## 4. A validation loss that says nothing
#
# `validation_split=0.2` takes the *last* fifth of the rows, before any shuffling. Our pairs came
# shuffled. Logs often come sorted. Three times the same pairs and the same model, in three orders:
# shuffled, likes first, likes last.
#
# **Predict.** Which of the three validation curves looks best after the first epoch?

# %%
from longtail_course.article import train_model

likes_last = np.argsort(labels[:1_000], kind="stable")
orders = {"shuffled": np.arange(1_000), "likes first": likes_last[::-1], "likes last": likes_last}
curves = {}
for name, rows in orders.items():
    model = build_model(seed=0, learning_rate=0.003, steps_per_execution=25)
    history = train_model(model, [x_user[rows], x_item[rows]], labels[rows], epochs=30, seed=0)
    curves[name] = history.history["val_loss"]
training_curves(curves, ylabel="Validation loss (MSE)", title="One model, three orders")

# %% [markdown]
# With likes last, the validation part holds nothing but ones. Scores start near 1, so the untrained
# model looks perfect, and training seems to spoil it. With likes first it holds nothing but zeros,
# and the loss only says how low the scores are. Stop training where validation is lowest, as people
# do against **overfitting** (过拟合), and one of the three models is never trained.
#
# **What it means.** Shuffle before you split, or split on purpose: by time or by user, as lesson 04
# does. And whatever you tune on validation has been seen; a third part, test, gives the verdict.

# %% [markdown]
# ## 5. The promised scores
#
# **Predict.** Draw the scores of pairs with label 1 and of pairs with label 0. Where do they lie on
# the scale from −1 to 1?

# %%
from longtail_course.pictures import score_distribution

of_pairs = scores[users, items]
score_distribution(
    {"label 1": of_pairs[labels == 1], "label 0": of_pairs[labels == 0]},
    xlabel="score, a cosine",
    title="Scores of the printed model",
)

# %% [markdown]
# All of them are positive, as lesson 03 proved. Lesson 03 also gave a floor, $1 / \cosh(c)$, where
# $c$ is the largest number before a sigmoid. Here is how far training went, over all pairs of a user
# and an item:

# %%
from longtail_course.article import largest_reach, sigmoid_cosine_floor

towers = [printed.network_.get_layer(name).get_weights() for name in ("user_tower", "item_tower")]
c = max(largest_reach(weights, bias) for weights, bias in towers)
print(f"c = {c:.1f}, so no cosine below {sigmoid_cosine_floor(c):.5f} is possible.")
print(f"Scores lie between {scores.min():.2f} and {scores.max():.2f}; none is 0.")

# %% [markdown]
# The weights have grown until the sigmoids are nearly flat, to come near a 0 that they cannot reach.
# A ranking needs only the order, though. So let us rank.
#
# **Predict.** Put these in order of NDCG@10, which counts hits near the top: Random, Popularity,
# ItemKNN (neighbouring items), EASE (one linear model), and the printed model. Who is how good in
# the **tail** (尾部), the less popular half of the catalogue?

# %%
from longtail_lib.models import EASE, ItemKNN, Popularity, Random

baselines = [
    evaluate(m.fit(parts), parts) for m in (Random(seed=0), Popularity(), ItemKNN(), EASE())
]
of_printed = evaluate(printed, parts)
compare([*baselines, of_printed], baseline="Popularity", groups=["overall", "tail"])

# %%
from longtail_course.pictures import group_bars

group_bars([*baselines, of_printed], "NDCG@10")

# %% [markdown]
# The columns "difference" and "verdict" are paired: the same users, one model less the other. Read
# the row of `ArticleTwoTower`. A count of interactions, which needs no training, does as well or
# better. The two models that learn from *who* bought *what* are far ahead.
#
# In the tail the trained models stand at or near 0, the good baselines too. Few test interactions
# lie there (column n counts their users), so the intervals are wide, and Random, which shows
# everything, need not look worse. Nothing in this lesson mends that.

# %% [markdown]
# ## 6. What it cannot know
#
# All that the model knows of a user is five averages. Two users with the same five numbers get the
# same scores, whatever they bought. Do such people exist? For each user, `look_alikes` finds the
# user with the nearest features among those *with whom he shares no item*.

# %%
from longtail_course.article.look_alikes import look_alikes

some, twins, distances = look_alikes(features.user, parts.train)
title = parts.items["title"].to_list()
for row in (some[0], twins[0]):
    bought = [title[item] for item in parts.train[row].indices[:3]]
    print(*(f"{x:.2f}" for x in features.user[row]), " bought", "; ".join(bought), "…")

# %% [markdown]
# Five numbers that are nearly the same, two baskets with nothing in common. Now the lists of ten:
# how many items do two users share, for 500 users with their look-alikes, and for the same users
# with anybody?
#
# **Predict.** For EASE, does it matter whether somebody is a look-alike?

# %%
anybody = np.random.default_rng(0).permutation(some)
for model in (Popularity().fit(parts), printed, EASE().fit(parts)):
    lists = [
        model.recommend(parts.user_ids[rows[:500]], k=10)[0] for rows in (some, twins, anybody)
    ]
    alike, other = (
        np.mean([len(set(a) & set(b)) for a, b in zip(lists[0], rows, strict=True)])
        for rows in lists[1:]
    )
    print(f"{type(model).__name__:16} look-alike {alike:.1f} of 10, anybody {other:.1f} of 10")

# %% [markdown]
# **What it means.** Even two users picked at random share as many items under the printed model as
# under Popularity: one list for all, less the seen items. EASE sees the baskets, so look-alikes are
# strangers to it. The article says that its lists are personal. They could not be, from this input.

# %% [markdown]
# ## 7. The repair, one thing at a time
#
# | Step | Changed | Why |
# |---|---|---|
# | printed | nothing | the start |
# | cross-entropy | the loss, as the text says | a confident error costs more |
# | linear towers | no sigmoid; cosine over a **temperature** (温度) | scores may be negative |
# | softmax | the item against many others at once, in place of labels 0 and 1 | a ranking is a contest |
# | ids | a learned vector for each user and item, beside the five features | it can know a person |
#
# A **softmax** (softmax 函数) turns scores into probabilities that add up to 1: it raises $e$ to each
# score and divides by the sum. The scores here are cosines over the temperature $\tau$.
#
# ### Exercise 4: the temperature
#
# Write `softmax(cosines, temperature)`. Expected: cosines .9, .7 and −.3 at temperature .1 give
# the first item nearly nine tenths.
#
# <details><summary>Hint 1</summary>
#
# Divide the cosines by the temperature first. A small temperature makes differences larger.
#
# </details>
# <details><summary>Hint 2</summary>
#
# `powers = np.exp(...)`. What makes them add up to 1?
#
# </details>


# %% exercise="softmax"
def softmax(cosines, temperature):
    """Probabilities of items from their cosines."""
    ### BEGIN SOLUTION
    powers = np.exp(cosines / temperature)
    return powers / powers.sum()
    ### END SOLUTION


# %% check="softmax" points=1
article_model.softmax(softmax)

# %% [markdown]
# Move the temperature. The left side stays as it is. Watch the last number of the sentence: the best
# that any towers can do for the chosen item of a whole catalogue.

# %%
from longtail_course.widgets import temperature_slider

slider = temperature_slider(n_items=parts.n_items)
slider

# %% [markdown]
# On paper, from top to bottom: temperatures 1, .2 and .05.

# %%
slider.snapshots(temperature=[1.0, 0.2, 0.05])

# %% [markdown]
# A cosine cannot exceed 1. Without a temperature, an item that is right in every respect stays lost
# among thousands of others, and the loss has no way to fall. Too small a temperature looks at the
# strongest rival only. It is a **hyper-parameter** (超参数): people choose it, on validation.
#
# Now the five steps. The first three train on the same pairs; larger batches and steps than printed
# make them quick. The last two have every item of the catalogue as a possible negative.
#
# **Predict.** Which step gains most: loss, towers, softmax, or ids?

# %%
from longtail_course.article import article_ablation


def run(seed):
    return [evaluate(m.fit(parts), parts, name=name) for name, m in article_ablation(seed).items()]


runs = [run(seed=0)]
compare([*runs[0], *baselines[1:]], baseline="printed", groups=["overall", "mid", "tail"])

# %% [markdown]
# Is that luck? Initial weights, pairs and their order all come from a seed. Two more seeds:

# %%
runs += [run(seed) for seed in (1, 2)]
found = pl.DataFrame({"step": [report.model for report in runs[0]]})
found.with_columns(
    pl.Series(f"{metric}, seed {seed}", [round(r[metric].value, 3) for r in runs[seed]])
    for metric in ("NDCG@10", "Coverage@10")
    for seed in range(3)
)

# %%
ndcg = np.array([[report["NDCG@10"].value for report in reports] for reports in runs])
for report, gain in zip(runs[0][1:], np.diff(ndcg.mean(axis=0)), strict=True):
    print(f"{report.model:13} adds {gain:+.3f} to NDCG@10, mean of three seeds")
for base in baselines[1:]:
    pairs = [compare([reports[-1], base], baseline=base.model) for reports in runs]
    verdicts = [pair["ids", "overall", "NDCG@10"].verdict for pair in pairs]
    print(f"ids against {base.model}: {', '.join(verdicts)}")

# %% [markdown]
# **What it means.** Three of the four steps mend real errors of the code. Look at what they gain, and
# at how much one and the same step moves from seed to seed. A step may even cost: a loss that fits
# the labels better is still about labels, and NDCG asks about the top of a ranking. Then look at the
# last step. The formulas were wrong, but they were not what held the model back. It had nothing to
# know a person by.
#
# The column for **coverage** (覆盖率), the share of the catalogue that anybody is shown, says the same.
# And the last three lines are the honest end. Read what `ids` gains on Popularity, and then the
# verdicts against ItemKNN and EASE. EASE is solved in one step and has one setting. In the tail, go
# back to the first table of this section: which step has an effect there that is decided?

# %% [markdown]
# <details><summary>Instructor's note</summary>
#
# Usual misconception: "the loss is low, so it has learnt what people like". Let the room bet before
# the popularity guess of section 3. Short of time? Sections 3, 5 and the last table carry the lesson
# (45 minutes). While cells train, let pairs argue about the three validation curves.
#
# </details>

# %% [markdown]
# ## Take-aways
#
# - The printed model is small, runs, and is no large model. Text, formulas and code disagree on
#   inputs, score and loss.
# - A loss needs a baseline. Here a guess from popularity alone comes about as low as the model.
# - `validation_split` takes the last rows as they lie. Sorted rows make its loss meaningless.
# - Two users with equal features get equal scores. What a model does not get as input, no loss and
#   no layer can add.
# - Change one thing at a time, over several seeds, with honest baselines in the same table.

# %% [markdown]
# ## Quiz

# %%
article_model.lesson_quiz()

# %% [markdown]
# ## What comes next
#
# We used NDCG, coverage and paired intervals on trust. Lesson 06 takes them apart, and shows metrics
# that can be fooled. Lesson 07 puts the printed and the repaired model to the test on real data.

# %% [markdown]
# ## References
#
# - 禅与计算机程序设计艺术 / Zen and the Art of Computer Programming. The article that this course
#   follows (in Chinese), sections 3.2 and 5.
# - Kingma, D. P., Ba, J. (2015). Adam: A method for stochastic optimization. *ICLR*.
# - Huang, P.-S., He, X., Gao, J., Deng, L., Acero, A., Heck, L. (2013). Learning deep structured
#   semantic models for web search using clickthrough data. *CIKM*. Two towers, a cosine and a
#   softmax with a smoothing factor, which is one over the temperature.
# - Yi, X. et al. (2019). Sampling-bias-corrected neural modeling for large corpus item
#   recommendations. *RecSys*. Normalised towers with a temperature.
# - Steck, H. (2019). Embarrassingly shallow autoencoders for sparse data. *WWW*. EASE.
# - Ferrari Dacrema, M., Cremonesi, P., Jannach, D. (2019). Are we really making much progress? A
#   worrying analysis of recent neural recommendation approaches. *RecSys*. Well-tuned simple models
#   against neural ones.
