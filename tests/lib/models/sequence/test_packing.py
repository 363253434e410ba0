"""Packed rows hold every pair once, and nothing else."""

import itertools

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from longtail_lib.models.sequence._user_sequences import pack, packed_histories, packed_pairs


@given(st.lists(st.integers(1, 7), max_size=40))
def test_pieces_fill_rows_without_overlap(lengths):
    lengths = np.array(lengths, dtype=int)
    row, offset = pack(lengths, 7)
    taken = np.zeros((len(lengths) + 1, 7), dtype=int)
    for piece, length in enumerate(lengths):
        assert offset[piece] + length <= 7
        taken[row[piece], offset[piece] : offset[piece] + length] += 1
    assert taken.max(initial=0) <= 1
    # Best fit decreasing needs at most 11/9 of the least number of rows, and one more.
    assert len(set(row.tolist())) <= 11 / 9 * np.ceil(lengths.sum() / 7) + 4


@given(st.lists(st.integers(0, 12), min_size=1, max_size=12), st.integers(1, 5))
def test_every_pair_is_there_once_and_in_order(lengths, max_length):
    lengths = np.array(lengths)
    items = np.random.default_rng(0).permutation(100 + lengths.sum())[: lengths.sum()]
    wanted, start = [], 0
    for length in lengths:
        history = items[start : start + length].tolist()
        wanted += list(itertools.pairwise(history))
        start += length
    packed = packed_pairs(items, lengths, max_length)
    real = packed["segment"] > 0
    found = list(zip(packed["item"][real].tolist(), packed["target"][real].tolist(), strict=True))
    assert sorted(found) == sorted(wanted)
    assert (packed["item"][~real] == -1).all()
    assert (packed["target"][~real] == -1).all()
    # Within a piece the target of a place is the item of the next, and the last place is reached.
    for row in range(len(real)):
        for segment in range(1, packed["segment"][row].max() + 1):
            places = np.flatnonzero(packed["segment"][row] == segment)
            assert (np.diff(places) == 1).all()
            assert packed["position"][row, places].tolist() == list(
                range(max_length - len(places), max_length)
            )
            assert (packed["target"][row, places[:-1]] == packed["item"][row, places[1:]]).all()


def test_a_history_longer_than_the_window_is_cut_from_its_end():
    packed = packed_pairs(np.arange(6), np.array([6]), 3)
    pieces = {tuple(row) for row in packed["item"].tolist()}
    assert pieces == {(2, 3, 4), (0, 1, -1)}


def test_histories_leave_out_lone_items():
    packed = packed_histories(np.array([4, 5, 6, 7]), np.array([1, 3]), 4)
    assert packed["item"].tolist() == [[5, 6, 7, -1]]
    assert packed["segment"].tolist() == [[1, 1, 1, 0]]
