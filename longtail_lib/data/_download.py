"""Datasets from their official homes: whole and unaltered, or not at all."""

from __future__ import annotations

import hashlib
import logging
import os
import shutil
import stat
import tempfile
import time
import zipfile
import zlib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path

__all__ = ["DownloadError", "Published", "fetch_published", "find_published"]

_VARIABLE = "LONGTAIL_DATA_HOME"
_AN_HOUR = 3600.0
_AGAIN = "nothing was kept; try again, and tell the data's keepers if it stays so"


@dataclass(frozen=True)
class Published:
    """Files of a dataset as its keepers publish them, and the folder that holds them here.

    `url` is that of a zip archive or, with a slash at its end, of a folder of the web; `paths` says
    where in it each file is. `sha256` (of files) and `checksum` (of the archive, "md5:...") hold
    what is known.
    """

    title: str
    folder: str
    url: str
    paths: Mapping[str, str]
    sha256: Mapping[str, str] = field(default_factory=dict)
    checksum: str = ""
    largest: int = 64 * 1024**2


class DownloadError(OSError):
    """A download failed, or what came is not what was expected. Nothing of it is kept."""


def cache_folder() -> Path:
    """Return `$LONGTAIL_CACHE_HOME`, or the folder of this system's user for such things."""
    named = os.environ.get("LONGTAIL_CACHE_HOME")
    if named:
        return Path(named)
    import pooch

    return Path(pooch.os_cache("longtail"))


def find_published(
    published: Published, data_home: str | os.PathLike[str] | None = None
) -> Path | None:
    """Look for a dataset's folder on this machine, without a download."""
    home = os.environ.get(_VARIABLE) if data_home is None else data_home
    if home and (Path(home) / published.folder).is_dir():
        folder = Path(home) / published.folder
        # Your own folder may hold another edition of files without a known hash.
        complaint = _complaint(folder, published, published.sha256)
        if complaint:
            raise ValueError(
                f"{folder} is not {published.title} as published: {complaint}; remove "
                "the folder, or put the original files there"
            )
        return folder
    if data_home is not None:
        return None
    folder = cache_folder() / published.folder
    return folder if folder.is_dir() and not _complaint(folder, published) else None


def fetch_published(
    published: Published,
    data_home: str | os.PathLike[str] | None = None,
    *,
    base_url: str | None = None,
    progress: bool = False,
) -> Path:
    """Return the folder of a dataset; download it where it is not there yet."""
    found = find_published(published, data_home)
    if found is not None:
        return found
    home = cache_folder() if data_home is None else Path(data_home)
    url = published.url
    if base_url is not None:
        url = f"{base_url.rstrip('/')}/{url.rpartition('/')[2]}"
    leftover = f".{published.folder.replace('/', '.')}."
    made = not home.exists()
    target = home / published.folder
    try:
        home.mkdir(parents=True, exist_ok=True)
        sweep(home, leftover)
        with tempfile.TemporaryDirectory(prefix=leftover, dir=home) as temporary:
            fresh = Path(temporary) / "fresh"
            fresh.mkdir()
            if url.endswith("/"):
                for name, path in published.paths.items():
                    _download(f"{url}{path}", fresh / name, progress, published)
                _refuse_altered(fresh, published, url)
            else:
                archive = Path(temporary) / "archive.zip"
                _download(url, archive, progress, published)
                _extract(archive, fresh, published, url)
            target.parent.mkdir(parents=True, exist_ok=True)
            _install(fresh, target, Path(temporary) / "replaced", published)
    except DownloadError:
        raise
    except OSError as error:
        raise DownloadError(
            f"cannot store the download in {home} ({error.strerror or error}); make room or make "
            "the folder writable, or name another one with data_home"
        ) from error
    finally:
        if made and home.is_dir() and not any(home.iterdir()):
            home.rmdir()
    return target


