"""Lesson 15: take one token more of an item's id, and see who still shares it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from textwrap import shorten
from typing import Any

import narwhals as nw
import numpy as np

from longtail_course.pictures.palette import COLOURS
from longtail_course.widgets.control import Control
from longtail_lib.models.generative._id_tables import rows_with_prefix

__all__ = ["prefix_explorer"]

_WIDEST = 44


def prefix_explorer(
    codes: Any,
    items: Any,
    rows: Sequence[int],
    *,
    attributes: Sequence[str] = ("category", "theme"),
    depth: int = 1,
    shown: int = 6,
) -> Control:
    """Show which items begin with the same tokens as a chosen one, and how many.

    Parameters
    ----------
    codes : array of int, shape (n_items, tokens)
        Such as `SemanticIds.codes_`.
    items : frame
        Item table with a column "title", in the same order.
    rows : sequence of int
        Items to choose from.
    attributes : sequence of str
        Columns whose most common values among the items are named.
    depth : int
        Tokens at the start.
    shown : int
        Titles listed at most; the chosen item's comes first.

    Returns
    -------
    Control
        A list, `item`, of titles, and a slider, `depth`, from 0 tokens to all. Its state holds
        `count` (items that share them), `counts` (for every depth), `common` (for each attribute
        its most common value and the share of these items that have it) and `titles`.

    Raises
    ------
    ValueError
        No rows, rows whose titles are not different, a table of another length, or a depth that
        ids do not have.

    Examples
    --------
    >>> import polars as pl
    >>> items = pl.DataFrame({"title": ["Go", "Chess", "Lamp"], "kind": list("ggh")})
    >>> codes = [[4, 0], [4, 1], [2, 0]]
    >>> explorer = prefix_explorer(codes, items, rows=[0, 2], attributes=["kind"])
    >>> explorer
    Control 'id prefix', item = Go, depth = 1. 1 token of "Go", 4: 2 of 3 items begin like this; \
most common kind g 100%. Go; Chess.
    >>> explorer.move(depth=2).state["count"]
    1
    """
    import ipywidgets

    codes = np.asarray(codes)
    frame = nw.from_native(items, eager_only=True)
    titles = frame["title"].to_list()
    values = {name: frame[name].to_list() for name in attributes}
    chosen = {titles[row]: int(row) for row in rows}
    if len(titles) != len(codes):
        raise ValueError(
            f"prefix_explorer: ids of {len(codes)} items and a table of {len(titles)}; pass the "
            "table whose vectors were fitted"
        )
    if not chosen or len(chosen) < len(rows):
        raise ValueError("prefix_explorer: give one or more rows whose titles differ")
    if not 0 <= depth <= codes.shape[1]:
        raise ValueError(
            f"prefix_explorer: depth must be from 0 to {codes.shape[1]} tokens, got {depth}"
        )

    def sharing(row: int, tokens: int) -> np.ndarray:
        return rows_with_prefix(codes, codes[row, :tokens])

    def compute(item: str, depth: int) -> dict[str, Any]:
        row = chosen[item]
        same = sharing(row, depth)
        common = {}
        for name, column in values.items():
            value, times = Counter(column[each] for each in same).most_common(1)[0]
            common[name] = (value, times / len(same))
        listed = [row, *same[same != row].tolist()][:shown]
        return {
            "count": len(same),
            "counts": [len(sharing(row, tokens)) for tokens in range(codes.shape[1] + 1)],
            "common": common,
            "titles": [titles[each] for each in listed],
        }

    def spelt(item: str, depth: int) -> str:
        return "-".join(map(str, codes[chosen[item], :depth].tolist()))

    def draw(axes: list[Any], item: str, depth: int, **state: Any) -> None:
        left, right = axes
        counts = state["counts"]
        colours = [COLOURS[1] if place == depth else COLOURS[5] for place in range(len(counts))]
        bars = left.bar(range(len(counts)), counts, color=colours)
        left.bar_label(bars, [f"{count:,}" for count in counts], fontsize=9)
        left.set_yscale("log")
        left.set_ylim(0.7, 4 * len(codes))
        left.set_xticks(range(len(counts)))
        left.grid(axis="x", visible=False)
        left.set(xlabel="tokens shared", ylabel="items (logarithmic)")
        right.axis("off")
        lines = [shorten(title, _WIDEST, placeholder="…") for title in state["titles"]]
        if state["count"] > len(lines):
            lines.append(f"… and {state['count'] - len(lines):,} more")
        right.set_title(f"id begins {spelt(item, depth)}" if depth else "all items")
        for place, line in enumerate(lines):
            weight = "bold" if place == 0 else "normal"
            right.text(0, 0.92 - 0.13 * place, line, fontsize=9, weight=weight)

    def say(item: str, depth: int, **state: Any) -> str:
        tokens = f'{depth} token{"" if depth == 1 else "s"} of "{item}"'
        tokens += f", {spelt(item, depth)}" if depth else ""
        begin = "begins" if state["count"] == 1 else "begin"
        most = ", ".join(
            f"{name} {value} {share:.0%}" for name, (value, share) in state["common"].items()
        )
        return (
            f"{tokens}: {state['count']:,} of {len(codes):,} items {begin} like this; most common "
            f"{most}. {'; '.join(state['titles'])}."
        )

    sliders = {
        "item": ipywidgets.Dropdown(options=list(chosen), description="item"),
        "depth": ipywidgets.IntSlider(value=depth, min=0, max=codes.shape[1], description="tokens"),
    }
    return Control("id prefix", sliders, compute=compute, draw=draw, say=say, panels=2)
