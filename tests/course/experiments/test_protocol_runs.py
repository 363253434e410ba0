"""How much a protocol decides: the stored rows are what the library measures."""

import json
from pathlib import Path

import polars as pl
import pytest

from longtail_course.experiments import protocol_runs
from longtail_course.experiments.protocol_runs import (
    PROTOCOLS,
    measure_protocols,
    protocol_table,
)
from longtail_lib import Dataset, evaluate, load_dataset, prepare, split
from longtail_lib.models import Popularity

STORED = json.loads(protocol_runs._STORED.read_text(encoding="utf-8"))


def found(log, model):
    return {
        row["protocol"]: row for row in STORED["rows"] if (row["log"], row["model"]) == (log, model)
    }


@pytest.fixture(scope="module")
def tweets():
    return prepare(load_dataset("movietweetings", quiet=True), min_user_interactions=5)


def test_every_protocol_is_stored_for_every_log():
    assert STORED["protocols"] == PROTOCOLS
    for log in protocol_runs._LOGS:
        for model in ("Popularity", "ItemKNN", "EaseScaled"):
            assert found(log, model).keys() == PROTOCOLS.keys(), (log, model)


def test_measured_anew_it_is_the_same(tweets):
    for row in measure_protocols(tweets, "Popularity", list(PROTOCOLS)):
        stored = found("movietweetings", "Popularity")[row["protocol"]]
        assert row["users"] == stored["users"]
        assert row["overall"] == pytest.approx(stored["overall"], abs=2e-5)
        assert row["outside head"] == pytest.approx(stored["outside head"], abs=2e-5)


def test_histories_and_both_are_what_they_say(tweets):
    parts = split(tweets, ties="random")
    model = Popularity().fit(parts)
    options = {"k": 10, "metrics": ["NDCG"], "groups": {"head": 0.2, "tail": 0.8}}
    by_hand = {
        "lot, train": evaluate(model, parts, **options),
        "lot, both": evaluate(model.refit(parts), parts.final(), **options),
    }
    for name, report in by_hand.items():
        (row,) = measure_protocols(tweets, "Popularity", [name])
        assert row["overall"][0] == report["NDCG@10"].value


def test_ids_decide_where_times_are_equal():
    log = pl.DataFrame(
        {
            "user_id": [user for user in range(40) for _ in range(6)],
            "item_id": [(7 * user + 5 * place) % 60 for user in range(40) for place in range(6)],
            "timestamp": [1] * 240,
        }
    )
    ids = {name: pl.DataFrame({name: log[name].unique().sort()}) for name in log.columns[:2]}
    data = prepare(Dataset(log, ids["item_id"], ids["user_id"], load_dataset("shop").card))
    last = {ties: protocol_runs._parts(data, ties).test.indices.mean() for ties in ("ids", "lot")}
    assert last["ids"] > last["lot"] + 8


def test_the_table_has_a_row_for_each_model_and_says_who_is_tied():
    lines = protocol_table().splitlines()
    assert sum("with equal times at the test" in line for line in lines) == len(protocol_runs._LOGS)
    assert any(line.startswith("| EaseScaled | .") for line in lines)
    assert Path(protocol_runs._STORED).is_file()


def test_measuring_one_model_keeps_the_rows_of_all_others(tmp_path, monkeypatch):
    path, names = tmp_path / "protocols.json", list(PROTOCOLS)
    monkeypatch.setattr(protocol_runs, "load_dataset", lambda log, quiet: log)
    monkeypatch.setattr(protocol_runs, "prepare", lambda log, min_user_interactions: log)
    monkeypatch.setattr(
        protocol_runs,
        "measure_protocols",
        lambda data, model, wanted: [{"protocol": name} for name in wanted],
    )
    for model in ("ItemKNN", "Popularity"):
        protocol_runs.run_protocols(path, logs=["online-retail"], models=[model])
    rows = json.loads(path.read_text())["rows"]
    assert [(row["model"], row["protocol"]) for row in rows] == [
        (model, name) for model in ("Popularity", "ItemKNN") for name in names
    ]
