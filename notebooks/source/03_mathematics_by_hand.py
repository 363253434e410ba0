# %% [markdown]
# # 03. The mathematics by hand
#
# {{time}}
#
# ## What you will learn
#
# - Compute the article's formulas with a pencil, and check the shapes as you go.
# - Test a worked example that does not add up, and find what would mend it.
# - Explain why adding user and item makes them interchangeable.
# - Prove that sigmoid towers cannot say "dislike".
# - Derive a gradient with the chain rule, and check it without calculus.
#
# ## Before you start
#
# Lesson 00, and what a matrix product is. Derivatives help in one section.
#
# Used by: lesson 05, which trains the article's model and its repair.

# %% [markdown]
# ## Does the worked example add up?
#
# Section 4 of the article builds its model from three parts:
#
# | Part | Formula in the article | What it should do |
# |---|---|---|
# | user representation | $u = \sigma(W_1 \cdot (X_u + X_i) + b_1)$ | turn features into a short vector |
# | item representation | $i = \sigma(W_2 \cdot (X_u + X_i) + b_2)$ | the same for the item |
# | recommendation model | $score(u, i) = u^T \cdot i = \sigma(W_3 \cdot (u \cdot i) + b_3)$ | one number for the pair |
#
# $X_u$ and $X_i$ are **feature vectors** (特征向量): lists of numbers that describe the user and the
# item. $W$ is called a **weight matrix** (权重矩阵), $b$ a **bias** (偏置) and $\sigma$ an
# **activation function** (激活函数). Section 4.3 then puts numbers in and prints results:
#
# > $X_u = [1, 0, 1, 0, 0]$, $X_i = [0, 1, 0, 1, 0]$, $W_1 = [0.5, 0.5, 0.5, 0.5, 0.5]$, $b_1 = 0$.
# > 经过计算，得到 $u = [0.5, 0.5, 0.5, 0.5, 0.5]$ … $score(u, i) = 0.5$
#
# "经过计算" means "after computing". Let us compute.
#
# **Predict:** $W_1 \cdot (X_u + X_i)$ is what, before $\sigma$? You need no computer for it.

# %% [markdown]
# ## The sigmoid
#
# The article does not say which function $\sigma$ is. Its code does: the **sigmoid** (S 型函数),
#
# $$\sigma(z) = \frac{1}{1 + e^{-z}}.$$
#
# By hand: $e^0 = 1$, so $\sigma(0) = 1/2$. A large $z$ makes $e^{-z}$ vanish: the result is near 1.
# A very negative $z$ makes it huge: the result is near 0.
#
# **Predict:** $\sigma(2)$ is about .88. What is $\sigma(-2)$?

# %%
import numpy as np
import polars as pl

from longtail_course.article import sigmoid

z = np.array([-8, -2, 0, 2, 8])
pl.DataFrame({"z": z, "sigmoid": sigmoid(z).round(4)})

# %% [markdown]
# Every result lies strictly between 0 and 1, and $\sigma(-z) = 1 - \sigma(z)$.
#
# **What it means.** Read as a probability, .5 is "I do not know": it is the answer to $z = 0$, where
# nothing speaks for either side. The $z$ of a probability is called its **logit** (对数几率).

# %% [markdown]
# ## Three readings of one dot
#
# The sum of the two feature vectors, and the weights as printed:

# %%
from longtail_course.checks import mathematics

x_user, x_item, W = mathematics.X_USER, mathematics.X_ITEM, mathematics.W
x = x_user + x_item
print("x =", x, " shape of x:", x.shape, " shape of W:", W.shape)

# %% [markdown]
# The text calls $W_1$ a matrix, the example gives a **vector** (向量), and the result has five numbers.
# These do not fit together. The dot can mean three things:
#
# | Reading | Shape of $W$ | What $W \cdot x$ does | Shape of $u$ |
# |---|---|---|---|
# | vector | (5,) | multiplies and adds up | one number |
# | elementwise | (5,) | multiplies entry by entry | (5,) |
# | matrix | (m, 5) | one sum for each row | (m,) |
#
# The third one is what a layer of a neural network does; it is also called a **projection** (投影).

