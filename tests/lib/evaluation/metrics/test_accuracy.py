import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.sparse import csr_matrix
from sklearn.metrics import ndcg_score

from longtail_lib.evaluation.metrics.accuracy import ACCURACY, accuracy, find_hits
from longtail_lib.ranking import top_k

NAMES_OF_RANX = {
    "HitRate": "hit_rate",
    "Recall": "recall",
    "Precision": "precision",
    "MRR": "mrr",
    "MAP": "map",
    "NDCG": "ndcg",
}


def random_case(seed, n=60, n_items=80, rate=0.1):
    rng = np.random.default_rng(seed)
    scores = rng.standard_normal((n, n_items)).astype(np.float32)
    relevant = csr_matrix(rng.random((n, n_items)) < rate * rng.random((n, 1)) * 2)
    relevant.sort_indices()
    return scores, relevant


def measure(lists, relevant, k):
    return accuracy(find_hits(lists, relevant), np.diff(relevant.indptr), k)


@pytest.mark.slow
def test_equals_ranx():
    ranx = pytest.importorskip("ranx")
    scores, relevant = random_case(0)
    users = np.flatnonzero(np.diff(relevant.indptr))
    assert 40 < len(users) < 60
    qrels = {f"u{u}": {f"i{i}": 1 for i in relevant[u].indices} for u in users}
    run = {f"u{u}": {f"i{i}": float(s) for i, s in enumerate(scores[u])} for u in users}
    ks = (1, 3, 10, 50, 80)
    names = [f"{NAMES_OF_RANX[metric]}@{k}" for metric in ACCURACY for k in ks]
    theirs = ranx.evaluate(ranx.Qrels(qrels), ranx.Run(run), names)
    lists = top_k(scores, 80)
    for k in ks:
        ours = measure(lists, relevant, k)
        for metric in ACCURACY:
            mean = np.nanmean(ours[metric])
            assert 0 < mean <= 1
            assert mean == pytest.approx(theirs[f"{NAMES_OF_RANX[metric]}@{k}"], abs=1e-9)


@pytest.mark.parametrize("k", [1, 5, 20])
def test_ndcg_equals_scikit_learn(k):
    scores, relevant = random_case(100 + k)
    users = np.flatnonzero(np.diff(relevant.indptr))
    expected = ndcg_score(relevant.toarray()[users], scores[users], k=k)
    ours = np.nanmean(measure(top_k(scores, k), relevant, k)["NDCG"])
    assert ours == pytest.approx(expected, abs=1e-9)


def test_by_hand():
    # Relevant: 1, 4, 7. Recommended: 4, 0, 7, 2.
    relevant = csr_matrix(np.isin(np.arange(9), [1, 4, 7])[None, :])
    found = measure(np.array([[4, 0, 7, 2]]), relevant, 4)
    ideal = 1 + 1 / np.log2(3) + 1 / np.log2(4)
    expected = {
        "HitRate": 1,
        "Recall": 2 / 3,
        "Precision": 2 / 4,
        "MRR": 1,
        "MAP": (1 / 1 + 2 / 3) / 3,
        "NDCG": (1 + 1 / np.log2(4)) / ideal,
    }
    for metric, value in expected.items():
        assert found[metric][0] == pytest.approx(value)
    # With k = 2 the ideal list has two places.
    assert measure(np.array([[4, 0, 7, 2]]), relevant, 2)["NDCG"][0] == pytest.approx(
        1 / (1 + 1 / np.log2(3))
    )


def test_users_without_relevant_items_are_nan_and_padding_is_no_hit():
    # The padding -1 of row 1 must not be read as the last column of row 0.
    relevant = csr_matrix(np.array([[0, 0, 1], [1, 0, 0], [0, 0, 0]]))
    found = measure(np.array([[0, 1], [1, -1], [2, 0]]), relevant, 2)
    for metric in ACCURACY:
        np.testing.assert_array_equal(found[metric], [0, 0, np.nan])


