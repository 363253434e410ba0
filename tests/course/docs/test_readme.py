"""The README does what it says: its code runs as written, its links lead somewhere."""

import json
import re
from pathlib import Path

import polars as pl
import pytest

from longtail_course.build.lesson import find_lessons
from longtail_course.build.readme_picture import PICTURE, stored_picture
from longtail_lib.datasets import load_dataset

ROOT = Path(__file__).resolve().parents[3]
README = (ROOT / "README.md").read_text(encoding="utf-8")


@pytest.fixture
def own_log(tmp_path, monkeypatch):
    shop = load_dataset("shop", truth=False)
    names = {"user_id": "uid", "item_id": "sku", "rating": "stars", "timestamp": "ts"}
    shop.interactions.select(*names).rename(names).write_csv(tmp_path / "log.csv")
    catalogue = shop.items.select(pl.col("item_id").alias("sku"), "title", description="text")
    catalogue.write_csv(tmp_path / "catalogue.csv")
    monkeypatch.chdir(tmp_path)


def test_ten_lines_on_an_own_log_run_as_written(own_log, capsys):
    code, tuned = re.findall(r"```python\n(.*?)```", README, re.DOTALL)[:2]
    names = {}
    exec(compile(code, "README.md", "exec"), names)
    printed = capsys.readouterr().out
    assert "implicit threshold" in printed
    assert re.search(r"EASE\s+overall\s+NDCG@10.*higher", printed), printed
    parts, items = names["parts"], names["items"]
    assert items.shape == (2, 10)
    assert names["data"].items["text"].null_count() == 0
    for user, recommended in zip(parts.user_ids[:2], items, strict=True):
        row = parts.user_rows(user)[0]
        seen = parts.item_ids[parts.train[[row]].indices]
        had = names["data"].interactions.filter(pl.col("user_id") == user)["item_id"].to_list()
        # Those that were rated low, or lie in validation and test, are among them.
        assert set(seen) < set(had)
        assert not set(had) & set(recommended)
    # The same names, with fewer trials than a reader would give it.
    assert "trials=20" in tuned
    exec(compile(tuned.replace("trials=20", "trials=2"), "README.md", "exec"), names)
    found = names["found"]
    assert found.constraint_met
    assert len(json.loads(Path("trials.json").read_text())["trials"]) == 2
    best = found.trials["overall NDCG@10"].max()
    assert found.best.values["overall", "NDCG@10"].value >= 0.99 * best > 0.1


PAGES = [ROOT / "README.md", ROOT / "CONTRIBUTING.md", *sorted((ROOT / "docs").glob("*.md"))]


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_links_lead_to_files(page):
    # Code fences show links that an author writes, from another folder.
    text = re.sub(r"^(`{3,}).*?^\1", "", page.read_text(encoding="utf-8"), flags=re.M | re.S)
    links = re.findall(r"\]\(([^)#:\s]+)(?:#[^)]*)?\)", text)
    assert page.name != "README.md" or len(links) > 30
    assert [link for link in links if not (page.parent / link).exists()] == []


def test_the_readme_is_short():
    assert len(README.splitlines()) <= 150
    assert "<!-- evidence" not in README
    for said in ("For whom", "What you need to know", "How long it takes", "The article"):
        assert f"**{said}" in README


def test_the_time_it_takes_is_what_the_lessons_say():
    minutes = {}
    for lesson in find_lessons(ROOT):
        text = lesson.learner.read_text("utf-8")
        minutes[lesson.number] = int(re.search(r"About (\d+) minutes", text)[1])
    heart = sum(minutes[number] for number in ("00", "01", "04", "06"))
    hours = {4: "four", 5: "five"}[round(heart / 60)]
    assert (
        f"{min(minutes.values())} to {max(minutes.values())}, about "
        f"{round(sum(minutes.values()) / 60)} hours for all {len(minutes)}. Lessons 00, 01, 04 and "
        f"06 give the heart of it in {hours} hours."
    ) in README


def test_every_lesson_stands_in_the_map():
    lessons = [lesson.learner.name for lesson in find_lessons(ROOT)]
    assert re.findall(r"\(notebooks/(\d\d_\w+\.ipynb)\)", README) == lessons


def test_the_picture_is_the_stored_one():
    png, text = stored_picture(ROOT)
    assert (ROOT / PICTURE).read_bytes() == png
    assert f"![{text}]({PICTURE})" in README
