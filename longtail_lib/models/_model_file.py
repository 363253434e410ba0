"""One fitted model in one `.npz` file, without pickle."""

from __future__ import annotations

import inspect
import json
import os
import zipfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
from scipy.sparse import csr_matrix

__all__ = [
    "RENAMED_MODELS",
    "beginning_with",
    "damaged",
    "from_header",
    "present_names",
    "read_model_file",
    "stored_matrix",
    "to_header",
    "without_path",
    "write_model_file",
]


def write_model_file(
    path: str | os.PathLike[str], about: Mapping[str, Any], arrays: Mapping[str, np.ndarray]
) -> Path:
    """Write a description and arrays; the file appears whole or not at all."""
    path = Path(path)
    if not path.parent.is_dir():
        raise FileNotFoundError(f"cannot save to {path}: the folder {path.parent} is missing")
    objects = [name for name, array in arrays.items() if np.asarray(array).dtype.hasobject]
    if objects:
        raise TypeError(
            f"cannot save {', '.join(objects)}: arrays of Python objects would need pickle; "
            "convert them to numbers or text"
        )
    header = to_header(about)
    # The process id keeps two processes that save to one name out of each other's way.
    part = path.with_name(f"{path.name}.{os.getpid()}.part")
    try:
        with part.open("wb") as file:
            np.savez(file, about=header, **arrays)
        part.replace(path)
    finally:
        part.unlink(missing_ok=True)
    return path


def read_model_file(
    path: str | os.PathLike[str],
) -> tuple[dict[str, Any], dict[str, np.ndarray]]:
    """Read what `write_model_file` wrote."""
    path = Path(path)
    if not path.is_file():
        raise FileNotFoundError(f"no saved model at {path}")
    try:
        with zipfile.ZipFile(path) as members:
            # `save` packs nothing, so what is read can be no larger than the file.
            if any(member.compress_type != zipfile.ZIP_STORED for member in members.infolist()):
                raise ValueError("it holds packed arrays")
        with np.load(path, allow_pickle=False) as file:
            arrays = {name: file[name] for name in file.files}
        about = from_header(arrays.pop("about"))
        about["model"], about["format"], about["parameters"]
    except Exception as error:
        raise damaged(path, error) from error
    return about, arrays


def beginning_with(prefix: str, arrays: Mapping[str, np.ndarray]) -> dict[str, np.ndarray]:
    """Some of a file's arrays, named without their prefix."""
    return {
        name.removeprefix(prefix): value
        for name, value in arrays.items()
        if name.startswith(prefix)
    }


def stored_matrix(arrays: Mapping[str, np.ndarray], shape: tuple[int, int]) -> csr_matrix:
    """Build a sparse matrix from a file's `data`, `indices` and `indptr`, checked in full."""
    parts = [arrays[name] for name in ("data", "indices", "indptr")]
    if any(part.ndim != 1 for part in parts) or parts[0].dtype.kind not in "biuf":
        raise ValueError("a sparse matrix needs three rows of numbers")
    if any(part.dtype.kind not in "iu" for part in parts[1:]):
        raise ValueError("columns and rows of a sparse matrix are whole numbers")
    matrix = csr_matrix(tuple(parts), shape=shape)
    # The constructor leaves bounds unchecked, and products would read and write beyond them.
    matrix.check_format(full_check=True)
    return matrix


# Parameters that were called otherwise in files of earlier versions.
_RENAMED = {"neighbours": "n_neighbors", "regularisation": "regularization"}


def present_names(model_class: type, parameters: Mapping[str, Any]) -> dict[str, Any]:
    """Give stored parameters the names that a class has for them today, without a path."""
    known = inspect.signature(model_class).parameters
    return without_path(
        {
            name if name in known else _RENAMED.get(name, name): value
            for name, value in parameters.items()
        }
    )


def without_path(parameters: Mapping[str, Any]) -> dict[str, Any]:
    """Leave out where a training was kept: a file must not say where a later fit writes."""
    return {name: None if name == "checkpoint" else value for name, value in parameters.items()}


def to_header(about: Mapping[str, Any]) -> np.ndarray:
    """Turn a description into bytes that a `.npz` file holds as one array."""
    text = json.dumps(dict(about), default=_number)
    return np.frombuffer(text.encode(), dtype=np.uint8)


# Classes that were called otherwise when a file was written, by their old names.
RENAMED_MODELS = {"Ease": "EASE"}


def from_header(header: np.ndarray) -> dict[str, Any]:
    """Read what `to_header` gave; a model goes by the name that it has today."""
    about = json.loads(header.tobytes())
    if "model" in about:
        about["model"] = RENAMED_MODELS.get(about["model"], about["model"])
    return about


def damaged(path: str | os.PathLike[str], error: Exception) -> ValueError:
    """Return the error to raise for a file that cannot be used."""
    return ValueError(
        f"{path} is not a model saved by longtail_lib, or it is damaged "
        f"({type(error).__name__}: {error}); fit and save it again"
    )


def _number(value: Any) -> Any:
    if isinstance(value, np.generic):
        return value.item()
    raise TypeError(f"a {type(value).__name__} cannot be saved as a parameter: {value!r}")
