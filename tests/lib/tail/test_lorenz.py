import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from longtail_lib.tail import lorenz, top_share


def test_curve_by_hand():
    x, y = lorenz([5, 0, 3, 2])
    np.testing.assert_allclose(x, [0, 0.25, 0.5, 0.75, 1])
    np.testing.assert_allclose(y, [0, 0, 0.2, 0.5, 1])


def test_no_interactions_give_the_diagonal():
    x, y = lorenz([0, 0])
    np.testing.assert_array_equal(x, y)


@given(st.lists(st.integers(0, 50), min_size=1, max_size=40), st.floats(0.01, 1))
def test_top_share_is_read_off_the_curve(counts, share):
    _, y = lorenz(counts)
    taken = int(np.ceil(round(share * len(counts), 9)))
    assert top_share(counts, share) == pytest.approx(1 - y[len(counts) - taken])


def test_top_share_rounds_items_up_but_not_floating_noise():
    # 0.07 * 100 is 7.000000000000001 in floating point.
    assert top_share([1] * 100, 0.07) == pytest.approx(0.07)
    assert top_share([1] * 101, 0.07) == pytest.approx(8 / 101)
