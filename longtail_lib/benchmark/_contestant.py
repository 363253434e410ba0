"""The recommenders that have a name in tables: how each is built, and what of it is tuned."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from importlib import import_module
from pathlib import Path
from typing import Any

from longtail_lib.models import Recommender
from longtail_lib.preprocessing import Split
from longtail_lib.tuning._default_space import default_space, read_toml

__all__ = ["CONTESTANTS", "Contestant", "contestant", "held_fixed"]


@dataclass(frozen=True)
class Contestant:
    """A recommender with a name: its class, its parameters and what of them is searched.

    `build` makes the recommender, so each name in a table is something that a reader can have.

    Parameters
    ----------
    name : str
        In tables.
    home : str
        Module and class, as "package.module:Class".
    about : str
        One line for readers.
    space : mapping
        As `longtail_lib.tuning.tune` takes it; empty where nothing is tuned.
    fixed : mapping
        Constructor arguments that are not tuned.
    tuned : mapping
        Constructor arguments that a search has found. `build` takes them; a search finds others.
    for_tail : bool
        Tuned for the tail under the condition that overall accuracy stays.
    wraps : mapping
        Constructor arguments that are recommenders, and the contestant, or its name among
        `CONTESTANTS`, whose tuned model each is.
    seeded : bool
        Takes `seed`, or wraps one that does: another seed gives another model.
    trials : int or None
        A smaller budget than the protocol's, for models that take long.
    twins : tuple of str
        Contestants that it is compared with where they take part, beside the baseline: the same
        model without the one thing that this one adds, and whom it has to beat.
    needs_truth : bool
        Knows what users truly like, and so can be fitted on simulated logs alone.
    """

    name: str
    home: str
    about: str = ""
    space: Mapping[str, Any] = field(default_factory=dict)
    fixed: Mapping[str, Any] = field(default_factory=dict)
    tuned: Mapping[str, Any] = field(default_factory=dict)
    for_tail: bool = False
    wraps: Mapping[str, str | Contestant] = field(default_factory=dict)
    seeded: bool = False
    trials: int | None = None
    twins: tuple[str, ...] = ()
    needs_truth: bool = False

    def build(self, seed: int = 0, **parameters: Any) -> Recommender:
        """Make the recommender, unfitted, with the recommenders that it wraps.

        Of the contestants of this module, parameters that are searched have the values found on
        the validation part of the simulated shop (random split, seed 0), to three digits: a
        setting that is known to work, and a start for `tune` on a log of your own. The parameters
        of one row of stored results, to the last digit, are those of `BenchmarkResults.build`.
        All others have the defaults of their class.

        Parameters
        ----------
        seed : int
            For what is seeded, inside of wrappers too.
        **parameters
            Constructor arguments, in place of those known here; a recommender for one that is
            wrapped.

        Returns
        -------
        Recommender

        Raises
        ------
        ValueError
            The class cannot be imported.

        Examples
        --------
        >>> contestant("EaseScaled").build()
        EASE(l2=265.0, popularity_exponent=0.261, top_weights=None)
        >>> contestant("EaseScaledReranked").build(weight=0.5).model
        EASE(l2=265.0, popularity_exponent=0.261, top_weights=None)
        """
        return self.build_with({}, seed, **parameters)

    def build_with(
        self, found: Mapping[str, Mapping[str, Any]], seed: int = 0, **parameters: Any
    ) -> Recommender:
        """Make the recommender with what a search has found, for itself and for what it wraps.

        Parameters
        ----------
        found : mapping of name to mapping
            Tuned parameters by contestant; those that are missing have their own `tuned`.
        seed : int
        **parameters
            As in `build`.

        Returns
        -------
        Recommender
        """
        arguments = {**self.fixed, **found.get(self.name, self.tuned), **parameters}
        if self.seeded and not self.wraps:
            arguments.setdefault("seed", seed)
        for argument, wrapped in self.wraps.items():
            if argument not in parameters:
                arguments[argument] = contestant(wrapped).build_with(found, seed)
        return self.model_class()(**arguments)

    def model_class(self) -> type[Recommender]:
        """Import the class.

        Raises
        ------
        ValueError
            No such module or class, or one that is no recommender.
        """
        module, _, name = self.home.partition(":")
        mend = "give a model as package.module:Class, with its package installed"
        try:
            found = getattr(import_module(module), name)
        except (ImportError, AttributeError, ValueError, TypeError) as error:
            raise ValueError(
                f"benchmark: cannot import {name} from {module} ({error}); {mend}"
            ) from error
        if not callable(getattr(found, "fit", None)) or not callable(getattr(found, "score", None)):
            raise ValueError(
                f"benchmark: {self.home} is no recommender, which has fit(parts) and "
                f"score(user_rows); {mend}"
            )
        return found


def _of_row(name: str, row: Mapping[str, Any]) -> Contestant:
    """Make a contestant of a row; what is tuned and has no space there has that of its class."""
    known = row.get("space", {})
    model = row["home"].partition(":")[2]
    space = {
        each: known[each] if each in known else default_space(model)[each]
        for each in row.get("tuned", {})
    }
    return Contestant(name, **{**row, "space": space, "twins": tuple(row.get("twins", ()))})


CONTESTANTS: dict[str, Contestant] = {
    name: _of_row(name, row)
    for name, row in read_toml(Path(__file__).with_name("contestants.toml")).items()
}


def contestant(name: str | Contestant, known: Mapping[str, Contestant] = CONTESTANTS) -> Contestant:
    """Find a contestant by its name, or make one of "package.module:Class" with its defaults.

    Parameters
    ----------
    name : str or Contestant
        A contestant is returned as it is.
    known : mapping of name to Contestant
        Where to look: the names of another table than the benchmark's.

    Returns
    -------
    Contestant

    Raises
    ------
    ValueError
        Neither.

    Examples
    --------
    >>> contestant("EASE").about
    'linear, in closed form'
    >>> contestant("longtail_lib.models:Popularity").name
    'Popularity'
    >>> contestant("EaseScaledReranked").build().method
    'xquad'
    """
    if isinstance(name, Contestant):
        return name
    if name in known:
        return known[name]
    if re.fullmatch(r"[\w.]+:\w+", name):
        return Contestant(name.partition(":")[2], name)
    raise ValueError(
        f"benchmark: unknown model {name!r}; known are {', '.join(known)}, and any "
        "package.module:Class"
    )


def held_fixed(
    each: Contestant, parts: Split, found: Mapping[str, Mapping[str, Any]], seed: int
) -> dict[str, Any]:
    """What a search holds fixed; what is wrapped is fitted once for all trials."""
    fixed = dict(each.fixed)
    for argument, wrapped in each.wraps.items():
        fixed[argument] = contestant(wrapped).build_with(found, seed).fit(parts)
    if each.seeded and not each.wraps:
        fixed["seed"] = seed
    return fixed
