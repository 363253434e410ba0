"""How numbers stand in the Markdown tables of experiments."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from longtail_lib.evaluation import Report
from longtail_lib.evaluation._report_display import MARKS, show_number

__all__ = ["MARKS", "decimal_cell", "difference_cell", "head_lines", "hits_in"]


def head_lines(heads: Sequence[str], words: int = 1) -> list[str]:
    """Begin a table: the heads, with words on the left in the first columns, then numbers."""
    sides = [*["---"] * words, *["---:"] * (len(heads) - words)]
    return [f"| {' | '.join(cells)} |" for cells in (heads, sides)]


def decimal_cell(number: float) -> str:
    """Write a metric with four decimals, without the zero before the point."""
    return f"{number:.4f}".removeprefix("0")


def difference_cell(difference: float, low: float, high: float, verdict: str) -> str:
    """Write a paired difference with its interval, and a triangle where it is decided."""
    return f"{_signed(difference)} [{_signed(low)}, {_signed(high)}]{MARKS.get(verdict, '')}"


def _signed(number: float) -> str:
    shown = show_number(abs(number))
    sign = "-" if number < 0 and float(shown) > 0 else "+"
    return sign + shown.removeprefix("0")


def hits_in(report: Report, group: str, k: int) -> int:
    """Count what stood in the first k places and was taken, from each user's precision."""
    return round(k * float(np.nansum(report.per_user[group, f"Precision@{k}"])))
