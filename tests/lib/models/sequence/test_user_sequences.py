"""Sequences against a plain sort of each user's log."""

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.sparse import csr_matrix

from longtail_lib.models import user_sequences
from longtail_lib.models.sequence._user_sequences import PADDING, left_padded
from longtail_lib.preprocessing import Split
from longtail_lib.ranking import id_keys, priorities, user_key


def timed(rows, stamps, shape, **others) -> Split:
    """A split from lists of (user, item) and their times."""
    users, items = np.array(rows).T
    train = csr_matrix((np.ones(len(rows), np.float32), (users, items)), shape=shape)
    times = csr_matrix((np.array(stamps, np.int64), (users, items)), shape=shape)
    for matrix in (train, times):
        matrix.sort_indices()
    empty = csr_matrix(shape, dtype=np.float32)
    nothing = csr_matrix(shape, dtype=np.int64)
    fields = {
        "validation": empty,
        "times": {"train": times, "validation": nothing, "test": nothing},
        **others,
    }
    return Split(
        train=train,
        test=empty,
        user_ids=np.arange(shape[0]),
        item_ids=np.arange(shape[1]),
        items=None,
        users=None,
        how="leave-last-out",
        **fields,
    )


@given(
    st.lists(
        st.tuples(st.integers(0, 4), st.integers(0, 6), st.integers(0, 3)),
        min_size=1,
        unique_by=lambda row: row[:2],
    ),
    st.integers(1, 5),
)
def test_equals_a_plain_sort(log, max_length):
    parts = timed([row[:2] for row in log], [row[2] for row in log], (5, 7))
    found = user_sequences(parts, max_length)
    for user in range(5):
        lots = priorities(user_key(id_keys([user])), id_keys(range(7)))
        history = sorted((time, lots[item], item) for owner, item, time in log if owner == user)
        latest = [item for _, _, item in history][-max_length:]
        assert found[user].tolist() == [PADDING] * (max_length - len(latest)) + latest
    assert found.dtype == np.int32


def test_a_longer_history_keeps_the_latest():
    parts = timed([(0, 3), (0, 1), (0, 2)], [10, 20, 30], (1, 4))
    assert user_sequences(parts, 2).tolist() == [[1, 2]]


def test_equal_times_stand_as_the_rows_of_the_log_where_these_are_known():
    places = {"train": csr_matrix(([7, 9, 4], ([0] * 3, [1, 2, 3])), shape=(1, 4))}
    parts = timed([(0, 3), (0, 1), (0, 2)], [5, 5, 5], (1, 4))
    nothing = csr_matrix((1, 4), dtype=np.int64)
    places |= {"validation": nothing, "test": nothing}
    assert user_sequences(replace(parts, places=places), 4).tolist() == [[PADDING, 3, 1, 2]]


def test_several_parts_are_merged_by_time():
    held = csr_matrix((np.array([25]), ([0], [0])), shape=(1, 4))
    parts = timed(
        [(0, 3), (0, 1)],
        [10, 30],
        (1, 4),
        validation=held.astype(np.float32),
        times={
            "train": csr_matrix((np.array([30, 10]), ([0, 0], [1, 3])), shape=(1, 4)),
            "validation": held,
        },
    )
    assert user_sequences(parts, 3, ("train", "validation")).tolist() == [[3, 0, 1]]


def test_bad_input():
    parts = timed([(0, 3)], [10], (1, 4))
    with pytest.raises(ValueError, match="one or several of train, validation, test"):
        user_sequences(parts, 3, "all")
    without = timed([(0, 3)], [10], (1, 4), times=None)
    with pytest.raises(ValueError, match="has no times"):
        user_sequences(without, 3)


def test_left_padded_of_nothing():
    assert left_padded(np.zeros(0, int), np.zeros(2, int), 3).tolist() == [[PADDING] * 3] * 2
