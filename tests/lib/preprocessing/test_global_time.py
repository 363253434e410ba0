"""One moment for all: the next item after it, the last fit before it, and what is new after it."""

from dataclasses import replace

import numpy as np
import polars as pl
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from longtail_lib import Dataset, DatasetCard, split
from longtail_lib.preprocessing import (
    Split,
    hold_out_items,
    hold_out_new_items,
    hold_out_new_users,
)

pytestmark = pytest.mark.filterwarnings("ignore::longtail_lib.preprocessing.TiedTimesWarning")

LOGS = st.dictionaries(
    st.tuples(st.integers(0, 7), st.integers(0, 9)),
    st.integers(0, 30),
    min_size=8,
    max_size=60,
)


def as_dataset(log):
    frame = pl.DataFrame(
        {
            "user_id": [user for user, _ in log],
            "item_id": [item for _, item in log],
            "timestamp": list(log.values()),
        }
    )
    return Dataset(
        frame,
        pl.DataFrame({"item_id": range(10)}),
        pl.DataFrame({"user_id": range(8)}),
        DatasetCard(name="drawn"),
    )


def divided(log, **how):
    try:
        return split(as_dataset(log), how="temporal", validation=14, test=20, **how)
    except ValueError as error:
        assume("empty" not in str(error))
        raise


def pairs(parts, name):
    matrix = getattr(parts, name)
    if matrix is None:
        return set()
    rows = np.repeat(np.arange(parts.n_users), np.diff(matrix.indptr))
    users, items = parts.user_ids[rows], parts.item_ids[matrix.indices]
    return set(zip(users.tolist(), items.tolist(), strict=True))


@settings(max_examples=60)
@given(log=LOGS)
def test_the_next_item_is_asked_for(log):
    parts = divided(log, target="next")
    period = {
        "train": {pair for pair, time in log.items() if time < 14},
        "validation": {pair for pair, time in log.items() if 14 <= time < 20},
        "test": {pair for pair, time in log.items() if time >= 20},
    }
    assert pairs(parts, "train") == period["train"]
    for name in ("validation", "test"):
        asked = pairs(parts, name)
        assert asked <= period[name]
        assert sorted(user for user, _ in asked) == sorted({user for user, _ in period[name]})
        for user, item in asked:
            own = [log[pair] for pair in period[name] if pair[0] == user]
            assert log[user, item] == min(own)
    # Known when test begins, though validation did not ask for it.
    assert pairs(parts, "between") == period["validation"] - pairs(parts, "validation")
    final = parts.final()
    assert pairs(final, "train") == period["train"] | period["validation"]
    assert pairs(final, "test") == pairs(parts, "test")
    assert final.validation.nnz == 0
    assert final.between is None
    tied = sum(
        sum(log[pair] == log[one] for pair in period["test"] if pair[0] == one[0]) > 1
        for one in pairs(parts, "test")
    )
    assert parts.tied["test"] == (tied, parts.test.nnz)


@settings(max_examples=40)
@given(
    log=LOGS,
    how=st.sampled_from(["random", "leave-last-out"]),
    ties=st.sampled_from(["random", "file"]),
)
def test_final_joins_with_times_and_order(log, how, ties):
    try:
        parts = split(as_dataset(log), how=how, ties=ties, seed=3)
    except ValueError:
        assume(False)
    final = parts.final()
    assert (final.train != parts.train + parts.validation).nnz == 0
    assert (final.test != parts.test).nnz == 0
    assert final.validation.nnz == 0
    assert final.parameters == {**parts.parameters, "final": True}
    for part in ("train", "test"):
        users, items = getattr(final, part).nonzero()
        for user, item in zip(users, items, strict=True):
            assert final.times[part][user, item] == log[final.user_ids[user], final.item_ids[item]]
    for user in range(8):
        own = {}
        for part in ("train", "validation", "test"):
            row = parts.order[part][user]
            own |= dict(zip(row.indices.tolist(), row.data.tolist(), strict=True))
        again = {}
        for part in ("train", "test"):
            row = final.order[part][user]
            again |= dict(zip(row.indices.tolist(), row.data.tolist(), strict=True))
        assert own == again


def test_a_zero_time_or_rating_survives_joining():
    parts = Split.from_matrices(
        [[1, 0]], validation=[[0, 1]], times={"train": [[0, 0]], "validation": [[0, 0]]}
    )
    final = parts.final()
    assert final.times["train"].nnz == 2
    assert final.order["train"].nnz == 2


