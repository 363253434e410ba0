"""Shares of a page are counted again by hand, and the picture has bars of their height."""

import numpy as np
import pytest

from longtail_course.toys.relevant_ranks import RelevantRanks
from longtail_course.widgets import page_slider
from longtail_lib.tail import Groups

GROUPS = Groups([0, 1, 2, 2])
ITEMS = np.array([0, 0, 1, 2, 3, 3])
USERS = np.arange(6)
CANDIDATES = np.array([100, 200, 100, 100, 100, 400])
GOOD = RelevantRanks(USERS, ITEMS, np.array([1, 11, 20, 21, 90, 300]), CANDIDATES)
BAD = RelevantRanks(USERS, ITEMS, np.array([100, 200, 100, 100, 100, 400]), CANDIDATES)


def test_shares_by_hand():
    state = page_slider({"good": GOOD, "bad": BAD}, GROUPS).move(k=20).state
    assert state["shares"]["good"] == [1, 1, 0]
    assert state["shares"]["bad"] == [0, 0, 0]
    assert state["by_chance"] == pytest.approx([0.15, 0.2, (0.2 + 0.2 + 0.05) / 3])


def test_a_page_longer_than_the_candidates_holds_everything():
    state = page_slider({"bad": BAD}, GROUPS).move(k=500).state
    assert state["shares"]["bad"] == [1, 1, 1]
    assert state["by_chance"] == [1, 1, 1]


def test_picture_has_a_bar_for_each_share():
    axes = page_slider({"good": GOOD, "bad": BAD}, GROUPS).snapshots(k=[100]).axes[0]
    heights = [bar.get_height() for bar in axes.patches]
    assert heights == pytest.approx([1, 1, 2 / 3, 0.5, 1, 2 / 3])


def test_refuses():
    with pytest.raises(ValueError, match="no ranks"):
        page_slider({}, GROUPS)
    with pytest.raises(ValueError, match="one of 10, 20"):
        page_slider({"good": GOOD}, GROUPS, k=7)
    other = GOOD._replace(items=ITEMS[::-1])
    with pytest.raises(ValueError, match="'other' are of other interactions"):
        page_slider({"good": GOOD, "other": other}, GROUPS)
    with pytest.raises(ValueError, match="no relevant item is mid"):
        page_slider({"good": GOOD}, Groups([0, 2, 2, 2]))
