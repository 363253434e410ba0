"""The sigmoid sliders give what the formula gives."""

import math

import pytest

from longtail_course.widgets import sigmoid_sliders


@pytest.mark.parametrize(("w", "b"), [(0.5, 0.0), (-1.2, 0.7), (3.0, 3.0), (0.0, -2.0)])
def test_state_agrees_with_the_formula(w, b):
    state = sigmoid_sliders().move(w=w, b=b).state
    z = 4 * w + b
    assert state["z"] == pytest.approx(z)
    assert state["output"] == pytest.approx(1 / (1 + math.exp(-z)))


def test_each_weight_has_its_slider():
    control = sigmoid_sliders([1, 2], each=True)
    assert list(control.sliders) == ["w1", "w2", "b"]
    state = control.move(w1=1.0, w2=-1.0, b=0.5).state
    assert state["parts"].tolist() == [1.0, -2.0]
    assert state["z"] == pytest.approx(-0.5)


def test_picture_shows_sum_and_point():
    figure = sigmoid_sliders().snapshots(w=[0.5, -0.5])
    sums = [axes.patches[-1].get_height() for axes in figure.axes[::2]]
    points = [axes.lines[-1].get_ydata()[0] for axes in figure.axes[1::2]]
    assert sums == pytest.approx([2.0, -2.0])
    assert points == pytest.approx([0.8808, 0.1192], abs=1e-4)


@pytest.mark.parametrize("x", [[], [[1, 2]], range(11)])
def test_bad_features_are_refused(x):
    with pytest.raises(ValueError, match="vector of 1 to 10"):
        sigmoid_sliders(x)
