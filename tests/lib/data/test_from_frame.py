"""`Dataset.from_frame`: frames of any kind give what `read_table` gives of the same file."""

from datetime import datetime, timedelta, timezone

import pandas as pd
import polars as pl
import pyarrow as pa
import pytest

from longtail_lib import Dataset, prepare, read_table, split

LOG = {
    "uid": [7, 7, 9, 9],
    "sku": ["lamp", "rug", "lamp", "bed"],
    "stars": [4, 5, 2, 3],
    "ts": ["2024-01-01", "2024-01-02", "2024-01-03", "2024-01-04"],
}
SHOP = {"sku": ["rug", "lamp", "bed"], "what": ["Rug", "Lamp", None], "more": ["Red", "Warm", ""]}
NAMED = {"user": "uid", "item": "sku", "rating": "stars", "timestamp": "ts"}


@pytest.mark.parametrize(
    "frame",
    [
        pl.DataFrame,
        pl.LazyFrame,
        pd.DataFrame,
        lambda table: pl.DataFrame(table).to_arrow(),
        lambda table: pd.DataFrame(table).astype({"sku": "category"}).set_index("sku", drop=False),
    ],
    ids=["polars", "lazy", "pandas", "arrow", "categories and an index"],
)
def test_every_kind_of_frame_gives_what_the_file_gives(frame, tmp_path):
    pl.DataFrame(LOG).write_parquet(tmp_path / "log.parquet")
    pl.DataFrame(SHOP).write_parquet(tmp_path / "shop.parquet")
    text = {"text": ["what", "more"], "title": "what"}
    file = read_table(tmp_path / "log.parquet", **NAMED, items=tmp_path / "shop.parquet", **text)
    mine = Dataset.from_frame(frame(LOG), **NAMED, items=frame(SHOP), **text, name="mine")
    for table in ("interactions", "items", "users"):
        ours, theirs = getattr(mine, table), getattr(file, table)
        assert ours.to_dict(as_series=False) == theirs.to_dict(as_series=False), table
    assert mine.card.name == "mine"
    assert mine.items["text"].to_list() == ["Rug. Red", "Lamp. Warm", None]
    assert split(prepare(mine), validation=0).n_items == 3


def test_users_with_attributes():
    users = pl.DataFrame({"who": [9, 8], "town": ["Ulm", "Bonn"]})
    mine = Dataset.from_frame(pl.DataFrame(LOG), user="uid", item="sku", users=users, user_id="who")
    assert mine.users.to_dict(as_series=False) == {
        "user_id": [9, 8, 7],
        "town": ["Ulm", "Bonn", None],
    }
    assert mine.items["item_id"].to_list() == ["bed", "lamp", "rug"]


def refusal(frame=None, **changes):
    with pytest.raises((TypeError, ValueError)) as caught:
        Dataset.from_frame(pl.DataFrame(LOG) if frame is None else frame, **{**NAMED, **changes})
    return str(caught.value)


def test_what_is_wrong_is_named():
    assert "the log has no column 'user' (argument user)" in refusal(user="user")
    assert "the log must be a polars, pandas or pyarrow frame, got list" in refusal([1, 2])
    assert "items must be a polars" in refusal(items="shop.csv")
    assert "the log has no rows" in refusal(pl.DataFrame(LOG).head(0))
    assert refusal(pl.DataFrame({**LOG, "stars": [1, None, 2, 3]})).startswith(
        "the log, row 2, column 'stars': the rating is missing"
    )
    twice = pl.DataFrame({"sku": ["lamp", "lamp"]})
    assert "items, row 2, column 'sku': item 'lamp' is already in row 1" in refusal(items=twice)
    assert "item 'rug' is not in items" in refusal(items=pl.DataFrame({"sku": ["lamp", "bed"]}))
    assert "pass items=<table> as well" in refusal(text="what")


def test_null_keeps_rows_and_says_so():
    log = pl.DataFrame({**LOG, "stars": [1, None, 2, 3]})
    kept = Dataset.from_frame(log, **NAMED, on_error="null")
    assert kept.n_interactions == 4
    assert "1 ratings are null" in kept.card.notes


@pytest.mark.parametrize(
    "frame",
    [pl.DataFrame, pl.LazyFrame, pd.DataFrame, pa.table],
    ids=["polars", "lazy", "pandas", "arrow"],
)
@pytest.mark.parametrize("zone", [None, timezone(timedelta(hours=-5))])
def test_times_of_any_kind_of_frame_keep_their_fractions(frame, zone):
    moments = [datetime(2020, 9, 13, 12, 26, 40, n * 250_000, tzinfo=zone) for n in range(3)]
    log = frame({"u": [1, 1, 1], "i": [1, 2, 3], "ts": moments})
    mine = Dataset.from_frame(log, user="u", item="i", timestamp="ts")
    start = 1600000000 + (0 if zone is None else 5 * 3600)
    assert mine.interactions["timestamp"].to_list() == [start, start + 0.25, start + 0.5]
    days = frame({"u": [1, 1], "i": [1, 2], "ts": [20200913, 20200914]})
    mine = Dataset.from_frame(days, user="u", item="i", timestamp="ts")
    assert mine.interactions["timestamp"].to_list() == [1599955200, 1599955200 + 86_400]
    assert mine.card.notes == "timestamps were read as dates written YYYYMMDD"
