"""MovieLens latest-small from its official home: whole and unaltered, or not at all."""

from __future__ import annotations

import hashlib
import os
import shutil
import stat
import tempfile
import zipfile
from collections.abc import Mapping
from pathlib import Path
from threading import Event, Thread
from typing import Any

from longtail_lib._write_file import is_passing, sweep

__all__ = [
    "OFFICIAL_HOME",
    "SHA256",
    "DownloadError",
    "fetch_file",
    "fetch_movielens",
    "find_movielens",
]

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
_LONGEST = 600.0
# Seconds without a byte, and bytes at a time.
_SILENCE, _BLOCK = 30, 2**16
_LEFTOVER = f".{FOLDER}."


class DownloadError(OSError):
    """A download failed, or what came is not what was expected. Nothing of it is kept.

    Attributes
    ----------
    status : int or None
        What the server answered, where it refused.
    """

    def __init__(self, *said: Any, status: int | None = None) -> None:
        super().__init__(*said)
        self.status = status


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
    largest: int = _LARGEST,
    seconds: float = _LONGEST,
) -> Path:
    """Return the folder of MovieLens latest-small; download it where it is not there yet.

    The download ends with an error after `largest` bytes, or `seconds`.
    """
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
            try:
                fetch_file(
                    url, archive, largest=largest, seconds=seconds, known=True, progress=progress
                )
            except DownloadError as error:
                raise DownloadError(
                    f"{error}; nothing was kept. Try again, or unpack {FOLDER}.zip yourself and "
                    f"set {_VARIABLE} to the folder it is in, or use simulated data such as "
                    "load_dataset('shop')"
                ) from error
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


def fetch_file(
    url: str,
    path: Path,
    *,
    largest: int = _LARGEST,
    seconds: float = _LONGEST,
    known: bool = False,
    progress: bool = False,
) -> None:
    """Download one file of at most so many bytes in at most so many seconds.

    Where its hash is not `known`, the server must say where the file ends, so that a part of it is
    not taken for the whole.

    Raises
    ------
    DownloadError
        With the `status` that the server answered, where it did.
    OSError
        The file cannot be written.
    """
    stop, failed, seconds = Event(), [], max(0.0, seconds)

    def work() -> None:
        try:
            _receive(url, path, largest, known, progress, stop)
        except Exception as error:
            failed.append(error)

    # A server that sends a byte now and then keeps whoever reads from it waiting for ever.
    worker = Thread(target=work, daemon=True)
    worker.start()
    try:
        worker.join(seconds)
    finally:
        stop.set()
    if worker.is_alive():
        raise DownloadError(f"{url} was not there within {seconds:,.1f} seconds")
    if failed:
        raise failed[0]


def _receive(url: str, path: Path, largest: int, known: bool, progress: bool, stop: Event) -> None:
    """Ask for a file and write what comes, until it is whole, too large or no longer wanted."""
    import requests
    from tqdm.auto import tqdm

    size = 0
    headers = {"Accept-Encoding": "identity"}
    try:
        with requests.get(url, stream=True, timeout=_SILENCE, headers=headers) as answer:
            if answer.status_code != 200:
                said = f"{url} answered {answer.status_code} {answer.reason}"
                raise DownloadError(said, status=answer.status_code)
            length = answer.headers.get("Content-Length")
            is_chunked = "chunked" in answer.headers.get("Transfer-Encoding", "").lower()
            if not known and length is None and not is_chunked:
                raise DownloadError(f"{url} does not say how long it is")
            if int(length or 0) > largest:
                raise DownloadError(f"{url} is larger than {largest:,} bytes")
            bar = tqdm(
                total=int(length) if length else None,
                unit="B",
                unit_scale=True,
                disable=not progress,
            )
            if stop.is_set():
                return
            with path.open("wb") as file, bar:
                for block in answer.iter_content(_BLOCK):
                    size += len(block)
                    if stop.is_set():
                        return
                    if size > largest:
                        raise DownloadError(f"{url} is larger than {largest:,} bytes")
                    file.write(block)
                    bar.update(len(block))
    except DownloadError:
        raise
    except requests.RequestException as error:
        # A small file that broke off may have left nothing behind.
        if size or isinstance(error, requests.exceptions.ChunkedEncodingError):
            raise DownloadError(f"the download of {url} broke off") from error
        raise DownloadError(f"{url} cannot be reached") from error
    except OSError:
        raise
    except Exception as error:
        raise DownloadError(f"{url} answered what nobody can follow ({error})") from error


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
                if member.compress_type not in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED):
                    raise DownloadError(f"{url}: {name} is packed in an unknown way; {again}")
                with packed.open(member) as source, (target / name).open("wb") as file:
                    shutil.copyfileobj(source, file)
    except KeyError as error:
        raise DownloadError(f"{url} lacks {FOLDER}/{name}; {again}") from error
    except Exception as error:
        if isinstance(error, DownloadError) or is_passing(error):
            raise
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
