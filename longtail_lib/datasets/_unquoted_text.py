"""Plain text with a separator between fields and no quoting, in UTF-8 or Latin-1."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from longtail_lib.data._source import Source, open_source

__all__ = ["decoded", "open_unquoted", "text_lines"]


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
    if source.frame.to_series(-1).null_count():
        source.check_row_widths()
    return source


def decoded(path: Path) -> str:
    """Read a file of which nobody says whether it is UTF-8 or Latin-1."""
    raw = path.read_bytes()
    return raw.decode(_encoding(raw))


def text_lines(text: str) -> list[str]:
    """Split at line ends; str.splitlines would also split at characters inside of titles."""
    return [line.removesuffix("\r") for line in text.split("\n")]


def _encoding(raw: bytes) -> str:
    """Tell UTF-8 by whether it can be read as such; Latin-1 can be anything."""
    try:
        raw.decode("utf-8")
    except UnicodeDecodeError:
        return "latin-1"
    return "utf-8-sig"
