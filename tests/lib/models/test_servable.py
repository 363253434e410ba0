"""Lists for some items, for new users, for histories that went on, and from item to item."""

from dataclasses import replace

import numpy as np
import pandas as pd
import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.sparse import csr_matrix

from longtail_lib import models
from longtail_lib.evaluation._known_interactions import fitted_on
from longtail_lib.models import UnsupportedError
from longtail_lib.models._refit import same_train
from longtail_lib.models._vector_products import cosines, learned_folding
from longtail_lib.preprocessing import Split
from longtail_lib.testing import tiny_model
from tests.lib.models.every_model import BUILD, DEVOTED, NEW, fitted, world
from tests.lib.models.test_served_is_measured import Given

each_model = pytest.mark.parametrize("name", BUILD)
# What they score a user by is the history alone.
READ_HISTORIES = [
    "BERT4Rec",
    "ContentKNN",
    "EASE",
    "EaseText",
    "GenerativeRetrieval",
    "ItemKNN",
    "LogitAdjusted",
    "Popularity",
    "Reranked",
    "SASRec",
]
# They have a vector for each user's id, and estimate it for a new one.
ESTIMATE = ["BBN", "BPR", "CDN", "ContentTower", "FusedTower", "MACR", "RelevanceMF", "TwoTower"]
WITHOUT_SIMILARITY = {"Oracle", "Popularity", "Random"}


def columns_of(items):
    return world().item_rows(items.ravel()).reshape(items.shape)


def table(items, scores):
    """Scores by column, from lists of the whole catalogue."""
    found = np.empty_like(scores)
    np.put_along_axis(found, columns_of(items), scores, axis=1)
    return found


def histories_of(rows, part=("train",)):
    """Item ids of some users in the order of time."""
    parts = world()
    found = []
    for row in rows:
        times = [(parts.times[name][row].data, parts.times[name][row].indices) for name in part]
        order = np.argsort(np.concatenate([stamps for stamps, _ in times]), kind="stable")
        found.append(parts.item_ids[np.concatenate([own for _, own in times])[order]].tolist())
    return found


def assert_same_lists(found, wanted, tolerance=1e-5):
    """The same items, but for neighbours that rounding puts in another order."""
    np.testing.assert_allclose(found[1], wanted[1], rtol=tolerance, atol=tolerance)
    for row in np.flatnonzero((found[0] != wanted[0]).any(axis=1)):
        where = dict(zip(wanted[0][row], wanted[1][row], strict=True))
        for item, score in zip(found[0][row], found[1][row], strict=True):
            assert where.get(item, score) == pytest.approx(score, rel=tolerance, abs=tolerance)


# --- candidates and exclusions -------------------------------------------------------------------


@each_model
@pytest.mark.parametrize("n_candidates", [9, 40])
def test_a_list_of_candidates_is_the_full_list_without_the_others(name, n_candidates):
    model, parts = fitted(name), world()
    allowed = np.random.default_rng(n_candidates).permutation(parts.n_items)[:n_candidates]
    allowed, gone = parts.item_ids[allowed], parts.item_ids[allowed[:3]]
    full, scores = model.recommend(parts.user_ids, k=parts.n_items, exclude_seen=False)
    for options, kept in (
        ({"candidates": allowed}, np.isin(full, allowed)),
        ({"candidates": set(allowed), "exclude": gone}, np.isin(full, np.setdiff1d(allowed, gone))),
        ({"exclude": gone}, ~np.isin(full, gone)),
    ):
        shape = parts.n_users, -1
        wanted = full[kept].reshape(shape), scores[kept].reshape(shape)
        found = model.recommend(parts.user_ids, k=parts.n_items, exclude_seen=False, **options)
        assert_same_lists(found, wanted)


@each_model
def test_seen_items_are_left_out_among_candidates_too(name):
    parts = world()
    allowed = parts.item_ids[::4]
    items, scores = fitted(name).recommend(parts.user_ids, k=len(allowed), candidates=allowed)
    for row, (own, values) in enumerate(zip(columns_of(items), scores, strict=True)):
        hidden = np.isin(own, parts.train[row].indices)
        assert np.isneginf(values[hidden]).all()
        assert set(own) == set(parts.item_rows(allowed))


