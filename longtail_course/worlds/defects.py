"""A raw log with everything wrong that raw logs have wrong, and a list of what was done to it."""

from __future__ import annotations

from typing import Any

import numpy as np
import polars as pl

from longtail_lib.data import Dataset
from longtail_lib.simulation._fixed_point import stream

__all__ = ["dirty_log", "make_dirty_log"]

BOT_USER = "990001"
_BASE_ROWS = 17_000
_BOT_ROWS = 2_400
# Rows of each defect; a row has at most one of them. Time formats come on top.
_DEFECTS = {
    "exact_duplicate": 420,
    "changed_rating": 310,
    "missing_user": 140,
    "missing_item": 130,
    "missing_rating": 240,
    "broken_rating": 210,
    "rating_out_of_range": 160,
    "broken_time": 60,
    "unknown_item": 190,
    "untidy_id": 620,
}
_BROKEN_RATINGS = ("four", "4,5", "NaN", "five stars", "?", "n/a", "3/5")
_WILD_RATINGS = ("0", "6", "10", "-1", "99", "45")
_BROKEN_TIMES = ("yesterday", "0000-00-00", "--", "31.02.2024")
_UNTIDY = (
    ("sku", str.lower),
    ("sku", lambda text: f" {text}"),
    ("uid", lambda text: f"{text} "),
    ("sku", lambda text: f"{text.lower()}  "),
    ("uid", lambda text: f"  {text}"),
)
_LOST = (
    "missing_user",
    "missing_item",
    "missing_rating",
    "broken_rating",
    "rating_out_of_range",
    "broken_time",
    "unknown_item",
)
# Out of 1024 rows.
_MILLISECONDS, _ISO = 150, 100
_SOURCES = ("web", "app", "app", "import")


def dirty_log(dataset: Dataset, seed: int = 7) -> pl.DataFrame:
    """Turn a clean log into a raw one.

    Parameters
    ----------
    dataset : Dataset
        A simulated dataset with ratings.
    seed : int

    Returns
    -------
    polars.DataFrame
        Columns uid, sku, stars, ts and source, all strings; what is missing is null.

    Raises
    ------
    ValueError
        The dataset has no ratings, or too few interactions.
    """
    return make_dirty_log(dataset, seed)[0]


def make_dirty_log(dataset: Dataset, seed: int = 7) -> tuple[pl.DataFrame, dict[str, Any]]:
    """Return the raw log of `dirty_log` together with what is wrong in it.

    Returns
    -------
    frame : polars.DataFrame
    about : dict
        "rows"; "defects", the number of rows of each kind; "time_formats"; "bot_user";
        "recoverable", how many user-item pairs are left when every broken row and the bot are
        dropped, ids are tidied and repetitions are joined.
    """
    rng = stream(seed, "dirty log")
    rows = _some_users(dataset, rng)
    table, order = _clean_rows(dataset, rows, rng)
    places = _places(len(rows), rng)
    _break_fields(table, places, dataset.items["item_id"][0][0], rng)
    _repeat_rows(table, order, places, rng)
    _let_a_bot_in(table, order, dataset, rng)
    frame = pl.DataFrame(table)[np.argsort(np.array(order), kind="stable").tolist()]

    lost = sum(_DEFECTS[name] for name in _LOST)
    about = {
        "rows": len(frame),
        "seed": seed,
        "defects": {**_DEFECTS, "bot": _BOT_ROWS},
        "time_formats": _time_formats(table["ts"]),
        "bot_user": BOT_USER,
        "recoverable": len(rows) - lost,
    }
    return frame, about


def _some_users(dataset: Dataset, rng: np.random.Generator) -> np.ndarray:
    """Pick all interactions of as many random users as make enough rows."""
    if not dataset.has_ratings or dataset.n_interactions < _BASE_ROWS:
        raise ValueError(
            f"dirty_log needs ratings and at least {_BASE_ROWS:,} interactions, {dataset!r} has "
            f"{'' if dataset.has_ratings else 'no ratings and '}{dataset.n_interactions:,}"
        )
    user = dataset.interactions["user_id"].to_numpy()
    counts = np.bincount(user)
    drawn = rng.permutation(len(counts))
    enough = int(np.searchsorted(np.cumsum(counts[drawn]), _BASE_ROWS)) + 1
    return np.flatnonzero(np.isin(user, drawn[:enough]))