# %% [markdown]
# ### Exercise 1: the elementwise reading
#
# Set `u` to $\sigma(W \odot x)$, where $\odot$ multiplies entry by entry. Do the first and the last
# entry with a pencil before you run anything. Expected: five numbers, four of them about .62.
#
# <details><summary>Hint 1</summary>
#
# At the first position the weight .5 meets the feature 1. At the last it meets a 0.
#
# </details>
# <details><summary>Hint 2</summary>
#
# `W * x` multiplies entry by entry. `W @ x` adds the products up as well.
#
# </details>
# <details><summary>Hint 3</summary>
#
# `sigmoid` takes a whole array.
#
# </details>

# %% exercise="elementwise"
u = ...  # replace the dots
### BEGIN SOLUTION
u = sigmoid(W * x)
### END SOLUTION

# %% check="elementwise" points=1
mathematics.elementwise(u, x=x, W=W)

# %% [markdown]
# Now all three, by the library. For the matrix we give each of five rows the printed weights.
#
# **Predict:** which reading gives the printed five times .5?

# %%
from longtail_course.article import project

for reading, weights in [("vector", W), ("elementwise", W), ("matrix", np.tile(W, (5, 1)))]:
    print(f"{reading:12}", project(x_user, x_item, weights, reading=reading).round(4))

# %% [markdown]
# None. The vector reading is your prediction from the beginning: four halves are 2, and $\sigma(2)$
# is far from .5. A printed result of .5 needs $W \cdot x = 0$, because only $\sigma(0)$ is .5.

# %% [markdown]
# ## Which weights would give .5?
#
# $W = 0$ does. So does every other $W$ with $W \cdot x = 0$, and there are infinitely many. The library
# finds the one that changes the printed weights least.

# %%
from longtail_course.article import weights_for

W_near = weights_for(0.5, x, start=W)
W_near

# %% [markdown]
# **Predict:** this model meets a thousand other pairs of users and items, with other features
# 1 to 4. How many different outputs will it give?

# %%
rng = np.random.default_rng(0)
anyone, anything = rng.integers(0, 2, (2, 1000, 5))
anyone[:, 4] = anything[:, 4] = 0
np.unique(project(anyone, anything, W_near, reading="vector"))

# %% [markdown]
# One. Its weights are 0 wherever the pair has a feature. So a model that gives .5 for the article's
# pair either ignores these features, or has weights that cancel out for this pair alone.

# %% [markdown]
# ### Exercise 2: a W that cancels out
#
# Change only the first weight, so that the vector reading gives .5. Set `W_half` to the five
# weights. Expected: a negative first weight, then four times .5.
#
# <details><summary>Hint 1</summary>
#
# The sigmoid gives .5 where $W \cdot x$ is 0. Write the sum of the five products down.
#
# </details>
# <details><summary>Hint 2</summary>
#
# How much do the weights 2 to 5 add? Mind that the fifth feature is 0.
#
# </details>

# %% exercise="half"
W_half = ...
### BEGIN SOLUTION
W_half = W.copy()
W_half[0] = -(W[1:] @ x[1:]) / x[0]
### END SOLUTION

# %% check="half" points=1
mathematics.half(W_half, x=x, W=W)

# %% [markdown]
# ## User plus item
#
# Look again at what goes into $u$: $X_u + X_i$. So does it into $i$. Give the five features names:
# jazz, rock, opera, folk, blues. The user likes jazz and opera; the item is rock and folk.
#
# Now let user and item swap features. The sum stays as it is.
#
# **Predict:** we draw random weight matrices, different ones for user and item. Does the score tell
# the three pairs below apart?

# %%
from longtail_course.article import article_score, swap_features

W1, W2 = rng.normal(size=(2, 8, 5))
for positions in ([], [0, 1], [0, 1, 2, 3]):
    a, b = swap_features(x_user, x_item, positions)
    print(f"user {a.astype(int)}, item {b.astype(int)}: {article_score(a, b, W1, W2):.4f}")

# %% [markdown]
# The same number three times, whatever the weights. In the second row a fan of rock and opera meets
# jazz and folk; in the third, user and item have changed places. **The model cannot tell who has a
# feature**, so it cannot learn who bought what.
#
# It gets worse where both share one $W$, as in the example. Then $u = i$ for every pair. In the
# vector reading all users even get the same list: the score rises with $W \cdot X_i$, and the user
# only shifts it. Count it for a hundred random users and five items with one feature each.

# %%
users = np.repeat(rng.integers(0, 2, (100, 5)), 5, axis=0)
items = np.tile(np.eye(5), (100, 1))


def count_lists(scores):
    order = np.argsort(-scores.reshape(100, 5), axis=1, kind="stable")
    return len(np.unique(order, axis=0))


