"""Cells, counts and the arrows to a point are those of residual quantisation."""

import numpy as np
import pytest

from longtail_course import pictures as plots

POINTS = np.array([[0, 0], [0, 1], [0, 2], [9, 0], [9, 2]], dtype=np.float32)
BOOKS = np.array([[[0, 1], [9, 1]], [[0, -1], [0, 1]]], dtype=np.float32)


def test_one_panel_for_each_level_with_all_points():
    picture = plots.quantisation_cells(POINTS, BOOKS, title="A shop")
    titles = [axes.get_title(loc="left") for axes in picture.axes]
    assert titles == ["1 token: 2 cells in use", "2 tokens: 4 cells in use"]
    for axes in picture.axes:
        np.testing.assert_array_equal(axes.lines[0].get_xydata(), POINTS)
    assert len(picture.png()) < 60_000


def test_alt_text_counts_cells_and_names_what_is_left():
    text = plots.quantisation_cells(POINTS, BOOKS, title="A shop").alt_text
    left = (4 / 5) / POINTS.var(axis=0).sum()
    assert text.startswith("A shop. 5 points. 1 token: 2 cells in use, 3 points in the fullest, ")
    assert f"{left:.2f} of the variance left. 2 tokens: 4 cells in use, 2 points in" in text
    assert "starred" not in text


def test_arrows_lead_over_the_codes_to_the_point():
    picture = plots.quantisation_cells(POINTS, BOOKS, mark=4)
    ways = [
        [(note.xyann, tuple(note.xy)) for note in axes.texts if note.arrow_patch is not None]
        for axes in picture.axes
    ]
    assert [len(way) for way in ways] == [1, 2]
    np.testing.assert_allclose(ways[1], [[(0, 0), (9, 1)], [(9, 1), (9, 2)]])
    assert picture.axes[0].lines[1].get_xydata().tolist() == [[9, 2]]
    assert picture.alt_text.endswith("The starred point is 1-1.")


def test_colours_are_the_cells_of_the_first_level():
    mesh = plots.quantisation_cells(POINTS, BOOKS).axes[1].collections[0]
    first = np.asarray(mesh.get_array())
    assert first[0, 0] == 0
    assert first[-1, -1] == 1
    assert first.mean() == pytest.approx(0.5, abs=0.01)


def test_points_without_any_spread():
    text = plots.quantisation_cells(np.ones((3, 2)), BOOKS).alt_text
    assert "1 cells in use, 3 points in the fullest, 0.00 of the variance left" in text


@pytest.mark.parametrize(
    ("points", "books", "said"),
    [
        (np.ones((3, 5)), BOOKS, "project"),
        (np.ones((0, 2)), BOOKS, "in the plane"),
        (POINTS, BOOKS[0], "codebooks of shape"),
        (POINTS, np.ones((2, 4, 5)), "same two dimensions"),
        (POINTS * np.nan, BOOKS, "finite"),
    ],
)
def test_refuses(points, books, said):
    with pytest.raises(ValueError, match=said):
        plots.quantisation_cells(points, books)
