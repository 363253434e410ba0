"""Spaces of hyper-parameters, and the next point to try: TPE through Optuna."""

from __future__ import annotations

import json
import math
import warnings
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from numbers import Integral, Real
from typing import Any

import numpy as np

from longtail_lib.tuning._trial import Trial

__all__ = ["KINDS", "contains", "distributions_of", "n_points", "propose", "space_to_json"]

_GRAMMAR = (
    "('float', low, high), ('log', low, high), ('int', low, high), ('log-int', low, high) or a "
    "list of choices"
)
# First words of ranges.
KINDS = ("float", "log", "int", "log-int")
# Points drawn at random before TPE has enough to learn from; half of a small budget.
_STARTUP = 8


def distributions_of(space: Mapping[str, Any]) -> dict[str, Any]:
    """Turn a space in the grammar of `tune` into Optuna's distributions."""
    optuna = import_optuna()
    if not isinstance(space, Mapping):
        raise TypeError(
            f"tune: space must be a mapping such as {{'l2': ('log', 1, 5000)}}, got {space!r}"
        )
    if not space:
        raise ValueError(
            "tune: the space is empty; name at least one parameter to search, such as "
            "{'l2': ('log', 1, 5000)}, or fit the model without a search"
        )
    return {name: _distribution(optuna, name, given) for name, given in space.items()}


def space_to_json(distributions: Mapping[str, Any]) -> dict[str, Any]:
    """Describe distributions so that two spaces can be compared, and stored."""
    optuna = import_optuna()
    to_json = optuna.distributions.distribution_to_json
    return {name: json.loads(to_json(one)) for name, one in distributions.items()}


def propose(
    distributions: Mapping[str, Any], ranked: Sequence[Trial], *, seed: int | Sequence[int]
) -> dict[str, Any]:
    """Return parameters for the next trial; equal arguments give equal parameters."""
    optuna = import_optuna()
    own_seed = int(np.random.SeedSequence(seed).generate_state(1)[0])
    with _quiet(optuna):
        sampler = optuna.samplers.TPESampler(
            n_startup_trials=_STARTUP, multivariate=True, seed=own_seed
        )
        study = optuna.create_study(sampler=sampler, direction="minimize")
        place = {trial.number: place for place, trial in enumerate(ranked)}
        for trial in sorted(ranked, key=lambda trial: trial.number):
            # Defaults may lie outside the space; Optuna could not place them.
            if not contains(distributions, trial.parameters):
                continue
            study.add_trial(
                optuna.trial.create_trial(
                    params=dict(trial.parameters),
                    distributions=dict(distributions),
                    value=float(place[trial.number]),
                )
            )
        return dict(study.ask(dict(distributions)).params)


def n_points(distributions: Mapping[str, Any]) -> float:
    """Return how many points a space holds; infinity where a parameter is continuous."""
    size = 1.0
    for one in distributions.values():
        if hasattr(one, "choices"):
            size *= len(one.choices)
        elif one.step:
            size *= 1 + (one.high - one.low) // one.step
        else:
            return math.inf
    return size


def contains(distributions: Mapping[str, Any], parameters: Mapping[str, Any]) -> bool:
    """Whether parameters lie in a space."""
    optuna = import_optuna()
    if set(parameters) != set(distributions):
        return False
    numbers = [name for name, one in distributions.items() if not hasattr(one, "choices")]
    if any(isinstance(parameters[name], bool | str) for name in numbers):
        return False
    try:
        optuna.trial.create_trial(
            params=dict(parameters), distributions=dict(distributions), value=0.0
        )
    except (ValueError, TypeError, OverflowError):
        return False
    return True


def import_optuna() -> Any:
    """Import Optuna, or say how to get it."""
    try:
        import optuna
    except ImportError as error:
        raise ImportError(
            "tune needs optuna, which is not installed: pip install 'longtail-lib[tuning]'"
        ) from error
    return optuna


def _distribution(optuna: Any, name: str, given: Any) -> Any:
    if isinstance(given, optuna.distributions.BaseDistribution):
        return given
    if isinstance(given, list):
        plain = (type(None), bool, int, float, str)
        if not given or not all(isinstance(choice, plain) for choice in given):
            raise ValueError(
                f"tune: the choices of {name!r} must be a list of at least one word, number, "
                f"True, False or None, got {given!r}"
            )
        return optuna.distributions.CategoricalDistribution(given)
    if not isinstance(given, tuple) or len(given) != 3 or given[0] not in KINDS:
        raise ValueError(f"tune: the range of {name!r} must be {_GRAMMAR}, got {given!r}")
    kind, low, high = given
    number = Integral if kind in ("int", "log-int") else Real
    right = all(
        isinstance(end, number) and not isinstance(end, bool) and math.isfinite(end)
        for end in (low, high)
    )
    if not right or low >= high or (kind.startswith("log") and low <= 0):
        whole = "whole " if number is Integral else ""
        above = " above 0" if kind.startswith("log") else ""
        raise ValueError(
            f"tune: the range of {name!r} needs two {whole}numbers{above}, the lower first, got "
            f"{given!r}"
        )
    if number is Integral:
        return optuna.distributions.IntDistribution(int(low), int(high), log=kind == "log-int")
    return optuna.distributions.FloatDistribution(float(low), float(high), log=kind == "log")


@contextmanager
def _quiet(optuna: Any) -> Iterator[None]:
    """Keep Optuna from telling of each study, without changing what its user asked for."""
    before = optuna.logging.get_verbosity()
    optuna.logging.set_verbosity(optuna.logging.ERROR)
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", optuna.exceptions.ExperimentalWarning)
            yield
    finally:
        optuna.logging.set_verbosity(before)
