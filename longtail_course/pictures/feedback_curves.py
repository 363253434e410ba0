"""How exposure and satisfaction moved over the rounds of feedback loops."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from longtail_course.pictures.palette import COLOURS, LINE_STYLES, MARKERS, style
from longtail_course.pictures.picture import Picture

if TYPE_CHECKING:
    from longtail_course.worlds import FeedbackLoop

__all__ = ["feedback_curves"]

_LABELS = {
    "popularity_gini": ("Inequality of train", "Gini of popularity"),
    "popularity_tail_share": ("Tail in train", "Share of interactions"),
    "exposure_gini": ("Inequality of exposure", "Gini of exposure"),
    "tail_share": ("Tail in exposure", "Share of places"),
    "coverage": ("Coverage", "Share of the catalogue"),
    "satisfaction": ("Satisfaction of all users", "Mean true preference"),
    "satisfaction_head_lovers": ("Satisfaction of head-lovers", "Mean true preference"),
    "satisfaction_tail_lovers": ("Satisfaction of tail-lovers", "Mean true preference"),
    "choices": ("Choices", "Interactions a round"),
}
_DEFAULT = ("exposure_gini", "tail_share", "satisfaction_head_lovers", "satisfaction_tail_lovers")


def feedback_curves(
    loops: FeedbackLoop | Iterable[FeedbackLoop],
    *,
    quantities: Sequence[str] = _DEFAULT,
    title: str = "Feedback loop",
) -> Picture:
    """Draw small multiples: one panel for each quantity, one line for each model.

    The two panels of head-lovers and tail-lovers share their scale, so that they can be compared.

    Parameters
    ----------
    loops : FeedbackLoop or iterable of FeedbackLoop
        From `feedback_loop`, with different names.
    quantities : sequence of str
        Some of `feedback_rounds.QUANTITIES`, a panel for each.
    title : str

    Returns
    -------
    Picture

    Raises
    ------
    KeyError
        A quantity that was not measured.
    ValueError
        No loop, or two of the same name.

    Examples
    --------
    >>> from longtail_course.worlds.feedback_rounds import QUANTITIES
    >>> from longtail_course.worlds import FeedbackLoop
    >>> loop = FeedbackLoop("EASE", {name: np.array([0.5, 0.25]) for name in QUANTITIES}, {})
    >>> feedback_curves(loop, quantities=["tail_share"])
    Picture: Feedback loop, 2 rounds. Tail in exposure (Share of places): EASE from 0.500 to 0.250.
    """
    series = _series(loops, quantities)
    models = list(next(iter(series.values())))
    n_rounds = max(map(len, next(iter(series.values())).values()))
    columns = min(2, len(series))
    rows = -(-len(series) // columns)
    # One row of the legend for each four models.
    legend_rows = -(-len(models) // 4)
    said = []
    with style():
        size = (3.7 * columns, 2.45 * rows + 0.25 * legend_rows + 0.35)
        picture = Picture(figsize=size)
        panels = picture.subplots(rows, columns, squeeze=False, sharex=True).ravel()
        for panel in panels[len(series) :]:
            panel.set_axis_off()
        for panel, (quantity, lines) in zip(panels, series.items(), strict=False):
            name, unit = _LABELS.get(quantity, (quantity, quantity))
            for place, (model, mean) in enumerate(lines.items()):
                rounds = np.arange(1, len(mean) + 1)
                colour = COLOURS[place % len(COLOURS)]
                panel.plot(
                    rounds,
                    mean,
                    color=colour,
                    # Shifted when colours begin anew, so that no two lines look alike.
                    linestyle=LINE_STYLES[(place + place // len(COLOURS)) % len(LINE_STYLES)],
                    marker=MARKERS[(place + place // len(COLOURS)) % len(MARKERS)],
                    markevery=max(1, len(mean) // 5),
                    markersize=4,
                    label=model,
                )
            panel.set(xlabel="Round", ylabel=unit, title=name)
            panel.xaxis.get_major_locator().set_params(integer=True)
            panel.tick_params(labelbottom=True)
            said.append(f"{name} ({unit}): {_said(lines, quantity)}.")
        _share_scale(dict(zip(series, panels, strict=False)))
        if len(models) > 1:
            handles, labels = panels[0].get_legend_handles_labels()
            picture.legend(
                handles, labels, loc="outside lower center", ncols=min(4, len(models)), fontsize=9
            )
        picture.suptitle(title, x=0.01, ha="left", fontsize=12)
    picture.alt_text = f"{title}, {n_rounds} round{'s' if n_rounds > 1 else ''}. {' '.join(said)}"
    return picture


def _series(loops: Any, quantities: Sequence[str]) -> dict[str, dict[str, np.ndarray]]:
    """For each quantity and model: the value of each round."""
    loops = [loops] if hasattr(loops, "rounds") else list(loops)
    names = [loop.model for loop in loops]
    if len(set(names)) < len(names):
        raise ValueError(
            f"feedback_curves: two loops have the same name, {', '.join(names)}; give each its "
            "own with feedback_loop(..., name=)"
        )
    found = {loop.model: loop.rounds for loop in loops}
    if not found or not quantities:
        raise ValueError("feedback_curves: nothing to draw; pass what feedback_loop returned")
    for quantity in quantities:
        for model, measured in found.items():
            if quantity not in measured:
                raise KeyError(
                    f"no quantity {quantity!r} for {model}; there are {', '.join(measured)}"
                )
    return {
        quantity: {model: measured[quantity] for model, measured in found.items()}
        for quantity in quantities
    }


def _share_scale(panels: Mapping[str, Any]) -> None:
    both = [panel for quantity, panel in panels.items() if quantity.startswith("satisfaction")]
    if both:
        top = max(panel.get_ylim()[1] for panel in both)
        for panel in both:
            panel.set_ylim(0, top)


def _said(lines: Mapping[str, np.ndarray], quantity: str) -> str:
    form = "{:,.0f}" if quantity == "choices" else "{:.3f}"
    return "; ".join(
        f"{model} from {_shown(mean[0], form)} to {_shown(mean[-1], form)}"
        for model, mean in lines.items()
    )


def _shown(number: float, form: str) -> str:
    return "not defined" if np.isnan(number) else form.format(number + 0.0)
