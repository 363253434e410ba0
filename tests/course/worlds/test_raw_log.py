"""The dirty log and the cards of stored datasets."""

import shutil
from collections import Counter
from dataclasses import replace
from datetime import datetime
from pathlib import Path

import polars as pl
import pytest

import longtail_lib
from longtail_course.worlds import dirty_log, load_dirty_log, store_dataset, write_dirty_log
from longtail_course.worlds.dataset_card import card_text
from longtail_lib.datasets import load_dataset
from longtail_lib.simulation import PRESETS, simulate

DATASETS = Path(longtail_lib.__file__).parents[1] / "datasets"


@pytest.mark.parametrize("name", PRESETS)
def test_readmes_are_up_to_date(name):
    stored = (DATASETS / name / "README.md").read_text(encoding="utf-8")
    assert card_text(load_dataset(name)) == stored


def test_the_stored_shop_is_made_again_file_by_file(tmp_path):
    again = store_dataset("shop", tmp_path / "shop")
    assert {path.name for path in again.iterdir()} == {
        path.name for path in (DATASETS / "shop").iterdir()
    }
    # Compressed bytes depend on the version of zlib; the card holds the hash of each content.
    for name in ("card.json", "README.md", "raw_log.csv", "raw_log.json"):
        assert (again / name).read_bytes() == (DATASETS / "shop" / name).read_bytes()


# The dirty log


@pytest.fixture(scope="module")
def raw():
    return load_dirty_log()


def test_the_dirty_log_follows_from_the_shop(raw, tmp_path):
    shop = load_dataset("shop")
    assert dirty_log(shop, seed=7).equals(raw.frame)
    again = write_dirty_log(shop, tmp_path)
    assert again.read_bytes() == raw.path.read_bytes()
    assert again.with_suffix(".json").read_bytes() == raw.path.with_suffix(".json").read_bytes()
    assert not dirty_log(shop, seed=8).equals(raw.frame)


def test_the_dirty_log_is_text_as_read(raw):
    frame, path = raw
    assert path == DATASETS / "shop" / "raw_log.csv"
    assert set(frame.dtypes) == {pl.String}
    assert len(frame) == raw.defects["rows"] == path.read_text().count("\n") - 1
    assert 19_000 < len(frame) < 21_000


def test_each_defect_is_there_as_often_as_stated(raw):
    """Count every defect in the frame, knowing nothing of how it was made."""
    stated, rows = raw.defects["defects"], raw.frame.to_dicts()
    shop = load_dataset("shop", truth=False)
    known = set(shop.items["item_id"])
    clean = {
        (str(user), item): f"{rating:g}"
        for user, item, rating in shop.interactions.select("user_id", "item_id", "rating").rows()
    }
    bot = [row for row in rows if row["uid"] == raw.defects["bot_user"]]
    people = [row for row in rows if row["uid"] != raw.defects["bot_user"]]
    assert len(bot) == stated["bot"]
    moments = sorted(int(row["ts"]) for row in bot)
    assert moments[-1] - moments[0] < 90 * 60

    copies = Counter(tuple(row.values()) for row in people)
    assert sum(times - 1 for times in copies.values()) == stated["exact_duplicate"]
    for name, column in (
        ("missing_user", "uid"),
        ("missing_item", "sku"),
        ("missing_rating", "stars"),
    ):
        assert sum(row[column] is None for row in people) == stated[name]

    stars = [row["stars"] for row in people if row["stars"] is not None]
    whole = [star for star in stars if star.lstrip("-").isdigit()]
    assert len(stars) - len(whole) == stated["broken_rating"]
    assert sum(not 1 <= int(star) <= 5 for star in whole) == stated["rating_out_of_range"]

    def tidy(text):
        return None if text is None else text.strip().upper()

    ids = [(row["uid"], row["sku"]) for row in people]
    assert sum((tidy(u), tidy(i)) != (u, i) for u, i in ids) == stated["untidy_id"]
    assert sum(i is not None and tidy(i) not in known for _, i in ids) == stated["unknown_item"]

    def readable(moment):
        if moment.isdigit():
            return len(moment) in (10, 13)
        try:
            return datetime.fromisoformat(moment).year in (2023, 2024, 2025)
        except ValueError:
            return False

    assert sum(not readable(row["ts"]) for row in people) == stated["broken_time"]
    changed = [
        row
        for row in people
        if (row["uid"], row["sku"]) in clean
        and row["stars"] in ("1", "2", "3", "4", "5")
        and row["stars"] != clean[row["uid"], row["sku"]]
    ]
    assert len(changed) == stated["changed_rating"]

    good = {
        (tidy(row["uid"]), tidy(row["sku"]))
        for row in people
        if row["uid"]
        and tidy(row["sku"]) in known
        and row["stars"] in ("1", "2", "3", "4", "5")
        and readable(row["ts"])
    }
    assert len(good) == raw.defects["recoverable"]
    assert good <= clean.keys()


def test_time_formats_of_the_dirty_log(raw):
    times = raw.frame["ts"]
    formats = raw.defects["time_formats"]
    assert times.str.contains(r"^\d{13}$").sum() == formats["milliseconds"] > 1000
    assert times.str.contains(r"^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$").sum() == formats["iso"] > 1000
    assert times.str.contains(r"^\d{10}$").sum() == formats["seconds"]


def test_an_altered_or_missing_dirty_log_is_refused(raw, tmp_path):
    for name in ("raw_log.csv", "raw_log.json"):
        shutil.copy(raw.path.with_name(name), tmp_path / name)
    assert load_dirty_log(tmp_path).frame.equals(raw.frame)
    text = (tmp_path / "raw_log.csv").read_text()
    (tmp_path / "raw_log.csv").write_text(text.replace(",5,", ",4,", 1))
    with pytest.raises(ValueError, match=r"raw_log\.csv was altered"):
        load_dirty_log(tmp_path)
    with pytest.raises(FileNotFoundError, match="no file"):
        load_dirty_log(tmp_path / "nowhere")


def test_a_log_without_ratings_cannot_be_made_dirty():
    small = simulate(replace(PRESETS["shop"], n_users=60, n_items=150, min_interactions=1), seed=2)
    with pytest.raises(ValueError, match="has no ratings"):
        dirty_log(load_dataset("social", truth=False))
    with pytest.raises(ValueError, match="at least 17,000 interactions"):
        dirty_log(small)
