"""What a metric is: a name, a range, a direction, and how it is computed."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import numpy as np

from longtail_lib.evaluation._intervals import never_seen_bound
from longtail_lib.evaluation.metrics._lists import Lists

__all__ = ["ROWS", "Metric"]

# Users handled at once, so that temporary arrays stay small whatever the number of users.
ROWS = 4096


@dataclass(frozen=True, repr=False)
class Metric:
    """A metric of your own, or one that is built in.

    Give one of three functions. `per_user` and `of_lists` make a mean over users, with a bootstrap
    interval; `statistic` looks at all lists at once, with a jackknife over users.

    Parameters
    ----------
    name : str
        Without cut-off.
    per_user : function of (items, relevant, k) to float
        Called for each user with the recommended columns of the catalogue, best first and at most
        k, and the relevant ones, ascending; `parts.item_ids[items]` are their ids. NaN where the
        user does not count.
    of_lists : function of `Lists` to ndarray of float, shape (n,)
        The same for many users at once: faster, and it knows the group and the split.
    statistic : function of (exposed, group) to float
        Of how often each item is recommended, int (n_items,), and which items belong to the group,
        bool (n_items,). NaN where it is not defined.
    leave_one_out : function of (lists, exposed, group) to ndarray of float, shape (n,), or None
        The statistic with each user left out in turn, from lists of shape (n, k) that end in -1.
        If None, the statistic is computed again for each user.
    range : (float or None, float or None)
        Ends between which each user's number, or the statistic, lies. Intervals end there. With
        None, the user who was not met is taken to be as extreme as the most extreme who was.
    better : {"higher", "lower"} or None
        What `tune`, `frontier` and `rerank_choice` look for.
    restrict : {"relevant", "items"}
        What a group leaves of what `per_user` sees: the relevant items that belong to it, in lists
        over the whole catalogue; or its recommended items. A user of whom nothing is left does not
        count, and the function is not called.
    overall : {"catalogue", "tail"}
        What the metric looks at overall: everything, or the last group.
    slack : function of (share, n, k, n_items) to (float, float), or None
        How far a statistic may fall and rise, should a share of all users be unlike the n met:
        the interval where leaving out a user changes nothing. If None, so many more users are
        given the rarest and then the most recommended items, of the group and of the others, and
        the statistic is computed again.

    Examples
    --------
    How far down the first relevant item stands, for users who have one in their list:

    >>> from longtail_lib.evaluation import evaluate
    >>> from longtail_lib.testing import tiny_model, tiny_parts
    >>> def first_rank(items, relevant, k):
    ...     ranks = np.flatnonzero(np.isin(items, relevant)) + 1
    ...     return ranks[0] if len(ranks) else np.nan
    >>> first = Metric("FirstRank", per_user=first_rank, range=(1, None), better="lower")

    The share of makers that are recommended at all:

    >>> maker = np.array([0, 0, 1, 1, 2, 2])
    >>> def makers(exposed, group):
    ...     return len(set(maker[group & (exposed > 0)])) / len(set(maker[group]))
    >>> evaluate(tiny_model(), tiny_parts(), k=2,
    ...          metrics=["NDCG", first, Metric("Makers", statistic=makers, better="higher")])
    Report of Tiny on 'tiny' test: 3 users, 6 items
                overall head    mid     tail
    NDCG@2      0.4623  0.0000  0.8155  0.0000
    FirstRank@2 1.5000  –       1.5000  –
    Makers@2    0.6667  0.0000  1.0000  1.0000
    """

    name: str
    per_user: Callable[[np.ndarray, np.ndarray, int], float] | None = None
    of_lists: Callable[[Lists], np.ndarray] | None = None
    statistic: Callable[[np.ndarray, np.ndarray], float] | None = None
    leave_one_out: Callable[[np.ndarray, np.ndarray, np.ndarray], np.ndarray] | None = None
    range: tuple[float | None, float | None] = (0.0, 1.0)
    better: str | None = None
    restrict: str = "relevant"
    overall: str = "catalogue"
    slack: Callable[[float, int, int, int], tuple[float, float]] | None = None

    def __post_init__(self) -> None:
        if not isinstance(self.name, str) or not self.name or "@" in self.name:
            raise ValueError(
                f"Metric: name must be a word without '@', got {self.name!r}; the cut-off goes "
                "into k"
            )
        functions = (self.per_user, self.of_lists, self.statistic)
        if sum(each is not None for each in functions) != 1:
            raise TypeError(
                f"Metric {self.name!r}: give one of per_user, of_lists and statistic, got "
                f"{sum(each is not None for each in functions)} of them"
            )
        for what in ("per_user", "of_lists", "statistic", "leave_one_out", "slack"):
            given = getattr(self, what)
            if given is not None and not callable(given):
                raise TypeError(f"Metric {self.name!r}: {what} must be a function, got {given!r}")
        if self.statistic is None and (self.leave_one_out or self.slack):
            raise TypeError(
                f"Metric {self.name!r}: leave_one_out and slack belong to a statistic; a mean over "
                "users has its interval from a bootstrap"
            )
        for what, known in (
            ("better", ("higher", "lower", None)),
            ("restrict", ("relevant", "items")),
            ("overall", ("catalogue", "tail")),
        ):
            if getattr(self, what) not in known:
                raise ValueError(
                    f"Metric {self.name!r}: {what} must be one of {', '.join(map(repr, known))}, "
                    f"got {getattr(self, what)!r}"
                )
        try:
            low, high = (None if end is None else float(end) for end in self.range)
        except (TypeError, ValueError):
            low = high = math.nan
        numbers = [end for end in (low, high) if end is not None]
        if not all(map(math.isfinite, numbers)) or numbers != sorted(set(numbers)):
            raise ValueError(
                f"Metric {self.name!r}: range must be (low, high), with None for an end that is "
                f"not known, got {self.range!r}"
            )
        object.__setattr__(self, "range", (low, high))

    @property
    def is_mean(self) -> bool:
        """Whether it is a mean over users, not a statistic of all lists."""
        return self.statistic is None

    @property
    def ends(self) -> tuple[float, float]:
        """The range, infinite where an end is not known."""
        low, high = self.range
        return -math.inf if low is None else low, math.inf if high is None else high

    def sign(self, who: str) -> int:
        """1 where higher is better, -1 where lower is."""
        if self.better is None:
            raise ValueError(
                f"{who}: whether more or less of {self.name} is better was not said; give "
                "Metric(..., better='higher') or 'lower'"
            )
        return 1 if self.better == "higher" else -1

    def extremes(self, values: np.ndarray) -> tuple[float, float]:
        """The lowest and the highest number that a user who was not met may have."""
        if np.isnan(values).all():
            return 0.0, 0.0
        low, high = self.range
        return (
            float(np.nanmin(values)) if low is None else low,
            float(np.nanmax(values)) if high is None else high,
        )

    def of_users(self, lists: Lists) -> np.ndarray:
        """Each user's number, shape (n,); NaN where the user does not count."""
        with self._named():
            if self.of_lists is not None:
                return self._checked(self.of_lists(lists), len(lists.items), "of_lists")
            values, indices = np.full(len(lists.items), np.nan), _read_only(lists.relevant.indices)
            for place, items in enumerate(lists.items):
                start, stop = lists.relevant.indptr[place : place + 2]
                items, relevant = items[items >= 0], indices[start:stop]
                if lists.group is not None and self.restrict == "items":
                    items = items[lists.group[items]]
                elif lists.group is not None:
                    relevant = relevant[lists.group[relevant]]
                if len(items if self.restrict == "items" else relevant):
                    values[place] = self._number(self.per_user(items, relevant, lists.k))
            return self._checked(values, len(values), "per_user")

    def of_exposure(
        self, lists: np.ndarray, exposed: np.ndarray, group: np.ndarray
    ) -> tuple[float, np.ndarray]:
        """The statistic, and its values with each user left out, shape (n,)."""
        n = len(lists)
        with self._named():
            value = self._number(self.statistic(_read_only(exposed), group))
            self._checked(np.array([value]), 1, "statistic")
            if math.isnan(value):
                return value, np.full(n, np.nan)
            leave_one_out = self.leave_one_out or self._again_without
            blocks = (lists[start : start + ROWS] for start in range(0, n, ROWS))
            left_out = [leave_one_out(block, exposed, group) for block in blocks]
            return value, self._checked(np.concatenate(left_out), n, "leave_one_out")

    def slack_of(
        self, exposed: np.ndarray, group: np.ndarray, n: int, k: int, confidence: float
    ) -> tuple[float, float]:
        """How far users unlike all n users met could move the statistic, down and up."""
        share = never_seen_bound(n, confidence)
        if self.slack is not None:
            return self.slack(share, n, k, int(group.sum()))
        now, moves = self._number(self.statistic(_read_only(exposed), group)), [0.0]
        for inside in (group, ~group):
            rarest = np.flatnonzero(inside)
            rarest = rarest[np.argsort(exposed[rarest], kind="stable")]
            for items in (rarest, rarest[::-1][:k]):
                more = np.resize(items, math.ceil(n * share) * k if len(items) else 0)
                counts = exposed + np.bincount(more, minlength=len(exposed))
                moves.append(self._number(self.statistic(counts, group)) - now)
        return float(-np.nanmin(moves)), float(np.nanmax(moves))

    def declaration(self) -> dict[str, Any]:
        """All but the functions, as JSON can hold it."""
        words = {what: getattr(self, what) for what in ("name", "better", "restrict", "overall")}
        return {**words, "range": list(self.range), "mean": self.is_mean}

    @classmethod
    def declared(cls, about: dict[str, Any]) -> Metric:
        """The metric of a `declaration`: it can be compared and shown, not measured again."""
        given: dict[str, Any] = {"per_user" if about["mean"] else "statistic": _not_stored}
        words = {what: about[what] for what in ("name", "better", "restrict", "overall")}
        return cls(**given, **words, range=tuple(about["range"]))

    def __repr__(self) -> str:
        return f"<Metric {self}>"

    def __str__(self) -> str:
        low, high = ("any" if end is None else f"{end:g}" for end in self.range)
        kind = "mean over users" if self.is_mean else "statistic of all lists"
        way = "" if self.better is None else f", {self.better} is better"
        return f"{self.name} ({kind}, {low} to {high}{way})"

    def _again_without(
        self, lists: np.ndarray, exposed: np.ndarray, group: np.ndarray
    ) -> np.ndarray:
        """The statistic computed again without each list."""
        left, values = exposed.copy(), np.empty(len(lists))
        seen = _read_only(left)
        for place, items in enumerate(lists):
            items = items[items >= 0]
            left[items] -= 1
            values[place] = self._number(self.statistic(seen, group))
            left[items] += 1
        return values

    def _number(self, given: Any) -> float:
        """Refuse what is no single number."""
        found = np.asarray(given)
        if found.ndim or found.dtype.kind not in "fiub":
            raise TypeError(f"the metric {self.name!r} must give one number, got {given!r:.80}")
        return float(found)

    def _checked(self, values: Any, n: int, what: str) -> np.ndarray:
        """Refuse what is not n numbers within the range."""
        if np.shape(values) != (n,) or np.asarray(values).dtype.kind not in "fiub":
            raise TypeError(
                f"{what} of the metric {self.name!r} must give an array of {n} numbers, got "
                f"{type(values).__name__} of shape {np.shape(values)}"
            )
        values = np.asarray(values, dtype=np.float64)
        low, high = self.ends
        # A last bit may round over the end.
        near = 1e-9 * max([1.0, *(abs(end) for end in self.range if end is not None)])
        wrong = np.isinf(values) | (values < low - near) | (values > high + near)
        if wrong.any():
            raise ValueError(
                f"{what} of the metric {self.name!r} gave {values[wrong][0]:g}, outside its range "
                f"{self.range}; declare it with Metric(..., range=(low, high)), None where there "
                "is no bound"
            )
        return values

    @contextmanager
    def _named(self) -> Iterator[None]:
        """Add the metric's name to an error in its function."""
        try:
            yield
        except Exception as error:
            error.add_note(f"The metric {self.name!r} was being measured.")
            raise


def _read_only(array: np.ndarray) -> np.ndarray:
    """The same numbers, safe from a metric that changes what it is given."""
    view = array.view()
    view.flags.writeable = False
    return view


def _not_stored(*_: Any) -> float:
    """Stand for a function that JSON cannot hold."""
    raise TypeError("this metric comes from a stored report, which does not hold its function")
