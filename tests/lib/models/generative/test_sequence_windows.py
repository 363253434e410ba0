import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from longtail_lib.models.generative._id_writing import latest_steps, window_batches
from longtail_lib.models.sequence._user_sequences import left_padded

START = 99


def histories_of(lengths, seed):
    rng = np.random.default_rng(seed)
    own = [rng.integers(90, size=length).tolist() for length in lengths]
    flat = np.array([item for items in own for item in items], dtype=np.int64)
    return own, left_padded(flat, np.array(lengths), max(1, *lengths))


@given(
    lengths=st.lists(st.integers(0, 12), min_size=2, max_size=8).filter(any),
    steps=st.integers(1, 6),
    seed=st.integers(0, 1000),
)
@settings(max_examples=30)
def test_every_item_is_predicted_once_from_what_came_before(lengths, steps, seed):
    own, sequences = histories_of(lengths, seed)
    stream = window_batches(sequences, START, steps, 1, np.random.default_rng(seed))
    predicted = []
    for x in stream.as_numpy_iterator():
        flat = x["rows"].ravel()
        for step, item, weight in zip(x["step"], x["item"], x["weight"], strict=True):
            if weight:
                row = x["rows"][step // steps]
                predicted.append((int(flat[step]), int(item)))
                before = row[: step % steps + 1]
                # Padding stands only on the left.
                assert (np.diff((before == -1).astype(int)) <= 0).all()
                assert before[-1] != -1
    expected = [pair for items in own for pair in zip([START, *items], items, strict=False)]
    assert sorted(predicted) == sorted(expected)


def test_long_histories_are_cut_at_other_places_in_another_epoch():
    _, sequences = histories_of([40], 0)
    streams = [
        next(iter(window_batches(sequences, START, 7, 100, np.random.default_rng(seed))))
        for seed in (1, 2)
    ]
    rows = [{tuple(row) for row in stream["rows"].numpy().tolist()} for stream in streams]
    assert rows[0] != rows[1]


@pytest.mark.parametrize("steps", [1, 2, 3, 5])
def test_latest_steps_begin_with_the_start_where_it_fits(steps):
    sequences = np.array([[-1, 4, 5], [1, 2, 3], [-1, -1, -1]])
    whole = [[START, 4, 5], [START, 1, 2, 3], [START]]
    expected = [([-1] * 5 + row)[-steps:] for row in whole]
    assert latest_steps(sequences, START, steps).tolist() == expected
