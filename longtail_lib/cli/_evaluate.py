"""`longtail evaluate`: from a log of one's own to numbers for head, mid and tail."""

from __future__ import annotations

import argparse
import json
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from longtail_lib.cli._log_options import (
    add_keeping,
    add_reading,
    chosen_models,
    command,
    model_name,
    place_for,
    print_models,
    read_log,
    whole,
)

__all__ = ["add_to"]

_MODELS = ["Popularity", "ItemKNN", "EASE"]
# The best tail among settings that keep the overall accuracy.
_TAIL = {
    "metric": ("tail", "NDCG@10"),
    "constraint": {"metric": ("overall", "NDCG@10"), "at_least": 0.99},
}


def add_to(groups: Any) -> None:
    """Add the command `evaluate` to the command line."""
    columns = "--user uid --item sku --timestamp ts"
    parser = command(
        groups,
        "evaluate",
        "measure recommenders on a log of your own",
        "Read a log (CSV, TSV, JSON Lines or Parquet, one row an interaction), prepare and split\n"
        "it, fit recommenders on train and validation, measure them on test over the whole\n"
        "catalogue, and compare them with the first. A model has settings that worked on another\n"
        "log, or, with --trials, those that a search on validation finds, equally long for each.",
        [
            f"longtail evaluate log.csv {columns}",
            f"longtail evaluate log.csv {columns} --rating stars --min-rating 4 --trials 20",
            f"longtail evaluate log.csv {columns} --models EASE --save ease.npz --json",
        ],
    )
    parser.add_argument("log", type=Path, metavar="LOG", nargs="?", help="the log")
    add_reading(parser)
    group = parser.add_argument_group("what counts, and how it is divided")
    add_keeping(group, otherwise="none")
    group.add_argument("--min-item-interactions", type=whole(1), default=1, metavar="N")
    group.add_argument(
        "--split",
        dest="how",
        choices=("leave-last-out", "temporal", "random"),
        help="leave-last-out where there are times, else random",
    )
    group.add_argument(
        "--target", choices=("all", "next"), default="all", help="of temporal: asked of a user; all"
    )
    group.add_argument("--ties", choices=("random", "file"), help="what comes first of equal times")
    group = parser.add_argument_group("what is fitted and measured")
    group.add_argument(
        "--models",
        "--model",
        nargs="+",
        type=model_name,
        default=_MODELS,
        metavar="MODEL",
        help=f"names, of which `--models list` says what they are, or package.module:Class; the "
        f"first is the baseline; {' '.join(_MODELS)}",
    )
    group.add_argument(
        "--trials", type=whole(0), default=0, metavar="N", help="settings tried for each model; 0"
    )
    group.add_argument(
        "--tail", action="store_true", help="search the best tail at 99%% of the best overall"
    )
    group.add_argument(
        "--no-refit", action="store_true", help="learn from train alone, not validation as well"
    )
    group.add_argument("--k", type=whole(1), nargs="+", default=[10, 50], help="default 10 50")
    group.add_argument("--seed", type=whole(0), default=0)
    group = parser.add_argument_group("what comes out")
    group.add_argument("--json", action="store_true", help="one JSON object in place of tables")
    group.add_argument("--save", type=Path, metavar="FILE", help="keep the one fitted model")
    group.add_argument(
        "--out",
        type=Path,
        metavar="FOLDER",
        help="keep reports, tables and trials there; the same command goes on from its trials",
    )
    group.add_argument("--quiet", action="store_true", help="no progress")
    parser.set_defaults(run=_run)


def _run(options: argparse.Namespace) -> None:
    if options.models == ["list"]:
        print_models()
        return
    names = chosen_models(options.models)
    if options.log is None:
        raise argparse.ArgumentError(None, "name a LOG; see longtail evaluate --help")
    if options.save and len(names) > 1:
        raise argparse.ArgumentError(None, "--save keeps one model; name one by --models")
    if options.tail and not options.trials:
        raise argparse.ArgumentError(None, "--tail is a search; give --trials as well")
    place_for("--save", options.save)
    if options.out:
        if options.out.is_file():
            raise NotADirectoryError(f"--out {options.out} is a file; name a folder")
        options.out.mkdir(parents=True, exist_ok=True)
    try:
        _evaluate(options, names)
    except KeyboardInterrupt as stop:
        if options.out and options.trials:
            stop.args = (f"the same command goes on from the trials in {options.out}",)
        raise


