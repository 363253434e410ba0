"""Preparation: the report of what `prepare` dropped, row by row, and why."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from html import escape
from typing import TYPE_CHECKING, Any

import narwhals as nw
import numpy as np

from longtail_lib.preprocessing._id_codes import clean_ids

if TYPE_CHECKING:
    import polars as pl

    from longtail_lib.data import Dataset

__all__ = ["Ledger", "Preparation", "Step"]


@dataclass(frozen=True)
class Step:
    """One step of a preparation.

    Parameters
    ----------
    name : str
        Such as "repeated pairs".
    rule : str
        The rule in words, with the parameter that set it.
    dropped, left : int
        Interactions that the step dropped, and that were left after it.
    """

    name: str
    rule: str
    dropped: int
    left: int


@dataclass(frozen=True, eq=False)
class Preparation:
    """What `prepare` did, step by step; it can show every row that was dropped.

    One byte a row of the source is kept, and the source frame itself, which is not copied.

    Parameters
    ----------
    name : str
        Name of the dataset.
    steps : tuple of Step
        In the order in which they ran.
    reasons : ndarray of uint8, shape (n_source_rows,)
        0 where the row was kept, else the number of the step that dropped it, counted from 1.
    source : frame
        The interactions before the first step.
    parameters : mapping
        Everything that was passed to `prepare`, defaults included.
    notes : tuple of str
        What changed besides dropped rows: ids stripped, units converted, users left out.
    normalised : str or None
        How the ratings were normalised, by this preparation or one before it.
    earlier : Preparation or None
        That of the source, where it was a prepared dataset.

    Examples
    --------
    >>> import polars as pl
    >>> from longtail_lib.data import Dataset, DatasetCard
    >>> from longtail_lib.preprocessing import prepare
    >>> log = pl.DataFrame({"user_id": [1, 1, None], "item_id": ["a", "a", "b"]})
    >>> data = Dataset(
    ...     interactions=log,
    ...     items=pl.DataFrame({"item_id": ["a", "b"]}),
    ...     users=pl.DataFrame({"user_id": [1]}),
    ...     card=DatasetCard(name="tiny"),
    ... )
    >>> done = prepare(data).preparation
    >>> done.rows("missing values")["row"].to_list()
    [2]
    >>> done.dropped["step"].to_list()
    ['exact duplicates', 'missing values']
    """

    name: str
    steps: tuple[Step, ...]
    reasons: np.ndarray
    source: Any
    parameters: Mapping[str, Any] = field(default_factory=dict)
    notes: tuple[str, ...] = ()
    normalised: str | None = None
    earlier: Preparation | None = None

    @property
    def n_before(self) -> int:
        """Interactions of the source."""
        return len(self.reasons)

    @property
    def n_after(self) -> int:
        """Interactions that are left."""
        return self.steps[-1].left if self.steps else self.n_before

    @property
    def dropped(self) -> Any:
        """Every dropped row with its number in the source (from 0), its step and the rule.

        A frame of the source's own library, made when asked for: `row`, `step`, `reason`, then
        the source's columns.
        """
        return self._show(np.flatnonzero(self.reasons))

    def rows(self, step: str) -> Any:
        """Return the rows that one step dropped, as `dropped` shows them.

        Raises
        ------
        KeyError
            No step of that name ran.
        """
        return self._show(np.flatnonzero(self.reasons == self._number(step)))

    def _dismissed(self, data: Dataset) -> Any:
        """Return what `Dataset.dismissed` shows of the dataset that this preparation made."""
        gone = self._dropped_pairs()
        for column, table in (("user_id", data.users), ("item_id", data.items)):
            known = nw.from_native(table, eager_only=True)[column].cast(gone.schema[column])
            gone = gone.filter(gone[column].is_in(known))
        pair = ["user_id", "item_id"]
        left = nw.from_native(data.interactions, eager_only=True).select(pair)
        gone = gone.join(left, on=pair, how="anti").sort("row")
        return gone.unique(pair, keep="first", maintain_order=True).select(pair).to_native()

    def _dropped_pairs(self) -> nw.DataFrame:
        """Users and items of all dropped rows, cleaned, in their order."""
        frame = nw.from_native(self.source, eager_only=True).select("user_id", "item_id")
        rows = np.flatnonzero(self.reasons)
        here = np.ones(len(rows), dtype=bool)
        for column in frame.columns:
            ids, missing, _ = clean_ids(frame[column], f"interactions.{column}")
            frame, here = frame.with_columns(ids.alias(column)), here & ~missing[rows]
        gone = frame[rows[here]].with_row_index("row")
        if self.earlier is None:
            return gone
        before = self.earlier._dropped_pairs()
        gone = gone.with_columns(nw.col("row") + len(before))
        return nw.concat([before, gone.select(before.columns)])

    def to_frame(self, examples: int = 3) -> pl.DataFrame:
        """Return one row a step: `step`, `rule`, `dropped`, `left`, `examples`.

        Parameters
        ----------
        examples : int
            How many row numbers of the source to name for each step.

        Returns
        -------
        polars.DataFrame
        """
        import polars as pl

        return pl.DataFrame(
            {
                "step": [step.name for step in self.steps],
                "rule": [step.rule for step in self.steps],
                "dropped": [step.dropped for step in self.steps],
                "left": [step.left for step in self.steps],
                "examples": [
                    ", ".join(map(str, self._examples(number, examples)))
                    for number in range(1, len(self.steps) + 1)
                ],
            },
            schema_overrides={"dropped": pl.Int64, "left": pl.Int64},
        )

    def __repr__(self) -> str:
        wide = max((len(step.name) for step in self.steps), default=0)
        lines = [self._headline()]
        for step in self.steps:
            lines.append(
                f"  {step.name:<{wide}}  {-step.dropped:>10,}  {step.left:>12,} left  {step.rule}"
            )
        return "\n".join(lines + [f"  note: {note}" for note in self.notes])

    def _repr_html_(self) -> str:
        head = "".join(
            f'<th style="text-align:left">{title}</th>'
            for title in ("Step", "Rule", "Dropped", "Left", "Rows, for example")
        )
        body = "".join(
            f'<tr><td>{escape(step.name)}</td><td style="text-align:left">{escape(step.rule)}</td>'
            f"<td>{step.dropped:,}</td><td>{step.left:,}</td>"
            f"<td>{', '.join(map(str, self._examples(number, 3)))}</td></tr>"
            for number, step in enumerate(self.steps, start=1)
        )
        notes = "".join(f"<li>{escape(note)}</li>" for note in self.notes)
        return (
            f"<table><caption>{escape(self._headline())}</caption>"
            f"<thead><tr>{head}</tr></thead><tbody>{body}</tbody></table>"
            + (f"<ul>{notes}</ul>" if notes else "")
        )

    def _headline(self) -> str:
        share = self.n_after / self.n_before if self.n_before else 0.0
        return (
            f"Preparation of '{self.name}': {self.n_before:,} interactions, "
            f"{self.n_after:,} left ({share:.1%})"
        )

    def _number(self, name: str) -> int:
        names = [step.name for step in self.steps]
        if name not in names:
            raise KeyError(f"no step {name!r} ran; these did: {', '.join(map(repr, names))}")
        return names.index(name) + 1

    def _examples(self, number: int, count: int) -> list[int]:
        if not self.steps[number - 1].dropped:
            return []
        return np.flatnonzero(self.reasons == number)[:count].tolist()

    def _show(self, rows: np.ndarray) -> Any:
        frame = nw.from_native(self.source, eager_only=True)
        names = np.array([step.name for step in self.steps])
        rules = np.array([step.rule for step in self.steps])
        numbers = self.reasons[rows].astype(np.int64) - 1
        clash = [column for column in ("row", "step", "reason") if column in frame.columns]
        picked = frame[rows].rename({column: f"source_{column}" for column in clash})
        backend = frame.implementation
        new = [
            nw.new_series("row", rows, nw.Int64, backend=backend),
            nw.new_series("step", names[numbers].tolist(), nw.String, backend=backend),
            nw.new_series("reason", rules[numbers].tolist(), nw.String, backend=backend),
        ]
        ours = ("row", "step", "reason")
        return picked.with_columns(*new).select(*ours, *picked.columns).to_native()


class Ledger:
    """Which step dropped which row of a log."""

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
        """Record a step and the rows that it drops."""
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
