"""The learnt order, against a softmax that is trained on drawn negatives until it is done."""

import numpy as np
import pytest

from longtail_course.widgets import correction_slider

P = np.array([0.40, 0.30, 0.22, 0.06, 0.02])
Q = np.array([0.55, 0.25, 0.15, 0.04, 0.01])


@pytest.mark.parametrize("correction", [-1.0, 0.0, 0.5, 1.0])
def test_learnt_logits_make_the_gradient_vanish(correction):
    """The expected gradient, many negatives: p_i = q_i exp(logit_i - s log q_i) / normaliser."""
    learnt = correction_slider(P, Q).move(correction=correction).state["learnt"]
    compared = Q * learnt * Q**-correction
    np.testing.assert_allclose(compared / compared.sum(), P, rtol=1e-9)


def test_right_sign_learns_what_is_chosen_and_none_divides_by_popularity():
    control = correction_slider(P, Q)
    np.testing.assert_allclose(control.move(correction=1.0).state["learnt"], P)
    ratio = P / Q
    np.testing.assert_allclose(control.move(correction=0.0).state["learnt"], ratio / ratio.sum())


def test_picture_says_the_order():
    figure = correction_slider(P, Q).snapshots(correction=[-1.0, 1.0])
    assert "rare 0." in figure.alt_text
    assert "correction +1.0 the learnt order is: bestseller 0.40" in figure.alt_text


@pytest.mark.parametrize(
    ("chosen", "drawn", "correction"),
    [
        ((0.5, 0.6), (0.5, 0.5), 0.0),
        ((1.0, 0.0), (0.5, 0.5), 0.0),
        ((0.5, 0.5), (0.4, 0.3, 0.3), 0.0),
        ((0.5, 0.5), (0.5, 0.5), 2.0),
    ],
)
def test_bad_input_is_refused(chosen, drawn, correction):
    with pytest.raises(ValueError, match="correction_slider"):
        correction_slider(chosen, drawn, correction)
