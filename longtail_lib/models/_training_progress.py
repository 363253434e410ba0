"""The state of an unfinished training in one file, so that a killed fit can go on."""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import numpy as np
from scipy.sparse import csr_matrix

from longtail_lib.models._model_file import read_model_file, write_model_file
from longtail_lib.preprocessing import Split
from longtail_lib.ranking import largest_columns

__all__ = ["fingerprint", "read_checkpoint", "validation_ndcg", "write_checkpoint"]


_FORMAT = 1
_FILE = "training.npz"
# Where a fit stores itself and how it shows progress change nothing in what it learns.
_FREE = ("checkpoint", "progress")


def fingerprint(model: str, parameters: Mapping[str, Any], parts: Split) -> dict[str, str]:
    """Describe what a training depends on: model, parameters and data, each as a short text.

    Parameters
    ----------
    model : str
        Class name.
    parameters : mapping
        From `get_params`; `checkpoint` and `progress` are left out.
    parts : Split

    Returns
    -------
    dict of str to str

    Examples
    --------
    >>> parts = Split.from_matrices(np.eye(2))
    >>> list(fingerprint("TwoTower", {"dim": 8, "progress": True}, parts))
    ['model', 'dim', 'train part', 'validation part']
    """
    own = {name: _text(value) for name, value in parameters.items() if name not in _FREE}
    return {
        "model": model,
        **own,
        "train part": _digest(parts, parts.train),
        "validation part": _digest(parts, parts.validation),
    }


def write_checkpoint(
    folder: str | os.PathLike[str],
    of: Mapping[str, str],
    about: Mapping[str, Any],
    arrays: Mapping[str, np.ndarray],
) -> None:
    """Put a training's state in place of the last one; the file appears whole or not at all.

    Parameters
    ----------
    folder : path
        Made if it is missing.
    of : mapping
        From `fingerprint`.
    about : mapping
        What JSON can hold.
    arrays : mapping of str to ndarray
    """
    folder = Path(folder)
    folder.mkdir(parents=True, exist_ok=True)
    # A fit that was killed while writing left its unfinished file behind.
    for part in folder.glob(f"{_FILE}.*.part"):
        part.unlink()
    header = {"format": _FORMAT, "model": of["model"], "parameters": dict(of), "state": about}
    write_model_file(folder / _FILE, header, arrays)


def read_checkpoint(
    folder: str | os.PathLike[str], of: Mapping[str, str]
) -> tuple[dict[str, Any], dict[str, np.ndarray]] | None:
    """Return what `write_checkpoint` stored, or None where nothing is.

    Raises
    ------
    ValueError
        The checkpoint is of another model, other parameters or other data, or is damaged.
    """
    path = Path(folder) / _FILE
    if not path.exists():
        return None
    header, arrays = read_model_file(path)
    if header["format"] != _FORMAT:
        raise ValueError(
            f"{path} is a checkpoint in format {header['format']}, this version of longtail_lib "
            f"reads format {_FORMAT}; remove it to start anew"
        )
    stored = header["parameters"]
    differ = [
        f"{name} was {stored.get(name, 'absent')} and is {of.get(name, 'absent')}"
        for name in dict.fromkeys([*stored, *of])
        if stored.get(name) != of.get(name)
    ]
    if differ:
        raise ValueError(
            f"{path} is the checkpoint of another training: {'; '.join(differ)}. Use another "
            "folder, or remove the file to start anew"
        )
    return header["state"], arrays


def _text(value: Any) -> str:
    """Say a parameter in a few words; an array by its hash."""
    if isinstance(value, np.ndarray):
        digest = hashlib.sha256(np.ascontiguousarray(value).tobytes()).hexdigest()[:12]
        return f"array {value.shape} {value.dtype} {digest}"
    if isinstance(value, Mapping):
        return json.dumps({str(name): _text(part) for name, part in value.items()})
    return repr(value)


def _digest(parts: Split, matrix: csr_matrix) -> str:
    digest = hashlib.sha256(repr(matrix.shape).encode())
    for array in (matrix.indptr, matrix.indices):
        digest.update(np.ascontiguousarray(array, dtype=np.int64).tobytes())
    digest.update(np.ascontiguousarray(matrix.data, dtype=np.float32).tobytes())
    for ids in (parts.user_ids, parts.item_ids):
        digest.update("\n".join(map(str, ids.tolist())).encode())
    return digest.hexdigest()[:12]


# Scores held at a time: 16 MiB.
_BLOCK = 2**22


def validation_ndcg(score: Callable[[np.ndarray], np.ndarray], parts: Split, k: int = 10) -> float:
    r"""Compute the mean NDCG@k of users with validation interactions, over the whole catalogue.

    The same quantity as `evaluate(model, parts, k=k, part="validation")` reports: train
    interactions are masked, gains are binary, and the ideal list is no longer than k. Only equal
    scores are treated otherwise: here each of them counts as ranked higher, so that a model that
    scores all items alike measures 0 and never looks like progress.

    Parameters
    ----------
    score : callable
        From user rows, shape (n,), to fresh scores of the whole catalogue, shape (n, n_items).
    parts : Split
    k : int
        Cut-off; at least 1.

    Returns
    -------
    float
        In [0, 1].

    Raises
    ------
    ValueError
        The validation part is empty, k is below 1, or a score is not a number.

    Examples
    --------
    >>> parts = Split.from_matrices([[1, 0, 0, 0]], validation=[[0, 0, 1, 0]])
    >>> validation_ndcg(lambda rows: np.array([[9.0, 3.0, 2.0, 1.0]]), parts)   # item 2 is second
    0.6309297535714575
    """
    if k < 1:
        raise ValueError(f"validation_ndcg: k must be at least 1, got {k}")
    users = np.flatnonzero(np.diff(parts.validation.indptr))
    if not len(users):
        raise ValueError(
            f"the validation part of {parts!r} is empty; split with a larger share for validation"
        )
    cut = min(k, parts.n_items)
    discounts = 1 / np.log2(np.arange(2, cut + 2))
    ideal = np.cumsum(discounts)
    total = 0.0
    step = max(1, _BLOCK // parts.n_items)
    for start in range(0, len(users), step):
        rows = users[start : start + step]
        scores = score(rows)
        if np.isnan(scores).any():
            raise ValueError(
                "scores on the validation part are not a number; the fit diverged, try a smaller "
                "learning rate or a stronger penalty"
            )
        own, columns = _entries(parts.train[rows])
        scores[own, columns] = -np.inf
        wanted = parts.validation[rows]
        own, columns = _entries(wanted)
        values = scores[own, columns]
        last = np.take_along_axis(scores, largest_columns(scores, cut)[:, -1:], axis=1)[:, 0]
        inside = np.flatnonzero(values >= last[own])
        # Few pairs are left, so whole rows can be compared with each.
        ranks = (scores[own[inside]] >= values[inside, None]).sum(axis=1) - 1
        found = ranks < cut
        gains = np.bincount(
            own[inside][found], weights=discounts[ranks[found]], minlength=len(rows)
        )
        total += float((gains / ideal[np.minimum(np.diff(wanted.indptr), cut) - 1]).sum())
    return total / len(users)


def _entries(matrix) -> tuple[np.ndarray, np.ndarray]:
    """Return row and column of each stored entry."""
    return np.repeat(np.arange(matrix.shape[0]), np.diff(matrix.indptr)), matrix.indices
