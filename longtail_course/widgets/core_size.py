"""Lesson 04: move the minimum of a k-core and see what it takes from head, mid and tail."""

from __future__ import annotations

from typing import Any

import narwhals as nw
import numpy as np

from longtail_course.pictures.palette import COLOURS
from longtail_course.widgets.control import Control
from longtail_lib.data import Dataset
from longtail_lib.preprocessing._cleaning_steps import k_core
from longtail_lib.tail import popularity_groups

__all__ = ["core_slider"]

BLUE = COLOURS[0]
VERMILION = COLOURS[1]
SKY = COLOURS[5]


def core_slider(data: Dataset, k: int = 5, *, most: int = 20) -> Control:
    """Show what is left of users, interactions and items in a k-core, with a slider over k.

    Parameters
    ----------
    data : Dataset
        Prepared: no missing values, no repeated pairs.
    k : int
        Where the slider starts: least interactions of a user and of an item.
    most : int
        Where the slider ends.

    Returns
    -------
    Control
        One slider, `k`. Its state holds `kept`, the shares of users, interactions and of head,
        mid and tail items of the catalogue that are left, and `n_kept`, the same as numbers. The
        groups are those of the whole log, before the k-core.

    Raises
    ------
    ValueError
        A k outside 1 to `most`, or a log that is not prepared.

    Examples
    --------
    >>> import polars as pl
    >>> from longtail_lib.data import DatasetCard
    >>> log = pl.DataFrame({"user_id": [1, 1, 2, 2, 3], "item_id": ["a", "b", "a", "b", "c"]})
    >>> data = Dataset(log, pl.DataFrame({"item_id": list("abcd")}),
    ...                pl.DataFrame({"user_id": [1, 2, 3]}), DatasetCard(name="tiny"))
    >>> core_slider(data, k=2)
    Control 'k-core', k = 2. k = 2 keeps 2 of 3 users, 4 of 5 interactions, 1 of 1 head items, \
1 of 1 mid items and 0 of 2 tail items.
    """
    import ipywidgets

    if not 1 <= k <= most:
        raise ValueError(f"core_slider: k must lie between 1 and most={most}, got {k}")
    users, items, n_items = _codes(data)
    groups = popularity_groups(np.bincount(items, minlength=n_items))
    names = ["users", "interactions", *(f"{name} items" for name in groups.names)]

    def count(k: int) -> np.ndarray:
        kept, _ = k_core(users, items, k, k)
        present = np.zeros(n_items, dtype=bool)
        present[items[kept]] = True
        of_group = [int((present & groups.mask(name)).sum()) for name in groups.names]
        return np.array([len(np.unique(users[kept])), int(kept.sum()), *of_group])

    whole = np.array([len(np.unique(users)), len(users), *groups.sizes])

    def compute(k: int) -> dict[str, Any]:
        n_kept = count(k)
        shares = n_kept / np.maximum(whole, 1)
        return {
            "n_kept": dict(zip(names, n_kept.tolist(), strict=True)),
            "kept": dict(zip(names, shares.tolist(), strict=True)),
        }

    def draw(axes: list[Any], k: int, n_kept: dict[str, int], kept: dict[str, float]) -> None:
        ax = axes[0]
        bars = ax.bar(names, list(kept.values()), color=SKY, edgecolor=BLUE)
        bars[-1].set(edgecolor=VERMILION, hatch="//")
        for bar, (share, number) in zip(
            bars, zip(kept.values(), n_kept.values(), strict=True), strict=True
        ):
            ax.annotate(
                f"{number:,}",
                (bar.get_x() + bar.get_width() / 2, share),
                xytext=(0, 2),
                textcoords="offset points",
                ha="center",
                va="bottom",
                fontsize=9,
            )
        ax.set(ylim=(0, 1.12), ylabel="share that is left", title=f"k = {k}")
        ax.set_xlabel("part of the log and of the catalogue")
        ax.yaxis.set_major_formatter(lambda value, _: f"{value:.0%}")
        ax.grid(axis="x", visible=False)

    def say(k: int, n_kept: dict[str, int], kept: dict[str, float]) -> str:
        parts = [
            f"{number:,} of {all_:,} {name}"
            for (name, number), all_ in zip(n_kept.items(), whole.tolist(), strict=True)
        ]
        return f"k = {k} keeps {', '.join(parts[:-1])} and {parts[-1]}."

    slider = ipywidgets.IntSlider(value=k, min=1, max=most, description="k")
    return Control("k-core", {"k": slider}, compute=compute, draw=draw, say=say)


def _codes(data: Dataset) -> tuple[np.ndarray, np.ndarray, int]:
    """Users and items as integers from 0, items by their place in the ordered catalogue."""
    frame = nw.from_native(data.interactions, eager_only=True).select("user_id", "item_id")
    catalogue = np.sort(nw.from_native(data.items, eager_only=True)["item_id"].to_numpy())
    if frame["user_id"].is_null().any() or frame["item_id"].is_null().any():
        raise ValueError(
            "core_slider: an id is missing; run longtail_lib.preprocessing.prepare first"
        )
    users = np.unique(frame["user_id"].to_numpy(), return_inverse=True)[1]
    wanted = frame["item_id"].to_numpy()
    items = np.minimum(np.searchsorted(catalogue, wanted), len(catalogue) - 1)
    if (catalogue[items] != wanted).any() or frame.is_duplicated().any():
        raise ValueError(
            "core_slider: repeated pairs or unknown items; run longtail_lib.prepare first"
        )
    return users, items, len(catalogue)
