"""Weights from the model hub at one fixed revision: whole and unaltered, or not at all."""

from __future__ import annotations

import hashlib
import logging
import os
import shutil
import tempfile
import time
from collections.abc import Mapping, Sequence
from pathlib import Path

from longtail_lib.data.download import DownloadError, cache_folder

__all__ = ["HUB", "fetch_weights"]

HUB = "https://huggingface.co"
_LEFTOVER = ".weights."
_AN_HOUR = 3600.0


def fetch_weights(
    name: str,
    revision: str,
    files: Mapping[str, str | None],
    *,
    optional: Sequence[str] = (),
    progress: bool = False,
) -> Path:
    """Return the folder of a model of the hub; download it where the cache has it not yet.

    Files go to a temporary folder beside their destination and are checked there; only then does
    the folder get its name.

    Parameters
    ----------
    name : str
        "owner/name".
    revision : str
        40 hexadecimal digits.
    files : mapping of str to str or None
        The files to fetch and their sha256; None is a file whose hash nobody has published.
    optional : list of str
        Files to fetch where the model has them.
    progress : bool
        Show a progress bar for each file.

    Returns
    -------
    Path
        `encoders/<owner--name>/<revision>` in the download cache.

    Raises
    ------
    DownloadError
        No network, a broken-off or altered download, or no room to store it. Nothing is kept.
    """
    home = cache_folder() / "encoders" / name.replace("/", "--")
    folder = home / revision
    if not _complaint(folder, files):
        return folder
    base = os.environ.get("HF_ENDPOINT") or HUB
    try:
        home.mkdir(parents=True, exist_ok=True)
        _sweep(home)
        with tempfile.TemporaryDirectory(prefix=_LEFTOVER, dir=home) as temporary:
            fresh = Path(temporary) / "fresh"
            fresh.mkdir()
            for file in (*files, *optional):
                url = f"{base.rstrip('/')}/{name}/resolve/{revision}/{file}"
                (fresh / file).parent.mkdir(exist_ok=True)
                _download(url, fresh / file, progress, needed=file in files)
            complaint = _complaint(fresh, files)
            if complaint:
                raise DownloadError(f"what {base} sent is not what was published: {complaint}")
            if folder.exists():
                folder.replace(Path(temporary) / "replaced")
            try:
                fresh.replace(folder)
            except OSError:
                # Another process may have finished first.
                if _complaint(folder, files):
                    raise
    except DownloadError:
        raise
    except OSError as error:
        raise DownloadError(
            f"the download cannot be stored in {home} ({error.strerror or error}); make room or "
            "set LONGTAIL_CACHE_HOME to a folder that can be written"
        ) from error
    return folder


def _complaint(folder: Path, files: Mapping[str, str | None]) -> str:
    """Say what is wrong with a folder; empty where nothing is."""
    for name, expected in files.items():
        path = folder / name
        if not path.is_file():
            return f"{name} is missing"
        if expected is None:
            continue
        with path.open("rb") as file:
            found = hashlib.file_digest(file, "sha256").hexdigest()
        if found != expected:
            return f"{name} has sha256 {found}, expected {expected}"
    return ""


def _download(url: str, path: Path, progress: bool, *, needed: bool) -> None:
    import pooch
    import requests

    logger = pooch.get_logger()
    level = logger.level
    logger.setLevel(logging.ERROR)
    try:
        pooch.HTTPDownloader(progressbar=progress, timeout=30)(url, str(path), None)
    except requests.HTTPError as error:
        if not needed and error.response.status_code == 404:
            path.unlink(missing_ok=True)
            return
        raise DownloadError(
            f"{url} answered {error.response.status_code} {error.response.reason}"
        ) from error
    except requests.RequestException as error:
        # A small file that broke off may have left nothing on the disk yet.
        begun = isinstance(error, requests.exceptions.ChunkedEncodingError)
        if begun or (path.exists() and path.stat().st_size):
            raise DownloadError(f"the download of {url} broke off") from error
        raise DownloadError(f"{url} cannot be reached") from error
    finally:
        logger.setLevel(level)


def _sweep(home: Path) -> None:
    """Remove what a killed download left behind."""
    for leftover in home.glob(f"{_LEFTOVER}*"):
        try:
            if time.time() - leftover.stat().st_mtime > _AN_HOUR:
                shutil.rmtree(leftover, ignore_errors=True)
        except FileNotFoundError:
            continue
