"""The variables of a network and its optimiser as arrays, and back."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from longtail_lib._import_keras import import_keras

__all__ = ["assign", "named", "numbered", "values_of", "variables_of"]


def variables_of(network: Any) -> list[Any]:
    """Return weights, states of random generators and the optimiser's variables."""
    # Metrics make their variables when first used, and start anew each epoch.
    metrics = {id(variable) for variable in network.metrics_variables}
    own = [variable for variable in network.variables if id(variable) not in metrics]
    return [*own, *network.optimizer.variables]


def values_of(variables: Sequence[Any]) -> list[np.ndarray]:
    ops = import_keras().ops
    return [np.array(ops.convert_to_numpy(variable)) for variable in variables]


def assign(variables: Sequence[Any], values: Sequence[np.ndarray]) -> None:
    for variable, value in zip(variables, values, strict=True):
        variable.assign(value)


def named(arrays: Mapping[str, np.ndarray], kind: str) -> dict[str, np.ndarray]:
    """Return arrays "kind_a", "kind_b" and so on, by what follows the kind."""
    prefix = f"{kind}_"
    return {
        name.removeprefix(prefix): value
        for name, value in arrays.items()
        if name.startswith(prefix)
    }


def numbered(arrays: Mapping[str, np.ndarray], kind: str) -> list[np.ndarray]:
    """Return arrays "kind_0", "kind_1" and so on, in this order."""
    count = sum(name.startswith(f"{kind}_") for name in arrays)
    return [arrays[f"{kind}_{place}"] for place in range(count)]
