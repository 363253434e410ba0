"""How a fitted recommender goes into a file, and what is believed of a file."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path
from typing import Any, Self

import numpy as np
from scipy.sparse import csr_matrix

from longtail_lib.models._model_file import (
    damaged,
    model_of,
    read_model_file,
    without_path,
    write_model_file,
)
from longtail_lib.models._stored_arrays import Stored, StoredArrays, check_ids, parts_of, read_log
from longtail_lib.models._stored_ids import stored_ids

__all__ = ["Storable"]

_FORMAT = 1


class Storable:
    """The storing side of `Recommender`, from which every model has it."""

    user_ids_: np.ndarray
    item_ids_: np.ndarray
    seen_: csr_matrix
    get_params: Callable[[], dict[str, Any]]
    _check_fitted: Callable[[], None]
    _array_params: tuple[str, ...] = ()

    def _stored_params(self) -> dict[str, Any]:
        """The constructor's arguments as `save` writes them: what JSON can hold, and no path."""
        return without_path(self.get_params() | dict.fromkeys(self._not_stored))

    @property
    def _not_stored(self) -> tuple[str, ...]:
        """Parameters that are None in a file."""
        return self._array_params

    def save(self, path: str | os.PathLike[str]) -> Path:
        """Write the fitted model to one `.npz` file, without pickle.

        The file appears whole or not at all. It keeps the name it is given, whatever its ending.
        """
        self._check_fitted()
        check_ids(type(self).__name__, self.user_ids_, self.item_ids_)
        about = {
            "format": _FORMAT,
            "model": type(self).__name__,
            "parameters": self._stored_params(),
            "reread": self._has_reread,
        }
        arrays = {
            **stored_ids("user_ids", self.user_ids_),
            **stored_ids("item_ids", self.item_ids_),
            **{f"seen_{name}": part for name, part in parts_of(self.seen_).items()},
            **{f"state_{name}": value for name, value in self._to_file().items()},
        }
        return write_model_file(path, about, arrays)

    @classmethod
    def load(cls, path: str | os.PathLike[str]) -> Self:
        """Read a model that `save` wrote; nothing in the file is executed.

        Raises
        ------
        ValueError
            Another model, or an array that is missing, is none of such a model's, has another
            type or shape, or holds what is no number.
        """
        with read_model_file(path) as (about, stored):
            if about["format"] != _FORMAT:
                raise ValueError(
                    f"{path} is a model file in format {about['format']}, this version of "
                    f"longtail_lib reads format {_FORMAT}; fit and save it again"
                )
            if about["model"] != cls.__name__:
                raise ValueError(
                    f"{path} holds a {about['model']}, not a {cls.__name__}; call "
                    f"{about['model']}.load"
                )
            with damaged(path):
                model = model_of(cls, about["parameters"])
                model.user_ids_, model.item_ids_, model.seen_ = read_log(stored, cls.__name__)
                model._has_reread = about.get("reread", False) is True
                model._from_file(stored.within("state_"))
                stored.finish()
        return model

    def _state_shapes(self) -> dict[str, Stored] | None:
        """What each array of `_state` must be; None leaves all but finite numbers to `_restore`."""
        return None

    def _state(self) -> dict[str, np.ndarray]:
        """Learned attributes as arrays, for `save`."""
        return {name: getattr(self, f"{name}_") for name in self._state_shapes() or {}}

    def _restore(self, state: dict[str, np.ndarray]) -> None:
        """Set learned attributes from what `_state` gave."""
        for name, value in state.items():
            setattr(self, f"{name}_", value)

    def _to_file(self) -> dict[str, np.ndarray]:
        """What a file holds beside ids and seen items."""
        return self._state()

    def _from_file(self, stored: StoredArrays) -> None:
        self._restore(stored.read(self._state_shapes()))
