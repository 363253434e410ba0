"""What the picture of stream estimates says, against quantiles by hand."""

import numpy as np
import pytest

from longtail_course.pictures import estimate_dots


def test_factors_count_both_ways_and_skip_what_never_comes():
    true = np.array([0.4, 0.3, 0.3, 0.0])
    picture = estimate_dots(true, {"now": np.array([0.2, 0.6, 0.3, 0.1])})
    assert "for 3 items" in picture.alt_text
    assert "half of the items are estimated within a factor of 2.00" in picture.alt_text
    assert [line.get_label() for line in picture.axes[0].lines] == ["exact", "now"]
    assert len(picture.axes[0].lines[1].get_xdata()) == 3


@pytest.mark.parametrize("estimates", [{}, {"x": np.array([0.5])}, {"x": np.array([0.5, 0.0])}])
def test_bad_input_is_refused(estimates):
    with pytest.raises(ValueError, match="estimate_dots"):
        estimate_dots(np.array([0.5, 0.5]), estimates)
