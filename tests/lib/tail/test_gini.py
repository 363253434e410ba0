import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from longtail_lib.tail import gini, lorenz

COUNTS = st.lists(st.integers(0, 1000), min_size=1, max_size=30)


@given(COUNTS)
def test_is_half_the_relative_mean_absolute_difference(counts):
    x = np.array(counts, dtype=float)
    expected = 0.0
    if x.sum():
        expected = np.abs(x[:, None] - x[None, :]).mean() / (2 * x.mean())
    assert gini(counts) == pytest.approx(expected, abs=1e-12)


@given(COUNTS)
def test_is_twice_the_area_between_diagonal_and_lorenz_curve(counts):
    x, y = lorenz(counts)
    assert gini(counts) == pytest.approx(1 - 2 * np.trapezoid(y, x), abs=1e-12)


@given(COUNTS, st.integers(1, 50))
def test_stays_in_bounds_and_ignores_scale_and_order(counts, factor):
    value = gini(counts)
    assert 0 <= value <= 1 - 1 / len(counts) + 1e-12
    assert gini([factor * x for x in reversed(counts)]) == pytest.approx(value, abs=1e-12)


def test_one_item_has_all():
    assert gini([0] * 99 + [7]) == pytest.approx(0.99)


@pytest.mark.parametrize("counts", [[], [[1, 2]], [1, -1], [1, np.nan], [np.inf]])
def test_refuses_bad_counts(counts):
    with pytest.raises(ValueError, match="gini: counts must be"):
        gini(counts)
