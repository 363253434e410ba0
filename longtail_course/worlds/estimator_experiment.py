"""Every estimator against the known value, over many fresh logs."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from typing import Any

import numpy as np

from longtail_course.worlds import draw_feedback
from longtail_course.worlds.imputation import item_preference
from longtail_lib.debias import (
    Estimate,
    clipped_ips,
    doubly_robust,
    ips,
    list_weights,
    naive,
    popularity_propensity,
    snips,
)
from longtail_lib.simulation import true_preference, true_propensity

__all__ = ["estimator_table", "recommended_lists"]

_COLUMNS = (
    "true_value",
    "estimate",
    "bias",
    "bias_error",
    "sd",
    "rmse",
    "standard_error",
    "covered",
)


def estimator_table(
    models: Mapping[str, Any] | Iterable[Any],
    parts: Any,
    *,
    k: int = 10,
    logs: int = 50,
    seed: int = 0,
    weights: str = "mean",
    propensities: Mapping[str, Any] | None = None,
    imputed: Any = None,
    floor: float = 0.05,
    digits: int | None = 4,
) -> Any:
    """Measure bias and variance of the estimators on logs drawn from the truth.

    Each model recommends k items to every user, seen items left out. Then `logs` new logs are
    drawn (see `fresh_feedback`; only the recommended cells, which are all that an estimator
    reads), each estimator is applied to each log, and its values are compared with the true value
    of the lists. All estimators and models see the same logs.

    Parameters
    ----------
    models : mapping of str to Recommender, or iterable of Recommender
        Fitted on `parts`; an iterable takes the names of the classes.
    parts : Split
        Of a simulated dataset, with its truth.
    k : int
        Length of the lists.
    logs : int
        Fresh logs, at least 2.
    seed : int
    weights : {"mean", "dcg"}
        Of the places; see `list_weights`.
    propensities : mapping of str to array, or None
        What the estimators take for propensities, each of shape (n_items,) or
        (n_users, n_items). By default "true" and "popularity", the guess of
        `popularity_propensity`. Logs are always drawn from the true ones.
    imputed : array, shape (n_items,) or (n_users, n_items), or None
        For `doubly_robust`. By default `item_preference`, from the train popularity and the
        propensities in use.
    floor : float
        Of `clipped_ips`.
    digits : int or None
        Decimals to round to; None leaves numbers as they are.

    Returns
    -------
    polars.DataFrame
        One row for each model, propensity and estimator. "naive, choices only" and "naive" take
        no propensity and have "none". Columns:

        - `true_value`: what is estimated.
        - `estimate`: mean over logs; `bias`: less the true value; `bias_error`: the standard
          error of the bias, which shrinks with more logs.
        - `sd`: standard deviation over logs; `rmse`: of the estimates against the true value.
        - `standard_error`: the mean of what the estimator says itself; `covered`: the share of
          logs whose value lies within 1.96 of it from the truth.

    Raises
    ------
    ValueError
        No truth, no model, fewer than two logs, or propensities of the wrong shape.

    Examples
    --------
    >>> from longtail_course.worlds.tiny_store import alphabetical_model, tiny_store
    >>> table = estimator_table([alphabetical_model()], tiny_store(), k=2, logs=4000)
    >>> table.select("propensity", "estimator", "true_value", "bias").head(3).rows()
    [('none', 'naive, choices only', 0.425, -0.2006), ('none', 'naive', 0.425, 0.1374), \
('true', 'IPS', 0.425, -0.0008)]
    """
    import polars as pl

    named = _named(models)
    if logs < 2 or not named:
        raise ValueError(
            f"estimator_table: needs a model and at least two logs, got {len(named)} and {logs}"
        )
    lists = {name: recommended_lists(model, parts, k) for name, model in named.items()}
    known = true_propensity(parts)
    guesses = propensities or {"true": known, "popularity": popularity_propensity(parts)}
    cells, where = np.unique(
        np.stack([_flat(columns, parts.n_items) for columns in lists.values()]),
        return_inverse=True,
    )
    preference = _at(true_preference(parts), cells, parts.n_items)
    shown, chosen = draw_feedback(
        preference, _at(known, cells, parts.n_items), seed=seed, logs=logs
    )
    places = list_weights(k, weights)
    rows = []
    for (name, columns), at in zip(
        lists.items(), where.reshape(len(lists), parts.n_users, k), strict=True
    ):
        flat = _flat(columns, parts.n_items)
        value = float(np.average(preference[at].mean(axis=0), weights=places))
        seen, taken = shown[:, at], chosen[:, at].astype(np.float64)
        found = {
            ("none", "naive, choices only"): naive(taken, weights=places),
            ("none", "naive"): naive(taken, seen, weights=places),
        }
        for source, guess in guesses.items():
            p = _at(_checked(guess, parts, source), flat, parts.n_items)
            filled = (
                item_preference(parts.popularity, guess, parts.n_users)
                if imputed is None
                else imputed
            )
            m = _at(_checked(filled, parts, "imputed"), flat, parts.n_items)
            found |= {
                (source, "IPS"): ips(taken, seen, p, weights=places),
                (source, "clipped IPS"): clipped_ips(taken, seen, p, floor=floor, weights=places),
                (source, "SNIPS"): snips(taken, seen, p, weights=places),
                (source, "doubly robust"): doubly_robust(taken, seen, p, m, weights=places),
            }
        rows += [(name, *key, *_summary(estimate, value)) for key, estimate in found.items()]
    table = pl.DataFrame(
        rows, schema=["recommender", "propensity", "estimator", *_COLUMNS], orient="row"
    )
    # Adding 0 turns -0.0 into 0.0.
    return table if digits is None else table.with_columns(pl.col(_COLUMNS).round(digits) + 0.0)


def recommended_lists(model: Any, parts: Any, k: int = 10) -> np.ndarray:
    """Columns of the k items that a model recommends to every user, train items left out.

    Parameters
    ----------
    model : Recommender
        Fitted on `parts`.
    parts : Split
    k : int

    Returns
    -------
    ndarray of int64, shape (n_users, k)
        Best first; places in the catalogue.

    Examples
    --------
    >>> from longtail_course.worlds.tiny_store import alphabetical_model, tiny_store
    >>> recommended_lists(alphabetical_model(), tiny_store(), 2).shape
    (60, 2)
    """
    items, _ = model.recommend(parts.user_ids, k)
    return parts.item_rows(items.ravel()).reshape(items.shape)


def _summary(estimate: Estimate, value: float) -> tuple[float, ...]:
    found, error = np.asarray(estimate.value), np.asarray(estimate.standard_error)
    sd = found.std(ddof=1)
    return (
        value,
        float(found.mean()),
        float(found.mean() - value),
        float(sd / np.sqrt(len(found))),
        float(sd),
        float(np.sqrt(((found - value) ** 2).mean())),
        float(error.mean()),
        float((np.abs(found - value) <= 1.96 * error).mean()),
    )


def _named(models: Mapping[str, Any] | Iterable[Any]) -> dict[str, Any]:
    if isinstance(models, Mapping):
        return dict(models)
    models = [models] if hasattr(models, "recommend") else list(models)
    names = [type(model).__name__ for model in models]
    double = [name for name, count in Counter(names).items() if count > 1]
    if double:
        raise ValueError(
            f"estimator_table: several models are called {double[0]}; pass a mapping that names "
            "each"
        )
    return dict(zip(names, models, strict=True))


def _checked(values: Any, parts: Any, name: str) -> np.ndarray:
    values = np.asarray(values)
    if values.shape not in ((parts.n_items,), (parts.n_users, parts.n_items)):
        raise ValueError(
            f"estimator_table: {name!r} has shape {values.shape}; pass ({parts.n_items},) or "
            f"({parts.n_users}, {parts.n_items})"
        )
    return values


def _flat(columns: np.ndarray, n_items: int) -> np.ndarray:
    """Number of a cell in the whole matrix, row by row."""
    return np.arange(len(columns))[:, None] * n_items + columns


def _at(values: np.ndarray, cells: np.ndarray, n_items: int) -> np.ndarray:
    picked = values[cells % n_items] if values.ndim == 1 else values.ravel()[cells]
    return picked.astype(np.float64)
