import itertools

import matplotlib
import numpy as np
from matplotlib.colors import to_rgb

from longtail_course.pictures import style
from longtail_course.pictures.palette import COLOURS, GROUP_COLOURS, HATCHES, LINE_STYLES, MARKERS

# Brettel-style simulation in linear RGB (Viénot, Brettel and Mollon 1999): what a person without
# long-wave or without medium-wave cones sees.
DICHROMATS = {
    "protanope": [[0.11238, 0.88762, 0.0], [0.11238, 0.88762, 0.0], [0.00401, -0.00401, 1.0]],
    "deuteranope": [[0.29275, 0.70725, 0.0], [0.29275, 0.70725, 0.0], [-0.02234, 0.02234, 1.0]],
}


def distance(one, other):
    return np.linalg.norm(np.array(one) - np.array(other))


def linear(colour):
    return np.array(to_rgb(colour)) ** 2.2


def test_colours_stay_apart_for_dichromats():
    for matrix in DICHROMATS.values():
        seen = [np.clip(np.array(matrix) @ linear(colour), 0, 1) ** (1 / 2.2) for colour in COLOURS]
        assert min(distance(a, b) for a, b in itertools.combinations(seen, 2)) > 0.1


def test_groups_differ_in_colour():
    assert len(set(GROUP_COLOURS.values())) == 4


def test_every_colour_has_a_line_a_marker_and_a_hatch_of_its_own():
    for others in (LINE_STYLES, MARKERS, HATCHES):
        assert len(set(others)) == len(others) == len(COLOURS)


def test_style_ends_with_its_context():
    before = matplotlib.rcParams["axes.spines.top"]
    with style():
        assert matplotlib.rcParams["font.family"] == ["DejaVu Sans"]
        assert not matplotlib.rcParams["axes.spines.top"]
    assert matplotlib.rcParams["axes.spines.top"] == before
