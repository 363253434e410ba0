"""Each broken metric must show its fault where the library's own measurement does not."""

import numpy as np
import pytest
from scipy.sparse import csr_matrix

from longtail_course.toys import broken_metrics as broken
from longtail_lib.evaluation import evaluate
from longtail_lib.evaluation.metrics.accuracy import accuracy, find_hits
from longtail_lib.evaluation.metrics.exposure import coverage, exposure
from longtail_lib.ranking import mask_seen, top_k


def ndcg(lists, relevant, k):
    return np.nanmean(accuracy(find_hits(lists, relevant), np.diff(relevant.indptr), k)["NDCG"])


@pytest.fixture(scope="module")
def case():
    rng = np.random.default_rng(0)
    train = csr_matrix(rng.random((200, 300)) < 0.03)
    relevant = csr_matrix((rng.random((200, 300)) < 0.02) & (train.toarray() == 0))
    return rng.standard_normal((200, 300)).astype(np.float32), train, relevant


def test_coverage_passes_one():
    train = csr_matrix([[1, 1, 0, 0]] * 2)
    lists = np.array([[0, 2], [1, 3]])
    assert broken.coverage_of_train_items(lists, train) > 1
    assert coverage(exposure(lists, 4)) == 1


def test_entropy_falls_as_diversity_grows():
    few, many = np.tile([0, 1, 2], (4, 1)), np.arange(12).reshape(4, 3)
    assert broken.entropy_per_distinct_item(many) < broken.entropy_per_distinct_item(few)
    assert coverage(exposure(many, 12)) > coverage(exposure(few, 12))


def test_endless_ideal_denies_perfect_lists():
    relevant = csr_matrix(np.ones((1, 30)))
    lists = np.arange(10)[None]
    assert ndcg(lists, relevant, 10) == 1
    assert broken.ndcg_with_endless_ideal(lists, relevant, 10) < 0.6
    # With at most k relevant items there is no fault to see.
    few = csr_matrix(np.arange(30)[None] < 5)
    assert broken.ndcg_with_endless_ideal(lists, few, 10) == pytest.approx(ndcg(lists, few, 10))


def test_sampled_negatives_inflate(case):
    scores, train, relevant = case
    masked = scores.copy()
    mask_seen(masked, train, np.arange(200))
    honest = ndcg(top_k(masked, 10), relevant, 10)
    sampled = broken.ndcg_with_sampled_negatives(scores, relevant, train, 10, negatives=30)
    assert sampled > 3 * honest > 0


def test_seen_items_fill_the_list(case):
    _, train, relevant = case
    rng = np.random.default_rng(1)
    scores = (2 * train.toarray() + relevant.toarray() + 0.1 * rng.random((200, 300))).astype(
        np.float32
    )
    masked = scores.copy()
    mask_seen(masked, train, np.arange(200))
    assert ndcg(top_k(masked, 5), relevant, 5) == 1
    assert ndcg(broken.top_k_with_seen_items(scores, train, 5), relevant, 5) < 0.2


def test_stable_sort_turns_a_constant_scorer_into_popularity(case):
    _, train, relevant = case
    order = np.argsort(-np.asarray(relevant.sum(axis=0)).ravel(), kind="stable")
    relevant, train = (
        csr_matrix(relevant.toarray()[:, order]),
        csr_matrix(train.toarray()[:, order]),
    )
    constant = np.zeros((200, 300), dtype=np.float32)
    fair = constant.copy()
    mask_seen(fair, train, np.arange(200))
    fair = ndcg(top_k(fair, 10), relevant, 10)
    assert ndcg(broken.top_k_first_column_wins(constant, train, 10), relevant, 10) > 1.5 * fair


def test_optimistic_rank_makes_a_constant_scorer_perfect(case, make_split, scores_model):
    _, train, relevant = case
    constant = np.zeros((200, 300))
    assert broken.hit_rate_of_optimistic_rank(constant, relevant, train, 10) == 1
    parts = make_split(train.toarray(), np.zeros((200, 300)), relevant.toarray())
    assert evaluate(scores_model(constant), parts, resamples=5)["HitRate@10"].value < 0.4


def test_group_mean_over_all_users_shrinks_with_their_share(case):
    scores, _, relevant = case
    tail = np.arange(300) >= 270
    lists = top_k(scores + 2 * relevant.toarray().astype(np.float32), 10)
    own = csr_matrix(relevant.toarray() * tail)
    share = (np.diff(own.indptr) > 0).mean()
    found = broken.group_ndcg_over_all_users(lists, relevant, tail, 10)
    assert 0 < share < 0.8
    assert found == pytest.approx(share * ndcg(lists, own, 10))


def test_mrr_of_hit_users_rises_when_hits_are_lost():
    relevant = csr_matrix([[1, 0, 0], [1, 0, 0]])
    more, fewer = np.array([[0, 1], [1, 0]]), np.array([[0, 1], [1, 2]])
    assert broken.mrr_of_hit_users(fewer, relevant, 2) > broken.mrr_of_hit_users(more, relevant, 2)


def test_every_one_names_its_fault():
    assert {function.__name__ for function in broken.BROKEN} == set(broken.__all__) - {"BROKEN"}
    for function in broken.BROKEN:
        assert "Fault:" in function.__doc__
