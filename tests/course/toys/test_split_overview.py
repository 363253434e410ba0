"""Counts agree with loops over users, on splits of a log in which some users are new in test."""

import numpy as np
import polars as pl
import pytest

from longtail_course.toys.split_overview import split_overview
from longtail_lib.data import Dataset, DatasetCard
from longtail_lib.preprocessing import split


@pytest.fixture(scope="module")
def splits():
    rng = np.random.default_rng(0)
    pairs = np.unique(
        np.column_stack([rng.integers(30, size=300), np.minimum(rng.geometric(0.1, 300), 40)]),
        axis=0,
    )
    # Users come one after the other, so that the temporal test part holds strangers.
    log = pl.DataFrame(
        {"user_id": pairs[:, 0], "item_id": pairs[:, 1], "timestamp": np.arange(len(pairs))}
    )
    items, users = pl.DataFrame({"item_id": range(50)}), pl.DataFrame({"user_id": range(30)})
    data = Dataset(log, items, users, DatasetCard(name="made"))
    return [split(data, how=how) for how in ("leave-last-out", "temporal", "random")]


@pytest.mark.parametrize(("groups", "tail_share"), [(None, 0.5), ({"tail": 0.7}, 0.7)])
def test_counts_by_loops(splits, groups, tail_share):
    table = split_overview(splits, groups=groups)
    for row, parts in zip(table.iter_rows(named=True), splits, strict=True):
        train, test = parts.train.toarray(), parts.test.toarray()
        order = sorted(range(50), key=lambda item: (-train[:, item].sum(), item))
        tail = order[50 - int(50 * tail_share) :]
        people = [user for user in range(len(test)) if test[user].any()]
        assert row["split"] == parts.how
        assert (row["train"], row["test"]) == (train.sum(), test.sum())
        assert row["test users"] == len(people)
        assert row["known"] == sum(train[user].any() for user in people)
        assert row["with tail"] == sum(test[user, tail].any() for user in people)
    known = dict(zip(table["split"], table["known"], strict=True))
    assert known["temporal"] < known["random"]


def test_refuses_nothing():
    with pytest.raises(ValueError, match="no split"):
        split_overview([])
