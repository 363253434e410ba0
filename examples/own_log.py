"""From a log of your own to honest numbers: read, prepare, split, tune, evaluate, compare.

    python3 course.py python examples/own_log.py --make-log own      a log of a million interactions
    python3 course.py python examples/own_log.py own/log.csv --items own/catalogue.csv \
        --user uid --item sku --rating stars --timestamp ts --title title --out own/results

It is the command `longtail evaluate` with 20 trials for each model and a folder for what comes out;
any other option of the command may be added, and `longtail evaluate --help` has them all. Every
model gets the same number of trials, on validation; test is read once, at the end. The trial tables
lie in the --out folder, and the same command goes on from them after an interruption. To count only
what users liked, add --min-rating. To look for the best tail whose overall accuracy is at least 99%
of the best, add --tail. Other signs than commas between the fields are named by --separator.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from longtail_lib.cli import main as longtail
from longtail_lib.simulation import PRESETS, simulate

# A later option of the same name replaces one of these.
DEFAULTS = ["--trials", "20", "--out", "results"]


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


def main(argv: Sequence[str] | None = None) -> int:
    """Make a log, or hand all words to `longtail evaluate`; gives its exit code."""
    lines = __doc__.split("\n", 1)
    parser = argparse.ArgumentParser(
        description=lines[0],
        epilog=lines[1],
        formatter_class=argparse.RawDescriptionHelpFormatter,
        allow_abbrev=False,
    )
    parser.add_argument("--make-log", type=Path, metavar="FOLDER", help="make a log to try")
    parser.add_argument("--interactions", type=int, default=1_000_000, help="of that log")
    parser.add_argument("--seed", type=int, default=0, help="of that log, or of the evaluation")
    options, others = parser.parse_known_args(argv)
    if options.make_log is None:
        return longtail(["evaluate", *DEFAULTS, *others, "--seed", str(options.seed)])
    make_log(options.make_log, options.interactions, options.seed)
    return 0


if __name__ == "__main__":
    sys.exit(main())