w = rng.normal(size=5)
shared = article_score(users, items, w, w, reading="vector")
print("Different users:", len(np.unique(users, axis=0)))
print("Lists, one shared vector W:", count_lists(shared))
print("Lists, two matrices W1, W2:", count_lists(article_score(users, items, W1, W2)))

# %% [markdown]
# **What it means.** With one vector, the formula does what Popularity does: one list for everybody.
# Two matrices make the lists differ, but still from the sum alone. There is a cost, too: $u$ belongs
# to a pair. For 4,000 items you compute 4,000 vectors $u$ for one user, and can store none of them
# in advance.

# %% [markdown]
# ## Two scores in one line
#
# The last formula has two equals signs:
#
# $$score(u, i) = u^T \cdot i = \sigma(W_3 \cdot (u \cdot i) + b_3)$$
#
# The first is the **dot product** (点积): multiply entry by entry, then add up. Take the printed
# vectors $u = i = [.5, .5, .5, .5, .5]$ for granted, and $W_3 = 1$, $b_3 = 0$.

# %% [markdown]
# ### Exercise 3: both sides
#
# Set `scores` to a list of two numbers: $u^T i$, and $\sigma(u^T i)$. Expected: one is above 1.
#
# <details><summary>Hint 1</summary>
#
# Each product is .5 times .5. How many products are there?
#
# </details>
# <details><summary>Hint 2</summary>
#
# `printed @ printed` is the dot product of the vector with itself.
#
# </details>

# %% exercise="two-scores"
printed = np.full(5, 0.5)
scores = ...
### BEGIN SOLUTION
scores = [printed @ printed, sigmoid(printed @ printed)]
### END SOLUTION

# %% check="two-scores" points=1
mathematics.two_scores(scores, u=printed, i=printed)

# %% [markdown]
# Neither is .5, and they are not equal. A dot product of five sigmoid outputs lies between 0 and 5;
# a sigmoid lies between 0 and 1. They agree only where a straight line meets an S-curve.
#
# **Predict:** how often can a straight line meet an S-curve?

# %%
from longtail_course.pictures import score_forms

score_forms([(1, 0), (8, -4)], mark=1.25)

# %% [markdown]
# Once, or at most three times. At every other score the article's equation is false: it names two
# models. Its code uses a third, the cosine.
#
# Here is the whole of section 4.3, in every reading. **Predict:** how many rows agree with print?

# %%
from longtail_course.article import worked_example

worked_example()

# %% [markdown]
# One row agrees, with other weights than the article's. The article then recommends item $i$. With
# only one item, any score would have put it on the list: a ranking needs a second one.

# %% [markdown]
# ## Move the weights
#
# Five sliders for $W$, one for $b$. On the left the parts of $W \cdot x + b$, on the right its
# sigmoid. Try three things: your `W_half` from exercise 2; `w5` alone; all weights at 3.

# %%
from longtail_course.widgets import sigmoid_sliders

sliders = sigmoid_sliders(x, each=True)
sliders

# %% [markdown]
# On paper, from top to bottom: the printed weights, weights that cancel out, all weights at 3.

# %%
sliders.snapshots(
    w1=[0.5, 1, 3], w2=[0.5, -1, 3], w3=[0.5, 0.5, 3], w4=[0.5, -0.5, 3], w5=[0.5, 0.5, 3]
)

# %% [markdown]
# `w5` moves nothing: its feature is 0. With all weights at 3 the output is just below 1, shown as
# 1.0000, and the curve is flat there. A further step hardly changes it. This is **saturation** (饱和).

# %% [markdown]
# ## Why sigmoid towers cannot say "dislike"
#
# The article's code leaves out the sum. One layer sees the user, another the item: two **towers**.
# Their score is the **cosine similarity** (余弦相似度), the dot product divided by both lengths:
#
# $$\cos(u, i) = \frac{u^T i}{\lVert u \rVert \, \lVert i \rVert}$$
#
# It is 1 for the same direction, 0 for a right angle, and −1 for opposite directions.
#
# **Predict:** both towers end in a sigmoid. Ten thousand random pairs: what is the lowest cosine?

# %%
from longtail_course.article import cosine

many_users, many_items = rng.normal(size=(2, 10_000, 5))
W_user, W_item = rng.normal(size=(2, 5, 10))
linear = cosine(many_users @ W_user, many_items @ W_item)
squashed = cosine(sigmoid(many_users @ W_user), sigmoid(many_items @ W_item))
print(f"Lowest cosine: linear towers {linear.min():.2f}, sigmoid towers {squashed.min():.2f}")

