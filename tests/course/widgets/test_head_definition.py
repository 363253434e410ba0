"""The head slider counts as one would by hand."""

import numpy as np
import pytest

from longtail_course.widgets import head_slider

COUNTS = np.random.default_rng(3).zipf(1.6, 200).clip(max=5000)


@pytest.mark.parametrize("share", [0.01, 0.05, 0.2, 0.33, 1.0])
def test_state_agrees_with_brute_force(share):
    state = head_slider(COUNTS).move(share=share).state
    best = sorted(COUNTS.tolist(), reverse=True)
    n_head = next(n for n in range(1, 201) if n >= share * 200 - 1e-9)
    assert state["n_head"] == n_head
    assert state["held"] == pytest.approx(sum(best[:n_head]) / sum(best))
    assert state["border"] == best[n_head - 1]


def test_a_wider_head_holds_more():
    control = head_slider(COUNTS)
    held = [control.move(share=share).state["held"] for share in (0.05, 0.2, 0.5, 1.0)]
    assert held == sorted(held)
    assert held[0] < held[1]
    assert held[-1] == 1


def test_picture_marks_the_border():
    figure = head_slider(COUNTS).snapshots(share=[0.05, 0.2])
    assert [axes.lines[0].get_xdata()[0] for axes in figure.axes] == [10.5, 40.5]
    assert all("interactions" in axes.get_ylabel() for axes in figure.axes)


@pytest.mark.parametrize(("counts", "share"), [([], 0.2), ([-1, 2], 0.2), ([1, 2], 0.0)])
def test_bad_input_is_refused(counts, share):
    with pytest.raises(ValueError, match=r"share|count"):
        head_slider(counts, share)
