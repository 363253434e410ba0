"""Real data that comes with the project: offline, checked, small, made again."""

import json
from pathlib import Path

import polars as pl
import pytest

import longtail_lib
from longtail_lib import prepare, split
from longtail_lib.data import Dataset, DatasetCard
from longtail_lib.data import _download as download
from longtail_lib.datasets import _load_dataset as registry
from longtail_lib.datasets import list_datasets, load_dataset
from longtail_lib.datasets._stored_copy import read_stored_copy, write_stored_copy

DATASETS = Path(longtail_lib.__file__).parents[1] / "datasets"
FIGURES = {
    "online-retail": (480_978, 5_853, 4_619),
    "movietweetings": (100_000, 16_554, 10_506),
}


@pytest.fixture
def offline(monkeypatch, tmp_path):
    monkeypatch.delenv("LONGTAIL_DATA_HOME", raising=False)
    monkeypatch.setattr(download, "cache_folder", lambda: tmp_path / "cache")
    monkeypatch.setattr(download, "_download", lambda *_: pytest.fail("a download was tried"))


@pytest.mark.parametrize("name", FIGURES)
def test_it_opens_offline_with_its_figures(name, offline, capsys):
    data = load_dataset(name)
    assert (data.n_interactions, data.n_users, data.n_items) == FIGURES[name]
    assert data.interactions["timestamp"].dtype == pl.Int64
    assert data.interactions["user_id"].n_unique() == data.n_users
    assert set(data.interactions["item_id"]) <= set(data.items["item_id"])
    assert data.items["text"].null_count() == 0
    assert "comes with the project and needs no network" in data.card.notes
    # Permissive licences are on the card and need no reminder.
    assert capsys.readouterr().out == ""
    cards = {card.name: card for card in list_datasets()}
    assert cards[name] == data.card


@pytest.mark.parametrize("name", FIGURES)
def test_it_is_small_and_says_its_terms(name):
    folder = DATASETS / name
    assert {file.name for file in folder.iterdir()} == {
        *("README.md", "card.json", "interactions.parquet", "items.parquet"),
    }
    assert sum(file.stat().st_size for file in folder.iterdir()) < 3_000_000
    page = (folder / "README.md").read_text(encoding="utf-8")
    licence = {"online-retail": "CC BY 4.0", "movietweetings": "Permission is hereby granted"}
    assert licence[name] in page
    assert f"build datasets {name}" in page


def tiny():
    return Dataset(
        interactions=pl.DataFrame({"user_id": [2, 1, 2], "item_id": ["b", "a", "a"]}),
        items=pl.DataFrame({"item_id": ["a", "b"], "title": ["A", None]}),
        users=pl.DataFrame({"user_id": [1, 2]}),
        card=DatasetCard("two"),
    )


@pytest.mark.parametrize("table", ["interactions", "items"])
def test_an_altered_file_is_refused(table, tmp_path):
    folder = write_stored_copy(tiny(), tmp_path / "two")
    frame = pl.read_parquet(folder / f"{table}.parquet")
    frame.reverse().write_parquet(folder / f"{table}.parquet")
    with pytest.raises(ValueError, match=rf"{table}\.parquet was altered or is damaged"):
        read_stored_copy(folder)


def test_equal_data_gives_equal_bytes_in_however_many_pieces(tmp_path):
    log = pl.DataFrame(
        {"user_id": [n // 7 for n in range(150_000)], "item_id": [n % 977 for n in range(150_000)]}
    )
    whole = Dataset(
        interactions=log,
        items=log.select(pl.col("item_id").unique().sort()),
        users=log.select(pl.col("user_id").unique().sort()),
        card=DatasetCard("large"),
    )
    # As a reader with several threads leaves them; small frames would hide the difference.
    pieces = whole.replace(interactions=pl.concat([log[:50_001], log[50_001:]], rechunk=False))
    assert pieces.interactions.n_chunks() == 2
    one = write_stored_copy(whole, tmp_path / "one")
    two = write_stored_copy(pieces, tmp_path / "two")
    for file in one.iterdir():
        assert file.read_bytes() == (two / file.name).read_bytes()
    again = read_stored_copy(one)
    assert again.interactions.equals(log)
    assert again.users.equals(whole.users)


def test_a_copy_holds_no_attributes_of_people(tmp_path):
    more = tiny().replace(users=pl.DataFrame({"user_id": [1, 2, 3]}))
    with pytest.raises(ValueError, match="holds the users of its log"):
        write_stored_copy(more, tmp_path / "more")


def test_a_named_home_counts_before_the_stored_copy(tmp_path):
    folder = tmp_path / "online-retail-ii"
    folder.mkdir()
    (folder / "lines.csv").write_text(
        "Invoice,StockCode,Description,InvoiceDate,Customer ID\n1,85048,BALL,2010-01-01,7\n"
    )
    assert load_dataset("online-retail", data_home=tmp_path).n_interactions == 1


def test_without_the_checkout_the_source_is_read(monkeypatch, tmp_path):
    folder = tmp_path / "online-retail-ii"
    folder.mkdir()
    (folder / "lines.csv").write_text(
        "Invoice,StockCode,Description,InvoiceDate,Customer ID\n1,85048,BALL,2010-01-01,7\n"
    )
    monkeypatch.setattr(registry, "stored_folder", lambda name: None)
    monkeypatch.setenv("LONGTAIL_DATA_HOME", str(tmp_path))
    data = load_dataset("online-retail")
    assert data.interactions.rows() == [(7, "85048", 1262304000)]
    assert "no network" not in data.card.notes


def test_it_can_be_prepared_and_split():
    data = prepare(load_dataset("movietweetings"), min_user_interactions=5)
    parts = split(data, how="random")
    assert parts.train.shape == (len(parts.user_ids), data.n_items)
    assert parts.test.nnz > 0


@pytest.mark.real_data("online-retail-ii", "movietweetings-100k")
@pytest.mark.parametrize("name", FIGURES)
def test_the_stored_copy_is_the_source_cleaned(name, monkeypatch):
    stored = load_dataset(name)
    monkeypatch.setattr(registry, "stored_folder", lambda name: None)
    source = load_dataset(name)
    for table in ("interactions", "items", "users"):
        assert getattr(source, table).equals(getattr(stored, table))
    about = json.loads((DATASETS / name / "card.json").read_text(encoding="utf-8"))
    assert source.card.notes in about["notes"]
