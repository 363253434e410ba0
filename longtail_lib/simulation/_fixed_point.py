"""Arithmetic whose last bit is the same on every processor.

`np.exp`, `np.log` and sums of arbitrary floats may differ in their last bits between processors
and library versions, and one differing bit can turn one choice, and with it every later draw. So
the simulator computes with three kinds of numbers only: integers; multiples of 2^-10 (stored as
integers of that unit), whose products and sums float64 holds exactly in whatever order they are
added; and results of a single `+ - * /` or square root, which IEEE 754 rounds in one way only.
Weights become integers before they are summed, and a random draw is compared with an integer.
"""

from __future__ import annotations

import numpy as np

__all__ = [
    "UNIT",
    "exponential",
    "normal",
    "pick",
    "power",
    "shares",
    "squash",
    "stream",
    "whole_power",
]

UNIT = 1024  # one, in units of the grid

_HALVINGS = 12


def stream(seed: int, name: str) -> np.random.Generator:
    """Return an independent random stream of the seed, so that one part never shifts another."""
    return np.random.Generator(np.random.PCG64([seed, *name.encode()]))


def normal(rng: np.random.Generator, shape: int | tuple[int, ...]) -> np.ndarray:
    """Draw standard normal numbers on the grid, as int64 in units of 2^-10."""
    shape = (shape,) if isinstance(shape, int) else tuple(shape)
    total = np.zeros(shape, dtype=np.int64)
    for _ in range(12):
        total += rng.integers(0, 1 << 16, size=shape, dtype=np.int64)
    return (total - 12 * ((1 << 16) - 1) // 2) >> 6


def exponential(x: np.ndarray) -> np.ndarray:
    """Return (1 + x / 4096)^4096, close to e^x and made of multiplications only."""
    value = 1.0 + np.asarray(x, dtype=np.float64) / (1 << _HALVINGS)
    for _ in range(_HALVINGS):
        value = value * value
    return value


def power(x: np.ndarray, quarters: int) -> np.ndarray:
    """Return x to the power of `quarters` / 4, by square roots and multiplications."""
    x = np.asarray(x, dtype=np.float64)
    value = np.ones_like(x)
    # Whole exponents by x itself: the square of a rounded root is not the number again.
    for factor, times in ((x, quarters // 4), (np.sqrt(np.sqrt(x)), quarters % 4)):
        for _ in range(times):
            value = value * factor
    return value


def whole_power(x: np.ndarray, exponent: np.ndarray) -> np.ndarray:
    """Raise x to non-negative whole exponents by squaring; shapes broadcast."""
    exponent = np.asarray(exponent, dtype=np.int64)
    square = np.array(x, dtype=np.float64)
    value = np.ones(np.broadcast_shapes(square.shape, exponent.shape))
    while exponent.any():
        value = np.where(exponent & 1, value * square, value)
        square = square * square
        exponent = exponent >> 1
    return value


def squash(x: np.ndarray) -> np.ndarray:
    """Map real numbers to (0, 1), 0 to one half: (1 + y / sqrt(1 + y^2)) / 2, y = x + x |x| / 2."""
    x = np.asarray(x, dtype=np.float64)
    y = x + x * np.abs(x) * 0.5
    return (1.0 + y / np.sqrt(1.0 + y * y)) * 0.5


def shares(weights: np.ndarray, total: int) -> np.ndarray:
    """Turn each row of weights into positive integers that sum to `total`."""
    weights = np.floor(np.asarray(weights, dtype=np.float64) * UNIT).astype(np.int64) + 1
    n = weights.shape[1]
    # One unit each first, so that no probability is zero.
    parts = 1 + weights * (total - n) // weights.sum(axis=1, keepdims=True)
    rows = np.arange(len(parts))
    parts[rows, weights.argmax(axis=1)] += total - parts.sum(axis=1)
    return parts


def pick(rng: np.random.Generator, weights: np.ndarray, size: int) -> np.ndarray:
    """Draw positions with probability proportional to integer weights, with replacement."""
    cumulative = np.cumsum(weights)
    return np.searchsorted(cumulative, rng.integers(0, cumulative[-1], size=size), side="right")
