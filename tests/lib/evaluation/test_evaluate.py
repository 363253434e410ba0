import tracemalloc
from dataclasses import replace

import numpy as np
import pytest
from scipy.sparse import csr_matrix

from longtail_lib.evaluation import METRICS, evaluate
from longtail_lib.evaluation._rank_users import block_rows
from longtail_lib.models import NotFittedError
from longtail_lib.tail import Groups, popularity_groups
from longtail_lib.testing import Tiny, tiny_model, tiny_parts


def reference(parts, scores, part, k, allowed):
    """HitRate, Recall, MRR and NDCG by sorting each user's candidates in plain Python."""
    relevant, seen = getattr(parts, part).toarray(), parts.train.toarray()
    if part == "test":
        seen = seen + parts.validation.toarray()
    sums, n = np.zeros(4), 0
    for row in range(parts.n_users):
        wanted = {i for i in np.flatnonzero(relevant[row]) if i in allowed}
        if not wanted:
            continue
        n += 1
        candidates = [i for i in range(parts.n_items) if not seen[row, i]]
        ranked = sorted(candidates, key=lambda i: -scores[row, i])[:k]
        ranks = [r for r, i in enumerate(ranked, 1) if i in wanted]
        ideal = sum(1 / np.log2(r + 1) for r in range(1, min(k, len(wanted)) + 1))
        sums += [
            bool(ranks),
            len(ranks) / len(wanted),
            1 / ranks[0] if ranks else 0,
            sum(1 / np.log2(r + 1) for r in ranks) / ideal,
        ]
    return sums / n, n


@pytest.mark.parametrize("part", ["test", "validation"])
def test_equals_plain_python_overall_and_in_groups(part, make_random_split, scores_model):
    parts = make_random_split(40, 90, seed=1)
    scores = np.random.default_rng(2).permutation(40 * 90).reshape(40, 90)
    report = evaluate(scores_model(scores), parts, k=(5, 20), part=part, resamples=10)
    groups = popularity_groups(parts.popularity)
    for k in (5, 20):
        for group in ("overall", "head", "mid", "tail"):
            allowed = (
                set(range(90)) if group == "overall" else set(np.flatnonzero(groups.mask(group)))
            )
            expected, n = reference(parts, scores, part, k, allowed)
            names = [f"{metric}@{k}" for metric in ("HitRate", "Recall", "MRR", "NDCG")]
            found = [report[group, name] for name in names]
            np.testing.assert_allclose([one.value for one in found], expected, atol=1e-12)
            assert {one.n for one in found} == {n}
            assert found[0].value > 0


def test_all_metrics_have_n_and_an_interval_around_the_value(make_random_split, scores_model):
    parts = make_random_split(60, 400, seed=3)
    scores = np.random.default_rng(4).random((60, 400))
    report = evaluate(scores_model(scores), parts)
    assert {name.split("@")[0] for name in report.names} == set(METRICS)
    for key, found in report.values.items():
        assert found.n > 0, key
        assert found.low <= found.value <= found.high, key
        assert found.low < found.high, key


def permuted(parts, scores, users, items, make_split, item_ids):
    dense = [getattr(parts, part).toarray() for part in ("train", "validation", "test")]
    return (
        make_split(
            *(matrix[np.ix_(users, items)] for matrix in dense),
            user_ids=parts.user_ids[users],
            item_ids=item_ids[items],
        ),
        scores[np.ix_(users, items)],
    )


@pytest.mark.parametrize("ids", ["numbers", "words"])
def test_order_of_users_and_of_columns_does_not_matter_even_with_ties(
    ids, make_random_split, make_split, scores_model
):
    base = make_random_split(50, 80, seed=5)
    item_ids = np.arange(80) if ids == "numbers" else np.array([f"item {i}" for i in range(80)])
    rng = np.random.default_rng(6)
    scores = rng.integers(0, 3, (50, 80)).astype(np.float32)
    labels = np.random.default_rng(0).integers(0, 3, 80)
    results = []
    for users, items in (
        (np.arange(50), np.arange(80)),
        (rng.permutation(50), rng.permutation(80)),
    ):
        parts, own = permuted(base, scores, users, items, make_split, item_ids)
        report = evaluate(
            scores_model(own), parts, k=(3, 30), groups=Groups(labels[items]), resamples=5
        )
        results.append({key: (found.value, found.n) for key, found in report.values.items()})
    assert results[0].keys() == results[1].keys()
    for key, expected in results[0].items():
        assert results[1][key] == pytest.approx(expected, abs=1e-12, nan_ok=True), key