@settings(max_examples=60)
@given(seed=st.integers(0, 10_000), levels=st.integers(1, 3), data=st.data())
def test_ties_are_ordered_alike_with_and_without_candidates(seed, levels, data):
    rng = np.random.default_rng(seed)
    n_users, n_items = rng.integers(1, 6), rng.integers(2, 30)
    scores = rng.integers(levels, size=(n_users, n_items)).astype(np.float32)
    train = rng.random((n_users, n_items)) < 0.2
    train[0, 0] = True
    parts = Split.from_matrices(train)
    model = Given(scores).fit(parts)
    allowed = np.flatnonzero(rng.random(n_items) < data.draw(st.floats(0.05, 1)))
    if not len(allowed):
        allowed = np.array([0])
    full, values = model.recommend(parts.user_ids, k=int(n_items))
    found, same = model.recommend(parts.user_ids, k=int(n_items), candidates=allowed)
    for row in range(n_users):
        kept = np.isin(full[row], allowed)
        assert found[row].tolist() == full[row][kept].tolist()
        assert same[row].tolist() == values[row][kept].tolist()


# Their lists are made of the whole catalogue.
NEED_ALL = {"Blend", "GenerativeRetrieval", "Reranked", "TwoStage"}


@pytest.mark.parametrize("name", sorted(set(BUILD) - NEED_ALL))
def test_few_candidates_are_scored_alone(name, monkeypatch):
    model = fitted(name)

    def refuse(self, user_rows):
        raise AssertionError("the whole catalogue was scored")

    for each in [model, *getattr(model, "_inner", dict)().values()]:
        monkeypatch.setattr(type(each), "_score", refuse)
    items, _ = model.recommend(world().user_ids, k=3, candidates=world().item_ids[:5])
    assert items.shape == (60, 3)


def test_columns_that_were_kept_serve_their_own_list_and_weights_alone():
    parts = world()
    model = models.EASE(l2=5.0).fit(parts)
    lists = [model.recommend(parts.user_ids, k=5, candidates=parts.item_ids[:9]) for _ in range(2)]
    np.testing.assert_array_equal(*[items for items, _ in lists])
    for candidates in (parts.item_ids[5:14], parts.item_ids[:9]):
        model.weights_ = -model.weights_
        items, scores = model.recommend(parts.user_ids, k=5, candidates=candidates, fallback="none")
        wanted = np.take_along_axis(model.score(np.arange(60)), columns_of(items), axis=1)
        shown = np.isfinite(scores)
        np.testing.assert_allclose(scores[shown], wanted[shown], atol=1e-6)


def test_a_list_is_as_long_as_there_are_candidates():
    items, scores = tiny_model().recommend([0, 1], k=4, candidates=["e", "f"])
    assert items.tolist() == [["f", "e"], ["f", "e"]]
    assert scores.tolist() == [[4, 2], [3, 2]]


EXCLUDED = {0: ["f", "zz"], 2: ["c"], 99: ["a"]}


@pytest.mark.parametrize(
    "exclude",
    [
        EXCLUDED,
        {0: {"f", "zz"}, 2: np.array(["c"])},
        *(
            frame({"user_id": [0, 0, 2, 99], "item_id": ["f", "zz", "c", "a"]})
            for frame in (pl.DataFrame, pd.DataFrame)
        ),
    ],
    ids=["lists", "sets", "polars", "pandas"],
)
def test_exclusions_for_single_users(exclude):
    model = tiny_model()
    items, scores = model.recommend([2, 0, 1], k=3, exclude=exclude)
    assert items[:, :2].tolist() == [["e", "f"], ["d", "e"], ["c", "f"]]
    # What is left out stands last, as seen items do.
    assert np.isneginf(scores[1]).tolist() == [False, False, True]
    among, _ = model.recommend([2, 0, 1], k=2, exclude=exclude, candidates=list("cef"))
    assert among.tolist()[0] == ["e", "f"]
    assert among[1, 0] == "e"


