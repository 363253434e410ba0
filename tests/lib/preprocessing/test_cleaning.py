"""prepare: every step on a hand-made log, and its properties on drawn ones."""

import warnings
from collections import Counter

import narwhals as nw
import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from longtail_lib.preprocessing import LeakageWarning, prepare

NAN = float("nan")
# One row for each thing that can be wrong; the comment says which step takes it.
DIRTY = [
    ("u1", "a", 4.0, 100),  # exact duplicate of the row below
    (" u1 ", "a", 4.0, 100),  # stays, stripped
    ("u1", "a", 5.0, 50),  # repeated pair, earlier
    (None, "a", 4.0, 100),  # missing user
    ("u2", "  ", 4.0, 100),  # missing item
    ("u2", "b", NAN, 100),  # missing rating
    ("u2", "b", 3.0, None),  # missing time
    ("u2", "z", 3.0, 100),  # unknown item
    ("u2", "b", 9.0, 100),  # rating out of range
    ("u2", "b", 3.5, 200),  # stays
    ("u3", "a", 1.0, 300),  # implicit threshold
    ("bot", "a", 5.0, 86_400),  # bot, three on one day
    ("bot", "b", 5.0, 86_401),
    ("bot", "c", 5.0, 172_799),
]
RULES = {
    "rating_range": (0.5, 5.0),
    "min_rating": 2.0,
    "max_user_interactions_per_day": 2,
}


@pytest.fixture
def dirty(make_dataset, library):
    users, items, ratings, times = map(list, zip(*DIRTY, strict=True))
    return make_dataset(
        {"user_id": users, "item_id": items, "rating": ratings, "timestamp": times},
        items={"item_id": ["a ", "b", "c", "d"], "title": ["A", "B", "C", "D"]},
        users={"user_id": ["u1", "u2", "u9"], "age": [20, 30, 90]},
        library=library,
    )


def test_each_row_falls_to_its_step(dirty, rows_of):
    clean = prepare(dirty, **RULES)
    assert rows_of(clean.interactions) == [("u1", "a", 4.0, 100), ("u2", "b", 3.5, 200)]
    steps = {step.name: (step.dropped, step.left) for step in clean.preparation.steps}
    assert steps == {
        "missing values": (4, 10),
        "unknown items": (1, 9),
        "rating range": (1, 8),
        "exact duplicates": (1, 7),
        "repeated pairs": (1, 6),
        "bot users": (3, 3),
        "implicit threshold": (1, 2),
    }
    assert [rows_of(clean.preparation.rows(name), "row") for name in steps] == [
        [(3,), (4,), (5,), (6,)], [(7,)], [(8,)], [(0,)], [(2,)], [(11,), (12,), (13,)], [(10,)],
    ]  # fmt: skip


def test_tables_follow_the_log(dirty, rows_of):
    clean = prepare(dirty, **RULES)
    assert rows_of(clean.items) == [("a", "A"), ("b", "B"), ("c", "C"), ("d", "D")]
    assert rows_of(clean.users) == [("u1", 20), ("u2", 30)]
    assert type(clean.items) is type(dirty.items)
    fewer = prepare(dirty, **RULES, keep_catalogue=False)
    assert rows_of(fewer.items, "item_id") == [("a",), ("b",)]
    notes = " ".join(clean.preparation.notes)
    assert "user_id stripped of white space: 1" in notes
    assert "users without interactions, left out: 1" in notes
    assert "items without interactions, kept in the catalogue: 2" in notes


def test_a_user_whom_the_table_lacks_gets_a_row(dirty, rows_of):
    clean = prepare(dirty)
    assert [user for (user,) in rows_of(clean.users, "user_id")] == ["u1", "u2", "bot", "u3"]
    assert rows_of(clean.users, "age")[:2] == [(20,), (30,)]


