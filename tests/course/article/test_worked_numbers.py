"""Every number here was worked out with e = 2.718281828 and a pencil, or follows in one line."""

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from longtail_course.article import project, sigmoid, weights_for, worked_example


@pytest.fixture(scope="module")
def results():
    return [row["result"] for row in worked_example().rows]


def test_four_weights_of_a_half_meet_four_ones(results):
    assert results[0] == 2.0


def test_no_reading_gives_the_printed_representation(results):
    two, half = 1 / (1 + math.exp(-2.0)), 1 / (1 + math.exp(-0.5))
    assert results[1] == pytest.approx(two)
    assert results[1] == pytest.approx(0.8808, abs=5e-5)
    assert results[2].tolist() == pytest.approx([half] * 4 + [0.5])
    assert results[2][0] == pytest.approx(0.6225, abs=5e-5)
    assert results[3].tolist() == pytest.approx([two] * 5)


def test_the_nearest_weights_that_give_it(results):
    assert results[4].tolist() == pytest.approx([0.5] * 5)


def test_no_reading_gives_the_printed_score(results):
    assert results[5] == 1.25
    assert results[6] == pytest.approx(1 / (1 + math.exp(-1.25)))
    assert results[6] == pytest.approx(0.7773, abs=5e-5)
    weighted = 1 / (1 + math.exp(-0.625))
    assert results[7].tolist() == pytest.approx([weighted] * 5)
    assert results[8] == pytest.approx(weighted)
    half = 1 / (1 + math.exp(-0.5))
    assert results[9] == pytest.approx(4 * half**2 + 0.25)
    assert results[10] == pytest.approx(5 / (1 + math.exp(-2.0)) ** 2)


def test_only_the_mended_row_agrees():
    agrees = [row["agrees"] for row in worked_example().rows]
    assert agrees == [None, False, False, False, True] + [False] * 6


def test_the_table_is_shown_as_text_frame_and_html():
    table = worked_example()
    frame = table.to_frame()
    assert frame.columns == ["quantity", "reading", "formula", "result", "printed", "agrees"]
    assert frame["result"].to_list()[:2] == ["2.0000", "0.8808"]
    assert frame["agrees"].to_list()[:2] == ["-", "no"]
    lines = repr(table).splitlines()
    assert len(lines) == 1 + len(frame)
    assert "[0.6225, 0.6225, 0.6225, 0.6225, 0.5]" in lines[3]
    page = table._repr_html_()
    assert page.count("<tr>") == 1 + len(frame)
    assert "<caption>" in page


@given(
    st.floats(0.01, 0.99),
    arrays(float, 4, elements=st.floats(0.1, 2)),
    st.floats(-2, 2),
    arrays(float, 4, elements=st.floats(-2, 2)),
)
def test_weights_for_hits_the_target_by_the_shortest_way(target, x, bias, start):
    weights = weights_for(target, x, bias, start=start)
    assert sigmoid(weights @ x + bias) == pytest.approx(target)
    # Shortest: the step has no part along the plane of solutions, so it is parallel to x.
    step = weights - start
    assert np.linalg.norm(step) * np.linalg.norm(x) == pytest.approx(abs(step @ x), abs=1e-9)


def test_any_move_across_x_keeps_the_output():
    x = np.array([1.0, 1, 1, 1, 0])
    for move in ([1, -1, 0, 0, 0], [0, 0, 3, -3, 0], [0, 0, 0, 0, 9]):
        weights = weights_for(0.5, x) + move
        assert project(x, 0 * x, weights, reading="vector") == 0.5


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ((1.0, [1.0]), "strictly between"),
        ((0.5, [0.0, 0.0]), "all zeros"),
        ((0.5, [[1.0]]), "one shape"),
    ],
)
def test_weights_for_refuses(arguments, message):
    with pytest.raises(ValueError, match=message):
        weights_for(*arguments)
    with pytest.raises(ValueError, match="one shape"):
        weights_for(0.5, [1.0, 2.0], start=[1.0])
