"""Shares of groups, of items and of histories."""

import numpy as np
import pandas as pd
import polars as pl
import pytest
from scipy.sparse import csr_matrix

from longtail_lib.rerank._candidates import attribute_shares, history_mixture


@pytest.mark.parametrize("frame", [pl.DataFrame, pd.DataFrame])
def test_several_values_share_one(frame):
    items = frame({"kind": ["b|a", "a", "c|a|b", ""]})
    np.testing.assert_allclose(
        attribute_shares(items, "kind"),
        [[0.5, 0.5, 0], [1, 0, 0], [1 / 3, 1 / 3, 1 / 3], [0, 0, 0]],
        atol=1e-7,
    )


def test_lists_and_numbers_are_values_too():
    lists = pl.DataFrame({"kind": [["x", "y"], ["x"], None]})
    np.testing.assert_array_equal(attribute_shares(lists, "kind"), [[0.5, 0.5], [1, 0], [0, 0]])
    numbers = pl.DataFrame({"decade": [1980, 1990, 1980]})
    np.testing.assert_array_equal(attribute_shares(numbers, "decade"), [[1, 0], [0, 1], [1, 0]])


def test_what_is_not_there_is_named():
    items = pl.DataFrame({"kind": ["a"], "empty": [None]})
    with pytest.raises(KeyError, match="no attribute 'colour'; the items have kind, empty"):
        attribute_shares(items, "colour")
    with pytest.raises(ValueError, match="'empty' has no value"):
        attribute_shares(items, "empty")
    with pytest.raises(ValueError, match="no item table"):
        attribute_shares(None, "kind")


def test_a_history_counts_interactions_whatever_their_rating():
    seen = csr_matrix(np.array([[5, 1, 0, 0], [0, 0, 0, 2], [0, 0, 0, 0]]))
    shares = np.array([[1, 0], [0, 1], [1, 0], [0, 0]])
    np.testing.assert_allclose(history_mixture(seen, shares), [[0.5, 0.5]] * 3)
    shares[3] = [0, 1]
    found = history_mixture(seen, shares)
    np.testing.assert_allclose(found, [[0.5, 0.5], [0, 1], [1 / 3, 2 / 3]], atol=1e-6)


def test_a_log_without_any_group_has_no_mixture():
    with pytest.raises(ValueError, match="no mixture"):
        history_mixture(csr_matrix(np.eye(2)), np.zeros((2, 3)))
