"""Stored real data is what the command makes of the source, byte by byte, and its page is right."""

from pathlib import Path

import pytest

import longtail_lib
from longtail_course.build.__main__ import main
from longtail_course.worlds import STORED_REAL, store_real_dataset
from longtail_course.worlds.stored_real_data import real_card_text
from longtail_lib.datasets import load_dataset

DATASETS = Path(longtail_lib.__file__).parents[1] / "datasets"


@pytest.mark.parametrize("name", STORED_REAL)
def test_pages_are_up_to_date(name):
    stored = (DATASETS / name / "README.md").read_text(encoding="utf-8")
    assert real_card_text(load_dataset(name)) == stored


@pytest.mark.real_data("online-retail-ii", "movietweetings-100k")
@pytest.mark.parametrize("name", STORED_REAL)
def test_the_command_makes_the_same_bytes(name, tmp_path, capsys):
    assert main(["datasets", name, "--root", str(tmp_path)]) == 0
    again = tmp_path / "datasets" / name
    assert again.name in capsys.readouterr().out
    assert {file.name for file in again.iterdir()} == {
        file.name for file in (DATASETS / name).iterdir()
    }
    for file in again.iterdir():
        assert file.read_bytes() == (DATASETS / name / file.name).read_bytes(), file.name


def test_without_the_source_one_sentence_says_where_it_belongs(tmp_path, monkeypatch):
    monkeypatch.setenv("LONGTAIL_DATA_HOME", str(tmp_path))
    monkeypatch.setenv("LONGTAIL_CACHE_HOME", str(tmp_path))
    with pytest.raises(ValueError, match="holds online-retail-ii"):
        store_real_dataset("online-retail", tmp_path / "out")
    with pytest.raises(ValueError, match="'lastfm' is not stored"):
        store_real_dataset("lastfm", tmp_path / "out")
    assert main(["datasets", "movietweetings", "--root", str(tmp_path)]) == 2
    assert list(tmp_path.iterdir()) == []
