"""split: what holds for every strategy, on drawn logs, in both frame libraries."""

import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from longtail_lib.preprocessing import split
from longtail_lib.ranking import id_keys, priorities, user_key

# Drawn logs are full of equal times; what is said of them is tested in test_ties.py.
pytestmark = pytest.mark.filterwarnings("ignore::longtail_lib.preprocessing.TiedTimesWarning")

HOW = ("leave-last-out", "temporal", "random")
# One interaction of each pair, with few distinct times so that ties are common.
LOGS = st.dictionaries(
    st.tuples(st.integers(-3, 6), st.sampled_from(["a", "b", "c", "d", "é"])),
    st.tuples(st.integers(0, 12), st.sampled_from([0.5, 3.0, 5.0])),
    min_size=6,
    max_size=40,
)


def dataset(make_dataset, log, library="polars"):
    pairs, facts = list(log), list(log.values())
    return make_dataset(
        {
            "user_id": [user for user, _ in pairs],
            "item_id": [item for _, item in pairs],
            "timestamp": [time for time, _ in facts],
            "rating": [rating for _, rating in facts],
        },
        items={"item_id": ["é", "z", "d", "c", "b", "a"], "title": list("EZDCBA")},
        library=library,
    )


def split_or_none(*args, **kwargs):
    try:
        return split(*args, **kwargs)
    except ValueError as error:
        if "empty" not in str(error):
            raise
        return None


def same(one, other):
    for part in ("train", "validation", "test"):
        for left, right in (
            (getattr(one, part), getattr(other, part)),
            (one.times[part], other.times[part]),
        ):
            np.testing.assert_array_equal(left.indptr, right.indptr)
            np.testing.assert_array_equal(left.indices, right.indices)
            np.testing.assert_array_equal(left.data, right.data)
    assert one.user_ids.tolist() == other.user_ids.tolist()
    assert one.item_ids.tolist() == other.item_ids.tolist()


@pytest.mark.parametrize("how", HOW)
@settings(max_examples=40)
@given(log=LOGS, data=st.data())
def test_parts_are_a_partition_and_deterministic(make_dataset, rows_of, pairs_of, how, log, data):
    parts = split_or_none(dataset(make_dataset, log), how=how, values="rating", seed=5)
    assume(parts is not None)
    pairs = pairs_of(parts)
    everything = [pair for part in pairs.values() for pair in part]
    assert len(everything) == len(set(everything))
    assert set(everything) == set(log)

    # Row order and frame library change nothing.
    shuffled = dict(data.draw(st.permutations(list(log.items()))))
    again = split(dataset(make_dataset, shuffled, "pandas"), how=how, values="rating", seed=5)
    same(parts, again)

    # Ids ascend, the catalogue is whole, and the tables lie beside them.
    assert parts.user_ids.tolist() == sorted({user for user, _ in log})
    assert parts.item_ids.tolist() == ["a", "b", "c", "d", "z", "é"]
    for done in (parts, again):
        assert rows_of(done.items) == list(
            zip(["a", "b", "c", "d", "z", "é"], list("ABCDZE"), strict=True)
        )
        assert [user for (user,) in rows_of(done.users)] == done.user_ids.tolist()

    for part in pairs:
        matrix, times = getattr(parts, part), parts.times[part]
        assert matrix.dtype == np.float32
        assert times.dtype == np.int64
        assert matrix.indices.dtype == np.int32
        assert matrix.shape == times.shape == (len(parts.user_ids), 6)
        for row, column in zip(*matrix.nonzero(), strict=True):
            key = (parts.user_ids[row].item(), parts.item_ids[column].item())
            assert (times[row, column], matrix[row, column]) == log[key]
        for row in range(matrix.shape[0]):
            columns = matrix.indices[matrix.indptr[row] : matrix.indptr[row + 1]]
            assert (np.diff(columns) > 0).all()


@pytest.mark.parametrize("ties", ["file", "random"])
@settings(max_examples=60)
@given(log=LOGS)
def test_leave_last_out_takes_the_latest(make_dataset, pairs_of, log, ties):
    parts = split_or_none(dataset(make_dataset, log), how="leave-last-out", ties=ties, seed=4)
    assume(parts is not None)
    pairs = pairs_of(parts)
    lots = {
        pair: priorities(user_key(id_keys([pair[0]], 4)), id_keys([pair[1]], 4))[0] for pair in log
    }
    places = {pair: place for place, pair in enumerate(log)}
    among_equals = places if ties == "file" else lots
    for user in {user for user, _ in log}:
        own = [pair for pair in log if pair[0] == user]
        own.sort(key=lambda pair: (log[pair][0], among_equals[pair]))
        items = [item for _, item in own]
        cut = len(items) - 2 if len(items) > 2 else len(items)
        for part, expected in zip(
            ("train", "validation", "test"), (items[:cut], items[cut:][:1], items[cut:][1:]),
            strict=True,
        ):  # fmt: skip
            assert sorted(item for owner, item in pairs[part] if owner == user) == sorted(expected)


