"""Re-ranking: slide the weight, and see what enters and leaves one user's list, and the price."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from longtail_course.pictures.palette import COLOURS, GROUP_COLOURS
from longtail_course.widgets.control import Control

if TYPE_CHECKING:
    from longtail_lib.evaluation import Report
    from longtail_lib.models import Recommender
    from longtail_lib.preprocessing import Split

__all__ = ["tail_weight_slider"]

_GREY = "#888888"
# Characters of a title that fit beside the other column.
_TITLE = 20


class _Item(NamedTuple):
    title: str
    group: str
    popularity: int

    def __str__(self) -> str:
        return f"{self.title} ({self.group}, {self.popularity:,})"


def tail_weight_slider(
    model: Recommender,
    parts: Split,
    user: Any,
    method: str = "xquad",
    *,
    weights: Sequence[float] = (0, 0.5, 0.7, 0.8, 0.9, 0.95),
    k: int = 10,
    part: str = "validation",
    title: str = "title",
    progress: bool = False,
    **options: Any,
) -> Control:
    """Show one user's list and all users' metrics at each weight of a re-ranking method.

    Everything is computed when the control is made, so that the slider answers at once.

    Parameters
    ----------
    model : Recommender
        Fitted on `parts`, or not.
    parts : Split
    user : source user id
        Whose list is shown.
    method : str
        See `Reranked`.
    weights : sequence of float
        Stops of the slider, ascending; the first is where it starts and what is compared with.
    k : int
        Length of the lists.
    part : {"validation", "test"}
        Where metrics are measured.
    title : str
        Column of the item table; ids are shown where it is missing.
    progress : bool
    **options
        Other parameters of `Reranked`.

    Returns
    -------
    Control
        One slider, `weight`. Its state holds `items` (the list), `entered` and `left` (against
        the first weight), `ndcg` and `tail_share` (over all users).

    Raises
    ------
    KeyError
        An unknown user.
    ValueError
        Weights that do not ascend, and what `Reranked` and `evaluate` refuse.

    Examples
    --------
    >>> from longtail_lib.testing import tiny_parts
    >>> from longtail_lib.models import Popularity
    >>> tail_weight_slider(Popularity(), tiny_parts(), 2, "tail_quota", weights=[0, 0.6], k=2,
    ...                    part="test").move(weight=0.6)
    Control 'tail weight', weight = 0.6. At weight 0.6, 1 of 2 items enters the list of user 2: \
