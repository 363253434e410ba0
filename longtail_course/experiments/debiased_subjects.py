"""Plain and debiased recommenders that are compared on the shop, with every setting written out."""

from __future__ import annotations

from collections.abc import Mapping
from importlib import import_module
from typing import Any, NamedTuple

__all__ = ["SUBJECTS", "TABLES", "Subject"]


class Subject(NamedTuple):
    """A model that is measured.

    Parameters
    ----------
    home : str
        Module of the class.
    model : str
        Class.
    params : mapping
        Constructor arguments; all others keep their defaults.
    fresh : bool
        Measured on the fresh log as well.
    """

    home: str
    model: str
    params: Mapping[str, Any]
    fresh: bool = False

    def build(self) -> Any:
        """Make the unfitted model."""
        return getattr(import_module(self.home), self.model)(**self.params)


# One setting for all weightings: what differs between these rows are the weights alone.
_MF = {
    "dim": 32,
    "loss": "bounded-log",
    "l2": 1.0,
    "epochs": 20,
    "batch_size": 128,
    "learning_rate": 0.01,
}


def _weighted(fresh: bool = False, **params: Any) -> Subject:
    return Subject("longtail_lib.models", "RelevanceMF", {**_MF, **params}, fresh)


def _plain(model: str, **params: Any) -> Subject:
    return Subject("longtail_lib.models", model, params, True)


SUBJECTS: dict[str, Subject] = {
    "Random": _plain("Random", seed=0),
    "Popularity": _plain("Popularity"),
    "ItemKNN": _plain("ItemKNN"),
    "EASE": _plain("EASE"),
    "EASE, exponent .25": _plain("EASE", popularity_exponent=0.25),
    "MF, no weights": _weighted(True, estimator="naive"),
    "1/popularity": _weighted(True, estimator="ips", exponent=1.0, clip=0.0),
    "1/popularity, SNIPS": _weighted(estimator="snips", exponent=1.0, clip=0.0),
    "1/popularity, clipped": _weighted(True, estimator="ips", exponent=1.0, clip=0.3),
    "1/root of popularity, clipped": _weighted(estimator="ips", exponent=0.5, clip=0.3),
    "the same, doubly robust": _weighted(estimator="doubly-robust", exponent=0.5, clip=0.3),
    "1/true propensity, clipped": _weighted(True, estimator="ips", propensity="true", clip=0.3),
    # Written out, so that another default does not leave stored results of another model behind.
    "MACR": Subject(
        "longtail_lib.models",
        "MACR",
        {
            "dim": 32,
            "item_weight": 0.1,
            "user_weight": 0.01,
            "negatives": 4,
            "l2": 0.003,
            "epochs": 20,
            "batch_size": 8192,
            "learning_rate": 0.01,
        },
    ),
    "CDN": Subject(
        "longtail_lib.models",
        "CDN",
        {
            "dim": 32,
            "rate": 2.0,
            "head": 0.2,
            "temperature": 0.2,
            "dropout": 0.0,
            "l2": 0.0,
            "epochs": 20,
            "batch_size": 1024,
            "learning_rate": 0.01,
        },
    ),
    "BBN": Subject(
        "longtail_lib.models",
        "BBN",
        {
            "dim": 32,
            "temperature": 0.2,
            "dropout": 0.0,
            "l2": 0.0,
            "epochs": 15,
            "batch_size": 1024,
            "learning_rate": 0.01,
        },
    ),
}

_WEIGHTED = [name for name, subject in SUBJECTS.items() if subject.model == "RelevanceMF"]
# What lesson 10 shows: the log that was trained on, and the rows.
TABLES: dict[str, tuple[str, list[str]]] = {
    "weights": ("stored", ["Popularity", *_WEIGHTED]),
    "weights on a fresh log": (
        "fresh",
        ["EASE", *(name for name in _WEIGHTED if SUBJECTS[name].fresh)],
    ),
    "debiased": ("stored", [name for name in SUBJECTS if name not in _WEIGHTED[1:]]),
}
