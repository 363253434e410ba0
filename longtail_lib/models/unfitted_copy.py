"""The same model before it learned anything, for another fit."""

from __future__ import annotations

from typing import Any

from longtail_lib.models.recommender import Recommender

__all__ = ["unfitted_copy"]


def unfitted_copy(model: Recommender, seed_shift: int = 0) -> Recommender:
    """Make a new instance with the same parameters; models among the parameters are copied too.

    Parameters
    ----------
    model : Recommender
        Fitted or not; it stays as it is.
    seed_shift : int
        Added to every parameter named `seed`, so that repeated fits draw anew.

    Returns
    -------
    Recommender
        Of the same class. A parameter named `checkpoint` becomes None: another fit must not go
        on from where the last one stopped.

    Raises
    ------
    TypeError
        Not a recommender.

    Examples
    --------
    >>> from longtail_lib.models import Ease, Random
    >>> unfitted_copy(Ease(l2=50.0))
    Ease(l2=50.0, popularity_exponent=0.0, top_weights=None)
    >>> unfitted_copy(Random(seed=3), seed_shift=2)
    Random(seed=5)
    """
    if not isinstance(model, Recommender):
        raise TypeError(
            f"unfitted_copy takes a recommender, got {type(model).__name__}; derive your model "
            "from longtail_lib.models.Recommender"
        )
    parameters = {
        name: _anew(name, value, seed_shift) for name, value in model.get_params().items()
    }
    return type(model)(**parameters)


def _anew(name: str, value: Any, seed_shift: int) -> Any:
    if isinstance(value, Recommender):
        return unfitted_copy(value, seed_shift)
    if name == "checkpoint":
        return None
    if name == "seed" and isinstance(value, int):
        return value + seed_shift
    return value
