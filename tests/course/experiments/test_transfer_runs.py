"""The stored transfer runs: complete, of one piece, still true, and what lesson 13 says of them."""

import json

import numpy as np
import polars as pl
import pytest

from longtail_course.experiments import stored_results
from longtail_course.experiments.transfer_runs import (
    PATH,
    SHARES,
    SOURCES,
    TARGET,
    WAYS,
    domain_parts,
    measured_rows,
    tasks,
    transfer_results,
)


@pytest.fixture(scope="module")
def stored():
    return json.loads(PATH.read_text(encoding="utf-8"))


@pytest.fixture(scope="module")
def runs():
    return transfer_results()


def mean(runs, way, share, column="ndcg"):
    return runs.filter(way=WAYS[way], share=share)[column].mean()


def test_every_task_is_stored_once(stored):
    assert [(row["way"], row["share"], row["seed"]) for row in stored["rows"]] == tasks()
    assert len(set(tasks())) == len(tasks())
    assert {way for way, *_ in tasks()} == set(WAYS)
    assert stored["sources"] == list(SOURCES)
    assert stored["target"] == TARGET not in SOURCES


@pytest.mark.parametrize(
    "changes",
    [
        {"way": "magic"},
        {"way": []},
        {"share": 0.2},
        {"share": True},
        {"users": -1},
        {"seed": "0"},
        {"overall value": 1.5},
        {"overall low": "0.1"},
        {"overall low": 0.9},
        {"tail value": None},
        {"tail high": float("nan")},
    ],
)
def test_a_row_that_was_changed_is_refused(stored, tmp_path, changes):
    rows = [dict(row) for row in stored["rows"]]
    rows[4] |= changes
    path = tmp_path / "runs.json"
    path.write_text(json.dumps({"rows": rows}))
    with pytest.raises(ValueError, match=r"runs\.json .*changed.*row 4"):
        transfer_results(path)


@pytest.mark.parametrize("text", ["", "[]", "{}", '{"rows": 3}', '{"rows": [1]}', '{"rows": [{}]}'])
def test_a_file_of_something_else_is_refused(stored, tmp_path, text):
    path = tmp_path / "runs.json"
    path.write_text(text)
    with pytest.raises(ValueError, match=r"runs\.json does not hold what"):
        transfer_results(path)
    path.write_text(json.dumps({"rows": stored["rows"][:2] * 2}))
    with pytest.raises(ValueError, match=r"runs\.json holds a way, share and seed twice"):
        transfer_results(path)


def test_intervals_hold_their_values_and_shares_their_users(runs):
    inside = (pl.col("low") <= pl.col("ndcg")) & (pl.col("ndcg") <= pl.col("high"))
    assert runs.filter(~inside).is_empty()
    users = {share: set(runs.filter(share=share, way=WAYS["scratch"])["users"]) for share in SHARES}
    assert users == {share: {round(share * max(users[1.0]))} for share in SHARES}
    # Other users, other numbers.
    few = runs.filter(way=WAYS["EASE"], share=0.01)["ndcg"]
    assert few.n_unique() == len(few) == 3


@pytest.mark.parametrize(("way", "share", "seed"), [("Popularity", 0.01, 1), ("EASE", 0.1, 2)])
def test_closed_forms_are_measured_as_before(stored, way, share, seed):
    unread = {TARGET: np.zeros((domain_parts(TARGET).n_items, 2), dtype=np.float32)}
    [again] = measured_rows([(way, share, seed)], unread)
    [old] = [r for r in stored["rows"] if (r["way"], r["share"], r["seed"]) == (way, share, seed)]
    for key in ("overall value", "overall low", "overall high", "tail value"):
        assert again[key] == pytest.approx(old[key], abs=2e-4)


def test_nothing_carries_over_between_catalogues_and_much_within_one(runs):
    chance = stored_results(TARGET).report("leave-last-out", "Random")["NDCG@10"].value
    [nothing] = runs.filter(way=WAYS["nothing"])["ndcg"]
    [own] = runs.filter(way=WAYS["own"])["ndcg"]
    assert nothing < 5 * chance
    assert own > 0.8 * mean(runs, "Popularity", 1.0)
    assert own > 20 * nothing


@pytest.mark.parametrize("share", SHARES)
def test_ease_is_ahead_of_every_sequence_model_at_every_share(runs, share):
    rivals = [way for way in WAYS if way not in ("nothing", "own", "EASE")]
    assert mean(runs, "EASE", share) > 1.05 * max(mean(runs, way, share) for way in rivals)


def test_the_pretraining_is_hardly_to_be_seen_from_a_tenth_on(runs):
    for share in (0.1, 1.0):
        before, after = mean(runs, "both", share), mean(runs, "added", share)
        assert after == pytest.approx(before, rel=0.05)
        assert mean(runs, "top", share) < mean(runs, "added", share)