def test_nobody_is_excluded_by_an_empty_mapping():
    model = tiny_model()
    for exclude in ({}, [], {0: []}):
        assert model.recommend([0], k=3, exclude=exclude)[0].tolist() == [["f", "d", "e"]]


# --- new users -----------------------------------------------------------------------------------


@pytest.mark.parametrize("name", [name for name in READ_HISTORIES if name != "Reranked"])
def test_a_known_history_passed_as_a_new_one_scores_the_same(name):
    parts, rows = world(), [0, 3, DEVOTED, 41]
    items, scores = fitted(name).recommend_for(
        histories_of(rows), k=parts.n_items, exclude_seen=False
    )
    np.testing.assert_allclose(table(items, scores), fitted(name).score(rows), atol=1e-5)


@pytest.mark.parametrize("method", models.METHODS)
def test_a_new_history_is_reranked_as_a_known_one(method):
    model, rows = models.Reranked(fitted("ItemKNN"), method, 0.4).fit(world()), np.array([0, 3, 41])
    columns = np.concatenate([world().item_rows(own) for own in histories_of(rows)])
    seen = model.seen_[rows]
    # With their own ids, so that equal scores of ItemKNN have the same order.
    other = model._folded(seen, model.user_ids_[rows], columns, np.diff(seen.indptr))
    np.testing.assert_array_equal(other.score(np.arange(3)), model.score(rows))


@pytest.mark.parametrize("name", sorted(set(READ_HISTORIES) - {"Popularity"}))
def test_models_in_file_serve_new_users(name, tmp_path):
    model = fitted(name)
    again = type(model).load(model.save(tmp_path / "model.npz"))
    histories = histories_of([4, 5])
    for _ in range(2):
        assert_same_lists(again.recommend_for(histories, k=8), model.recommend_for(histories, k=8))


@pytest.mark.parametrize("name", [*READ_HISTORIES, *ESTIMATE, "ImplicitALS", "Random", "TextGate"])
def test_new_users_get_full_lists_of_what_they_do_not_have(name):
    parts = world()
    histories = histories_of([1, 2])
    items, scores = fitted(name).recommend_for(histories, k=12)
    assert items.shape == (2, 12)
    assert np.isfinite(scores).all()
    for own, history in zip(items, histories, strict=True):
        assert len(set(own)) == 12
        assert not set(own) & set(history)
    # Neither the other users of a call nor what was asked before changes a list.
    assert_same_lists(
        fitted(name).recommend_for(histories[1:], k=12), (items[1:], scores[1:]), 1e-4
    )
    among = parts.item_ids[::5]
    assert np.isin(fitted(name).recommend_for(histories, k=3, candidates=among)[0], among).all()


@pytest.mark.parametrize("name", ESTIMATE)
def test_estimated_vectors_rank_near_what_was_learned(name):
    # A longer training than elsewhere, so that there is something to estimate.
    longer = {"epochs": 20} if name != "BPR" else {"iterations": 200, "learning_rate": 0.05}
    model = type(fitted(name))(**{**fitted(name).get_params(), **longer}).fit(world())
    rows = [row for row in range(40) if row not in (*NEW, DEVOTED)]
    items, _ = model.recommend_for(histories_of(rows), k=10)
    wanted, _ = model.recommend(world().user_ids[rows], k=10)
    popular, _ = fitted("Popularity").recommend(world().user_ids[rows], k=10)

    def shared(lists):
        return np.mean([len(set(a) & set(b)) for a, b in zip(lists, wanted, strict=True)])

    assert shared(items) > 5
    assert 10 - shared(items) < 0.75 * (10 - shared(popular))


@settings(max_examples=40)
@given(seed=st.integers(0, 10_000))
def test_a_linear_map_from_histories_to_vectors_is_found(seed):
    rng = np.random.default_rng(seed)
    known = csr_matrix(rng.random((60, 20)) < 0.3).astype(np.float32)
    items = rng.normal(size=(20, 4)).astype(np.float32)
    counts = np.maximum(known.getnnz(axis=1), 1)[:, None]
    users = ((known @ items) / np.sqrt(counts) @ rng.normal(size=(4, 4))).astype(np.float32)
    # A user without a history has a vector that nothing was learned from.
    users[known.getnnz(axis=1) == 0] = 1e6
    found = learned_folding(known, users, items).vectors(known)
    there = known.getnnz(axis=1) > 0
    error = np.linalg.norm(found[there] - users[there]) / np.linalg.norm(users[there])
    assert error < 0.05
    assert not found[~there].any()


