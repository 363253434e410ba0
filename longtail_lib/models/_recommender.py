"""What every model of the library is: fit, score, recommend, save, load."""

from __future__ import annotations

import inspect
from abc import ABC, abstractmethod
from copy import copy
from typing import Any, ClassVar, Self

import numpy as np
from scipy.sparse import csr_matrix

from longtail_lib._parameters import Constraint, check_parameters_of
from longtail_lib.models._kept import store_of
from longtail_lib.models._ranked_lists import block_of_rows
from longtail_lib.models._refit import refitted
from longtail_lib.models._servable import Servable
from longtail_lib.models._storable import Storable
from longtail_lib.models._stored_ids import plain_ids
from longtail_lib.preprocessing import Split

__all__ = ["NotFittedError", "Recommender", "UnsupportedError"]


class NotFittedError(RuntimeError):
    """A model was asked for scores before `fit`."""


class UnsupportedError(NotImplementedError):
    """A model was asked for what has no meaning for it."""


class Recommender(Servable, Storable, ABC):
    """Base class of everything that scores items, in scikit-learn's manners.

    The constructor stores its arguments under their own names and does no work. `fit` takes a
    `Split`, reads nothing but its train matrix (and validation, where a model stops early on it)
    and returns the model. Learned attributes end in an underscore.

    A subclass writes `_fit(parts)`, `_score(user_rows)` and, for `save`, `_state()` and
    `_restore(state)`, or just `_state_shapes()`: what each learned attribute must be when it is
    read. It may declare in `_constraints` what its parameters may be, by name, as
    `longtail_lib._parameters` has it, and refuse in `_check_parameters(parts)` what does not go
    together; `fit` asks both before any work. For new users it writes
    `_fold_in(known, columns, lengths)`, for similar items `_similar(items, among)`, and where a
    few items cost less to score than all, `_score_items(user_rows, columns)`. Parameters in
    `_array_params` are not saved.

    Attributes
    ----------
    user_ids_, item_ids_ : ndarray
        Source ids behind rows and columns, as numbers or text.
    seen_ : csr_matrix, shape (n_users, n_items)
        Histories, left out of `recommend`: the train interactions, or what `with_histories` gave.
    """

    _constraints: ClassVar[dict[str, Constraint]] = {}
    # Whether scores for a user without a history are worth more than what is popular.
    _scores_without_history: bool = False
    # Whether `seen_` went on after the fit.
    _has_reread: bool = False

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
        self.user_ids_ = plain_ids(parts.user_ids, "user")
        self.item_ids_ = plain_ids(parts.item_ids, "item")
        self.seen_, self._has_reread = parts.train, False
        self._kept: dict[str, Any] = {}
        self._fit(parts)
        return self

    @property
    def decides_on_validation(self) -> bool:
        """Whether `fit` reads the validation part: to stop early, or to choose weights."""
        return False

    def refit(self, parts: Split) -> Self:
        """Return a copy that has learned from train and validation, for the measure on test.

        What a model decides on validation, such as the epoch to stop after or the weights of a
        gate, is decided on train alone, by this model where it was fitted on `parts` and by a
        copy where it was not. The copy that comes back is then fitted on `parts.final()` with it,
        and is measured by `evaluate(model.refit(parts), parts.final())`. This model stays as it is;
        one that was fitted on `parts.final()` comes back itself.
        """
        return refitted(self, parts)

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

    def with_histories(self, parts: Split) -> Self:
        """Return a copy whose histories end with the last interaction before the test.

        What was learned stays, a vector of a user's id too; where a model scores by the history,
        the copy reads it anew, from the train part of `parts.final()`. A split over other users
        or another catalogue is a ValueError.

        Examples
        --------
        >>> from longtail_lib.models import ItemKNN
        >>> train = [[1, 0, 0, 0], [1, 1, 0, 0], [0, 1, 1, 0], [0, 1, 1, 1]]
        >>> checked = [[0, 1, 0, 0], [0, 0, 0, 0], [0, 0, 0, 0], [0, 0, 0, 0]]
        >>> parts = Split.from_matrices(train, validation=checked)
        >>> model = ItemKNN(shrinkage=0.0).fit(parts)
        >>> for each in (model, model.with_histories(parts)):
        ...     print(each.recommend(0, k=2)[0])        # item 1 was chosen in validation
        [[1 2]]
        [[2 3]]
        """
        self._check_fitted()
        if not np.array_equal(self.user_ids_, parts.user_ids):
            raise ValueError(
                f"{type(self).__name__}.with_histories: {parts!r} holds other users than the "
                f"{len(self.user_ids_):,} fitted on; new users get lists from recommend_for"
            )
        return self._reread_copy(parts.final())

    def _reread_copy(self, parts: Split) -> Self:
        """Return a copy whose users and histories are those of a train part."""
        if not np.array_equal(self.item_ids_, parts.item_ids):
            raise ValueError(
                f"{type(self).__name__}: {parts!r} has another catalogue than the one of "
                f"{len(self.item_ids_):,} items fitted on"
            )
        other = copy(self)
        # Its own, so that nothing of another split stays with this model.
        other._kept = dict(store_of(self))
        other.user_ids_, other.seen_ = np.asarray(parts.user_ids), parts.train
        other._has_reread = True
        other._reread(parts)
        return other

    def get_params(self) -> dict[str, Any]:
        """Return the constructor's arguments by name."""
        found = list(inspect.signature(type(self).__init__).parameters.values())[1:]
        # A class without a constructor has object's, which takes *args and **kwargs.
        variadic = inspect.Parameter.VAR_POSITIONAL, inspect.Parameter.VAR_KEYWORD
        names = [parameter.name for parameter in found if parameter.kind not in variadic]
        return {name: getattr(self, name) for name in names}

    def _check_parameters(self, parts: Split) -> None:
        """Refuse what is not as declared; a subclass adds what fits no other parameter or split."""
        check_parameters_of(self)

    def _unfitted(self, **changed: Any) -> Self:
        """A copy to fit: the same parameters but for some, and the same models among them."""
        parameters = self.get_params() | changed
        if "checkpoint" in parameters:
            # Another fit must not go on from where this one stopped.
            parameters["checkpoint"] = None
        return type(self)(**parameters)

    def _settled(self, parts: Split) -> Self:
        """An unfitted copy that needs no validation, with what this fit has decided on it."""
        return self._unfitted()

    @abstractmethod
    def _fit(self, parts: Split) -> None:
        """Learn; set attributes that end in an underscore."""

    @abstractmethod
    def _score(self, user_rows: np.ndarray) -> np.ndarray:
        """Score checked rows; a fresh float32 array that the caller may overwrite."""

    def _fold_in(self, known: csr_matrix, columns: np.ndarray, lengths: np.ndarray) -> None:
        """Set what `_score` reads of a user, on a copy whose `seen_` are no longer the `known`.

        The run of columns has each new history in the order of time.
        """
        raise UnsupportedError(
            f"{type(self).__name__}.recommend_for: this model knows nothing but the users it was "
            "fitted on; take one that scores by a user's items, such as EASE"
        )

    def _reread(self, parts: Split) -> None:
        """Set what `_score` reads of a known user's history, on a copy whose `seen_` is new."""

    def _similar(self, items: np.ndarray, among: np.ndarray) -> np.ndarray:
        """Similarity of some columns to others; fresh, float32, shape (n, m)."""
        raise UnsupportedError(
            f"{type(self).__name__}.recommend_items: this model knows no similarity of items, as "
            "ItemKNN does"
        )

    def _score_items(self, user_rows: np.ndarray, columns: np.ndarray) -> np.ndarray:
        """Score some items alone; a subclass writes it where that costs less than all."""
        step = block_of_rows(len(self.item_ids_))
        blocks = np.split(user_rows, range(step, len(user_rows), step))
        return np.concatenate([self._score(rows)[:, columns] for rows in blocks])

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
