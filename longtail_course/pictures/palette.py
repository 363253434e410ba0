"""Colours, line styles, markers and hatches that also tell things apart without colour."""

from __future__ import annotations

from contextlib import AbstractContextManager

from longtail_lib.evaluation._report_display import COLOURS, MARKERS

__all__ = ["COLOURS", "GROUP_COLOURS", "HATCHES", "LINE_STYLES", "MARKERS", "style"]

GROUP_COLOURS = {
    "overall": COLOURS[6],
    "head": COLOURS[0],
    "mid": COLOURS[4],
    "tail": COLOURS[2],
}
LINE_STYLES = ("-", "--", "-.", ":", (0, (5, 1, 1, 1, 1, 1)), (0, (1, 3)), (0, (8, 3)))
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
