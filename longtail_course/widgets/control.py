"""Sliders with a picture and a sentence that follow them, and their counterpart on paper."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from html import escape
from typing import Any

__all__ = ["Control"]


class Control:
    """A few sliders, and what they compute, say and draw.

    Every widget of the course is one of these. The computing is apart from the page, so that it
    is tested without a browser, and drawn again on paper.

    For authors of lessons: end a cell with the control. The cell's plain text holds the numbers
    at the start and is the same in every run; the model id is random, and nbval leaves out the
    type that carries it. So the cell needs no tag. Let a cell with the static picture follow, for
    a reader on paper and for a page without a kernel:

    >>> head = head_slider(counts)  # doctest: +SKIP
    >>> head  # doctest: +SKIP
    >>> head.snapshots(share=[0.05, 0.2, 0.5])  # doctest: +SKIP

    Parameters
    ----------
    name : str
        What the control is about.
    sliders : mapping of str to ipywidgets widget
        Each with a `value`. The key is the argument of `compute`.
    compute : callable
        `compute(**values) -> dict`, the numbers behind the picture.
    draw : callable
        `draw(axes, **state)` draws on a list of `panels` axes.
    say : callable
        `say(**state) -> str`, one or two sentences with the numbers; also the picture's alt text.
    panels : int
        Axes side by side in one picture.

    Attributes
    ----------
    state : dict
        The values of the sliders and what `compute` made of them.

    Examples
    --------
    >>> import ipywidgets
    >>> control = Control(
    ...     "square",
    ...     {"side": ipywidgets.IntSlider(value=2, min=0, max=9)},
    ...     compute=lambda side: {"area": side**2},
    ...     draw=lambda axes, side, area: axes[0].bar(["area"], [area]),
    ...     say=lambda side, area: f"A side of {side} gives an area of {area}.",
    ... )
    >>> control
    Control 'square', side = 2. A side of 2 gives an area of 4.
    >>> control.move(side=3).state
    {'side': 3, 'area': 9}
    """

    def __init__(
        self,
        name: str,
        sliders: Mapping[str, Any],
        *,
        compute: Callable[..., dict[str, Any]],
        draw: Callable[..., Any],
        say: Callable[..., str],
        panels: int = 1,
    ) -> None:
        import ipywidgets

        self.name = name
        self.sliders = dict(sliders)
        self.panels = panels
        self._compute, self._draw, self._say = compute, draw, say
        self._following = True
        self._text, self._picture = ipywidgets.HTML(), ipywidgets.HTML()
        self.widget = ipywidgets.VBox([*self.sliders.values(), self._text, self._picture])
        for slider in self.sliders.values():
            slider.observe(self._follow, names="value")
        self._follow()

    @property
    def values(self) -> dict[str, Any]:
        """Where the sliders stand."""
        return {key: slider.value for key, slider in self.sliders.items()}

    def move(self, **values: Any) -> Control:
        """Move sliders as a hand would, and return the control.

        Raises
        ------
        KeyError
            No slider of that name.
        """
        self._check_names(values)
        # One picture for all of them, not one for each.
        self._following = False
        try:
            for key, value in values.items():
                self.sliders[key].value = value
        finally:
            self._following = True
        self._follow()
        return self

    def snapshots(self, **positions: Any) -> Any:
        """Draw the pictures of several positions below each other.

        Parameters
        ----------
        **positions : sequence
            For each slider to move, its positions, all of equal length. The other sliders stay.

        Returns
        -------
        Picture
            A figure with its alt text; a notebook shows it as the value of a cell.

        Raises
        ------
        KeyError
            No slider of that name.
        ValueError
            Sequences of different length.
        """
        return self._draw_states(self._states(positions), layout="constrained")

    def alt_text(self, **positions: Any) -> str:
        """Say in words what `snapshots` shows."""
        return self._say_states(self._states(positions))

    def _states(self, positions: Mapping[str, Any]) -> list[dict[str, Any]]:
        self._check_names(positions)
        lengths = {len(list(values)) for values in positions.values()} or {1}
        if len(lengths) > 1:
            raise ValueError(
                f"control {self.name!r}: give the same number of positions for each slider, "
                f"got {sorted(lengths)}"
            )
        rows = [
            {**self.values, **{key: values[place] for key, values in positions.items()}}
            for place in range(lengths.pop())
        ]
        return [{**row, **self._compute(**row)} for row in rows]

    def _check_names(self, names: Mapping[str, Any]) -> None:
        for name in names:
            if name not in self.sliders:
                raise KeyError(
                    f"control {self.name!r} has no slider {name!r}; "
                    f"it has {', '.join(map(repr, self.sliders))}"
                )

    def _follow(self, change: Any = None) -> None:
        if not self._following:
            return
        self.state = {**self.values, **self._compute(**self.values)}
        said = self._say(**self.state)
        # A screen reader reads the sentence again when it changes.
        self._text.value = f'<p role="status" aria-live="polite">{escape(said)}</p>'
        # Fixed margins: a computed layout takes as long as the drawing and lags behind the hand.
        picture = self._draw_states([self.state], layout=None)
        picture.subplots_adjust(left=0.11, right=0.97, bottom=0.17, top=0.88, wspace=0.28)
        self._picture.value = picture._repr_html_()

    def _draw_states(self, states: list[dict[str, Any]], layout: str | None) -> Any:
        from longtail_course.pictures import Picture, style

        size = (4.5 * max(self.panels, 1.4), 3.0 * len(states))
        with style():
            picture = Picture(figsize=size, layout=layout, alt_text=self._say_states(states))
            grid = picture.subplots(len(states), self.panels, squeeze=False)
            for axes, state in zip(grid, states, strict=True):
                self._draw(list(axes), **state)
        return picture

    def _say_states(self, states: list[dict[str, Any]]) -> str:
        return " ".join(self._say(**state) for state in states)

    def __repr__(self) -> str:
        stand = ", ".join(
            f"{key} = {value:g}" if isinstance(value, (int, float)) else f"{key} = {value}"
            for key, value in self.values.items()
        )
        return f"Control {self.name!r}, {stand}. {self._say(**self.state)}"

    def _repr_mimebundle_(self, include: Any = None, exclude: Any = None) -> dict[str, Any]:
        bundle = self.widget._repr_mimebundle_(include=include, exclude=exclude)
        return {**bundle, "text/plain": repr(self)}