def test_the_source_is_not_changed(dirty, rows_of):
    before = str(rows_of(dirty.interactions))
    prepare(dirty, **RULES)
    assert str(rows_of(dirty.interactions)) == before


@pytest.mark.parametrize(
    ("duplicates", "rating"), [("last", 4.0), ("first", 5.0), ("highest", 5.0)]
)
def test_duplicates_parameter(dirty, duplicates, rating):
    clean = prepare(dirty, duplicates=duplicates)
    frame = nw.from_native(clean.interactions)
    assert frame["rating"].to_list()[0] == rating


def test_mixed_time_units_become_seconds(make_dataset, library, rows_of):
    data = make_dataset(
        {
            "user_id": [1, 1, 1],
            "item_id": [1, 2, 3],
            "timestamp": ["1600000000", "1600000001000", "2020-09-13T12:26:42Z"],
        },
        library=library,
    )
    clean = prepare(data)
    assert rows_of(clean.interactions, "timestamp") == [(1600000000 + step,) for step in range(3)]
    assert nw.from_native(clean.interactions).schema["timestamp"] == nw.Int64
    assert "timestamps read as 1 s, 1 ms, 1 ISO 8601" in clean.preparation.notes


def test_k_core_reaches_the_fixed_point(make_dataset, library, rows_of):
    """Item 3 goes first, then user 2 who needed it."""
    data = make_dataset(
        {"user_id": [0, 0, 1, 1, 2, 2], "item_id": [1, 2, 1, 2, 1, 3]}, library=library
    )
    clean = prepare(data, min_user_interactions=2, min_item_interactions=2)
    assert rows_of(clean.interactions) == [(0, 1), (0, 2), (1, 1), (1, 2)]
    assert clean.preparation.steps[-1].rule == (
        "user with fewer than 2 or item with fewer than 2 interactions; fixed point after 2 passes"
    )
    rule = prepare(data, min_item_interactions=2).preparation.steps[-1].rule
    assert rule == "item with fewer than 2 interactions; fixed point after 1 pass"


def test_pandas_ids_with_a_gap_and_an_odd_index():
    from longtail_lib.data import Dataset, DatasetCard

    log = pd.DataFrame(
        {"user_id": [2, None, 1, 2], "item_id": [5, 5, 6, 6], "rating": [1, 2, 3, 4]},
        index=[9, 9, 2, 0],
    )
    data = Dataset(
        log,
        pd.DataFrame({"item_id": [5, 6]}),
        pd.DataFrame({"user_id": [1, 2]}),
        DatasetCard(name="odd"),
    )
    clean = prepare(data).interactions
    assert clean["user_id"].tolist() == [2, 1, 2]
    assert clean["user_id"].dtype == np.int64
    assert clean["rating"].dtype == np.float64
    assert clean["rating"].tolist() == [1, 3, 4]


@pytest.mark.parametrize(
    ("normalise", "expected"),
    [
        ("user", [-1.0, 1.0, 0.0]),
        ("user-z", [-1.0, 1.0, 0.0]),
        ("min-max", [0.0, 2 / 3, 1.0]),
    ],
)
def test_normalise_warns_of_leakage(make_dataset, library, rows_of, normalise, expected):
    data = make_dataset(
        {"user_id": [1, 1, 2], "item_id": [1, 2, 1], "rating": [1.0, 3.0, 4.0]}, library=library
    )
    with pytest.warns(LeakageWarning, match="RatingNormaliser"):
        clean = prepare(data, normalise=normalise)
    assert [rating for (rating,) in rows_of(clean.interactions, "rating")] == pytest.approx(
        expected
    )


def test_a_declared_scale_leaks_nothing(make_dataset, rows_of):
    data = make_dataset({"user_id": [1, 1], "item_id": [1, 2], "rating": [1.0, 4.0]})
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        clean = prepare(data, normalise="min-max", rating_range=(0.0, 5.0))
    assert rows_of(clean.interactions, "rating") == [(0.2,), (0.8,)]


