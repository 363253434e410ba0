"""Spaces worth searching for the library's own models."""

from __future__ import annotations

import tomllib
from pathlib import Path
from typing import Any

from longtail_lib.tuning._proposal import KINDS

__all__ = ["default_space", "read_toml"]


def read_toml(path: Path) -> dict[str, Any]:
    """Read a table in which "None" is None and ["log", 1.0, 9.0] is a range as `tune` takes it."""
    return _as_python(tomllib.loads(path.read_text(encoding="utf-8")))


def _as_python(value: Any) -> Any:
    """Turn what TOML has no words for, None and tuples, into Python at any depth."""
    if isinstance(value, dict):
        return {name: _as_python(one) for name, one in value.items()}
    if isinstance(value, list):
        is_range = len(value) == 3 and value[0] in KINDS
        return tuple(value) if is_range else [_as_python(one) for one in value]
    return None if value == "None" else value


# By name, so that no model is imported before it is used.
_SPACES: dict[str, dict[str, Any]] = read_toml(Path(__file__).with_name("default_spaces.toml"))


def default_space(model_class: Any) -> dict[str, Any]:
    """Return a search space for a model of the library, to use or to start from.

    Parameters
    ----------
    model_class : class or str
        A recommender, a class derived from one, or its name.

    Returns
    -------
    dict
        A fresh one, in the grammar of `tune`.

    Raises
    ------
    KeyError
        No space is known.

    Examples
    --------
    >>> default_space("EASE")
    {'l2': ('log', 10.0, 5000.0), 'popularity_exponent': ('float', 0.0, 0.5)}
    """
    ancestors = getattr(model_class, "__mro__", ())
    names = [model_class] if isinstance(model_class, str) else [one.__name__ for one in ancestors]
    for name in names:
        if name in _SPACES:
            return dict(_SPACES[name])
    asked = (
        model_class
        if isinstance(model_class, str)
        else getattr(model_class, "__name__", repr(model_class))
    )
    raise KeyError(
        f"no default space for {asked}; there are some for {', '.join(_SPACES)}. Write your own, "
        "such as {'l2': ('log', 1, 5000)}"
    )
