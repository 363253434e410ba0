"""Spaces worth searching for the library's own models."""

from __future__ import annotations

from typing import Any

__all__ = ["default_space"]

# By name, so that no model is imported before it is used.
_SPACES: dict[str, dict[str, Any]] = {
    "Popularity": {"half_life": [None, 3.0, 7.0, 14.0, 30.0, 60.0, 120.0, 240.0, 480.0]},
    "ItemKNN": {"n_neighbors": ("log-int", 5, 1000), "shrinkage": ("float", 0.0, 100.0)},
    "EASE": {"l2": ("log", 10.0, 5000.0), "popularity_exponent": ("float", 0.0, 0.5)},
    "ImplicitALS": {
        "factors": ("log-int", 16, 256),
        # implicit adds the penalty to sums over all users or items, so it must be large.
        "regularization": ("log", 1.0, 500.0),
        "alpha": ("log", 1.0, 100.0),
    },
    "BPR": {
        "factors": ("log-int", 16, 256),
        "learning_rate": ("log", 5e-3, 0.2),
        "regularization": ("log", 1e-4, 0.1),
    },
    "BERT4Rec": {
        "dim": [32, 64, 128],
        "dropout": ("float", 0.0, 0.6),
        "mask_share": ("float", 0.1, 0.6),
        "learning_rate": ("log", 1e-3, 2e-2),
    },
    "SASRec": {
        "dim": [32, 64, 128],
        "blocks": ("int", 1, 2),
        "dropout": ("float", 0.0, 0.6),
        "learning_rate": ("log", 1e-3, 2e-2),
        "batch_size": ("log-int", 128, 2048),
    },
    "TwoTower": {
        "dim": [32, 64, 128],
        "temperature": ("log", 0.03, 1.0),
        "learning_rate": ("log", 3e-4, 3e-2),
        "logit_adjustment": ("float", 0.0, 1.0),
    },
    "ContentKNN": {
        "n_neighbors": [None, 10, 30, 100],
        "space": ["whiten", "centre", "raw"],
        "popularity_exponent": ("float", 0.0, 1.0),
    },
    "EaseText": {
        "l2": ("log", 10.0, 5000.0),
        "popularity_exponent": ("float", 0.0, 0.5),
        "text_weight": ("float", 0.0, 0.5),
        "tail_weight": ("float", 0.0, 1.0),
        "half_popularity": ("log", 0.5, 50.0),
    },
    "FusedTower": {
        "dim": [32, 64, 128],
        "temperature": ("log", 0.03, 1.0),
        "learning_rate": ("log", 3e-4, 3e-2),
        "logit_adjustment": ("float", 0.0, 1.0),
    },
    "TextGate": {
        "text_weight": ("float", 0.0, 2.0),
        "half_popularity": ("log", 0.5, 50.0),
    },
    "ContentTower": {
        "dim": [32, 64, 128],
        "dropout": ("float", 0.0, 1.0),
        "temperature": ("log", 0.03, 1.0),
        "learning_rate": ("log", 3e-4, 3e-2),
    },
    "GenerativeRetrieval": {
        "codes": [32, 64, 128],
        "dim": [32, 64, 128],
        "dropout": ("float", 0.0, 0.5),
        "learning_rate": ("log", 3e-4, 3e-2),
    },
}


def default_space(model_class: Any) -> dict[str, Any]:
    """Return a search space for a model of the library, to use or to start from.

    Parameters
    ----------
    model_class : class or str
        A recommender, a class derived from one, or its name.

    Returns
    -------
    dict
        A fresh one, in the grammar of `tune`.

    Raises
    ------
    KeyError
        No space is known.

    Examples
    --------
    >>> default_space("EASE")
    {'l2': ('log', 10.0, 5000.0), 'popularity_exponent': ('float', 0.0, 0.5)}
    """
    ancestors = getattr(model_class, "__mro__", ())
    names = [model_class] if isinstance(model_class, str) else [one.__name__ for one in ancestors]
    for name in names:
        if name in _SPACES:
            return dict(_SPACES[name])
    asked = (
        model_class
        if isinstance(model_class, str)
        else getattr(model_class, "__name__", repr(model_class))
    )
    raise KeyError(
        f"no default space for {asked}; there are some for {', '.join(_SPACES)}. Write your own, "
        "such as {'l2': ('log', 1, 5000)}"
    )
