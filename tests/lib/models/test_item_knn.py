import time
import tracemalloc

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from implicit.nearest_neighbours import CosineRecommender
from scipy.sparse import csr_matrix, random_array

from longtail_lib.models import ItemKNN
from longtail_lib.preprocessing import Split

# implicit converts its own intermediate matrix and warns about it.
quiet = pytest.mark.filterwarnings("ignore:Method expects CSR input")


def brute_force(train, n_neighbors, shrinkage):
    """W by two loops in float64, straight from the definition."""
    n = train.shape[1]
    weights = np.zeros((n, n))
    for j in range(n):
        similarity = np.zeros(n)
        for i in range(n):
            dot = train[:, i] @ train[:, j]
            if i != j and dot > 0:
                norms = np.sqrt(train[:, i] @ train[:, i]) * np.sqrt(train[:, j] @ train[:, j])
                similarity[i] = dot / (norms + shrinkage)
        # Rounding before the sort: sums that are equal in exact arithmetic count as ties.
        best = np.argsort(-similarity.round(9), kind="stable")[:n_neighbors]
        weights[best, j] = similarity[best]
    return weights


def dense_reference(train, n_neighbors, shrinkage):
    """W from one dense matrix of all similarities in float32, sorted whole."""
    items = train.T.tocsr()
    norms = np.sqrt(np.asarray(items.multiply(items).sum(axis=1))).ravel().astype(np.float32)
    similarity = (items @ train).toarray()
    shrunk = np.outer(norms, norms) + np.float32(shrinkage)
    np.divide(similarity, shrunk, out=similarity, where=shrunk > 0)
    np.fill_diagonal(similarity, 0)
    best = np.argsort(-similarity, axis=1, kind="stable")[:, :n_neighbors]
    weights = np.zeros_like(similarity)
    np.put_along_axis(weights, best, np.take_along_axis(similarity, best, axis=1), axis=1)
    return np.maximum(weights, 0).T


@pytest.mark.parametrize("shrinkage", [0.0, 3.0, 10.0])
@pytest.mark.parametrize("n_neighbors", [1, 5, 30, 500])
def test_equals_brute_force(parts, n_neighbors, shrinkage):
    model = ItemKNN(n_neighbors=n_neighbors, shrinkage=shrinkage).fit(parts)
    train = parts.train.toarray().astype(np.float64)
    expected = brute_force(train, n_neighbors, shrinkage)
    weights = model.weights_.toarray()
    # Where float32 rounding decides between equal similarities either neighbour is right, so the
    # values of each column are compared in order, and positions where nothing is tied.
    np.testing.assert_allclose(
        np.sort(weights, axis=0), np.sort(expected, axis=0), rtol=1e-5, atol=1e-7
    )
    if n_neighbors >= 90:
        np.testing.assert_allclose(weights, expected, rtol=1e-5, atol=1e-7)
    np.testing.assert_allclose(
        model.score(np.arange(parts.n_users)), train @ weights, rtol=1e-4, atol=1e-5
    )


def test_ratings_are_used_as_they_are(make_split):
    dense = np.array([[5, 1, 0], [4, 0, 2], [0, 3, 3]], dtype=float)
    model = ItemKNN(n_neighbors=2, shrinkage=1.0).fit(make_split(dense))
    np.testing.assert_allclose(
        model.weights_.toarray(), brute_force(dense, 2, 1.0), rtol=1e-6, atol=1e-7
    )
    np.testing.assert_allclose(model.score([0]), dense[:1] @ brute_force(dense, 2, 1.0), rtol=1e-5)


@quiet
def test_without_pruning_and_shrinkage_it_is_implicits_cosine(parts):
    """Both prune nothing, so that their directions of pruning cannot differ."""
    theirs = CosineRecommender(K=parts.n_items + 1, num_threads=1)
    theirs.fit(parts.train.astype(np.float64), show_progress=False)
    expected = theirs.similarity.toarray()
    np.fill_diagonal(expected, 0)
    ours = ItemKNN(n_neighbors=parts.n_items, shrinkage=0.0).fit(parts)
    np.testing.assert_allclose(ours.weights_.toarray(), expected, rtol=1e-5, atol=1e-7)


@quiet
def test_pruned_it_is_the_transpose_of_implicits_cosine(parts):
    """K of implicit counts the item itself; its row i holds the neighbours of i, ours column j."""
    theirs = CosineRecommender(K=6, num_threads=1)
    theirs.fit(parts.train.astype(np.float64), show_progress=False)
    expected = theirs.similarity.toarray()
    np.fill_diagonal(expected, 0)
    ours = ItemKNN(n_neighbors=5, shrinkage=0.0).fit(parts).weights_.toarray().T
    warm = parts.popularity > 0
    np.testing.assert_allclose(
        np.sort(ours[warm], axis=1), np.sort(expected[warm], axis=1), rtol=1e-5, atol=1e-7
    )
    assert not np.allclose(ours, ours.T)


