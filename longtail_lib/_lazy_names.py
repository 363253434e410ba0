"""Names that a package imports when they are first used (PEP 562), and that tools see."""

from __future__ import annotations

import ast
import sys
import warnings
from collections.abc import Callable, Mapping
from importlib import import_module
from pathlib import Path
from typing import Any

__all__ = ["lazy_names"]


def lazy_names(
    package: str, file: str, deprecated: Mapping[str, str] | None = None
) -> tuple[Callable[[str], Any], Callable[[], list[str]], list[str]]:
    """Make a package's `__getattr__`, `__dir__` and `__all__` from its block for type checkers."""
    homes = _homes(file)
    public = sorted(homes)
    old = dict(deprecated or {})

    def get(name: str) -> Any:
        if name in old:
            warnings.warn(
                f"{package}.{name} is now called {old[name]}; the old name goes with the next "
                "release",
                FutureWarning,
                stacklevel=2,
            )
            name = old[name]
        if name not in homes:
            raise AttributeError(f"module {package!r} has no attribute {name!r}")
        value = getattr(import_module(homes[name]), name)
        setattr(sys.modules[package], name, value)
        return value

    def names() -> list[str]:
        return sorted({*vars(sys.modules[package]), *public})

    return get, names, public


def _homes(file: str) -> dict[str, str]:
    """Names of the block for type checkers, and the module of each."""
    tree = ast.parse(Path(file).read_text(encoding="utf-8"))
    blocks = [
        node
        for node in tree.body
        if isinstance(node, ast.If)
        and isinstance(node.test, ast.Name)
        and node.test.id == "TYPE_CHECKING"
    ]
    return {
        alias.asname or alias.name: str(statement.module)
        for block in blocks
        for statement in block.body
        if isinstance(statement, ast.ImportFrom)
        for alias in statement.names
    }
