"""Figures of a split against loops over its rows."""

from dataclasses import replace

import numpy as np
import polars as pl
import pytest

from longtail_course.toys import split_summary
from longtail_lib import prepare
from longtail_lib.data import Dataset, DatasetCard
from longtail_lib.preprocessing import split

RNG = np.random.default_rng(4)


@pytest.fixture(scope="module")
def data():
    # Users arrive one after the other, so that a temporal split has new ones.
    users = np.sort(RNG.integers(0, 40, 600))
    log = pl.DataFrame(
        {
            "user_id": users,
            "item_id": RNG.geometric(0.05, 600),
            "timestamp": users * 50 + RNG.integers(0, 400, 600),
        }
    )
    items = pl.DataFrame({"item_id": np.arange(1, 301)})
    raw = Dataset(log, items, pl.DataFrame({"user_id": np.arange(40)}), DatasetCard(name="drawn"))
    return prepare(raw, min_user_interactions=4)


def pairs(parts, part):
    matrix, times = getattr(parts, part).tocoo(), parts.times[part].tocoo()
    return list(zip(matrix.row, matrix.col, times.data, strict=True))


@pytest.mark.parametrize("how", ["leave-last-out", "temporal", "random"])
def test_agrees_with_counting_one_by_one(data, how):
    parts = split(data, how=how)
    train, test = pairs(parts, "train"), pairs(parts, "test")
    begins = min(time for _, _, time in test)
    known, sold = {user for user, _, _ in train}, {item for _, item, _ in train}
    asked = {user for user, _, _ in test}
    about = split_summary(parts, digits=None)
    assert about["train"] + about["validation"] + about["test"] == data.n_interactions
    assert about["test"] == len(test)
    assert about["test users"] == len(asked)
    assert about["future"] == sum(time >= begins for *_, time in train) / len(train)
    assert about["new users"] == len(asked - known) / len(asked)
    assert about["cold items"] == sum(item not in sold for _, item, _ in test) / len(test)


def test_only_the_temporal_split_keeps_the_future_out(data):
    future = {how: split_summary(split(data, how=how))["future"] for how in ("temporal", "random")}
    assert future["temporal"] == 0
    assert future["random"] > 0.5
    assert split_summary(split(data, how="temporal"))["new users"] > 0


def test_without_timestamps_the_future_is_unknown(data):
    parts = replace(split(data, how="random"), times=None)
    assert split_summary(parts)["future"] is None


def test_an_empty_part_is_refused(data):
    parts = split(data, how="random", validation=0.1, test=0.0)
    with pytest.raises(ValueError, match="the test part of"):
        split_summary(parts)
