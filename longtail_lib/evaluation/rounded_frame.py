"""Frames of numbers as a reader wants them."""

from __future__ import annotations

from typing import Any

__all__ = ["rounded"]


def rounded(frame: Any, digits: int | None) -> Any:
    """Round the float columns of a polars frame; NaN becomes null, and no minus is before zero.

    Parameters
    ----------
    frame : polars.DataFrame
    digits : int or None
        Decimals; None leaves numbers as they are.

    Examples
    --------
    >>> import polars as pl
    >>> rounded(pl.DataFrame({"x": [0.12344, -0.00001, float("nan")]}), 4)["x"].to_list()
    [0.1234, 0.0, None]
    """
    import polars as pl

    numbers = pl.col(pl.Float64)
    frame = frame.with_columns(numbers.fill_nan(None))
    if digits is None:
        return frame
    # Adding zero does not mend a minus before it: polars skips the addition.
    shown = numbers.round(digits)
    return frame.with_columns(pl.when(shown == 0).then(0.0).otherwise(shown).name.keep())
