"""Free memory and free disk of this machine, with the standard library alone."""

from __future__ import annotations

import ctypes
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

__all__ = ["free_disk", "free_memory"]


def free_disk(folder: str | os.PathLike[str] = ".") -> int | None:
    """Return the free bytes on the disk that holds a folder; None where it cannot be read.

    Examples
    --------
    >>> free_disk() > 0
    True
    """
    try:
        return shutil.disk_usage(Path(folder)).free
    except OSError:
        return None


def free_memory() -> int | None:
    """Return the bytes that a new program can use; None where the system does not tell.

    Examples
    --------
    >>> memory = free_memory()
    >>> memory is None or memory > 0
    True
    """
    try:
        if sys.platform == "win32":
            return _windows()
        if sys.platform == "darwin":
            return _macos(subprocess.run(["vm_stat"], capture_output=True, text=True).stdout)
        return _linux(Path("/proc/meminfo").read_text(encoding="ascii"))
    except (OSError, ValueError, AttributeError):
        return None


def _linux(meminfo: str) -> int | None:
    match = re.search(r"^MemAvailable:\s+(\d+) kB", meminfo, re.MULTILINE)
    return int(match[1]) * 1024 if match else None


def _macos(vm_stat: str) -> int | None:
    size = re.search(r"page size of (\d+) bytes", vm_stat)
    # Inactive and speculative pages are given away as soon as a program asks.
    pages = re.findall(r"^Pages (?:free|inactive|speculative):\s+(\d+)\.", vm_stat, re.MULTILINE)
    return int(size[1]) * sum(map(int, pages)) if size and pages else None


def _windows() -> int | None:
    class Status(ctypes.Structure):
        _fields_ = (
            ("length", ctypes.c_ulong),
            ("load", ctypes.c_ulong),
            ("total", ctypes.c_ulonglong),
            ("available", ctypes.c_ulonglong),
            ("total_page_file", ctypes.c_ulonglong),
            ("available_page_file", ctypes.c_ulonglong),
            ("total_virtual", ctypes.c_ulonglong),
            ("available_virtual", ctypes.c_ulonglong),
            ("available_extended_virtual", ctypes.c_ulonglong),
        )

    status = Status(length=ctypes.sizeof(Status))
    found = ctypes.windll.kernel32.GlobalMemoryStatusEx(ctypes.byref(status))
    return int(status.available) if found else None
