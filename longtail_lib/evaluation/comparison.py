"""The result of a comparison: one row for each model, group and metric."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, NamedTuple

from longtail_lib.evaluation.report import show_number

__all__ = ["Comparison", "Difference"]


class Difference(NamedTuple):
    """One model against the baseline.

    Parameters
    ----------
    model, group, metric : str
    value : float
        Of the model.
    difference : float
        Model less baseline.
    low, high : float
        Interval of the difference.
    n : int
        Users that count for the metric in both models.
    verdict : str
        "higher" or "lower" where the interval leaves out 0, else "undecided"; "baseline" for the
        baseline itself. Higher is better for accuracy; for exposure it depends on what one wants.
    """

    model: str
    group: str
    metric: str
    value: float
    difference: float
    low: float
    high: float
    n: int
    verdict: str


@dataclass(frozen=True, eq=False)
class Comparison:
    """What `compare` found; `comparison["ItemKNN", "tail", "NDCG@10"]` is a `Difference`.

    Parameters
    ----------
    baseline : str
    rows : tuple of Difference
        The baseline itself comes first, with differences of 0.
    confidence : float
    """

    baseline: str
    rows: tuple[Difference, ...]
    confidence: float

    def __getitem__(self, key: tuple[str, str, str]) -> Difference:
        """Difference of (model, group, "metric@k").

        Raises
        ------
        KeyError
            A model, group or metric that was not compared.
        """
        for row in self.rows:
            if row[:3] == tuple(key):
                return row
        known = [dict.fromkeys(row[place] for row in self.rows) for place in range(3)]
        raise KeyError(
            f"no comparison of {key!r}; models: {', '.join(known[0])}; groups: "
            f"{', '.join(known[1])}; metrics: {', '.join(known[2])}"
        )

    def to_frame(self, digits: int | None = 4) -> Any:
        """All differences as a polars frame.

        Parameters
        ----------
        digits : int or None
            Decimals to round to; None leaves numbers as they are.

        Returns
        -------
        polars.DataFrame
            Columns as the fields of `Difference`.
        """
        import polars as pl

        frame = pl.DataFrame(self.rows, schema=list(Difference._fields), orient="row")
        numbers = ["value", "difference", "low", "high"]
        frame = frame.with_columns(pl.col(numbers).cast(pl.Float64).fill_nan(None))
        if digits is None:
            return frame
        # Rounding may leave -0.0. Adding zero does not mend it: polars skips the addition.
        rounded = pl.col(numbers).round(digits)
        return frame.with_columns(pl.when(rounded == 0).then(0.0).otherwise(rounded).name.keep())

    def __repr__(self) -> str:
        head = ("model", "group", "metric", "value", "difference", "interval", "n", "verdict")
        table = [head]
        for row in self.rows:
            interval = f"[{show_number(row.low)}, {show_number(row.high)}]"
            numbers = show_number(row.value), f"{_signed(row.difference)}", interval
            table.append((*row[:3], *numbers, f"{row.n:,}", row.verdict))
        widths = [max(len(line[place]) for line in table) for place in range(len(head))]
        return "\n".join(
            "  ".join(cell.ljust(width) for cell, width in zip(line, widths, strict=True)).rstrip()
            for line in table
        )

    def _repr_html_(self) -> str:
        from longtail_lib.evaluation.report_html import comparison_html

        return comparison_html(self)


def _signed(number: float) -> str:
    shown = show_number(number)
    return shown if shown.startswith(("-", "–")) else f"+{shown}"
