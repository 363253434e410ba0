"""Logs in both frame libraries, and what came out as plain Python values."""

import pandas as pd
import polars as pl
import pytest

from longtail_lib.data import Dataset, DatasetCard

LIBRARIES = {"polars": pl.DataFrame, "pandas": pd.DataFrame}


def _make_dataset(columns, items=None, users=None, library="polars", name="test"):
    """Build a dataset; items and users default to those of the log, ascending."""
    frame = LIBRARIES[library]

    def distinct(column):
        return sorted({value for value in columns[column] if value is not None})

    return Dataset(
        interactions=frame(columns),
        items=frame({"item_id": distinct("item_id")} if items is None else items),
        users=frame({"user_id": distinct("user_id")} if users is None else users),
        card=DatasetCard(name=name),
    )


def _rows_of(frame, *columns):
    """A frame's rows as tuples of plain Python values."""
    columns = columns or tuple(frame.columns)
    return list(zip(*(frame[column].to_list() for column in columns), strict=True))


def _pairs_of(parts):
    """Each part as a set of (user id, item id)."""
    pairs = {}
    for part in ("train", "validation", "test"):
        matrix = getattr(parts, part).tocoo()
        users, items = parts.user_ids[matrix.row], parts.item_ids[matrix.col]
        pairs[part] = set(zip(users.tolist(), items.tolist(), strict=True))
    return pairs


@pytest.fixture(scope="session", params=sorted(LIBRARIES))
def library(request):
    return request.param


@pytest.fixture(scope="session")
def make_dataset():
    return _make_dataset


@pytest.fixture(scope="session")
def rows_of():
    return _rows_of


@pytest.fixture(scope="session")
def pairs_of():
    return _pairs_of
