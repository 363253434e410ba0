"""MovieLens latest-small from its official home: whole and unaltered, or not at all."""

from __future__ import annotations

import hashlib
import logging
import os
import shutil
import stat
import tempfile
import zipfile
import zlib
from collections.abc import Mapping
from pathlib import Path

from longtail_lib._write_file import sweep

__all__ = ["OFFICIAL_HOME", "SHA256", "DownloadError", "fetch_movielens", "find_movielens"]

OFFICIAL_HOME = "https://files.grouplens.org/datasets/movielens/"
FOLDER = "ml-latest-small"
SHA256: Mapping[str, str] = {
    "ratings.csv": "aa289ca83157595d0df6aea1be6a4ded676ddc4385472e8313a8ed9805352646",
    "movies.csv": "5a5f32dd9bb3797b8e728a1b98958789d2b13f294a69fdfbc5727f8a9611aa07",
    "tags.csv": "92a9f8bb7916dceef6151209845788c3643f794dfa79d1feaec7121b5960399d",
    "links.csv": "97ad18e4e56a09363c65676b6cb3482ce3e2cea2372a24620c1599c843325f31",
}
_VARIABLE = "LONGTAIL_DATA_HOME"
_LARGEST = 64 * 1024**2
_LEFTOVER = f".{FOLDER}."


class DownloadError(OSError):
    """A download failed, or what came is not what was expected. Nothing of it is kept."""


def cache_folder() -> Path:
    """Return `$LONGTAIL_CACHE_HOME`, or the folder of this system's user for such things."""
    named = os.environ.get("LONGTAIL_CACHE_HOME")
    if named:
        return Path(named)
    import pooch

    return Path(pooch.os_cache("longtail"))


def find_movielens(
    data_home: str | os.PathLike[str] | None = None, *, sha256: Mapping[str, str] = SHA256
) -> Path | None:
    """Look for MovieLens latest-small on this machine, without a download."""
    homes = [data_home] if data_home is not None else [os.environ.get(_VARIABLE)]
    for home in homes:
        if home and (Path(home) / FOLDER).is_dir():
            folder = Path(home) / FOLDER
            complaint = _complaint(folder, sha256)
            if complaint:
                raise ValueError(
                    f"{folder} is not MovieLens latest-small as published: {complaint}; remove "
                    "the folder, or put the original files there"
                )
            return folder
    if data_home is not None:
        return None
    folder = cache_folder() / FOLDER
    return folder if folder.is_dir() and not _complaint(folder, sha256) else None


def fetch_movielens(
    data_home: str | os.PathLike[str] | None = None,
    *,
    base_url: str = OFFICIAL_HOME,
    sha256: Mapping[str, str] = SHA256,
    progress: bool = False,
) -> Path:
    """Return the folder of MovieLens latest-small; download it where it is not there yet."""
    found = find_movielens(data_home, sha256=sha256)
    if found is not None:
        return found
    home = cache_folder() if data_home is None else Path(data_home)
    url = f"{base_url.rstrip('/')}/{FOLDER}.zip"
    made = not home.exists()
    try:
        home.mkdir(parents=True, exist_ok=True)
        sweep(home, f"{_LEFTOVER}*", shutil.rmtree)
        with tempfile.TemporaryDirectory(prefix=_LEFTOVER, dir=home) as temporary:
            archive = Path(temporary) / "archive.zip"
            _download(url, archive, progress)
            fresh = Path(temporary) / FOLDER
            fresh.mkdir()
            _extract(archive, fresh, sha256, url)
            _install(fresh, home / FOLDER, Path(temporary) / "replaced", sha256)
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
    return home / FOLDER


def _complaint(folder: Path, sha256: Mapping[str, str]) -> str:
    """Say what is wrong with a folder; empty where nothing is."""
    for name, expected in sha256.items():
        path = folder / name
        if not path.is_file():
            return f"{name} is missing"
        with path.open("rb") as file:
            found = hashlib.file_digest(file, "sha256").hexdigest()
        if found != expected:
            return f"{name} has sha256 {found[:12]}..., expected {expected[:12]}..."
    return ""


def _download(url: str, archive: Path, progress: bool) -> None:
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
            f"later, or unpack {FOLDER}.zip yourself and set {_VARIABLE} to the folder it is in"
        ) from error
    except requests.RequestException as error:
        if archive.exists() and archive.stat().st_size:
            raise DownloadError(
                f"the download of {url} broke off; nothing was kept, so start it again"
            ) from error
        raise DownloadError(
            f"cannot reach {url}; without a network, set {_VARIABLE} to a folder that holds "
            f"{FOLDER}, or use simulated data such as load_dataset('shop')"
        ) from error
    finally:
        logger.setLevel(level)


def _extract(archive: Path, target: Path, sha256: Mapping[str, str], url: str) -> None:
    """Take the known files out of the archive and check them."""
    again = "nothing was kept; try again, and tell the data's keepers if it stays so"
    try:
        with zipfile.ZipFile(archive) as packed:
            for member in packed.infolist():
                parts = member.filename.replace("\\", "/").split("/")
                if ".." in parts or parts[0] in ("",) or ":" in parts[0]:
                    raise DownloadError(f"{url} holds the unsafe path {member.filename!r}; {again}")
                if stat.S_ISLNK(member.external_attr >> 16):
                    raise DownloadError(f"{url} holds the link {member.filename!r}; {again}")
            for name in sha256:
                member = packed.getinfo(f"{FOLDER}/{name}")
                if member.file_size > _LARGEST:
                    raise DownloadError(f"{url}: {name} is far too large; {again}")
                with packed.open(member) as source, (target / name).open("wb") as file:
                    shutil.copyfileobj(source, file)
    except KeyError as error:
        raise DownloadError(f"{url} lacks {FOLDER}/{name}; {again}") from error
    except (zipfile.BadZipFile, EOFError, RuntimeError, zlib.error) as error:
        raise DownloadError(f"{url} is no whole zip archive ({error}); {again}") from error
    complaint = _complaint(target, sha256)
    if complaint:
        raise DownloadError(f"{url} was altered: {complaint}; {again}")


def _install(fresh: Path, target: Path, aside: Path, sha256: Mapping[str, str]) -> None:
    """Give the checked folder its name; an altered one that has it makes way."""
    if target.exists():
        if not _complaint(target, sha256):
            return
        target.replace(aside)
    try:
        fresh.replace(target)
    except OSError:
        if not target.exists() and aside.exists():
            aside.replace(target)
        # Another process may have finished first.
        if _complaint(target, sha256):
            raise
