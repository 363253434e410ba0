"""Lesson 10: move the floor of clipped IPS, and see variance turn into bias."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from longtail_course.pictures.palette import COLOURS, LINE_STYLES
from longtail_course.widgets.control import Control

if TYPE_CHECKING:
    from longtail_lib.preprocessing import Split

__all__ = ["clip_slider"]

_FLOORS = (0.0, 0.01, 0.02, 0.05, 0.1, 0.2, 0.4)


def clip_slider(
    lists: Any,
    parts: Split,
    *,
    floors: Sequence[float] = _FLOORS,
    users: Sequence[int] = (30, 300, 3000),
    logs: int = 200,
    seed: int = 0,
) -> Control:
    """Show the spread of clipped IPS over fresh logs at each floor, for few and for many users.

    Logs are drawn from the true propensities, which the estimator also uses, so at floor 0 there
    is no bias. Everything is computed when the control is made.

    Parameters
    ----------
    lists : array of int, shape (n_users, k)
        Columns recommended to each user of the split, as `recommended_lists` gives them.
    parts : Split
        Of a simulated dataset, with its truth.
    floors : sequence of float
        Stops of the slider, ascending, in [0, 1]; 0 is plain IPS.
    users : sequence of int
        How many users the log holds: the first of the split, at most all of them.
    logs : int
        Fresh logs, at least 2.
    seed : int

    Returns
    -------
    Control
        Sliders `floor` and `users`. Its state holds the `estimates` of all logs, `true_value`,
        `bias`, `sd`, `rmse`, and `best`, the floor with the smallest RMSE for so many users.

    Raises
    ------
    ValueError
        Floors that do not ascend within [0, 1], no users, or fewer than two logs.

    Examples
    --------
    >>> from longtail_course.worlds import recommended_lists
    >>> from longtail_course.worlds.tiny_store import alphabetical_model, tiny_store
    >>> lists = recommended_lists(alphabetical_model(), tiny_store(), 2)
    >>> clip_slider(lists, tiny_store(), users=[20, 60]).move(floor=0.4)
    Control 'clip level', floor = 0.4, users = 20. Floor 0.40, 20 users: over 200 logs the \
estimate is 0.385 on average, the true value 0.425; bias -0.040, sd 0.106, RMSE 0.113. The \
smallest RMSE, 0.113, is at floor 0.40.
    """
    import ipywidgets

    floors = [float(floor) for floor in floors]
    if len(floors) < 2 or any(np.diff(floors) <= 0) or not 0 <= floors[0] <= floors[-1] <= 1:
        raise ValueError(
            f"clip_slider: floors must be two or more, ascending, from 0 to 1, got {floors}"
        )
    users = sorted({min(int(count), len(lists)) for count in users})
    if not users or users[0] < 1 or logs < 2:
        raise ValueError(
            f"clip_slider: needs a number of users and at least two logs, got {users} and {logs}"
        )
    value, estimates = _estimates(lists, parts, floors, users, logs, seed)
    spread = {
        (count, floor): (
            float(found.mean() - value[count]),
            float(found.std(ddof=1)),
            float(np.sqrt(((found - value[count]) ** 2).mean())),
        )
        for (count, floor), found in estimates.items()
    }

    def compute(floor: float, users: int) -> dict[str, Any]:
        bias, sd, rmse = spread[users, floor]
        return {
            "estimates": estimates[users, floor],
            "true_value": value[users],
            "bias": bias,
            "sd": sd,
            "rmse": rmse,
            "best": min(floors, key=lambda each: spread[users, each][2]),
        }

    def draw(axes: list[Any], floor: float, users: int, **state: Any) -> None:
        held = np.concatenate([estimates[users, each] for each in floors])
        _draw_estimates(axes[0], held, state, f"floor {floor:.2f}, {users:,} users, {logs} logs")
        lines = np.array([np.abs(spread[users, each]) for each in floors])
        _draw_curves(axes[1], floors, lines, floors.index(floor))

    def say(floor: float, users: int, **state: Any) -> str:
        best = state["best"]
        return (
            f"Floor {floor:.2f}, {users:,} users: over {logs} logs the estimate is "
            f"{state['estimates'].mean():.3f} on average, the true value "
            f"{state['true_value']:.3f}; bias {round(state['bias'], 3) + 0.0:.3f}, sd "
            f"{state['sd']:.3f}, RMSE {state['rmse']:.3f}. The smallest RMSE, "
            f"{spread[users, best][2]:.3f}, is at floor {best:.2f}."
        )

    sliders = {
        "floor": ipywidgets.SelectionSlider(value=floors[0], options=floors, description="floor"),
        "users": ipywidgets.SelectionSlider(value=users[0], options=users, description="users"),
    }
    return Control("clip level", sliders, compute=compute, draw=draw, say=say, panels=2)


def _estimates(
    lists: Any, parts: Split, floors: list[float], users: list[int], logs: int, seed: int
) -> tuple[dict[int, float], dict[tuple[int, float], np.ndarray]]:
    from longtail_course.worlds import draw_feedback
    from longtail_lib.debias import clipped_ips, ips
    from longtail_lib.simulation import true_preference, true_propensity

    preference, propensity = (
        table(parts, lists).astype(np.float64) for table in (true_preference, true_propensity)
    )
    shown, chosen = draw_feedback(preference, propensity, seed=seed, logs=logs)
    value = {count: float(preference[:count].mean()) for count in users}
    found = {}
    for count in users:
        cells = chosen[:, :count], shown[:, :count], propensity[:count]
        for floor in floors:
            estimate = clipped_ips(*cells, floor=floor) if floor else ips(*cells)
            found[count, floor] = estimate.value
    return value, found


def _draw_estimates(ax: Any, held: np.ndarray, state: dict[str, Any], title: str) -> None:
    # The same bins at every floor, so that only the estimates move. What lies far out is piled up
    # at the ends, lest one log in a hundred squeeze all others into one bin.
    value = state["true_value"]
    low, high = np.quantile(held, [0.005, 0.995])
    low, high = min(low, value) - 0.02 * value, max(high, value) + 0.02 * value
    bins = np.linspace(low, high, 41)
    ax.hist(np.clip(state["estimates"], low, high), bins, color=COLOURS[0])
    ax.axvline(value, color="black", linestyle="--", linewidth=1.4)
    ax.axvline(state["estimates"].mean(), color=COLOURS[1], linewidth=1.4)
    ax.annotate(
        "true value - -  mean ―",
        (0.98, 0.97),
        xycoords="axes fraction",
        ha="right",
        va="top",
        fontsize=8,
    )
    ax.locator_params(axis="x", nbins=5)
    ax.set(xlabel="Estimated value", ylabel="Logs", title=title)


def _draw_curves(ax: Any, floors: list[float], lines: np.ndarray, place: int) -> None:
    for column, name in enumerate(("|bias|", "sd", "RMSE")):
        ax.plot(
            range(len(floors)),
            lines[:, column],
            marker="o",
            markersize=4,
            color=COLOURS[column + 1] if column < 2 else "black",
            linestyle=LINE_STYLES[(column + 1) % 3],
            label=name,
        )
    ax.plot(place, lines[place, 2], "D", color=COLOURS[0], markersize=9, zorder=5)
    ax.set_xticks(range(len(floors)), [f"{floor:g}" for floor in floors])
    ax.set(xlabel="Floor", ylabel="Error", ylim=(0, None), title="Which error dominates")
    ax.legend(fontsize=8)
