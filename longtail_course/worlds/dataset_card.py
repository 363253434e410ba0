"""The README of a stored dataset, with every figure computed from the data."""

from __future__ import annotations

import os
from pathlib import Path

from longtail_course.worlds._log_figures import LogShape, log_figures, log_shape, period
from longtail_course.worlds._movielens_figures import movielens_figures
from longtail_course.worlds.raw_log import write_dirty_log
from longtail_lib._write_file import write_file
from longtail_lib.data import Dataset
from longtail_lib.simulation import simulate, write_simulated

__all__ = ["card_text", "store_dataset"]

_WITH_DIRTY_LOG = "shop"
_COLUMNS = {
    "interactions": {
        "user_id": "integer",
        "item_id": "text",
        "rating": "what the user said: stars, half stars or number of plays",
        "timestamp": "integer seconds since 1970-01-01, UTC",
        "propensity": "probability that the item was shown to the user in that block of the log",
    },
    "items": {
        "item_id": "text",
        "title": "different for every item",
        "text": "title and description",
        "added": "when the item entered the catalogue, seconds UTC",
    },
    "users": {
        "user_id": "integer",
        "joined": "year",
        "age_group": "five groups",
        "favourite": "category named in the profile; not always the true one",
    },
}

_MAKING = """\
Items have a category and further readable attributes. Every attribute value has hidden factors,
and values of one family have similar ones; an item's taste vector is their sum. Beside it stand a
residual vector that no attribute and no word of the text tells, and an intrinsic appeal. Users
have taste and residual vectors too, and like appeal more (head-lovers) or less (tail-lovers). The
preference of a user for an item is the sum of these parts, squashed to [0, 1]; it is the
probability that the user chooses the item when it is shown.

The log runs over blocks of 30 days. Each place of a slate is filled from the front page (a power
of the interactions so far: popular items become more popular), from a category that interests the
user (its popular items first), by a search for a category and a theme, or uniformly. So the
probability of being shown is known exactly. A user chooses an item at most once. Visitors with
fewer than five interactions are not published.\
"""

_RAW_LOG = """\
Where the folder also holds `raw_log.csv`: that is a part of this log as it might have come from
the shop, with repeated rows, missing and broken fields, mixed time units, a bot and unknown
items. `raw_log.json` counts what is wrong in it; `load_dirty_log()` of the course reads it.\
"""

_LIMITS = """\
- Simulated people are simpler than people: preferences are linear before squashing and do not
  change over time, and the order within a visit means nothing.
- The propensity is the probability of being shown. That an interaction is in the log also needs
  a choice, whose probability is the preference.
- Propensities are those of the logging policy, given what had been counted before the block.
  Leaving out visitors with few interactions shifts them slightly for users near the minimum.
- Ratings are cut so that their histogram fits; they are not calibrated item by item.
- Texts come from templates. They are easier to tell apart than texts of a real catalogue.\
"""


def card_text(dataset: Dataset) -> str:
    """Write the README of a simulated dataset.

    Parameters
    ----------
    dataset : Dataset
        What `simulate` returned.
    """
    card, shape = dataset.card, log_shape(log_figures(dataset))
    parts = [
        f"# {card.name}",
        f"{card.title}.",
        f"{shape.interactions:,} interactions of {shape.users:,} users with a catalogue of "
        f"{shape.items:,} items, {period(dataset)}.",
        "```python\nfrom longtail_lib import load_dataset\n\n"
        f'data = load_dataset("{card.name}")\n```',
        "## How it was made",
        f"`{card.source}`, or `longtail data simulate` with the same seed, makes these files "
        "again. Their content is the same on every platform; compressed bytes may differ between "
        "versions of zlib, so `card.json` holds the sha256 of the content.",
        _MAKING,
        "## Files and columns",
        *(_table(dataset, name) for name in _COLUMNS),
        "`truth.npz`: factors, shares and counts as small integers, read as `data.truth`. "
        "`data.truth.preference(rows)` and `data.truth.propensity(rows)` compute from them.",
        *([_RAW_LOG] if card.name == "shop" else []),
        "## Shape, beside MovieLens latest-small",
        _shape_table(card.name, shape, log_shape(movielens_figures())),
        "## Known limits",
        _LIMITS,
        "## Licence",
        f"{card.licence}. Text and data come from this project's own generator; names of makers "
        "and works are invented.",
    ]
    return "\n\n".join(parts) + "\n"


def _table(dataset: Dataset, name: str) -> str:
    frame = getattr(dataset, name)
    lines = [f"`{name}.csv.gz`, {len(frame):,} rows:", ""]
    for column in frame.columns:
        about = _COLUMNS[name].get(column)
        if about is None:
            about = f"attribute, {frame[column].n_unique()} values"
        lines.append(f"- `{column}`: {about}")
    return "\n".join(lines)


def _shape_table(name: str, shape: LogShape, films: LogShape) -> str:
    rows = [("", name, "MovieLens latest-small")]
    for label, write in _FIGURES.items():
        rows.append((label, write(shape), write(films)))
    if shape.ratings:
        real = films.ratings
        for value, share in shape.ratings.items():
            there = real[value] + (0 if 0.5 in shape.ratings else real[value - 0.5])
            rows.append((f"Share of rating {value:g}", f"{share:.3f}", f"{there:.3f}"))
    lines = ["| " + " | ".join(row) + " |" for row in rows]
    lines.insert(1, "|---|---:|---:|")
    note = "Items with interactions make the first three shares; a whole star stands for "
    note += "itself and the half star below." if 0.5 not in shape.ratings else "itself."
    return "\n".join(lines) + ("\n\n" + note if shape.ratings else "")


_FIGURES = {
    "Share of interactions in the top 20% of items": lambda s: f"{s.top_share:.3f}",
    "Gini of the items' interaction counts": lambda s: f"{s.gini:.3f}",
    "Items with a single interaction": lambda s: f"{s.singletons:.3f}",
    "Share of interactions in the lower half of the catalogue": lambda s: f"{s.bottom_share:.3f}",
    "Cold items": lambda s: f"{s.cold:.3f}",
    "Interactions for each item": lambda s: f"{s.interactions / s.items:.1f}",
    "Interactions of a user: minimum": lambda s: f"{s.activity[0]:.0f}",
    "median": lambda s: f"{s.activity[1]:.1f}",
    "mean": lambda s: f"{s.activity[2]:.1f}",
    "95th percentile": lambda s: f"{s.activity[3]:.0f}",
    "maximum": lambda s: f"{s.activity[4]:.0f}",
}


def store_dataset(name: str, folder: str | os.PathLike[str], seed: int = 7) -> Path:
    """Write a simulated dataset as this project stores it: data, card, page, and the dirty log.

    Parameters
    ----------
    name : {"shop", "video", "music", "social"}
        The shop also gets a deliberately dirty log.
    folder : path
        Made where it does not exist.
    seed : int

    Returns
    -------
    Path
        The folder.
    """
    dataset = simulate(name, seed=seed)
    folder = write_simulated(dataset, folder)
    page = card_text(dataset).encode()
    write_file(folder / "README.md", lambda file: file.write(page))
    if name == _WITH_DIRTY_LOG:
        write_dirty_log(dataset, folder, seed=seed)
    return folder
