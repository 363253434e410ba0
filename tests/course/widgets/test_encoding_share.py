"""The slider that shares one encoding among many fits."""

import dataclasses

import pytest

from longtail_course.experiments import cost_table, text_controls
from longtail_course.widgets import cost_slider


def test_slider_shows_the_prices_of_the_table():
    found = text_controls("shop")
    slider = cost_slider(found, fits=(1, 30))
    for fits in (1, 30):
        cost = slider.move(fits=fits).state["cost"]
        table = cost_table(found, fits=fits).drop_nulls("seconds a point")
        assert cost == dict(table.select("model", "seconds a point").rows())
        assert cost
    assert "30 fits from one encoding" in repr(slider)
    assert len(slider.snapshots(fits=[1, 30]).axes) == 2


def test_no_gain_no_price():
    found = text_controls("shop")
    rows = tuple(row._replace(verdict="undecided") for row in found.against["EaseScaled"].rows)
    against = {"EaseScaled": dataclasses.replace(found.against["EaseScaled"], rows=rows)}
    with pytest.raises(ValueError, match="no price"):
        cost_slider(dataclasses.replace(found, against=against))
