"""Vectors of texts on disk, so that no text is encoded twice."""

from __future__ import annotations

import contextlib
import hashlib
import os
import warnings
from collections.abc import Sequence
from pathlib import Path

import numpy as np

from longtail_lib._write_file import is_passing, write_file

__all__ = ["EncodingCache", "text_key"]

_SMALL, _MANY = 128, 64


def text_key(text: str) -> bytes:
    """Return the sha256 of a text, 32 bytes."""
    return hashlib.sha256(text.encode("utf-8", "replace")).digest()


class EncodingCache:
    """Vectors of one model, in files of some hundred texts each.

    A file appears under its name only when it is whole, so that an interruption, or a second
    process, does no harm. Each array in a file has its checksum. A file that does not agree with
    it is told in a warning and removed, and its texts count as not encoded.

    Parameters
    ----------
    folder : path
        Made at the first write.
    model_hash : str
        Whatever the vectors depend on besides the text; each has a folder of its own.
    dimensions : int

    Examples
    --------
    >>> from tempfile import TemporaryDirectory
    >>> with TemporaryDirectory() as folder:
    ...     cache = EncodingCache(folder, "a model", 2)
    ...     cache.write([text_key("a lamp")], np.array([[0.6, 0.8]]))
    ...     known = cache.read([text_key("a lamp"), text_key("a map")])
    >>> list(known.values())
    [array([0.6, 0.8], dtype=float32)]
    """

    def __init__(self, folder: str | os.PathLike[str], model_hash: str, dimensions: int) -> None:
        self.folder = Path(folder) / hashlib.sha256(model_hash.encode()).hexdigest()[:32]
        self.dimensions = dimensions
        self._complained = False

    def read(self, keys: Sequence[bytes]) -> dict[bytes, np.ndarray]:
        """Return the vectors that are there, float32, by their `text_key`."""
        missing, found = set(keys), {}
        for path in self._files():
            if not missing:
                break
            for key, vector in self._load(path, missing).items():
                found[key] = vector
                missing.discard(key)
        return found

    def write(self, keys: Sequence[bytes], vectors: np.ndarray) -> None:
        """Keep some vectors; where that fails a warning says why, and nothing else happens.

        Parameters
        ----------
        keys : list of bytes, length n
        vectors : ndarray, shape (n, dimensions)
        """
        if not len(keys):
            return
        try:
            self._write(keys, vectors)
            self._merge()
        except OSError as error:
            if not self._complained:
                warnings.warn(
                    f"vectors cannot be kept in {self.folder} and will be computed again next "
                    f"time ({error}); name another folder by cache, or set LONGTAIL_CACHE_HOME",
                    stacklevel=3,
                )
            self._complained = True

    def _files(self) -> list[Path]:
        return sorted(self.folder.glob("*.npz")) if self.folder.is_dir() else []

    def _load(self, path: Path, wanted: set[bytes] | None = None) -> dict[bytes, np.ndarray]:
        """Read a file's vectors: all, or only wanted ones; none, if the file is damaged."""
        try:
            with np.load(path, allow_pickle=False) as arrays:
                keys = arrays["keys"]
                if keys.dtype != np.uint8 or keys.ndim != 2 or keys.shape[1] != 32:
                    raise ValueError("its keys are no hashes")
                names = [key.tobytes() for key in keys]
                # Most files of a large cache have nothing that is wanted; their bulk stays unread.
                if wanted is not None and wanted.isdisjoint(names):
                    return {}
                vectors = arrays["vectors"]
            if vectors.shape != (len(names), self.dimensions) or vectors.dtype != np.float32:
                raise ValueError(f"its vectors are {vectors.dtype} of shape {vectors.shape}")
            if not np.isfinite(vectors).all():
                raise ValueError("its vectors hold what is no number")
        except Exception as error:
            if is_passing(error):
                # No room for another open file, no right to read, merged by another process: all
                # of that passes, and a file that was not read was not found damaged either.
                return {}
            warnings.warn(
                f"{path} is damaged ({error}); it is removed, and its texts are encoded again",
                stacklevel=4,
            )
            with contextlib.suppress(OSError):
                path.unlink(missing_ok=True)
            return {}
        return {
            name: vector
            for name, vector in zip(names, vectors, strict=True)
            if wanted is None or name in wanted
        }

    def _write(self, keys: Sequence[bytes], vectors: np.ndarray) -> Path:
        self.folder.mkdir(parents=True, exist_ok=True)
        table = np.frombuffer(b"".join(keys), np.uint8).reshape(len(keys), 32)
        # The number of rows leads the name, so that `_merge` need not open a file.
        name = f"{len(keys):06d}-{hashlib.sha256(table.tobytes()).hexdigest()[:32]}.npz"
        arrays = {"keys": table, "vectors": np.asarray(vectors, np.float32)}
        return write_file(self.folder / name, lambda file: np.savez(file, **arrays))

    def _merge(self) -> None:
        """Make one file of many small ones, which calls with few texts leave."""
        small = [path for path in self._files() if path.name[:6] < f"{_SMALL:06d}"]
        if len(small) < _MANY:
            return
        together: dict[bytes, np.ndarray] = {}
        read = []
        for path in small:
            vectors = self._load(path)
            if vectors:
                read.append(path)
                together |= vectors
        if not together:
            return
        kept = self._write(list(together), np.stack(list(together.values())))
        for path in read:
            if path != kept:
                path.unlink(missing_ok=True)
