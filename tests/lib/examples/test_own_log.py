"""The engineer's path as a user would go it, on a small log: what it prints, writes and refuses."""

import importlib.util
import json
import re
import shlex
import subprocess
import sys
from pathlib import Path

import polars as pl
import pytest

from longtail_lib.evaluation import Report
from longtail_lib.tuning import Tuning

SCRIPT = Path(__file__).resolve().parents[3] / "examples" / "own_log.py"
COLUMNS = ["--user", "uid", "--item", "sku", "--rating", "stars", "--timestamp", "ts"]


@pytest.fixture(scope="module")
def own_log():
    spec = importlib.util.spec_from_file_location("own_log", SCRIPT)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.fixture(scope="module")
def folder(own_log, tmp_path_factory):
    folder = tmp_path_factory.mktemp("own")
    assert own_log.main(["--make-log", str(folder), "--interactions", "5000", "--seed", "3"]) == 0
    return folder


@pytest.fixture(scope="module")
def arguments(folder):
    files = [str(folder / "log.csv"), "--items", str(folder / "catalogue.csv"), "--title", "title"]
    return [*files, *COLUMNS]


@pytest.fixture(scope="module")
def finished(arguments, tmp_path_factory):
    """One run in a process of its own, as a user starts it."""
    out = tmp_path_factory.mktemp("results")
    done = subprocess.run(
        [sys.executable, str(SCRIPT), *arguments, "--trials", "5", "--out", str(out)],
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return done, out


def test_the_log_has_a_long_tail(folder):
    log = pl.read_csv(folder / "log.csv")
    assert log.columns == ["uid", "sku", "stars", "ts"]
    assert len(log) == 5000
    assert log["ts"].is_sorted()
    counts = log["sku"].value_counts()["count"].sort(descending=True)
    assert counts.head(len(counts) // 5).sum() > 0.55 * len(log)
    assert counts.max() > 20 * counts.median()


def test_everything_is_printed(finished):
    printed = finished[0].stdout
    for said in ("Preparation of 'log': 5,000 interactions", "k-core", "Split 'log'"):
        assert said in printed
    for name in ("Popularity", "ItemKNN", "EASE"):
        assert f"Tuning of {name} on 'log' validation: 5 trials" in printed
        assert f"Report of {name} on 'log' test" in printed
    assert re.search(r"EASE +overall +NDCG@10 .* higher", printed), printed


def test_progress_is_shown_throughout(finished):
    shown = finished[0].stderr
    for said in ("reading log.csv", "preparing", "splitting", "tune EASE", "best overall NDCG@10"):
        assert said in shown
    assert re.search(r"EASE: +100%", shown), "no bar of the evaluation's blocks"
    assert "Traceback" not in shown
    assert "Warning" not in shown


def test_what_is_written_agrees_with_what_is_printed(finished):
    done, out = finished
    assert sorted(path.name for path in out.iterdir()) == [
        "comparison.csv",
        "metrics.csv",
        *(f"report_{name}.json" for name in ("EASE", "ItemKNN", "Popularity")),
        *(f"trials_{name}.json" for name in ("EASE", "ItemKNN", "Popularity")),
    ]
    values = {}
    for name in ("Popularity", "ItemKNN", "EASE"):
        report = Report.from_json((out / f"report_{name}.json").read_text())
        tuning = Tuning.from_json((out / f"trials_{name}.json").read_text())
        assert repr(report) in done.stdout
        assert repr(tuning) in done.stdout
        assert report.protocol["part"] == "test"
        assert tuning.protocol["part"] == "validation"
        values[name] = report["NDCG@10"].value
    assert values["EASE"] > 1.2 * values["Popularity"] > 0.02
    metrics = pl.read_csv(out / "metrics.csv")
    row = metrics.row(
        by_predicate=(pl.col("model") == "EASE")
        & (pl.col("group") == "overall")
        & (pl.col("metric") == "NDCG")
        & (pl.col("k") == 10),
        named=True,
    )
    assert row["value"] == round(values["EASE"], 4)


def test_the_same_command_goes_on_from_the_trial_tables(finished, own_log, arguments, capsys):
    _, out = finished
    before = (out / "trials_EASE.json").read_bytes()
    options = ["--trials", "5", "--models", "EASE", "--out", str(out)]
    assert own_log.main([*arguments, *options]) == 0
    assert (out / "trials_EASE.json").read_bytes() == before
    assert "0/5" not in capsys.readouterr().err


def test_the_tail_under_a_floor(own_log, arguments, tmp_path, capsys):
    options = ["--trials", "3", "--models", "ItemKNN", "--tail", "--out", str(tmp_path)]
    assert own_log.main([*arguments, *options]) == 0
    assert "with overall NDCG@10 at least 99% of the best of all trials" in capsys.readouterr().out
    stored = json.loads((tmp_path / "trials_ItemKNN.json").read_text())
    assert stored["metric"] == ["tail", "NDCG@10"]


def test_without_timestamps_the_split_is_random(own_log, folder, tmp_path, capsys):
    out = ["--models", "Popularity", "--trials", "1", "--out", str(tmp_path / "results")]
    log = [str(folder / "log.csv"), "--user", "uid", "--item", "sku"]
    assert own_log.main([*log, *out]) == 0
    assert "Split 'log' (random)" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("changed", "exit_code", "said"),
    [
        (["nowhere.csv", *COLUMNS], 1, "no file nowhere.csv"),
        (["LOG", *COLUMNS[:2]], 1, "no column 'item_id' .--item.; it has 'uid', 'sku'"),
        (["LOG", *COLUMNS, "--user", "user"], 1, "no column 'user'"),
        (["LOG", *COLUMNS, "--title", "title"], 1, "--title 'title' .* pass --items <table>"),
        (["LOG", *COLUMNS, "--min-rating", "9"], 1, "min_rating|nothing|left"),
        (["LOG", *COLUMNS, "--min-user-interactions", "100000"], 1, "left|k-core"),
        (["LOG", *COLUMNS, "--trials", "-1"], 2, "--trials: must be a whole number from 0"),
        (["LOG", *COLUMNS, "--seed", "-1"], 2, "--seed: must be a whole number from 0"),
        (["LOG", *COLUMNS, "--out", "LOG"], 1, "log.csv is a file; name a folder"),
        ([], 2, "name a LOG"),
    ],
)
def test_mistakes_are_told_in_one_sentence(
    own_log, folder, tmp_path, monkeypatch, capsys, changed, exit_code, said
):
    monkeypatch.chdir(tmp_path)
    log = str(folder / "log.csv")
    given = [log if word == "LOG" else word for word in changed]
    assert own_log.main(given) == exit_code
    error = capsys.readouterr().err.splitlines()[-1]
    assert error.startswith("longtail: ")
    assert re.search(said, error), error


def test_advice_on_the_separator_is_true(own_log, folder, tmp_path, capsys):
    text = (folder / "log.csv").read_text().replace(",", ";")
    (tmp_path / "semi.csv").write_text(text)
    options = ["--models", "Popularity", "--trials", "1", "--out", str(tmp_path), "--quiet"]
    command = [str(tmp_path / "semi.csv"), *COLUMNS, *options]
    assert own_log.main(command) == 1
    [advice] = re.findall(r"pass (--separator '.')", capsys.readouterr().err)
    assert own_log.main([*command, *shlex.split(advice)]) == 0
    assert "Report of Popularity on 'semi' test" in capsys.readouterr().out


def test_a_broken_row_is_named(own_log, folder, tmp_path, capsys):
    lines = (folder / "log.csv").read_text().splitlines()
    lines[7] = "12,S0001,many,1672531300"
    (tmp_path / "log.csv").write_text("\n".join(lines) + "\n")
    assert own_log.main([str(tmp_path / "log.csv"), *COLUMNS, "--out", str(tmp_path)]) == 1
    assert "log.csv, row 8, column 'stars'" in capsys.readouterr().err


def test_trials_of_another_log_are_not_mixed_in(own_log, folder, tmp_path, capsys):
    log = pl.read_csv(folder / "log.csv")
    options = [*COLUMNS, "--models", "Popularity", "--trials", "1", "--out", str(tmp_path)]
    for n in (5000, 4000):
        log.head(n).write_csv(tmp_path / "log.csv")
        code = own_log.main([str(tmp_path / "log.csv"), *options])
    assert code == 1
    assert "holds the trials of another search" in capsys.readouterr().err


def test_interruption_says_how_to_go_on(own_log, arguments, tmp_path, monkeypatch, capsys):
    def stop(*_, **__):
        raise KeyboardInterrupt

    monkeypatch.setattr("longtail_lib.tuning.tune", stop)
    assert own_log.main([*arguments, "--out", str(tmp_path)]) == 130
    assert "the same command goes on from the trials in" in capsys.readouterr().err
