"""What gBCE believes, against a logit that is trained on the expected loss until it is done."""

import numpy as np
import pytest
from scipy.optimize import minimize_scalar

from longtail_course.widgets import calibration_slider
from longtail_lib.models.sequence._sequence_network import gbce_exponent


@pytest.mark.parametrize("calibration", [0.0, 0.75, 1.0])
def test_believed_is_where_the_expected_loss_is_least(calibration):
    control = calibration_slider(5, 101, calibration)
    exponent, share = gbce_exponent(5, 101, calibration), 5 / 100
    for place in (0, 20, 45):
        p = control.state["true"][place]

        def loss(logit, p=p):
            positive, negative = np.logaddexp(0, -logit), np.logaddexp(0, logit)
            return p * exponent * positive + (1 - p) * share * negative

        best = minimize_scalar(loss, bounds=(-15, 15), method="bounded", options={"xatol": 1e-9}).x
        assert control.state["believed"][place] == pytest.approx(1 / (1 + np.exp(-best)), rel=1e-4)


def test_one_negative_is_overconfident_and_full_calibration_is_not():
    control = calibration_slider(1, 1001)
    assert control.state["at_hundredth"] > 0.9
    control.move(calibration=1.0)
    np.testing.assert_allclose(control.state["believed"], control.state["true"])
    assert "probability 0.01" in control.snapshots(calibration=[0.0, 1.0]).alt_text


@pytest.mark.parametrize(("calibration", "n_items"), [(1.5, 100), (0.5, 1)])
def test_bad_input_is_refused(calibration, n_items):
    with pytest.raises(ValueError, match="calibration_slider"):
        calibration_slider(1, n_items, calibration)
