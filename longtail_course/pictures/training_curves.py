"""How losses and metrics moved from epoch to epoch."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from longtail_course.pictures.palette import COLOURS, LINE_STYLES, style
from longtail_course.pictures.picture import Picture

__all__ = ["training_curves"]


def training_curves(
    history: Mapping[str, Sequence[float]] | Any,
    *,
    best: str | None = None,
    ylabel: str = "Loss",
    title: str = "Training",
) -> Picture:
    """Draw one line for each recorded quantity.

    Parameters
    ----------
    history : mapping of str to sequence of float, or what Keras' `fit` returned
        One number for each epoch. Names that begin with "val_" are drawn dashed, in the colour of
        the name without it.
    best : str or None
        A name of history whose smallest value is marked, as early stopping would choose it.
    ylabel : str
        Quantity and unit of the vertical axis.
    title : str

    Returns
    -------
    Picture

    Raises
    ------
    KeyError
        `best` is not in history.
    ValueError
        Nothing was recorded.

    Examples
    --------
    >>> training_curves({"loss": [0.9, 0.5, 0.4], "val_loss": [0.8, 0.6, 0.7]}, best="val_loss")
    Picture: Training over 3 epochs. loss: from 0.900 to 0.400, lowest 0.400 at epoch 3. \
val_loss: from 0.800 to 0.700, lowest 0.600 at epoch 2. The mark is at epoch 2, where val_loss \
is lowest.
    """
    recorded = {
        name: np.asarray(values, dtype=np.float64)
        for name, values in getattr(history, "history", history).items()
    }
    if not recorded or not all(values.size for values in recorded.values()):
        raise ValueError("training_curves: the history is empty; train for at least one epoch")
    if best is not None and best not in recorded:
        raise KeyError(f"no {best!r} in the history; it holds {', '.join(map(repr, recorded))}")
    # Without validation the dashes are free to tell the lines apart without colour.
    paired = any(name.startswith("val_") for name in recorded)
    families = list(dict.fromkeys(name.removeprefix("val_") for name in recorded))
    said = []
    with style():
        picture = Picture(figsize=(6.2, 3.4))
        axes = picture.subplots()
        for name, values in recorded.items():
            family = families.index(name.removeprefix("val_"))
            validation = name.startswith("val_")
            epochs = np.arange(1, len(values) + 1)
            # A line needs two points; a single epoch is shown as one.
            axes.plot(
                epochs,
                values,
                color=COLOURS[family % len(COLOURS)],
                linestyle=LINE_STYLES[int(validation) if paired else family % len(LINE_STYLES)],
                marker="o" if len(values) < 12 else None,
                markersize=4,
                label=name,
            )
            place = int(np.argmin(values)) if np.isfinite(values).all() else None
            lowest = "" if place is None else f", lowest {values[place]:.3f} at epoch {place + 1}"
            said.append(f"{name}: from {values[0]:.3f} to {values[-1]:.3f}{lowest}.")
        if best is not None:
            place = int(np.nanargmin(recorded[best]))
            axes.axvline(place + 1, color="#444444", linewidth=1, linestyle=":")
            axes.plot([place + 1], [recorded[best][place]], "D", color="black", markersize=6)
            said.append(f"The mark is at epoch {place + 1}, where {best} is lowest.")
        axes.set(xlabel="Epoch", ylabel=ylabel, title=title)
        axes.xaxis.get_major_locator().set_params(integer=True)
        axes.legend(fontsize=9)
    longest = max(len(values) for values in recorded.values())
    picture.alt_text = f"{title} over {longest} epoch{'s' if longest > 1 else ''}. {' '.join(said)}"
    return picture