@settings(max_examples=60)
@given(
    log=LOGS,
    shares=st.sampled_from([(0.1, 0.2), (0.3, 0.3), (0.0, 0.5), (0.2, 0.0), (5, 9), (0, 7)]),
)
def test_temporal_keeps_the_future_out(make_dataset, pairs_of, log, shares):
    parts = split_or_none(
        dataset(make_dataset, log), how="temporal", validation=shares[0], test=shares[1]
    )
    assume(parts is not None)
    latest = -np.inf
    for part in ("train", "validation", "test"):
        times = parts.times[part].data
        if len(times):
            assert times.min() > latest
            latest = times.max()
    if 0 < shares[1] < 1:
        assert parts.test.nnz >= round(shares[1] * len(log))
        # Without the earliest second in test, it would be smaller than its share.
        border = parts.times["test"].data.min()
        assert (parts.times["test"].data > border).sum() < max(round(shares[1] * len(log)), 1)
    if shares[1] >= 1:
        assert all(log[pair][0] >= shares[1] for pair in pairs_of(parts)["test"])
        assert all(log[pair][0] < shares[1] for pair in pairs_of(parts)["train"])


def grid(make_dataset, n_users=30, n_items=20, **changes):
    users, items = (array.ravel() for array in np.indices((n_users, n_items)))
    columns = {"user_id": users.tolist(), "item_id": items.tolist()}
    return make_dataset({**columns, **changes})


def test_random_shares_seeds_and_missing_timestamps(make_dataset):
    data = grid(make_dataset)
    parts = split(data, how="random", validation=0.1, test=0.2, seed=0)
    assert [getattr(parts, part).nnz for part in ("train", "validation", "test")] == [420, 60, 120]
    assert parts.times is None
    assert set(parts.train.data) == {1.0}
    other = split(data, how="random", validation=0.1, test=0.2, seed=1)
    assert (parts.test != other.test).nnz > 100


def test_random_shares_of_each_user(make_dataset):
    parts = split(grid(make_dataset), how="random", share_of="user", seed=2)
    assert set(np.diff(parts.train.indptr)) == {14}
    assert set(np.diff(parts.validation.indptr)) == {2}
    assert set(np.diff(parts.test.indptr)) == {4}
    # By lot, and not the same columns for everyone.
    assert len({tuple(row.indices) for row in parts.test}) > 20


def test_more_interactions_left_out(make_dataset):
    data = grid(make_dataset, 2, 6, timestamp=[6, 5, 4, 3, 2, 1] * 2)
    parts = split(data, validation=1, test=3)
    assert parts.test[0].indices.tolist() == [0, 1, 2]
    assert parts.validation[0].indices.tolist() == [3]
    assert split(data, validation=0, test=2).validation.nnz == 0
    with pytest.raises(ValueError, match="more than 6 interactions"):
        split(data, validation=3, test=3)


def test_moments_as_dates(make_dataset):
    from datetime import UTC, date, datetime

    data = grid(make_dataset, 1, 3, timestamp=[0, 86_400, 172_800])
    for moments in (
        (date(1970, 1, 2), date(1970, 1, 3)),
        (datetime(1970, 1, 2), datetime(1970, 1, 3, tzinfo=UTC)),
        (np.datetime64("1970-01-02"), np.datetime64("1970-01-03T00:00")),
        (86_400, 172_800),
    ):
        parts = split(data, how="temporal", validation=moments[0], test=moments[1])
        assert [parts.train.nnz, parts.validation.nnz, parts.test.nnz] == [1, 1, 1]


def test_parameters_name_and_truth_are_carried_over(make_dataset):
    data = grid(make_dataset).replace(truth="the truth")
    parts = split(data, how="random", seed=4)
    assert parts.parameters == {
        "how": "random", "validation": 0.1, "test": 0.2, "values": "one",
        "share_of": "interactions", "target": "all", "ties": "random", "seed": 4,
    }  # fmt: skip
    assert parts.name == "test"
    assert parts.truth == "the truth"