# %%
from longtail_course.pictures import score_distribution

score_distribution(
    {"sigmoid towers": squashed, "linear towers": linear},
    xlabel="cosine of user and item, from -1 to 1",
    title="The same weights, with and without the sigmoid",
)

# %% [markdown]
# Same weights, same inputs. Without the sigmoid half of the cosines are below 0; with it, not one.
# The reason fits in a line: every entry of $u$ and $i$ is positive, so every product is, so their sum
# is. No weights and no training change that.

# %% [markdown]
# ### Exercise 4: how low can it go?
#
# Two towers with two outputs each. Before the sigmoid, every $z$ lies between −3 and 3. Set
# `smallest` to the lowest cosine that two such vectors can have. Expected: about a tenth.
#
# <details><summary>Hint 1</summary>
#
# Positive vectors with two entries point into one quarter of the plane. Which two directions in it
# are furthest apart?
#
# </details>
# <details><summary>Hint 2</summary>
#
# Let one vector have a large first and a small second entry. And the other one?
#
# </details>
# <details><summary>Hint 3</summary>
#
# `sigmoid([3, -3])` is one of them. `cosine(u, i)` does the rest.
#
# </details>

# %% exercise="lowest"
smallest = ...
### BEGIN SOLUTION
smallest = cosine(sigmoid([3, -3]), sigmoid([-3, 3]))
### END SOLUTION

# %% check="lowest" points=1
mathematics.lowest(smallest)

# %% [markdown]
# In general, with every $z$ between $-c$ and $c$ and an even number of outputs, the lowest cosine is
# $1 / \cosh(c)$. The article's code trains on the squared error $(s - y)^2$ of score $s$ and label $y$.
# Suppose that we have real negative feedback, labelled 0 or −1. The best that such towers can do:

# %%
from longtail_course.article import sigmoid_cosine_floor, sigmoid_derivative

c = np.arange(5)
best = sigmoid_cosine_floor(c)
errors = {"error at label 0": best**2, "error at label -1": (best + 1) ** 2}
slope = sigmoid_derivative(sigmoid(c))
pl.DataFrame({"c": c, "lowest cosine": best, **errors, "slope at c": slope}).with_columns(
    pl.selectors.float().round(4)
)

# %% [markdown]
# **What it means.** For label −1 the error stays above 1 in every row. A constant score of 0, which
# needs no model, has exactly 1. For label 0 the error falls, and so does the last column: the slope
# of the sigmoid, by which every gradient is multiplied. The model comes near "no" only where it has
# almost stopped learning.
#
# Where does this *not* matter? A ranking needs an order, not a sign, so positive scores can still
# rank. What is lost is a fixed meaning of "no", and most directions in which an item could lie.

# %% [markdown]
# ## One gradient by hand
#
# A **gradient** (梯度) says how fast the error changes with each weight. Take one pair, the vector
# reading, and a label $y = 0$. With $z = W \cdot x$, $p = \sigma(z)$ and the error $L = (p - y)^2$,
# the chain rule has three factors:
#
# $$
# \begin{aligned}
# \frac{\partial L}{\partial p} &= 2 (p - y) \\
# \frac{\partial p}{\partial z} &= p (1 - p) \\
# \frac{\partial z}{\partial W} &= x
# \qquad\text{so}\qquad \frac{\partial L}{\partial W} = 2 (p - y) \; p (1 - p) \; x
# \end{aligned}
# $$
#
# **Predict:** which entry of the gradient is 0, whatever the weights?

# %%
from longtail_course.article import finite_difference

p, y = sigmoid(W @ x), 0
by_hand = 2 * (p - y) * p * (1 - p) * x
nudged = finite_difference(lambda W: (sigmoid(W @ x) - y) ** 2, W)
print("chain rule:   ", by_hand.round(4))
print("small nudges: ", nudged.round(4))

# %% [markdown]
# The second line uses no calculus: it moves each weight a little both ways and looks at the error.
# The fifth weight has no gradient, since its feature is 0. A weight learns only from pairs that have
# its feature, and in the **long tail** (长尾) those pairs are few.
#
# Now one step against the gradient. Then the same comparison for the whole model of the article's
# code, through the cosine and both towers:

# %%
from longtail_course.article import printed_gradients

