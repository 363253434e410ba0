"""The items of a store: attributes, factors behind them, residual, appeal and entry."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import numpy as np

from longtail_lib.simulation._fixed_point import UNIT, exponential, normal, pick, shares, stream
from longtail_lib.simulation._preset import Preset

__all__ = [
    "Catalogue",
    "Value",
    "Vocabulary",
    "draw_catalogue",
    "values",
    "vocabulary_of",
    "write_texts",
]


_SHARE_TOTAL = 1 << 16


@dataclass(frozen=True)
class Catalogue:
    """What the simulator knows of the items; factors are integers in units of 2^-10."""

    ids: np.ndarray
    values: dict[str, np.ndarray]
    taste: np.ndarray
    residual: np.ndarray
    appeal: np.ndarray
    entry: np.ndarray
    factors: dict[str, np.ndarray]

    @property
    def subjects(self) -> tuple[str, str]:
        """The attributes by which one browses and searches: the category and the second one."""
        first, second = list(self.values)[:2]
        return first, second


def draw_catalogue(preset: Preset, vocabulary: Vocabulary, seed: int) -> Catalogue:
    """Draw the items of a store."""
    rng = stream(seed, f"{preset.name} catalogue")
    n_items, n_dimensions = preset.n_items, preset.taste_dimensions
    n_categories = len(vocabulary.attributes["category"])

    values: dict[str, np.ndarray] = {}
    category_weights = shares(
        exponential(normal(rng, (1, n_categories)) * 0.5 / UNIT), _SHARE_TOTAL
    )
    category = pick(rng, category_weights[0], n_items)
    taste = np.zeros((n_items, n_dimensions), dtype=np.int64)
    factors: dict[str, np.ndarray] = {}
    for attribute, choices in vocabulary.attributes.items():
        if attribute == "category":
            values[attribute] = category
        else:
            weights = shares(
                exponential(normal(rng, (n_categories, len(choices))) * 0.75 / UNIT), _SHARE_TOTAL
            )
            values[attribute] = _pick_by_row(rng, weights, category)
        drawn = _factors(rng, [value.family for value in choices], n_dimensions)
        factors[attribute] = drawn * round(16 * vocabulary.weights[attribute]) // 16
        taste += factors[attribute][values[attribute]]
    centre = taste.sum(axis=0) // n_items

    # Skewed: a few items please nearly everybody, most are much alike.
    skewed = exponential(normal(rng, n_items) * 0.75 / UNIT)
    appeal = np.floor((np.minimum(skewed, 9.0) - 1.325) * preset.appeal_spread * UNIT)
    appeal = appeal.astype(np.int64)
    late = rng.integers(0, UNIT, n_items) < round(preset.late_share * UNIT)
    entry = np.where(late, rng.integers(1, preset.blocks, n_items), 0)
    # Every category has something to browse from the first day.
    entry[np.unique(category, return_index=True)[1]] = 0
    return Catalogue(
        ids=_ids(preset.item_prefix, n_items),
        values=values,
        taste=taste - centre,
        residual=normal(rng, (n_items, preset.residual_dimensions)),
        appeal=appeal,
        entry=entry,
        factors=factors,
    )


def _ids(prefix: str, n: int) -> np.ndarray:
    width = max(4, len(str(n)))
    return np.array([f"{prefix}{number:0{width}d}" for number in range(1, n + 1)])


def _factors(rng: np.random.Generator, families: list[str], n_dimensions: int) -> np.ndarray:
    names = sorted(set(families))
    family = normal(rng, (len(names), n_dimensions))[[names.index(name) for name in families]]
    own = normal(rng, (len(families), n_dimensions))
    return (13 * family + 11 * own) // 17


def _pick_by_row(rng: np.random.Generator, weights: np.ndarray, rows: np.ndarray) -> np.ndarray:
    cumulative = np.cumsum(weights, axis=1)[rows]
    draws = rng.integers(0, _SHARE_TOTAL, len(rows))
    return (draws[:, None] >= cumulative).sum(axis=1)


_TRIES = 40


def write_texts(
    preset: Preset, vocabulary: Vocabulary, catalogue: Catalogue, seed: int
) -> tuple[list[str], list[str]]:
    """Write a title and a text (title and description) for each item."""
    rng = stream(seed, f"{preset.name} text")
    # One block of draws for each item, so that one item's text never shifts another's.
    draws = rng.integers(0, 1 << 20, (preset.n_items, _TRIES * 6 + 16))
    used: set[str] = set()
    titles, texts = [], []
    for row in range(preset.n_items):
        item = {
            name: choices[catalogue.values[name][row]]
            for name, choices in vocabulary.attributes.items()
        }
        title = _title(vocabulary, item, draws[row, 16:], used)
        used.add(title)
        titles.append(title)
        texts.append(f"{title}. {_description(vocabulary, item, draws[row, :16])}")
    return titles, texts


def _title(vocabulary: Vocabulary, item: dict, draws: np.ndarray, used: set[str]) -> str:
    second = list(item)[1]
    extras = [value.words for name, value in list(item.items())[2:] if value.words]
    for start in range(0, _TRIES * 6, 6):
        d = [int(draw) for draw in draws[start : start + 6]]
        theme = item[second].words
        extra = extras[d[3] % len(extras)]
        title = _one(vocabulary.titles, d[0]).format(
            theme=_one(theme, d[1]),
            other=_one(theme, d[1] + 1 + d[5] % (len(theme) - 1)),
            noun=_one(item["category"].words, d[2]),
            extra=_one(extra, d[4]),
        )
        if title not in used:
            return title
    raise ValueError(
        f"the vocabulary has too few title words for a catalogue of {len(used):,} items and more; "
        "lower n_items or add words"
    )


def _description(vocabulary: Vocabulary, item: dict, draws: np.ndarray) -> str:
    wording = {
        name: _one(value.phrases, int(draw))
        for (name, value), draw in zip(item.items(), draws[2:], strict=False)
    }
    opening = _one(vocabulary.openings, int(draws[0]))
    # No attribute is spoken of twice.
    closings = tuple(
        closing for closing in vocabulary.closings if not _slots(opening) & _slots(closing)
    )
    sentences = [opening.format(**wording), _one(closings, int(draws[1])).format(**wording)]
    return " ".join(_sentence_case(sentence) for sentence in sentences)


def _slots(template: str) -> set[str]:
    return set(re.findall(r"{(\w+)}", template))


def _sentence_case(text: str) -> str:
    return ". ".join(part[:1].upper() + part[1:] for part in text.split(". "))


def _one(options: tuple[str, ...], draw: int) -> str:
    return options[draw % len(options)]


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