def test_als_solves_the_equations_of_a_new_user():
    model, parts = fitted("ImplicitALS"), world()
    row = 5
    chosen = parts.train[row].toarray()[0]
    weight = np.where(chosen > 0, model.alpha * chosen, 1.0)
    items = model.item_factors_.astype(np.float64)
    # Weighted ridge regression over the whole catalogue, by brute force.
    left = (items * weight[:, None]).T @ items + model.regularization * np.eye(items.shape[1])
    wanted = items @ np.linalg.solve(left, items.T @ (weight * (chosen > 0)))
    found = table(*model.recommend_for(histories_of([row]), k=parts.n_items, exclude_seen=False))[0]
    np.testing.assert_allclose(found, wanted, atol=1e-5)


@pytest.mark.parametrize("name", ["SASRec", "BERT4Rec", "GenerativeRetrieval"])
def test_times_order_a_history_and_without_them_the_list_does(name):
    model = fitted(name)
    forward = ["i003", "i010", "i021", "i005"]
    by_time = model.recommend_for([forward[::-1], ["i001"]], times=[[40, 30, 20, 10], [5]], k=9)
    assert_same_lists(by_time, model.recommend_for([forward, ["i001"]], k=9))
    dates = np.array(["2026-01-04", "2026-01-03", "2026-01-02", "2026-01-01"], "datetime64[D]")
    dated = model.recommend_for([forward[::-1]], times=[dates], k=9)
    assert_same_lists(dated, (by_time[0][:1], by_time[1][:1]))
    other = model.recommend_for([forward[::-1]], k=9)
    assert other[0].tolist() != dated[0].tolist()
    # Equal times leave the order of the list, and of an item that comes twice the last counts.
    tied = model.recommend_for([["i005", *forward]], times=[[7] * 5], k=9)
    assert_same_lists(tied, (by_time[0][:1], by_time[1][:1]))


@pytest.mark.parametrize(
    ("name", "own"),
    [
        ("EASE", {"popularity"}),
        ("TwoTower", {"popularity", "folding"}),
        ("ImplicitALS", {"popularity", "gram"}),
        ("SASRec", {"popularity", "encoder"}),
        ("GenerativeRetrieval", {"network"}),
    ],
)
def test_what_serves_all_new_users_is_made_for_the_first(name, own, tmp_path):
    model = type(fitted(name)).load(fitted(name).save(tmp_path / "model.npz"))
    model.recommend_for([[], ["i001"]], k=3)
    made = dict(model._kept)
    assert set(made) == own | {"item keys"}
    model.recommend_for([["i002"], []], k=3)
    assert all(model._kept[what] is one for what, one in made.items())


def test_what_was_made_serves_its_own_histories_alone():
    parts = world()
    model = models.ItemKNN().fit(parts)
    later = model.with_histories(parts)
    both = np.bincount((parts.train + parts.validation).indices, minlength=parts.n_items)
    for each, counts in ((model, parts.popularity), (later, both), (model, parts.popularity)):
        _, scores = each.recommend_for([[]], k=parts.n_items)
        assert scores[0].tolist() == sorted(counts, reverse=True)
    half = replace(parts, train=parts.train.multiply(np.arange(60) % 2).tocsr().astype(np.float32))
    half.train.eliminate_zeros()
    _, scores = model.fit(half).recommend_for([[]], k=parts.n_items)
    assert scores[0].tolist() == sorted(half.popularity, reverse=True)


def test_random_is_a_random_order_for_each_history():
    model = fitted("Random")
    one, other = ["i001", "i002"], ["i002", "i003"]
    items, _ = model.recommend_for([one, other, one], k=20)
    assert items[0].tolist() == items[2].tolist() != items[1].tolist()


