"""The printed model and its repair, fitted on users with known tastes."""

from dataclasses import replace

import numpy as np
import polars as pl
import pytest
from scipy.sparse import csr_matrix

from longtail_course.article import ArticleTwoTower, RepairedTwoTower, cosine, sigmoid
from longtail_course.article.article_features import article_features
from longtail_lib.models import Popularity
from longtail_lib.preprocessing import Split

N_KINDS = 4


def tastes(seed=0, n_users=300, n_items=160) -> Split:
    """Each user wants one kind of item; popular items are chosen more often within it."""
    rng = np.random.default_rng(seed)
    taste, kind = rng.integers(N_KINDS, size=n_users), np.arange(n_items) % N_KINDS
    chance = 1.6 / np.arange(1, n_items + 1) ** 0.6
    chance = np.minimum(0.9, chance * np.where(taste[:, None] == kind, 1.0, 0.05))
    chosen = rng.random(chance.shape) < chance
    held_out = chosen & (rng.random(chance.shape) < 0.3)
    train = csr_matrix((chosen & ~held_out).astype(np.float32))
    test = csr_matrix(held_out.astype(np.float32))
    ids = np.array([f"i{n:03d}" for n in range(n_items)])
    items = pl.DataFrame({"item_id": ids, "kind": [f"kind {n}" for n in kind]})
    users = pl.DataFrame({"user_id": np.arange(n_users)})
    none = csr_matrix(train.shape, dtype=np.float32)
    return Split(train, none, test, np.arange(n_users), ids, items, users, "random", name="tastes")


def recall(model, parts, k=10) -> float:
    found = []
    items, _ = model.recommend(parts.user_ids, k=k)
    for row in range(parts.n_users):
        wanted = set(parts.item_ids[parts.test[row].indices])
        if wanted:
            found.append(len(wanted & set(items[row])) / min(k, len(wanted)))
    return float(np.mean(found))


@pytest.fixture(scope="module")
def parts():
    return tastes()


@pytest.fixture(scope="module")
def printed(parts):
    # A larger step than printed gets there in a quarter of the epochs.
    return ArticleTwoTower(epochs=25, learning_rate=0.005).fit(parts)


@pytest.fixture(scope="module")
def repaired(parts):
    return RepairedTwoTower(epochs=15, batch_size=64).fit(parts)


@pytest.fixture(scope="module")
def with_ids(parts):
    return RepairedTwoTower(epochs=15, batch_size=64, features="id").fit(parts)


@pytest.fixture(scope="module")
def popularity(parts):
    return Popularity().fit(parts)


@pytest.mark.parametrize("name", ["printed", "repaired"])
def test_finds_the_taste_that_popularity_cannot_see(name, request, parts, popularity):
    model = request.getfixturevalue(name)
    assert recall(model, parts) > 1.35 * recall(popularity, parts)


def test_printed_scores_are_the_articles_formula(parts, printed):
    made = article_features(parts)
    w_user, b_user, w_item, b_item = printed.network_.get_weights()
    u = sigmoid(made.user[[4]] @ w_user + b_user)
    i = sigmoid(made.item @ w_item + b_item)
    scores = printed.score(4)
    assert scores.dtype == np.float32
    np.testing.assert_allclose(scores[0], cosine(np.broadcast_to(u, i.shape), i), atol=1e-6)
    network = printed.network_([np.repeat(made.user[[4]], len(i), axis=0), made.item])
    np.testing.assert_allclose(scores[0], np.asarray(network)[:, 0], atol=1e-5)


def test_printed_scores_are_positive_and_repaired_ones_are_not(parts, printed, repaired):
    rows = np.arange(parts.n_users)
    assert printed.score(rows).min() > 0
    assert repaired.score(rows).min() < -0.3
    assert np.abs(repaired.score(rows)).max() <= 1 + 1e-5


def test_printed_model_has_the_printed_parameters(printed):
    stated = ArticleTwoTower().get_params()
    assert (stated["epochs"], stated["batch_size"], stated["units"]) == (100, 32, 10)
    assert stated["learning_rate"] == 0.001
    assert printed.network_.loss == "mse"
    assert {len(values) for values in printed.history_.values()} == {25}
    assert set(printed.history_) == {"loss", "val_loss"}
    assert printed.history_["loss"][-1] < printed.history_["loss"][0]


@pytest.mark.parametrize(
    "model",
    [
        ArticleTwoTower(epochs=2, max_pairs=600),
        RepairedTwoTower(epochs=2),
        RepairedTwoTower(epochs=2, features="id"),
    ],
    ids=["printed", "repaired", "repaired with ids"],
)
def test_same_seed_same_scores_other_seed_others(model, parts):
    first = model.fit(parts).score([0, 7])
    model.fit(parts)
    np.testing.assert_array_equal(model.score([0, 7]), first)
    other = type(model)(**{**model.get_params(), "seed": 1}).fit(parts)
    assert np.abs(other.score([0, 7]) - first).max() > 1e-3


def test_saved_and_loaded_models_score_the_same(parts, printed, with_ids, tmp_path):
    for model in (printed, with_ids):
        path = model.save(tmp_path / f"{type(model).__name__}.npz")
        loaded = type(model).load(path)
        assert repr(loaded) == repr(model)
        np.testing.assert_array_equal(loaded.score([0, 9]), model.score([0, 9]))
        assert set(loaded.history_) == set(model.history_)
        for name, values in model.history_.items():
            np.testing.assert_array_equal(loaded.history_[name], values)
        items, _ = loaded.recommend(parts.user_ids[:3], k=5)
        assert (items == model.recommend(parts.user_ids[:3], k=5)[0]).all()


def test_ids_fit_the_train_part_closer(repaired, with_ids):
    assert with_ids.history_["loss"][-1] < 0.8 * repaired.history_["loss"][-1]
    assert with_ids.history_["loss"][-1] < 0.8 * with_ids.history_["loss"][0]


def test_ratings_in_the_split_change_nothing(parts):
    rated = replace(parts, train=parts.train * np.float32(4.5))
    model = RepairedTwoTower(epochs=1)
    expected = model.fit(parts).score([0])
    np.testing.assert_array_equal(model.fit(rated).score([0]), expected)


def test_wrong_parameters_are_named(parts):
    with pytest.raises(ValueError, match="features must be one of 'same', 'id'"):
        RepairedTwoTower(features="all").fit(parts)
    with pytest.raises(ValueError, match="temperature must be a positive number"):
        RepairedTwoTower(temperature=0.0).fit(parts)
    with pytest.raises(ValueError, match="max_pairs must be at least 2"):
        ArticleTwoTower(max_pairs=1).fit(parts)


def test_fitting_prints_nothing(parts, capfd):
    ArticleTwoTower(epochs=1, max_pairs=200).fit(parts)
    RepairedTwoTower(epochs=1).fit(parts)
    said = capfd.readouterr()
    assert (said.out, said.err) == ("", "")
