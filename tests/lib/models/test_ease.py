import numpy as np
import pytest
from scipy.linalg.lapack import spotrf

from longtail_lib.models import EASE, ease
from longtail_lib.models._memory import _control_group, available_memory


def closed_form(train, l2, exponent=0.0):
    """B, and W with score = X W, by numpy's inverse in float64."""
    popularity = (train != 0).sum(axis=0)
    scale = np.maximum(popularity, 1.0) ** -exponent
    scale *= np.sqrt((train**2).sum() / ((train * scale) ** 2).sum())
    scaled = train * scale
    inverse = np.linalg.inv(scaled.T @ scaled + l2 * np.eye(train.shape[1]))
    weights = -inverse / np.diag(inverse)
    np.fill_diagonal(weights, 0)
    return weights, scale[:, None] * weights, scaled


def tolerance(train, l2):
    """How far float32 may be off: n times the unit round-off times the condition number."""
    largest = np.linalg.norm(train, 2) ** 2
    return train.shape[1] * 2.0**-24 * (largest + l2) / l2


@pytest.mark.parametrize("exponent", [0.0, 0.2, 0.5, -0.3])
@pytest.mark.parametrize("l2", [1.0, 20.0, 200.0])
def test_equals_the_float64_inverse(parts, l2, exponent):
    train = parts.train.toarray().astype(np.float64)
    _, expected, scaled = closed_form(train, l2, exponent)
    model = EASE(l2=l2, popularity_exponent=exponent).fit(parts)
    bound = tolerance(scaled, l2)
    assert bound < 0.02
    error = np.abs(model.weights_ - expected).max() / np.abs(expected).max()
    assert error < bound
    assert (np.diagonal(model.weights_) == 0).all()
    scores = model.score(np.arange(parts.n_users))
    np.testing.assert_allclose(scores, train @ expected, atol=bound * np.abs(expected).max() * 30)


@pytest.mark.parametrize("exponent", [0.0, 0.3])
def test_no_other_weights_with_zero_diagonal_are_better(parts, exponent):
    """At the minimum the gradient vanishes off the diagonal (the diagonal has its multiplier)."""
    l2 = 20.0
    train = parts.train.toarray().astype(np.float64)
    _, _, scaled = closed_form(train, l2, exponent)
    model = EASE(l2=l2, popularity_exponent=exponent).fit(parts)
    scale = np.divide(
        scaled.sum(axis=0),
        train.sum(axis=0),
        where=train.sum(axis=0) > 0,
        out=np.ones(parts.n_items),
    )
    weights = model.weights_ / scale[:, None]
    gram = scaled.T @ scaled
    gradient = gram @ weights - gram + l2 * weights
    np.fill_diagonal(gradient, 0)
    assert np.abs(gradient).max() < 1e-4 * np.abs(gram).max()

    def objective(candidate):
        return ((scaled - scaled @ candidate) ** 2).sum() + l2 * (candidate**2).sum()

    rng = np.random.default_rng(0)
    best = objective(weights)
    for _ in range(5):
        step = rng.normal(size=weights.shape) * 1e-3
        np.fill_diagonal(step, 0)
        assert objective(weights + step) > best


def test_exponent_keeps_the_sum_of_squares_so_that_l2_keeps_its_weight(parts):
    train = parts.train.toarray().astype(np.float64)
    _, _, scaled = closed_form(train, 1.0, 0.4)
    assert (scaled**2).sum() == pytest.approx((train**2).sum())


def test_a_positive_exponent_moves_recommendations_towards_the_tail(parts):
    def mean_popularity(exponent):
        model = EASE(l2=20.0, popularity_exponent=exponent).fit(parts)
        items, _ = model.recommend(parts.user_ids, k=10)
        return parts.popularity[items].mean()

    plain, mild, strong = map(mean_popularity, (0.0, 0.2, 0.5))
    assert plain > mild > strong


def test_ratings_enter_the_closed_form(make_split):
    rng = np.random.default_rng(1)
    dense = rng.integers(0, 6, size=(40, 12)) * (rng.random((40, 12)) < 0.4)
    model = EASE(l2=10.0, popularity_exponent=0.2).fit(make_split(dense))
    _, expected, _ = closed_form(dense.astype(float), 10.0, 0.2)
    np.testing.assert_allclose(model.weights_, expected, atol=1e-4)


def test_cold_items_have_no_weights(parts):
    cold = parts.popularity == 0
    assert cold.sum() >= 3
    for exponent in (0.0, 0.3):
        weights = EASE(l2=5.0, popularity_exponent=exponent).fit(parts).weights_
        assert (weights[cold] == 0).all()
        assert (weights[:, cold] == 0).all()


@pytest.mark.parametrize("cold", [[], [0], [5], [11], [0, 1, 2, 7, 11], list(range(3, 12))])
def test_cold_items_anywhere_in_the_catalogue(make_split, cold):
    rng = np.random.default_rng(4)
    train = (rng.random((50, 12)) < 0.5).astype(float)
    train[:, cold] = 0
    _, expected, _ = closed_form(train, 3.0, 0.3)
    model = EASE(l2=3.0, popularity_exponent=0.3).fit(make_split(train))
    np.testing.assert_allclose(model.weights_, expected, atol=1e-5)


