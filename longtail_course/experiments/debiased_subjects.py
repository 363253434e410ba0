"""Plain and debiased recommenders that are compared on the shop, with every setting written out."""

from __future__ import annotations

from typing import Any

from longtail_lib.benchmark import Contestant

__all__ = ["FRESH", "SUBJECTS", "TABLES", "UNMEASURED"]


# One setting for all weightings: what differs between these rows are the weights alone.
_MF = {
    "dim": 32,
    "loss": "bounded-log",
    "l2": 1.0,
    "epochs": 20,
    "batch_size": 128,
    "learning_rate": 0.01,
}
# Written out, as all settings below, so that another default does not leave stored results of
# another model behind.
_MACR = {
    "dim": 32,
    "item_weight": 0.1,
    "user_weight": 0.01,
    "negatives": 4,
    "l2": 0.003,
    "epochs": 20,
    "batch_size": 8192,
    "learning_rate": 0.01,
}
_UNCORRECTED = {"item_weight": 0.0, "user_weight": 0.0, "c": 0.0}


def _subject(name: str, model: str, **fixed: Any) -> Contestant:
    return Contestant(name, f"longtail_lib.models:{model}", fixed=fixed)


def _weighted(name: str, **weights: Any) -> Contestant:
    return _subject(name, "RelevanceMF", **_MF, **weights)


# `contestant("1/popularity", SUBJECTS).build()` makes the model of a row, unfitted.
SUBJECTS: dict[str, Contestant] = {
    each.name: each
    for each in (
        _subject("Random", "Random", seed=0),
        _subject("Popularity", "Popularity"),
        _subject("ItemKNN", "ItemKNN"),
        _subject("EASE", "EASE"),
        _subject("EASE, exponent .25", "EASE", popularity_exponent=0.25),
        _weighted("MF, no weights", estimator="naive"),
        _weighted("1/popularity", estimator="ips", exponent=1.0, clip=0.0),
        _weighted("1/popularity, SNIPS", estimator="snips", exponent=1.0, clip=0.0),
        _weighted("1/popularity, clipped", estimator="ips", exponent=1.0, clip=0.3),
        _weighted("1/root of popularity, clipped", estimator="ips", exponent=0.5, clip=0.3),
        _weighted("the same, doubly robust", estimator="doubly-robust", exponent=0.5, clip=0.3),
        _weighted("1/true propensity, clipped", estimator="ips", propensity="true", clip=0.3),
        _subject("MACR", "MACR", **_MACR),
        # Its twin: the same network, with nothing that teaches the branches of item and user
        # popularity, and nothing subtracted.
        _subject("MACR, corrections at 0", "MACR", **_MACR | _UNCORRECTED),
        _subject(
            "CDN",
            "CDN",
            dim=32,
            rate=2.0,
            head=0.2,
            temperature=0.2,
            dropout=0.0,
            l2=0.0,
            epochs=20,
            batch_size=1024,
            learning_rate=0.01,
        ),
        _subject(
            "BBN",
            "BBN",
            dim=32,
            temperature=0.2,
            dropout=0.0,
            l2=0.0,
            epochs=15,
            batch_size=1024,
            learning_rate=0.01,
        ),
    )
}

# Named after the results were stored. `python -m longtail_course.experiments.debiased_models`
# measures them; then they leave this list and stand in the tables.
UNMEASURED = ("MACR, corrections at 0",)
# Measured on the fresh log as well.
FRESH = (
    "Random",
    "Popularity",
    "ItemKNN",
    "EASE",
    "EASE, exponent .25",
    "MF, no weights",
    "1/popularity",
    "1/popularity, clipped",
    "1/true propensity, clipped",
)
_WEIGHTED = [name for name, subject in SUBJECTS.items() if subject.home.endswith(":RelevanceMF")]
# What lesson 10 shows: the log that was trained on, and the rows.
TABLES: dict[str, tuple[str, list[str]]] = {
    "weights": ("stored", ["Popularity", *_WEIGHTED]),
    "weights on a fresh log": (
        "fresh",
        ["EASE", *(name for name in _WEIGHTED if name in FRESH)],
    ),
    "debiased": (
        "stored",
        [name for name in SUBJECTS if name not in (*_WEIGHTED[1:], *UNMEASURED)],
    ),
}
