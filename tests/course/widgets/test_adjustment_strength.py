"""The slider shows the lists of the adjusted model, valued by the truth."""

import numpy as np
import pytest

from longtail_course.widgets import adjustment_slider
from longtail_course.worlds import recommended_lists
from longtail_lib.debias import true_value
from longtail_lib.models import EASE, LogitAdjusted
from longtail_lib.tail import popularity_groups
from tests.lib.conftest import store

STRENGTHS = (0, 0.05, 0.3)


@pytest.fixture(scope="module")
def parts():
    return store()[0]


@pytest.fixture(scope="module")
def slider(parts):
    return adjustment_slider(EASE(l2=5.0), parts, STRENGTHS, k=5)


@pytest.mark.parametrize("strength", STRENGTHS)
def test_state_is_that_of_the_adjusted_model(parts, slider, strength):
    lists = recommended_lists(LogitAdjusted(EASE(l2=5.0), strength).fit(parts), parts, 5)
    state = slider.move(strength=strength).state
    labels = popularity_groups(parts.popularity).labels[lists]
    for group, name in enumerate(("head", "mid", "tail")):
        assert state["shares"][name] == pytest.approx((labels == group).mean())
    assert state["value"] == pytest.approx(true_value(parts, lists))
    assert state["coverage"] == len(set(lists.ravel())) / parts.n_items


def test_strength_moves_places_from_the_head_to_the_tail(slider):
    shares = [slider.move(strength=strength).state["shares"] for strength in STRENGTHS]
    heads, tails = ([share[name] for share in shares] for name in ("head", "tail"))
    assert heads == sorted(heads, reverse=True)
    assert tails == sorted(tails)
    assert tails[-1] > tails[0] + 0.1


def test_tail_items_have_a_value_only_where_there_are_any(slider, parts):
    state = slider.move(strength=0).state
    assert np.isnan(state["tail_value"]) == (state["shares"]["tail"] == 0)
    assert slider.move(strength=0.3).state["tail_value"] > 0


def test_picture_marks_the_position(slider):
    picture = slider.snapshots(strength=[0.05])
    bars, line = picture.axes
    shares = slider.move(strength=0.05).state["shares"]
    assert [bar.get_height() for bar in bars.patches] == pytest.approx(list(shares.values()))
    assert line.get_lines()[2].get_xdata()[0] == 0.05
    assert "true value" in picture.alt_text


def test_refuses(parts):
    with pytest.raises(ValueError, match="ascending"):
        adjustment_slider(EASE(), parts, [0.1, 0])