@pytest.mark.filterwarnings("ignore::longtail_lib.preprocessing.LeakageWarning")
def test_no_threshold_on_normalised_ratings(make_dataset):
    data = make_dataset({"user_id": [1, 1], "item_id": [1, 2], "rating": [1.0, 4.0]})
    again = prepare(prepare(data, normalise="user"))
    with pytest.raises(ValueError, match="already normalised by 'user'"):
        prepare(again, min_rating=3.0)


@pytest.mark.parametrize(
    ("parameters", "said"),
    [
        ({"rating_range": (5, 1)}, "rating_range must be"),
        ({"min_rating": 3}, "min_rating needs a column 'rating'"),
        ({"duplicates": "highest"}, "highest' needs a column 'rating'"),
        ({"max_user_interactions_per_day": 5}, "needs a column 'timestamp'"),
        ({"min_user_interactions": 9}, "no interaction is left after step 'k-core'"),
        ({"unknown_items": "error"}, "items outside the catalogue, such as 'z' in row 1"),
        ({"duplicates": "error"}, "repeat a user and item, such as row 0"),
    ],
)
def test_errors_name_the_parameter(make_dataset, parameters, said):
    data = make_dataset(
        {"user_id": [1, 2, 1], "item_id": ["a", "z", "a"]}, items={"item_id": ["a"]}
    )
    with pytest.raises(ValueError, match=said):
        prepare(data, **parameters)


def test_text_ratings_are_refused(make_dataset):
    data = make_dataset({"user_id": [1], "item_id": [1], "rating": ["good"]})
    with pytest.raises(TypeError, match=r"interactions\.rating is of type String"):
        prepare(data)


def test_an_empty_log_is_refused(make_dataset):
    data = make_dataset({"user_id": [1], "item_id": [1]})
    with pytest.raises(ValueError, match="no interactions"):
        prepare(data.replace(interactions=data.interactions.head(0)))


MAYBE = st.one_of(st.none(), st.just(NAN), st.sampled_from([0.5, 1.0, 2.0, 3.0, 4.0, 5.0, 6.0]))
# Four interactions that no rule drops, so that something is always left.
SAFE = [
    (user, item, 5.0, day * 86_400)
    for day, (user, item) in enumerate([("s", "a"), ("s", "b"), ("t", "a"), ("t", "b")])
]
LOGS = st.lists(
    st.tuples(
        st.sampled_from([None, "u", "v ", "v", "w", ""]),
        st.sampled_from([None, "a", " a", "b", "c", "x"]),
        MAYBE,
        st.one_of(st.none(), st.sampled_from([0, 1, 90_000, 90_001, 100_000_000_000_000])),
    ),
    max_size=30,
).map(lambda log: log[::2] + SAFE + log[1::2])
PARAMETERS = st.fixed_dictionaries(
    {
        "duplicates": st.sampled_from(["last", "first", "highest", "sum", "mean"]),
        "rating_range": st.sampled_from([None, (1.0, 5.0)]),
        "min_rating": st.sampled_from([None, 2.0]),
        "min_user_interactions": st.integers(1, 2),
        "min_item_interactions": st.integers(1, 2),
        "max_user_interactions_per_day": st.sampled_from([None, 2]),
    }
).filter(lambda given: given["duplicates"] != "sum" or not given["rating_range"])


def draw_dataset(make_dataset, log, library="polars"):
    users, items, ratings, times = map(list, zip(*log, strict=True))
    columns = {"user_id": users, "item_id": items, "rating": ratings, "timestamp": times}
    return make_dataset(
        columns,
        items={"item_id": ["a", "b", "c"]},
        users={"user_id": ["u", "v"]},
        library=library,
    )


