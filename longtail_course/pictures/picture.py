"""A matplotlib figure that carries its description to whoever cannot see it."""

from __future__ import annotations

import base64
import io
from html import escape
from typing import Any

from matplotlib.figure import Figure

from longtail_course.pictures.palette import style

__all__ = ["Picture"]

_DPI = 110


class Picture(Figure):
    """A figure with an alt text; the last line of a notebook cell shows both.

    It is a matplotlib figure in every respect: change its `axes`, or save it with `savefig`. It
    is not made by pyplot, so a notebook shows it once, where it is the value of a cell.

    Shown in a notebook it gives three things. `text/html` is an image with an `alt` attribute,
    because JupyterLab takes no alt text from anywhere else. `image/png`, with `alt` in its
    metadata, is for what cannot show HTML, such as conversion to PDF. `text/plain` is the alt
    text: its numbers are compared when stored notebooks are tested, which pixels are not.

    Attributes
    ----------
    alt_text : str
        What the picture shows, with its numbers. Set it anew when you change the picture.

    Examples
    --------
    >>> picture = Picture(figsize=(2, 1), alt_text="An empty frame.")
    >>> _ = picture.subplots()
    >>> picture
    Picture: An empty frame.
    >>> picture._repr_html_()[:28]
    '<img alt="An empty frame." s'
    """

    def __init__(self, *arguments: Any, alt_text: str = "", **options: Any) -> None:
        options.setdefault("layout", "constrained")
        super().__init__(*arguments, **options)
        self.alt_text = alt_text

    def png(self) -> bytes:
        """Return the picture as a PNG of at most 256 colours, which keeps notebooks small."""
        # Pillow comes with matplotlib.
        from PIL import Image

        drawn, small = io.BytesIO(), io.BytesIO()
        with style():
            self.savefig(drawn, format="png", dpi=_DPI)
        image = Image.open(drawn).convert("RGB")
        # Dithering would turn flat areas into noise, which looks bad and compresses badly.
        image.quantize(256, dither=Image.Dither.NONE).save(small, format="png", optimize=True)
        return small.getvalue()

    def __repr__(self) -> str:
        return f"Picture: {self.alt_text}"

    def _repr_html_(self) -> str:
        return self._image_tag(self.png())

    def _image_tag(self, png: bytes) -> str:
        return (
            f'<img alt="{escape(self.alt_text)}" style="max-width: 100%" '
            f'src="data:image/png;base64,{base64.b64encode(png).decode()}">'
        )

    def _repr_mimebundle_(
        self, include: Any = None, exclude: Any = None
    ) -> tuple[dict[str, Any], dict[str, Any]]:
        png = self.png()
        data = {
            "text/plain": repr(self),
            "text/html": self._image_tag(png),
            "image/png": base64.b64encode(png).decode(),
        }
        return data, {"image/png": {"alt": self.alt_text}}
