"""From a preset and a seed to a dataset with its truth."""

from __future__ import annotations

import math
from dataclasses import fields

import numpy as np
import polars as pl

from longtail_lib._parameters import SEED, Nullable, constrained
from longtail_lib.data import Dataset, DatasetCard
from longtail_lib.simulation._catalogue import Catalogue, draw_catalogue, vocabulary_of, write_texts
from longtail_lib.simulation._fixed_point import UNIT, stream
from longtail_lib.simulation._logging_policy import Events, run_policy
from longtail_lib.simulation._population import (
    AGE_GROUPS,
    Population,
    block_start,
    draw_population,
    draw_times,
    rate,
)
from longtail_lib.simulation._preset import PRESETS, TEXT_SHARE, WORDING, Preset, resolved
from longtail_lib.simulation._read_simulated import PROPENSITY_DIGITS
from longtail_lib.simulation._simulated_truth import SimulatedTruth, preference_of, taste_scale
from longtail_lib.simulation._varied_texts import write_varied_texts
from longtail_lib.tail import popularity_groups

__all__ = ["build_truth", "simulate"]


_BY_USER = (
    "user_taste",
    "user_residual",
    "appeal_weight",
    "mixture",
    "category_interest",
    "theme_interest",
    "places",
)
# All others are stored as int16.
_TYPES = {
    "user_ids": None,
    "item_ids": None,
    "scale": np.int64,
    "category": np.uint8,
    "theme": np.uint8,
    "entry": np.uint8,
    "policy": np.float64,
}
LICENCE = "CC BY 4.0"


@constrained(
    seed=SEED,
    wording=Nullable(WORDING, "to take the preset's own"),
    text_share=Nullable(TEXT_SHARE, "to take the preset's own"),
)
def simulate(
    preset: str | Preset,
    seed: int = 7,
    *,
    wording: str | None = None,
    text_share: float | None = None,
) -> Dataset:
    """Simulate a store: catalogue, visitors, slates, choices and ratings, with the truth.

    Parameters
    ----------
    preset : str or Preset
        "shop", "video", "music", "social", or settings of your own.
    seed : int
        Everything follows from it, bit for bit, on every platform.
    wording : {"plain", "varied"} or None
        In place of the preset's: how texts are written. It changes titles and texts alone, so two
        datasets that differ in it have the same interactions and the same truth.
    text_share : float or None
        In place of the preset's: share of the personal taste that a text can tell, from 0 to 1.
        It changes what users like, and with it the log.

    Returns
    -------
    Dataset
        `interactions` has user_id, item_id, rating (where the preset has one), timestamp and
        `propensity`: the probability that the item was shown to the user in the block of the
        interaction. `truth` is a `SimulatedTruth`.

    Raises
    ------
    ValueError
        Settings under which too few visitors become active.

    Examples
    --------
    >>> from dataclasses import replace
    >>> small = replace(PRESETS["shop"], n_users=50, n_items=600)
    >>> data = simulate(small, seed=1)
    >>> data.n_users, data.n_items
    (50, 600)
    >>> data.truth.preference([0, 1]).shape
    (2, 600)
    """
    preset = resolved(preset, wording, text_share)
    vocabulary = vocabulary_of(preset.vocabulary)
    catalogue = draw_catalogue(preset, vocabulary, seed)
    # MovieLens, too, publishes only users with a minimum of interactions.
    n_visitors = preset.n_users + preset.n_users // 3 + 10
    visitors = draw_population(preset, catalogue, n_visitors, seed)
    truth = build_truth(preset, catalogue, visitors, seed)
    events = run_policy(truth, stream(seed, f"{preset.name} policy"))

    kept = _published(preset, events, n_visitors)
    interactions = _interactions(preset, truth, events, visitors, kept, seed)
    if preset.wording == "varied":
        rows = np.searchsorted(catalogue.ids, interactions["item_id"].to_numpy().astype(str))
        counts = np.bincount(rows, minlength=preset.n_items)
        in_tail = popularity_groups(counts).mask("tail")
        titles, texts = write_varied_texts(preset, vocabulary, catalogue, in_tail, seed)
    else:
        titles, texts = write_texts(preset, vocabulary, catalogue, seed)
    items = {"item_id": catalogue.ids.tolist(), "title": titles, "text": texts}
    for name, choices in vocabulary.attributes.items():
        items[name] = [choices[value].name for value in catalogue.values[name]]
    items["added"] = block_start(preset, catalogue.entry)
    published = _restrict(truth, kept)
    # Whole years, 31,556,952 seconds on average; a negative block is a year before the log.
    first_year = 1970 + preset.start // 31_556_952
    joined = first_year + np.where(
        visitors.joined < 0, visitors.joined, visitors.joined * preset.block_days // 365
    )
    categories = vocabulary.attributes["category"]
    users = pl.DataFrame(
        {
            "user_id": published.user_ids,
            "joined": joined[kept],
            "age_group": [AGE_GROUPS[group] for group in visitors.age_group[kept]],
            "favourite": [categories[value].name for value in visitors.favourite[kept]],
        }
    )
    return Dataset(
        interactions=interactions,
        items=pl.DataFrame(items),
        users=users,
        card=_card(preset, seed),
        truth=published,
    )


