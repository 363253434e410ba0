"""One file from a server: whole, within bounds, or not at all."""

from __future__ import annotations

from pathlib import Path
from threading import Event, Thread
from typing import Any

__all__ = ["LARGEST", "LONGEST", "DownloadError", "fetch_file"]

LARGEST, LONGEST = 64 * 1024**2, 3600.0
# Seconds without a byte, and bytes at a time.
_SILENCE, _BLOCK = 30, 2**16


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


def fetch_file(
    url: str,
    path: Path,
    *,
    largest: int = LARGEST,
    seconds: float = LONGEST,
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
