"""Lesson 02: move the width and the layers of a text encoder and see what it weighs."""

from __future__ import annotations

from typing import Any

from longtail_course.pictures.palette import COLOURS
from longtail_course.pictures.parameter_bars import show_bytes
from longtail_course.toys import transformer_parameters
from longtail_course.widgets.control import Control

__all__ = ["size_sliders"]

WIDTHS = (128, 256, 384, 768, 1024, 2048, 4096, 8192, 12_288)
NUMBERS = {"float32": 4, "float16": 2, "int8": 1}


def size_sliders(vocabulary: int = 30_522, memory_gb: float = 8) -> Control:
    """Show the bytes of a BERT-like encoder, its tables of vectors apart from its layers.

    Parameters
    ----------
    vocabulary : int
        Word pieces.
    memory_gb : float
        Memory of the machine, in 10^9 bytes, drawn as a line.

    Returns
    -------
    Control
        Sliders `width`, `layers` and `number` ("float32", "float16", "int8"). Its state holds
        `tables` and `stack`, the parameters outside and inside the layers.

    Examples
    --------
    >>> control = size_sliders()
    >>> control
    Control 'size of a text encoder', width = 384, layers = 6, number = float32. Width 384 and \
6 layers: 22,713,216 parameters, 53% of them outside the layers. As float32 they take 91 MB and \
fit into 8 GB.
    >>> control.move(width=768, layers=12).state["stack"]
    85054464
    """
    import ipywidgets

    def compute(width: int, layers: int, number: str) -> dict[str, Any]:
        tables = transformer_parameters(vocabulary, width, 0)
        return {
            "tables": tables,
            "stack": transformer_parameters(vocabulary, width, layers) - tables,
        }

    def draw(
        axes: list[Any], width: int, layers: int, number: str, tables: int, stack: int
    ) -> None:
        ax = axes[0]
        parts = {"tables of vectors, pooler": tables, "layers": stack}
        sizes = [count * NUMBERS[number] / 1e9 for count in parts.values()]
        sizes.append(sum(sizes))
        names = [*parts, "together"]
        ax.barh(names, sizes, 0.6, color=[COLOURS[5], COLOURS[0], COLOURS[2]])
        for place, size in enumerate(sizes):
            ax.annotate(
                show_bytes(size * 1e9),
                (size, place),
                xytext=(4, 0),
                textcoords="offset points",
                va="center",
                bbox={"facecolor": "white", "edgecolor": "none", "pad": 1},
                zorder=4,
            )
        ax.axvline(memory_gb, color=COLOURS[1], linestyle="--", label=f"{memory_gb:g} GB of memory")
        ax.set_xscale("log")
        ax.set_xlim(1e-3, 1e4)
        ax.xaxis.set_major_formatter("{x:,g}")
        ax.set_ylim(2.6, -0.6)
        ax.set_xlabel("size (GB, logarithmic)")
        ax.set_title(f"width {width:,}, {layers} layers, {number}", fontsize=10)
        ax.legend(loc="upper right", frameon=True, framealpha=1, edgecolor="none")

    def say(width: int, layers: int, number: str, tables: int, stack: int) -> str:
        total = tables + stack
        size = total * NUMBERS[number]
        return (
            f"Width {width:,} and {layers} layers: {total:,} parameters, {tables / total:.0%} of "
            f"them outside the layers. As {number} they take {show_bytes(size)} and "
            f"{'fit' if size <= memory_gb * 1e9 else 'do not fit'} into {memory_gb:g} GB."
        )

    sliders = {
        "width": ipywidgets.SelectionSlider(options=WIDTHS, value=384, description="width"),
        "layers": ipywidgets.IntSlider(value=6, min=1, max=96, description="layers"),
        "number": ipywidgets.SelectionSlider(
            options=list(NUMBERS), value="float32", description="number"
        ),
    }
    return Control("size of a text encoder", sliders, compute=compute, draw=draw, say=say)
