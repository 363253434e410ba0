"""A re-ranked recommender: first the re-ranked list, then the model's own order, in one file."""

import importlib.util
from dataclasses import replace
from pathlib import Path

import numpy as np
import polars as pl
import pytest
from scipy.sparse import csr_matrix

from longtail_lib import evaluate
from longtail_lib.models import EASE, METHODS, ItemKNN, Popularity, Recommender, Reranked
from longtail_lib.rerank import popularity_penalty, tail_quota


def model_fixtures():
    path = Path(__file__).parent.parent / "models" / "conftest.py"
    spec = importlib.util.spec_from_file_location("model_fixtures", path)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.fixture(scope="module")
def parts():
    made = model_fixtures().clusters()
    items = pl.DataFrame({"item_id": made.item_ids, "kind": [f"k{i % 5}" for i in range(90)]})
    # A third of the held-out interactions is masked when test is measured.
    rng = np.random.default_rng(0)
    test = made.test.tocoo()
    aside = rng.random(test.nnz) < 0.33
    shape = made.test.shape

    def kept(which):
        part = csr_matrix((test.data[which], (test.row[which], test.col[which])), shape=shape)
        part.sort_indices()
        return part

    return replace(made, items=items, validation=kept(aside), test=kept(~aside))


@pytest.fixture(scope="module")
def ease(parts):
    return EASE(l2=5.0).fit(parts)


def ranked(scores, seen):
    """The order of all unseen items."""
    masked = np.array(scores)
    masked[seen.toarray() > 0] = -np.inf
    return [
        [item for item in np.argsort(-row, kind="stable") if row[item] > -np.inf] for row in masked
    ]


@pytest.mark.parametrize("method", METHODS)
def test_the_list_comes_first_and_the_rest_keeps_its_order(parts, ease, method):
    model = Reranked(ease, method, weight=0.7, candidates=20, k=4, tail_candidates=5).fit(parts)
    rows = np.arange(parts.n_users)
    scores = ease.score(rows)
    columns, pooled = model.pool(scores, rows)
    lists = np.take_along_axis(columns, model.rerank(rows, columns, pooled), axis=1)
    assert lists.shape == (parts.n_users, 12)
    before, after = ranked(scores, parts.train), ranked(model.score(rows), parts.train)
    changed = 0
    for row in rows:
        chosen = lists[row].tolist()
        assert after[row][:12] == chosen
        assert after[row][12:] == [item for item in before[row] if item not in chosen]
        changed += after[row][:4] != before[row][:4]
    assert changed > len(rows) / 4


@pytest.mark.parametrize("method", METHODS)
def test_weight_zero_measures_like_the_model(parts, ease, method):
    untouched = Reranked(ease, method, weight=0, k=5).fit(parts)
    report, base = evaluate(untouched, parts, k=5), evaluate(ease, parts, k=5)
    assert report["NDCG@5"].value > 0.1
    for name in base.names:
        assert report[name].value == pytest.approx(base[name].value, nan_ok=True), name


def test_lists_stay_full_and_re_ranked_when_validation_is_masked(parts, ease):
    model = Reranked(ease, "tail_quota", weight=0.5, k=5).fit(parts)
    report = evaluate(model, parts, k=5)
    masked = parts.validation[report.user_rows].getnnz(axis=1)
    assert masked.max() >= 3
    assert report.exposure[5].sum() == 5 * len(report.user_rows)
    # Without re-ranking beyond place 5, masked places would be filled from the head.
    assert report["APLT@5"].value >= 0.4


def test_the_pool_holds_the_best_and_the_best_of_the_tail(parts, ease):
    model = Reranked(ease, candidates=10, k=3, tail_candidates=7).fit(parts)
    rows = np.arange(40)
    columns, scores = model.pool(ease.score(rows), rows)
    tail = model.groups_.mask("tail")
    for row, order in enumerate(ranked(ease.score(rows), parts.train[rows])):
        rest = [item for item in order[10:] if tail[item]]
        assert columns[row].tolist() == [*order[:10], *rest[:7]]
    assert (np.diff(scores, axis=1) <= 0).all()
    assert not parts.train[np.repeat(rows, 17), columns.ravel()].any()


def test_tail_candidates_bring_into_view_what_was_not_retrieved(parts, ease):
    shares = [
        evaluate(
            Reranked(ease, "tail_quota", 0.4, candidates=5, k=5, tail_candidates=extra).fit(parts),
            parts,
            k=5,
            metrics=["APLT"],
        )["APLT@5"].value
        for extra in (0, 5)
    ]
    assert shares[1] >= 0.39
    assert shares[0] < shares[1] - 0.1


