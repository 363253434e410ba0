"""Colours, line styles, markers and hatches that also tell things apart without colour."""

from __future__ import annotations

from contextlib import AbstractContextManager

__all__ = ["COLOURS", "GROUP_COLOURS", "HATCHES", "LINE_STYLES", "MARKERS", "style"]

# Okabe and Ito (2002), "Color Universal Design": distinct for all common kinds of colour vision.
# Yellow is left out, because a thin yellow line is hard to see on white.
COLOURS = ("#0072B2", "#D55E00", "#009E73", "#CC79A7", "#E69F00", "#56B4E9", "#000000")
GROUP_COLOURS = {
    "overall": "#000000",
    "head": "#0072B2",
    "mid": "#E69F00",
    "tail": "#009E73",
}
LINE_STYLES = ("-", "--", "-.", ":", (0, (5, 1, 1, 1, 1, 1)), (0, (1, 3)), (0, (8, 3)))
MARKERS = ("o", "s", "^", "D", "v", "P", "X")
HATCHES = ("", "//", "..", "xx", "\\\\", "++", "oo")


def style() -> AbstractContextManager[None]:
    """Return the context in which all pictures of the library are drawn.

    The font is the one that matplotlib carries, so pictures look alike on every machine.

    Examples
    --------
    >>> import matplotlib
    >>> with style():
    ...     matplotlib.rcParams["font.family"]
    ['DejaVu Sans']
    """
    import matplotlib

    return matplotlib.rc_context(
        {
            "font.family": ["DejaVu Sans"],
            "font.size": 10,
            "axes.titlesize": 11,
            "axes.titlelocation": "left",
            "axes.spines.top": False,
            "axes.spines.right": False,
            "axes.grid": True,
            "axes.axisbelow": True,
            "grid.color": "#DDDDDD",
            "grid.linewidth": 0.6,
            "lines.linewidth": 1.8,
            "legend.frameon": False,
            "figure.facecolor": "white",
            "axes.facecolor": "white",
            "hatch.linewidth": 0.7,
        }
    )
