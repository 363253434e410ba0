"""The article's architecture: from preprocessing to deployment, and what feeds the steps."""

from __future__ import annotations

from typing import Any

from longtail_course.pictures.palette import style
from longtail_course.pictures.picture import Picture

__all__ = ["pipeline_diagram"]

# Letter, words, centre. Steps stand in one column, as in the article's top-down chart.
_BOXES = {
    "A": ("Data preprocessing", 2.1, 3.3),
    "B": ("Model training", 2.1, 2.2),
    "C": ("Model evaluation", 2.1, 1.1),
    "D": ("Model deployment", 2.1, 0.0),
    "E": ("User behaviour data", 5.5, 3.75),
    "F": ("Item feature data", 5.5, 2.95),
    "G": ("Large-scale dataset", 5.5, 2.2),
}
_EDGES = (("A", "B"), ("B", "C"), ("C", "D"), ("A", "E"), ("A", "F"), ("B", "G"))
_STEPS = "ABCD"
# What the chart leaves out. Boxes that feed evaluation, and the way back from deployment.
_MISSING = {
    "H": ("Parts kept apart", 5.5, 1.45),
    "I": ("Baselines", 5.5, 0.72),
}
_MISSING_EDGES = (("H", "C"), ("I", "C"))
_VERMILION = "#D55E00"


def pipeline_diagram(
    highlight: str = "", *, data_flow: bool = False, missing: bool = False
) -> Picture:
    """Draw the article's flow chart (section 2.4) in English.

    Parameters
    ----------
    highlight : str
        Letters of boxes to set off, such as "B" for the step that a lesson is about.
    data_flow : bool
        The article's arrows run from a step to its data (A to E, A to F, B to G). With True those
        three are turned round, the way data flows.
    missing : bool
        Add, dashed, what the chart leaves out: the parts of the log that are kept apart, the
        baselines, and the feedback from deployment to the next log.

    Returns
    -------
    Picture

    Raises
    ------
    ValueError
        A letter that is not in the chart.

    Examples
    --------
    >>> pipeline_diagram("C").alt_text[:64]
    "Flow chart of the article's pipeline. Steps: A data preprocessin"
    """
    from matplotlib.patches import FancyBboxPatch

    places = {**_BOXES, **_MISSING} if missing else _BOXES
    unknown = set(highlight) - set(places)
    if unknown:
        raise ValueError(
            f"pipeline_diagram: no box {', '.join(sorted(unknown))}; the boxes are "
            f"{', '.join(places)}"
        )
    edges = [
        (end, start) if data_flow and end not in _STEPS else (start, end) for start, end in _EDGES
    ]
    if missing:
        edges += _MISSING_EDGES
    width, height = 2.6, 0.56
    with style():
        picture = Picture(figsize=(6.4, 3.5))
        axes = picture.subplots()
        axes.axis("off")
        axes.set(xlim=(0.6, 7.15 if missing else 7.0), ylim=(-0.45, 4.2), aspect="equal")
        for letter, (words, x, y) in places.items():
            step, chosen = letter in _STEPS, letter in highlight
            colour = "#0072B2" if step else _VERMILION if letter in _MISSING else "#E69F00"
            axes.add_patch(
                FancyBboxPatch(
                    (x - width / 2, y - height / 2),
                    width,
                    height,
                    boxstyle="round,pad=0.02" if step else "square,pad=0.02",
                    facecolor=colour + ("55" if chosen else "1A"),
                    edgecolor=colour,
                    linewidth=2.6 if chosen else 1.3,
                    linestyle="--" if letter in _MISSING else "-",
                )
            )
            axes.text(x, y, f"{letter}  {words}", ha="center", va="center", fontsize=10)
        for start, end in edges:
            (_, x0, y0), (_, x1, y1) = places[start], places[end]
            if x0 == x1:
                tip, tail = (x1, y1 + height / 2 + 0.04), (x0, y0 - height / 2 - 0.04)
            else:
                side = 1 if x1 > x0 else -1
                tip = (x1 - side * (width / 2 + 0.04), y1)
                tail = (x0 + side * (width / 2 + 0.04), y0)
            axes.annotate(
                "",
                tip,
                tail,
                arrowprops={"arrowstyle": "-|>", "color": "#333333", "linewidth": 1.3},
            )
        if missing:
            _draw_feedback(axes, width)
    boxes = {letter: f"{letter} {words.lower()}" for letter, (words, *_) in places.items()}
    picture.alt_text = (
        "Flow chart of the article's pipeline. Steps: "
        + ", ".join(boxes[letter] for letter in _STEPS)
        + ". Data: "
        + ", ".join(text for letter, text in boxes.items() if letter in _BOXES.keys() - _STEPS)
        + ". Arrows: "
        + ", ".join(f"{start} to {end}" for start, end in edges)
        + "."
        + (
            f" Set off: {', '.join(boxes[letter] for letter in sorted(highlight))}."
            * bool(highlight)
        )
        + _missing_words(missing)
    )
    return picture


def _missing_words(missing: bool) -> str:
    if not missing:
        return ""
    boxes = ", ".join(f"{letter} {words.lower()}" for letter, (words, *_) in _MISSING.items())
    return f" Missing in the article, dashed: {boxes}, and the feedback arrow from D to E."


def _draw_feedback(axes: Any, width: float) -> None:
    """Lead an arrow from deployment round the right side to the user behaviour data."""
    (_, x0, y0), (_, x1, y1) = _BOXES["D"], _BOXES["E"]
    right = x1 + width / 2 + 0.24
    line = {"color": _VERMILION, "linewidth": 1.6, "linestyle": "--"}
    axes.plot([x0 + width / 2 + 0.04, right, right], [y0, y0, y1], **line)
    axes.annotate(
        "",
        (x1 + width / 2 + 0.04, y1),
        (right, y1),
        arrowprops={"arrowstyle": "-|>", "color": _VERMILION, "linewidth": 1.6},
    )
    axes.text(
        (x0 + width / 2 + right) / 2,
        y0 + 0.06,
        "feedback: what is shown makes the next log",
        ha="center",
        va="bottom",
        fontsize=8,
        color=_VERMILION,
    )