def test_a_user_without_interactions_keeps_a_row(make_dataset):
    data = make_dataset(
        {"user_id": [3] * 3, "item_id": [1, 2, 3], "timestamp": [1, 2, 3]},
        users={"user_id": [9, 3]},
    )
    parts = split(data)
    assert parts.user_ids.tolist() == [3, 9]
    assert np.diff(parts.train.indptr).tolist() == [1, 0]


@pytest.mark.parametrize(
    ("parameters", "said"),
    [
        ({"how": "leave-last-out"}, "needs a column 'timestamp'"),
        ({"how": "temporal"}, "needs a column 'timestamp'"),
        ({"how": "random", "values": "rating"}, "needs a column 'rating'"),
        ({"how": "random", "target": "next"}, "target='next' is for how='temporal'"),
        ({"how": "random", "target": "first"}, "target must be"),
        ({"how": "random", "ties": "id"}, "ties must be .*, or None for 'random', with a warning"),
        ({"how": "random", "test": -0.1}, r"test must be a share.*-0\.1"),
        ({"how": "random", "validation": 0.6, "test": 0.4}, "leave nothing for train"),
        ({"how": "random", "test": 1}, "test must be a share"),
        ({"how": "random", "test": 0.0001}, "test part of this random split is empty"),
    ],
)
def test_errors_without_timestamps(make_dataset, parameters, said):
    with pytest.raises(ValueError, match=said):
        split(grid(make_dataset), **parameters)


@pytest.mark.parametrize(
    ("parameters", "said"),
    [
        ({"test": 0.2}, "whole number of interactions"),
        ({"validation": -1}, "whole number of interactions"),
        ({"how": "temporal", "test": -0.5}, "test must be a share"),
        ({"how": "temporal", "validation": 0.1, "test": 50}, "must both be shares"),
        ({"how": "temporal", "validation": 50, "test": 40}, "must begin before"),
        ({"how": "temporal", "validation": 0, "test": "soon"}, "'soon', which is no ISO 8601 date"),
        ({"how": "temporal", "validation": 50, "test": 5000}, "test part of this temporal split"),
        ({"how": "temporal", "validation": 1, "test": 50}, "train part of this temporal split"),
    ],
)
def test_errors_with_timestamps(make_dataset, parameters, said):
    data = grid(make_dataset, 10, 10, timestamp=list(range(1, 101)))
    with pytest.raises(ValueError, match=said):
        split(data, **parameters)


@pytest.mark.parametrize(
    ("columns", "items", "said"),
    [
        ({"user_id": [1, 1], "item_id": [2, 2]}, [2], "repeat a user and item, such as user 1"),
        ({"user_id": [1, None], "item_id": [2, 3]}, [2, 3], "such as row 1; run longtail_lib"),
        ({"user_id": [1, 2], "item_id": [2, 7]}, [2], "not in the catalogue, such as 7; run"),
        ({"user_id": [], "item_id": []}, [2], "no interactions to split"),
    ],
)
def test_a_log_that_is_not_prepared(make_dataset, columns, items, said, library):
    data = make_dataset(columns, items={"item_id": items}, library=library)
    with pytest.raises(ValueError, match=said):
        split(data, how="random")


@pytest.mark.real_data
def test_movielens_leaves_out_what_polars_says():
    import os
    from pathlib import Path

    import polars as pl

    from longtail_lib.datasets import read_movielens
    from longtail_lib.preprocessing import prepare

    folder = Path(os.environ["LONGTAIL_DATA_HOME"]) / "ml-latest-small"
    clean = prepare(read_movielens(folder), min_rating=3.5)
    ratings = pl.read_csv(folder / "ratings.csv").filter(pl.col("rating") >= 3.5)
    assert clean.n_interactions == len(ratings)
    last = (
        ratings.with_row_index("row")
        .sort("userId", "timestamp", "row")
        .group_by("userId", maintain_order=True)
        .agg(pl.len(), pl.col("movieId").last(), pl.col("timestamp").last())
        .filter(pl.col("len") > 2)
        .sort("userId")
    )
    parts = split(clean, how="leave-last-out", ties="file")
    rows, columns = parts.test.nonzero()
    assert parts.user_ids[rows].tolist() == last["userId"].to_list()
    assert parts.item_ids[columns].tolist() == last["movieId"].to_list()
    assert parts.n_items == 9742

    # By lot another item, but of the same moment; polars counts whom that concerns.
    drawn = split(clean, how="leave-last-out", ties="random")
    assert drawn.times["test"].data.tolist() == last["timestamp"].to_list()
    moments = ratings.join(last, on=["userId", "timestamp"], how="semi")
    tied = (moments.group_by("userId").len()["len"] > 1).sum()
    assert drawn.tied["test"] == (tied, len(last))
    assert tied > 0.05 * len(last)