def _evaluate(options: argparse.Namespace, names: list[str]) -> None:
    from longtail_lib.benchmark import contestant
    from longtail_lib.evaluation import compare, evaluate

    contestants = [contestant(name) for name in names]
    for each in contestants:
        # What cannot be imported is told before a long log is read.
        each.model_class()
    times: dict[str, float] = {}
    say = _silent if options.json else _printed
    parts = _parts(options, times, say)
    reports, fitted = [], {}
    for each in contestants:
        with _timed(times, f"fit {each.name}"):
            model = _fitted(each, parts, options, say)
        measured = parts if options.no_refit else parts.final()
        with _timed(times, f"evaluate {each.name}"):
            report = evaluate(
                model,
                measured,
                k=options.k,
                seed=options.seed,
                name=each.name,
                progress=not options.quiet,
            )
        say(f"{model}\n{report}\n")
        if options.out:
            path = options.out / f"report_{each.name}.json"
            path.write_text(report.to_json() + "\n", encoding="utf-8")
        if options.save:
            model.save(options.save)
        reports.append(report)
        fitted[each.name] = repr(model)
        del model
    table = None
    if len(reports) > 1:
        table = compare(reports, baseline=names[0], metrics=f"NDCG@{min(options.k)}")
        say(f"{table}\n")
    say("seconds: " + ", ".join(f"{what} {spent:.1f}" for what, spent in times.items()))
    if options.out:
        _tables(reports, table, options.out)
        say(f"reports, tables and trials are in {options.out}")
    if options.save:
        say(f"the model is in {options.save}; next: longtail recommend {options.save} --user ...")
    if options.json:
        said = {
            "split": repr(parts),
            "models": fitted,
            "reports": [json.loads(report.to_json()) for report in reports],
            "differences": [] if table is None else table.to_frame(digits=None).to_dicts(),
        }
        print(json.dumps(said, ensure_ascii=False, allow_nan=False))


def _parts(options: argparse.Namespace, times: dict[str, float], say: Callable) -> Any:
    """Read, prepare and split the log, and say what was dropped."""
    from tqdm import tqdm

    from longtail_lib.preprocessing import prepare, split

    # The bar that disappears leaves the page to what was found.
    with tqdm(total=3, unit="step", leave=False, disable=options.quiet) as bar:
        bar.set_description(f"reading {options.log.name}")
        with _timed(times, "read"):
            data = read_log(options.log, options)
        bar.update()
        bar.set_description("preparing")
        with _timed(times, "prepare"):
            clean = prepare(
                data,
                min_rating=options.min_rating,
                min_user_interactions=options.min_user_interactions,
                min_item_interactions=options.min_item_interactions,
            )
        bar.update()
        bar.set_description("splitting")
        how = options.how or ("leave-last-out" if data.has_timestamps else "random")
        with _timed(times, "split"):
            parts = split(
                clean, how=how, target=options.target, ties=options.ties, seed=options.seed
            )
        bar.update()
    say(f"{data}\n\n{clean.preparation}\n\n{parts}\n")
    return parts


def _fitted(each: Any, parts: Any, options: argparse.Namespace, say: Callable) -> Any:
    """Fit a model with known settings, or with those that a search on validation finds."""
    from longtail_lib.benchmark._contestant import held_fixed
    from longtail_lib.tuning import default_space, tune

    space = each.space
    if options.trials and not space:
        try:
            space = default_space(each.model_class())
        except KeyError:
            say(f"{each.name}: nothing is known to search, so its settings are taken as they are")
    if options.trials and space:
        fixed = held_fixed(each, parts, {}, options.seed)
        found = tune(
            each.model_class(),
            parts,
            {name: values for name, values in space.items() if name not in fixed},
            trials=options.trials,
            seed=options.seed,
            refit=not options.no_refit,
            storage=options.out and options.out / f"trials_{each.name}.json",
            progress=not options.quiet,
            fixed=fixed,
            **(_TAIL if options.tail else {}),
        )
        say(f"{found}\n")
        return found.model
    model = each.build(options.seed)
    return model.fit(parts) if options.no_refit else model.refit(parts)


def _tables(reports: list[Any], table: Any, folder: Path) -> None:
    import polars as pl

    pl.concat([report.to_frame() for report in reports]).write_csv(folder / "metrics.csv")
    if table is not None:
        table.to_frame().write_csv(folder / "comparison.csv")


@contextmanager
def _timed(times: dict[str, float], what: str) -> Iterator[None]:
    start = time.perf_counter()
    yield
    times[what] = time.perf_counter() - start


def _printed(line: str) -> None:
    print(line)
    sys.stdout.flush()


def _silent(line: str) -> None:
    """Leave the output to the JSON object."""
