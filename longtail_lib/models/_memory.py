"""How much memory a large array may take, so that a fit can refuse before the system kills it."""

from __future__ import annotations

import ctypes
import os
import sys
from pathlib import Path

__all__ = ["available_memory"]


def available_memory() -> int | None:
    """Return the bytes of memory that are free for this process, or None where unknown."""
    if sys.platform == "win32":
        return _windows()
    found = [value for value in (_system(), _control_group()) if value is not None]
    return min(found, default=None)


def _system() -> int | None:
    try:
        for line in Path("/proc/meminfo").read_text().splitlines():
            if line.startswith("MemAvailable:"):
                return int(line.split()[1]) * 1024
    except OSError:
        pass
    try:
        return os.sysconf("SC_PHYS_PAGES") * os.sysconf("SC_PAGE_SIZE")
    except (AttributeError, ValueError, OSError):
        return None


def _control_group(folder: Path = Path("/sys/fs/cgroup")) -> int | None:
    try:
        limit = (folder / "memory.max").read_text().strip()
        used = int((folder / "memory.current").read_text())
        reclaimable = {
            key: int(value)
            for key, value in map(str.split, (folder / "memory.stat").read_text().splitlines())
        }.get("inactive_file", 0)
        return None if limit == "max" else int(limit) - used + reclaimable
    except (OSError, ValueError):
        return None


def _windows() -> int | None:
    class MemoryStatus(ctypes.Structure):
        _fields_ = [
            ("length", ctypes.c_ulong),
            ("load", ctypes.c_ulong),
            *((f"field_{place}", ctypes.c_ulonglong) for place in range(7)),
        ]

    status = MemoryStatus(length=ctypes.sizeof(MemoryStatus))
    if not ctypes.windll.kernel32.GlobalMemoryStatusEx(ctypes.byref(status)):
        return None
    # The second of the seven words is the free physical memory.
    return int(status.field_1)
