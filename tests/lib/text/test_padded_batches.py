"""Every text in one batch, no batch above its budget, next to no padding."""

from itertools import pairwise

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from longtail_lib.text._text_encoder import batches_by_length, padded


@given(st.lists(st.integers(1, 60), min_size=1, max_size=200), st.integers(1, 300))
def test_batches(lengths, budget):
    lengths = np.array(lengths)
    batches = batches_by_length(lengths, budget)
    assert sorted(np.concatenate(batches)) == list(range(len(lengths)))
    for batch in batches:
        assert len(batch) == 1 or len(batch) * lengths[batch].max() <= budget
    # Each batch is as full as its budget allows, and longer texts come first.
    for batch, following in pairwise(batches):
        assert lengths[batch].min() >= lengths[following].max()
        assert (len(batch) + 1) * lengths[batch].max() > budget


def test_padding_is_rare_where_lengths_spread():
    lengths = np.random.default_rng(0).integers(20, 60, 4000)
    batches = batches_by_length(lengths, 4096)
    computed = sum(len(batch) * lengths[batch].max() for batch in batches)
    assert computed < 1.03 * lengths.sum()


@given(st.lists(st.lists(st.integers(1, 9), min_size=1, max_size=8), min_size=1, max_size=8))
def test_padded(rows):
    ids, mask = padded(rows, padding=99)
    assert ids.dtype == mask.dtype == np.int32
    assert [row[keep == 1].tolist() for row, keep in zip(ids, mask, strict=True)] == rows
    assert (ids[mask == 0] == 99).all()
    assert (np.diff(mask, axis=1) <= 0).all()
