"""Lesson 10: move the strength of a logit adjustment; head, mid and tail share the places anew."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from longtail_course.pictures.palette import COLOURS, GROUP_COLOURS, HATCHES, LINE_STYLES
from longtail_course.widgets.control import Control

if TYPE_CHECKING:
    from longtail_lib.models import Recommender
    from longtail_lib.preprocessing import Split

__all__ = ["adjustment_slider"]


def adjustment_slider(
    model: Recommender, parts: Split, strengths: Sequence[float], *, k: int = 10
) -> Control:
    """Show who gets the places of all lists, and what the lists are worth, at each strength.

    Everything is computed when the control is made, so that the slider answers at once.

    Parameters
    ----------
    model : Recommender
        Fitted on `parts`, or not.
    parts : Split
        Of a simulated dataset, with its truth.
    strengths : sequence of float
        Stops of the slider, ascending, in the unit of the model's scores.
    k : int
        Length of the lists.

    Returns
    -------
    Control
        One slider, `strength`. Its state holds `shares` of the places by group, the true `value`
        of the lists, that of their tail items in `tail_value` (NaN if there are none) and the
        `coverage` of the catalogue.

    Raises
    ------
    ValueError
        Fewer than two strengths, or not in ascending order, or a split without truth.

    Examples
    --------
    >>> from longtail_course.worlds.tiny_store import alphabetical_model, tiny_store
    >>> adjustment_slider(alphabetical_model(), tiny_store(), [0, 2], k=2).move(strength=2)
    Control 'adjustment strength', strength = 2. Strength 2: head 0%, mid 100%, tail 0% of all \
places; true value of the lists 0.425; lists reach 40% of the catalogue.
    """
    import ipywidgets

    strengths = [float(strength) for strength in strengths]
    if len(strengths) < 2 or any(np.diff(strengths) <= 0):
        raise ValueError(
            f"adjustment_slider: strengths must be two or more in ascending order, got {strengths}"
        )
    states = _states(model, parts, strengths, k)

    def compute(strength: float) -> dict[str, Any]:
        return states[strength]

    def draw(axes: list[Any], strength: float, shares: dict[str, float], **state: Any) -> None:
        for place, (group, share) in enumerate(shares.items()):
            axes[0].bar(
                place,
                share,
                color=GROUP_COLOURS[group],
                hatch=HATCHES[place],
                edgecolor="white",
                linewidth=0,
            )
            axes[0].annotate(
                f"{share:.1%}",
                (place, share),
                xytext=(0, 2),
                textcoords="offset points",
                ha="center",
                fontsize=9,
            )
        axes[0].set_xticks(range(len(shares)), list(shares))
        axes[0].grid(axis="x", visible=False)
        axes[0].set(ylim=(0, 1.1), ylabel="Share of all places", title=f"strength {strength:g}")
        for place, (key, name) in enumerate((("value", "all items"), ("tail_value", "tail items"))):
            values = [states[each][key] for each in strengths]
            axes[1].plot(
                strengths,
                values,
                marker="o",
                markersize=4,
                color=(COLOURS[0], GROUP_COLOURS["tail"])[place],
                linestyle=LINE_STYLES[place],
                label=name,
            )
        axes[1].plot(strength, state["value"], "D", color=COLOURS[1], markersize=9, zorder=5)
        axes[1].legend(fontsize=8)
        axes[1].set(
            xlabel="Strength, in units of the score",
            ylabel="Mean true preference",
            ylim=(0, None),
            title="True value of what is listed",
        )

    def say(
        strength: float, shares: dict[str, float], value: float, tail_value: float, coverage: float
    ) -> str:
        tail = "" if np.isnan(tail_value) else f", of their tail items {tail_value:.3f}"
        return (
            f"Strength {strength:g}: "
            + ", ".join(f"{group} {_percent(share)}" for group, share in shares.items())
            + f" of all places; true value of the lists {value:.3f}{tail}; "
            f"lists reach {coverage:.0%} of the catalogue."
        )

    slider = ipywidgets.SelectionSlider(
        value=strengths[0], options=strengths, description="strength"
    )
    return Control(
        "adjustment strength", {"strength": slider}, compute=compute, draw=draw, say=say, panels=2
    )


def _states(
    model: Recommender, parts: Split, strengths: list[float], k: int
) -> dict[float, dict[str, Any]]:
    from longtail_course.worlds import recommended_lists
    from longtail_lib.models import LogitAdjusted
    from longtail_lib.simulation import true_preference
    from longtail_lib.tail import popularity_groups

    groups, states = popularity_groups(parts.popularity), {}
    fitted = LogitAdjusted(model, strengths[0]).fit(parts).model_
    for strength in strengths:
        adjusted = LogitAdjusted(fitted, strength).fit(parts)
        lists = recommended_lists(adjusted, parts, k)
        preference, tail = true_preference(parts, lists), groups.mask("tail")[lists]
        states[strength] = {
            "shares": {name: float(groups.mask(name)[lists].mean()) for name in groups.names},
            "value": float(preference.mean(dtype=np.float64)),
            "tail_value": float(preference[tail].mean()) if tail.any() else np.nan,
            "coverage": len(np.unique(lists)) / parts.n_items,
        }
    return states


def _percent(share: float) -> str:
    # Half a per cent is a lot for the tail.
    return f"{share:.1%}" if 0 < share < 0.1 else f"{share:.0%}"
