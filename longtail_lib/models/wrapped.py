"""Recommenders that wrap another one: how it is fitted, and how both go into one file."""

from __future__ import annotations

from collections.abc import Iterator
from importlib import import_module
from typing import Any

import numpy as np

from longtail_lib.models.model_file import from_header, to_header
from longtail_lib.models.recommender import Recommender
from longtail_lib.preprocessing.parts import Split

__all__ = ["WrappedRecommender", "find_class"]

# Packages whose public Recommenders a file may name. A file never names a module to import.
_PACKAGES = ("models", "debias", "rerank")


class WrappedRecommender(Recommender):
    """Base class of a recommender whose constructor takes another one as `model`.

    `fit` leaves the given model as it is. A model that was fitted on the same train part is used
    without fitting it again; otherwise a fresh copy with the same parameters is fitted. So one
    expensive fit serves many wrappers, and a wrapper that is fitted on another split learns anew.

    A subclass writes `_fit_around(parts)`, `_score(user_rows)` on `model_`, and for `save`
    `_own_state()` and `_restore_own(state)`; parameters that JSON cannot hold are named in
    `_array_params` and belong in `_own_state`.

    Attributes
    ----------
    model_ : Recommender
        The fitted inner model.
    """

    _array_params: tuple[str, ...] = ()

    def _fit(self, parts: Split) -> None:
        self.model_ = fitted_on(self.model, parts, type(self).__name__)
        self._fit_around(parts)

    def _fit_around(self, parts: Split) -> None:
        """Learn what the wrapper needs beside `model_`."""

    def _own_state(self) -> dict[str, np.ndarray]:
        return {}

    def _restore_own(self, state: dict[str, np.ndarray]) -> None:
        """Set learned attributes from what `_own_state` gave."""

    def _stored_params(self) -> dict[str, Any]:
        left_out = ("model", *self._array_params)
        return {
            name: None if name in left_out else value for name, value in self.get_params().items()
        }

    def _state(self) -> dict[str, np.ndarray]:
        inner = self.model_
        about = {"model": type(inner).__name__, "parameters": inner._stored_params()}
        return {
            "about": to_header(about),
            **{f"inner_{name}": value for name, value in inner._state().items()},
            **{f"own_{name}": value for name, value in self._own_state().items()},
        }

    def _restore(self, state: dict[str, np.ndarray]) -> None:
        about = from_header(state["about"])
        inner = find_class(about["model"])(**about["parameters"])
        # The inner model was fitted on the same split, so ids and seen items are stored once.
        for name in ("user_ids_", "item_ids_", "seen_"):
            setattr(inner, name, getattr(self, name))
        inner._restore(_beginning_with("inner_", state))
        self.model = self.model_ = inner
        self._restore_own(_beginning_with("own_", state))


def fitted_on(model: Any, parts: Split, wrapper: str) -> Recommender:
    """Return the model where it was fitted on this train part, else a fitted fresh copy.

    Raises
    ------
    TypeError
        Not a Recommender.
    """
    if not isinstance(model, Recommender):
        shown = model.__name__ if isinstance(model, type) else type(model).__name__
        raise TypeError(
            f"{wrapper}: model must be a recommender of longtail_lib, got {shown}; pass an object "
            "such as Ease(l2=200.0)"
        )
    if _same_train(model, parts):
        return model
    return type(model)(**model.get_params()).fit(parts)


def find_class(name: str) -> type[Recommender]:
    """Find a recommender class by its name: the library's own first, then any that is imported.

    Raises
    ------
    ValueError
        No such class.

    Examples
    --------
    >>> find_class("Popularity").__module__
    'longtail_lib.models.popularity'
    """
    for package in _PACKAGES:
        try:
            module = import_module(f"longtail_lib.{package}")
        except ModuleNotFoundError:
            continue
        if name in module.__all__:
            found = getattr(module, name)
            if isinstance(found, type) and issubclass(found, Recommender):
                return found
    for found in _descendants(Recommender):
        if found.__name__ == name:
            return found
    raise ValueError(
        f"no recommender named {name}; import the module that defines it before loading the file"
    )


def _same_train(model: Recommender, parts: Split) -> bool:
    if not hasattr(model, "item_ids_"):
        return False
    seen, train = model.seen_, parts.train
    if seen is train:
        return True
    return (
        seen.shape == train.shape
        and np.array_equal(model.user_ids_, parts.user_ids)
        and np.array_equal(model.item_ids_, parts.item_ids)
        and np.array_equal(seen.indptr, train.indptr)
        and np.array_equal(seen.indices, train.indices)
        and np.array_equal(seen.data, train.data)
    )


def _descendants(base: type) -> Iterator[type]:
    for child in base.__subclasses__():
        yield child
        yield from _descendants(child)


def _beginning_with(prefix: str, state: dict[str, np.ndarray]) -> dict[str, np.ndarray]:
    return {
        name.removeprefix(prefix): value for name, value in state.items() if name.startswith(prefix)
    }
