"""Datasets from their official homes: whole and unaltered, or not at all."""

from __future__ import annotations

import os
import shutil
import stat
import tempfile
import zipfile
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from longtail_lib._write_file import is_passing, sweep
from longtail_lib.data._fetch_file import LARGEST, LONGEST, DownloadError, fetch_file
from longtail_lib.data._hashed_files import complaint, file_hash, install

__all__ = ["DownloadError", "Published", "fetch_published", "find_published"]

_VARIABLE = "LONGTAIL_DATA_HOME"
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

    @property
    def files(self) -> dict[str, str | None]:
        """Every file, with its hash where that is known."""
        return {name: self.sha256.get(name) for name in self.paths}


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
        wrong = complaint(folder, published.sha256)
        if wrong:
            raise ValueError(
                f"{folder} is not {published.title} as published: {wrong}; remove "
                "the folder, or put the original files there"
            )
        return folder
    if data_home is not None:
        return None
    folder = cache_folder() / published.folder
    return folder if folder.is_dir() and not complaint(folder, published.files) else None


def fetch_published(
    published: Published,
    data_home: str | os.PathLike[str] | None = None,
    *,
    base_url: str | None = None,
    progress: bool = False,
    seconds: float = LONGEST,
) -> Path:
    """Return the folder of a dataset; download it where it is not there yet.

    A file that takes more than so many seconds, or is larger than was published, is an error.
    """
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
        sweep(home, f"{leftover}*", shutil.rmtree)
        with tempfile.TemporaryDirectory(prefix=leftover, dir=home) as temporary:
            fresh = Path(temporary) / "fresh"
            fresh.mkdir()
            if url.endswith("/"):
                for name, path in published.paths.items():
                    _download(f"{url}{path}", fresh / name, progress, published, seconds)
                _refuse_altered(fresh, published, url)
            else:
                archive = Path(temporary) / "archive.zip"
                _download(url, archive, progress, published, seconds)
                _extract(archive, fresh, published, url)
            target.parent.mkdir(parents=True, exist_ok=True)
            install(fresh, target, Path(temporary) / "replaced", published.files)
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


def _download(url: str, target: Path, progress: bool, published: Published, seconds: float) -> None:
    """Fetch one file of a dataset, or say how else to come by it."""
    is_archive = target.name not in published.paths
    try:
        fetch_file(
            url,
            target,
            largest=max(LARGEST, published.largest) if is_archive else published.largest,
            seconds=seconds,
            # A part of an archive is none.
            known=is_archive or target.name in published.sha256,
            progress=progress,
        )
    except DownloadError as error:
        raise DownloadError(
            f"{error}; nothing was kept. Try again, or put the files into a folder "
            f"{published.folder} yourself and set {_VARIABLE} to where that is, or use simulated "
            "data such as load_dataset('shop')"
        ) from error


def _extract(archive: Path, target: Path, published: Published, url: str) -> None:
    """Take the known files out of the archive and check them."""
    kind, _, expected = published.checksum.partition(":")
    if expected:
        found = file_hash(archive, kind)
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
                if member.compress_type not in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED):
                    raise DownloadError(f"{url}: {name} is packed in an unknown way; {_AGAIN}")
                with packed.open(member) as source, (target / name).open("wb") as file:
                    shutil.copyfileobj(source, file)
    except KeyError as error:
        raise DownloadError(f"{url} lacks {path}; {_AGAIN}") from error
    except Exception as error:
        if isinstance(error, DownloadError) or is_passing(error):
            raise
        raise DownloadError(f"{url} is no whole zip archive ({error}); {_AGAIN}") from error
    _refuse_altered(target, published, url)


def _refuse_altered(folder: Path, published: Published, url: str) -> None:
    wrong = complaint(folder, published.files)
    if wrong:
        raise DownloadError(f"{url} was altered: {wrong}; {_AGAIN}")
