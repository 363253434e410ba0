"""The slider shows what neighbour_agreement measures of vectors with fewer dimensions."""

import numpy as np
import pytest

from longtail_course.toys import neighbour_agreement
from longtail_course.widgets import dimension_slider
from longtail_lib.text import truncate

RNG = np.random.default_rng(0)
TOPIC = np.arange(60) % 3
# Two dimensions of noise first; the topic lies in the last two, which vary most.
ANGLES = 2 * np.pi * TOPIC / 3
VECTORS = np.column_stack([RNG.normal(size=(60, 2)), 20 * np.cos(ANGLES), 20 * np.sin(ANGLES)])
STEPS = (2, 4)


def test_principal_dimensions_find_what_the_first_do_not():
    state = dimension_slider(VECTORS, TOPIC, dimensions=STEPS).move(dimensions=2).state
    assert state["principal"] == state["int8"] == 1.0
    assert state["first"] == neighbour_agreement(truncate(VECTORS, 2), TOPIC).value < 0.7


def test_memory_is_counted_in_bytes():
    state = dimension_slider(VECTORS, TOPIC, dimensions=STEPS).move(dimensions=2).state
    assert state["megabytes"] == pytest.approx(60 * 2 * 4 / 1e6)
    assert state["megabytes_int8"] == pytest.approx((60 * 2 + 60 * 4) / 1e6)


def test_only_the_items_asked_for_are_looked_at():
    topic = TOPIC.copy()
    topic[:6] = 3 + np.arange(6)
    slider = dimension_slider(VECTORS, topic, of=np.arange(60) < 6, dimensions=STEPS)
    assert slider.state["principal"] == 0.0


def test_fewer_items_than_dimensions():
    few = np.random.default_rng(1).normal(size=(5, 8))
    assert 0 <= dimension_slider(few, np.zeros(5), dimensions=(2, 8)).state["int8"] <= 1


def test_picture_shows_every_step():
    picture = dimension_slider(VECTORS, TOPIC, dimensions=STEPS).snapshots(dimensions=[2])
    left, right = picture.axes
    assert all(line.get_xdata().tolist() == [2, 4] for line in left.get_lines()[:3])
    assert right.get_xlabel().endswith("(MB)")
    assert "2 of 4 dimensions" in picture.alt_text


@pytest.mark.parametrize("steps", [(4,), (4, 2), (2, 5), (0, 2)])
def test_refuses(steps):
    with pytest.raises(ValueError, match="ascending"):
        dimension_slider(VECTORS, TOPIC, dimensions=steps)
