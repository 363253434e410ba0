"""How much of an item's vector comes from its id and how much from its attributes."""

from __future__ import annotations

from typing import Any

import numpy as np

from longtail_lib.article.keras_backend import import_keras

__all__ = ["frequency_feature", "gated_mixture"]


def frequency_feature(popularity: np.ndarray) -> np.ndarray:
    """Scale popularity for a gate: its logarithm, 0 for a cold item and 1 for the most popular.

    Parameters
    ----------
    popularity : array of int, shape (n_items,)

    Returns
    -------
    ndarray of float32, shape (n_items, 1)

    Examples
    --------
    >>> frequency_feature([7, 1, 0]).round(3).tolist()
    [[1.0], [0.3330000042915344], [0.0]]
    """
    logs = np.log1p(np.asarray(popularity, dtype=np.float32))
    return (logs / max(float(logs.max()), 1.0))[:, None].astype(np.float32)


def gated_mixture(memorised: Any, generalised: Any, gate: Any) -> Any:
    r"""Mix two experts' item vectors, :math:`y_i = g_{i1} m_i + g_{i2} a_i`.

    The gate is a softmax, so the two shares of an item sum to 1.

    Parameters
    ----------
    memorised, generalised : tensor of float, shape (n_items, dim)
        Vectors from ids and from attributes.
    gate : tensor of float, shape (n_items, 2)
        Logits of the two experts.

    Returns
    -------
    tensor of float, shape (n_items, dim)

    References
    ----------
    Zhang et al. (2023), "Empowering Long-tail Item Recommendation through Cross Decoupling
    Network (CDN)", KDD 2023.

    Examples
    --------
    >>> mixed = gated_mixture([[1.0, 0.0]], [[0.0, 1.0]], [[0.0, 0.0]])
    >>> [float(value) for value in mixed[0]]
    [0.5, 0.5]
    """
    ops = import_keras().ops
    shares = ops.softmax(ops.convert_to_tensor(gate, dtype="float32"), axis=-1)
    return shares[:, :1] * memorised + shares[:, 1:] * generalised
