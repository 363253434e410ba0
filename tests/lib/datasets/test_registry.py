"""Datasets by name."""

import os
import sys
from pathlib import Path

import pytest

import longtail_lib
from longtail_lib import simulation as simulator
from longtail_lib.data import DownloadError
from longtail_lib.datasets import _load_dataset as registry
from longtail_lib.datasets import list_datasets, load_dataset
from longtail_lib.simulation import _read_simulated as simulated


@pytest.fixture
def no_movielens(monkeypatch, tmp_path):
    monkeypatch.delenv("LONGTAIL_DATA_HOME", raising=False)
    monkeypatch.setattr(registry, "find_published", lambda published, home=None: None)


def test_cards_say_what_a_user_must_know():
    cards = {card.name: card for card in list_datasets()}
    assert list(cards) == [
        *("shop", "video", "music", "social"),
        *("movielens-small", "movielens-100k", "movielens-1m", "movielens-25m"),
        *("online-retail", "movietweetings", "lastfm", "amazon", "amazon-toys-5core"),
        *("complete-journey", "citeulike-a", "citeulike-t", "recbole"),
    ]
    for card in cards.values():
        assert card.title
        assert card.source
        assert card.licence not in ("", "unknown")
    assert set(cards["movielens-small"].sha256) == {
        "ratings.csv",
        "movies.csv",
        "tags.csv",
        "links.csv",
    }


@pytest.mark.parametrize("name", [*registry.READY, "amazon/Toys_and_Games", "recbole/ml-100k"])
def test_what_can_be_fetched_is_described_in_full(name):
    known = registry.ready(name)
    assert known.card.citation
    assert known.card.source.startswith("https://")
    if known.published is None or not known.published.url:
        return
    published = known.published
    assert published.url.startswith("https://")
    assert published.paths
    assert set(published.sha256) <= set(published.paths)
    kind, _, digest = published.checksum.partition(":")
    assert (kind, len(digest)) in {("", 0), ("md5", 32)}


@pytest.mark.parametrize(
    ("name", "meant"),
    [
        ("movielens_small", "movielens-small"),
        ("Shop", "shop"),
        ("socials", "social"),
        ("online_retail", "online-retail"),
        ("xyzzy", None),
    ],
)
def test_unknown_names_get_the_closest_one(name, meant):
    with pytest.raises(ValueError, match="unknown dataset") as caught:
        load_dataset(name)
    message = str(caught.value)
    assert all(repr(known) in message for known in registry.KNOWN)
    assert message.endswith(f"did you mean {meant!r}?") is (meant is not None)


@pytest.mark.parametrize("name", registry.SIMULATED)
def test_stored_datasets_are_found_from_any_folder(name, monkeypatch, tmp_path):
    monkeypatch.chdir(tmp_path)
    checkout = Path(longtail_lib.__file__).parents[1]
    assert registry.stored_folder(name) == checkout / "datasets" / name
    data = load_dataset(name)
    assert data.card.name == name
    assert data.truth is not None
    assert load_dataset(name, truth=False).truth is None


def test_without_the_checkout_the_data_is_simulated(monkeypatch):
    stored = load_dataset("shop", truth=False)
    asked = []

    def simulate(preset, seed=7):
        asked.append((preset, seed))
        return stored.replace(truth="truth")

    monkeypatch.setattr(registry, "stored_folder", lambda name: None)
    monkeypatch.setattr(simulator, "simulate", simulate)
    assert load_dataset("shop").truth == "truth"
    assert load_dataset("shop", truth=False).truth is None
    assert asked == [("shop", 7), ("shop", 7)]
    assert [card.name for card in list_datasets()] == list(registry.KNOWN)


def test_a_stored_dataset_that_was_altered_is_refused(monkeypatch, tmp_path):
    folder = simulated.write_simulated(load_dataset("music"), tmp_path / "music")
    card = folder / "card.json"
    card.write_text(card.read_text(encoding="utf-8").replace('sha256": {', 'sha256": {"x": "",'))
    (folder / "items.csv.gz").write_bytes((folder / "users.csv.gz").read_bytes())
    monkeypatch.setattr(registry, "stored_folder", lambda name: folder)
    with pytest.raises(ValueError, match=r"items\.csv\.gz"):
        load_dataset("music")


def test_without_data_and_network_one_sentence_says_what_to_do(no_movielens, monkeypatch, capsys):
    def fetch(published, home):
        raise DownloadError("cannot reach it; set LONGTAIL_DATA_HOME")

    monkeypatch.setattr(registry, "fetch_published", fetch)
    with pytest.raises(DownloadError, match="set LONGTAIL_DATA_HOME"):
        load_dataset("movielens-small")
    said = capsys.readouterr()
    assert said.out == ""
    assert said.err.startswith("Downloading MovieLens latest-small from https://files.grouplens")


def movielens_folder(tmp_path):
    (tmp_path / "ratings.csv").write_text("userId,movieId,rating,timestamp\n1,2,3.5,4\n")
    (tmp_path / "movies.csv").write_text("movieId,title,genres\n2,Heat (1995),Crime\n")
    return tmp_path


def test_licence_is_printed_once(monkeypatch, tmp_path, capsys):
    folder = movielens_folder(tmp_path)
    monkeypatch.setattr(registry, "find_published", lambda published, home=None: folder)
    registry._print_licence_once.cache_clear()
    load_dataset("movielens-small", quiet=True)
    assert capsys.readouterr().out == ""
    data = load_dataset("movielens-small")
    first = capsys.readouterr()
    assert first.out.startswith("Licence: MovieLens data of GroupLens")
    assert first.out.count("\n") == 1
    assert first.err == ""
    load_dataset("movielens-small")
    assert capsys.readouterr().out == ""
    assert data.card.name == "movielens-small"
    assert set(data.card.sha256) == {"ratings.csv", "movies.csv"}


def test_the_package_is_imported_without_what_it_may_not_need():
    import subprocess

    code = (
        "import sys, longtail_lib.datasets._load_dataset\n"
        "print([m for m in ('tensorflow', 'keras', 'matplotlib', 'pooch') if m in sys.modules])"
    )
    said = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert said.stdout.strip() == "[]"


@pytest.mark.real_data
def test_movielens_small_from_either_place(monkeypatch):
    home = os.environ["LONGTAIL_DATA_HOME"]
    from_environment = load_dataset("movielens-small")
    monkeypatch.delenv("LONGTAIL_DATA_HOME")
    from_argument = load_dataset("movielens-small", data_home=home)
    assert repr(from_argument) == (
        "Dataset 'movielens-small': 100,836 interactions, 610 users, 9,742 items"
    )
    assert from_argument.interactions.equals(from_environment.interactions)
    assert from_argument.card.sha256 == registry.card_of("movielens-small").sha256
