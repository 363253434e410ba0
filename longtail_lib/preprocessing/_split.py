"""Split a prepared log into train, validation and test."""

from __future__ import annotations

from numbers import Integral
from typing import Any

import numpy as np

from longtail_lib._parameters import (
    SEED,
    Interval,
    Nullable,
    Options,
    check_parameters,
    constrained,
)
from longtail_lib.data import Dataset
from longtail_lib.preprocessing._sorted_log import SortedLog
from longtail_lib.preprocessing._split_matrices import Split
from longtail_lib.preprocessing._strategies import (
    leave_last_out,
    next_of_each,
    random_split,
    temporal,
)
from longtail_lib.preprocessing._tied_times import pair_keys, tied_users, warn_of_ties

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
    target=Options("all", "next"),
    ties=Nullable(Options("random", "file"), "for 'random', with a warning where many are tied"),
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
    target: str = "all",
    ties: str | None = None,
    seed: int = 0,
) -> Split:
    """Split a prepared log; the same log gives the same split, whatever the order of its rows.

    With `ties="file"` alone the order of rows has a say.

    Parameters
    ----------
    data : Dataset
        Without missing values and repeated pairs, as `prepare` leaves it.
    how : {"leave-last-out", "temporal", "random"}
        "leave-last-out": each user's latest interaction to test, the one before to validation.
        "temporal": everything before one moment to train, for all users ("global time"). It is
        what a service meets, whose model knows nothing of the future; leave-last-out trains on
        what others did after the interaction that it asks for (Ji et al., 2023).
        "random": shares drawn from `seed`.
    validation, test : optional
        For "leave-last-out" interactions a user (1 and 1); for "temporal" shares of the
        interactions (0.1 and 0.2) or the moments at which the parts begin; for "random" shares
        (0.1 and 0.2).
    values : {"one", "rating"}
        What the matrices hold.
    share_of : {"interactions", "user"}
        For "random": shares of all interactions or of each user's.
    target : {"all", "next"}
        For "temporal", what is asked of a user: all that he chose in the time of a part, or the
        first of it. What he chose after the first and before test is in `Split.between`, known
        when test begins; what he chose after the first of test is dropped.
    ties : {"random", "file"} or None
        What stands first among interactions of one user at one time, where parts divide and in
        sequences: what a seeded hash of user id and item id says, or what stands first in the
        log. The order of a log is often that of its ids or of its topics, which a model learns
        as if it were behaviour; take "file" where you know that rows were written as they
        happened. None is "random" that warns where over 5% of the users are concerned.
    seed : int
        For "random" and for ties.

    Raises
    ------
    ValueError
        A log that is not prepared, a strategy that needs timestamps which the log lacks,
        parameters out of their range, or a part that would stay empty.

    Warns
    -----
    TiedTimesWarning
        With `ties=None`, where the test (or validation) interaction of over 5% of the users was
        drawn by lot; `Split.tied` counts them.

    References
    ----------
    Woolridge, Wilner and Glick (2021), "Sequence or Pseudo-Sequence? An Analysis of Sequential
    Recommendation Datasets", Perspectives Workshop at RecSys 2021, on equal timestamps.
    Ji, Sun, Zhang and Li (2023), "A Critical Study on Data Leakage in Recommender System Offline
    Evaluation", ACM Transactions on Information Systems 41(3).

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

    if target != "all" and how != "temporal":
        raise ValueError(
            f"target={target!r} is for how='temporal'; {how!r} asks for what it holds out"
        )

    log = SortedLog.of(data, values)
    tied = {}

    def keys() -> np.ndarray:
        if ties == "file":
            return log.places.astype(np.uint64)
        return pair_keys(log.users, log.items, log.user_ids, log.item_ids, seed)

    if how == "random":
        part_of = random_split(log.users, validation, test, share_of=share_of, seed=seed)
    elif how == "leave-last-out":
        part_of = leave_last_out(log.users, log.times, keys(), validation, test)
        if validation + test and not part_of.any():
            raise ValueError(
                f"no user of '{data.card.name}' has more than {validation + test} interactions, so "
                "test stays empty; keep more interactions in prepare, or use another split"
            )
        tied = tied_users(log.users, log.times, part_of)
    else:
        part_of = temporal(log.times, validation, test)
        if target == "next":
            part_of = next_of_each(log.users, log.times, keys(), part_of)
            tied = tied_users(log.users, log.times, part_of)
    if ties is None:
        warn_of_ties(data.card.name, tied, stacklevel=4)
    return Split(
        **log.matrices(part_of, with_places=ties == "file"),
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
            "target": target,
            "ties": ties or "random",
            "seed": seed,
        },
        name=data.card.name,
        truth=data.truth,
        tied=tied,
    )
