"""Concentration against brute force and values worked by hand."""

from itertools import combinations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from longtail_course.toys import concentration, items_holding


@given(
    st.lists(st.integers(0, 9), min_size=1, max_size=6).filter(any),
    st.sampled_from([0.1, 0.3, 0.5, 0.7, 1.0]),
)
def test_no_smaller_set_of_items_holds_the_share(counts, share):
    n = items_holding(counts, share)
    need = share * sum(counts) - 1e-9
    assert any(sum(chosen) >= need for chosen in combinations(counts, n))
    assert not any(sum(chosen) >= need for chosen in combinations(counts, n - 1))


def test_border_cases():
    assert items_holding([5, 5, 5, 5]) == 2
    assert items_holding([5, 5, 5, 5], share=1) == 4
    assert items_holding([0, 0, 0]) == 0
    # In floating point .7 x 10 is above 7.
    assert items_holding([4, 3, 3], share=0.7) == 2


@pytest.mark.parametrize("share", [0, 1.1])
def test_impossible_share(share):
    with pytest.raises(ValueError, match="share must lie"):
        items_holding([1, 2], share)


def test_table_against_values_worked_by_hand():
    table = concentration({"flat": [2, 2, 2, 2], "steep": np.array([0, 1, 0, 18, 1])})
    assert table.columns == [
        "dataset", "items", "cold", "once", "top 20%", "tail 50%", "half in", "gini",
    ]  # fmt: skip
    assert table.row(0) == ("flat", 4, 0.0, 0.0, 0.25, 0.5, 0.5, 0.0)
    # Tail: the two cold items. Gini: (-2*0 + 0*1 + 2*1 + 4*18) / (5 * 20).
    assert table.row(1) == ("steep", 5, 0.4, 0.4, 0.9, 0.0, 0.2, 0.74)
