"""From a log of your own to honest numbers: read, prepare, split, tune, evaluate, compare.

    python3 course.py python examples/own_log.py --make-log own      a log of a million interactions
    python3 course.py python examples/own_log.py own/log.csv --items own/catalogue.csv \
        --user uid --item sku --rating stars --timestamp ts --title title --out own/results

Every model gets the same number of trials, on validation; test is read once, at the end. The trial
tables lie in the --out folder, and the same command goes on from them after an interruption. To
count only what users liked, add --min-rating. To look for the best tail whose overall accuracy is
at least 99% of the best, add --tail.
"""

from __future__ import annotations

import argparse
import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

import polars as pl
from tqdm import tqdm

from longtail_lib import models
from longtail_lib.data import read_table
from longtail_lib.evaluation import Report, compare, evaluate
from longtail_lib.preprocessing import Split, prepare, split
from longtail_lib.simulation import PRESETS, simulate
from longtail_lib.tuning import tune

TAIL = {
    "metric": ("tail", "NDCG@10"),
    "constraint": {"metric": ("overall", "NDCG@10"), "at_least": 0.99},
}


def make_log(folder: Path, n: int, seed: int) -> None:
    """Write a log of n interactions with a long tail, and its catalogue.

    The visitors of a simulated shop have tastes, so that there is something to learn. About 50
    interactions a user and 120 an item, the first n in time.
    """
    n_users = max(60, n // 50)
    for _ in range(5):
        preset = replace(
            PRESETS["shop"],
            n_users=n_users,
            n_items=min(8000, max(600, n // 120)),
            mean_activity=76.0,
        )
        data = simulate(preset, seed=seed)
        if data.n_interactions >= n:
            break
        n_users = int(1.1 * n_users * n / data.n_interactions)
    names = {"user_id": "uid", "item_id": "sku", "rating": "stars", "timestamp": "ts"}
    log = data.interactions.sort("timestamp", "user_id", "item_id").head(n)
    folder.mkdir(parents=True, exist_ok=True)
    log.select(*names).rename(names).write_csv(folder / "log.csv")
    data.items.rename({"item_id": "sku"}).write_csv(folder / "catalogue.csv")
    print(f"{len(log):,} interactions in {folder / 'log.csv'}, items in {folder / 'catalogue.csv'}")


def load(options: argparse.Namespace, times: dict[str, float]) -> Split:
    """Read, prepare and split the log, and print what was dropped."""
    # The bar that disappears leaves the page to what was found.
    with tqdm(total=3, unit="step", leave=False) as bar:
        bar.set_description(f"reading {options.log.name}")
        with timed(times, "read"):
            data = read_table(
                options.log,
                user=options.user,
                item=options.item,
                rating=options.rating,
                timestamp=options.timestamp,
                items=options.items,
                item_id=options.item_id,
                title=options.title,
            )
        bar.update()
        bar.set_description("preparing")
        with timed(times, "prepare"):
            clean = prepare(
                data,
                min_rating=options.min_rating,
                min_user_interactions=options.min_user_interactions,
                min_item_interactions=options.min_item_interactions,
            )
        bar.update()
        bar.set_description("splitting")
        with timed(times, "split"):
            parts = split(clean, how="leave-last-out" if options.timestamp else "random")
        bar.update()
    print(f"{data}\n\n{clean.preparation}\n\n{parts}\n", flush=True)
    return parts


def measure(
    name: str, parts: Split, options: argparse.Namespace, times: dict[str, float]
) -> Report:
    """Tune one model on validation and measure the best one on test."""
    looked_for = TAIL if options.tail else {}
    with timed(times, f"tune {name}"):
        tuning = tune(
            getattr(models, name),
            parts,
            trials=options.trials,
            seed=options.seed,
            storage=options.out / f"trials_{name}.json",
            progress=True,
            **looked_for,
        )
    print(f"{tuning}\n", flush=True)
    with timed(times, f"evaluate {name}"):
        report = evaluate(
            tuning.model, parts, k=(10, 50), seed=options.seed, progress=True, name=name
        )
    print(f"{report}\n", flush=True)
    (options.out / f"report_{name}.json").write_text(report.to_json() + "\n", encoding="utf-8")
    return report


@contextmanager
def timed(times: dict[str, float], what: str) -> Iterator[None]:
    start = time.perf_counter()
    yield
    times[what] = time.perf_counter() - start


def run(options: argparse.Namespace) -> None:
    """The whole path."""
    if options.make_log is not None:
        make_log(options.make_log, options.interactions, options.seed)
        return
    if options.log is None or options.user is None or options.item is None:
        raise ValueError("name a log and its columns --user and --item, or use --make-log FOLDER")
    if options.trials < 1:
        raise ValueError(f"--trials must be at least 1, got {options.trials}")
    options.out.mkdir(parents=True, exist_ok=True)
    times: dict[str, float] = {}
    parts = load(options, times)
    reports = [measure(name, parts, options, times) for name in options.models]
    if len(reports) > 1:
        comparison = compare(reports, baseline=options.models[0], metrics="NDCG@10")
        print(f"{comparison}\n")
        comparison.to_frame().write_csv(options.out / "comparison.csv")
    pl.concat([report.to_frame() for report in reports]).write_csv(options.out / "metrics.csv")
    print("seconds: " + ", ".join(f"{what} {spent:.1f}" for what, spent in times.items()))
    print(f"trial tables, reports and comparison are in {options.out}")


def parser() -> argparse.ArgumentParser:
    lines = __doc__.split("\n", 1)
    parser = argparse.ArgumentParser(
        description=lines[0],
        epilog=lines[1],
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("log", nargs="?", type=Path, help="CSV, TSV or Parquet")
    columns = parser.add_argument_group("columns of the log and of the catalogue")
    columns.add_argument("--user", help="column of user ids")
    columns.add_argument("--item", help="column of item ids")
    columns.add_argument("--rating", help="column of ratings")
    columns.add_argument("--timestamp", help="column of times; without it the split is random")
    columns.add_argument("--items", type=Path, help="table of the catalogue")
    columns.add_argument("--item-id", help="its id column; the name of --item by default")
    columns.add_argument("--title", help="its title column")
    keep = parser.add_argument_group("what to keep")
    keep.add_argument("--min-rating", type=float, help="ratings from here on count")
    keep.add_argument("--min-user-interactions", type=int, default=5)
    keep.add_argument("--min-item-interactions", type=int, default=1)
    search = parser.add_argument_group("what to search")
    known = ["Popularity", "ItemKNN", "EASE", "ImplicitALS", "BPR", "TwoTower"]
    search.add_argument(
        "--models",
        nargs="+",
        choices=known,
        default=known[:3],
        metavar="MODEL",
        help=f"of {', '.join(known)}; the first is the baseline",
    )
    search.add_argument("--trials", type=int, default=20, help="for each model; default 20")
    search.add_argument("--tail", action="store_true", help="best tail at 99%% of the best overall")
    search.add_argument("--seed", type=int, default=0)
    parser.add_argument("--out", type=Path, default=Path("results"), help="default: results")
    making = parser.add_argument_group("a log to try")
    making.add_argument("--make-log", type=Path, metavar="FOLDER")
    making.add_argument("--interactions", type=int, default=1_000_000)
    return parser


def main(argv: Sequence[str] | None = None) -> int:
    """Run; a user's mistake is one sentence and exit code 2."""
    options: Any = parser().parse_args(argv)
    try:
        run(options)
    except (ValueError, KeyError, OSError, MemoryError, ImportError) as error:
        said = error.args[0] if isinstance(error, KeyError) and error.args else error
        print(f"own_log: {said}", file=sys.stderr)
        return 2
    except KeyboardInterrupt:
        print("own_log: interrupted; the same command goes on from here", file=sys.stderr)
        return 130
    return 0


if __name__ == "__main__":
    sys.exit(main())