@settings(max_examples=60)
@given(seed=st.integers(0, 10_000), k=st.integers(1, 12))
def test_turning_a_miss_into_a_hit_never_lowers_a_metric(seed, k):
    rng = np.random.default_rng(seed)
    n_items = 30
    relevant = csr_matrix(np.isin(np.arange(n_items), rng.choice(n_items, 8, replace=False))[None])
    ranked = rng.permutation(n_items)[:10]
    missing = np.setdiff1d(relevant.indices, ranked)
    misses = np.flatnonzero(~np.isin(ranked, relevant.indices))
    if not len(missing) or not len(misses):
        return
    better = ranked.copy()
    place = rng.choice(misses)
    better[place] = missing[0]
    before, after = (measure(lists[None], relevant, k) for lists in (ranked, better))
    for metric in ACCURACY:
        assert after[metric][0] >= before[metric][0] - 1e-12
    if place < k:
        assert after["NDCG"][0] > before["NDCG"][0]
        assert after["Recall"][0] > before["Recall"][0]


@settings(max_examples=60)
@given(seed=st.integers(0, 10_000), rank=st.integers(1, 8))
def test_moving_a_hit_up_never_lowers_a_metric(seed, rank):
    rng = np.random.default_rng(seed)
    ranked = rng.permutation(12)[:9]
    relevant = csr_matrix(np.isin(np.arange(12), [ranked[rank], *rng.choice(12, 3)])[None])
    if ranked[rank - 1] in relevant.indices:
        return
    moved = ranked.copy()
    moved[[rank - 1, rank]] = moved[[rank, rank - 1]]
    before, after = (measure(lists[None], relevant, 9) for lists in (ranked, moved))
    for metric in ACCURACY:
        assert after[metric][0] >= before[metric][0] - 1e-12
    assert after["NDCG"][0] > before["NDCG"][0]
    assert after["MAP"][0] > before["MAP"][0]


@settings(max_examples=60)
@given(seed=st.integers(0, 10_000), k=st.integers(1, 40), rate=st.floats(0, 1))
def test_bounds_and_the_perfect_list(seed, k, rate):
    scores, relevant = random_case(seed, n=5, n_items=12, rate=rate)
    for lists in (top_k(scores, k), top_k(relevant.toarray().astype(np.float32), k)):
        for values in measure(lists, relevant, k).values():
            known = values[~np.isnan(values)]
            assert ((known >= 0) & (known <= 1)).all()
    perfect = measure(top_k(relevant.toarray().astype(np.float32), k), relevant, k)
    n_relevant = np.diff(relevant.indptr)
    some = n_relevant > 0
    np.testing.assert_array_equal(perfect["NDCG"][some], 1)
    np.testing.assert_allclose(
        perfect["Recall"][some], (np.minimum(n_relevant, k) / np.maximum(n_relevant, 1))[some]
    )


def test_unknown_metric():
    with pytest.raises(ValueError, match="'F1'; known are HitRate"):
        accuracy(find_hits(np.array([[0]]), csr_matrix([[1]])), np.array([1]), 1, ["F1"])


@settings(max_examples=60)
@given(
    n=st.integers(1, 12),
    n_items=st.integers(1, 40),
    length=st.integers(1, 15),
    table=st.integers(1, 200),
    seed=st.integers(0, 10_000),
)
def test_hits_are_those_of_a_set_of_each_user(n, n_items, length, table, seed):
    """Whatever the size of the table, also next to lists that have ended."""
    rng = np.random.default_rng(seed)
    relevant = csr_matrix(rng.random((n, n_items)) < 0.3)
    length = min(length, n_items)
    lists = np.stack([rng.permutation(n_items)[:length] for _ in range(n)]).astype(np.int32)
    lists[np.arange(length) >= rng.integers(0, length + 1, (n, 1))] = -1
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("longtail_lib.evaluation.metrics.accuracy._TABLE", table)
        hits = find_hits(lists, relevant)
    wanted = [set(relevant[row].indices.tolist()) for row in range(n)]
    expected = [
        (row, rank, item)
        for row in range(n)
        for rank, item in enumerate(lists[row].tolist())
        if item in wanted[row]
    ]
    assert list(zip(*(each.tolist() for each in hits), strict=True)) == expected
