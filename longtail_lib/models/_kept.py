"""What a model makes of its arrays when it is first asked, for itself and its copies."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar

__all__ = ["kept", "store_of"]

Made = TypeVar("Made")


def store_of(model: Any) -> dict[str, Any]:
    """Return where a model keeps such things; a shallow copy made afterwards shares it."""
    return model.__dict__.setdefault("_kept", {})


def kept(model: Any, name: str, of: tuple[Any, ...], make: Callable[[], Made]) -> Made:
    """Return what was last made of these very objects, or make it."""
    store = store_of(model)
    last = store.get(name)
    if last is None or any(one is not other for one, other in zip(last[0], of, strict=True)):
        last = store[name] = of, make()
    return last[1]
