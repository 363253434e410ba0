"""Colours and markers that colour-blind readers tell apart, for reports and for the course."""

from __future__ import annotations

__all__ = ["COLOURS", "MARKERS"]

# Okabe and Ito (2002), "Color Universal Design": distinct for all common kinds of colour vision.
# Yellow is left out, because a thin yellow line is hard to see on white.
COLOURS = ("#0072B2", "#D55E00", "#009E73", "#CC79A7", "#E69F00", "#56B4E9", "#000000")
MARKERS = ("o", "s", "^", "D", "v", "P", "X")
