"""The benchmark command: what it measures, stores, refuses and notices."""

import json
import sys
import time
from dataclasses import replace

import numpy as np
import pytest

from longtail_lib import Metric, evaluate, prepare, split
from longtail_lib.benchmark import (
    BenchmarkProtocol,
    BenchmarkResults,
    Contestant,
    evidence_table,
    run_benchmark,
)
from longtail_lib.benchmark._split_runner import _is_flat
from longtail_lib.cli import main
from longtail_lib.evaluation import Value
from longtail_lib.models import EASE, Popularity
from longtail_lib.simulation import PRESETS, simulate
from longtail_lib.tail import popularity_groups
from longtail_lib.tuning import Trial, Tuning, tune
from longtail_lib.tuning._objective import Objective

PROTOCOL = BenchmarkProtocol(splits=("random", "leave-last-out"), seeds=(0, 1), trials=4)
SMALL = simulate(replace(PRESETS["music"], n_users=150, n_items=700), seed=1)
LINEAR = Contestant("EASE", "longtail_lib.models:EASE", space={"l2": ("log", 10.0, 3000.0)})


@pytest.fixture(scope="module")
def results():
    return run_benchmark(SMALL, ["Random", "Popularity", LINEAR], protocol=PROTOCOL)


def test_values_are_those_of_evaluate(results):
    clean = prepare(SMALL, min_rating=4, min_user_interactions=5)
    for seed in PROTOCOL.seeds:
        parts = split(clean, how="random", seed=seed)
        report = evaluate(Popularity().refit(parts), parts.final(), k=(10, 100))
        row = results["random", "Popularity"]
        for key in (("overall", "NDCG@10"), ("tail", "Coverage@100")):
            assert row.by_seed[key][seed] == pytest.approx(report[key].value, abs=1e-9)


def test_tuned_on_validation_and_never_below_the_defaults_there(results):
    parts = split(prepare(SMALL, min_rating=4, min_user_interactions=5), how="random", seed=0)

    def on_validation(model):
        return evaluate(model.fit(parts), parts, k=10, part="validation")["NDCG@10"].value

    row = results["random", "EASE"]
    assert row.tuning["trials"] == 4
    assert row.tuning["validation"] == pytest.approx(
        on_validation(EASE(**row.parameters)), abs=2e-3
    )
    assert row.tuning["validation"] >= on_validation(EASE()) - 1e-6


def test_where_the_tail_says_nothing_another_metric_chooses_and_the_row_says_so():
    """A search among ties would be no search, and its winner no winner."""
    protocol = replace(
        PROTOCOL,
        splits=("random",),
        seeds=(0,),
        tail_metric=("tail", "NDCG@1"),
        tail_fallback=("tail", "NDCG@300"),
    )
    space = {"popularity_exponent": ("float", 0.0, 0.5)}
    tailed = Contestant("tailed", "longtail_lib.models:EASE", space=space, for_tail=True)
    row = run_benchmark(SMALL, [tailed], protocol=protocol)["random", "tailed"]
    assert row.tuning["maximised"] == "tail NDCG@300"
    assert row.tuning["instead of"] == "tail NDCG@1, of one value in all of these"
    parts = split(prepare(SMALL, min_rating=4, min_user_interactions=5), how="random", seed=0)
    wanted = tune(
        EASE,
        parts,
        space,
        metric=("tail", "NDCG@300"),
        constraint={"metric": ("overall", "NDCG@10"), "at_least": 0.99},
        trials=4,
    )
    assert len({trial.value(("tail", "NDCG@300")) for trial in wanted.records}) > 1
    assert row.parameters == wanted.best.parameters
    # Where it has something to say, it is what counts.
    told = replace(protocol, tail_metric=("tail", "NDCG@300"))
    row = run_benchmark(SMALL, [tailed], protocol=told)["random", "tailed"]
    assert row.tuning["maximised"] == "tail NDCG@300"
    assert "instead of" not in row.tuning


