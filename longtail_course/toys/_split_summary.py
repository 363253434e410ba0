"""What a split holds: sizes, and how much of its test part is new or lies behind train."""

from __future__ import annotations

import numpy as np

from longtail_lib.preprocessing import PARTS, Split

__all__ = ["split_summary"]


def split_summary(parts: Split, *, digits: int | None = 2) -> dict[str, int | float | None]:
    """Say how large the parts of a split are, and how hard and how honest its test part is.

    Parameters
    ----------
    parts : Split
    digits : int or None
        Decimals of the shares; None leaves them as they are.

    Returns
    -------
    dict
        "train", "validation", "test": interactions. "test users": users with a test interaction.
        "future": share of train interactions that are not before the first test interaction; None
        without timestamps. "new users": share of the test users without a train interaction.
        "cold items": share of test interactions with an item without a train interaction.

    Raises
    ------
    ValueError
        Train or test is empty.

    References
    ----------
    Ji, Y., Sun, A., Zhang, J., and Li, C. (2023). A critical study on data leakage in recommender
    system offline evaluation. ACM Transactions on Information Systems 41(3), article 75.

    Examples
    --------
    >>> import polars as pl
    >>> from longtail_lib.data import Dataset, DatasetCard
    >>> from longtail_lib.preprocessing import split
    >>> log = pl.DataFrame({
    ...     "user_id": [7, 7, 7, 9], "item_id": ["b", "a", "c", "a"], "timestamp": [1, 2, 3, 4],
    ... })
    >>> data = Dataset(log, log.select("item_id").unique(), log.select("user_id").unique(),
    ...                DatasetCard(name="tiny"))
    >>> about = split_summary(split(data))
    >>> about["test users"], about["future"], about["new users"], about["cold items"]
    (1, 0.5, 0.0, 1.0)
    """
    for part in ("train", "test"):
        if not getattr(parts, part).nnz:
            raise ValueError(f"split_summary: the {part} part of {parts!r} is empty")
    tested, known = (np.diff(matrix.indptr) > 0 for matrix in (parts.test, parts.train))
    shares = {
        "future": None,
        "new users": (~known[tested]).mean(),
        "cold items": (parts.popularity[parts.test.indices] == 0).mean(),
    }
    if parts.times is not None:
        shares["future"] = (parts.times["train"].data >= parts.times["test"].data.min()).mean()
    rounded = {
        name: None if share is None else float(share if digits is None else round(share, digits))
        for name, share in shares.items()
    }
    sizes = {part: int(getattr(parts, part).nnz) for part in PARTS}
    return {**sizes, "test users": int(tested.sum()), **rounded}
