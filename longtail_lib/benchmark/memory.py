"""How much a call makes the process grow."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

__all__ = ["peak_growth"]

_STATUS, _CLEAR = Path("/proc/self/status"), Path("/proc/self/clear_refs")


def peak_growth(call: Callable[[], Any]) -> tuple[Any, float | None]:
    """Run a call; return what it gave, and its peak of memory above what was there before, in MB.

    Linux keeps the highest resident size of a process and lets it be set back; elsewhere the peak
    is None. Memory that a call takes from what the process had freed before does not count, so the
    figure is a lower bound.

    Examples
    --------
    >>> given, peak = peak_growth(lambda: 3)
    >>> given, peak is None or peak >= 0
    (3, True)
    """
    try:
        # Writing 5 sets the peak back to the present size.
        _CLEAR.write_text("5")
        before = _megabytes("VmRSS")
    except OSError:
        return call(), None
    given = call()
    return given, max(0.0, round(_megabytes("VmHWM") - before, 1))


def _megabytes(field: str) -> float:
    status = _STATUS.read_text()
    return int(status.split(f"{field}:")[1].split()[0]) * 1024 / 1e6
