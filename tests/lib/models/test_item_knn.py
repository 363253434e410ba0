import time

import numpy as np
import pytest
from implicit.nearest_neighbours import CosineRecommender
from scipy.sparse import csr_matrix

from longtail_lib.models import ItemKNN

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


def test_blocks_do_not_change_the_weights(parts, monkeypatch):
    whole = ItemKNN(n_neighbors=5, shrinkage=2.0).fit(parts).weights_
    monkeypatch.setattr("longtail_lib.models.item_knn._BLOCK", 7 * parts.n_items)
    again = ItemKNN(n_neighbors=5, shrinkage=2.0).fit(parts).weights_
    assert np.array_equal(whole.toarray(), again.toarray())


@pytest.mark.slow
def test_twelve_thousand_items_and_a_million_interactions(make_split):
    rng = np.random.default_rng(0)
    n_users, n_items, n = 20_000, 12_000, 1_100_000
    chance = 1 / np.arange(1, n_items + 1) ** 0.7
    pairs = (rng.integers(n_users, size=n), rng.choice(n_items, n, p=chance / chance.sum()))
    train = csr_matrix((np.ones(n, np.float32), pairs), shape=(n_users, n_items))
    train.data[:] = 1
    small = make_split(np.eye(2))
    parts = type(small)(
        **{
            **small.__dict__,
            "train": train,
            "user_ids": np.arange(n_users),
            "item_ids": np.arange(n_items),
        }
    )
    # Processor time, so that whatever else runs on the machine does not decide.
    start = time.process_time()
    model = ItemKNN().fit(parts)
    assert time.process_time() - start < 60
    assert np.diff(model.weights_.tocsc().indptr).max() == 100