def build_truth(
    preset: Preset, catalogue: Catalogue, visitors: Population, seed: int
) -> SimulatedTruth:
    """Join catalogue and visitors to a truth in which nothing has been counted yet."""
    attribute_spread = preset.taste_spread * math.sqrt(preset.text_share)
    residual_spread = preset.taste_spread * math.sqrt(1 - preset.text_share)
    n_visitors = len(visitors.taste)
    truth = SimulatedTruth(
        user_ids=np.arange(1, n_visitors + 1),
        item_ids=catalogue.ids,
        user_taste=visitors.taste,
        item_taste=catalogue.taste,
        user_residual=visitors.residual,
        item_residual=catalogue.residual,
        appeal_weight=visitors.appeal_weight,
        appeal=catalogue.appeal,
        scale=np.array(
            [
                taste_scale(visitors.taste, catalogue.taste, attribute_spread),
                taste_scale(visitors.residual, catalogue.residual, residual_spread),
                round(preset.base * UNIT),
            ]
        ),
        mixture=visitors.mixture,
        category_interest=visitors.category_interest,
        theme_interest=visitors.theme_interest,
        category=catalogue.values[catalogue.subjects[0]],
        theme=catalogue.values[catalogue.subjects[1]],
        entry=catalogue.entry,
        counted=np.zeros((preset.blocks, preset.n_items), dtype=np.int64),
        places=np.zeros((n_visitors, preset.blocks), dtype=np.int64),
        policy=np.array([preset.front_power, preset.browse_power, preset.head_start]),
    )
    _plan_visits(preset, truth, visitors, seed)
    return truth


def _plan_visits(preset: Preset, truth: SimulatedTruth, visitors: Population, seed: int) -> None:
    """Decide before the log begins how many slates each visitor will see in each block."""
    rng = stream(seed, f"{preset.name} visits")
    n_visitors, n_probes = len(visitors.taste), 200
    # A visitor who likes little must look at more: ask his preference for items of his categories.
    user = np.repeat(np.arange(n_visitors), n_probes)
    item = rng.integers(0, preset.n_items, len(user))
    preference = np.rint(preference_of(truth.pair_strength(user, item)) * 4096).astype(np.int64)
    weight = visitors.category_interest[user, truth.category[item]]
    liking = (preference * weight).reshape(n_visitors, n_probes).sum(axis=1)
    rate_ = liking / weight.reshape(n_visitors, n_probes).sum(axis=1) / 4096.0
    slates = np.ceil(visitors.activity / np.maximum(rate_, 1.0 / 64) / preset.slate)
    slates = np.minimum(slates, 1000).astype(np.int64)
    user = np.repeat(np.arange(n_visitors), slates)
    block = np.maximum(visitors.joined, 0)[user] + rng.integers(0, visitors.window[user])
    np.add.at(truth.places, (user, block), preset.slate)


