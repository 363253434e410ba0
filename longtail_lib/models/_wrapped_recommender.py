"""Recommenders that wrap another one: how it is fitted, and how both go into one file."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from importlib import import_module
from typing import Any, ClassVar, Self

import numpy as np
from scipy.sparse import csr_matrix

from longtail_lib._parameters import Constraint, Satisfies
from longtail_lib.models._model_file import model_of, read_header, to_header
from longtail_lib.models._recommender import Recommender
from longtail_lib.models._refit import same_train
from longtail_lib.models._stored_arrays import Stored, StoredArrays
from longtail_lib.preprocessing import Split

__all__ = ["RECOMMENDER", "WrappedRecommender", "find_class", "unfitted_copy"]


# Packages whose public Recommenders a file may name. A file never names a module to import.
_PACKAGES = ("models", "debias", "rerank")


RECOMMENDER = Satisfies(
    "a recommender of longtail_lib",
    lambda value: isinstance(value, Recommender),
    mend="pass an object such as EASE(l2=200.0)",
)


class WrappedRecommender(Recommender):
    """Base class of a recommender whose constructor takes another one as `model`.

    `fit` leaves the given model as it is. A model that was fitted on the same train part is used
    without fitting it again; otherwise a fresh copy with the same parameters is fitted. So one
    expensive fit serves many wrappers, and a wrapper that is fitted on another split learns anew.
    The copy has no `checkpoint`, which belongs to one training on one split: to have a long fit
    resumed, fit the model itself and wrap it then.

    A subclass writes `_fit_around(parts)`, `_score(user_rows)` on `model_`, and for `save`
    `_own_shapes()`, or `_own_state()` and `_restore_own(state)`, as `Recommender` has them without
    "own"; parameters named in `_array_params` belong there. Further parameters that are
    recommenders are named in `_further_models`; fitted, they are kept under the parameter's name
    and an underscore. A wrapper that may choose something on validation writes
    `_left_to_validation()`, names what it chooses in `_choices` and chooses it in `_choose(parts)`:
    a refit then keeps the choice.

    Attributes
    ----------
    model_ : Recommender
        The fitted inner model.
    """

    _constraints: ClassVar[dict[str, Constraint]] = {"model": RECOMMENDER}
    _further_models: tuple[str, ...] = ()
    _choices: tuple[str, ...] = ()
    # What an earlier fit chose on validation, for a copy that shall keep it.
    _decided: Mapping[str, np.ndarray] | None = None

    def _check_parameters(self, parts: Split) -> None:
        super()._check_parameters(parts)
        if self._chooses() and parts.validation.nnz == 0:
            raise ValueError(
                f"{type(self).__name__}: {self._left_to_validation()} is left to validation, and "
                f"that part of {parts!r} is empty; split with a larger share for validation, or "
                "give another value"
            )

    def _fit(self, parts: Split) -> None:
        for name in self._inner():
            given = getattr(self, name)
            setattr(self, f"{name}_", fitted_on(given, parts))
        self._fit_around(parts)
        if self._chooses():
            self._choose(parts)
        for name, value in (self._decided or {}).items():
            setattr(self, name, value)

    def _fit_around(self, parts: Split) -> None:
        """Learn what the wrapper needs beside `model_`."""

    def _left_to_validation(self) -> str:
        """Name the parameter, with its value, that leaves a choice to validation; empty if none."""
        return ""

    def _choose(self, parts: Split) -> None:
        """Set the attributes named in `_choices` to what is best on validation."""

    def _chooses(self) -> bool:
        return bool(self._left_to_validation()) and self._decided is None

    def _own_shapes(self) -> dict[str, Stored] | None:
        """What each array of `_own_state` must be."""
        return None

    @property
    def decides_on_validation(self) -> bool:
        inner = (model.decides_on_validation for model in self._inner().values())
        return self._chooses() or any(inner)

    def _settled(self, parts: Split) -> Self:
        settled = self._unfitted(**{name: one.refit(parts) for name, one in self._inner().items()})
        if self._left_to_validation():
            settled._decided = {name: getattr(self, name) for name in self._choices}
        return settled

    def _inner(self) -> dict[str, Recommender]:
        """Models among the parameters, fitted where they are."""
        names = ("model", *self._further_models)
        return {name: getattr(self, f"{name}_", getattr(self, name)) for name in names}

    def _own_state(self) -> dict[str, np.ndarray]:
        return {name: getattr(self, f"{name}_") for name in self._own_shapes() or {}}

    def _restore_own(self, state: dict[str, np.ndarray]) -> None:
        """Set learned attributes from what `_own_state` gave."""
        for name, value in state.items():
            setattr(self, f"{name}_", value)

    @property
    def _not_stored(self) -> tuple[str, ...]:
        return ("model", *self._further_models, *self._array_params)

    @property
    def _scores_without_history(self) -> bool:  # type: ignore[override]
        return all(model._scores_without_history for model in self._inner().values())

    def _fold_in(self, known: csr_matrix, columns: np.ndarray, lengths: np.ndarray) -> None:
        for name, model in self._inner().items():
            folded = model._folded(self.seen_, self.user_ids_, columns, lengths)
            setattr(self, f"{name}_", folded)

    def _reread(self, parts: Split) -> None:
        for name, model in self._inner().items():
            setattr(self, f"{name}_", model._reread_copy(parts))

    def _similar(self, items: np.ndarray, among: np.ndarray) -> np.ndarray:
        return self.model_._similar(items, among)

    def _to_file(self) -> dict[str, np.ndarray]:
        state = {f"own_{name}": value for name, value in self._own_state().items()}
        for parameter, about, prefix in self._places():
            inner = getattr(self, f"{parameter}_")
            state[about] = to_header(
                {"model": type(inner).__name__, "parameters": inner._stored_params()}
            )
            state |= {f"{prefix}{name}": value for name, value in inner._to_file().items()}
        return state

    def _from_file(self, stored: StoredArrays) -> None:
        for parameter, about, prefix in self._places():
            header = read_header(stored, about)
            inner = model_of(find_class(header["model"]), header["parameters"])
            # Inner models were fitted on the same split, so ids and seen items are stored once.
            for name in ("user_ids_", "item_ids_", "seen_", "_has_reread"):
                setattr(inner, name, getattr(self, name))
            inner._from_file(stored.within(prefix))
            setattr(self, parameter, inner)
            setattr(self, f"{parameter}_", inner)
        self._restore_own(stored.within("own_").read(self._own_shapes()))

    def _places(self) -> list[tuple[str, str, str]]:
        """For each inner model: its parameter, and how its parts are named in the file."""
        further = [(name, f"about_{name}", f"{name}_") for name in self._further_models]
        return [("model", "about", "inner_"), *further]


def fitted_on(model: Recommender, parts: Split) -> Recommender:
    """Return the model where it was fitted on this train part, else a fitted fresh copy."""
    if same_train(model, parts):
        return model
    # Models inside of it see for themselves whether they have to be fitted anew.
    return model._unfitted().fit(parts)


def find_class(name: str) -> type[Recommender]:
    """Find a recommender class by its name: the library's own first, then any that is imported."""
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