def _clean_rows(
    dataset: Dataset, rows: np.ndarray, rng: np.random.Generator
) -> tuple[dict[str, list], list[int]]:
    log = dataset.interactions[rows]
    times = log["timestamp"].to_list()
    table = {
        "uid": [str(user) for user in log["user_id"]],
        "sku": log["item_id"].to_list(),
        "stars": [f"{rating:g}" for rating in log["rating"]],
        "ts": [
            _write_time(time, draw)
            for time, draw in zip(times, rng.integers(0, 1024, len(rows)).tolist(), strict=True)
        ],
        "source": [_SOURCES[draw] for draw in rng.integers(0, len(_SOURCES), len(rows))],
    }
    return table, times


def _places(n: int, rng: np.random.Generator) -> dict[str, list[int]]:
    """Give each defect its own rows."""
    shuffled, places, start = rng.permutation(n).tolist(), {}, 0
    for name, size in _DEFECTS.items():
        places[name] = shuffled[start : start + size]
        start += size
    return places


def _break_fields(
    table: dict[str, list], places: dict[str, list[int]], prefix: str, rng: np.random.Generator
) -> None:
    for name, column in (
        ("missing_user", "uid"),
        ("missing_item", "sku"),
        ("missing_rating", "stars"),
    ):
        for row in places[name]:
            table[column][row] = None
    for name, column, wrong in (
        ("broken_rating", "stars", _BROKEN_RATINGS),
        ("rating_out_of_range", "stars", _WILD_RATINGS),
        ("broken_time", "ts", _BROKEN_TIMES),
    ):
        for place, row in enumerate(places[name]):
            table[column][row] = wrong[place % len(wrong)]
    numbers = rng.integers(0, 10_000, len(places["unknown_item"])).tolist()
    for row, number in zip(places["unknown_item"], numbers, strict=True):
        # One digit more than any id of the catalogue.
        table["sku"][row] = f"{prefix}9{number:04d}"
    for place, row in enumerate(places["untidy_id"]):
        column, untidy = _UNTIDY[place % len(_UNTIDY)]
        table[column][row] = untidy(table[column][row])


def _repeat_rows(
    table: dict[str, list],
    order: list[int],
    places: dict[str, list[int]],
    rng: np.random.Generator,
) -> None:
    """Append exact copies, and second opinions of the same user on the same item."""
    for row in places["exact_duplicate"]:
        for column in table.values():
            column.append(column[row])
        order.append(order[row] + int(rng.integers(0, 3600)))
    for row in places["changed_rating"]:
        time = order[row] + int(rng.integers(86_400, 30 * 86_400))
        before = int(table["stars"][row])
        table["uid"].append(table["uid"][row])
        table["sku"].append(table["sku"][row])
        table["stars"].append(str((before - 1 + int(rng.integers(1, 5))) % 5 + 1))
        table["ts"].append(_write_time(time, int(rng.integers(0, 1024))))
        table["source"].append(table["source"][row])
        order.append(time)


def _let_a_bot_in(
    table: dict[str, list], order: list[int], dataset: Dataset, rng: np.random.Generator
) -> None:
    """Append a user who gives five stars every other second."""
    start = sorted(order)[len(order) // 2]
    times = start + np.cumsum(rng.integers(1, 3, _BOT_ROWS))
    items = dataset.items["item_id"].to_list()
    for time, item in zip(
        times.tolist(), rng.integers(0, len(items), _BOT_ROWS).tolist(), strict=True
    ):
        for column, value in zip(
            table.values(), (BOT_USER, items[item], "5", str(time), "app"), strict=True
        ):
            column.append(value)
        order.append(time)


def _write_time(time: int, draw: int) -> str:
    """Write seconds, sometimes milliseconds, sometimes ISO 8601."""
    if draw < _MILLISECONDS:
        return str(1000 * time)
    if draw < _MILLISECONDS + _ISO:
        return f"{np.datetime64(time, 's')}Z"
    return str(time)


def _time_formats(times: list[str]) -> dict[str, int]:
    digits = [len(time) if time.isdigit() else 0 for time in times]
    return {
        "seconds": digits.count(10),
        "milliseconds": digits.count(13),
        "iso": sum("T" in time for time in times),
    }
