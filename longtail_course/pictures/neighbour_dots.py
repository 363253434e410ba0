"""How often nearest neighbours share an attribute: encoder by encoder, group by group."""

from __future__ import annotations

from typing import Any

import narwhals as nw
import numpy as np
from matplotlib.ticker import PercentFormatter

from longtail_course.pictures.palette import COLOURS, GROUP_COLOURS, MARKERS, style
from longtail_course.pictures.picture import Picture

__all__ = ["agreement_dots"]


def agreement_dots(table: Any, *, notes: dict[str, str] | None = None) -> Picture:
    """Draw one panel for each attribute, one row for each encoder, one marker for each group.

    Parameters
    ----------
    table : frame
        From `longtail_course.toys.probe_table`: columns encoder, attribute, group, share, low,
        high, n.
    notes : mapping of str to str, or None
        Words below an attribute's name, such as "the label it was given".

    Returns
    -------
    Picture

    Raises
    ------
    ValueError
        A table without rows.

    Examples
    --------
    >>> import polars as pl
    >>> columns = ["encoder", "attribute", "group", "share", "low", "high", "n"]
    >>> rows = [("words", "theme", "tail", 0.8, 0.7, 0.9, 50)]
    >>> agreement_dots(pl.DataFrame(rows, schema=columns, orient="row"))
    Picture: How often an item's nearest neighbour shares its attribute, with 95% intervals. \
theme: words tail 0.80 [0.70, 0.90] (n = 50).
    """
    rows = list(nw.from_native(table, eager_only=True).iter_rows(named=True))
    if not rows:
        raise ValueError("agreement_dots: the table has no rows; pass what probe_table returned")
    attributes = list(dict.fromkeys(row["attribute"] for row in rows))
    encoders = list(dict.fromkeys(row["encoder"] for row in rows))
    groups = list(dict.fromkeys(row["group"] for row in rows))
    said = []
    with style():
        picture = Picture(figsize=(3.3 * len(attributes) + 1.6, 0.42 * len(encoders) + 1.5))
        panels = picture.subplots(1, len(attributes), sharex=True, sharey=True, squeeze=False)[0]
        for axes, attribute in zip(panels, attributes, strict=True):
            here = [row for row in rows if row["attribute"] == attribute]
            for place, group in enumerate(groups):
                mine = [row for row in here if row["group"] == group]
                if not mine:
                    continue
                offset = 0.16 * (place - (len(groups) - 1) / 2)
                colour = GROUP_COLOURS.get(group, COLOURS[place % len(COLOURS)])
                share = np.array([row["share"] for row in mine])
                reach = [
                    share - [row["low"] for row in mine],
                    np.array([row["high"] for row in mine]) - share,
                ]
                axes.errorbar(
                    share,
                    [encoders.index(row["encoder"]) + offset for row in mine],
                    xerr=np.maximum(0, reach),
                    fmt=MARKERS[place % len(MARKERS)],
                    color=colour,
                    markerfacecolor="white" if place % 2 else colour,
                    markersize=6,
                    elinewidth=1.4,
                    label=group,
                )
            note = (notes or {}).get(attribute)
            axes.set_title(attribute + (f"\n{note}" if note else ""), fontsize=10)
            axes.set_xlim(-0.03, 1.03)
            axes.xaxis.set_major_formatter(PercentFormatter(1))
            axes.set_xlabel("Items whose neighbour shares it")
            said.append(
                f"{attribute}: "
                + "; ".join(
                    f"{row['encoder']} {row['group']} {row['share']:.2f} "
                    f"[{row['low']:.2f}, {row['high']:.2f}] (n = {row['n']:,})"
                    for row in here
                )
            )
        panels[0].set_yticks(np.arange(len(encoders)), encoders)
        panels[0].set_ylim(len(encoders) - 0.5, -0.5)
        panels[0].set_ylabel("Vectors")
        if len(groups) > 1:
            panels[-1].legend(fontsize=9, title="items of the", title_fontsize=9)
    picture.alt_text = (
        "How often an item's nearest neighbour shares its attribute, with 95% intervals. "
        f"{'. '.join(said)}."
    )
    return picture
