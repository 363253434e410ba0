"""`longtail evaluate` and `longtail benchmark` on a log of one's own."""

import json
import re
import shlex

import polars as pl
import pytest

from longtail_lib import evaluate, prepare, read_table, split
from longtail_lib.benchmark import BenchmarkResults, contestant
from longtail_lib.cli._log_options import chosen_models
from longtail_lib.evaluation import Report
from longtail_lib.models import ItemKNN

COLUMNS = ["--user", "uid", "--item", "sku"]
QUIET = ["--quiet", "--k", "5"]


@pytest.fixture
def log(small_log):
    return small_log / "log.csv"


def by_hand(folder, **options):
    data = read_table(folder / "log.csv", user="uid", item="sku", rating="stars", timestamp="ts")
    return split(prepare(data, min_user_interactions=5, **options))


def test_numbers_are_those_of_the_library(log, small_log, type_command):
    options = ["--timestamp", "ts", "--rating", "stars", "--json", *QUIET]
    code, out, err = type_command("evaluate", log, *COLUMNS, *options)
    assert (code, err) == (0, "")
    said = json.loads(out)
    parts = by_hand(small_log)
    assert said["split"] == repr(parts)
    assert list(said["models"]) == ["Popularity", "ItemKNN", "EASE"]
    for found in said["reports"]:
        report = Report.from_json(json.dumps(found))
        model = contestant(report.model).build()
        expected = evaluate(model.refit(parts), parts.final(), k=5)
        assert report.values.keys() == expected.values.keys()
        for key, value in expected.values.items():
            assert report.values[key] == pytest.approx(value, nan_ok=True), key
        assert "final=True" in report.protocol["split"]
        assert said["models"][report.model] == repr(model)
    values = {
        row["model"]: row["value"] for row in said["differences"] if row["group"] == "overall"
    }
    # The tastes are plain to see for whoever looks at pairs of items.
    assert values["EASE"] > 1.5 * values["Popularity"] > 0


def test_without_refit_train_alone_is_learned(log, small_log, type_command):
    options = ["--timestamp", "ts", "--no-refit", "--models", "ItemKNN", "--json", *QUIET]
    _, out, _ = type_command("evaluate", log, *COLUMNS, *options)
    parts = by_hand(small_log)
    expected = evaluate(contestant("ItemKNN").build().fit(parts), parts, k=5)
    [found] = json.loads(out)["reports"]
    assert Report.from_json(json.dumps(found))["NDCG@5"] == pytest.approx(expected["NDCG@5"])
    assert "final" not in found["protocol"]["split"]


def test_a_search_is_kept_and_gone_on_with(log, tmp_path, type_command):
    options = ["--timestamp", "ts", "--models", "ItemKNN", "Random", "--out", tmp_path, *QUIET]
    command = ["evaluate", log, *COLUMNS, *options]
    code, out, _ = type_command(*command, "--trials", "2", "--tail")
    assert code == 0
    assert "Tuning of ItemKNN on 'log' validation: 2 trials" in out
    assert "Random: nothing is known to search" in out
    trials = json.loads((tmp_path / "trials_ItemKNN.json").read_text())
    assert trials["metric"] == ["tail", "NDCG@10"]
    files = {path.name for path in tmp_path.iterdir()}
    assert files == {
        "comparison.csv",
        "metrics.csv",
        "report_ItemKNN.json",
        "report_Random.json",
        "trials_ItemKNN.json",
    }
    report = Report.from_json((tmp_path / "report_ItemKNN.json").read_text())
    assert repr(report) in out
    metrics = pl.read_csv(tmp_path / "metrics.csv")
    assert set(metrics["model"]) == {"ItemKNN", "Random"}


def test_the_saved_model_is_the_measured_one(log, small_log, tmp_path, type_command):
    path = tmp_path / "knn.npz"
    options = ["--timestamp", "ts", "--model", "ItemKNN", "--save", path, "--json", *QUIET]
    code, out, _ = type_command("evaluate", log, *COLUMNS, *options)
    assert code == 0
    [found] = json.loads(out)["reports"]
    report = evaluate(ItemKNN.load(path), by_hand(small_log).final(), k=5)
    assert Report.from_json(json.dumps(found))["NDCG@5"] == pytest.approx(report["NDCG@5"])


def test_what_is_kept_and_how_it_is_split(log, small_log, type_command):
    options = ["--rating", "stars", "--min-rating", "2", "--models", "Popularity", *QUIET]
    _, out, _ = type_command("evaluate", log, *COLUMNS, *options)
    # Without times the split is random; a rating below 2 was dropped.
    ratings = pl.read_csv(log)["stars"]
    assert "Split 'log' (random)" in out
    assert re.search(rf"implicit threshold +-{(ratings < 2).sum()} ", out)
    assert (
        "(temporal)"
        in type_command(
            "evaluate", log, *COLUMNS, "--timestamp", "ts", "--split", "temporal", *options
        )[1]
    )
    catalogue = ["--items", small_log / "shop.csv", "--title", "name"]
    _, out, _ = type_command("evaluate", log, *COLUMNS, *catalogue, *options)
    assert "Report of Popularity on 'log' test: " in out
    assert "25 items" in out


