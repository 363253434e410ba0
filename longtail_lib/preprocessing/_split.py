"""Split a prepared log into train, validation and test."""

from __future__ import annotations

from numbers import Integral
from typing import Any

from longtail_lib._parameters import SEED, Interval, Options, check_parameters, constrained
from longtail_lib.data import Dataset
from longtail_lib.preprocessing._sorted_log import SortedLog
from longtail_lib.preprocessing._split_matrices import Split
from longtail_lib.preprocessing._strategies import leave_last_out, random_split, temporal

__all__ = ["split"]

_DEFAULTS = {"leave-last-out": (1, 1), "temporal": (0.1, 0.2), "random": (0.1, 0.2)}
_COUNT = Interval(
    Integral,
    0,
    noun="whole number of interactions a user",
    mend="shares are for 'temporal' and 'random'",
)


@constrained(
    how=Options(*_DEFAULTS),
    values=Options("one", "rating"),
    share_of=Options("interactions", "user"),
    seed=SEED,
)
def split(
    data: Dataset,
    *,
    how: str = "leave-last-out",
    validation: Any = None,
    test: Any = None,
    values: str = "one",
    share_of: str = "interactions",
    seed: int = 0,
) -> Split:
    """Split a prepared log; the same log gives the same split, whatever the order of its rows.

    Parameters
    ----------
    data : Dataset
        Without missing values and repeated pairs, as `prepare` leaves it.
    how : {"leave-last-out", "temporal", "random"}
        "leave-last-out": each user's latest interaction to test, the one before to validation.
        "temporal": everything before one moment to train, for all users.
        "random": shares drawn from `seed`.
    validation, test : optional
        For "leave-last-out" interactions a user (1 and 1); for "temporal" shares of the
        interactions (0.1 and 0.2) or the moments at which the parts begin; for "random" shares
        (0.1 and 0.2).
    values : {"one", "rating"}
        What the matrices hold.
    share_of : {"interactions", "user"}
        For "random": shares of all interactions or of each user's.
    seed : int
        For "random".

    Raises
    ------
    ValueError
        A log that is not prepared, a strategy that needs timestamps which the log lacks,
        parameters out of their range, or a part that would stay empty.

    Examples
    --------
    >>> import polars as pl
    >>> from longtail_lib.data import DatasetCard
    >>> log = pl.DataFrame({
    ...     "user_id": [7, 7, 7, 9], "item_id": ["b", "a", "c", "a"], "timestamp": [1, 2, 3, 4],
    ... })
    >>> data = Dataset(log, pl.DataFrame({"item_id": ["a", "b", "c", "d"]}),
    ...                pl.DataFrame({"user_id": [7, 9]}), DatasetCard(name="tiny"))
    >>> parts = split(data, how="leave-last-out")
    >>> parts
    Split 'tiny' (leave-last-out): train 2, validation 1, test 1; 2 users x 4 items
    >>> parts.item_ids[parts.test[0].indices].tolist()
    ['c']
    """
    if how != "random" and not data.has_timestamps:
        raise ValueError(
            f"how={how!r} needs a column 'timestamp', which the log of '{data.card.name}' does not "
            "have; use how='random'"
        )
    default = _DEFAULTS[how]
    validation = default[0] if validation is None else validation
    test = default[1] if test is None else test
    if how == "leave-last-out":
        parts = {"validation": validation, "test": test}
        check_parameters("split, how='leave-last-out'", parts, dict.fromkeys(parts, _COUNT))

    log = SortedLog.of(data, values)
    if how == "leave-last-out":
        part_of = leave_last_out(log.users, log.times, validation, test)
        if validation + test and not part_of.any():
            raise ValueError(
                f"no user of '{data.card.name}' has more than {validation + test} interactions, so "
                "test stays empty; keep more interactions in prepare, or use another split"
            )
    elif how == "temporal":
        part_of = temporal(log.times, validation, test)
    else:
        part_of = random_split(log.users, validation, test, share_of=share_of, seed=seed)
    matrices, times = log.matrices(part_of)
    return Split(
        **matrices,
        user_ids=log.user_ids,
        item_ids=log.item_ids,
        items=log.items_table,
        users=log.users_table,
        how=how,
        parameters={
            "how": how,
            "validation": validation,
            "test": test,
            "values": values,
            "share_of": share_of,
            "seed": seed,
        },
        times=times,
        name=data.card.name,
        truth=data.truth,
    )