def test_an_oracle_knows_no_new_user():
    for model in (fitted("Oracle"), models.Reranked(models.Oracle()).fit(world())):
        with pytest.raises(UnsupportedError, match="nothing but the users it was fitted on"):
            model.recommend_for([["i001"]])
    assert issubclass(UnsupportedError, NotImplementedError)


def test_a_model_of_ones_own_says_that_it_cannot():
    with pytest.raises(UnsupportedError, match=r"Tiny.recommend_for: .*such as EASE"):
        tiny_model().recommend_for([["a"]], k=1)
    with pytest.raises(UnsupportedError, match=r"Tiny.recommend_items: .*as ItemKNN does"):
        tiny_model().recommend_items(["a"], k=1)


# --- histories that went on ----------------------------------------------------------------------


@each_model
def test_histories_go_on_and_what_was_learned_stays(name):
    model, parts = fitted(name), world()
    before = model.score([3, 4])
    later = model.with_histories(parts)
    assert (later.seen_ != parts.train + parts.validation).nnz == 0
    # It has learned nothing from them, so a last fit is still to come.
    assert same_train(model, parts)
    assert not same_train(later, parts.final())
    for measured in (parts, parts.final()):
        assert fitted_on(later, measured) == "train, with histories of train and validation"
    items, scores = later.recommend(parts.user_ids, k=10)
    for row, own in enumerate(columns_of(items)):
        seen = np.isin(own, later.seen_[row].indices)
        assert np.isneginf(scores[row][seen]).all()
    np.testing.assert_array_equal(model.score([3, 4]), before)
    assert model.seen_ is parts.train
    if name in [*ESTIMATE, "Oracle", "Random", "Popularity"]:
        np.testing.assert_array_equal(later.score([3, 4]), before)
    else:
        assert not np.allclose(later.score([3, 4]), before, atol=1e-5)


@pytest.mark.parametrize("name", [*READ_HISTORIES, "ImplicitALS"])
def test_a_history_that_went_on_scores_as_a_new_one(name, tmp_path):
    parts, rows = world(), [0, 3, 9]
    later = fitted(name).with_histories(parts)
    if name != "Reranked":
        # Its groups follow the histories that it holds.
        new = fitted(name).recommend_for(
            histories_of(rows, ("train", "validation")), k=parts.n_items, exclude_seen=False
        )
        np.testing.assert_allclose(table(*new), later.score(rows), atol=1e-5)
    again = type(later).load(later.save(tmp_path / "later.npz"))
    np.testing.assert_array_equal(again.score(rows), later.score(rows))
    for each in (again, *getattr(again, "_inner", dict)().values()):
        assert not same_train(each, parts.final())


def test_other_users_and_another_catalogue_are_refused():
    parts = world()
    with pytest.raises(ValueError, match=r"EASE.with_histories: .* other users than the 60"):
        fitted("EASE").with_histories(replace(parts, user_ids=parts.user_ids + 1))
    with pytest.raises(ValueError, match="another catalogue than the one of 60 items"):
        fitted("EASE").with_histories(replace(parts, item_ids=np.arange(60)))


# --- users without a history ---------------------------------------------------------------------


@each_model
def test_a_user_without_a_history_gets_what_is_popular_unless_the_model_knows_more(name):
    model, parts = fitted(name), world()
    rows = list(NEW)
    items, scores = model.recommend(parts.user_ids[rows], k=15)
    knows = {"GenerativeRetrieval", "Oracle", "Popularity", "Random"}
    if name in knows:
        wanted = np.take_along_axis(model.score(rows), columns_of(items), axis=1)
    else:
        wanted = parts.popularity[columns_of(items)]
        assert (
            items.tolist() == fitted("Popularity").recommend(parts.user_ids[rows], k=15)[0].tolist()
        )
    np.testing.assert_array_equal(scores, wanted)
    bare, own = model.recommend(parts.user_ids[rows], k=15, fallback="none")
    np.testing.assert_array_equal(
        own, np.take_along_axis(model.score(rows), columns_of(bare), axis=1)
    )
    if name != "Oracle":
        _, new = model.recommend_for([[], histories_of([1])[0]], k=15)
        np.testing.assert_array_equal(new[0], np.sort(scores[0])[::-1]) if name != "Random" else 0


