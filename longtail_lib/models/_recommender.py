"""What every model of the library is: fit, score, recommend, save, load."""

from __future__ import annotations

import inspect
import os
from abc import ABC, abstractmethod
from operator import index
from pathlib import Path
from typing import Any, ClassVar, Self

import numpy as np

from longtail_lib._parameters import Constraint, check_parameters_of
from longtail_lib.models._model_file import (
    damaged,
    model_of,
    read_model_file,
    without_path,
    write_model_file,
)
from longtail_lib.models._stored_arrays import Stored, StoredArrays, check_ids, read_log
from longtail_lib.preprocessing import Split
from longtail_lib.preprocessing._split_matrices import rows_of
from longtail_lib.ranking import filled_lists, id_keys, mask_seen, top_k, user_key

__all__ = ["NotFittedError", "Recommender"]

_FORMAT = 1
# Scores that recommend holds at a time: 64 MiB.
_BLOCK = 2**24


class NotFittedError(RuntimeError):
    """A model was asked for scores before `fit`."""


class Recommender(ABC):
    """Base class of everything that scores items, in scikit-learn's manners.

    The constructor stores its arguments under their own names and does no work. `fit` takes a
    `Split`, reads nothing but its train matrix (and validation, where a model stops early on it)
    and returns the model. Learned attributes end in an underscore.

    A subclass writes `_fit(parts)`, `_score(user_rows)` and, for `save`, `_state()` and
    `_restore(state)`, or just `_state_shapes()`: what each learned attribute must be when it is
    read. It may declare in `_constraints` what its parameters may be, by name, as
    `longtail_lib._parameters` has it, and refuse in `_check_parameters(parts)` what does not go
    together; `fit` asks both before any work. Parameters in `_array_params` are not saved.

    Attributes
    ----------
    user_ids_, item_ids_ : ndarray
        Source ids behind rows and columns, as numbers or as fixed-width text.
    seen_ : csr_matrix, shape (n_users, n_items)
        Train interactions, left out of `recommend`.
    """

    _constraints: ClassVar[dict[str, Constraint]] = {}
    _array_params: tuple[str, ...] = ()

    def fit(self, parts: Split) -> Self:
        """Learn from the train part and return self.

        Raises
        ------
        TypeError
            Not a split, or ids that are neither all numbers nor all text.
        """
        if not hasattr(parts, "train"):
            raise TypeError(
                f"{type(self).__name__}.fit takes a Split, got {type(parts).__name__}; make one "
                "with split(prepare(data))"
            )
        if parts.train.nnz == 0:
            raise ValueError(
                f"{type(self).__name__}.fit: the train part of {parts!r} is empty; "
                "check the thresholds given to prepare and the shares given to split"
            )
        self._check_parameters(parts)
        self.user_ids_ = _plain_ids(parts.user_ids, "user")
        self.item_ids_ = _plain_ids(parts.item_ids, "item")
        self.seen_ = parts.train
        self._fit(parts)
        return self

    def score(self, user_rows: Any) -> np.ndarray:
        """Score the whole catalogue for some users, float32, shape (n, n_items); higher is better.

        `user_rows`, int (n,), are rows of the split that the model was fitted on. Seen items are
        scored like all others.
        """
        self._check_fitted()
        rows = np.atleast_1d(np.asarray(user_rows))
        if rows.size and rows.dtype.kind not in "iu":
            raise TypeError(
                f"{type(self).__name__}.score takes integer user rows, got {rows.dtype}; source "
                "ids go to recommend"
            )
        rows = rows.astype(np.int64)
        if rows.size and (rows.min() < 0 or rows.max() >= len(self.user_ids_)):
            raise IndexError(
                f"{type(self).__name__}.score: user rows go from 0 to {len(self.user_ids_) - 1}, "
                f"got {rows.min()} to {rows.max()}; source ids go to recommend"
            )
        return self._score(rows)

    def recommend(
        self, users: Any, k: int = 10, exclude_seen: bool = True
    ) -> tuple[np.ndarray, np.ndarray]:
        """Return the k best items of each user.

        The lists are those that `evaluate` measures: equal scores are ordered by a hash of user
        id and item id, so that no place in the catalogue is favoured. A user who has seen so much
        that fewer than k candidates remain gets the seen items last, with score -inf.

        Parameters
        ----------
        users : array of source user ids, shape (n,)
        k : int
            How many items, at most the catalogue's size.
        exclude_seen : bool
            Leave out train interactions.

        Returns
        -------
        items : ndarray of source item ids, shape (n, k)
        scores : ndarray of float32, shape (n, k)

        Raises
        ------
        TypeError
            User ids of another type than the split's, such as "3" for 3.
        ValueError
            Scores that are not a number: the fit diverged.
        """
        self._check_fitted()
        if isinstance(k, bool) or not hasattr(k, "__index__"):
            raise TypeError(f"k must be a whole number of items, got {k!r}")
        k = index(k)
        if not 1 <= k <= len(self.item_ids_):
            raise ValueError(
                f"k must lie between 1 and the {len(self.item_ids_)} items of the catalogue, "
                f"got {k}"
            )
        rows = rows_of(self.user_ids_, users, "user")
        columns = np.empty((len(rows), k), dtype=np.int64)
        best = np.empty((len(rows), k), dtype=np.float32)
        step = max(1, _BLOCK // len(self.item_ids_))
        for start in range(0, len(rows), step):
            block = slice(start, start + step)
            scores = self.score(rows[block])
            if np.isnan(scores).any():
                raise ValueError(
                    f"{type(self).__name__} gave scores that are not a number, so no order exists; "
                    "the fit diverged, try a smaller learning rate or a stronger penalty"
                )
            if exclude_seen:
                mask_seen(scores, self.seen_, rows[block])
            columns[block] = self._best(scores, user_key(id_keys(self.user_ids_[rows[block]])), k)
            best[block] = np.take_along_axis(scores, columns[block], axis=1)
        return self.item_ids_[columns], best

    def _best(self, scores: np.ndarray, user_keys: np.ndarray, k: int) -> np.ndarray:
        """Rank as `evaluate` does, and fill lists up with items of score -inf."""
        # Hashing a catalogue of text ids takes longer than scoring one user.
        hashed = self.__dict__.get("_hashed_ids")
        if hashed is None or hashed[0] is not self.item_ids_:
            hashed = self._hashed_ids = self.item_ids_, id_keys(self.item_ids_)
        lists = top_k(scores, k, user_keys=user_keys, item_keys=hashed[1])
        return filled_lists(lists, scores, user_keys, hashed[1])

    def get_params(self) -> dict[str, Any]:
        """Return the constructor's arguments by name."""
        found = list(inspect.signature(type(self).__init__).parameters.values())[1:]
        # A class without a constructor has object's, which takes *args and **kwargs.
        variadic = inspect.Parameter.VAR_POSITIONAL, inspect.Parameter.VAR_KEYWORD
        names = [parameter.name for parameter in found if parameter.kind not in variadic]
        return {name: getattr(self, name) for name in names}

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
        }
        arrays = {
            "user_ids": self.user_ids_,
            "item_ids": self.item_ids_,
            "seen_indptr": self.seen_.indptr,
            "seen_indices": self.seen_.indices,
            "seen_data": self.seen_.data,
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
                model._from_file(stored.within("state_"))
                stored.finish()
        return model

    def _check_parameters(self, parts: Split) -> None:
        """Refuse what is not as declared; a subclass adds what fits no other parameter or split."""
        check_parameters_of(self)

    @abstractmethod
    def _fit(self, parts: Split) -> None:
        """Learn; set attributes that end in an underscore."""

    @abstractmethod
    def _score(self, user_rows: np.ndarray) -> np.ndarray:
        """Score checked rows; a fresh float32 array that the caller may overwrite."""

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

    def _check_fitted(self) -> None:
        if not hasattr(self, "item_ids_"):
            raise NotFittedError(
                f"this {type(self).__name__} is not fitted yet; call fit(parts) first"
            )

    def __repr__(self) -> str:
        inside = ", ".join(f"{name}={_shown(value)}" for name, value in self.get_params().items())
        return f"{type(self).__name__}({inside})"


def _shown(value: Any) -> str:
    """Say a parameter; of an array its shape, not thousands of numbers."""
    return f"array of shape {value.shape}" if isinstance(value, np.ndarray) else repr(value)


def _plain_ids(ids: Any, what: str) -> np.ndarray:
    """Return ids as numbers or fixed-width text, which are stored without pickle."""
    ids = np.asarray(ids)
    if ids.dtype.kind in "iufU":
        return ids
    kinds = {type(value) for value in ids.tolist()}
    if kinds and (kinds <= {str} or kinds <= {int}):
        return np.asarray(ids.tolist())
    raise TypeError(
        f"{what} ids must be all numbers or all text, got {ids.dtype} holding "
        f"{', '.join(sorted(kind.__name__ for kind in kinds))}; convert the column first, "
        "for example with cast(str)"
    )
