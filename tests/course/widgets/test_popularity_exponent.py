"""The slider shows the reports it was given, and draws the line that the condition asks for."""

import pytest

from longtail_course.widgets import exponent_slider
from longtail_lib.evaluation import Report, Value


def report(overall, tail, coverage):
    values = {
        ("overall", "NDCG@10"): Value(overall, overall - 0.01, overall + 0.01, 50),
        ("tail", "NDCG@100"): Value(tail, tail, tail + 0.01, 9),
        ("overall", "Coverage@10"): Value(coverage, coverage, coverage, 50),
    }
    return Report("EASE", (), (), (), values, {})


REPORTS = {0.0: report(0.299, 0.0, 0.05), 0.2: report(0.3, 0.01, 0.1), 0.4: report(0.2, 0.03, 0.6)}


@pytest.mark.parametrize(
    ("exponent", "overall", "tail", "coverage", "keeps"),
    [(0.0, 0.299, 0.0, 0.05, True), (0.2, 0.3, 0.01, 0.1, True), (0.4, 0.2, 0.03, 0.6, False)],
)
def test_state_is_what_was_measured(exponent, overall, tail, coverage, keeps):
    state = exponent_slider(REPORTS).move(exponent=exponent).state
    assert state["overall"] == overall
    assert state["tail"] == tail
    assert state["coverage"] == coverage
    assert state["keeps"] is keeps


def test_picture_marks_the_position_and_the_condition():
    picture = exponent_slider(REPORTS, keep=0.9).snapshots(exponent=[0.2])
    left, right = picture.axes
    assert left.get_lines()[0].get_ydata().tolist() == [0.299, 0.3, 0.2]
    assert right.get_lines()[0].get_ydata().tolist() == [0.0, 0.01, 0.03]
    assert [axes.get_lines()[2].get_xdata()[0] for axes in (left, right)] == [0.2, 0.2]
    assert left.get_lines()[3].get_ydata()[0] == pytest.approx(0.27)
    assert "0.300" in picture.alt_text
    assert "10%" in picture.alt_text


def test_another_tail_metric_is_named():
    with pytest.raises(KeyError, match="tail"):
        exponent_slider(REPORTS, tail=("tail", "NDCG@10"))


def test_refuses():
    with pytest.raises(ValueError, match="two or more"):
        exponent_slider({0.0: REPORTS[0.0]})
    with pytest.raises(ValueError, match="ascending"):
        exponent_slider({0.2: REPORTS[0.2], 0.0: REPORTS[0.0]})
