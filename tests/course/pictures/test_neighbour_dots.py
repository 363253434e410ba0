"""The dots stand where the table says, one panel for each attribute."""

import numpy as np
import polars as pl
import pytest

from longtail_course import pictures as plots

COLUMNS = ["encoder", "attribute", "group", "share", "low", "high", "n"]
ROWS = [
    ("words", "theme", "tail", 0.8, 0.7, 0.85, 50),
    ("words", "theme", "head", 0.5, 0.4, 0.6, 20),
    ("random", "theme", "tail", 0.0, 0.0, 0.1, 50),
    ("random", "theme", "head", 0.1, 0.05, 0.2, 20),
    ("words", "category", "tail", 1.0, 0.9, 1.0, 50),
    ("random", "category", "tail", 0.2, 0.1, 0.3, 50),
]
TABLE = pl.DataFrame(ROWS, schema=COLUMNS, orient="row")


def test_dots_and_intervals_are_those_of_the_table():
    picture = plots.agreement_dots(TABLE, notes={"theme": "given to none"})
    theme, category = picture.axes
    assert theme.get_title(loc="left") == "theme\ngiven to none"
    assert [line.get_xdata().tolist() for line in theme.lines] == [[0.8, 0.0], [0.5, 0.1]]
    assert [line.get_xdata().tolist() for line in category.lines] == [[1.0, 0.2]]
    ends = np.array(theme.collections[0].get_segments())[:, :, 0]
    np.testing.assert_allclose(ends, [[0.7, 0.85], [0.0, 0.1]])
    assert [label.get_text() for label in theme.get_yticklabels()] == ["words", "random"]
    assert len(picture.png()) < 60_000


def test_alt_text_holds_the_numbers_and_an_empty_table_is_refused():
    text = plots.agreement_dots(TABLE.to_pandas()).alt_text
    assert "words tail 0.80 [0.70, 0.85] (n = 50)" in text
    with pytest.raises(ValueError, match="no rows"):
        plots.agreement_dots(TABLE.head(0))
