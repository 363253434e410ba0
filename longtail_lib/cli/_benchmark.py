"""`longtail benchmark`: any set of recommenders under one protocol."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path
from typing import Any

__all__ = ["add_to"]


def add_to(groups: Any) -> None:
    """Add the command `benchmark` to the command line."""
    examples = [
        "longtail benchmark --dataset shop --models Popularity ItemKNN EASE --out results.json",
        "longtail benchmark --dataset music --models EASE my_package.models:Mine --out mine.json",
    ]
    parser = groups.add_parser(
        "benchmark",
        help="tune, fit and measure recommenders under one protocol",
        description="Tune recommenders on validation, fit them for several seeds, measure them on "
        "test over the whole catalogue, and write values, intervals, timings, memory and versions "
        "to a JSON file.",
        epilog="examples:\n" + "".join(f"  {line}\n" for line in examples),
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("--dataset", required=True, help="a name from `longtail data list`")
    parser.add_argument(
        "--models",
        nargs="+",
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
    parser.add_argument("--splits", nargs="+", metavar="SPLIT", help="random leave-last-out")
    parser.add_argument("--seeds", nargs="+", type=int, metavar="SEED", help="0 1 2")
    parser.add_argument("--trials", type=int, help="settings tried for each tuned model; 20")
    parser.add_argument("--min-rating", type=float, help="lower ratings are dropped; 4")
    parser.add_argument("--overwrite", action="store_true", help="replace an existing FILE")
    parser.add_argument("--data-home", type=Path, metavar="FOLDER", help="where data are cached")
    parser.add_argument("--quiet", action="store_true", help="no progress")
    parser.set_defaults(run=_run)


def _run(options: argparse.Namespace) -> None:
    from longtail_lib.benchmark import CONTESTANTS, BenchmarkResults

    if options.models == ["list"]:
        width = max(map(len, CONTESTANTS))
        for each in CONTESTANTS.values():
            print(f"{each.name.ljust(width)}  {each.about}")
        return
    if options.out is not None:
        if not options.out.parent.is_dir():
            raise FileNotFoundError(f"--out {options.out}: the folder does not exist")
        if options.out.exists() and not options.overwrite:
            raise ValueError(f"--out {options.out} exists; give --overwrite to replace it")
    stored = None
    if options.tuned:
        stored = BenchmarkResults.load(options.tuned)
    results = _benchmark(options, stored)
    print(_table(results))


def _benchmark(options: argparse.Namespace, stored: Any) -> Any:
    from longtail_lib.benchmark import CONTESTANTS, BenchmarkProtocol, run_benchmark
    from longtail_lib.datasets import load_dataset

    asked = {
        "splits": options.splits,
        "seeds": options.seeds,
        "trials": options.trials,
        "min_rating": options.min_rating,
    }
    protocol = {name: value for name, value in asked.items() if value is not None}
    return run_benchmark(
        load_dataset(options.dataset, data_home=options.data_home),
        list(CONTESTANTS) if options.models == ["all"] else options.models,
        protocol=BenchmarkProtocol(**protocol),
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