def test_a_search_is_flat_by_what_it_may_choose_from_alone():
    def trial(number, overall, tail):
        found = {("overall", "NDCG@10"): overall, ("tail", "NDCG@100"): tail}
        values = {key: Value(each, each, each, 9) for key, each in found.items()}
        return Trial(number, {"l2": 1.0 + number}, "complete", values)

    tail = ("tail", "NDCG@100")
    objective = Objective.of(tail, {"metric": ("overall", "NDCG@10"), "at_least": 0.99})
    cases = {
        # One that is given up for its overall accuracy has something in the tail.
        True: [trial(0, 0.3, 0.0), trial(1, 0.299, 0.0), trial(2, 0.1, 0.2)],
        False: [trial(0, 0.3, 0.0), trial(1, 0.299, 0.1), trial(2, 0.1, 0.2)],
    }
    for flat, records in cases.items():
        assert _is_flat(Tuning("EASE", objective, {}, {}, 0, {}, tuple(records)), tail) is flat
    for value in (0.0, 0.1):
        alone = trial(0, 0.3, value), trial(1, 0.1, 0.2)
        assert _is_flat(Tuning("EASE", objective, {}, {}, 0, {}, alone), tail) is (value == 0)


def test_a_seed_changes_only_what_is_random(results):
    assert results["random", "Popularity"].seeds == (0, 1)
    assert results["leave-last-out", "Popularity"].seeds == (0,)
    assert results["leave-last-out", "Random"].seeds == (0, 1)
    by_seed = results["leave-last-out", "Random"].by_seed["overall", "Novelty@10"]
    assert by_seed[0] != by_seed[1]


def test_differences_are_against_the_baseline(results):
    comparison = results.comparison("random")
    assert comparison["Random", "overall", "NDCG@10"].verdict == "lower"
    assert comparison.baseline == "EASE"


def test_results_survive_a_file(results, tmp_path):
    path = results.save(tmp_path / "results.json")
    again = BenchmarkResults.load(path)
    assert list(again.rows) == list(results.rows)
    for key, row in results.rows.items():
        for place, value in row.values.items():
            np.testing.assert_allclose(again[key].values[place], value, atol=1e-6)
    assert again.to_json() == results.to_json()
    assert json.loads(path.read_text())["provenance"]["versions"]["longtail_lib"]
    assert again.dataset["sha256"] == dict(SMALL.card.sha256)
    assert [left.name for left in tmp_path.iterdir()] == ["results.json"]


def test_report_and_frame_hold_the_same_numbers(results):
    report = results.report("random", "EASE")
    assert report["tail", "NDCG@100"] == results["random", "EASE"].values["tail", "NDCG@100"]
    frame = results.to_frame()
    assert set(frame["split"]) == {"random", "leave-last-out"}
    assert frame.height == sum(len(row.values) for row in results.rows.values())


def test_earlier_results_spare_the_search_and_do_not_drift(results):
    again = run_benchmark(
        SMALL,
        ["Popularity", LINEAR],
        protocol=BenchmarkProtocol(splits=("random",), seeds=(0, 1), trials=4),
        tuned=results,
    )
    assert again["random", "EASE"].parameters == results["random", "EASE"].parameters


def test_the_table_marks_what_is_decided(results):
    table = evidence_table(results)
    assert "| **random** |" in table
    line = next(line for line in table.splitlines() if line.startswith("| Random |"))
    assert "▼" in line.split("|")[2]
    protocol = BenchmarkProtocol(splits=("random",), seeds=(0,))
    turned = run_benchmark(
        SMALL, ["Random", LINEAR], protocol=protocol, tuned=results, baseline="Random"
    )
    line = next(each for each in evidence_table(turned).splitlines() if each.startswith("| EASE |"))
    assert "▲" in line.split("|")[2]


def test_of_a_simulated_log_the_table_says_how_much_is_attained(results):
    names = ["Popularity", LINEAR, "Oracle", "OracleOfLog"]
    protocol = replace(PROTOCOL, seeds=(0,))
    found = run_benchmark(SMALL, names, protocol=protocol, tuned=results)
    rows = {name: found["random", name].values for name in found.models("random")}
    overall, tail = ("overall", "NDCG@10"), ("tail", "NDCG@100")
    # Who knows what the log holds is above whoever learns from it, and who knows tastes alone
    # is above them in the tail, where the store shows little of what is liked.
    assert max(rows, key=lambda name: rows[name][overall].value) == "OracleOfLog"
    assert min(rows["Oracle"][tail].low, rows["OracleOfLog"][tail].low) > rows["EASE"][tail].high
    lines = evidence_table(found).splitlines()
    cells = {line.split(" | ")[0].strip("| "): line.split(" | ") for line in lines}
    shares = [cells["music"].index(name) for name in ("attained", "attained, tail")]
    assert [cells["OracleOfLog"][at] for at in shares] == ["100%", "100%"]
    # The last block is that of leave-last-out.
    values = {name: found["leave-last-out", name].values for name in rows}
    for at, column in zip(shares, (overall, tail), strict=True):
        share = values["EASE"][column].value / values["OracleOfLog"][column].value
        assert cells["EASE"][at] == f"{share:.0%}"
    assert "attained" not in evidence_table(results)


