"""One fitted model in one `.npz` file, without pickle."""

from __future__ import annotations

import inspect
import json
import os
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any

import numpy as np

from longtail_lib._parameters import check_parameters, constraints_of
from longtail_lib._write_file import is_passing, write_file
from longtail_lib.models._stored_arrays import Stored, StoredArrays, open_arrays

__all__ = [
    "RENAMED_MODELS",
    "damaged",
    "model_of",
    "present_names",
    "read_header",
    "read_model_file",
    "to_header",
    "without_path",
    "write_model_file",
]

# A description takes a few thousand bytes, and as JSON thirty times its bytes once it is read.
_LARGEST = 2**20
_MEND = "fit and save it again"


def write_model_file(
    path: str | os.PathLike[str], about: Mapping[str, Any], arrays: Mapping[str, np.ndarray]
) -> Path:
    """Write a description and arrays; the file appears whole or not at all."""
    objects = [name for name, array in arrays.items() if np.asarray(array).dtype.hasobject]
    if objects:
        raise TypeError(
            f"cannot save {', '.join(objects)}: arrays of Python objects would need pickle; "
            "convert them to numbers or text"
        )
    held = {name: np.asarray(array) for name, array in arrays.items()}
    listed = {name: (array.dtype.name, array.shape) for name, array in held.items()}
    header = to_header({**about, "arrays": listed})
    return write_file(path, lambda file: np.savez(file, about=header, **arrays))


@contextmanager
def read_model_file(
    path: str | os.PathLike[str], mend: str = _MEND
) -> Iterator[tuple[dict[str, Any], StoredArrays]]:
    """Open what `write_model_file` wrote: its description, and its arrays, not yet read."""
    path = Path(path)
    if not path.is_file():
        raise FileNotFoundError(f"no saved model at {path}")
    with ExitStack() as opened:
        with damaged(path, mend):
            stored = opened.enter_context(open_arrays(path))
            about = read_header(stored, "about")
            about["format"]
            # Files of earlier versions do not list their arrays.
            if "arrays" in about:
                stored.promise(about["arrays"])
        yield about, stored


@contextmanager
def damaged(path: str | os.PathLike[str], mend: str = _MEND) -> Iterator[None]:
    """Tell whatever a file's content breaks by one error that names the file."""
    try:
        yield
    except Exception as error:
        if is_passing(error):
            raise
        raise ValueError(
            f"{path} is not a model saved by longtail_lib, or it is damaged "
            f"({type(error).__name__}: {error}); {mend}"
        ) from error


def to_header(about: Mapping[str, Any]) -> np.ndarray:
    """Turn a description into bytes that a `.npz` file holds as one array."""
    text = json.dumps(dict(about), default=_number).encode()
    if len(text) > _LARGEST:
        raise ValueError(
            f"cannot save a {about['model']} whose parameters take {len(text):,} bytes as JSON, "
            f"more than {_LARGEST:,}; pass what is large as an array"
        )
    return np.frombuffer(text, dtype=np.uint8)


# Classes that were called otherwise when a file was written, by their old names.
RENAMED_MODELS = {"Ease": "EASE"}


def read_header(stored: StoredArrays, name: str) -> dict[str, Any]:
    """Read what `to_header` gave; a model goes by the name that it has today."""
    header = stored.read({name: Stored("uint8", ("bytes",))})[name]
    if len(header) > _LARGEST:
        raise ValueError(f"{name} takes {len(header):,} bytes, more than {_LARGEST:,}")
    about = json.loads(header.tobytes())
    about["model"] = RENAMED_MODELS.get(about["model"], about["model"])
    if not isinstance(about["parameters"], dict):
        raise TypeError(f"parameters of {name} are no parameters")
    return about


def model_of(model_class: Any, parameters: Mapping[str, Any]) -> Any:
    """Make an unfitted model of stored parameters, of which JSON could not hold some."""
    parameters = present_names(model_class, parameters)
    model = model_class(**parameters)
    left_out = {name: parameters.pop(name, None) for name in model._not_stored}
    if any(value is not None for value in left_out.values()):
        raise ValueError(f"one of {', '.join(left_out)} is stored, and none of them can be")
    check_parameters(model_class.__name__, parameters, constraints_of(model_class))
    return model


# Parameters that were called otherwise in files of earlier versions.
_RENAMED = {"neighbours": "n_neighbors", "regularisation": "regularization"}
_PATHS = ("checkpoint", "pretrained")


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
    """Leave out what may be a path: a file must not say what a later fit reads or writes."""
    return {name: None if name in _PATHS else value for name, value in parameters.items()}


def _number(value: Any) -> Any:
    if isinstance(value, np.generic):
        return value.item()
    raise TypeError(f"a {type(value).__name__} cannot be saved as a parameter: {value!r}")
