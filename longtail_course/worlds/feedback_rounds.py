"""The result of a feedback loop: one number a round for each quantity."""

from __future__ import annotations

import json
import math
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from longtail_lib.evaluation._report_display import protocol_html, show_number, table_html

__all__ = ["QUANTITIES", "FeedbackLoop"]

_FORMAT = 1
QUANTITIES = {
    "popularity_gini": "Gini of train popularity after the round",
    "popularity_tail_share": "share of the tail in train after the round",
    "exposure_gini": "Gini of exposure in the round",
    "tail_share": "share of the tail in exposure",
    "coverage": "share of the catalogue that was recommended",
    "satisfaction": "mean true preference of what was recommended",
    "satisfaction_head_lovers": "the same for head-lovers",
    "satisfaction_tail_lovers": "the same for tail-lovers",
    "choices": "interactions that the round added to train",
}


@dataclass(frozen=True, eq=False)
class FeedbackLoop:
    """What `feedback_loop` found: `loop["tail_share"]` holds one number a round.

    Parameters
    ----------
    model : str
    rounds : mapping of str to ndarray, shape (n_rounds,)
        The quantities of `QUANTITIES`; NaN where one is not defined.
    protocol : mapping of str to words or numbers
        How it was simulated.
    per_item : mapping of str to ndarray, shape (n_items,)
        Over all rounds: "exposure"; "choices"; "preference_shown", the sum of the true
        preferences of the users it was recommended to; and "demand", the sum of all users' true
        preferences. Empty after `from_json` without them.
    per_user : mapping of str to ndarray, shape (n_users,)
        "satisfaction", the mean true preference of what the user was recommended over all rounds,
        NaN for a user who never was; "taste", the place in `taste_groups.TASTES`.

    Examples
    --------
    >>> numbers = {name: np.array([0.5, 0.25]) for name in QUANTITIES}
    >>> loop = FeedbackLoop("EASE", numbers, {"dataset": "shop", "k": 10, "users": "9 of 9"})
    >>> loop["tail_share"].tolist()
    [0.5, 0.25]
    >>> FeedbackLoop.from_json(loop.to_json())["tail_share"].tolist()
    [0.5, 0.25]
    """

    model: str
    rounds: Mapping[str, np.ndarray]
    protocol: Mapping[str, Any]
    per_item: Mapping[str, np.ndarray] = field(default_factory=dict)
    per_user: Mapping[str, np.ndarray] = field(default_factory=dict)

    def __getitem__(self, quantity: str) -> np.ndarray:
        """One number a round.

        Raises
        ------
        KeyError
            A quantity that was not measured.
        """
        if quantity not in self.rounds:
            raise KeyError(f"no quantity {quantity!r}; there are {', '.join(self.rounds)}")
        return self.rounds[quantity]

    @property
    def n_rounds(self) -> int:
        """How many rounds were simulated."""
        return len(self.rounds["choices"])

    def to_frame(self, digits: int | None = 4) -> Any:
        """All rounds as a polars frame.

        Parameters
        ----------
        digits : int or None
            Decimals to round to; None leaves numbers as they are.

        Returns
        -------
        polars.DataFrame
            Columns model, round (from 1), then the quantities; null where one is not defined.
        """
        import polars as pl

        columns: dict[str, Any] = {
            "model": [self.model] * self.n_rounds,
            "round": np.arange(1, self.n_rounds + 1),
        }
        for name, numbers in self.rounds.items():
            if name == "choices":
                columns[name] = numbers.astype(np.int64)
            else:
                # Adding zero leaves no minus before it.
                shown = numbers if digits is None else np.round(numbers, digits) + 0.0
                columns[name] = pl.Series(shown, dtype=pl.Float64).fill_nan(None)
        return pl.DataFrame(columns)

    def to_json(self, per_item: bool = False) -> str:
        """Write the result as JSON.

        Parameters
        ----------
        per_item : bool
            Include what is known of each item and user, which `provider_exposure` and
            `satisfaction_change` need.

        Returns
        -------
        str
        """
        about: dict[str, Any] = {
            "format": _FORMAT,
            "model": self.model,
            "protocol": dict(self.protocol),
            "rounds": _lists(self.rounds),
        }
        if per_item:
            about |= {"per_item": _lists(self.per_item), "per_user": _lists(self.per_user)}
        return json.dumps(about, ensure_ascii=False, allow_nan=False)

    @classmethod
    def from_json(cls, text: str) -> FeedbackLoop:
        """Read what `to_json` wrote.

        Raises
        ------
        ValueError
            Not a feedback loop, or one of another format.
        """
        try:
            about = json.loads(text)
            if about["format"] != _FORMAT:
                raise ValueError(f"format {about['format']!r}, this version reads {_FORMAT}")
            rounds = _arrays(about["rounds"])
            if set(rounds) != set(QUANTITIES):
                raise ValueError(f"it holds {', '.join(rounds)}")
            return cls(
                about["model"],
                rounds,
                about["protocol"],
                _arrays(about.get("per_item", {})),
                _arrays(about.get("per_user", {})),
            )
        except (KeyError, TypeError, ValueError, AttributeError) as error:
            raise ValueError(
                f"this text is not a feedback loop written by to_json ({error})"
            ) from error

    @property
    def heading(self) -> str:
        """One line that says whose loop it is."""
        return (
            f"FeedbackLoop of {self.model} on '{self.protocol['dataset']}': {self.n_rounds} "
            f"round{'s' if self.n_rounds > 1 else ''}, k = {self.protocol['k']}, "
            f"{self.protocol['users']} users a round"
        )

    def __repr__(self) -> str:
        width = max(map(len, QUANTITIES))
        shown = self._shown_rounds()
        lines = [
            self.heading,
            " " * width + "".join(f"{f'round {place + 1}':>10}" for place in shown),
        ]
        for name in self.rounds:
            cells = "".join(f"{self._cell(name, place):>10}" for place in shown)
            lines.append(f"{name:<{width}}{cells}")
        return "\n".join(lines)

    def _repr_html_(self) -> str:
        shown = self._shown_rounds()
        cell = "<td style='text-align:right;padding:2px 8px'>{}</td>"
        rows = [
            (
                QUANTITIES.get(name, name),
                "".join(cell.format(self._cell(name, place)) for place in shown),
            )
            for name in self.rounds
        ]
        table = table_html(self.heading, [f"round {place + 1}" for place in shown], rows)
        return f"<div>{table}{protocol_html(self.protocol)}</div>"

    def _shown_rounds(self) -> list[int]:
        """The first, the last and up to three between, evenly spaced."""
        return sorted({round(place) for place in np.linspace(0, self.n_rounds - 1, 5)})

    def _cell(self, name: str, place: int) -> str:
        number = float(self.rounds[name][place])
        return f"{number:,.0f}" if name == "choices" else show_number(number)


def _lists(arrays: Mapping[str, np.ndarray]) -> dict[str, list[Any]]:
    return {
        name: [None if isinstance(x, float) and math.isnan(x) else x for x in numbers.tolist()]
        for name, numbers in arrays.items()
    }


def _arrays(lists: Mapping[str, list[Any]]) -> dict[str, np.ndarray]:
    return {
        name: np.array([float("nan") if x is None else x for x in numbers])
        for name, numbers in lists.items()
    }
