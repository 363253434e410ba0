"""Titles and descriptions that tell the attributes in varied words, and nothing else."""

from __future__ import annotations

import re

import numpy as np

from longtail_lib.data.simulator.catalogue import Catalogue
from longtail_lib.data.simulator.fixed_point import stream
from longtail_lib.data.simulator.preset import Preset
from longtail_lib.data.simulator.vocabulary import Vocabulary

__all__ = ["write_texts"]

_TRIES = 40


def write_texts(
    preset: Preset, vocabulary: Vocabulary, catalogue: Catalogue, seed: int
) -> tuple[list[str], list[str]]:
    """Write a title and a text (title and description) for each item.

    Wordings are drawn at random from the attribute values alone: the text carries them all
    through, in other words each time, and cannot carry residual or appeal.

    Returns
    -------
    titles, texts : list of str, length n_items
        Titles are unique.

    Raises
    ------
    ValueError
        The vocabulary is too small for so many different titles.
    """
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