def test_a_constant_scorer_measures_like_random(make_random_split, scores_model):
    parts = make_random_split(3_000, 60, seed=7)
    # The catalogue is in order of relevance: any favour to first or last columns would show.
    order = np.argsort(-np.asarray(parts.test.sum(axis=0)).ravel())
    parts = replace(
        parts,
        **{
            part: csr_matrix(getattr(parts, part).toarray()[:, order])
            for part in ("train", "validation", "test")
        },
    )
    constant = evaluate(scores_model(np.ones((3_000, 60))), parts, groups={"tail": 0.5})
    random = evaluate(
        scores_model(np.random.default_rng(8).random((3_000, 60))), parts, groups={"tail": 0.5}
    )
    first = evaluate(scores_model(np.tile(-np.arange(60.0), (3_000, 1))), parts)
    for metric in ("NDCG@10", "Recall@10", "ARP@10", "APLT@10"):
        wide = 3 * (random[metric].high - random[metric].low)
        assert abs(constant[metric].value - random[metric].value) < wide, metric
        assert abs(first[metric].value - random[metric].value) > wide, metric
    assert constant["Gini@10"].value == pytest.approx(random["Gini@10"].value, abs=0.03)


def test_blocks_do_not_matter(make_random_split, scores_model):
    parts = make_random_split(70, 50, seed=9)
    scores = np.random.default_rng(10).integers(0, 4, (70, 50))
    large = evaluate(scores_model(scores), parts)
    small = evaluate(scores_model(scores), parts, memory_mb=8 * 50 * 3 / 2**20)
    assert large.values.keys() == small.values.keys()
    for key, found in large.values.items():
        np.testing.assert_array_equal(found, small.values[key])


def test_memory_is_bounded_by_its_parameter(make_split):
    n_users, n_items, budget = 3_000, 4_000, 16
    rng = np.random.default_rng(11)
    columns = rng.integers(0, n_items, n_users)
    matrix = csr_matrix(
        (np.ones(n_users, dtype=np.float32), columns, np.arange(n_users + 1)), (n_users, n_items)
    )
    empty = csr_matrix((n_users, n_items), dtype=np.float32)
    parts = make_split(np.ones((1, 2)), np.zeros((1, 2)), np.zeros((1, 2)))
    other = csr_matrix((matrix.data, (columns + 1) % n_items, matrix.indptr), matrix.shape)
    parts = replace(
        parts,
        train=other,
        validation=empty,
        test=matrix,
        user_ids=np.arange(n_users),
        item_ids=np.arange(n_items),
    )

    class Blocks:
        sizes = ()

        def score(self, rows):
            self.sizes = (*self.sizes, len(rows))
            return np.random.default_rng(rows[0]).random((len(rows), n_items), dtype=np.float32)

    model = Blocks()
    evaluate(model, parts, k=10, resamples=20, memory_mb=budget)
    whole = 4 * n_users * n_items
    tracemalloc.start()
    evaluate(model, parts, k=10, resamples=20, memory_mb=budget)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert max(model.sizes) == block_rows(n_items, budget)
    assert peak < budget * 2**20 + 2_000 * n_users
    assert peak < whole / 2


def test_only_users_with_relevant_items_count(make_split, scores_model):
    train = np.eye(4, 6)
    test = [[0, 1, 0, 0, 0, 0], [0] * 6, [0, 0, 0, 0, 0, 1], [0] * 6]
    scores = np.zeros((4, 6))
    scores[0, 1], scores[2, 5] = 1, 1
    report = evaluate(scores_model(scores), make_split(train, np.zeros((4, 6)), test), k=1)
    assert report["NDCG@1"].value == 1
    assert report["NDCG@1"].n == 2
    assert report["Coverage@1"].value == pytest.approx(2 / 6)
    assert report.user_rows.tolist() == [0, 2]
    assert "2 of 4" in report.protocol["users"]


def test_seen_items_are_masked_and_validation_only_for_test(make_split, scores_model):
    train, validation, test = [[1, 0, 0, 0]], [[0, 1, 0, 0]], [[0, 0, 1, 0]]
    parts = make_split(train, validation, test)
    model = scores_model([[4, 3, 2, 1]])
    assert evaluate(model, parts, k=1)["HitRate@1"].value == 1
    assert evaluate(model, parts, k=1, part="validation")["HitRate@1"].value == 1
    assert (
        evaluate(scores_model([[4, 2, 3, 1]]), parts, k=1, part="validation")["HitRate@1"].value
        == 0
    )


def test_k_larger_than_the_catalogue(scores_model):
    parts = tiny_parts()
    report = evaluate(tiny_model(), parts, k=100)
    assert report["Recall@100"].value == 1
    assert report["HitRate@100"].value == 1
    # 1, 1 and 2 relevant items over k = 100 places.
    assert report["Precision@100"].value == pytest.approx(4 / 3 / 100)
    # Item a is seen by everyone and so never recommended.
    assert report["Coverage@100"].value == pytest.approx(5 / 6)


