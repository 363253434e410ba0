"""What each step of a preparation left of a log, and what it dropped."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from longtail_course.pictures.palette import COLOURS, HATCHES, style
from longtail_course.pictures.picture import Picture

if TYPE_CHECKING:
    from longtail_lib.preprocessing import Preparation

__all__ = ["preparation_steps"]


def preparation_steps(preparation: Preparation, *, title: str | None = None) -> Picture:
    """Draw the steps of a preparation from top to bottom, as what is left and what is dropped.

    Parameters
    ----------
    preparation : Preparation
        `preparation` of the dataset that `prepare` returned.
    title : str or None
        The name of the dataset and the share that is left if None.

    Returns
    -------
    Picture

    Raises
    ------
    TypeError
        Not a preparation, such as that of a dataset that was never prepared.

    Examples
    --------
    >>> import polars as pl
    >>> from longtail_lib import prepare
    >>> from longtail_lib.data import Dataset, DatasetCard
    >>> log = pl.DataFrame({"user_id": [1, 1, None], "item_id": ["a", "a", "b"]})
    >>> data = Dataset(log, pl.DataFrame({"item_id": ["a", "b"]}), pl.DataFrame({"user_id": [1]}),
    ...                DatasetCard(name="tiny"))
    >>> preparation_steps(prepare(data).preparation).alt_text
    "Preparation of 'tiny', step by step. 3 interactions. Missing values: 1 dropped, 2 left. \
Unknown items: 0 dropped, 2 left. Exact duplicates: 1 dropped, 1 left. Repeated pairs: 0 dropped, \
1 left. 1 of 3 are left (33.3%)."
    """
    if not hasattr(preparation, "steps"):
        raise TypeError(
            f"preparation_steps: expected a Preparation, got {type(preparation).__name__}; pass "
            "prepare(data).preparation"
        )
    steps, before, after = preparation.steps, preparation.n_before, preparation.n_after
    share = after / before if before else 0.0
    if title is None:
        title = f"'{preparation.name}': {after:,} of {before:,} interactions left ({share:.1%})"
    names = ["source", *(step.name for step in steps)]
    left = np.array([before, *(step.left for step in steps)])
    dropped = np.array([0, *(step.dropped for step in steps)])
    places = np.arange(len(names))
    with style():
        picture = Picture(figsize=(6.8, 1.2 + 0.34 * len(names)))
        axes = picture.subplots()
        axes.barh(places, left, 0.72, color=COLOURS[0], label="left")
        axes.barh(
            places,
            dropped,
            0.72,
            left=left,
            color=COLOURS[1],
            hatch=HATCHES[1],
            edgecolor="white",
            linewidth=0,
            label="dropped by this step",
        )
        for place, kept, lost in zip(places, left, dropped, strict=True):
            said = f"−{lost:,}" if lost else (f"{kept:,}" if place == 0 else "0")
            axes.annotate(
                said,
                (kept + lost, place),
                xytext=(4, 0),
                textcoords="offset points",
                va="center",
                fontsize=9,
            )
        axes.set_yticks(places, names)
        axes.invert_yaxis()
        axes.grid(axis="y", visible=False)
        axes.xaxis.set_major_formatter(lambda value, _: f"{value:,.0f}")
        axes.set(xlabel="interactions", ylabel="step", title=title, xlim=(0, 1.14 * max(before, 1)))
        axes.legend(fontsize=9, ncols=2, loc="upper center", bbox_to_anchor=(0.5, -0.18))
    said = " ".join(
        f"{step.name.capitalize()}: {step.dropped:,} dropped, {step.left:,} left." for step in steps
    )
    picture.alt_text = (
        f"Preparation of '{preparation.name}', step by step. {before:,} interactions. {said} "
        f"{after:,} of {before:,} are left ({share:.1%})."
    )
    return picture