def test_blocks_do_not_change_the_weights(parts, monkeypatch):
    whole = EASE(l2=5.0).fit(parts).weights_
    monkeypatch.setattr("longtail_lib.models.ease._BLOCK", 7 * parts.n_items)
    assert np.array_equal(EASE(l2=5.0).fit(parts).weights_, whole)


@pytest.mark.parametrize("n", [1, 5, 12, 13])
def test_mirror(n):
    rng = np.random.default_rng(n)
    matrix = rng.random((n, n)).astype(np.float32)
    expected = np.triu(matrix) + np.triu(matrix, 1).T
    ease._mirror(matrix, step=4)
    assert np.array_equal(matrix, expected)


def test_lapack_works_in_place():
    gram = np.eye(5, dtype=np.float32) * 4
    factor, failed = spotrf(gram.T, lower=1, clean=0, overwrite_a=1)
    assert failed == 0
    assert np.shares_memory(factor, gram)
    assert gram[0, 0] == 2


# --- top_weights ---------------------------------------------------------------------------------


def test_top_weights_keep_the_largest_of_each_column(parts):
    dense = EASE(l2=5.0, popularity_exponent=0.2).fit(parts).weights_
    sparse = EASE(l2=5.0, popularity_exponent=0.2, top_weights=8).fit(parts).weights_
    kept = sparse.toarray()
    for column in range(parts.n_items):
        best = np.argsort(-np.abs(dense[:, column]), kind="stable")[:8]
        expected = np.zeros(parts.n_items, dtype=np.float32)
        expected[best] = dense[best, column]
        assert np.array_equal(kept[:, column], expected)
    assert np.diff(sparse.tocsc().indptr).max() == 8


def test_all_weights_kept_score_as_the_dense_matrix(parts):
    rows = np.arange(parts.n_users)
    dense = EASE(l2=5.0).fit(parts).score(rows)
    sparse = EASE(l2=5.0, top_weights=10_000).fit(parts).score(rows)
    np.testing.assert_allclose(sparse, dense, rtol=1e-5, atol=1e-6)


def test_few_weights_keep_most_of_the_recall(parts, recall):
    full = recall(EASE(l2=20.0).fit(parts), parts)
    pruned = recall(EASE(l2=20.0, top_weights=30).fit(parts), parts)
    assert pruned > 0.9 * full


def test_sparse_weights_make_small_files(parts, tmp_path):
    dense = EASE(l2=5.0).fit(parts).save(tmp_path / "dense")
    sparse = EASE(l2=5.0, top_weights=3).fit(parts).save(tmp_path / "sparse")
    assert sparse.stat().st_size < 0.6 * dense.stat().st_size


# --- errors --------------------------------------------------------------------------------------


def test_a_penalty_lost_in_float32_is_reported(make_split):
    # Two equal columns make the Gram matrix singular, and 1e-12 vanishes beside 50.
    parts = make_split(np.ones((50, 2)))
    with pytest.raises(ValueError, match="not positive definite in float32; choose a larger l2"):
        EASE(l2=1e-12).fit(parts)


def test_too_many_items_for_memory(parts, monkeypatch):
    monkeypatch.setattr(ease, "available_memory", lambda: 1_000)
    with pytest.raises(MemoryError, match=r"90 items need 0\.0 GB .* prepare\(\.\.\., min_item"):
        EASE().fit(parts)
    monkeypatch.setattr(ease, "available_memory", lambda: None)
    EASE().fit(parts)


def test_twenty_thousand_items_fit_a_small_machine():
    assert ease.memory_needed(20_000) < 2.5 * 4 * 20_000**2
    assert ease.memory_needed(20_000) < 4e9


def test_available_memory_reads_the_container(tmp_path):
    assert available_memory() > 1e6
    assert _control_group(tmp_path) is None
    (tmp_path / "memory.max").write_text("1000\n")
    (tmp_path / "memory.current").write_text("600\n")
    (tmp_path / "memory.stat").write_text("anon 500\ninactive_file 50\n")
    assert _control_group(tmp_path) == 450
    (tmp_path / "memory.max").write_text("max\n")
    assert _control_group(tmp_path) is None


# --- real data -----------------------------------------------------------------------------------


@pytest.mark.real_data
@pytest.mark.slow
def test_on_movielens_ease_beats_neighbours_and_neighbours_beat_popularity():
    from longtail_lib import evaluate, load_dataset, prepare, split
    from longtail_lib.models import ItemKNN, Popularity

    # Items with five interactions and more keep the matrix small: the order is what is tested.
    data = prepare(load_dataset("movielens-small"), min_rating=3.5, min_item_interactions=5)
    parts = split(data, how="random", seed=0)
    ndcg = {
        type(model).__name__: evaluate(model.fit(parts), parts, k=10, resamples=50)["NDCG@10"].value
        for model in (Popularity(), ItemKNN(), EASE())
    }
    assert ndcg["ItemKNN"] > 1.2 * ndcg["Popularity"]
    assert ndcg["EASE"] > 1.02 * ndcg["ItemKNN"]
