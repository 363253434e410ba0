"""Weights of a model of the hub, at one revision: whole or not at all."""

from __future__ import annotations

import os
import time
from collections.abc import Mapping, Sequence
from pathlib import Path

from longtail_lib.data import DownloadError
from longtail_lib.data._download import cache_folder
from longtail_lib.data._fetch_file import LONGEST, fetch_file
from longtail_lib.data._hashed_files import complaint, staged

__all__ = ["HUB", "fetch_weights"]

HUB = "https://huggingface.co"
# The largest BERT takes 1.3 GB.
_LARGEST = 4 * 1024**3


def fetch_weights(
    name: str,
    revision: str,
    files: Mapping[str, str | None],
    *,
    optional: Sequence[str] = (),
    progress: bool = False,
    largest: int = _LARGEST,
    seconds: float = LONGEST,
) -> Path:
    """Return the folder of a model of the hub; download it where the cache has it not yet.

    A download ends with an error where a file has more than `largest` bytes, or all of them
    together take more than `seconds`.
    """
    ends = time.monotonic() + seconds
    folder = cache_folder() / "encoders" / name.replace("/", "--") / revision
    if not complaint(folder, files):
        return folder
    base = os.environ.get("HF_ENDPOINT") or HUB
    try:
        with staged(folder, files) as fresh:
            for file in (*files, *optional):
                url = f"{base.rstrip('/')}/{name}/resolve/{revision}/{file}"
                (fresh / file).parent.mkdir(exist_ok=True)
                try:
                    fetch_file(
                        url,
                        fresh / file,
                        largest=largest,
                        seconds=ends - time.monotonic(),
                        known=files.get(file) is not None,
                        progress=progress,
                    )
                except DownloadError as error:
                    if file in files or error.status != 404:
                        raise
            wrong = complaint(fresh, files)
            if wrong:
                raise DownloadError(f"what {base} sent is not what was published: {wrong}")
    except DownloadError:
        raise
    except OSError as error:
        raise DownloadError(
            f"the download cannot be stored in {folder.parent} ({error.strerror or error}); make "
            "room or set LONGTAIL_CACHE_HOME to a folder that can be written"
        ) from error
    return folder
