"""The stored feedback loops: complete, still true, and what lesson 11 says of them."""

import numpy as np
import pytest

from longtail_course.experiments.feedback_runs import (
    ROUNDS,
    RUNNERS,
    feedback_results,
    main,
    run_loop,
    shop_parts,
)
from longtail_course.worlds import provider_exposure, satisfaction_by_taste
from longtail_course.worlds.feedback_protocol import log_fingerprint
from longtail_lib.tail import popularity_groups
from longtail_lib.testing import tiny_world


@pytest.fixture(scope="module")
def loops():
    return {loop.model: loop for loop in feedback_results()}


@pytest.fixture(scope="module")
def parts():
    return shop_parts()


def test_every_model_is_stored(loops):
    assert list(loops) == list(RUNNERS)
    assert {loop.n_rounds for loop in loops.values()} == {ROUNDS}
    with pytest.raises(ValueError, match="'Slim' was not simulated"):
        feedback_results(["Slim"])


def test_the_stored_parameters_are_those_of_the_runners(loops):
    for name, runner in RUNNERS.items():
        assert loops[name].protocol["model"] == repr(runner.build())


def test_stored_loops_start_from_the_split_and_come_out_again(loops, parts):
    assert {loop.protocol["fingerprint"] for loop in loops.values()} == {log_fingerprint(parts)}
    for name in ("Random", "Popularity"):
        again = run_loop(name, parts, rounds=2)
        assert again["choices"].tolist() == loops[name]["choices"][:2].tolist()
        np.testing.assert_allclose(again["satisfaction"], loops[name]["satisfaction"][:2], 1e-5)


@pytest.mark.slow
@pytest.mark.parametrize("name", ["EASE scaled", "EASE, half tail"])
def test_a_round_of_ease_comes_out_again(loops, parts, name):
    again = run_loop(name, parts, rounds=1)
    for quantity in ("tail_share", "satisfaction", "popularity_gini"):
        # Scores that differ in their last bit may swap two items.
        np.testing.assert_allclose(again[quantity], loops[name][quantity][:1], rtol=0.01)


def test_ease_concentrates_the_log_and_the_oracle_spreads_it(loops):
    last = {name: loop["popularity_gini"][-1] for name, loop in loops.items()}
    first = {name: loop["popularity_gini"][0] for name, loop in loops.items()}
    assert last["EASE"] > last["Popularity"] > first["Popularity"] + 0.03
    assert last["Oracle"] < first["Oracle"] - 0.03
    assert 0 < loops["EASE"]["tail_share"].max() < 0.01 < 0.03 < loops["Oracle"]["tail_share"].min()
    half = loops["EASE, half tail"]["tail_share"]
    assert half[0] == pytest.approx(0.5, abs=0.01)
    assert half[-1] < 0.25


def test_half_tail_harms_both_kinds_of_users_and_a_better_model_neither(loops):
    pushed, scaled = (
        satisfaction_by_taste(loops[name], loops["EASE"])
        for name in ("EASE, half tail", "EASE scaled")
    )
    assert max(pushed["high"]) < 0 < min(scaled["low"])
    worse = dict(zip(pushed["taste"], pushed["worse_off"], strict=True))
    assert worse["head-lovers"] > 0.85 > worse["tail-lovers"] > 0.55
    assert min(scaled["worse_off"]) > 0.3


def test_tail_items_shown_by_the_better_model_are_worth_more(loops, parts):
    groups = popularity_groups(parts.popularity)
    by_group = provider_exposure(loops.values(), parts, by=np.array(groups.names)[groups.labels])
    tail = {row["model"]: row for row in by_group.filter(provider="tail").iter_rows(named=True)}
    worth = {name: row["satisfaction"] for name, row in tail.items()}
    assert worth["Popularity"] is None
    assert worth["Random"] < worth["EASE, penalty .55"] < worth["EASE scaled"]
    assert worth["EASE"] < 0.1 * worth["Oracle"]
    assert worth["Oracle"] > 0.8
    assert 0.08 < tail["Oracle"]["exposure_share"] < 0.15


def test_exposure_is_not_income(loops, parts):
    names = ["EASE", "EASE scaled", "EASE, half tail"]
    table = provider_exposure([loops[name] for name in names], parts)
    least = table.filter(model="EASE").sort("exposure_per_demand")["provider"][0]
    rows = {row["model"]: row for row in table.filter(provider=least).iter_rows(named=True)}
    plain, scaled, pushed = (rows[name] for name in names)
    assert pushed["exposure_share"] > 1.8 * plain["exposure_share"] > 0
    assert pushed["choices"] < 1.3 * plain["choices"]
    assert scaled["choices"] > 1.6 * plain["choices"]


def test_the_command_keeps_what_is_stored(tmp_path, monkeypatch):
    from longtail_course.experiments import feedback_runs

    monkeypatch.setattr(feedback_runs, "shop_parts", tiny_world)
    kept = {name: RUNNERS[name] for name in ("Random", "Popularity")}
    monkeypatch.setattr(feedback_runs, "RUNNERS", kept)
    out = tmp_path / "runs.json.gz"
    main(["--out", str(out), "--rounds", "2"])
    first = out.read_bytes()
    assert [loop.n_rounds for loop in feedback_results(path=out)] == [2, 2]
    main(["--out", str(out), "--rounds", "3"])
    assert out.read_bytes() == first
    main(["--out", str(out), "--rounds", "3", "--again", "Popularity"])
    assert [loop.n_rounds for loop in feedback_results(path=out)] == [2, 3]