def test_arrays_that_the_methods_get_are_those_of_train(parts, ease):
    rows = np.arange(parts.n_users)
    counts = np.asarray((parts.train > 0).sum(axis=0)).ravel()
    quota = Reranked(ease, "tail_quota", 0.5, k=4).fit(parts)
    columns, scores = quota.pool(ease.score(rows), rows)
    tail = np.isin(np.arange(90), np.argsort(-counts, kind="stable")[-45:])
    np.testing.assert_array_equal(
        quota.rerank(rows, columns, scores),
        tail_quota(columns, scores, tail=tail, share=0.5, k=12),
    )
    penalty = Reranked(ease, "popularity_penalty", 0.5, k=4).fit(parts)
    np.testing.assert_array_equal(
        penalty.rerank(rows, columns, scores),
        popularity_penalty(columns, scores, popularity=counts, weight=0.5, k=12),
    )
    preference = Reranked(ease, "xquad").fit(parts).preference_
    for row in (0, 7, 50):
        assert preference[row] == pytest.approx(tail[parts.train[row].indices].mean())


def test_an_attribute_is_calibrated(parts, ease):
    def distance(model):
        items, _ = model.recommend(parts.user_ids, k=5)
        kinds = np.eye(5)[items % 5].mean(axis=1)
        history = np.stack(
            [np.eye(5)[parts.train[row].indices % 5].mean(axis=0) for row in range(parts.n_users)]
        )
        return np.abs(kinds - history).sum(axis=1).mean()

    model = Reranked(ease, "calibrated", weight=0.9, k=5, attribute="kind").fit(parts)
    assert distance(model) < 0.8 * distance(ease)


def test_alike_are_users_attributes_or_vectors(parts, ease):
    def kinds(**options):
        model = Reranked(ease, "mmr", weight=0.95, k=5, **options).fit(parts)
        items, _ = model.recommend(parts.user_ids, k=5)
        return np.mean([len(set(row % 5)) for row in items])

    plain = np.mean([len(set(row % 5)) for row in ease.recommend(parts.user_ids, k=5)[0]])
    by_attribute = kinds(attribute="kind")
    assert by_attribute > plain + 1
    assert kinds(vectors=np.eye(5)[np.arange(90) % 5]) == by_attribute
    assert kinds() != by_attribute


@pytest.mark.parametrize(
    "options",
    [
        *({"method": method} for method in METHODS),
        {"method": "calibrated", "attribute": "kind"},
        {"method": "mmr", "vectors": np.eye(7)[np.arange(90) % 7]},
        {"method": "tail_quota", "alpha": 0.1},
    ],
)
def test_saved_and_loaded_it_scores_the_same(parts, ease, tmp_path, options):
    model = Reranked(ease, weight=0.6, k=5, **options).fit(parts)
    loaded = Reranked.load(model.save(tmp_path / "model.npz"))
    rows = np.arange(parts.n_users)
    np.testing.assert_array_equal(loaded.score(rows), model.score(rows))
    assert type(loaded.model_) is EASE


def test_it_wraps_itself(parts, ease):
    inner = Reranked(ease, "mmr", 0.3, k=5)
    model = Reranked(inner, "tail_quota", 0.4, k=5).fit(parts)
    assert evaluate(model, parts, k=5, metrics=["APLT"])["APLT@5"].value >= 0.4


def test_an_unfitted_model_is_fitted_and_left_alone(parts):
    inner = ItemKNN()
    items, scores = Reranked(inner, k=5).fit(parts).recommend([3], k=5)
    assert items.shape == scores.shape == (1, 5)
    assert not hasattr(inner, "weights_")


class Leaving(Recommender):
    """Scores three items and leaves out the others with -inf."""

    def _fit(self, parts):
        self.scores_ = np.full(parts.n_items, -np.inf, dtype=np.float32)
        self.scores_[[80, 81, 82]] = [0.3, 0.2, 0.1]

    def _score(self, user_rows):
        return np.tile(self.scores_, (len(user_rows), 1))

    def _state(self):
        return {}

    def _restore(self, state):
        pass


def test_items_that_the_model_leaves_out_stay_out(parts):
    scores = Reranked(Leaving(), "tail_quota", 0.5, k=5).fit(parts).score([0, 1])
    assert (np.isfinite(scores).sum(axis=1) == 3).all()
    assert not np.isnan(scores).any()


class Diverged(Leaving):
    def _score(self, user_rows):
        return np.full((len(user_rows), len(self.item_ids_)), np.nan, dtype=np.float32)


def test_scores_that_are_no_numbers_are_refused(parts):
    with pytest.raises(ValueError, match="Diverged gave scores that are not a number"):
        Reranked(Diverged(), k=5).fit(parts).score([0])


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"weight": 1.2}, "weight of xquad must be a number from 0 to 1, got 1.2"),
        ({"k": 30, "candidates": 10, "tail_candidates": 5}, "raise candidates"),
        ({"method": "mmr", "attribute": "kind", "vectors": np.eye(90)}, "not both"),
        ({"method": "mmr", "vectors": np.eye(3)}, "one row for each of the 90 items"),
    ],
)
def test_bad_parameters_are_refused(parts, options, message):
    with pytest.raises(ValueError, match=message):
        Reranked(Popularity(), **options).fit(parts)


def test_an_attribute_that_is_not_there_is_named(parts):
    with pytest.raises(KeyError, match="no attribute 'colour'"):
        Reranked(Popularity(), "calibrated", attribute="colour").fit(parts)