def test_columns_called_as_the_library_calls_them_need_no_naming(log, tmp_path, type_command):
    own = pl.read_csv(log).rename({"uid": "user_id", "sku": "item_id"})
    own.write_csv(tmp_path / "own.csv")
    code, out, _ = type_command("evaluate", tmp_path / "own.csv", "--models", "Popularity", *QUIET)
    assert code == 0
    assert "Report of Popularity on 'own'" in out


def test_a_list_of_models(type_command):
    for command in (["evaluate"], ["benchmark", "--dataset", "shop"]):
        code, out, err = type_command(*command, "--models", "list")
        assert (code, err) == (0, "")
        assert re.search(r"^EASE +linear, in closed form$", out, re.M)


@pytest.mark.parametrize(
    ("words", "exit_code", "said"),
    [
        (["nowhere.csv"], 1, "no file nowhere.csv"),
        (["LOG", "--item", "skuu"], 1, "no column 'skuu' .--item.;.* did you mean 'sku'?"),
        (["LOG", "--timestamp", "when"], 1, "no column 'when' .--timestamp."),
        (["LOG", "--split", "leave-last-out"], 1, "timestamp.* use --split 'random'"),
        (["LOG", "--min-rating", "3"], 1, "min_rating needs a column 'rating'"),
        (["LOG", "--title", "name"], 1, "pass --items <table> as well"),
        (["LOG", "--user", "stars", "--min-user-interactions", "999"], 1, "k-core|left"),
        (["LOG", "--models", "Eaze"], 2, "--models.*unknown model 'Eaze'; known are"),
        (["LOG", "--models", "EASE", "EASE"], 2, "EASE is named twice"),
        (["LOG", "--models", "EASE", "list"], 2, "all and list stand alone"),
        (["LOG", "--models", "nobody.here:It"], 1, "cannot import It from nobody.here"),
        (["LOG", "--save", "x.npz"], 2, "--save keeps one model"),
        (["LOG", "--model", "EASE", "--save", "no/x.npz"], 1, "no/x.npz: the folder does not exi"),
        (["LOG", "--model", "EASE", "--save", "."], 1, "--save . is a folder"),
        (["LOG", "--out", "LOG"], 1, "log.csv is a file; name a folder"),
        (["LOG", "--tail"], 2, "--tail is a search; give --trials"),
        (["LOG", "--k", "0"], 2, "--k: must be a whole number from 1, got '0'"),
        (["LOG", "--trials", "few"], 2, "--trials: must be a whole number from 0, got 'few'"),
        (["LOG", "--split", "halves"], 2, "--split: invalid choice: 'halves'"),
        (["LOG", "--nonsense"], 2, "unrecognized arguments: --nonsense"),
        ([], 2, "name a LOG"),
    ],
)
def test_mistakes_are_one_line(log, tmp_path, monkeypatch, type_command, words, exit_code, said):
    monkeypatch.chdir(tmp_path)
    words = [log if word == "LOG" else word for word in words]
    code, out, err = type_command("evaluate", *words[:1], *COLUMNS, "--quiet", *words[1:])
    assert (code, out) == (exit_code, "")
    assert err.startswith("longtail: ")
    assert err.count("\n") == 1
    assert re.search(said, err), err
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize(
    ("name", "change", "option"),
    [
        ("a.csv", lambda text: text.replace(",", ";"), "--separator"),
        ("b.csv", lambda text: text.replace(",", "\t"), "--separator"),
        ("log", lambda text: text, "--separator"),
        ("c.csv", lambda text: text.replace(",5,", ",five,"), "--on-error"),
        ("d.csv", lambda text: text.replace(",i02,", ',"i02,'), "--quote"),
    ],
)
def test_advice_can_be_typed(log, tmp_path, type_command, name, change, option):
    (tmp_path / name).write_text(change(log.read_text()))
    command = ["evaluate", tmp_path / name, *COLUMNS, "--rating", "stars", *QUIET]
    command += ["--models", "Popularity"]
    code, _, err = type_command(*command)
    assert code == 1
    advice = re.search(rf"pass ({option} ('[^']*'|\"[^\"]*\"|None))", err)
    assert advice, err
    code, out, _ = type_command(*command, *shlex.split(advice[1]))
    assert code == 0
    assert "Report of Popularity" in out


