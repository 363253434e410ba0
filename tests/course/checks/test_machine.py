"""Free memory is read on each system from what that system writes."""

import shutil
import sys
from pathlib import Path

import pytest

from longtail_course.checks import machine


def test_linux():
    text = "MemTotal:       24000 kB\nMemFree:         1000 kB\nMemAvailable:    2048 kB\n"
    assert machine._linux(text) == 2048 * 1024
    assert machine._linux("MemTotal: 1 kB\n") is None


def test_macos():
    text = (
        "Mach Virtual Memory Statistics: (page size of 16384 bytes)\n"
        "Pages free:                               100.\n"
        "Pages active:                             900.\n"
        "Pages inactive:                            20.\n"
        "Pages speculative:                          3.\n"
    )
    assert machine._macos(text) == 123 * 16384
    assert machine._macos("") is None


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="reads /proc/meminfo")
def test_agrees_with_the_system():
    total = next(
        int(line.split()[1]) * 1024
        for line in Path("/proc/meminfo").read_text(encoding="ascii").splitlines()
        if line.startswith("MemTotal")
    )
    assert 0 < machine.free_memory() <= total


def test_disk(tmp_path):
    assert 0 < machine.free_disk(tmp_path) <= shutil.disk_usage(tmp_path).total
    assert machine.free_disk(tmp_path / "missing") is None
