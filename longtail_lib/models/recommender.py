"""What every model of the library is: fit, score, recommend, save, load."""

from __future__ import annotations

import inspect
import json
import os
from abc import ABC, abstractmethod
from pathlib import Path
from typing import Any, Self

import numpy as np
from scipy.sparse import csr_matrix

from longtail_lib.preprocessing.parts import Split

__all__ = ["NotFittedError", "Recommender"]

_FORMAT = 1


class NotFittedError(RuntimeError):
    """A model was asked for scores before `fit`."""


class Recommender(ABC):
    """Base class of everything that scores items, in scikit-learn's manners.

    The constructor stores its arguments under their own names and does no work. `fit` takes a
    `Split`, reads nothing but its train matrix (and validation, where a model stops early on it)
    and returns the model. Learned attributes end in an underscore.

    A subclass writes `_fit(parts)`, `_score(user_rows)` and, for `save`, `_state()` and
    `_restore(state)`.

    Attributes
    ----------
    user_ids_, item_ids_ : ndarray
        Source ids behind rows and columns.
    seen_ : csr_matrix, shape (n_users, n_items)
        Train interactions, left out of `recommend`.
    """

    def fit(self, parts: Split) -> Self:
        """Learn from the train part and return self.

        Raises
        ------
        ValueError
            The train part is empty.
        """
        if parts.train.nnz == 0:
            raise ValueError(
                f"{type(self).__name__}.fit: the train part of {parts!r} is empty; "
                "check the thresholds given to prepare and the shares given to split"
            )
        self.user_ids_ = parts.user_ids
        self.item_ids_ = parts.item_ids
        self.seen_ = parts.train
        self._fit(parts)
        return self

    def score(self, user_rows: Any) -> np.ndarray:
        """Score the whole catalogue for some users.

        Parameters
        ----------
        user_rows : array of int, shape (n,)
            Rows of the split the model was fitted on.

        Returns
        -------
        ndarray of float32, shape (n, n_items)
            Higher is better. Seen items are scored like all others.

        Raises
        ------
        NotFittedError
            `fit` or `load` has not run.
        IndexError
            A row outside the split.
        """
        self._check_fitted()
        rows = np.atleast_1d(np.asarray(user_rows, dtype=np.int64))
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

        Equal scores are ordered by catalogue position. A user who has seen so much that fewer
        than k candidates remain gets the seen items last, with score -inf.

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
        KeyError
            An unknown user id.
        ValueError
            k outside 1 to the size of the catalogue.
        """
        self._check_fitted()
        if not 1 <= k <= len(self.item_ids_):
            raise ValueError(
                f"k must lie between 1 and the {len(self.item_ids_)} items of the catalogue, got {k}"
            )
        rows = Split.user_rows(self, users)
        scores = self.score(rows)
        if exclude_seen:
            seen = self.seen_[rows]
            scores[np.repeat(np.arange(len(rows)), np.diff(seen.indptr)), seen.indices] = -np.inf
        order = np.argsort(-scores, axis=1, kind="stable")[:, :k]
        return self.item_ids_[order], np.take_along_axis(scores, order, axis=1)

    def get_params(self) -> dict[str, Any]:
        """Return the constructor's arguments by name."""
        names = list(inspect.signature(type(self).__init__).parameters)[1:]
        return {name: getattr(self, name) for name in names}

    def save(self, path: str | os.PathLike[str]) -> Path:
        """Write the fitted model to one `.npz` file, without pickle.

        The file appears whole or not at all.
        """
        self._check_fitted()
        path = Path(path)
        about = {
            "format": _FORMAT,
            "model": type(self).__name__,
            "parameters": self.get_params(),
            "n_items": len(self.item_ids_),
        }
        arrays = {
            "about": np.frombuffer(json.dumps(about).encode(), dtype=np.uint8),
            "user_ids": self.user_ids_,
            "item_ids": self.item_ids_,
            "seen_indptr": self.seen_.indptr,
            "seen_indices": self.seen_.indices,
            **{f"state_{name}": value for name, value in self._state().items()},
        }
        part = path.with_name(path.name + ".part")
        try:
            with part.open("wb") as file:
                np.savez(file, **arrays)
            part.replace(path)
        finally:
            part.unlink(missing_ok=True)
        return path

    @classmethod
    def load(cls, path: str | os.PathLike[str]) -> Self:
        """Read a model that `save` wrote.

        Raises
        ------
        FileNotFoundError
            No such file.
        ValueError
            The file is not a saved model, is damaged, or holds another class.
        """
        path = Path(path)
        if not path.is_file():
            raise FileNotFoundError(f"no saved model at {path}")
        try:
            with np.load(path, allow_pickle=False) as file:
                arrays = {name: file[name] for name in file.files}
            about = json.loads(arrays.pop("about").tobytes())
            saved = about["model"]
        except Exception as error:
            raise ValueError(
                f"{path} is not a model saved by longtail_lib, or it is damaged ({error}); "
                "fit and save it again"
            ) from error
        if saved != cls.__name__ or about["format"] != _FORMAT:
            raise ValueError(
                f"{path} holds a {saved} in format {about['format']}, not a {cls.__name__} in "
                f"format {_FORMAT}; call {saved}.load"
            )
        model = cls(**about["parameters"])
        model.user_ids_ = arrays.pop("user_ids")
        model.item_ids_ = arrays.pop("item_ids")
        indices, indptr = arrays.pop("seen_indices"), arrays.pop("seen_indptr")
        model.seen_ = csr_matrix(
            (np.ones(len(indices), dtype=np.float32), indices, indptr),
            shape=(len(model.user_ids_), len(model.item_ids_)),
        )
        model._restore({name.removeprefix("state_"): value for name, value in arrays.items()})
        return model

    @abstractmethod
    def _fit(self, parts: Split) -> None:
        """Learn; set attributes that end in an underscore."""

    @abstractmethod
    def _score(self, user_rows: np.ndarray) -> np.ndarray:
        """Score checked rows; a fresh float32 array that the caller may overwrite."""

    @abstractmethod
    def _state(self) -> dict[str, np.ndarray]:
        """Learned attributes as arrays, for `save`."""

    @abstractmethod
    def _restore(self, state: dict[str, np.ndarray]) -> None:
        """Set learned attributes from what `_state` gave."""

    def _check_fitted(self) -> None:
        if not hasattr(self, "item_ids_"):
            raise NotFittedError(
                f"this {type(self).__name__} is not fitted yet; call fit(parts) first"
            )

    def __repr__(self) -> str:
        inside = ", ".join(f"{name}={value!r}" for name, value in self.get_params().items())
        return f"{type(self).__name__}({inside})"
