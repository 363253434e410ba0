"""The two scoring forms are drawn as computed, and marked where a root finder agrees."""

import numpy as np
import pytest

from longtail_course import pictures as plots
from longtail_course.pictures import Picture


def test_line_curve_and_marks_are_the_two_sides():
    diagonal, curve, marks, vertical = plots.score_forms([(2.0, -1.0)], mark=1.25).axes[0].lines
    assert np.array_equal(diagonal.get_xdata(), diagonal.get_ydata())
    x = curve.get_xdata()
    assert np.allclose(curve.get_ydata(), 1 / (1 + np.exp(1 - 2 * x)))
    # σ(2s - 1) = s has s = 1/2 by symmetry, and no other solution as the slope stays below 1.
    assert np.allclose(marks.get_xdata(), [0.5])
    assert np.allclose(marks.get_ydata(), [0.5])
    assert vertical.get_xdata()[0] == 1.25


def test_alt_text_holds_every_meeting_and_the_mark():
    said = plots.score_forms([(1, 0), (8, -4)], mark=0.5).alt_text
    assert "W3 = 8, b3 = -4: equal at uᵀi = 0.021, 0.500 and 0.979" in said
    assert "At uᵀi = 0.500 the right side gives 0.622 and 0.500" in said


def test_picture_is_labelled_small_and_complete():
    picture = plots.score_forms(mark=1.25)
    assert isinstance(picture, Picture)
    assert picture.axes[0].get_xlabel()
    assert picture.axes[0].get_ylabel()
    assert len(picture.png()) < 60_000
    picture.draw_without_rendering()
    box, frame = picture.get_tightbbox(), picture.get_size_inches()
    assert box.x0 > -0.02
    assert box.x1 < frame[0] + 0.02


@pytest.mark.parametrize(
    ("arguments", "words"),
    [({"forms": []}, "nothing to draw"), ({"reach": (0.2, 1)}, "hold 0 to 1")],
)
def test_bad_input_is_refused(arguments, words):
    with pytest.raises(ValueError, match=words):
        plots.score_forms(**arguments)
