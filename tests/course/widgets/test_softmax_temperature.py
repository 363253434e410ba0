"""The softmax, its loss and its ceiling, against SciPy and against a catalogue built by hand."""

import numpy as np
import pytest
from scipy.special import log_softmax, softmax

from longtail_course.widgets import temperature_slider

COSINES = (0.9, 0.7, 0.2, -0.3, -0.8)


@pytest.mark.parametrize("temperature", [0.05, 0.2, 1.0, 2.0])
def test_state_agrees_with_scipy(temperature):
    state = temperature_slider(COSINES).move(temperature=temperature).state
    scaled = np.array(COSINES) / temperature
    np.testing.assert_allclose(state["probabilities"], softmax(scaled))
    assert state["loss"] == pytest.approx(-log_softmax(scaled)[0])


@pytest.mark.parametrize("temperature", [0.1, 0.5, 1.0])
def test_ceiling_is_that_of_the_best_cosines(temperature):
    state = temperature_slider(n_items=50).move(temperature=temperature).state
    best = np.array([1.0] + 49 * [-1.0])
    assert state["ceiling"] == pytest.approx(softmax(best / temperature)[0])
    rng = np.random.default_rng(0)
    for cosines in rng.uniform(-1, 1, (20, 50)):
        assert softmax(cosines / temperature)[0] < state["ceiling"]


def test_picture_marks_the_chosen_item():
    figure = temperature_slider(COSINES).snapshots(temperature=[1.0, 0.1])
    hatched = [[bool(bar.get_hatch()) for bar in axes.patches] for axes in figure.axes]
    assert hatched == 4 * [[True, False, False, False, False]]
    assert "temperature 0.10" in figure.alt_text


@pytest.mark.parametrize(
    ("cosines", "temperature"), [([0.5], 1.0), ([1.5, 0.0], 1.0), ([0.5, 0.1], 0.0)]
)
def test_bad_input_is_refused(cosines, temperature):
    with pytest.raises(ValueError, match="temperature_slider"):
        temperature_slider(cosines, temperature)
