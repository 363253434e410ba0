"""Accuracy under several guesses of the propensities, for logs that do not say what was shown."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

import numpy as np

from longtail_lib.debias.choice_weighting import ips_accuracy
from longtail_lib.debias.propensity import popularity_propensity
from longtail_lib.evaluation.rank import rank_users
from longtail_lib.preprocessing.parts import Split

__all__ = ["propensity_sensitivity"]

# Half width of a 95% interval, in standard errors.
_REACH = 1.959964


def propensity_sensitivity(
    models: Mapping[str, Any] | Iterable[Any],
    parts: Split,
    *,
    k: int = 10,
    part: str = "test",
    metric: str = "Recall",
    exponents: Iterable[float] = (0.0, 0.25, 0.5),
    normalise: str | None = None,
    seed: int = 0,
    memory_mb: float = 256,
    digits: int | None = 4,
) -> Any:
    """Measure models as `ips_accuracy` does, once for each exponent of the popularity propensity.

    Exponent 0 is the ordinary mean. How items were shown is not in the log, so no exponent is the
    right one; a ranking of models that turns round between 0 and .5 rests on that guess.

    Parameters
    ----------
    models : mapping of str to Recommender, or iterable of Recommender
        Fitted on `parts`; an iterable takes the names of the classes.
    parts : Split
    k : int
        Cut-off.
    part : {"test", "validation"}
    metric : {"Recall", "DCG"}
    exponents : iterable of float
        Of `popularity_propensity`, on train popularity.
    normalise : {"user", "log"} or None
        See `ips_accuracy`. None takes "user", or "log" where no user has two choices.
    seed : int
        For the order of ties.
    memory_mb : float
        Bound for working memory, in MiB.
    digits : int or None
        Decimals to round to; None leaves numbers as they are.

    Returns
    -------
    polars.DataFrame
        One row for each model and exponent: `recommender`, `metric`, `normalise`, `exponent`,
        `value`, `low` and `high` (95%, between users), `n`.

    Raises
    ------
    ValueError
        An unknown or empty part, k below 1, no model, or what `ips_accuracy` refuses.

    References
    ----------
    Yang, Cui, Xuan, Wang, Belongie and Estrin (2018), "Unbiased Offline Recommender Evaluation
    for Missing-Not-At-Random Implicit Feedback", RecSys 2018.

    Examples
    --------
    >>> from longtail_lib.evaluation.example import tiny_model, tiny_parts
    >>> table = propensity_sensitivity([tiny_model()], tiny_parts(), k=2, exponents=[0, 1])
    >>> table.select("exponent", "value", "n").rows()
    [(0.0, 0.5, 3), (1.0, 0.5556, 3)]
    """
    import polars as pl

    if part not in ("test", "validation"):
        raise ValueError(
            f"propensity_sensitivity: part must be 'test' or 'validation', got {part!r}"
        )
    if isinstance(k, bool) or not isinstance(k, int | np.integer) or k < 1:
        raise ValueError(f"propensity_sensitivity: k must be a whole number from 1, got {k!r}")
    if not isinstance(models, Mapping):
        models = [models] if hasattr(models, "score") else list(models)
        models = {type(model).__name__: model for model in models}
    if not models:
        raise ValueError("propensity_sensitivity: no model was given")
    relevant = getattr(parts, part)
    users = np.flatnonzero(np.diff(relevant.indptr))
    if not len(users):
        raise ValueError(
            f"propensity_sensitivity: the {part} part of {parts!r} is empty; split with a larger "
            "share for it"
        )
    relevant = relevant[users]
    if normalise is None:
        normalise = "user" if np.diff(relevant.indptr).max() > 1 else "log"
    seen = [parts.train] if part == "validation" else [parts.train, parts.validation]
    guesses = {float(power): popularity_propensity(parts, power) for power in exponents}
    rows = []
    for name, model in models.items():
        lists = rank_users(
            model, parts, users, k=k, seen=seen, seed=seed, memory_mb=memory_mb, name=name
        )
        for exponent, propensity in guesses.items():
            found = ips_accuracy(lists, relevant, propensity, metric=metric, normalise=normalise)
            ends = found.value + _REACH * found.standard_error * np.array([-1, 1])
            # A share and a discount lie in [0, 1]; so does what is known about them.
            numbers = (float(found.value), *(float(end) for end in np.clip(ends, 0, 1)))
            rows.append((name, f"{metric}@{k}", normalise, exponent, *numbers, found.n))
    names = ["recommender", "metric", "normalise", "exponent", "value", "low", "high", "n"]
    table = pl.DataFrame(rows, schema=names, orient="row")
    return table if digits is None else table.with_columns(pl.col(names[4:7]).round(digits) + 0.0)