@settings(max_examples=40)
@given(LOGS, PARAMETERS)
def test_preparing_twice_drops_nothing(make_dataset, rows_of, log, parameters):
    once = prepare(draw_dataset(make_dataset, log), **parameters)
    twice = prepare(once, **parameters)
    assert [step.dropped for step in twice.preparation.steps] == [0] * len(twice.preparation.steps)
    assert rows_of(twice.interactions) == rows_of(once.interactions)
    assert rows_of(twice.users) == rows_of(once.users)


@settings(max_examples=40)
@given(LOGS, PARAMETERS, st.randoms(use_true_random=False))
def test_the_order_of_rows_changes_nothing(make_dataset, rows_of, log, parameters, random):
    shuffled = random.sample(log, len(log))
    one = prepare(draw_dataset(make_dataset, log), **parameters)
    other = prepare(draw_dataset(make_dataset, shuffled), **parameters)
    assert sorted(rows_of(one.interactions)) == sorted(rows_of(other.interactions))
    dropped = [
        [(step.name, step.dropped) for step in done.preparation.steps] for done in (one, other)
    ]
    assert dropped[0] == dropped[1]


@settings(max_examples=40)
@given(LOGS, PARAMETERS, st.sampled_from(["polars", "pandas"]))
def test_the_rows_that_are_left_keep_the_order_of_the_log(make_dataset, log, parameters, library):
    data = draw_dataset(make_dataset, log, library)
    numbered = nw.from_native(data.interactions).with_row_index("place")
    clean = prepare(data.replace(interactions=numbered.to_native()), **parameters)
    places = nw.from_native(clean.interactions)["place"].to_list()
    assert places == np.flatnonzero(clean.preparation.reasons == 0).tolist()


def test_times_finer_than_a_second_are_kept(make_dataset, library, rows_of):
    times = [1600000000750, 1600000000250, 1600000000500]
    data = make_dataset(
        {"user_id": [1, 1, 1], "item_id": ["a", "a", "b"], "timestamp": times}, library=library
    )
    clean = prepare(data, max_user_interactions_per_day=3)
    assert rows_of(clean.interactions, "timestamp") == [(1600000000.75,), (1600000000.5,)]
    first = prepare(data, duplicates="first")
    assert rows_of(first.interactions, "timestamp") == [(1600000000.25,), (1600000000.5,)]
    assert rows_of(prepare(clean).interactions) == rows_of(clean.interactions)


@settings(max_examples=40)
@given(LOGS, PARAMETERS)
def test_polars_and_pandas_agree(make_dataset, rows_of, log, parameters):
    done = [
        prepare(draw_dataset(make_dataset, log, library), **parameters)
        for library in ("polars", "pandas")
    ]
    assert rows_of(done[0].interactions) == rows_of(done[1].interactions)
    assert repr(done[0].preparation) == repr(done[1].preparation)
    assert done[0].preparation._repr_html_() == done[1].preparation._repr_html_()


@settings(max_examples=40)
@given(LOGS, PARAMETERS)
def test_what_is_left_keeps_every_rule(make_dataset, rows_of, log, parameters):
    clean = prepare(draw_dataset(make_dataset, log), **parameters)
    rows = rows_of(clean.interactions)
    pairs = [row[:2] for row in rows]
    assert len(set(pairs)) == len(pairs)
    assert {user for user, _ in pairs} == {user for (user,) in rows_of(clean.users, "user_id")}
    low, high = parameters["rating_range"] or (-np.inf, np.inf)
    low = max(low, parameters["min_rating"] or -np.inf)
    assert all(low <= rating <= high for _, _, rating, _ in rows)
    users, items = (Counter(column) for column in zip(*pairs, strict=True))
    assert min(users.values()) >= parameters["min_user_interactions"]
    assert min(items.values()) >= parameters["min_item_interactions"]
    report = clean.preparation
    assert report.n_before == len(log)
    assert report.n_after == len(rows) == (report.reasons == 0).sum()
    assert len(report.dropped) == len(log) - len(rows)
