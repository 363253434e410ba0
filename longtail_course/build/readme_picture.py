"""The picture in the README: taken from a stored lesson, so that it shows computed numbers."""

from __future__ import annotations

import base64
import re
from pathlib import Path

import nbformat

__all__ = ["stored_picture", "write_readme_picture"]

LESSON, CALL = "06_measuring_recommendations", "group_bars("
PICTURE = "docs/pictures/head_mid_tail.png"
_IMAGE = re.compile(rf"!\[[^\]]*\]\({re.escape(PICTURE)}\)")


def stored_picture(root: Path) -> tuple[bytes, str]:
    """PNG and alt text of the lesson's picture, as stored in the solutions edition.

    Raises
    ------
    ValueError
        The lesson has no such picture.
    """
    path = root / "notebooks" / "solutions" / f"{LESSON}.ipynb"
    for cell in nbformat.read(path, as_version=4).cells:
        if cell.cell_type == "code" and CALL in cell.source:
            for output in cell.outputs:
                if "image/png" in output.get("data", {}):
                    text = output.data["text/plain"].removeprefix("Picture: ").strip()
                    return base64.b64decode(output.data["image/png"]), _for_markdown(text)
    raise ValueError(f"{path.name} has no stored picture by {CALL[:-1]}; build the lesson first")


def write_readme_picture(root: Path) -> Path:
    """Store the picture beside the README and put its alt text into the README."""
    png, text = stored_picture(root)
    target, readme = root / PICTURE, root / "README.md"
    target.parent.mkdir(parents=True, exist_ok=True)
    words, found = _IMAGE.subn(lambda _: f"![{text}]({PICTURE})", readme.read_text("utf-8"))
    if found != 1:
        raise ValueError(f"README.md should show {PICTURE} once, it does {found} times")
    for path, content in ((target, png), (readme, words.encode())):
        part = path.with_name(path.name + ".part")
        part.write_bytes(content)
        part.replace(path)
    return target


def _for_markdown(text: str) -> str:
    """Intervals stand in square brackets, which would end the alt text."""
    return re.sub(r"\s+", " ", text).replace("[", "(").replace("]", ")")
