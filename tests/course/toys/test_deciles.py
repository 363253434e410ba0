"""Ten slices of the catalogue by popularity."""

import numpy as np
import pytest

from longtail_course.toys import popularity_deciles
from longtail_lib.tail import popularity_groups


def test_slices_are_ordered_equal_and_whole():
    counts = np.random.default_rng(0).zipf(1.5, size=1237) - 1
    slices = popularity_deciles(counts)
    assert slices.names == tuple(str(place) for place in range(1, 11))
    assert slices.sizes.sum() == 1237
    assert np.ptp(slices.sizes) <= 1
    for above, below in zip(slices.names[:-1], slices.names[1:], strict=True):
        assert counts[slices.mask(above)].min() >= counts[slices.mask(below)].max()


def test_head_and_tail_are_made_of_slices():
    counts = np.random.default_rng(1).poisson(3, size=1000)
    slices, groups = popularity_deciles(counts), popularity_groups(counts)
    assert np.array_equal(slices.labels < 2, groups.mask("head"))
    assert np.array_equal(slices.labels >= 5, groups.mask("tail"))


def test_bad_number_of_slices():
    for n in (1, 5, 101):
        with pytest.raises(ValueError, match=f"got {n}"):
            popularity_deciles([3, 2, 1], n=n)
