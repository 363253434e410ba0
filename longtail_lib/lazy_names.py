"""Names that a package imports when they are first used (PEP 562)."""

import sys
from collections.abc import Callable, Iterable, Mapping
from importlib import import_module
from typing import Any

__all__ = ["lazy_names"]


def lazy_names(
    package: str, homes: Mapping[str, str], eager: Iterable[str] = ()
) -> tuple[Callable[[str], Any], Callable[[], list[str]], list[str]]:
    """Make a package's `__getattr__`, `__dir__` and `__all__`.

    A module must not bear the name of a public thing inside it: importing the module would put it
    in that thing's place.

    Parameters
    ----------
    package : str
        The package's `__name__`.
    homes : mapping of str to str
        Public names, and the module of the package that holds each.
    eager : iterable of str
        Public names that the package has already.

    Returns
    -------
    tuple of function, function and list of str

    Examples
    --------
    >>> __getattr__, __dir__, __all__ = lazy_names("longtail_lib", {"Dataset": "data"})
    >>> __getattr__("Dataset").__name__
    'Dataset'
    >>> __getattr__("Datset")
    Traceback (most recent call last):
        ...
    AttributeError: module 'longtail_lib' has no attribute 'Datset'
    """
    public = sorted({*homes, *eager})

    def get(name: str) -> Any:
        if name not in homes:
            raise AttributeError(f"module {package!r} has no attribute {name!r}")
        value = getattr(import_module(f"{package}.{homes[name]}"), name)
        setattr(sys.modules[package], name, value)
        return value

    def names() -> list[str]:
        return sorted({*vars(sys.modules[package]), *public})

    return get, names, public
