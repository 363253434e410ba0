import numpy as np
import pandas as pd
import polars as pl
import pytest

from longtail_lib.preprocessing._id_codes import attribute_indicators

TABLE = {
    "item_id": [1, 2, 3, 4],
    "title": ["a", "a", "a", "a"],
    "category": ["tea", "tea", "mug", None],
    "tags": [["x", "y"], ["y"], [], ["y"]],
    "code": ["k1", "k2", "k3", "k4"],
    "year": [1, 1, 1, 1],
}


def test_values_become_indicators_and_rare_ones_are_left_out():
    indicators, names = attribute_indicators(pl.DataFrame(TABLE), min_items=2)
    assert names == ["category=tea", "tags=y"]
    assert indicators.tolist() == [[1, 1], [1, 1], [0, 0], [0, 1]]
    assert indicators.dtype == np.float32


def test_pandas_gives_the_same():
    columns = ["category", "code"]
    ours, names = attribute_indicators(pl.DataFrame(TABLE), columns, min_items=1)
    theirs, other = attribute_indicators(pd.DataFrame(TABLE), columns, min_items=1)
    assert names == other
    assert np.array_equal(ours, theirs)


def test_columns_can_be_chosen():
    _, names = attribute_indicators(pl.DataFrame(TABLE), ["tags"], min_items=1)
    assert names == ["tags=x", "tags=y"]
    with pytest.raises(KeyError, match=r"no column 'colour'; it has 'item_id'"):
        attribute_indicators(pl.DataFrame(TABLE), ["colour"])


def test_no_table_and_no_attributes():
    assert attribute_indicators(None)[0].size == 0
    bare, names = attribute_indicators(pl.DataFrame({"item_id": [1, 2]}))
    assert bare.shape == (2, 0)
    assert names == []
