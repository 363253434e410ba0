"""With one relevant item the metrics have closed forms."""

import math

import pytest

from longtail_course.widgets import rank_slider


@pytest.mark.parametrize("k", [1, 3, 6])
@pytest.mark.parametrize("rank", range(1, 7))
def test_state_agrees_with_the_closed_form(rank, k):
    state = rank_slider().move(rank=rank, k=k).state
    inside = rank <= k
    assert state["HitRate"] == inside
    assert state["MRR"] == pytest.approx(inside / rank)
    assert state["NDCG"] == pytest.approx(inside / math.log2(rank + 1))


def test_picture_marks_the_relevant_item():
    figure = rank_slider(k=6).snapshots(rank=[1, 5])
    marked = [
        [place for place, bar in enumerate(axes.patches, 1) if bar.get_hatch()]
        for axes in figure.axes[::2]
    ]
    assert marked == [[1], [5]]


@pytest.mark.parametrize(("rank", "k"), [(0, 3), (7, 3), (2, 0), (2, 7)])
def test_bad_start_is_refused(rank, k):
    with pytest.raises(ValueError, match="between 1 and 6"):
        rank_slider(rank, k)
