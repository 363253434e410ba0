"""The slider shows the gate of the weight, and the reports it was given."""

import pytest

from longtail_course.widgets import text_weight_slider
from longtail_lib.evaluation import Report, Value


def report(overall, tail):
    values = {
        ("overall", "NDCG@10"): Value(overall, overall, overall, 50),
        ("tail", "NDCG@100"): Value(tail, tail, tail, 9),
    }
    return Report("TextGate", (), (), (), values, {})


REPORTS = {0.0: report(0.4, 0.0), 0.5: report(0.398, 0.01), 1.0: report(0.3, 0.07)}


@pytest.mark.parametrize(
    ("weight", "overall", "tail", "keeps"),
    [(0.0, 0.4, 0.0, True), (0.5, 0.398, 0.01, True), (1.0, 0.3, 0.07, False)],
)
def test_state_is_what_was_measured(weight, overall, tail, keeps):
    state = text_weight_slider(REPORTS, 2.0).move(text_weight=weight).state
    assert state == {"text_weight": weight, "overall": overall, "tail": tail, "keeps": keeps}


def test_left_the_gate_right_the_path_with_the_position():
    picture = text_weight_slider(REPORTS, 2.0, keep=0.9).snapshots(text_weight=[0.5])
    gate, path = picture.axes
    n, weight = gate.get_lines()[0].get_data()
    assert weight == pytest.approx(0.5 * 2 / (n + 2))
    assert path.get_lines()[0].get_xdata().tolist() == [0.4, 0.398, 0.3]
    assert path.get_lines()[1].get_xdata()[0] == pytest.approx(0.36)
    assert (path.get_lines()[2].get_xdata()[0], path.get_lines()[2].get_ydata()[0]) == (0.398, 0.01)
    assert "above the 90% line" in picture.alt_text


@pytest.mark.parametrize("weights", [[0.0], [0.5, 0.0], [0.5, 1.0]])
def test_refuses(weights):
    with pytest.raises(ValueError, match="ascending order, the first of them 0"):
        text_weight_slider(dict.fromkeys(weights, REPORTS[0.0]), 2.0)


def test_a_missing_metric_is_named():
    with pytest.raises(KeyError, match="tail"):
        text_weight_slider(REPORTS, 2.0, tail=("tail", "NDCG@10"))
