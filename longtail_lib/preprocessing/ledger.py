"""Ledger: keeps account of every row while a log is prepared."""

from __future__ import annotations

import numpy as np

from longtail_lib.preprocessing.preparation import Step

__all__ = ["Ledger"]


class Ledger:
    """Which step dropped which row of a log.

    Parameters
    ----------
    n_rows : int
        Rows of the log before the first step.

    Attributes
    ----------
    reasons : ndarray of uint8, shape (n_rows,)
        0 for rows still there, else the number of the step that dropped them, from 1.
    steps : list of Step
    notes : list of str

    Examples
    --------
    >>> ledger = Ledger(4)
    >>> ledger.drop("odd rows", "the row number is odd", np.array([1, 3]))
    >>> ledger.rows(), ledger.where(np.array([True, True, False, False]))
    (array([0, 2]), array([0]))
    >>> ledger.steps
    [Step(name='odd rows', rule='the row number is odd', dropped=2, left=2)]
    """

    def __init__(self, n_rows: int) -> None:
        self.reasons = np.zeros(n_rows, dtype=np.uint8)
        self.steps: list[Step] = []
        self.notes: list[str] = []

    def rows(self) -> np.ndarray:
        """Numbers of the rows still there, ascending."""
        return np.flatnonzero(self.reasons == 0)

    def where(self, chosen: np.ndarray) -> np.ndarray:
        """Numbers of the rows still there for which `chosen` is true."""
        return np.flatnonzero(chosen & (self.reasons == 0))

    def drop(self, name: str, rule: str, rows: np.ndarray) -> None:
        """Record a step and the rows that it drops.

        Raises
        ------
        ValueError
            The step leaves nothing.
        """
        left = (self.steps[-1].left if self.steps else len(self.reasons)) - len(rows)
        self.steps.append(Step(name, rule, len(rows), left))
        self.reasons[rows] = len(self.steps)
        if left == 0:
            told = "; ".join(f"{step.name} dropped {step.dropped:,}" for step in self.steps)
            raise ValueError(
                f"prepare: no interaction is left after step '{name}' ({rule}); {told}. "
                "Loosen that parameter, or check the columns of the log"
            )

    def note(self, count: int, text: str) -> None:
        """Add a line about something that changed without dropping a row, if it happened."""
        if count:
            self.notes.append(f"{text}: {count:,}")
