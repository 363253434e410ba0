"""Bytes and text of a file: gzip is told by its content, and what is no text is named."""

from __future__ import annotations

import codecs
import gzip
import io
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

__all__ = ["as_text", "check_encoding", "is_gzip", "is_utf8", "known_damage", "open_bytes"]


@contextmanager
def known_damage(path: Path) -> Iterator[None]:
    """Name a file that was cut or changed, or is in another encoding."""
    try:
        yield
    except (EOFError, gzip.BadGzipFile, zlib.error) as error:
        raise ValueError(
            f"{path.name} is damaged: its gzip stream cannot be unpacked ({error}); copy or "
            "download the file again"
        ) from error
    except UnicodeError as error:
        raise ValueError(
            f"{path.name} is not in the encoding that was given ({error}); save it as UTF-8, or "
            "pass its own encoding"
        ) from error


def is_gzip(path: Path) -> bool:
    """Say by the first bytes whether a file is gzip, whatever it is called."""
    with path.open("rb") as file:
        return file.read(2) == b"\x1f\x8b"


def is_utf8(encoding: str) -> bool:
    """Say by its name whether an encoding is UTF-8, with a mark at the beginning or without."""
    return encoding.lower().replace("_", "-") in ("utf-8", "utf8", "utf-8-sig")


def open_bytes(path: Path) -> io.BufferedIOBase:
    """Open a file, unpacked where it is gzip."""
    return gzip.open(path, "rb") if is_gzip(path) else path.open("rb")


def as_text(raw: io.BufferedIOBase, encoding: str, errors: str) -> io.TextIOWrapper:
    """Decode a file line by line; a mark of UTF-8 at its beginning is no text."""
    if is_utf8(encoding):
        encoding = "utf-8-sig"
    try:
        codecs.lookup(encoding)
    except LookupError as error:
        raise ValueError(
            f"encoding {encoding!r} is unknown to Python; usual ones are 'utf-8', 'latin-1', "
            "'cp1252' and 'utf-16'"
        ) from error
    return io.TextIOWrapper(raw, encoding=encoding, errors=errors, newline="")


def check_encoding(path: Path, encoding: str) -> None:
    """Refuse bytes that are no text, naming the line."""
    line = 1
    encoding = "utf-8" if encoding == "utf-8-sig" else encoding
    try:
        # One line at a time: a text reader decodes in blocks and would name the wrong one.
        with open_bytes(path) as raw:
            if len("a".encode(encoding)) > 1:
                with as_text(raw, encoding, "strict") as file:
                    file.read()
            else:
                for line, content in enumerate(raw, start=1):  # noqa: B007
                    content.decode(encoding)
    except UnicodeError as error:
        there = getattr(error, "object", b"")[getattr(error, "start", 0) :][:2]
        wide = there in (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE) and line == 1
        likely = "'utf-16', as its first bytes say" if wide else "'cp1252' or 'latin-1'"
        raise ValueError(
            f"{path.name}, row {line}: byte 0x{there[:1].hex() or '??'} is not {encoding} text; "
            f"save the file as UTF-8, or pass its encoding, such as encoding={likely}"
        ) from error
