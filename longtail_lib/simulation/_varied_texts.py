"""Texts that say the same attribute in many words, popular items and tail items in different ones.

A vocabulary holds two registers that share no content word. Whoever compares words finds nothing
that joins an item of one to an item of the other; whoever knows what the words mean can.
"""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import numpy as np

from longtail_lib.simulation._catalogue import Catalogue, Vocabulary
from longtail_lib.simulation._fixed_point import stream
from longtail_lib.simulation._preset import Preset

__all__ = ["Register", "VariedVocabulary", "Wordings", "varied_vocabulary_of", "write_varied_texts"]

_FOLDER = Path(__file__).with_name("vocabularies") / "varied"
_TRIES = 100
# Draws of one try at a title, and of a description: a pattern and a phrase for each attribute.
_TITLE, _DESCRIPTION = 6, 1 + 2 * 8


@dataclass(frozen=True)
class Wordings:
    """Title words and phrases of one attribute value in one register."""

    words: tuple[str, ...]
    phrases: tuple[str, ...]


@dataclass(frozen=True)
class Register:
    """How one kind of item is described: wordings by attribute and value, and their patterns."""

    values: Mapping[str, Mapping[str, Wordings]]
    patterns: Mapping[str, tuple[str, ...]]


@dataclass(frozen=True)
class VariedVocabulary:
    """Two registers, and the templates that join their clauses."""

    titles: tuple[str, ...]
    sentences: tuple[str, ...]
    popular: Register
    tail: Register


@cache
def varied_vocabulary_of(name: str) -> VariedVocabulary:
    """Return the varied vocabulary of a store, read from its table beside this module."""
    known = sorted(path.stem for path in _FOLDER.glob("*.toml"))
    if name not in known:
        raise KeyError(
            f"there is no varied vocabulary {name!r}; there are {', '.join(map(repr, known))}"
        )
    table = tomllib.loads((_FOLDER / f"{name}.toml").read_text(encoding="utf-8"))
    rows = {
        attribute: [_parts(line) for line in lines.strip().splitlines()]
        for attribute, lines in table["attributes"].items()
    }

    def register(kind: str, first: int) -> Register:
        return Register(
            values={
                attribute: {
                    row[0][0]: Wordings(words=row[first], phrases=row[first + 1])
                    for row in of_attribute
                }
                for attribute, of_attribute in rows.items()
            },
            patterns={attribute: tuple(found) for attribute, found in table[kind].items()},
        )

    return VariedVocabulary(
        titles=tuple(table["titles"]),
        sentences=tuple(table["sentences"]),
        popular=register("popular", 1),
        tail=register("tail", 3),
    )


def _parts(line: str) -> list[tuple[str, ...]]:
    return [
        tuple(one.strip() for one in part.split("|") if one.strip()) for part in line.split(";")
    ]


def write_varied_texts(
    preset: Preset, vocabulary: Vocabulary, catalogue: Catalogue, in_tail: np.ndarray, seed: int
) -> tuple[list[str], list[str]]:
    """Write a title and a text for each item, those of the tail in the tail's register."""
    varied = varied_vocabulary_of(preset.vocabulary)
    rng = stream(seed, f"{preset.name} varied text")
    # One block of draws for each item, so that one item's text never shifts another's.
    draws = rng.integers(0, 1 << 20, (preset.n_items, _TRIES * _TITLE + _DESCRIPTION))
    used: set[str] = set()
    titles, texts = [], []
    for row in range(preset.n_items):
        register = varied.tail if in_tail[row] else varied.popular
        item = {}
        for attribute, named in register.values.items():
            value = vocabulary.attributes[attribute][catalogue.values[attribute][row]]
            item[attribute] = named[value.name]
        own = draws[row].tolist()
        title = _title(varied.titles, item, own[_DESCRIPTION:], used)
        used.add(title)
        titles.append(title)
        texts.append(f"{title}. {_description(varied, register, item, own[:_DESCRIPTION])}")
    return titles, texts


def _title(
    templates: tuple[str, ...], item: dict[str, Wordings], draws: list[int], used: set[str]
) -> str:
    noun, theme, *rest = (wordings.words for wordings in item.values())
    extras = [words for words in rest if words]
    for start in range(0, len(draws), _TITLE):
        d = draws[start : start + _TITLE]
        title = _one(templates, d[0]).format(
            noun=_one(noun, d[1]),
            theme=_one(theme, d[2]),
            other=_one(theme, d[2] + 1 + d[3] % (len(theme) - 1)),
            extra=_one(extras[d[5] % len(extras)], d[4]),
        )
        if title not in used:
            return title
    raise ValueError(
        f"the vocabulary has too few title words for a catalogue of {len(used):,} items and more; "
        "lower n_items, add words, or take wording='plain'"
    )


def _description(
    varied: VariedVocabulary, register: Register, item: dict[str, Wordings], draws: list[int]
) -> str:
    clauses = {
        attribute: _one(register.patterns.get(attribute, ("{}",)), draws[2 * place + 1]).format(
            _one(wordings.phrases, draws[2 * place + 2])
        )
        for place, (attribute, wordings) in enumerate(item.items())
    }
    text = _one(varied.sentences, draws[0]).format(**clauses)
    return ". ".join(sentence[:1].upper() + sentence[1:] for sentence in text.split(". "))


def _one(options: tuple[str, ...], draw: int) -> str:
    return options[draw % len(options)]