def _published(preset: Preset, events: Events, n_visitors: int) -> np.ndarray:
    made = np.bincount(events.user[events.chosen], minlength=n_visitors)
    kept = np.flatnonzero(made >= preset.min_interactions)[: preset.n_users]
    if len(kept) < preset.n_users:
        raise ValueError(
            f"preset '{preset.name}': only {len(kept):,} of {n_visitors:,} visitors made "
            f"{preset.min_interactions} interactions, {preset.n_users:,} are needed; raise "
            "mean_activity or activity_floor, or lower min_interactions"
        )
    return kept


def _interactions(
    preset: Preset,
    truth: SimulatedTruth,
    events: Events,
    visitors: Population,
    kept: np.ndarray,
    seed: int,
) -> pl.DataFrame:
    position = np.full(len(truth.user_ids), -1)
    position[kept] = np.arange(len(kept))
    rows = np.flatnonzero(events.chosen & (position[events.user] >= 0))
    user, item, block = events.user[rows], events.item[rows], events.block[rows]
    shown = np.empty(len(rows))
    for number in range(preset.blocks):
        here = block == number
        shown[here] = truth.propensity_in_block(user[here], item[here], number)
    whole = np.maximum(np.rint(shown * 10**PROPENSITY_DIGITS), 1)
    rating = rate(
        preset,
        truth.pair_strength(user, item),
        visitors.generosity[user],
        stream(seed, f"{preset.name} ratings"),
    )
    times = draw_times(preset, position[user], block, stream(seed, f"{preset.name} times"))
    order = np.lexsort((times, user))
    columns = {"user_id": position[user] + 1, "item_id": truth.item_ids[item]}
    if rating is not None:
        columns["rating"] = rating
    columns |= {"timestamp": times, "propensity": whole / 10**PROPENSITY_DIGITS}
    return pl.DataFrame({name: column[order] for name, column in columns.items()})


def _restrict(truth: SimulatedTruth, kept: np.ndarray) -> SimulatedTruth:
    """Keep published users, in the small types in which the truth is stored."""
    arrays = {field.name: getattr(truth, field.name) for field in fields(truth)}
    for name in _BY_USER:
        arrays[name] = arrays[name][kept]
    small = {name: _fit(name, array, _TYPES.get(name, np.int16)) for name, array in arrays.items()}
    return SimulatedTruth(**small | {"user_ids": np.arange(1, len(kept) + 1)})


def _fit(name: str, array: np.ndarray, kind: type | None) -> np.ndarray:
    if kind is None:
        return array
    fitted = array.astype(kind)
    if (fitted != array).any():
        raise ValueError(
            f"simulate: {name} goes up to {np.abs(array).max()}, more than {np.dtype(kind)} holds; "
            "lower the preset's spreads or activity"
        )
    return fitted


def _card(preset: Preset, seed: int) -> DatasetCard:
    stored = PRESETS.get(preset.name, preset)
    options = "".join(
        f", {name}={getattr(preset, name)!r}"
        for name in ("wording", "text_share")
        if getattr(preset, name) != getattr(stored, name)
    )
    return DatasetCard(
        name=preset.name,
        title=preset.title,
        licence=LICENCE,
        citation=f"longtail_lib, simulated dataset '{preset.name}', seed {seed}{options}.",
        source=f"longtail_lib.simulation.simulate({preset.name!r}, seed={seed}{options})",
        notes=(
            "Simulated: preferences and propensities are known exactly. The propensity is the "
            "probability of being shown, not of being chosen."
        ),
    )
