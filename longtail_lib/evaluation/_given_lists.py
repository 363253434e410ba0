"""Rankings made elsewhere, checked and laid out as the lists that a report measures."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from itertools import chain
from typing import Any

import narwhals as nw
import numpy as np

from longtail_lib.evaluation._protocol import Protocol
from longtail_lib.evaluation.metrics.accuracy import find_hits
from longtail_lib.preprocessing import Split
from longtail_lib.preprocessing._id_codes import clean_ids, factorise
from longtail_lib.preprocessing._own_matrices import plain_value
from longtail_lib.ranking import TIE_RULE, id_keys, priorities, user_key

__all__ = ["are_lists", "given_lists"]

_MEND = {
    "user_id": "leave out the lists of users that the split does not know",
    "item_id": "split a log whose table of items holds the whole catalogue",
}


def are_lists(given: Any) -> bool:
    """Whether this is a mapping or a frame: lists, and nothing that scores."""
    frames = nw.DataFrame | nw.LazyFrame
    return isinstance(given, Mapping) or isinstance(
        nw.from_native(given, pass_through=True), frames
    )


def given_lists(
    given: Any, parts: Split, users: np.ndarray, protocol: Protocol
) -> tuple[np.ndarray, dict[str, str]]:
    """Lay out the lists of some users as `rank_users` does, and word what is special about them."""
    frame = _of_mapping(given) if isinstance(given, Mapping) else _eager(given)
    by = next((name for name in ("rank", "score") if name in frame.columns), "rank")
    missing = [name for name in ("user_id", "item_id", by) if name not in frame.columns]
    if missing:
        raise ValueError(
            f"evaluate: the lists have no column {', '.join(map(repr, missing))}, they have "
            f"{', '.join(map(repr, frame.columns))}; name columns user_id, item_id, and rank or "
            "score"
        )
    if not len(given if isinstance(given, Mapping) else frame):
        raise ValueError("evaluate: the lists are empty; give the list of at least one user")
    rows = _places(frame, "user_id", parts.user_rows)
    columns = _places(frame, "item_id", parts.item_rows)
    numbers = _numbers(frame, by)
    if by == "score":
        # As in scores of a model, minus infinity says that an item is left out.
        listed = numbers > -np.inf
        rows, columns, numbers = rows[listed], columns[listed], -numbers[listed]
    _refuse_repeats(rows, columns, parts)
    if not _is_in_order(rows, numbers):
        order = np.lexsort((numbers, rows))
        rows, columns, numbers = rows[order], columns[order], numbers[order]
    lengths = np.bincount(rows, minlength=parts.n_users)
    places = np.arange(len(rows)) - np.repeat(np.cumsum(lengths) - lengths, lengths)
    if by == "rank":
        _check_ranks(rows, numbers, places, parts)
    else:
        columns = _ties_in_order(rows, columns, numbers, parts, protocol.seed)
    k = min(protocol.ks[-1], parts.n_items)
    lists = np.full((parts.n_users, k), -1, dtype=np.int32)
    inside = places < k
    lists[rows[inside], places[inside]] = columns[inside]
    lists = lists[users]
    return lists, _in_words(lists, lengths[users], by, parts, users, protocol)


def _eager(given: Any) -> nw.DataFrame:
    frame = nw.from_native(given)
    return frame.collect() if isinstance(frame, nw.LazyFrame) else frame


def _of_mapping(given: Mapping) -> nw.DataFrame:
    """One row for each item of each list; a list of a mapping of items has scores."""
    import polars as pl

    scored = {isinstance(items, Mapping) for items in given.values()}
    if len(scored) > 1:
        raise TypeError(
            "evaluate: some lists are mappings of item to score and some are not; give all alike"
        )
    for user, items in given.items():
        if isinstance(items, str | bytes) or not isinstance(items, Iterable):
            raise TypeError(
                f"evaluate: the list of user {user!r} is {type(items).__name__}, expected item "
                "ids, best first, or a mapping of item id to score"
            )
    if scored == {True}:
        by, numbers = "score", [score for items in given.values() for score in items.values()]
    else:
        given = {user: _plain(items) for user, items in given.items()}
        by, numbers = (
            "rank",
            [rank for items in given.values() for rank in range(1, len(items) + 1)],
        )
    owners = chain.from_iterable([user] * len(items) for user, items in given.items())
    try:
        frame = pl.DataFrame(
            {
                "user_id": _plain(owners),
                "item_id": _plain(chain.from_iterable(given.values())),
                by: pl.Series(numbers, dtype=pl.Float64),
            }
        )
    except (TypeError, pl.exceptions.PolarsError) as error:
        raise TypeError(
            f"evaluate: ids of the lists must be all numbers or all text, and scores numbers "
            f"({error})"
        ) from error
    return nw.from_native(frame)


def _plain(values: Iterable[Any]) -> list[Any]:
    """The values as Python's own numbers and text."""
    return [plain_value(value) for value in values]


