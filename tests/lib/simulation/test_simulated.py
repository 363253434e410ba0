"""Simulated datasets on disk."""

import gzip
import hashlib
import json
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

import longtail_lib
from longtail_lib.datasets import load_dataset
from longtail_lib.simulation import PRESETS, read_simulated, simulate, write_simulated

DATASETS = Path(longtail_lib.__file__).parents[1] / "datasets"


@pytest.fixture(scope="module")
def small():
    return simulate(replace(PRESETS["shop"], n_users=60, n_items=150, min_interactions=1), seed=2)


@pytest.fixture
def folder(small, tmp_path):
    return write_simulated(small, tmp_path / "small")


def test_what_is_read_is_what_was_written(small, folder):
    again = read_simulated(folder)
    for table in ("interactions", "items", "users"):
        assert getattr(again, table).equals(getattr(small, table))
        assert getattr(again, table).schema == getattr(small, table).schema
    rows = np.arange(small.n_users)
    assert np.array_equal(again.truth.preference(rows), small.truth.preference(rows))
    assert np.array_equal(again.truth.propensity(rows), small.truth.propensity(rows))
    assert again.truth.item_ids.tolist() == small.items["item_id"].to_list()
    assert again.truth.user_ids.tolist() == small.users["user_id"].to_list()
    assert set(again.card.sha256) == {
        "interactions.csv.gz",
        "items.csv.gz",
        "users.csv.gz",
        "truth.npz",
    }
    assert not list(folder.glob("*.part"))


def test_written_twice_the_files_are_the_same(small, folder, tmp_path):
    other = write_simulated(small, tmp_path / "other")
    for path in folder.iterdir():
        assert path.read_bytes() == (other / path.name).read_bytes()


def test_truth_can_stay_on_disk(folder):
    (folder / "truth.npz").unlink()
    assert read_simulated(folder, truth=False).truth is None
    with pytest.raises(FileNotFoundError, match=r"truth\.npz; a simulated dataset is written by"):
        read_simulated(folder)


@pytest.mark.parametrize("table", ["interactions", "items", "users"])
def test_an_altered_table_is_refused(folder, table):
    path = folder / f"{table}.csv.gz"
    text = gzip.decompress(path.read_bytes())
    path.write_bytes(gzip.compress(text.replace(b"5", b"4", 1)))
    with pytest.raises(ValueError, match=f"{table}.csv.gz was altered or is damaged .sha256"):
        read_simulated(folder)


def test_other_compression_of_the_same_content_is_accepted(folder):
    path = folder / "items.csv.gz"
    path.write_bytes(gzip.compress(gzip.decompress(path.read_bytes()), compresslevel=1))
    assert read_simulated(folder).n_items == 150


@pytest.mark.parametrize("name", ["interactions.csv.gz", "truth.npz"])
def test_a_truncated_file_is_refused(folder, name):
    path = folder / name
    path.write_bytes(path.read_bytes()[:-200])
    with pytest.raises(ValueError, match=f"{name} was altered or is damaged"):
        read_simulated(folder)


def test_an_altered_truth_is_refused(folder):
    with np.load(folder / "truth.npz") as file:
        arrays = dict(file)
    arrays["appeal"][3] += 1
    np.savez_compressed(folder / "truth.npz", **arrays)
    with pytest.raises(ValueError, match=r"truth.npz was altered or is damaged \(sha256"):
        read_simulated(folder)


def test_only_simulated_data_is_written(small, tmp_path):
    with pytest.raises(TypeError, match="has no simulated truth"):
        write_simulated(small.replace(truth=None), tmp_path)


@pytest.mark.parametrize("name", PRESETS)
def test_stored_folders_are_small_and_complete(name):
    folder = DATASETS / name
    assert sum(path.stat().st_size for path in folder.iterdir()) <= 3 * 2**20
    data = load_dataset(name)
    card = (folder / "README.md").read_text(encoding="utf-8")
    assert f"{data.n_interactions:,} interactions" in card
    assert f"{data.n_items:,} items" in card
    for heading in ("How it was made", "Files and columns", "Known limits", "Licence"):
        assert f"## {heading}" in card
    assert "CC BY 4.0" in card
    assert data.card.licence == "CC BY 4.0"
    for frame in (data.interactions, data.items, data.users):
        assert all(f"- `{column}`:" in card for column in frame.columns)


def test_hashes_on_disk_are_of_the_content():
    stored = json.loads((DATASETS / "shop" / "card.json").read_text())["sha256"]
    text = gzip.decompress((DATASETS / "shop" / "items.csv.gz").read_bytes())
    assert hashlib.sha256(text).hexdigest() == stored["items.csv.gz"]
