"""Which packages the library needs, in which version, and which are here."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from importlib import metadata

__all__ = ["find_version", "is_older", "needed_packages"]

EXTRAS = ("keras", "notebooks", "pandas")
_REQUIREMENT = re.compile(
    r"""^([\w.-]+)\s*(?:>=\s*([\w.]+))?.*?(?:extra\s*==\s*["']([\w-]+)["'])?$"""
)


def needed_packages(
    requirements: Iterable[str] | None = None, extras: Iterable[str] = EXTRAS
) -> dict[str, str]:
    """Return each package that the lessons import, with the lowest version that will do.

    Parameters
    ----------
    requirements : iterable of str, optional
        Requirement lines; those of the installed `longtail-lib` by default.
    extras : iterable of str
        Extras of the library that count as needed.

    Examples
    --------
    >>> needed_packages(["numpy>=2.1", "keras>=3.13; extra == 'keras'", "ruff; extra == 'develop'"])
    {'numpy': '2.1', 'keras': '3.13'}
    """
    if requirements is None:
        try:
            requirements = metadata.requires("longtail-lib") or []
        except metadata.PackageNotFoundError:
            requirements = []
    needed = {}
    for line in requirements:
        match = _REQUIREMENT.match(line.strip())
        if match and (match[3] is None or match[3] in set(extras)):
            needed[match[1]] = match[2] or "0"
    return needed


def find_version(package: str, find: Callable[[str], str] = metadata.version) -> str | None:
    """Return the installed version of a package; None where it is missing.

    Examples
    --------
    >>> find_version("no-such-package") is None
    True
    """
    try:
        return find(package)
    except metadata.PackageNotFoundError:
        return None


def is_older(version: str, minimum: str) -> bool:
    """Whether a version comes before another; only the leading numbers count.

    Examples
    --------
    >>> is_older("2.9.1", "2.21"), is_older("2.21.0rc1", "2.21")
    (True, False)
    """
    return _numbers(version) < _numbers(minimum)


def _numbers(version: str) -> tuple[int, ...]:
    numbers = [int(part) for part in re.match(r"[\d.]*", version)[0].split(".") if part]
    while numbers and numbers[-1] == 0:
        numbers.pop()
    return tuple(numbers)
