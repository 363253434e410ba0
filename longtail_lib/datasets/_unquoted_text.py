"""Plain text with a separator between fields and no quoting, in UTF-8 or Latin-1."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from longtail_lib.data._source import Source, open_source

__all__ = ["open_unquoted", "text_lines"]


def open_unquoted(path: Path, separator: str, columns: Sequence[str] | None = None) -> Source:
    """Read all columns of a file as text; without `columns` its first line names them."""
    source = open_source(
        path,
        columns or (),
        separator=separator,
        quote=None,
        names=columns,
        encoding=_encoding(path.read_bytes()),
        others=True,
    )
    source.check_row_widths()
    return source


def text_lines(path: Path) -> list[str]:
    """Read lines of a file of which nobody says whether it is UTF-8 or Latin-1."""
    raw = path.read_bytes()
    # Not str.splitlines, which splits at characters inside of titles too.
    return [line.removesuffix("\r") for line in raw.decode(_encoding(raw)).split("\n")]


def _encoding(raw: bytes) -> str:
    """Tell UTF-8 by whether it can be read as such; Latin-1 can be anything."""
    try:
        raw.decode("utf-8")
    except UnicodeDecodeError:
        return "latin-1"
    return "utf-8-sig"