def _complaint(folder: Path, published: Published, names: Iterable[str] | None = None) -> str:
    """Say what is wrong with files of a folder, by default with all; empty where nothing is."""
    for name in published.paths if names is None else names:
        path = folder / name
        if not path.is_file():
            return f"{name} is missing"
        expected = published.sha256.get(name)
        if expected is None:
            continue
        with path.open("rb") as file:
            found = hashlib.file_digest(file, "sha256").hexdigest()
        if found != expected:
            return f"{name} has sha256 {found[:12]}..., expected {expected[:12]}..."
    return ""


def _download(url: str, archive: Path, progress: bool, published: Published) -> None:
    import pooch
    import requests

    # pooch tells its steps on stderr; what matters is told by the caller.
    logger = pooch.get_logger()
    level = logger.level
    logger.setLevel(logging.ERROR)
    try:
        pooch.HTTPDownloader(progressbar=progress, timeout=30)(url, str(archive), None)
    except requests.HTTPError as error:
        raise DownloadError(
            f"{url} answered {error.response.status_code} {error.response.reason}; try again "
            f"later, or put its files into a folder {published.folder} yourself and set "
            f"{_VARIABLE} to where that is"
        ) from error
    except requests.RequestException as error:
        if archive.exists() and archive.stat().st_size:
            raise DownloadError(
                f"the download of {url} broke off; nothing was kept, so start it again"
            ) from error
        raise DownloadError(
            f"cannot reach {url}; without a network, set {_VARIABLE} to a folder that holds "
            f"{published.folder}, or use simulated data such as load_dataset('shop')"
        ) from error
    finally:
        logger.setLevel(level)


def _extract(archive: Path, target: Path, published: Published, url: str) -> None:
    """Take the known files out of the archive and check them."""
    kind, _, expected = published.checksum.partition(":")
    if expected:
        with archive.open("rb") as file:
            found = hashlib.file_digest(file, kind).hexdigest()
        if found != expected:
            raise DownloadError(
                f"{url} is not what its keepers published: {kind} {found}, expected {expected}; "
                f"{_AGAIN}"
            )
    try:
        with zipfile.ZipFile(archive) as packed:
            for member in packed.infolist():
                parts = member.filename.replace("\\", "/").split("/")
                if ".." in parts or parts[0] in ("",) or ":" in parts[0]:
                    raise DownloadError(
                        f"{url} holds the unsafe path {member.filename!r}; {_AGAIN}"
                    )
                if stat.S_ISLNK(member.external_attr >> 16):
                    raise DownloadError(f"{url} holds the link {member.filename!r}; {_AGAIN}")
            for name, path in published.paths.items():
                member = packed.getinfo(path)
                if member.file_size > published.largest:
                    raise DownloadError(f"{url}: {name} is far too large; {_AGAIN}")
                with packed.open(member) as source, (target / name).open("wb") as file:
                    shutil.copyfileobj(source, file)
    except KeyError as error:
        raise DownloadError(f"{url} lacks {path}; {_AGAIN}") from error
    except (zipfile.BadZipFile, EOFError, RuntimeError, zlib.error) as error:
        raise DownloadError(f"{url} is no whole zip archive ({error}); {_AGAIN}") from error
    _refuse_altered(target, published, url)


def _refuse_altered(folder: Path, published: Published, url: str) -> None:
    complaint = _complaint(folder, published)
    if complaint:
        raise DownloadError(f"{url} was altered: {complaint}; {_AGAIN}")


def _install(fresh: Path, target: Path, aside: Path, published: Published) -> None:
    """Give the checked folder its name; an altered one that has it makes way."""
    if target.exists():
        if not _complaint(target, published):
            return
        target.replace(aside)
    try:
        fresh.replace(target)
    except OSError:
        if not target.exists() and aside.exists():
            aside.replace(target)
        # Another process may have finished first.
        if _complaint(target, published):
            raise


def sweep(home: Path, prefix: str) -> None:
    """Remove the folders that killed downloads left behind, by how their names begin."""
    for leftover in home.glob(f"{prefix}*"):
        try:
            if time.time() - leftover.stat().st_mtime > _AN_HOUR:
                shutil.rmtree(leftover, ignore_errors=True)
        except FileNotFoundError:
            continue
