"""Estimators against the true value: where they stand on average, and how far they spread."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import narwhals as nw
import numpy as np

from longtail_course.pictures.palette import COLOURS, MARKERS, style
from longtail_course.pictures.picture import Picture

__all__ = ["estimator_dots"]


def estimator_dots(table: Any, recommenders: Iterable[str] | None = None) -> Picture:
    """Draw each estimator's mean over fresh logs as a dot, its standard deviation as a bar.

    The distance from the dot to the vertical line, the true value, is the bias.

    Parameters
    ----------
    table : frame
        From `longtail_course.worlds.estimator_table`.
    recommenders : iterable of str or None
        One panel each; all of the table if None.

    Returns
    -------
    Picture

    Raises
    ------
    ValueError
        No rows, or a recommender that the table does not hold.

    Examples
    --------
    >>> import polars as pl
    >>> row = {"recommender": "EASE", "propensity": "true", "estimator": "IPS",
    ...        "true_value": 0.5, "estimate": 0.49, "bias": -0.01, "sd": 0.02}
    >>> estimator_dots(pl.DataFrame([row]))
    Picture: Estimators against the true value, mean over fresh logs and standard deviation. \
EASE, true value 0.500: IPS (true) 0.490, bias -0.010, sd 0.020.
    """
    rows = list(nw.from_native(table, eager_only=True).iter_rows(named=True))
    held = list(dict.fromkeys(row["recommender"] for row in rows))
    wanted = held if recommenders is None else list(recommenders)
    unknown = [name for name in wanted if name not in held]
    if not wanted or unknown:
        raise ValueError(
            f"estimator_dots: the table holds {', '.join(held) or 'no rows'}, and "
            f"{', '.join(map(repr, unknown)) or 'nothing'} was asked for; pass what "
            "estimator_table returned"
        )
    kinds = list(dict.fromkeys((row["estimator"], row["propensity"]) for row in rows))
    sources = list(dict.fromkeys(row["propensity"] for row in rows))
    said = []
    with style():
        size = (2.3 * len(wanted) + 2.2, 0.3 * len(kinds) + 1.5)
        picture = Picture(figsize=(max(5.2, size[0]), size[1]))
        panels = picture.subplots(1, len(wanted), sharey=True, squeeze=False)[0]
        for axes, name in zip(panels, wanted, strict=True):
            here = [row for row in rows if row["recommender"] == name]
            value = here[0]["true_value"]
            axes.axvline(value, color="black", linestyle="--", linewidth=1.2)
            for place, source in enumerate(sources):
                mine = [row for row in here if row["propensity"] == source]
                axes.errorbar(
                    [row["estimate"] for row in mine],
                    [kinds.index((row["estimator"], source)) for row in mine],
                    xerr=[row["sd"] for row in mine],
                    fmt=MARKERS[place % len(MARKERS)],
                    color=COLOURS[(place - 1) % len(COLOURS)],
                    markersize=5,
                    elinewidth=1.6,
                    capsize=2.5,
                )
            low, high = axes.get_xlim()
            axes.set_xlim(min(low, 0), max(high, value * 1.12))
            axes.set_title(f"{name}\ntrue value {value:.3f}", fontsize=10)
            axes.set_xlabel("Estimated value")
            said.append(
                f"{name}, true value {value:.3f}: "
                + "; ".join(
                    f"{row['estimator']}{_source(row['propensity'])} {row['estimate']:.3f}, "
                    f"bias {round(row['bias'], 3) + 0.0:.3f}, sd {row['sd']:.3f}"
                    for row in here
                )
            )
        labels = [f"{estimator}{_source(source)}" for estimator, source in kinds]
        panels[0].set_yticks(np.arange(len(kinds)), labels)
        panels[0].set_ylim(len(kinds) - 0.5, -0.5)
        panels[0].set_ylabel("Estimator (propensities)")
    picture.alt_text = (
        "Estimators against the true value, mean over fresh logs and standard deviation. "
        f"{'. '.join(said)}."
    )
    return picture


def _source(propensity: str) -> str:
    return "" if propensity == "none" else f" ({propensity})"
