"""Dots stand at the means, bars reach one standard deviation, the line is the truth."""

import numpy as np
import polars as pl
import pytest

from longtail_course import pictures as plots

COLUMNS = ["recommender", "propensity", "estimator", "true_value", "estimate", "bias", "sd"]
ROWS = [
    ("EASE", "none", "naive", 0.5, 0.3, -0.2, 0.01),
    ("EASE", "true", "IPS", 0.5, 0.49, -0.01, 0.04),
    ("EASE", "popularity", "IPS", 0.5, 0.7, 0.2, 0.02),
    ("Random", "none", "naive", 0.1, 0.2, 0.1, 0.01),
    ("Random", "true", "IPS", 0.1, 0.0999, -0.0001, 0.05),
    ("Random", "popularity", "IPS", 0.1, 0.05, -0.05, 0.01),
]
TABLE = pl.DataFrame(ROWS, schema=COLUMNS, orient="row")


def test_dots_bars_and_lines_are_those_of_the_table():
    picture = plots.estimator_dots(TABLE)
    ease, chance = picture.axes
    assert ease.lines[0].get_xdata() == [0.5, 0.5]
    assert chance.lines[0].get_xdata() == [0.1, 0.1]
    assert ease.get_title(loc="left") == "EASE\ntrue value 0.500"
    dots = {
        (float(x), float(y))
        for line in ease.lines
        if line.get_marker() in "os^"
        for x, y in zip(line.get_xdata(), line.get_ydata(), strict=True)
    }
    assert dots == {(0.3, 0.0), (0.49, 1.0), (0.7, 2.0)}
    ends = np.concatenate([np.array(c.get_segments())[:, :, 0] for c in ease.collections])
    np.testing.assert_allclose(ends, [[0.29, 0.31], [0.45, 0.53], [0.68, 0.72]])
    labels = [label.get_text() for label in ease.get_yticklabels()]
    assert labels == ["naive", "IPS (true)", "IPS (popularity)"]
    assert ease.get_xlim()[0] <= 0 < 0.72 < ease.get_xlim()[1]
    assert len(picture.png()) < 60_000


def test_alt_text_and_a_choice_of_panels():
    picture = plots.estimator_dots(TABLE.to_pandas(), ["Random"])
    assert len(picture.axes) == 1
    assert "Random, true value 0.100: naive 0.200, bias 0.100, sd 0.010" in picture.alt_text
    assert "IPS (true) 0.100, bias 0.000, sd 0.050" in picture.alt_text
    assert "EASE" not in picture.alt_text


def test_what_the_table_does_not_hold_is_refused():
    with pytest.raises(ValueError, match="holds EASE, Random, and 'ItemKNN'"):
        plots.estimator_dots(TABLE, ["ItemKNN"])
    with pytest.raises(ValueError, match="no rows"):
        plots.estimator_dots(TABLE.head(0))
