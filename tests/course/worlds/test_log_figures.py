"""Counts of a log against a tally by hand, in polars and pandas."""

from collections import Counter

import numpy as np
import pandas as pd
import polars as pl
import pytest

from longtail_course.worlds import log_figures
from longtail_lib.data import Dataset, DatasetCard
from longtail_lib.datasets import load_dataset

LOG = {
    "user_id": [7, 7, 9, 7],
    "item_id": ["b", "a", "b", "d"],
    "rating": [4.0, 0.5, 3.0, 5.0],
}


def dataset(frame, log=LOG, items=("d", "a", "c", "b")):
    return Dataset(
        interactions=frame(log),
        items=frame({"item_id": list(items)}),
        users=frame({"user_id": [9, 8, 7]}),
        card=DatasetCard(name="four"),
    )


@pytest.mark.parametrize("frame", [pl.DataFrame, pd.DataFrame], ids=["polars", "pandas"])
def test_counts_follow_the_order_of_the_tables(frame):
    figures = log_figures(dataset(frame))
    assert figures.item_counts.tolist() == [1, 1, 0, 2]
    assert figures.user_counts.tolist() == [1, 0, 3]
    assert figures.ratings.tolist() == [0.5, 3.0, 4.0, 5.0]
    assert figures.item_counts.dtype == np.int64


def test_a_log_without_ratings_has_none():
    log = {name: values for name, values in LOG.items() if name != "rating"}
    assert log_figures(dataset(pl.DataFrame, log)).ratings.shape == (0,)


def test_an_unknown_item_is_named():
    with pytest.raises(ValueError, match="item_id 'b', which the table of items does not"):
        log_figures(dataset(pl.DataFrame, items=("d", "a")))


def test_shop_against_a_tally():
    shop = load_dataset("shop", truth=False)
    figures = log_figures(shop)
    tally = Counter(shop.interactions["item_id"].to_list())
    assert figures.item_counts.tolist() == [tally[item] for item in shop.items["item_id"]]
    assert figures.user_counts.sum() == len(figures.ratings) == shop.n_interactions
