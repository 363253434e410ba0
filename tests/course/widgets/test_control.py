"""A control follows its sliders, shows the same text in every run, and is drawn on paper."""

import base64
import re
import subprocess
import sys

import ipywidgets
import pytest

from longtail_course.widgets import Control

WIDGET = "application/vnd.jupyter.widget-view+json"


@pytest.fixture
def square():
    return Control(
        "square",
        {"side": ipywidgets.IntSlider(value=2, max=9), "n": ipywidgets.IntSlider(value=1, max=9)},
        compute=lambda side, n: {"area": n * side**2},
        draw=lambda axes, side, n, area: axes[0].bar(["area"], [area]),
        say=lambda side, n, area: f"{n} x <{side}> is {area}.",
    )


def test_a_moved_slider_changes_state_sentence_and_picture(square):
    sentence, picture = (square.widget.children[place].value for place in (-2, -1))
    square.sliders["side"].value = 5
    assert square.state == {"side": 5, "n": 1, "area": 25}
    assert "is 25." in square.widget.children[-2].value
    assert sentence != square.widget.children[-2].value
    assert picture != square.widget.children[-1].value


def test_picture_is_a_png_with_alt_text(square):
    html = square.widget.children[-1].value
    assert 'alt="1 x &lt;2&gt; is 4."' in html
    assert base64.b64decode(re.search('base64,([^"]+)', html)[1]).startswith(b"\x89PNG")


def test_the_sentence_is_announced(square):
    assert 'aria-live="polite"' in square.widget.children[-2].value


def test_stored_text_is_stable_and_has_no_model_id(square):
    bundle = square._repr_mimebundle_()
    assert set(bundle) == {"text/plain", WIDGET}
    assert bundle["text/plain"] == "Control 'square', side = 2, n = 1. 1 x <2> is 4."
    assert bundle[WIDGET]["model_id"] not in bundle["text/plain"]


def test_snapshots_leave_the_control_alone(square):
    before = dict(square.state)
    figure = square.snapshots(side=[1, 3, 4])
    heights = [axes.patches[0].get_height() for axes in figure.axes]
    assert heights == [1, 9, 16]
    assert square.state == before
    assert figure.alt_text == square.alt_text(side=[1, 3, 4])
    assert square.alt_text(side=[1, 3], n=[2, 2]) == "2 x <1> is 2. 2 x <3> is 18."


def test_snapshot_without_positions_shows_where_the_sliders_stand(square):
    assert square.alt_text() == "1 x <2> is 4."


def test_unknown_slider_is_named(square):
    with pytest.raises(KeyError, match="no slider 'size'; it has 'side', 'n'"):
        square.move(size=3)
    with pytest.raises(KeyError, match="no slider 'size'"):
        square.snapshots(size=[3])


def test_positions_of_different_length_are_refused(square):
    with pytest.raises(ValueError, match="same number of positions"):
        square.snapshots(side=[1, 2], n=[1, 2, 3])


def test_package_imports_neither_matplotlib_nor_ipywidgets():
    code = (
        "import sys, longtail_course.widgets\n"
        "assert not {'matplotlib', 'ipywidgets', 'tensorflow'} & set(sys.modules)"
    )
    subprocess.run([sys.executable, "-c", code], check=True)