def test_hits_are_counted_where_each_user_has_one_item_in_test(results):
    lines = evidence_table(results).splitlines()
    at = lines[0].split(" | ").index("tail hits@10")
    kept = {
        name: [line.split(" | ")[at] for line in lines if line.startswith(f"| {name} |")]
        for name in ("Random", "EASE")
    }
    parts = split(
        prepare(SMALL, min_rating=4, min_user_interactions=5), how="leave-last-out"
    ).final()
    tail = popularity_groups(parts.popularity).mask("tail")
    items, _ = (
        EASE(**results["leave-last-out", "EASE"].parameters)
        .fit(parts)
        .recommend(parts.user_ids, 10)
    )
    last = parts.item_ids[parts.test.indices]
    wanted = tail[parts.test.indices]
    hits = ((items == last[:, None]).any(axis=1) & wanted).sum()
    assert kept["EASE"] == ["–", f"{hits} of {wanted.sum()}"]
    assert kept["Random"][1].endswith(f" of {wanted.sum()}")


def test_the_truth_is_needed_by_who_ranks_by_it():
    with pytest.raises(ValueError, match=r"Oracle .*music has no truth.*leave it out"):
        run_benchmark(replace(SMALL, truth=None), ["Popularity", "Oracle"], protocol=PROTOCOL)


def test_without_refitting_models_know_train_alone(results):
    protocol = BenchmarkProtocol(splits=("random",), seeds=(0,), refit=False)
    alone = run_benchmark(SMALL, ["Popularity", LINEAR], protocol=protocol, tuned=results)
    parts = split(prepare(SMALL, min_rating=4, min_user_interactions=5), how="random", seed=0)
    report = evaluate(Popularity().fit(parts), parts, k=(10, 100))
    found = alone["random", "Popularity"].by_seed["overall", "NDCG@10"][0]
    assert found == pytest.approx(report["NDCG@10"].value, abs=1e-9)
    assert alone.measured["random"]["fitted on"] == (
        "train, with histories of train and validation"
    )
    assert results.measured["random"]["fitted on"] == "train and validation, joined"


def test_global_time_asks_for_all_or_for_the_next():
    splits = ("temporal", "temporal, next item")
    protocol = BenchmarkProtocol(splits=splits, seeds=(0,), trials=1)
    found = run_benchmark(SMALL, ["Popularity"], protocol=protocol)
    assert [how for how, _ in found.rows] == list(splits)
    every, following = (found.measured[how] for how in splits)
    assert every["users"] == following["users"]
    assert "'target': 'next'" in str(following["split"]) or "target='next'" in following["split"]


@pytest.mark.parametrize("refit", [True, False])
def test_wrapped_models_are_fitted_once_and_their_time_counts(monkeypatch, refit):
    fits = []

    class Counted(Popularity):
        def _fit(self, parts):
            fits.append(parts.validation.nnz)
            time.sleep(0.02)
            super()._fit(parts)

    monkeypatch.setattr(sys.modules[__name__], "Counted", Counted, raising=False)
    base = Contestant("Base", f"{__name__}:Counted")
    wrapper = Contestant(
        "Wrapped", "longtail_lib.models:Reranked", fixed={"k": 5, "weight": 0.2},
        wraps={"model": base},
    )  # fmt: skip
    protocol = BenchmarkProtocol(splits=("random",), seeds=(0,), refit=refit)
    found = run_benchmark(SMALL, [base, wrapper], protocol=protocol)
    # A last fit has no validation beside it, and one on train alone has.
    assert [nnz == 0 for nnz in fits] == [refit]
    assert found["random", "Wrapped"].fit_seconds > 0.02


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ({"ties": "id"}, "ties must be 'random' or 'file'"),
        ({"refit": "no"}, "refit must be true or false"),
        ({"splits": ("weekly",)}, "weekly"),
        ({"seeds": ()}, "seeds"),
        ({"seeds": (1, 1)}, "different"),
        ({"trials": 0}, "trials"),
        ({"keep": 1.5}, "keep"),
        ({"ks": (0,)}, "k must be one or several whole numbers"),
        ({"metrics": ("F1",)}, "unknown metric 'F1'"),
    ],
)
def test_a_bad_protocol_is_refused(given, said):
    with pytest.raises(ValueError, match=said):
        BenchmarkProtocol(**given)


