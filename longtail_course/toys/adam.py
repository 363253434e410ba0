"""Gradient steps whose size adapts to each parameter."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

__all__ = ["Adam"]


class Adam:
    """Step against gradients, each parameter at its own pace.

    Parameters
    ----------
    parameters : mapping of str to ndarray of float64
        Changed in place by `step`.
    learning_rate : float

    References
    ----------
    Kingma, D. P., Ba, J. (2015). Adam: a method for stochastic optimization. ICLR.

    Examples
    --------
    >>> place = {"x": np.array([1.0, -2.0])}
    >>> adam = Adam(place, learning_rate=0.1)
    >>> for _ in range(200):
    ...     adam.step({"x": 2 * place["x"]})       # the gradient of the sum of squares
    >>> bool(abs(place["x"]).max() < 0.01)
    True
    """

    def __init__(self, parameters: Mapping[str, np.ndarray], learning_rate: float = 0.01) -> None:
        self.parameters = parameters
        self.learning_rate = learning_rate
        self._mean = {name: np.zeros_like(value) for name, value in parameters.items()}
        self._square = {name: np.zeros_like(value) for name, value in parameters.items()}
        self._steps = 0

    def step(self, gradients: Mapping[str, np.ndarray]) -> None:
        """Change every parameter once.

        Parameters
        ----------
        gradients : mapping of str to ndarray
            One for each parameter, of the same shape.
        """
        self._steps += 1
        # The first means start at 0 and are too small; these factors undo that.
        first, second = 1 - 0.9**self._steps, 1 - 0.999**self._steps
        for name, gradient in gradients.items():
            mean, square = self._mean[name], self._square[name]
            mean += 0.1 * (gradient - mean)
            square += 0.001 * (gradient**2 - square)
            self.parameters[name] -= (
                self.learning_rate * (mean / first) / (np.sqrt(square / second) + 1e-8)
            )