def _descendants(base: type) -> Iterator[type]:
    for child in base.__subclasses__():
        yield child
        yield from _descendants(child)


def unfitted_copy(model: Recommender, seed_shift: int = 0, *, inner: bool = True) -> Recommender:
    """Make a new instance with the same parameters; models among the parameters are copied too.

    The model stays as it is. A parameter named `checkpoint` becomes None: another fit must not go
    on from where the last one stopped.

    Parameters
    ----------
    seed_shift : int
        Added to every parameter named `seed`, so that repeated fits draw anew.
    inner : bool
        Copy models among the parameters as well; otherwise the copy holds the same ones, fitted
        as they are.

    Examples
    --------
    >>> from longtail_lib.models import EASE, Random
    >>> unfitted_copy(EASE(l2=50.0))
    EASE(l2=50.0, popularity_exponent=0.0, top_weights=None)
    >>> unfitted_copy(Random(seed=3), seed_shift=2)
    Random(seed=5)
    """
    if not isinstance(model, Recommender):
        raise TypeError(
            f"unfitted_copy takes a recommender, got {type(model).__name__}; derive your model "
            "from longtail_lib.models.Recommender"
        )
    changed: dict[str, Any] = {}
    for name, value in model.get_params().items():
        if inner and isinstance(value, Recommender):
            changed[name] = unfitted_copy(value, seed_shift)
        elif name == "seed" and isinstance(value, int):
            changed[name] = value + seed_shift
    return model._unfitted(**changed)
