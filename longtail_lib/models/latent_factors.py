"""What matrix factorisations have in common: one vector a user, one an item, their product."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from numbers import Integral, Real
from typing import Any

import numpy as np

from longtail_lib.models.recommender import Recommender
from longtail_lib.preprocessing.parts import Split

__all__ = ["LatentFactors", "one_blas_thread"]


class LatentFactors(Recommender):
    """Score by the product of a user's and an item's factors, plus the item's bias.

    A subclass sets the three attributes in `_fit`; the rest is here.

    Attributes
    ----------
    user_factors_, item_factors_ : ndarray of float32, shape (n_users, f) and (n_items, f)
    item_biases_ : ndarray of float32, shape (n_items,)
    """

    user_factors_: np.ndarray
    item_factors_: np.ndarray
    item_biases_: np.ndarray

    def _check_training(self, **positive: float) -> None:
        """Refuse numbers that cannot be trained with, by the name of the parameter."""
        name = type(self).__name__
        for parameter in ("factors", "iterations"):
            value = getattr(self, parameter)
            whole = isinstance(value, Integral) and not isinstance(value, bool)
            if not whole or value < 1:
                raise ValueError(
                    f"{name}: {parameter} must be a whole number of at least 1, got {value!r}"
                )
        for parameter, value in positive.items():
            if not isinstance(value, Real) or not 0 < value < np.inf:
                raise ValueError(f"{name}: {parameter} must be a positive number, got {value!r}")

    def _train(self, theirs: Any, parts: Split, advice: str) -> None:
        """Run implicit's own fit, quietly, and refuse factors that are not finite."""
        from implicit.recommender_base import ModelFitError

        try:
            theirs.fit(parts.train, show_progress=self.progress)
            finite = all(np.isfinite(x).all() for x in (theirs.user_factors, theirs.item_factors))
        except ModelFitError:
            finite = False
        if not finite:
            raise ValueError(
                f"{type(self).__name__}: training gave factors that are not finite; {advice}"
            )

    def _score(self, user_rows: np.ndarray) -> np.ndarray:
        scores = self.user_factors_[user_rows] @ self.item_factors_.T
        scores += self.item_biases_
        return scores

    def _state(self) -> dict[str, np.ndarray]:
        return {
            "user_factors": self.user_factors_,
            "item_factors": self.item_factors_,
            "item_biases": self.item_biases_,
        }

    def _restore(self, state: dict[str, np.ndarray]) -> None:
        self.user_factors_ = state["user_factors"]
        self.item_factors_ = state["item_factors"]
        self.item_biases_ = state["item_biases"]


def import_implicit(model: str) -> Any:
    """Import the CPU side of the package implicit, or say how to install it.

    Raises
    ------
    ImportError
        It is not installed.
    """
    try:
        import implicit.cpu.als
        import implicit.cpu.bpr
    except ImportError as error:
        raise ImportError(
            f"{model} wraps the package implicit, which is not installed here; run "
            "'pip install \"longtail-lib[tuning]\"'"
        ) from error
    return implicit.cpu


@contextmanager
def one_blas_thread() -> Iterator[None]:
    """Hold BLAS at one thread, so that sums have one order and implicit has nothing to warn of.

    implicit runs its own threads over users and items; BLAS threads inside them only get in each
    other's way, and implicit warns about them on stderr.
    """
    from threadpoolctl import threadpool_limits

    with threadpool_limits(limits=1, user_api="blas"):
        yield
