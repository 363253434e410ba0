"""The words of a catalogue: what each attribute value is called, and how text speaks of it."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path

__all__ = ["Value", "Vocabulary", "values", "vocabulary_of"]

_FOLDER = Path(__file__).with_name("vocabularies")


@dataclass(frozen=True)
class Value:
    """One attribute value and its wordings."""

    name: str
    family: str
    words: tuple[str, ...]
    phrases: tuple[str, ...]


@dataclass(frozen=True)
class Vocabulary:
    """Attributes of a catalogue with their values, and the templates that join them."""

    attributes: Mapping[str, tuple[Value, ...]]
    weights: Mapping[str, float]
    titles: tuple[str, ...]
    openings: tuple[str, ...]
    closings: tuple[str, ...]


def values(table: str) -> tuple[Value, ...]:
    """Read values from lines `name; family; word|word; phrase|phrase`."""
    result = []
    for line in table.strip().splitlines():
        name, family, words, phrases = (part.strip() for part in line.split(";"))
        result.append(
            Value(
                name,
                family,
                tuple(word for word in words.split("|") if word),
                tuple(phrases.split("|")),
            )
        )
    return tuple(result)


@cache
def vocabulary_of(name: str) -> Vocabulary:
    """Return a vocabulary by name, read from its table beside this module."""
    known = sorted(path.stem for path in _FOLDER.glob("*.toml"))
    if name not in known:
        raise KeyError(f"unknown vocabulary {name!r}; there are {', '.join(map(repr, known))}")
    table = tomllib.loads((_FOLDER / f"{name}.toml").read_text(encoding="utf-8"))
    return Vocabulary(
        attributes={attribute: values(rows) for attribute, rows in table["attributes"].items()},
        weights=table["weights"],
        titles=tuple(table["titles"]),
        openings=tuple(table["openings"]),
        closings=tuple(table["closings"]),
    )
