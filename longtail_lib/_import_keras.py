"""The one place where Keras and its backend are imported, quietly."""

from __future__ import annotations

import importlib
import logging
import os
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from types import ModuleType

__all__ = ["import_keras"]


def import_keras() -> ModuleType:
    """Import Keras 3 without the backend's start-up messages.

    The default backend is TensorFlow; the environment variable `KERAS_BACKEND` picks another.
    `TF_CPP_MIN_LOG_LEVEL` is set to "3" (errors only) unless you set it yourself, and Python's
    logger "tensorflow" to ERROR. The first call takes some seconds, later ones nothing.

    Returns
    -------
    module
        `keras`.

    Raises
    ------
    ImportError
        Keras or its backend is not installed.
    """
    if "keras" in sys.modules and hasattr(sys.modules["keras"], "ops"):
        return sys.modules["keras"]
    os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
    try:
        with _quiet_stderr():
            keras = importlib.import_module("keras")
            # The devices are looked for at the first operation; it speaks up then, too.
            keras.ops.zeros(1)
        # Several models in one notebook make TensorFlow warn about retracing, from Python.
        logger = logging.getLogger("tensorflow")
        logger.setLevel(max(logger.level, logging.ERROR))
    except ImportError as error:
        raise ImportError(
            f"this model needs Keras and TensorFlow, and the import failed ({error}); "
            'install them with: pip install "longtail-lib[keras]"'
        ) from error
    return keras


@contextmanager
def _quiet_stderr() -> Iterator[None]:
    """Hold back what C++ code writes to file descriptor 2; show it only if the body fails."""
    # The log level comes into force only after the first lines are out, and they differ from
    # machine to machine: stored notebook outputs would never compare equal.
    sys.stderr.flush()
    original = os.dup(2)
    with tempfile.TemporaryFile() as held:
        os.dup2(held.fileno(), 2)
        try:
            yield
        except BaseException:
            os.dup2(original, 2)
            held.seek(0)
            sys.stderr.write(held.read().decode(errors="replace"))
            raise
        finally:
            os.dup2(original, 2)
            os.close(original)