def test_once_there_is_a_history_the_model_scores_it():
    parts = world()
    later = fitted("EASE").with_histories(parts)
    _, scores = later.recommend(parts.user_ids[list(NEW)], k=5)
    assert scores.max() < 1 < parts.popularity.max()


# --- item to item --------------------------------------------------------------------------------


@pytest.mark.parametrize("name", sorted(set(BUILD) - WITHOUT_SIMILARITY))
def test_items_are_similar_to_others_and_left_out_themselves(name):
    parts = world()
    model, asked = fitted(name), parts.item_ids[[2, 9, 59]]
    items, scores = model.recommend_items(asked, k=parts.n_items)
    assert items[:, -1].tolist() == asked.tolist()
    assert np.isneginf(scores[:, -1]).all()
    assert np.isfinite(scores[:, :-1]).all()
    allowed = parts.item_ids[::3]
    few = model.recommend_items(asked, k=5, candidates=allowed, exclude=allowed[:2])
    kept = np.isin(items, allowed[2:]) & np.isfinite(scores)
    wanted = (
        np.array([own[row][:5] for own, row in zip(items, kept, strict=True)]),
        np.array([own[row][:5] for own, row in zip(scores, kept, strict=True)]),
    )
    assert_same_lists(few, wanted)


def test_the_models_own_similarity_is_taken():
    parts, asked = world(), world().item_ids[[2, 9]]
    for name, wanted in (
        ("EASE", fitted("EASE").weights_[[2, 9]]),
        ("ItemKNN", fitted("ItemKNN").weights_[[2, 9]].toarray()),
        ("LogitAdjusted", fitted("EASE").weights_[[2, 9]]),
        ("TwoTower", brute_cosines(fitted("TwoTower").item_vectors_, [2, 9])),
        ("BPR", brute_cosines(fitted("BPR").item_factors_, [2, 9])),
        ("SASRec", brute_cosines(fitted("SASRec").item_vectors_, [2, 9])),
    ):
        found = table(*fitted(name).recommend_items(asked, k=parts.n_items))
        others = ~np.eye(parts.n_items, dtype=bool)[[2, 9]]
        np.testing.assert_allclose(found[others], wanted[others], atol=1e-5)
    alone, _ = fitted("ContentKNN").recommend_for([["i002"]], k=10)
    assert fitted("ContentKNN").recommend_items(["i002"], k=10)[0].tolist() == alone.tolist()


def brute_cosines(vectors, rows):
    lengths = [np.sqrt(own @ own) or 1 for own in vectors]
    return np.array(
        [
            [
                (vectors[row] @ own) / (lengths[row] * length)
                for own, length in zip(vectors, lengths, strict=True)
            ]
            for row in rows
        ]
    )


def test_items_of_a_biased_tower_are_alike_by_their_vectors_alone():
    model = models.TwoTower(dim=4, epochs=1, patience=None, item_bias=True).fit(world())
    model.item_vectors_[:, -1] = np.linspace(-50, 50, world().n_items)
    found = table(*model.recommend_items(["i002"], k=world().n_items))[0]
    others = np.arange(world().n_items) != 2
    wanted = brute_cosines(model.item_vectors_[:, :-1], [2])[0]
    np.testing.assert_allclose(found[others], wanted[others], atol=1e-5)
    folded = model.recommend_for([["i002", "i008"]], k=5, exclude_seen=False)[0][0]
    assert set(columns_of(folded)) == set(range(55, 60))


def test_a_zero_vector_is_like_nothing():
    assert cosines(np.eye(3, 2, dtype=np.float32), np.array([2]), np.arange(3)).tolist() == [
        [0, 0, 0]
    ]


@pytest.mark.parametrize("name", sorted(WITHOUT_SIMILARITY))
def test_without_similarity_there_is_a_clear_error(name):
    with pytest.raises(
        UnsupportedError, match=rf"{name}.recommend_items: .*no similarity of items"
    ):
        fitted(name).recommend_items(["i001"])