towers = {"W_user": W_user, "W_item": W_item, "b_user": np.zeros(10), "b_item": np.zeros(10)}
pair = (many_users[:1], many_items[:1], [0])
back = printed_gradients(towers, *pair)
check = finite_difference(lambda M: printed_gradients({**towers, "W_user": M}, *pair).loss, W_user)
print(f"One step: error {p**2:.3f} becomes {sigmoid((W - by_hand) @ x) ** 2:.3f}.")
print("Whole model, chain rule = small nudges:", np.allclose(back.gradients["W_user"], check))

# %% [markdown]
# The library's tests compare a third time, with TensorFlow's own `GradientTape`.
#
# ## The formulas, repaired
#
# | Line | Printed | Repaired | Why |
# |---|---|---|---|
# | user | $u = \sigma(W_1 (X_u + X_i) + b_1)$ | $u = W_u X_u$ | only the user, and any direction |
# | item | $i = \sigma(W_2 (X_u + X_i) + b_2)$ | $i = W_i X_i$ | can be stored in advance |
# | length | none | $u / \lVert u \rVert$ and $i / \lVert i \rVert$ | the score is a cosine, from −1 to 1 |
# | score | two formulas | $s = u^T i \, / \, \tau$ | the temperature $\tau$ gives the loss room |
# | probability | mixed with the score | $\sigma(s)$ for one pair, or a softmax over items | a separate step |
#
# The **temperature** (温度) $\tau$ is a small number such as .1. A **softmax** turns the scores of all
# items into probabilities that add up to 1. The three pairs from above once more, with random weights:

# %%
for positions in ([], [0, 1], [0, 1, 2, 3]):
    a, b = swap_features(x_user, x_item, positions)
    s = cosine(W1 @ a, W2 @ b) / 0.1
    print(f"user {a.astype(int)}, item {b.astype(int)}: score {s:5.2f}, σ {sigmoid(s):.2f}")
print("Lists, towers apart:", count_lists(cosine(users @ W1.T, items @ W2.T)))

# %% [markdown]
# Three pairs, three scores. With random weights they mean nothing yet, but now they *can* be learned
# apart. The repair adds no knowledge: a cold item whose features no other item has still gets an
# arbitrary score, and nothing here favours the tail. Whether the repaired model beats Popularity,
# ItemKNN and EASE is a question for data, in lessons 05 to 07.

# %% [markdown]
# <details><summary>Instructor's note</summary>
#
# Usual misconception: "the sigmoid makes scores probabilities". Ask which probability 1.25 would be.
# Short of time? Leave out the gradient (ten minutes); exercises 1 and 4 carry the lesson. On a
# board, exercise 4 is a drawing: two arrows in one quarter of the plane.
#
# </details>

# %% [markdown]
# ## Take-aways
#
# - Write shapes beside every formula. Here a vector, a matrix and a list of five could not all be
#   true.
# - No reading of the worked example gives the printed .5. It needs $W \cdot x = 0$.
# - $X_u + X_i$ forgets who has a feature. Keep user and item apart until the score.
# - A dot product and a sigmoid of it are two models, equal at three points at most.
# - Positive vectors have positive cosines. Sigmoid towers have no "no", and saturation is the price
#   of coming near it.

# %% [markdown]
# ## Quiz

# %%
mathematics.lesson_quiz()

# %% [markdown]
# ## What comes next
#
# The formulas need numbers to work on, and real logs are dirty. Lesson 04 cleans one, and shows a
# result that is too good to be true. Lesson 05 then trains both models of this lesson.

# %% [markdown]
# ## References
#
# - 禅与计算机程序设计艺术 / Zen and the Art of Computer Programming. The article that this course
#   follows (in Chinese), section 4 for the formulas and 5.2 for the code.
# - Rumelhart, D. E., Hinton, G. E., Williams, R. J. (1986). Learning representations by
#   back-propagating errors. *Nature* 323, 533–536. The chain rule through sigmoids.
# - Glorot, X., Bengio, Y. (2010). Understanding the difficulty of training deep feedforward neural
#   networks. *AISTATS*. Saturation, measured.
# - Huang, P.-S., He, X., Gao, J., Deng, L., Acero, A., Heck, L. (2013). Learning deep structured
#   semantic models for web search using clickthrough data. *CIKM*. Two towers, a cosine and a
#   softmax.
# - Yi, X. et al. (2019). Sampling-bias-corrected neural modeling for large corpus item
#   recommendations. *RecSys*. Normalised towers with a temperature.
