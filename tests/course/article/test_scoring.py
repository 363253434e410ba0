import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from longtail_course.article import agreeing_scores, dot_score, score_equation, second_score

U, V = [1.0, 2.0], [3.0, -0.5]


def by_hand(z):
    return 1 / (1 + math.exp(-z))


def test_dot_score_by_hand():
    assert dot_score(U, V) == pytest.approx(2.0)
    assert dot_score([U, U], [V, U]).tolist() == pytest.approx([2.0, 5.0])
    assert dot_score(0.5, 0.25) == pytest.approx(0.125)


def test_second_score_in_every_reading():
    # u . i = 2; u * i = (3, -1)
    assert second_score(U, V, 0.5, 1.0, reading="scalar") == pytest.approx(by_hand(2.0))
    assert second_score(U, V, [0.5, 0, -1], reading="vector").tolist() == pytest.approx(
        [by_hand(1.0), 0.5, by_hand(-2.0)]
    )
    assert second_score(U, V, [1.0, 2.0]) == pytest.approx(by_hand(1.0))
    assert second_score(U, V, [[1, 2], [0, 1]], reading="matrix").tolist() == pytest.approx(
        [by_hand(1.0), by_hand(-1.0)]
    )


@pytest.mark.parametrize(
    ("reading", "weights"),
    [("scalar", [1.0]), ("vector", 1.0), ("elementwise", [1, 2, 3]), ("matrix", [1.0, 2.0])],
)
def test_weights_must_fit_the_reading(reading, weights):
    with pytest.raises(ValueError, match="weights must have shape"):
        second_score(U, V, weights, reading=reading)


def test_other_wrong_input():
    with pytest.raises(ValueError, match="reading must be one of"):
        second_score(U, V, 1.0, reading="both")
    with pytest.raises(ValueError, match="same shape"):
        dot_score([1.0], [1.0, 2.0])
    with pytest.raises(ValueError, match=r"each have shape \(d,\)"):
        second_score([U], [V], 1.0, reading="scalar")


@given(
    arrays(float, 6, elements=st.floats(0.5, 1)),
    arrays(float, 6, elements=st.floats(0.5, 1)),
    arrays(float, 6, elements=st.floats(-3, 3)),
    st.floats(-3, 3),
)
def test_the_two_sides_differ_wherever_the_dot_product_passes_one(u, i, weights, bias):
    # Six products of at least a quarter: the left side is at least 1.5, the right below 1.
    equation = score_equation(u, i, weights, bias)
    assert equation.left >= 1.5
    assert 0 < equation.right < 1
    assert equation.gap > 0.5


def test_the_two_sides_can_agree_at_a_single_point():
    # s = sigmoid(0 * s + 0) = .5 has one solution.
    assert score_equation([0.5], [1.0], [0.0]).gap == 0
    assert score_equation([0.6], [1.0], [0.0]).gap == pytest.approx(0.1)


def test_gap_is_the_largest_difference():
    equation = score_equation(np.full(5, 0.5), np.full(5, 0.5), [0.0, 1.0], reading="vector")
    assert equation.gap == pytest.approx(1.25 - 0.5)


@given(st.floats(-20, 20), st.floats(-10, 10))
def test_agreeing_scores_are_all_the_zeros_of_the_gap(weight, bias):
    found = agreeing_scores(weight, bias)
    assert 1 <= len(found) <= 3
    for s in found:
        assert second_score([s], [1.0], weight, bias, reading="scalar") == pytest.approx(s)
    # A scan that knows no calculus must not see more changes of sign than were found.
    scan = np.linspace(0, 1, 2001)
    sides = np.sign(1 / (1 + np.exp(-(weight * scan + bias))) - scan)
    assert np.count_nonzero(np.diff(sides[sides != 0])) <= len(found)


def test_agreeing_scores_by_symmetry():
    assert agreeing_scores(0.0).tolist() == [0.5]
    low, middle, high = agreeing_scores(8.0, -4.0)
    assert (middle, low + high) == (0.5, pytest.approx(1.0))
    with pytest.raises(ValueError, match="must be finite"):
        agreeing_scores(np.inf)
