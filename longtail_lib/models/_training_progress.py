"""The state of an unfinished training in one file, so that a killed fit can go on."""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Callable, Iterable, Mapping
from numbers import Integral
from pathlib import Path
from typing import Any

import numpy as np
from scipy.sparse import csr_matrix

from longtail_lib._parameters import Interval, constrained
from longtail_lib._stored_entries import owners
from longtail_lib.models._model_file import damaged, read_model_file, write_model_file
from longtail_lib.models._stored_arrays import Stored
from longtail_lib.preprocessing import Split
from longtail_lib.ranking import id_keys, mask_seen, top_k, user_key

__all__ = [
    "fingerprint",
    "read_checkpoint",
    "validation_ndcg",
    "validation_ndcgs",
    "write_checkpoint",
]


_FORMAT = 1
_FILE = "training.npz"
_MEND = "remove it to start anew"
# Where a fit stores itself and how it shows progress change nothing in what it learns.
_FREE = ("checkpoint", "progress")


def fingerprint(model: str, parameters: Mapping[str, Any], parts: Split) -> dict[str, str]:
    """Describe what a training depends on: model, parameters and data, each as a short text."""
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
    """Put a training's state in place of the last one; the file appears whole or not at all."""
    folder = Path(folder)
    folder.mkdir(parents=True, exist_ok=True)
    header = {"format": _FORMAT, "model": of["model"], "parameters": dict(of), "state": about}
    write_model_file(folder / _FILE, header, arrays)


def read_checkpoint(
    folder: str | os.PathLike[str], of: Mapping[str, str], present: Mapping[str, np.ndarray]
) -> tuple[dict[str, Any], dict[str, np.ndarray]] | None:
    """Return what `write_checkpoint` stored, or None where nothing is.

    `present` holds arrays of the names, types and shapes that the training has now; those called
    best are in a file only where validation was measured.
    """
    path = Path(folder) / _FILE
    if not path.exists():
        return None
    with read_model_file(path, _MEND) as (header, stored):
        if header["format"] != _FORMAT:
            raise ValueError(
                f"{path} is a checkpoint in format {header['format']}, this version of "
                f"longtail_lib reads format {_FORMAT}; {_MEND}"
            )
        known = header["parameters"]
        differ = [
            f"{name} was {known.get(name, 'absent')} and is {of.get(name, 'absent')}"
            for name in dict.fromkeys([*known, *of])
            if known.get(name) != of.get(name)
        ]
        if differ:
            raise ValueError(
                f"{path} is the checkpoint of another training: {'; '.join(differ)}. Use another "
                "folder, or remove the file to start anew"
            )
        with damaged(path, _MEND):
            state = header["state"]
            loss, ndcg = (np.asarray(state[name], dtype=np.float64) for name in ("loss", "ndcg"))
            if not (loss.shape == (len(loss) or 1,) and ndcg.shape in (loss.shape, (0,))):
                raise ValueError(f"{len(ndcg)} values of NDCG for {len(loss)} epochs")
            if not (np.isfinite(loss).all() and ((ndcg >= 0) & (ndcg <= 1)).all()):
                raise ValueError("a loss that is no number, or an NDCG outside 0 to 1")
            arrays = stored.read(
                {
                    name: Stored(array.dtype.name, array.shape)
                    for name, array in present.items()
                    if len(ndcg) or not name.startswith("best_")
                }
            )
            stored.finish()
    return {"loss": loss.tolist(), "ndcg": ndcg.tolist()}, arrays


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


@constrained(k=Interval(Integral, 1))
def validation_ndcg(score: Callable[[np.ndarray], np.ndarray], parts: Split, k: int = 10) -> float:
    """Compute the mean NDCG@k of users with validation interactions, over the whole catalogue."""
    return validation_ndcgs(lambda rows: [score(rows)], parts, k)[0]


def validation_ndcgs(
    scores_of: Callable[[np.ndarray], Iterable[np.ndarray]], parts: Split, k: int = 10
) -> list[float]:
    """Compute it for several scores of the same users at once, such as those of several weights."""
    users = np.flatnonzero(np.diff(parts.validation.indptr))
    if not len(users):
        raise ValueError(
            f"the validation part of {parts!r} is empty; split with a larger share for validation"
        )
    cut = min(k, parts.n_items)
    discounts = 1 / np.log2(np.arange(2, cut + 2))
    ideal = np.cumsum(discounts)
    item_keys, user_keys = id_keys(parts.item_ids), user_key(id_keys(parts.user_ids))
    totals: dict[int, float] = {}
    step = max(1, _BLOCK // parts.n_items)
    for start in range(0, len(users), step):
        rows = users[start : start + step]
        wanted = parts.validation[rows]
        relevant = np.zeros((len(rows), parts.n_items), dtype=bool)
        relevant[owners(wanted), wanted.indices] = True
        best = ideal[np.minimum(np.diff(wanted.indptr), cut) - 1]
        for place, given in enumerate(scores_of(rows)):
            scores = np.asarray(given, dtype=np.float32)
            if np.isnan(scores).any():
                raise ValueError(
                    "scores on the validation part are not a number; the fit diverged, try a "
                    "smaller learning rate or a stronger penalty"
                )
            mask_seen(scores, parts.train, rows)
            lists = top_k(scores, cut, user_keys=user_keys[rows], item_keys=item_keys)
            # A place that stayed empty is a miss.
            hits = np.take_along_axis(relevant, np.maximum(lists, 0), axis=1) & (lists >= 0)
            totals[place] = totals.get(place, 0.0) + float((hits @ discounts / best).sum())
    return [total / len(users) for total in totals.values()]
