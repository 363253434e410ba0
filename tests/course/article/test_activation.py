import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.special import expit

from longtail_course.article import logit, sigmoid, sigmoid_derivative


@given(st.floats(-700, 700))
def test_sigmoid_is_scipys(z):
    assert sigmoid(z) == pytest.approx(expit(z), rel=1e-14)


def test_sigmoid_does_not_overflow_and_keeps_float32():
    with np.errstate(all="raise", under="ignore"):
        out = sigmoid(np.array([-1e4, 0, 1e4], dtype=np.float32))
    assert out.dtype == np.float32
    assert out.tolist() == [0.0, 0.5, 1.0]


def test_sigmoid_takes_integers():
    assert sigmoid([0, 2]).tolist() == pytest.approx([0.5, 1 / (1 + math.exp(-2))])


@given(st.floats(-20, 20))
def test_derivative_is_the_slope(z):
    slope = (sigmoid(z + 1e-5) - sigmoid(z - 1e-5)) / 2e-5
    assert sigmoid_derivative(sigmoid(z)) == pytest.approx(slope, abs=1e-9)


@given(st.floats(-15, 15))
def test_logit_undoes_sigmoid(z):
    assert logit(sigmoid(z)) == pytest.approx(z, abs=1e-7)


@pytest.mark.parametrize("number", [0.0, 1.0, -0.1, float("nan")])
def test_logit_refuses_what_no_sigmoid_gives(number):
    with pytest.raises(ValueError, match="strictly between 0 and 1"):
        logit(number)