def test_a_part_without_times_keeps_none():
    parts = Split.from_matrices(
        [[1, 0, 0]],
        validation=[[0, 1, 0]],
        test=[[0, 0, 1]],
        times={"train": [[5, 0, 0]], "validation": [[0, 6, 0]]},
    )
    known = {name: parts.times[name] for name in ("train", "validation")}
    final = replace(parts, times=known).final()
    assert "test" not in final.times
    assert final.times["train"].data.tolist() == [5, 6]
    assert final.order["train"].data.tolist() == [0, 1]


def test_dates_may_be_text():
    log = {
        (user, item): 1_600_000_000 + 86_400 * (user + item)
        for user in range(3)
        for item in range(3)
    }
    data = as_dataset(log)
    by_text = split(data, how="temporal", validation="2020-09-14", test="2020-09-16T00:00:00+00:00")
    by_number = split(data, how="temporal", validation=1_600_041_600, test=1_600_214_400)
    assert (by_text.test != by_number.test).nnz == 0
    assert (by_text.train != by_number.train).nnz == 0
    assert by_text.test.nnz


@settings(max_examples=60)
@given(log=LOGS, target=st.sampled_from(["all", "next"]))
def test_new_items_are_new(log, target):
    parts = divided(log, target=target)
    known = {pair for pair, time in log.items() if time < 20}
    users, items = {user for user, _ in known}, {item for _, item in known}
    expected = {(u, i) for u, i in pairs(parts, "test") if u in users and i not in items}
    if not expected:
        with pytest.raises(ValueError, match="no user"):
            hold_out_new_items(parts)
        return
    new = hold_out_new_items(parts)
    assert pairs(new, "test") == expected
    train = pairs(new, "train")
    assert train == pairs(parts, "train")
    seen = {item for _, item in train}
    assert all(item not in seen for _, item in pairs(new, "validation"))
    assert pairs(new.final(), "train") == known
    for item in {item for _, item in expected}:
        assert new.final().cold[new.item_rows(item)].all()


@settings(max_examples=60)
@given(log=LOGS, count=st.integers(0, 3))
def test_new_users_are_new(log, count):
    parts = divided(log)
    known = {user for (user, _), time in log.items() if time < 20}
    late = {}
    for (user, item), time in log.items():
        if user not in known:
            late.setdefault(user, []).append((time, item))
    late = {user: own for user, own in late.items() if len(own) > count}
    if not late:
        with pytest.raises(ValueError, match="no user"):
            hold_out_new_users(parts, given=count)
        return
    new = hold_out_new_users(parts, given=count)
    asked, given_items = pairs(new, "test"), pairs(new.final(), "train")
    assert {user for user, _ in asked} == set(late)
    for user, own in late.items():
        times = sorted(time for time, _ in own)
        chosen = {item for owner, item in asked if owner == user}
        shown = {item for owner, item in given_items if owner == user}
        assert len(shown) == count
        assert chosen | shown == {item for _, item in own}
        assert sorted(log[user, item] for item in shown) == times[:count]
    # Nobody who is asked in validation was known before, and the rest of it is known at the end.
    for user in {user for user, _ in pairs(new, "validation")}:
        assert min(time for (owner, _), time in log.items() if owner == user) >= 14
    assert {pair for pair in given_items if pair[0] in known} == {
        pair for pair, time in log.items() if time < 20
    }


@pytest.mark.parametrize("hold_out", [hold_out_new_items, hold_out_new_users])
def test_other_splits_are_refused(hold_out):
    log = {(user, item): user + item for user in range(5) for item in range(5)}
    parts = split(as_dataset(log), how="leave-last-out")
    with pytest.raises(ValueError, match="does not begin at one moment for all"):
        hold_out(parts)
    with pytest.raises(ValueError, match="does not begin at one moment for all"):
        hold_out(Split.from_matrices([[1, 0]], test=[[0, 1]]))


def test_items_held_out_leave_what_is_between_as_well():
    log = {(user, item): 3 * user + item for user in range(8) for item in range(10)}
    parts = divided(log, target="next")
    assert parts.between.nnz
    cold = hold_out_items(parts, share=0.4, seed=2)
    held = set(np.flatnonzero(cold.cold & ~parts.cold).tolist())
    assert held
    assert not held & {item for _, item in pairs(cold.final(), "train")}
    known = {user for user, _ in pairs(cold, "train")}
    moved = {(u, i) for u, i in pairs(parts, "between") if i in held and u in known}
    assert moved <= pairs(cold, "test")
