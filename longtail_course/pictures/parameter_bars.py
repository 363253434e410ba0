"""Models of very different size on one logarithmic axis, with what fits a laptop."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from longtail_course.pictures.palette import COLOURS, style
from longtail_course.pictures.picture import Picture

__all__ = ["model_sizes", "show_bytes"]


def show_bytes(number: float) -> str:
    """Write a number of bytes for readers; one kB is 1,000 bytes.

    Examples
    --------
    >>> show_bytes(480), show_bytes(90_852_864), show_bytes(7e11)
    ('480 B', '91 MB', '700 GB')
    """
    units = ["B", "kB", "MB", "GB", "TB"]
    while number >= 999.5 and len(units) > 1:
        number /= 1000
        units.pop(0)
    return f"{number:.{0 if number >= 9.95 or units[0] == 'B' else 1}f} {units[0]}"


def model_sizes(
    parameters: Mapping[str, int], *, bytes_each: int = 4, memory_gb: float = 8
) -> Picture:
    """Draw the number of parameters of each model, and its bytes.

    Parameters
    ----------
    parameters : mapping of str to int
        Name of the model and its parameters, in the order to draw.
    bytes_each : int
        Of one parameter: 4 for float32, 2 for float16, 1 for int8.
    memory_gb : float
        Memory of the machine, in 10^9 bytes, drawn as a line.

    Returns
    -------
    Picture

    Raises
    ------
    ValueError
        No model, or one without parameters, which a logarithmic axis cannot show.

    Examples
    --------
    >>> model_sizes({"small": 120, "large": 4_000_000_000})
    Picture: Parameters on a logarithmic axis, at 4 bytes each. small: 120 (480 B); \
large: 4,000,000,000 (16 GB). Fits into 8 GB: small.
    """
    counts = {name: int(count) for name, count in parameters.items()}
    if not counts or min(counts.values()) < 1:
        raise ValueError(
            "model_sizes: give at least one model, each with at least one parameter, got "
            f"{counts or 'none'}"
        )
    room = memory_gb * 1e9 / bytes_each
    with style():
        picture = Picture(figsize=(7.2, 0.5 * len(counts) + 1.1))
        axes = picture.subplots()
        for place, count in enumerate(counts.values()):
            fits = count <= room
            axes.barh(
                place,
                count,
                0.62,
                color=COLOURS[0 if fits else 1],
                hatch="" if fits else "//",
                edgecolor="white",
                linewidth=0,
            )
        axes.axvline(room, color="black", linestyle="--", linewidth=1.2, zorder=3)
        axes.set_xscale("log")
        axes.set_xlim(10, 8 * max(*counts.values(), room))
        axes.set_yticks(
            np.arange(len(counts)),
            [
                f"{name}\n{count:,} ({show_bytes(count * bytes_each)})"
                for name, count in counts.items()
            ],
            fontsize=9,
        )
        axes.set_ylim(len(counts) - 0.4, -1.0)
        axes.annotate(
            f"{memory_gb:g} GB of memory",
            (room, -0.72),
            xytext=(-4, 0),
            textcoords="offset points",
            ha="right",
            va="center",
            fontsize=9,
        )
        axes.grid(axis="y", visible=False)
        axes.set(xlabel=f"Parameters (logarithmic), {bytes_each} bytes each", ylabel="Model")
    fitting = [name for name, count in counts.items() if count <= room]
    picture.alt_text = (
        f"Parameters on a logarithmic axis, at {bytes_each} bytes each. "
        + "; ".join(
            f"{name}: {count:,} ({show_bytes(count * bytes_each)})"
            for name, count in counts.items()
        )
        + f". Fits into {memory_gb:g} GB: {', '.join(fitting) or 'none'}."
    )
    return picture
