"""What results have in common: the machine, ratios of times taken in turns, and how to store."""

from __future__ import annotations

import json
import os
import platform
from collections.abc import Iterable
from importlib.metadata import version
from pathlib import Path
from typing import Any

import numpy as np

from longtail_lib._write_file import write_file


def machine(*packages: str) -> dict[str, Any]:
    """Describe the machine, its load now, and the versions of Python and of these packages."""
    return {
        "cores": os.cpu_count(),
        "load_average_at_the_end": round(os.getloadavg()[0], 1),
        "processor": platform.machine(),
        "python": platform.python_version(),
        **{name: version(name) for name in packages},
    }


def median_ratio(ours: Iterable[float], theirs: Iterable[float]) -> float:
    """Return the median over turns of one time to another."""
    return round(float(np.median([a / b for a, b in zip(ours, theirs, strict=True)])), 2)


def store(result: dict[str, Any], path: Path) -> None:
    """Write a result; what stood there stays until all of it is written."""
    path.parent.mkdir(parents=True, exist_ok=True)
    text = json.dumps(result, indent=1) + "\n"
    write_file(path, lambda file: file.write(text.encode()))
