"""The recommenders that a benchmark knows by name, and what of each is tuned."""

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
    """A recommender with its search space.

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
    for_tail : bool
        Tuned for the tail under the condition that overall accuracy stays.
    wraps : mapping
        Constructor arguments that are recommenders, and the contestant whose tuned model each is.
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
    for_tail: bool = False
    wraps: Mapping[str, str] = field(default_factory=dict)
    seeded: bool = False
    trials: int | None = None
    twins: tuple[str, ...] = ()

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
    ),
    Contestant(
        "ItemKNN",
        "longtail_lib.models:ItemKNN",
        "shrunk cosine of item columns",
        default_space("ItemKNN"),
    ),
    Contestant(
        "ItemKNN, for the tail",
        "longtail_lib.models:ItemKNN",
        "ItemKNN tuned for the tail",
        default_space("ItemKNN"),
        for_tail=True,
    ),
    Contestant(
        "ImplicitALS",
        "longtail_lib.models:ImplicitALS",
        "weighted matrix factorisation",
        default_space("ImplicitALS"),
        seeded=True,
    ),
    Contestant(
        "BPR",
        "longtail_lib.models:BPR",
        "matrix factorisation on pairs",
        default_space("BPR"),
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
        seeded=True,
        trials=8,
    ),
    Contestant("EASE", "longtail_lib.models:EASE", "linear, in closed form", _PLAIN),
    Contestant(
        "EaseScaled",
        "longtail_lib.models:EASE",
        "EASE on columns scaled by popularity, tuned for the tail",
        _EASE,
        for_tail=True,
    ),
    *(
        Contestant(
            f"{inner}Reranked",
            "longtail_lib.rerank:Reranked",
            f"{inner}, re-ranked by xQuAD, tuned for the tail",
            {"weight": ("float", 0.0, 1.0)},
            {"method": "xquad", "k": 100},
            for_tail=True,
            wraps={"model": inner},
            seeded=inner == "TwoTower",
        )
        for inner in ("EASE", "EaseScaled", "TwoTower")
    ),
    Contestant(
        "ContentKNN",
        "longtail_lib.models:ContentKNN",
        "texts like those of the user's items; no behaviour of others",
        default_space("ContentKNN"),
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
        for_tail=True,
        twins=("EaseScaled",),
    ),
    *(
        Contestant(
            f"{inner}Text",
            "longtail_lib.models:TextGate",
            f"{inner} and TextTower, blended by popularity, tuned for the tail",
            default_space("TextGate"),
            for_tail=True,
            wraps={"model": inner, "text": "TextTower"},
            seeded=True,
            twins=(inner, "EaseScaled"),
        )
        for inner in ("EaseScaled", "TwoTower")
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
            seeded=True,
            trials=5,
            twins=twins,
        )
        for name, loss, about, twins in (
            ("SASRecBCE", "bce", "reads histories in order, against one drawn item", ()),
            (
                "SASRec",
                "cross-entropy",
                "reads histories in order, against the whole catalogue",
                ("SASRecBCE", "EaseScaled"),
            ),
        )
    ),
    Contestant(
        "SASRecText",
        "longtail_lib.models:TextGate",
        "SASRec and TextTower, blended by popularity, tuned for the tail",
        default_space("TextGate"),
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


def contestant(name: str) -> Contestant:
    """Find a contestant by its name, or make one of "package.module:Class" with its defaults.

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
    """
    if name in CONTESTANTS:
        return CONTESTANTS[name]
    if re.fullmatch(r"[\w.]+:\w+", name):
        return Contestant(name.partition(":")[2], name)
    raise ValueError(
        f"benchmark: unknown model {name!r}; known are {', '.join(CONTESTANTS)}, and any "
        "package.module:Class"
    )