def test_files_without_a_header_and_global_time(log, tmp_path, type_command):
    bare = log.read_text().split("\n", 1)[1].replace(",", "::")
    (tmp_path / "bare.csv").write_text(bare)
    command = ["evaluate", tmp_path / "bare.csv", "--columns", "uid", "sku", "stars", "ts"]
    command += ["--separator", "::", *COLUMNS, "--timestamp", "ts", *QUIET, "--json"]
    command += ["--models", "Popularity", "--split", "temporal"]
    code, out, _ = type_command(*command)
    assert code == 0
    assert json.loads(out)["split"].startswith("Split 'bare' (temporal)")
    _, following, _ = type_command(*command, "--target", "next")
    tests = [int(re.search(r"test (\d+)", said)[1]) for said in (out, following)]
    assert tests[0] > tests[1] > 0


def test_a_warning_is_one_line_and_can_be_followed(log, tmp_path, type_command):
    tied = pl.read_csv(log).with_columns(ts=pl.lit(1_600_000_000))
    tied.write_csv(tmp_path / "log.csv")
    command = ["evaluate", tmp_path / "log.csv", *COLUMNS, "--timestamp", "ts", *QUIET]
    command += ["--models", "Popularity"]
    code, _, err = type_command(*command)
    assert code == 0
    assert err.startswith("longtail: warning: split of 'log'")
    assert err.count("\n") == 1
    code, _, err = type_command(*command, "--ties", "file")
    assert (code, err) == (0, "")


# ------------------------------------------------------------------- longtail benchmark on a log


def test_benchmark_of_a_log(log, small_log, tmp_path, type_command):
    out = tmp_path / "results.json"
    options = ["--timestamp", "ts", "--items", small_log / "shop.csv", "--title", "name"]
    options += ["--models", "Popularity", "ItemKNN", "--trials", "2", "--seeds", "0", "--quiet"]
    code, said, err = type_command("benchmark", "--log", log, *COLUMNS, *options, "--out", out)
    assert (code, err) == (0, "")
    assert "| ItemKNN |" in said
    results = BenchmarkResults.load(out)
    assert set(results.measured) == {"random", "leave-last-out"}
    assert results.dataset["catalogue"] == 25
    # No rating was named, so none is asked for.
    assert results.protocol["min_rating"] is None
    assert results["leave-last-out", "ItemKNN"].tuning["trials"] == 2


def test_benchmark_without_refit_and_in_global_time(log, type_command):
    options = ["--timestamp", "ts", "--models", "Popularity", "--seeds", "0", "--quiet", "--json"]
    options += ["--no-refit", "--ties", "file", "--splits", "temporal, next item"]
    code, said, _ = type_command("benchmark", "--log", log, *COLUMNS, *options)
    assert code == 0
    results = BenchmarkResults.from_json(said)
    assert set(results.measured) == {"temporal, next item"}
    assert results.protocol["refit"] is False
    assert results.protocol["ties"] == "file"


def test_benchmark_of_a_log_without_times_is_random_and_may_be_json(log, type_command):
    options = ["--models", "Popularity", "--seeds", "0", "--quiet", "--json"]
    code, said, _ = type_command("benchmark", "--log", log, *COLUMNS, *options)
    assert code == 0
    assert set(BenchmarkResults.from_json(said).measured) == {"random"}


@pytest.mark.parametrize(
    ("words", "exit_code", "said"),
    [
        (["--models", "EASE"], 2, "one of the arguments --dataset --log is required"),
        (["--dataset", "shop", "--log", "x", "--models", "EASE"], 2, "not allowed with argument"),
        (["--dataset", "shopp", "--models", "EASE"], 2, "unknown dataset 'shopp'.* 'shop'"),
        (["--dataset", "shop", "--user", "u", "--models", "EASE"], 2, "--user: .* are for --log"),
        (["--log", "x.csv", "--models", "EASE"], 1, "no file x.csv"),
        (["--dataset", "shop", "--models", "EASE", "--seeds", "-1"], 2, "--seeds: must be"),
        (
            ["--dataset", "shop", "--models", "EASE", "--splits", "half"],
            2,
            "splits must be some of",
        ),
    ],
)
def test_mistakes_of_a_benchmark(type_command, words, exit_code, said):
    code, out, err = type_command("benchmark", *words)
    assert (code, out) == (exit_code, "")
    assert re.search(said, err), err
    assert err.count("\n") == 1


def test_all_models_are_those_that_the_log_can_serve():
    assert {"Oracle", "OracleOfLog"} == set(chosen_models(["all"], truth=True)) - set(
        chosen_models(["all"])
    )


def test_a_known_log_without_ratings_needs_no_option(type_command):
    words = ("--dataset", "online-retail", "--models", "Popularity", "--splits", "random")
    code, said, _ = type_command("benchmark", *words, "--seeds", "0", "--quiet", "--json")
    assert code == 0
    assert json.loads(said)["protocol"]["min_rating"] is None
    code, _, err = type_command("benchmark", *words, "--min-rating", "3", "--quiet")
    assert code == 1
    assert "min_rating needs a column 'rating'" in err
