"""Repeated pairs against a row-by-row oracle."""

from collections import Counter

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from longtail_lib.preprocessing import prepare
from longtail_lib.preprocessing._repeated_pairs import order_by_pair, repeated_rows

LOGS = st.lists(
    st.tuples(st.integers(0, 2), st.integers(0, 2), st.integers(1, 3), st.integers(0, 3)),
    min_size=1,
    max_size=40,
)


def oracle(log, keep, with_times):
    """Which row of each pair stays, told by (rating, time) or place; and how many copies go."""
    groups, copies = {}, 0
    seen = set()
    for place, (user, item, rating, time) in enumerate(log):
        content = (user, item, rating, time if with_times else 0)
        copies += content in seen
        seen.add(content)
        groups.setdefault((user, item), []).append((rating, time if with_times else place))
    best = {
        "last": lambda row: (row[1], row[0]),
        "first": lambda row: (-row[1], row[0]),
        "highest": lambda row: row,
    }[keep]
    return {pair: max(rows, key=best) for pair, rows in groups.items()}, copies


@pytest.mark.parametrize("with_times", [True, False])
@pytest.mark.parametrize("keep", ["last", "first", "highest"])
@given(log=LOGS)
def test_the_stated_interaction_stays(keep, with_times, log):
    users, items, ratings, times = (np.array(column) for column in zip(*log, strict=True))
    copies, repeated = repeated_rows(
        users, items, 3, keep=keep, ratings=ratings.astype(float),
        times=times if with_times else None,
    )  # fmt: skip
    expected, n_copies = oracle(log, keep, with_times)
    left = np.setdiff1d(np.arange(len(log)), np.concatenate([copies, repeated]))
    stays = {}
    for row in left:
        pair = (users[row], items[row])
        assert pair not in stays
        moment = times[row] if with_times else row
        stays[pair] = (ratings[row], moment)
    if not with_times and keep == "highest":
        # Of equal ratings any copy may stay: without times they are the same interaction.
        stays = {pair: rating for pair, (rating, _) in stays.items()}
        expected = {pair: rating for pair, (rating, _) in expected.items()}
    if not with_times and keep == "first":
        stays = {pair: row for pair, (_, row) in stays.items()}
        expected = {pair: row for pair, (_, row) in expected.items()}
    assert stays == expected
    assert len(copies) == n_copies
    assert not np.intersect1d(copies, repeated).size


@given(LOGS, st.sampled_from([1, 2**40]))
def test_order_by_pair_is_stable(log, spread):
    """Also where the key leaves no room for the row number."""
    users, items = (np.array(column) for column in list(zip(*log, strict=True))[:2])
    order, again = order_by_pair(users.astype(np.int64) * spread, items, 2**20)
    expected = sorted(range(len(log)), key=lambda row: (users[row], items[row], row))
    assert order.tolist() == expected
    pairs = [log[row][:2] for row in expected]
    assert again.tolist() == [False] + [a == b for a, b in zip(pairs[1:], pairs, strict=False)]


@given(log=LOGS, keep=st.sampled_from(["last", "first"]))
def test_of_copies_the_last_stays_where_the_latest_is_wanted(log, keep):
    """Rows that are equal throughout: the order of the log is all that tells them apart."""
    same = [(user, item, 1, 7) for user, item, *_ in log]
    users, items, ratings, times = (np.array(column) for column in zip(*same, strict=True))
    copies, _ = repeated_rows(users, items, 3, keep=keep, ratings=ratings * 1.0, times=times)
    left = set(range(len(log))) - set(copies.tolist())
    places = {}
    for row, pair in enumerate(zip(users.tolist(), items.tolist(), strict=True)):
        places.setdefault(pair, []).append(row)
    assert left == {rows[-1 if keep == "last" else 0] for rows in places.values()}


def dataset(make_dataset, log, *, ratings=True, times=True, library="polars"):
    users, items, stars, moments = map(list, zip(*log, strict=True))
    columns = {"user_id": users, "item_id": items}
    columns |= {"rating": stars} if ratings else {}
    columns |= {"timestamp": moments} if times else {}
    return make_dataset(columns, library=library)


@settings(max_examples=60)
@given(
    log=LOGS, how=st.sampled_from(["sum", "mean"]), times=st.booleans(),
    library=st.sampled_from(["polars", "pandas"]),
)  # fmt: skip
def test_repeats_are_merged_into_the_latest(make_dataset, rows_of, log, how, times, library):
    data = dataset(make_dataset, log, times=times, library=library)
    clean = prepare(data, duplicates=how)
    groups = {}
    for user, item, rating, time in log:
        groups.setdefault((user, item), []).append((rating, time))
    rows = rows_of(clean.interactions)
    assert len(rows) == len(groups)
    for user, item, rating, *time in rows:
        ratings, moments = zip(*groups[user, item], strict=True)
        assert rating == pytest.approx(sum(ratings) / (len(ratings) if how == "mean" else 1))
        assert time == ([max(moments)] if times else [])
    step = clean.preparation.steps[-1]
    assert (step.name, step.dropped) == ("repeated pairs", len(log) - len(groups))
    assert ("summed" if how == "sum" else "averaged") in step.rule
    several = sum(len(group) > 1 for group in groups.values())
    assert (f"several interactions, merged: {several}" in repr(clean.preparation)) == (several > 0)
    again = prepare(clean, duplicates=how)
    assert rows_of(again.interactions) == rows
    assert again.preparation.steps[-1].dropped == 0


@given(log=LOGS, times=st.booleans())
def test_a_log_without_ratings_is_counted(make_dataset, rows_of, log, times):
    data = dataset(make_dataset, log, ratings=False, times=times)
    clean = prepare(data, duplicates="sum")
    counts = Counter(row[:2] for row in log)
    rating = rows_of(clean.interactions, "user_id", "item_id", "rating")
    assert {row[:2]: row[2] for row in rating} == counts
    assert clean.has_ratings
    assert "counted in its rating" in clean.preparation.steps[-1].rule
    often = {pair for pair, count in counts.items() if count >= 2}
    if often:
        thinned = prepare(data, duplicates="sum", min_rating=2)
        assert set(rows_of(thinned.interactions, "user_id", "item_id")) == often


@given(log=LOGS)
def test_all_repeats_can_be_kept(make_dataset, rows_of, log):
    kept = prepare(dataset(make_dataset, log), duplicates="keep")
    assert rows_of(kept.interactions) == log
    assert [step.name for step in kept.preparation.steps] == ["missing values", "unknown items"]


def test_a_mean_needs_ratings(make_dataset):
    data = dataset(make_dataset, [(1, 1, 1, 1)], ratings=False)
    with pytest.raises(ValueError, match="duplicates='mean' needs a column 'rating'"):
        prepare(data, duplicates="mean")
    with pytest.raises(ValueError, match="min_rating needs a column 'rating'"):
        prepare(data, duplicates="keep", min_rating=1)


def test_a_range_needs_ratings_before_they_are_counted(make_dataset):
    data = dataset(make_dataset, [(1, 1, 1, 1)], ratings=False)
    with pytest.raises(ValueError, match="rating_range needs a column 'rating'"):
        prepare(data, duplicates="sum", rating_range=(1, 5))