f (tail, 0); 1 leaves: c (mid, 1). Over 3 users NDCG@2 goes from 0.5436 to 0.4147 (-23.7%) and \
the tail's share of what is shown from 50.0% to 66.7%.
    """
    import ipywidgets

    from longtail_lib.evaluation import rerank_path
    from longtail_lib.models import Reranked

    weights = [float(weight) for weight in weights]
    if len(weights) < 2 or any(np.diff(weights) <= 0):
        raise ValueError(
            f"tail_weight_slider: weights must be two or more in ascending order, got {weights}"
        )
    first = Reranked(model, method, weight=weights[0], k=k, **options).fit(parts)
    known = _items(parts, first.groups_, title)
    lists = {}
    for weight in weights:
        variant = Reranked(first.model_, method, weight=weight, k=k, **options).fit(parts)
        columns = parts.item_rows(variant.recommend([user], k=k)[0][0])
        lists[weight] = [known(column) for column in columns]
    reports = rerank_path(
        first.model_,
        parts,
        method,
        weights=weights,
        k=k,
        part=part,
        metrics=("NDCG", "TailShare"),
        resamples=100,
        progress=progress,
        **options,
    )
    ndcg = [report[f"NDCG@{k}"].value for report in reports]
    share = [report[f"TailShare@{k}"].value for report in reports]

    def compute(weight: float) -> dict[str, Any]:
        place = weights.index(weight)
        before, now = lists[weights[0]], lists[weight]
        return {
            "items": now,
            "entered": [item for item in now if item not in before],
            "left": [item for item in before if item not in now],
            "ndcg": ndcg[place],
            "tail_share": share[place],
        }

    def draw(axes: list[Any], weight: float, items: list[_Item], **state: Any) -> None:
        _draw_lists(axes[0], lists[weights[0]], items, weights[0], weight)
        _draw_price(axes[1], ndcg, share, weights.index(weight), k)

    def say(weight: float, **state: Any) -> str:
        return _say(weight, user, k, reports[0], ndcg[0], share[0], **state)

    slider = ipywidgets.SelectionSlider(
        value=weights[0], options=weights, description="tail weight"
    )
    return Control("tail weight", {"weight": slider}, compute=compute, draw=draw, say=say, panels=2)


def _items(parts: Split, groups: Any, title: str) -> Any:
    import narwhals as nw

    titles = [str(item) for item in parts.item_ids]
    if parts.items is not None:
        frame = nw.from_native(parts.items, eager_only=True)
        if title in frame.columns:
            titles = [str(value) for value in frame.get_column(title).to_list()]
    popularity = parts.popularity

    def known(column: int) -> _Item:
        group = groups.names[groups.labels[column]]
        return _Item(titles[column], group, int(popularity[column]))

    return known


def _draw_lists(
    ax: Any, before: list[_Item], now: list[_Item], first: float, weight: float
) -> None:
    k = len(before)
    for place, item in enumerate(before):
        if item in now:
            colour = GROUP_COLOURS.get(item.group, _GREY)
            ax.plot([0, 1], [place, now.index(item)], color=colour, linewidth=1.2)
        ax.text(
            -0.04,
            place,
            _short(item) if item in now else f"− {_short(item)}",
            ha="right",
            va="center",
            fontsize=7,
            color="black" if item in now else _GREY,
        )
    for place, item in enumerate(now):
        new = item not in before
        ax.text(
            1.04,
            place,
            f"+ {_short(item)}" if new else _short(item),
            ha="left",
            va="center",
            fontsize=7,
            fontweight="bold" if new else "normal",
            color=GROUP_COLOURS.get(item.group, "black") if new else "black",
        )
    ax.set(xlim=(-2.1, 3.1), ylim=(k - 0.4, -0.6))
    ax.set_title(f"weight {first:g} → {weight:g}: − leaves, + enters; · popularity", fontsize=9)
    ax.set_axis_off()


def _draw_price(ax: Any, ndcg: list[float], share: list[float], place: int, k: int) -> None:
    ax.plot(ndcg, share, "o-", color=COLOURS[0], markerfacecolor="white", markersize=5)
    ax.plot(ndcg[place], share[place], "D", color=COLOURS[1], markersize=9)
    ax.set(xlabel=f"NDCG@{k}, overall", ylabel="tail's share of what is shown")
    ax.yaxis.set_major_formatter(lambda value, _: f"{100 * value:.3g}%")
    ax.margins(0.12)


def _short(item: _Item) -> str:
    title = item.title if len(item.title) <= _TITLE else f"{item.title[: _TITLE - 1].rstrip()}…"
    return f"{title} · {item.popularity:,}"


def _say(
    weight: float,
    user: Any,
    k: int,
    report: Report,
    first_ndcg: float,
    first_share: float,
    *,
    items: list[_Item],
    entered: list[_Item],
    left: list[_Item],
    ndcg: float,
    tail_share: float,
) -> str:
    count = len(entered)
    if count:
        moved = (
            f"{count} of {len(items)} items {'enters' if count == 1 else 'enter'} the list of "
            f"user {user}: {'; '.join(map(str, entered))}; "
            f"{len(left)} {'leaves' if len(left) == 1 else 'leave'}: {'; '.join(map(str, left))}."
        )
    else:
        moved = f"the list of user {user} holds the same {len(items)} items as before."
    users = report[f"TailShare@{k}"].n
    change = f"({100 * (ndcg / first_ndcg - 1):+.1f}%)" if first_ndcg else ""
    return (
        f"At weight {weight:g}, {moved} Over {users:,} users NDCG@{k} goes from {first_ndcg:.4f} "
        f"to {ndcg:.4f} {change} and the tail's share of what is shown from {first_share:.1%} to "
        f"{tail_share:.1%}."
    )
