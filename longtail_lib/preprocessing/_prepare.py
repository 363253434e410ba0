"""Prepare an interaction log: clean it, thin it, and say what was dropped and why."""

from __future__ import annotations

from numbers import Integral, Real

import narwhals as nw
import numpy as np

from longtail_lib._parameters import BOOLEAN, PAIR, Interval, Nullable, Options, constrained
from longtail_lib.data import Dataset
from longtail_lib.preprocessing._cleaning_steps import (
    bot_users,
    check_columns,
    k_core,
)
from longtail_lib.preprocessing._id_codes import (
    align,
    clean_table,
    complete_users,
    keep_rows,
    with_column,
)
from longtail_lib.preprocessing._preparation import Ledger, Preparation
from longtail_lib.preprocessing._rating_normaliser import METHODS, statistics, warn_of_leakage
from longtail_lib.preprocessing._repeated_pairs import DUPLICATES, settle_repeats
from longtail_lib.preprocessing._sorted_log import coded_ids, finite_ratings, read_times

__all__ = ["prepare"]


@constrained(
    duplicates=Options(*DUPLICATES),
    rating_range=Nullable(PAIR),
    min_rating=Nullable(Interval(Real)),
    normalise=Nullable(Options(*METHODS)),
    min_user_interactions=Interval(Integral, 1),
    min_item_interactions=Interval(Integral, 1),
    max_user_interactions_per_day=Nullable(Interval(Integral, 1)),
    unknown_items=Options("drop", "error"),
    keep_catalogue=BOOLEAN,
)
def prepare(
    data: Dataset,
    *,
    duplicates: str = "last",
    rating_range: tuple[float, float] | None = None,
    min_rating: float | None = None,
    normalise: str | None = None,
    min_user_interactions: int = 1,
    min_item_interactions: int = 1,
    max_user_interactions_per_day: int | None = None,
    unknown_items: str = "drop",
    keep_catalogue: bool = True,
) -> Dataset:
    """Clean an interaction log and report every row that was dropped.

    The steps run in this order, each on what the one before left:

    1. missing values: a user, item, rating or timestamp that is absent or unreadable. Text ids
       are stripped of white space first; timestamps of mixed units become seconds (`seconds`);
    2. unknown items: not in the catalogue;
    3. rating range: ratings outside `rating_range`;
    4. exact duplicates: equal user, item, rating and timestamp; one stays;
    5. repeated pairs: one interaction of each user and item stays, by `duplicates`;
    6. bot users: all interactions of a user with too many on one UTC day;
    7. implicit threshold: ratings below `min_rating`;
    8. k-core: users and items with too few interactions, repeated to a fixed point;
    9. normalisation of the ratings that are left.

    A step that nothing asks for is left out. Preparing a prepared log with the same parameters
    drops nothing, but sums of ratings may lie outside `rating_range`.

    Parameters
    ----------
    data : Dataset
    duplicates : {"last", "first", "highest", "sum", "mean", "keep", "error"}
        What becomes of a repeated pair. "last", "first", "highest": the latest, the earliest or
        the highest rated interaction stays. Equal times are decided by the higher rating, equal
        ratings by the later time. Without timestamps the place in the log stands for the time:
        "last" is the last row of a pair, so that the same rows in another order may keep another
        rating, and `min_rating` another pair; "highest" does not depend on the order.
        "sum", "mean": the latest stays, and its `rating` becomes the sum or mean of all; where
        the log has no ratings, "sum" counts, so that plays or purchases become a weight. "keep":
        all stay. "error": none may be there. With "sum", "mean" and "keep" equal rows are
        repeats like others, because times may be too coarse to tell a copy from a repeat.
    rating_range : pair of float, or None
        Lowest and highest possible rating, both allowed.
    min_rating : float or None
        Ratings from here on count as interactions.
    normalise : {None, "user", "user-z", "min-max"}
        See `RatingNormaliser`. Computed over the whole log, which leaks: a `LeakageWarning` says
        so, except for "min-max" with a `rating_range`, which needs no statistics.
    min_user_interactions, min_item_interactions : int
        Least interactions of a user and of an item.
    max_user_interactions_per_day : int or None
        More on any one UTC day make a user a bot.
    unknown_items : {"drop", "error"}
        What happens to interactions with an item outside the catalogue.
    keep_catalogue : bool
        Keep items that lose all their interactions, so that they can still be recommended.

    Returns
    -------
    Dataset
        Frames of the same library and in the same order. Users without interactions are left
        out; a user whom the users table lacks gets a row. `preparation` is the report, and
        `dismissed` has the pairs of user and item that are no longer in the log.

    Raises
    ------
    ValueError
        A parameter out of its range, a step that needs a column which the log lacks, nothing
        left, or a threshold on ratings that are already normalised.
    TypeError
        An id, rating or timestamp column of an unusable type.

    Warns
    -----
    LeakageWarning
        Ratings were normalised with statistics of the whole log.

    Examples
    --------
    >>> import polars as pl
    >>> from longtail_lib.data import DatasetCard
    >>> log = pl.DataFrame({
    ...     "user_id": [1, 1, 1, 2, 2], "item_id": ["a", "a", "b", "a", "?"],
    ...     "rating": [4.0, 5.0, 2.0, 5.0, 3.0], "timestamp": [10, 20, 30, 40, 50],
    ... })
    >>> data = Dataset(log, pl.DataFrame({"item_id": ["a", "b"]}),
    ...                pl.DataFrame({"user_id": [1, 2]}), DatasetCard(name="tiny"))
    >>> clean = prepare(data, min_rating=3.5)
    >>> clean.interactions.rows()
    [(1, 'a', 5.0, 20), (2, 'a', 5.0, 40)]
    >>> for step in clean.preparation.steps:
    ...     print(step.name, step.dropped)
    missing values 0
    unknown items 1
    exact duplicates 0
    repeated pairs 1
    implicit threshold 1
    """
    parameters = {name: value for name, value in locals().items() if name != "data"}
    check_columns(data, parameters)
    frame = nw.from_native(data.interactions, eager_only=True)
    ledger = Ledger(len(frame))
    items_table, catalogue, notes = clean_table(data.items, "item_id", "items")
    users_table, known_users, more = clean_table(data.users, "user_id", "users")
    ledger.notes += notes + more

    frame, users, user_ids, missing, notes = coded_ids(frame, "user_id")
    frame, items, item_ids, absent, more = coded_ids(frame, "item_id")
    ledger.notes += notes + more
    missing = missing | absent
    ratings = times = None
    if "rating" in frame.columns:
        ratings, absent = finite_ratings(frame)
        missing = missing | absent
    if "timestamp" in frame.columns:
        frame, times, absent, notes = read_times(frame)
        ledger.notes += notes
        missing = missing | absent
    fields = ["user", "item"]
    fields += ["rating"] * (ratings is not None) + ["timestamp"] * (times is not None)
    ledger.drop(
        "missing values",
        f"{_listed(fields, 'or')} is absent or unreadable",
        np.flatnonzero(missing),
    )

    position = align(item_ids, np.sort(catalogue))
    unknown = ledger.where((position < 0)[items])
    if len(unknown) and unknown_items == "error":
        raise ValueError(
            f"{len(unknown):,} interactions are with items outside the catalogue, such as "
            f"{item_ids[items[unknown[:1]]].tolist()[0]!r} in row {unknown[0]}; complete the items "
            "table or pass unknown_items='drop'"
        )
    ledger.drop("unknown items", "the item is not in the catalogue", unknown)

    if rating_range is not None:
        low, high = rating_range
        outside = ledger.where((ratings < low) | (ratings > high))
        ledger.drop("rating range", f"rating outside {low:g} to {high:g}", outside)

    before = ratings
    ratings = settle_repeats(
        ledger, users, items, len(item_ids), ratings, times, duplicates, _listed(fields, "and")
    )
    merged = ratings is not before

    if max_user_interactions_per_day is not None:
        rows = ledger.rows()
        bots = bot_users(users[rows], times[rows], len(user_ids), max_user_interactions_per_day)
        ledger.drop(
            "bot users",
            f"the user has more than {max_user_interactions_per_day:,} interactions on one UTC day",
            ledger.where(bots[users]),
        )

    if min_rating is not None:
        below = ledger.where(ratings < min_rating)
        ledger.drop("implicit threshold", f"rating below {min_rating:g}", below)

    if max(min_user_interactions, min_item_interactions) > 1:
        rows = ledger.rows()
        kept, passes = k_core(
            users[rows], items[rows], min_user_interactions, min_item_interactions
        )
        minimum = {"user": min_user_interactions, "item": min_item_interactions}
        weak = " or ".join(
            f"{who} with fewer than {least}" for who, least in minimum.items() if least > 1
        )
        ledger.drop(
            "k-core",
            f"{weak} interactions; fixed point after {passes} "
            f"{'pass' if passes == 1 else 'passes'}",
            rows[~kept],
        )

    rows = ledger.rows()
    if normalise is not None:
        warn_of_leakage(normalise, rating_range)
        shift, scale = statistics(
            normalise, users[rows], ratings[rows], len(user_ids), rating_range
        )
        changed = (ratings - shift[users]) / scale[users]
        ledger.drop("normalisation", f"ratings normalised by {normalise!r}", rows[:0])
        frame = with_column(frame, "rating", changed)
    elif ratings is not None and (merged or not frame["rating"].dtype.is_float()):
        frame = with_column(frame, "rating", ratings)
    frame = keep_rows(frame, ledger.reasons == 0)

    active = np.bincount(users[rows], minlength=len(user_ids)) > 0
    lost = ~np.isin(known_users, user_ids[active])
    new = user_ids[active & (align(user_ids, np.sort(known_users)) < 0)]
    users_table = complete_users(keep_rows(users_table, ~lost), new)
    ledger.note(int(lost.sum()), "users without interactions, left out")
    ledger.note(len(new), "users that the users table lacked, given a row")
    chosen = np.bincount(items[rows], minlength=len(item_ids)) > 0
    bare = ~np.isin(catalogue, item_ids[chosen])
    if not keep_catalogue:
        items_table = keep_rows(items_table, ~bare)
    fate = "kept in the catalogue" if keep_catalogue else "left out of the catalogue"
    ledger.note(int(bare.sum()), f"items without interactions, {fate}")

    return data.replace(
        interactions=frame.to_native(),
        items=items_table.to_native(),
        users=users_table.to_native(),
        preparation=Preparation(
            name=data.card.name,
            steps=tuple(ledger.steps),
            reasons=ledger.reasons,
            source=data.interactions,
            parameters=parameters,
            notes=tuple(ledger.notes),
            normalised=normalise or getattr(data.preparation, "normalised", None),
            earlier=data.preparation,
        ),
    )


def _listed(words: list[str], last: str) -> str:
    return f"{', '.join(words[:-1])} {last} {words[-1]}"
