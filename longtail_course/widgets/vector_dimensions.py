"""Lesson 12: keep fewer dimensions of text vectors and see what their neighbours still share."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from longtail_course.pictures.palette import COLOURS, LINE_STYLES, MARKERS
from longtail_course.toys import neighbour_agreement
from longtail_course.widgets.control import Control
from longtail_lib.text import Whitening, quantise_int8, truncate

__all__ = ["dimension_slider"]

_KEYS = ("first", "principal", "int8")
_LINES = ("the first ones", "the principal ones", "the principal ones, int8")


def dimension_slider(
    vectors: np.ndarray,
    attribute: Any,
    *,
    of: Any = None,
    dimensions: Sequence[int] = (8, 16, 32, 64, 128, 256, 384),
    name: str = "attribute",
) -> Control:
    """Show how often nearest neighbours share an attribute, by dimensions kept, and the memory.

    Three ways to keep d dimensions: the first d (`truncate`), the d principal directions of the
    centred vectors (`Whitening("centre", d)`), and these as whole numbers (`quantise_int8`).

    Parameters
    ----------
    vectors : ndarray, shape (n_items, d)
    attribute : array-like, shape (n_items,)
    of : array of bool, shape (n_items,), or None
        Items to look at, as in `neighbour_agreement`.
    dimensions : sequence of int
        Two or more, ascending, at most d.
    name : str
        What the attribute is called.

    Returns
    -------
    Control
        One slider, `dimensions`. Its state holds the agreement of the three ways (`first`,
        `principal`, `int8`) and the megabytes of principal directions as float32 and as int8.

    Raises
    ------
    ValueError
        Fewer than two numbers of dimensions, not ascending, or more than the vectors have.

    Examples
    --------
    >>> rng = np.random.default_rng(0)
    >>> topic = np.arange(40) % 2
    >>> vectors = np.column_stack([rng.normal(size=(40, 2)), 9.0 * topic])
    >>> dimension_slider(vectors, topic, dimensions=(1, 3), name="topic").move(dimensions=1)
    Control 'text dimensions', dimensions = 1. 1 of 3 dimensions: the neighbour shares the topic \
for 0.47 of the items with the first ones, 1.00 with the principal ones, 1.00 with these as int8. \
Memory: 0.00 MB as float32, 0.00 MB as int8.
    """
    import ipywidgets

    vectors, steps = np.asarray(vectors), [int(step) for step in dimensions]
    if len(steps) < 2 or any(np.diff(steps) <= 0) or steps[0] < 1 or steps[-1] > vectors.shape[1]:
        raise ValueError(
            "dimension_slider: give two or more numbers of dimensions in ascending order, from 1 "
            f"to {vectors.shape[1]}, got {steps}"
        )
    # One rotation serves every number of dimensions: the principal ones come first.
    varying = Whitening().fit(vectors).directions_.shape[1]
    rotated = Whitening("centre", varying).fit(vectors).transform(vectors, unit=False)
    rows = []
    for step in steps:
        kept = truncate(rotated, min(step, rotated.shape[1]))
        small = quantise_int8(kept)
        ways = (truncate(vectors, step), kept, small.restore())
        shares = [neighbour_agreement(way, attribute, of).value for way in ways]
        rows.append((*shares, kept.nbytes / 1e6, small.nbytes / 1e6))
    table = np.array(rows)

    def compute(dimensions: int) -> dict[str, Any]:
        keys = (*_KEYS, "megabytes", "megabytes_int8")
        return dict(zip(keys, table[steps.index(dimensions)].tolist(), strict=True))

    def draw(axes: list[Any], dimensions: int, **state: Any) -> None:
        left, right = axes
        for place, line in enumerate(_LINES):
            look = {"color": COLOURS[place], "linestyle": LINE_STYLES[place]}
            look |= {"marker": MARKERS[place], "markersize": 5}
            left.plot(steps, table[:, place], label=line, **look)
        for place, line in ((1, "float32"), (2, "int8")):
            look = {"color": COLOURS[place], "linestyle": LINE_STYLES[place]}
            right.plot(table[:, place + 2], table[:, place], marker=MARKERS[place], label=line)
            right.get_lines()[-1].set(**look)
            right.plot([table[steps.index(dimensions), place + 2]], [state[_KEYS[place]]], "D")
            right.get_lines()[-1].set(color="#444444", markersize=9, fillstyle="none")
        left.axvline(dimensions, color="#444444", linewidth=1, linestyle=":")
        left.set_xscale("log", base=2)
        left.set_xticks(steps, [str(step) for step in steps])
        left.set(xlabel="dimensions kept", ylabel=f"neighbour shares the {name}", ylim=(0, 1))
        right.set_xscale("log")
        right.set(xlabel="memory of all vectors (MB)", ylim=(0, 1))
        left.legend(fontsize=9, loc="lower right")
        right.legend(fontsize=9, loc="lower right")

    def say(dimensions: int, first: float, principal: float, int8: float, **memory: float) -> str:
        return (
            f"{dimensions} of {vectors.shape[1]} dimensions: the neighbour shares the {name} for "
            f"{first:.2f} of the items with the first ones, {principal:.2f} with the principal "
            f"ones, {int8:.2f} with these as int8. Memory: {memory['megabytes']:.2f} MB as "
            f"float32, {memory['megabytes_int8']:.2f} MB as int8."
        )

    slider = ipywidgets.SelectionSlider(value=steps[-1], options=steps, description="dimensions")
    return Control(
        "text dimensions",
        {"dimensions": slider},
        compute=compute,
        draw=draw,
        say=say,
        panels=2,
    )
