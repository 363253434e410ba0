"""`longtail benchmark`: any set of recommenders under one protocol."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path
from typing import Any

from longtail_lib.cli._log_options import (
    add_keeping,
    add_reading,
    chosen_models,
    command,
    dataset_name,
    model_name,
    of_reading,
    place_for,
    print_models,
    read_log,
    whole,
)

__all__ = ["add_to"]


def add_to(groups: Any) -> None:
    """Add the command `benchmark` to the command line."""
    parser = command(
        groups,
        "benchmark",
        "tune, fit and measure recommenders under one protocol",
        "Tune recommenders on validation, fit them for several seeds, measure them on test over\n"
        "the whole catalogue, and write values, intervals, timings, memory and versions to a JSON\n"
        "file. The log is one that is known by name, or your own.",
        [
            "longtail benchmark --dataset shop --models Popularity ItemKNN EASE --out results.json",
            "longtail benchmark --dataset music --models EASE my_package.models:Mine --out m.json",
            "longtail benchmark --log log.csv --user uid --item sku --timestamp ts --models EASE",
        ],
    )
    which = parser.add_mutually_exclusive_group(required=True)
    which.add_argument(
        "--dataset", metavar="NAME", type=dataset_name, help="a name from `longtail data list`"
    )
    which.add_argument("--log", type=Path, metavar="FILE", help="a log of your own")
    parser.add_argument(
        "--models",
        nargs="+",
        type=model_name,
        required=True,
        metavar="MODEL",
        help="names, or package.module:Class; `--models all` takes every known one, "
        "`--models list` says which there are",
    )
    parser.add_argument("--out", type=Path, metavar="FILE", help="where results are written")
    parser.add_argument(
        "--tuned",
        type=Path,
        metavar="FILE",
        help="earlier results: take their hyper-parameters instead of searching",
    )
    parser.add_argument(
        "--splits",
        nargs="+",
        metavar="SPLIT",
        help="random, leave-last-out, temporal, 'temporal, next item'; the first two, or of a log "
        "without times the first",
    )
    parser.add_argument(
        "--ties", choices=("random", "file"), help="what comes first of equal times; random"
    )
    parser.add_argument(
        "--no-refit",
        dest="refit",
        action="store_false",
        default=None,
        help="learn from train alone, not validation as well",
    )
    parser.add_argument("--seeds", nargs="+", type=whole(0), metavar="SEED", help="0 1 2")
    parser.add_argument(
        "--trials", type=whole(1), metavar="N", help="settings tried for each tuned model; 20"
    )
    add_keeping(parser, otherwise="4, of a log of your own none")
    parser.add_argument("--json", action="store_true", help="results as JSON in place of a table")
    parser.add_argument("--overwrite", action="store_true", help="replace an existing FILE")
    parser.add_argument("--data-home", type=Path, metavar="FOLDER", help="where data are cached")
    parser.add_argument("--quiet", action="store_true", help="no progress")
    add_reading(parser)
    parser.set_defaults(run=_run)


def _run(options: argparse.Namespace) -> None:
    from longtail_lib.benchmark import BenchmarkResults
    from longtail_lib.datasets._load_dataset import SIMULATED

    if options.models == ["list"]:
        print_models()
        return
    models = chosen_models(options.models, truth=options.dataset in SIMULATED)
    if options.dataset and (given := of_reading(options)):
        raise argparse.ArgumentError(
            None, f"{', '.join(given)}: the columns of --dataset are known; they are for --log"
        )
    place_for("--out", options.out)
    if options.out is not None and options.out.exists() and not options.overwrite:
        raise ValueError(f"--out {options.out} exists; give --overwrite to replace it")
    stored = BenchmarkResults.load(options.tuned) if options.tuned else None
    results = _benchmark(options, models, stored)
    print(results.to_json() if options.json else _table(results))


def _benchmark(options: argparse.Namespace, models: list[str], stored: Any) -> Any:
    from longtail_lib.benchmark import BenchmarkProtocol, run_benchmark
    from longtail_lib.datasets import load_dataset

    asked = {
        "splits": options.splits,
        "ties": options.ties,
        "refit": options.refit,
        "seeds": options.seeds,
        "trials": options.trials,
        "min_rating": options.min_rating,
        "min_user_interactions": options.min_user_interactions,
    }
    protocol = {name: value for name, value in asked.items() if value is not None}
    if options.log:
        data = read_log(options.log, options)
        # Which ratings of a log of one's own say that something was liked, nobody knows here.
        protocol["min_rating"] = options.min_rating
        if not data.has_timestamps:
            protocol.setdefault("splits", ("random",))
    else:
        data = load_dataset(options.dataset, data_home=options.data_home)
        if not data.has_ratings:
            # What was bought or heard was liked; an option that was given is still refused.
            protocol.setdefault("min_rating", None)
    try:
        settings = BenchmarkProtocol(**protocol)
    except ValueError as error:
        raise argparse.ArgumentError(None, str(error)) from error
    return run_benchmark(
        data,
        models,
        protocol=settings,
        tuned=stored,
        out=options.out,
        say=None if options.quiet else lambda line: print(line, file=sys.stderr, flush=True),
        progress=not options.quiet and sys.stderr.isatty(),
    )


def _table(results: Any) -> str:
    from longtail_lib.benchmark import evidence_table

    names = [
        name
        for name in ("NDCG@10", "Coverage@10")
        if any(name == key[1] for row in results.rows.values() for key in row.values)
    ]
    columns = [(group, names[0]) for group in ("overall", "head", "mid", "tail")]
    return evidence_table(results, (*columns, *(("overall", name) for name in names[1:])))