def test_a_metric_of_your_own_is_measured_and_kept_by_what_it_is(tmp_path):
    clean = prepare(SMALL, min_rating=4, min_user_interactions=5)
    parts = split(clean, how="random", seed=0)
    cold = Metric(
        "Novel",
        of_lists=lambda lists: (lists.popularity[lists.items] < 3).mean(axis=1),
        better="higher",
    )
    protocol = BenchmarkProtocol(
        splits=("random",),
        seeds=(0,),
        metrics=("NDCG", cold),
        trials=2,
        metric=("overall", "Novel@10"),
    )
    found = run_benchmark(SMALL, ["Popularity", LINEAR], protocol=protocol)
    assert found["random", "EASE"].tuning["maximised"] == "overall Novel@10"
    expected = evaluate(Popularity().fit(parts), parts, k=10, metrics=cold)["Novel@10"].value
    assert found["random", "Popularity"].values["overall", "Novel@10"].value == expected
    back = BenchmarkResults.load(found.save(tmp_path / "found.json"))
    assert back.report("random", "EASE").metric("Novel").better == "higher"
    assert "Novel@10" in repr(back.report("random", "EASE"))


@pytest.mark.parametrize("name", ["Eaze", "no_such_package:Model", "longtail_lib.models:Eaze"])
def test_an_unknown_model_is_refused(name):
    with pytest.raises(ValueError, match=r"Eaze|no_such_package"):
        run_benchmark(SMALL, [name])


def test_command_writes_reads_and_refuses(tmp_path, capsys):
    out = tmp_path / "results.json"
    command = ["benchmark", "--dataset", "music", "--seeds", "0", "--splits", "random", "--quiet"]
    models = ["--models", "Popularity", "Random"]
    assert main([*command, *models, "--out", str(out)]) == 0
    assert "| Popularity |" in capsys.readouterr().out
    assert main([*command, *models, "--out", str(out)]) == 1
    assert "--overwrite" in capsys.readouterr().err
    assert main([*command, "--models", "Popularity", "--tuned", str(out)]) == 0
    out.write_text("{}")
    assert main([*command, "--models", "Popularity", "--tuned", str(out)]) == 1
    assert "not the results of" in capsys.readouterr().err
    assert main([*command, "--models", "Eaze"]) == 2
    assert "unknown model" in capsys.readouterr().err
    assert main([*command, *models, "--out", str(tmp_path / "no" / "results.json")]) == 1
    assert "does not exist" in capsys.readouterr().err


# --- twins ----------------------------------------------------------------------------------------


def _small(data, *models, **given):
    protocol = BenchmarkProtocol(
        splits=("random",), seeds=(0, 1), ks=(10,), metrics=("NDCG",), trials=2
    )
    return run_benchmark(data, models, protocol=protocol, baseline="Popularity", **given)


TWIN = Contestant("Other", "longtail_lib.models:Random", seeded=True, twins=("ItemKNN",))


def test_a_twin_is_compared_user_by_user(tmp_path):
    results = _small(SMALL, "Popularity", "ItemKNN", TWIN)
    found = results.pair("random", "Other", "ItemKNN")
    row = found["overall", "NDCG@10"]
    values = {
        model: results["random", model].values["overall", "NDCG@10"].value
        for model in ("Other", "ItemKNN")
    }
    assert row.difference == pytest.approx(values["Other"] - values["ItemKNN"], abs=1e-6)
    assert row.high < 0
    assert row.verdict == "lower"
    again = BenchmarkResults.load(results.save(tmp_path / "results.json"))
    assert again.pair("random", "Other", "ItemKNN")["overall", "NDCG@10"].value == (
        pytest.approx(row.value, abs=1e-6)
    )
    with pytest.raises(KeyError, match="no comparison of Other with EASE"):
        results.pair("random", "Other", "EASE")
