"""Lines over slices of the catalogue: what is drawn is what was measured."""

import numpy as np
import pytest

from longtail_course.pictures import decile_lines
from longtail_lib.evaluation import Report, Value

GROUPS = ("overall", *(str(place) for place in range(1, 11)))


def report(model, numbers, groups=GROUPS):
    values = {
        (group, "NDCG@100"): Value(value, value * 0.9, value * 1.2, 50)
        for group, value in zip(groups, numbers, strict=True)
    }
    return Report(model, ("NDCG",), (100,), groups, values, {"dataset": "shop", "part": "test"})


EASE = report("EASE", [0.3, 0.4, 0.1, 0.05, 0.01, 0, 0, 0, 0, 0, 0])
TEXT = report("Text", [0.1, 0.1, 0.1, 0.05, 0.03, 0.03, 0.02, 0.02, 0.01, 0.01, float("nan")])


def test_lines_hold_the_slices_and_not_the_whole():
    axes = decile_lines([EASE, TEXT], "NDCG@100", popularity=np.arange(10)[::-1]).axes[0]
    lines = [container.lines[0].get_ydata() for container in axes.containers]
    assert np.allclose(lines[0], [0.4, 0.1, 0.05, 0.01, 0, 0, 0, 0, 0, 0])
    assert axes.get_yscale() == "symlog"
    assert axes.get_xticklabels()[0].get_text() == "1\n(9)"
    assert len({container.lines[0].get_linestyle() for container in axes.containers}) == 2


def test_alt_text_has_the_numbers():
    said = decile_lines([EASE, TEXT], "NDCG@100").alt_text
    assert "EASE: 1 0.4000, 2 0.1000" in said
    assert "10 not defined" in said


def test_bad_input():
    with pytest.raises(ValueError, match="no report"):
        decile_lines([], "NDCG@100")
    with pytest.raises(ValueError, match="different groups"):
        decile_lines([EASE, report("Other", [0.1, 0.2], ("overall", "1"))], "NDCG@100")
    with pytest.raises(ValueError, match="each of the 10 groups, got 3"):
        decile_lines([EASE], "NDCG@100", popularity=[3, 2, 1])
