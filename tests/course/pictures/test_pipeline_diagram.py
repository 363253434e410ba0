"""What the article's chart leaves out is drawn only where it is asked for."""

import pytest

from longtail_course.pictures import pipeline_diagram


def boxes(picture):
    return {text.get_text() for text in picture.axes[0].texts}


def test_missing_parts_are_dashed_and_said():
    plain, full = pipeline_diagram(), pipeline_diagram("H", data_flow=True, missing=True)
    added = boxes(full) - boxes(plain)
    assert {"H  Parts kept apart", "I  Baselines"} < added
    assert any("feedback" in text for text in added)
    assert "dashed" not in plain.alt_text
    assert "E to A" in full.alt_text
    assert full.alt_text.endswith("and the feedback arrow from D to E.")
    with pytest.raises(ValueError, match="no box H"):
        pipeline_diagram("H")


def test_feedback_stays_inside_and_runs_through_no_box():
    picture = pipeline_diagram(missing=True)
    axes = picture.axes[0]
    line = axes.lines[0].get_xydata()
    right = max(patch.get_x() + patch.get_width() for patch in axes.patches)
    assert right < line[:, 0].max() < axes.get_xlim()[1]
    assert line[0, 1] == 0