def test_each_candidate_keeps_at_most_its_neighbours(parts):
    weights = ItemKNN(n_neighbors=4, shrinkage=1.0).fit(parts).weights_
    assert np.diff(weights.tocsc().indptr).max() == 4
    assert (weights.diagonal() == 0).all()
    assert (weights.data > 0).all()
    assert weights.has_sorted_indices


def test_equal_similarities_are_taken_by_catalogue_position(make_split):
    # Items 0, 1 and 2 are the same column, so item 3 is equally similar to all of them.
    parts = make_split([[1, 1, 1, 1], [1, 1, 1, 0]])
    weights = ItemKNN(n_neighbors=2, shrinkage=0.0).fit(parts).weights_.toarray()
    assert (weights[:, 3] > 0).tolist() == [True, True, False, False]


def test_cold_items_score_zero_also_without_shrinkage(parts):
    model = ItemKNN(n_neighbors=10, shrinkage=0.0).fit(parts)
    scores = model.score(np.arange(parts.n_users))
    assert np.isfinite(scores).all()
    assert (scores[:, parts.popularity == 0] == 0).all()
    assert (parts.popularity == 0).sum() >= 3


def test_shrinkage_trusts_large_overlaps_more(make_split):
    # Items 0 and 1 are chosen together by one user, items 2 and 3 by nine.
    train = np.zeros((10, 4))
    train[0, :2] = 1
    train[1:, 2:] = 1
    parts = make_split(train)
    plain = ItemKNN(shrinkage=0.0).fit(parts).weights_
    shrunk = ItemKNN(shrinkage=10.0).fit(parts).weights_
    assert plain[0, 1] == pytest.approx(plain[2, 3])
    assert shrunk[0, 1] == pytest.approx(1 / 11)
    assert shrunk[2, 3] == pytest.approx(9 / 19)


@settings(max_examples=60)
@given(
    n_users=st.integers(1, 40),
    n_items=st.integers(1, 60),
    density=st.floats(0.01, 0.6),
    levels=st.sampled_from([1, 3, 0]),
    n_neighbors=st.integers(1, 70),
    shrinkage=st.sampled_from([0.0, 2.5]),
    block=st.integers(1, 400),
    seed=st.integers(0, 10_000),
)
def test_sparse_blocks_give_the_bits_of_the_dense_matrix(
    n_users, n_items, density, levels, n_neighbors, shrinkage, block, seed
):
    """Also where similarities are equal, ratings are 0 and below, and items are cold."""
    rng = np.random.default_rng(seed)
    train = csr_matrix(random_array((n_users, n_items), density=density, rng=rng), dtype=np.float32)
    if levels:
        train.data = rng.integers(1 - levels, levels + 1, len(train.data)).astype(np.float32)
    train.sort_indices()
    if not train.nnz:
        return
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("longtail_lib.models.item_knn._BLOCK", block)
        model = ItemKNN(n_neighbors=n_neighbors, shrinkage=shrinkage)
        weights = model.fit(Split.from_matrices(train)).weights_
    assert np.array_equal(weights.toarray(), dense_reference(train, n_neighbors, shrinkage))
    assert (weights.data > 0).all()
    assert weights.has_canonical_format


def long_tailed(n_users, n_items, n):
    """A log whose items are chosen by a power of their place, with repeats removed."""
    rng = np.random.default_rng(0)
    chance = np.cumsum(1 / np.arange(1, n_items + 1) ** 0.7)
    pairs = rng.integers(n_users, size=n), np.searchsorted(chance, rng.random(n) * chance[-1])
    train = csr_matrix((np.ones(n, np.float32), pairs), shape=(n_users, n_items))
    train.data[:] = 1
    return Split.from_matrices(train)


def test_time_and_memory_do_not_grow_with_the_square_of_the_catalogue():
    """60,000 items would be 3.6 thousand million similarities, of which few are not zero."""
    parts = long_tailed(40_000, 60_000, 200_000)
    tracemalloc.start()
    start = time.process_time()
    model = ItemKNN().fit(parts)
    seconds, (_, peak) = time.process_time() - start, tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert seconds < 10
    kept = model.weights_.nnz
    assert kept > 500_000
    assert peak < 20 * 4 * kept
    rows = np.flatnonzero(parts.popularity)[:20]
    items = parts.train.T.tocsr()
    common = (items[rows] @ parts.train).toarray()
    common[np.arange(20), rows] = 0
    neighbours = np.diff(model.weights_.tocsc().indptr)[rows]
    assert neighbours.tolist() == np.minimum((common > 0).sum(axis=1), 100).tolist()


@pytest.mark.slow
def test_twelve_thousand_items_and_a_million_interactions():
    parts = long_tailed(20_000, 12_000, 1_100_000)
    # Processor time, so that whatever else runs on the machine does not decide.
    start = time.process_time()
    model = ItemKNN().fit(parts)
    assert time.process_time() - start < 20
    assert np.diff(model.weights_.tocsc().indptr).max() == 100