def _places(frame: nw.DataFrame, column: str, find: Callable[[Any], np.ndarray]) -> np.ndarray:
    """Rows or columns of the split behind a column of ids."""
    ids, missing, _ = clean_ids(frame[column], f"evaluate: column {column!r} of the lists")
    if missing.any():
        raise ValueError(
            f"evaluate: column {column!r} of the lists lacks an id in row "
            f"{int(missing.argmax()) + 1} ({int(missing.sum()):,} in all); remove such rows"
        )
    distinct, codes = factorise(ids)
    try:
        return find(distinct)[codes]
    except (KeyError, TypeError) as error:
        mend = f"; {_MEND[column]}" if isinstance(error, KeyError) else ""
        raise type(error)(f"evaluate: in the lists, {error.args[0]}{mend}") from error


def _numbers(frame: nw.DataFrame, by: str) -> np.ndarray:
    """The column of ranks or scores as float64."""
    column = frame[by]
    if not column.dtype.is_numeric():
        raise TypeError(
            f"evaluate: column {by!r} of the lists is of type {column.dtype}, expected numbers"
        )
    numbers = column.cast(nw.Float64).to_numpy().astype(np.float64)
    wrong = np.isnan(numbers)
    if wrong.any():
        row = int(wrong.argmax())
        raise ValueError(
            f"evaluate: the {by} of item {frame['item_id'][row]!r} for user "
            f"{frame['user_id'][row]!r} is missing ({int(wrong.sum()):,} such rows); give every "
            "item of a list one"
        )
    return numbers


def _is_in_order(rows: np.ndarray, numbers: np.ndarray) -> bool:
    """Whether lists stand one after the other, best first, as most are given: sorting is slow."""
    next_list, same = rows[1:] > rows[:-1], rows[1:] == rows[:-1]
    return bool((next_list | (same & (numbers[1:] >= numbers[:-1]))).all())


def _refuse_repeats(rows: np.ndarray, columns: np.ndarray, parts: Split) -> None:
    pairs = np.sort(rows * parts.n_items + columns)
    again = pairs[1:][pairs[1:] == pairs[:-1]]
    if len(again):
        row, column = divmod(int(again[0]), parts.n_items)
        raise ValueError(
            f"evaluate: the list of user {plain_value(parts.user_ids[row])!r} holds item "
            f"{plain_value(parts.item_ids[column])!r} more than once ({len(again):,} such "
            "repeats in all); keep its best place only"
        )


def _check_ranks(rows: np.ndarray, ranks: np.ndarray, places: np.ndarray, parts: Split) -> None:
    wrong = ranks != places + 1
    if wrong.any():
        row = rows[wrong.argmax()]
        found = ", ".join(f"{rank:g}" for rank in ranks[rows == row][:10])
        raise ValueError(
            f"evaluate: ranks of user {plain_value(parts.user_ids[row])!r} are {found}, expected "
            "1, 2, 3 and so on without a gap; number the list anew, or give scores"
        )


def _ties_in_order(
    rows: np.ndarray, columns: np.ndarray, numbers: np.ndarray, parts: Split, seed: int
) -> np.ndarray:
    """Put equal scores of a user into the order that they have in any other list."""
    equal = (rows[1:] == rows[:-1]) & (numbers[1:] == numbers[:-1])
    if not equal.any():
        return columns
    tied = np.flatnonzero(np.append(equal, False) | np.append(False, equal))
    items, owners = columns[tied], rows[tied]
    users = user_key(id_keys(parts.user_ids, seed))
    first = priorities(users[owners], id_keys(parts.item_ids, seed)[items])
    columns = columns.copy()
    columns[tied] = items[np.lexsort((first, numbers[tied], owners))]
    return columns


def _in_words(
    lists: np.ndarray,
    lengths: np.ndarray,
    by: str,
    parts: Split,
    users: np.ndarray,
    protocol: Protocol,
) -> dict[str, str]:
    """What a protocol says of given lists in place of what it says of a model."""
    seen = [find_hits(lists, matrix[users]).rows for matrix in protocol.seen_of(parts)]
    owners = np.concatenate(seen)
    k, none = lists.shape[1], int((lengths == 0).sum())
    short = int(((lengths > 0) & (lengths < k)).sum())
    where = "train" if protocol.part == "validation" else "train and validation"
    return {
        "users": (
            f"{len(users):,} of {parts.n_users:,}: those with a relevant item in {protocol.part}; "
            f"{none:,} of them without a list, which counts as an empty one, and {short:,} with "
            f"one of fewer than {k:,} items"
        ),
        "catalogue": f"{parts.n_items:,} items, ranked elsewhere: the lists were given",
        "seen items": (
            f"not masked: given lists are measured as they were served, and "
            f"{len(np.unique(owners)):,} of {len(users):,} hold interactions of their user in "
            f"{where}, {len(owners):,} in all"
        ),
        "ties": "none, since ranks were given" if by == "rank" else TIE_RULE,
    }
