"""The slider shows what the estimators give: no bias without a floor, less variance with one."""

import numpy as np
import pytest

from longtail_course.widgets import clip_slider
from longtail_course.worlds import draw_feedback, recommended_lists
from longtail_course.worlds.tiny_store import alphabetical_model, tiny_store
from longtail_lib.debias import clipped_ips, true_value
from longtail_lib.simulation import true_preference, true_propensity


@pytest.fixture(scope="module")
def lists():
    return recommended_lists(alphabetical_model(), tiny_store(), 2)


@pytest.fixture(scope="module")
def slider(lists):
    return clip_slider(lists, tiny_store(), users=(10, 3000), logs=2000, seed=1)


def test_users_are_at_most_those_of_the_split(slider):
    assert list(slider.sliders["users"].options) == [10, 60]


@pytest.mark.parametrize("users", [10, 60])
def test_without_a_floor_there_is_no_bias_and_most_variance(slider, users):
    plain = slider.move(floor=0.0, users=users).state
    assert abs(plain["bias"]) < 4 * plain["sd"] / np.sqrt(2000)
    clipped = slider.move(floor=0.4).state
    assert clipped["bias"] < -10 * clipped["sd"] / np.sqrt(2000)
    assert 0 < clipped["sd"] < plain["sd"]


def test_state_is_the_estimator_on_the_same_logs(slider, lists):
    parts = tiny_store()
    preference, propensity = (table(parts, lists) for table in (true_preference, true_propensity))
    shown, chosen = draw_feedback(preference, propensity, seed=1, logs=2000)
    state = slider.move(floor=0.4, users=60).state
    expected = clipped_ips(chosen, shown, propensity, floor=0.4).value
    np.testing.assert_allclose(state["estimates"], expected, rtol=1e-5)
    assert state["true_value"] == pytest.approx(true_value(parts, lists))
    assert state["rmse"] == pytest.approx(np.sqrt(np.mean((expected - state["true_value"]) ** 2)))


def test_best_floor_has_the_smallest_error(slider):
    best = slider.move(floor=0.0, users=60).state["best"]
    errors = {
        floor: slider.move(floor=floor).state["rmse"] for floor in slider.sliders["floor"].options
    }
    assert errors[best] == min(errors.values())


def test_picture_marks_the_position(slider):
    picture = slider.snapshots(floor=[0.05, 0.4], users=[60, 60])
    marks = [axes.get_lines()[-1].get_xdata()[0] for axes in picture.axes[1::2]]
    assert marks == [3, 6]
    assert picture.alt_text.count("RMSE") == 4


def test_refuses(lists):
    with pytest.raises(ValueError, match="ascending"):
        clip_slider(lists, tiny_store(), floors=[0.1, 0.0])
    with pytest.raises(ValueError, match="at least two logs"):
        clip_slider(lists, tiny_store(), logs=1)
