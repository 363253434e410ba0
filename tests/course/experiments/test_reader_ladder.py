"""A ladder of readers: a truth that words tell, and the stored rows measured again."""

import json

import numpy as np
import polars as pl
import pytest

from longtail_course.experiments import reader_ladder, stored_results
from longtail_course.experiments.reader_ladder import READERS, climb, ladder_table
from longtail_course.experiments.stored import split_of_results
from longtail_lib import evaluate
from longtail_lib.models import EASE, EaseText
from longtail_lib.preprocessing import Split

STORED = json.loads(reader_ladder.PATH.read_text(encoding="utf-8"))
TOPICS = ["tea", "rope", "clay", "lamp", "seed", "drum", "wool", "salt"]


@pytest.fixture(scope="module")
def topics():
    """Each user likes one topic; of its twelve items three are popular and nine are rare."""
    rng = np.random.default_rng(7)
    texts = [f"{topic} {topic} number {place}" for topic in TOPICS for place in range(12)]
    chance = np.tile([0.9, 0.8, 0.7] + [0.02] * 9, len(TOPICS))
    topic = np.repeat(np.arange(len(TOPICS)), 12)
    likes = rng.integers(len(TOPICS), size=600)
    chosen = rng.random((600, 96)) < np.where(topic == likes[:, None], chance, 0.01)
    chosen[np.arange(600), 12 * likes] = True
    later = (rng.random((600, 96)) < 0.05) & (topic == likes[:, None]) & ~chosen
    validation = later & (rng.random((600, 96)) < 0.5)
    items = pl.DataFrame({"item_id": range(96), "text": texts})
    return Split.from_matrices(
        chosen.astype(int),
        (later & ~validation).astype(int),
        validation.astype(int),
        items=items,
        how="by hand",
        name="topics",
    )


@pytest.fixture(scope="module")
def climbed(topics):
    return climb(
        topics, ["shuffled", "words"], {"l2": 20.0, "popularity_exponent": 0.1}, [0.3, 3.0]
    )


def test_what_reads_the_topic_is_above_what_does_not(climbed):
    tail = {name: found["test"]["tail"][0] for name, found in climbed["readers"].items()}
    assert tail["words"] > 1.25 * max(tail["none"], tail["shuffled"])
    verdicts = {
        (each["reader"], each["against"]): each["verdict"]
        for each in climbed["differences"]
        if each["group"] == "tail"
    }
    assert verdicts["words", "none"] == "higher"
    assert verdicts["shuffled", "none"] != "higher"
    assert verdicts["shuffled", "words"] == "lower"


def test_settings_are_chosen_on_validation_alone(climbed, topics):
    base = {"l2": 20.0, "popularity_exponent": 0.1, "form": "collective", "vectors": "words"}
    tried = {}
    for weight in (0.3, 3.0):
        for space in ("whiten", "centre"):
            model = EaseText(text_weight=weight, space=space, **base).fit(topics)
            report = evaluate(model, topics, k=10, part="validation", metrics=["NDCG"])
            tried[weight, space] = report["NDCG@10"].value, report["tail", "NDCG@10"].value
    least = 0.99 * max(overall for overall, _ in tried.values())
    best = max((key for key in tried if tried[key][0] >= least), key=lambda key: tried[key][1])
    assert tuple(climbed["readers"]["words"]["chosen"].values()) == best


def test_what_reads_nothing_is_ease_and_hits_are_counted(climbed, topics):
    final = topics.final()
    model = EASE(l2=20.0, popularity_exponent=0.1).fit(final)
    report = evaluate(model, final, k=10, metrics=["NDCG"])
    assert climbed["readers"]["none"]["test"]["overall"][0] == round(report["NDCG@10"].value, 6)


def test_every_reader_is_stored_for_every_log():
    assert [row["log"] for row in STORED["rows"]] == list(reader_ladder.CLIMBED)
    for row in STORED["rows"]:
        assert list(row["readers"]) == ["none", *READERS]
        assert row["ease"] == stored_results(row["log"])["leave-last-out", "EaseScaled"].parameters


def test_measured_anew_words_are_the_same():
    [row] = [row for row in STORED["rows"] if row["log"] == "online-retail"]
    parts = split_of_results(stored_results("online-retail"), "leave-last-out").final()
    found = row["readers"]["words"]
    model = EaseText(**row["ease"], **found["chosen"], form="collective", vectors="words")
    report = evaluate(model.fit(parts), parts, k=10, metrics=["NDCG", "Recall"])
    for group in ("overall", "tail"):
        assert report[group, "NDCG@10"].value == pytest.approx(found["test"][group][0], abs=5e-4)
    recall = report["tail", "Recall@10"]
    assert found["tail hits"][1] == recall.n
    assert abs(found["tail hits"][0] - recall.value * recall.n) < 3


def test_the_table_has_a_row_for_each_reader():
    table = ladder_table().splitlines()
    assert len(table) == 2 + len(STORED["rows"]) * (len(READERS) + 2)
    assert sum(line.startswith("| MPNet, 110 M | .") for line in table) == len(STORED["rows"])
