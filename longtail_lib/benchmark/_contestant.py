"""The recommenders that have a name in tables: how each is built, and what of it is tuned."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from importlib import import_module
from typing import Any

from longtail_lib.models import Recommender
from longtail_lib.tuning import default_space

__all__ = ["CONTESTANTS", "Contestant", "contestant"]


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

    def build(self, seed: int = 0, **parameters: Any) -> Any:
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
    ) -> Any:
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
            No such module or class.
        """
        module, _, name = self.home.partition(":")
        try:
            return getattr(import_module(module), name)
        except (ImportError, AttributeError) as error:
            raise ValueError(
                f"benchmark: cannot import {name} from {module} ({error}); give a model as "
                "package.module:Class, with its package installed"
            ) from error


_EASE = default_space("EASE")
_PLAIN = {"l2": _EASE["l2"]}

_KNOWN = (
    Contestant("Random", "longtail_lib.models:Random", "any order; the floor", seeded=True),
    Contestant("Popularity", "longtail_lib.models:Popularity", "most popular first"),
    Contestant(
        "RecentPopularity",
        "longtail_lib.models:Popularity",
        "popularity that fades with age",
        default_space("Popularity"),
        tuned={"half_life": None},
    ),
    Contestant(
        "ItemKNN",
        "longtail_lib.models:ItemKNN",
        "shrunk cosine of item columns",
        default_space("ItemKNN"),
        tuned={"neighbours": 532, "shrinkage": 4.46},
    ),
    Contestant(
        "ItemKNN, for the tail",
        "longtail_lib.models:ItemKNN",
        "ItemKNN tuned for the tail",
        default_space("ItemKNN"),
        tuned={"neighbours": 411, "shrinkage": 2.5},
        for_tail=True,
    ),
    Contestant(
        "ImplicitALS",
        "longtail_lib.models:ImplicitALS",
        "weighted matrix factorisation",
        default_space("ImplicitALS"),
        tuned={"factors": 31, "regularisation": 83.5, "alpha": 13.4},
        seeded=True,
    ),
    Contestant(
        "BPR",
        "longtail_lib.models:BPR",
        "matrix factorisation on pairs",
        default_space("BPR"),
        tuned={"factors": 37, "learning_rate": 0.00671, "regularisation": 0.0159},
        seeded=True,
    ),
    Contestant(
        "TwoTower",
        "longtail_lib.models:TwoTower",
        "two towers with ids, softmax",
        {
            name: choice
            for name, choice in default_space("TwoTower").items()
            if name != "logit_adjustment"
        },
        tuned={"dim": 64, "temperature": 0.2, "learning_rate": 0.01},
        seeded=True,
        trials=8,
    ),
    Contestant(
        "EASE", "longtail_lib.models:EASE", "linear, in closed form", _PLAIN, tuned={"l2": 142.0}
    ),
    Contestant(
        "EaseScaled",
        "longtail_lib.models:EASE",
        "EASE on columns scaled by popularity, tuned for the tail",
        _EASE,
        tuned={"l2": 265.0, "popularity_exponent": 0.261},
        for_tail=True,
    ),
    *(
        Contestant(
            f"{name}Reranked",
            "longtail_lib.models:Reranked",
            f"{inner}, re-ranked by xQuAD, tuned for the tail",
            {"weight": ("float", 0.0, 1.0)},
            {"method": "xquad", "k": 100},
            {"weight": 0.87},
            for_tail=True,
            wraps={"model": inner},
            seeded=inner == "TwoTower",
        )
        for name, inner in (("Ease", "EASE"), ("EaseScaled",) * 2, ("TwoTower",) * 2)
    ),
    Contestant(
        "ContentKNN",
        "longtail_lib.models:ContentKNN",
        "texts like those of the user's items; no behaviour of others",
        default_space("ContentKNN"),
        tuned={"neighbours": None, "space": "raw", "popularity_exponent": 0.802},
    ),
    Contestant(
        "TextTower",
        "longtail_lib.models:FusedTower",
        "two towers that know items by text alone, popular items learned less",
        {},
        {"fusion": "text", "logit_adjustment": 0.6, "epochs": 15, "patience": None},
        seeded=True,
        twins=("TwoTower", "EaseScaled"),
    ),
    Contestant(
        "EaseText",
        "longtail_lib.models:EaseText",
        "EASE that also reads, in either form, tuned for the tail",
        {**default_space("EaseText"), "form": ["additive", "collective"]},
        tuned={
            "l2": 250.0,
            "popularity_exponent": 0.23,
            "text_weight": 0.2,
            "tail_weight": 0.3,
            "half_popularity": 3.0,
            "form": "additive",
        },
        for_tail=True,
        twins=("EaseScaled",),
    ),
    Contestant(
        "EaseTextCollective",
        "longtail_lib.models:EaseText",
        "EASE learned from interactions and texts as one matrix, tuned for the tail",
        {
            **_EASE,
            "text_weight": ("log", 0.05, 20.0),
            "space": ["whiten", "centre"],
        },
        {"form": "collective"},
        {
            "l2": 267.0,
            "popularity_exponent": 0.173,
            "text_weight": 0.839,
            "space": "whiten",
        },
        for_tail=True,
        twins=("EaseScaled",),
    ),
    *(
        Contestant(
            f"{inner}Text",
            "longtail_lib.models:TextGate",
            f"{inner} and TextTower, blended by popularity, tuned for the tail",
            default_space("TextGate"),
            tuned={"text_weight": weight, "half_popularity": half},
            for_tail=True,
            wraps={"model": inner, "text": "TextTower"},
            seeded=True,
            twins=(inner, "EaseScaled"),
        )
        for inner, weight, half in (("EaseScaled", 0.403, 2.66), ("TwoTower", 0.945, 0.845))
    ),
    Contestant(
        "TwoTowerTextLearned",
        "longtail_lib.models:TextGate",
        "TwoTower and TextTower, blended by weights learned on validation",
        {},
        {"gate": "learned"},
        wraps={"model": "TwoTower", "text": "TextTower"},
        seeded=True,
        twins=("TwoTower", "EaseScaled"),
    ),
    *(
        Contestant(
            name,
            "longtail_lib.models:SASRec",
            about,
            {
                "learning_rate": ("log", 1e-3, 3e-2),
                "dropout": ("float", 0.0, 0.5),
            },
            {"loss": loss},
            {"learning_rate": rate, "dropout": dropout},
            seeded=True,
            trials=5,
            twins=twins,
        )
        for name, loss, about, rate, dropout, twins in (
            (
                "SASRecBCE",
                "bce",
                "reads histories in order, against one drawn item",
                0.00499,
                0.0569,
                (),
            ),
            (
                "SASRec",
                "cross-entropy",
                "reads histories in order, against the whole catalogue",
                0.00679,
                0.038,
                ("SASRecBCE", "EaseScaled"),
            ),
        )
    ),
    Contestant(
        "SASRecText",
        "longtail_lib.models:TextGate",
        "SASRec and TextTower, blended by popularity, tuned for the tail",
        default_space("TextGate"),
        tuned={"text_weight": 0.945, "half_popularity": 0.845},
        for_tail=True,
        wraps={"model": "SASRec", "text": "TextTower"},
        seeded=True,
        twins=("SASRec", "EaseScaled"),
    ),
    Contestant(
        "GenerativeRetrieval",
        "longtail_lib.models:GenerativeRetrieval",
        "writes the next item's semantic id",
        seeded=True,
        twins=("SASRec", "EaseScaled"),
    ),
)

CONTESTANTS: dict[str, Contestant] = {each.name: each for each in _KNOWN}


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
