"""The sliders' numbers are those of the formula."""

from longtail_course.toys import transformer_parameters
from longtail_course.widgets import size_sliders


def test_state_and_sentence_follow_the_sliders():
    control = size_sliders()
    control.move(width=768, layers=12, number="int8")
    state = control.state
    assert state["tables"] + state["stack"] == transformer_parameters(30_522, 768, 12)
    assert state["tables"] == transformer_parameters(30_522, 768, 0)
    assert "109 MB and fit into 8 GB" in repr(control)
    assert "do not fit into 8 GB" in control.alt_text(width=[12_288], layers=[96])


def test_bars_are_in_gigabytes():
    picture = size_sliders(memory_gb=16).snapshots(layers=[6, 12])
    for axes, layers in zip(picture.axes, (6, 12), strict=True):
        total = transformer_parameters(30_522, 384, layers) * 4 / 1e9
        tables, stack, together = [bar.get_width() for bar in axes.patches]
        assert abs(together - total) < 1e-12
        assert abs(tables + stack - total) < 1e-12
        assert axes.lines[0].get_xdata()[0] == 16
