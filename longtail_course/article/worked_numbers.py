"""The worked example of article section 4.3, computed."""

from __future__ import annotations

import html
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import ArrayLike

from longtail_course.article.activation import logit, sigmoid
from longtail_course.article.projections import project
from longtail_course.article.scoring import dot_score, second_score

__all__ = ["PRINTED", "WEIGHTS", "X_ITEM", "X_USER", "WorkedExample", "weights_for"]
__all__ += ["worked_example"]

X_USER = np.array([1.0, 0.0, 1.0, 0.0, 0.0])
X_ITEM = np.array([0.0, 1.0, 0.0, 1.0, 0.0])
WEIGHTS = np.full(5, 0.5)
PRINTED = {"u = i": np.full(5, 0.5), "score": 0.5}


@dataclass(frozen=True)
class WorkedExample:
    """A table: each reading of the example, what it gives, what the article prints.

    Attributes
    ----------
    rows : list of dict
        Keys `quantity`, `reading`, `formula`, `result` (number or ndarray), `printed` (the same,
        or None) and `agrees` (bool; None where nothing is printed).
    """

    rows: list[dict[str, Any]]

    def to_frame(self) -> Any:
        """Return the table as a polars frame, numbers as text rounded to four places."""
        import polars as pl

        return pl.DataFrame(self._cells())

    def _cells(self) -> list[dict[str, str]]:
        return [
            {
                "quantity": row["quantity"],
                "reading": row["reading"],
                "formula": row["formula"],
                "result": _words(row["result"]),
                "printed": _words(row["printed"]),
                "agrees": {True: "yes", False: "no", None: "-"}[row["agrees"]],
            }
            for row in self.rows
        ]

    def __repr__(self) -> str:
        cells = self._cells()
        table = [list(cells[0]), *(list(row.values()) for row in cells)]
        widths = [max(len(row[column]) for row in table) for column in range(len(table[0]))]
        return "\n".join(
            "  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip()
            for row in table
        )

    def _repr_html_(self) -> str:
        cells = self._cells()
        head = "".join(f'<th scope="col">{html.escape(name)}</th>' for name in cells[0])
        body = "".join(
            "<tr>" + "".join(f"<td>{html.escape(cell)}</td>" for cell in row.values()) + "</tr>"
            for row in cells
        )
        return (
            "<table><caption>Article section 4.3: what each reading gives, and what is printed"
            f"</caption><thead><tr>{head}</tr></thead><tbody>{body}</tbody></table>"
        )


def worked_example() -> WorkedExample:
    """Compute the example of section 4.3 in every reading.

    X_u = [1, 0, 1, 0, 0], X_i = [0, 1, 0, 1, 0], all weights .5, all biases 0. The article prints
    u = i = [.5, .5, .5, .5, .5] and score .5. No reading with the printed weights gives either.

    Returns
    -------
    WorkedExample

    Examples
    --------
    >>> table = worked_example()
    >>> len(table.rows), sum(row["agrees"] is True for row in table.rows)
    (11, 1)
    >>> print(table.rows[1]["formula"], table.rows[1]["result"].round(4))
    σ(Σ W·x) 0.8808
    """
    x, half, w = X_USER + X_ITEM, PRINTED["u = i"], WEIGHTS
    scalar = project(X_USER, X_ITEM, w, reading="vector")
    entries = project(X_USER, X_ITEM, w, reading="elementwise")
    stacked = project(X_USER, X_ITEM, np.tile(w, (5, 1)), reading="matrix")
    mended = weights_for(0.5, x, start=w)
    table = [
        ("W·(Xu+Xi)+b", "vector W", "Σ W·x", w @ x, None),
        ("u = i", "vector W", "σ(Σ W·x)", scalar, half),
        ("u = i", "elementwise", "σ(W⊙x)", entries, half),
        ("u = i", "matrix, every row W", "σ(W x)", stacked, half),
        (
            "u = i",
            f"elementwise, W = {_words(mended)}",
            "σ(W⊙x)",
            project(X_USER, X_ITEM, mended, reading="elementwise"),
            half,
        ),
        ("score", "left side, printed u and i", "uᵀi", dot_score(half, half), 0.5),
        ("score", "right side, W3 = 1", "σ(uᵀi)", sigmoid(dot_score(half, half)), 0.5),
        (
            "score",
            "right side, vector W3",
            "σ(W3 uᵀi)",
            second_score(half, half, w, reading="vector"),
            0.5,
        ),
        (
            "score",
            "right side, elementwise",
            "σ(Σ W3·u·i)",
            second_score(half, half, w, reading="elementwise"),
            0.5,
        ),
        ("score", "left side, u and i elementwise", "uᵀi", dot_score(entries, entries), 0.5),
        ("score", "left side, u and i by matrix", "uᵀi", dot_score(stacked, stacked), 0.5),
    ]
    names = ("quantity", "reading", "formula", "result", "printed")
    rows = [dict(zip(names, row, strict=True)) for row in table]
    for row in rows:
        row["agrees"] = _agrees(row["result"], row["printed"])
    return WorkedExample(rows)


def weights_for(
    target: float, x: ArrayLike, bias: float = 0.0, *, start: ArrayLike | None = None
) -> np.ndarray:
    """Find the W nearest to `start` for which σ(W·x + b) is `target`.

    All such W form a plane, W·x = logit(target) - b. From zeros the answer is the W of least
    length; from the article's W it is the smallest change that makes the printed number true.

    Parameters
    ----------
    target : float strictly between 0 and 1
        The wanted output of the vector reading.
    x : array of float, shape (d,)
        X_u + X_i, not all zero.
    bias : float
    start : array of float, shape (d,), or None
        None means zeros.

    Returns
    -------
    ndarray of float64, shape (d,)

    Raises
    ------
    ValueError
        A target outside (0, 1), x all zeros, or shapes that differ.

    Examples
    --------
    >>> x = [1, 1, 1, 1, 0]
    >>> weights_for(0.5, x)
    array([0., 0., 0., 0., 0.])
    >>> weights_for(0.5, x, start=[0.5] * 5)
    array([0. , 0. , 0. , 0. , 0.5])
    >>> weights_for(0.8808, x).round(3)
    array([0.5, 0.5, 0.5, 0.5, 0. ])
    """
    x = np.asarray(x, dtype=np.float64)
    start = np.zeros_like(x) if start is None else np.asarray(start, dtype=np.float64)
    if x.ndim != 1 or start.shape != x.shape:
        raise ValueError(f"x and start must have one shape (d,), got {x.shape} and {start.shape}")
    if not x.any():
        raise ValueError("x is all zeros: then σ(W·x + b) is σ(b) whatever W is; change the bias")
    miss = logit(target) - bias - start @ x
    # Adding 0.0 turns a negative zero into a plain one.
    return start + miss * x / (x @ x) + 0.0


def _agrees(result: Any, printed: Any) -> bool | None:
    if printed is None:
        return None
    return np.shape(result) == np.shape(printed) and np.allclose(result, printed, atol=5e-5)


def _words(value: Any) -> str:
    if value is None:
        return "not printed"
    if np.ndim(value) == 0:
        return f"{value:.4f}"
    return "[" + ", ".join(f"{number:.4g}" for number in value) + "]"