def test_groups_by_parameters_or_own_labels():
    parts = tiny_parts()
    narrow = evaluate(tiny_model(), parts, k=2, groups={"head": 0.1, "tail": 0.2})
    assert "head 1, mid 4, tail 1" in narrow.protocol["groups"]
    own = Groups([0, 0, 1, 1, 1, 0], names=("old", "new"), definition="by year")
    report = evaluate(tiny_model(), parts, k=2, groups=own)
    assert report.groups == ("overall", "old", "new")
    assert report["APLT@2"] == report["new", "APLT@2"]
    # Lists f d, c f, e c: the new items are c, d, e.
    assert report["APLT@2"].value == pytest.approx((1 / 2 + 1 / 2 + 1) / 3)


def test_same_seed_same_report_other_seed_other_intervals(make_random_split, scores_model):
    parts = make_random_split(50, 40, seed=12)
    model = scores_model(np.random.default_rng(13).random((50, 40)))
    one, two, three = (evaluate(model, parts, seed=seed) for seed in (0, 0, 1))
    assert one.values == two.values
    assert one["NDCG@10"].value == three["NDCG@10"].value
    assert one["NDCG@10"].low != three["NDCG@10"].low


def test_wider_confidence_gives_wider_intervals(make_random_split, scores_model):
    parts = make_random_split(50, 300, seed=12)
    model = scores_model(np.random.default_rng(13).random((50, 300)))
    narrow, wide = (evaluate(model, parts, confidence=c) for c in (0.5, 0.99))
    for name in ("NDCG@10", "Coverage@10", "Gini@10"):
        assert wide[name].high - wide[name].low > narrow[name].high - narrow[name].low, name


def test_progress_goes_to_stderr(capsys):
    evaluate(tiny_model(), tiny_parts(), progress=True)
    captured = capsys.readouterr()
    assert captured.out == ""
    assert "Tiny" in captured.err


@pytest.mark.parametrize(
    ("wrong", "words"),
    [
        ({"k": 0}, "whole numbers from 1"),
        ({"k": 2.5}, "whole numbers from 1"),
        ({"k": ()}, "whole numbers from 1"),
        ({"k": (10, -1)}, "whole numbers from 1"),
        ({"k": True}, "whole numbers from 1"),
        ({"part": "train"}, "part must be 'test' or 'validation'"),
        ({"part": "validation"}, "validation part of .* is empty"),
        ({"metrics": ["F1"]}, "unknown metric 'F1'; known are HitRate"),
        ({"metrics": ["NDCG@10"]}, "the cut-off goes into k"),
        ({"metrics": []}, "unknown metric list of length 0"),
        ({"confidence": 1.0}, "confidence must lie between"),
        ({"resamples": 0}, "resamples must be at least 1"),
        ({"memory_mb": 1e-6}, "memory_mb=1e-06 cannot hold"),
        ({"groups": Groups([0, 1])}, "groups label 2 items, the catalogue holds 6"),
    ],
)
def test_refuses_bad_parameters(wrong, words):
    with pytest.raises(ValueError, match=words):
        evaluate(tiny_model(), tiny_parts(), **wrong)


@pytest.mark.parametrize(
    ("scores", "words"),
    [
        (np.zeros((3, 5), dtype=np.float32), r"shape \(3, 5\) for 3 users, expected .* \(3, 6\)"),
        (np.zeros((3, 6)), "returned float64, expected float32"),
        ([[0.0] * 6] * 3, "returned list"),
        (
            np.where(np.arange(18).reshape(3, 6) == 7, np.nan, 0).astype(np.float32),
            "NaN for user row 1, item column 1",
        ),
    ],
)
def test_refuses_bad_scores_and_names_the_model(scores, words):
    class Faulty:
        def score(self, rows):
            return scores

    with pytest.raises(ValueError, match="Faulty.score .*" + words):
        evaluate(Faulty(), tiny_parts())


def test_infinite_scores(scores_model):
    scores = tiny_model().scores_.copy()
    scores[:, 4] = np.inf
    scores[:, 5] = -np.inf
    report = evaluate(scores_model(scores), tiny_parts(), k=1)
    assert report["HitRate@1"].value == pytest.approx(1 / 3)
    assert report["Coverage@1"].value == pytest.approx(1 / 6)


def test_read_only_scores_are_left_alone(scores_model):
    scores = np.tile(np.arange(6, dtype=np.float32), (3, 1))
    scores.flags.writeable = False

    class ReadOnly:
        def score(self, rows):
            return scores[: len(rows)]

    assert evaluate(ReadOnly(), tiny_parts(), k=3)["Coverage@3"].value > 0
    assert np.isfinite(scores).all()


def test_refuses_a_model_of_another_catalogue_or_unfitted(make_split):
    model = tiny_model()
    model.item_ids_ = np.array(list("abcdeX"))
    with pytest.raises(ValueError, match="Tiny was fitted on other items"):
        evaluate(model, tiny_parts())
    model = tiny_model()
    model.user_ids_ = np.arange(2)
    with pytest.raises(ValueError, match="Tiny was fitted on other users"):
        evaluate(model, tiny_parts())
    with pytest.raises(NotFittedError, match="not fitted"):
        evaluate(Tiny(), tiny_parts())
