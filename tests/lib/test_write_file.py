"""A file is written whole or not at all, whoever else writes, dies or fills the disk."""

import errno
import os
import signal
import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pytest

from longtail_lib._write_file import write_file
from longtail_lib.models import Popularity
from longtail_lib.testing import tiny_parts


def test_many_who_write_one_file_at_once_leave_it_whole(tmp_path):
    texts = [bytes([65 + n]) * 50_000 for n in range(16)]

    def write(text):
        write_file(tmp_path / "one", lambda file: file.write(text))

    with ThreadPoolExecutor(8) as pool:
        list(pool.map(write, texts * 8))
    assert (tmp_path / "one").read_bytes() in texts
    assert [path.name for path in tmp_path.iterdir()] == ["one"]


def test_a_writer_that_fails_leaves_what_was_there(tmp_path):
    path = tmp_path / "one"
    write_file(path, lambda file: file.write(b"before"))

    def broken(file):
        file.write(b"half")
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        write_file(path, broken)
    assert path.read_bytes() == b"before"
    assert [path.name for path in tmp_path.iterdir()] == ["one"]


@pytest.mark.parametrize(
    ("number", "kind", "said"),
    [
        (errno.ENOSPC, OSError, "No space left on device; free some space, or write elsewhere"),
        (errno.EACCES, PermissionError, "make the place writable, or write elsewhere"),
    ],
)
def test_what_the_system_refuses_is_told_with_path_and_cure(tmp_path, number, kind, said):
    def refused(file):
        raise OSError(number, os.strerror(number))

    with pytest.raises(kind, match=rf"cannot save to .*one: .*{said}") as caught:
        write_file(tmp_path / "one", refused)
    assert caught.value.errno == number
    assert not list(tmp_path.iterdir())


FULL = """
import resource, sys
from longtail_lib.models import Popularity
from longtail_lib.testing import tiny_parts
model = Popularity().fit(tiny_parts())
resource.setrlimit(resource.RLIMIT_FSIZE, (600, 600))
try:
    model.save(sys.argv[1])
except OSError as error:
    print(error)
"""


def test_a_disk_that_is_full_is_told_and_leaves_nothing(tmp_path):
    path = Popularity().fit(tiny_parts()).save(tmp_path / "model.npz")
    before = path.read_bytes()
    done = subprocess.run(
        [sys.executable, "-c", FULL, str(path)], capture_output=True, text=True, check=True
    )
    assert f"cannot save to {path}" in done.stdout
    assert "free some space, or write elsewhere" in done.stdout
    assert done.stderr == ""
    assert path.read_bytes() == before
    assert [path.name for path in tmp_path.iterdir()] == ["model.npz"]


KILLED = """
import sys, time
from longtail_lib._write_file import write_file

def slowly(file):
    for _ in range(100_000):
        file.write(b"new" * 1000)
        file.flush()
        print("writing", flush=True)

write_file(sys.argv[1], slowly)
"""


@pytest.mark.parametrize("lines", [1, 20, 300])
def test_what_a_killed_writer_left_is_swept_when_it_is_old(tmp_path, lines):
    path = tmp_path / "one"
    write_file(path, lambda file: file.write(b"before"))
    writer = subprocess.Popen([sys.executable, "-c", KILLED, str(path)], stdout=subprocess.PIPE)
    for _ in range(lines):
        writer.stdout.readline()
    writer.send_signal(signal.SIGKILL)
    writer.wait()
    writer.stdout.close()
    assert path.read_bytes() == b"before"
    [left] = [other for other in tmp_path.iterdir() if other != path]
    # It may be somebody else's who is still writing.
    write_file(path, lambda file: file.write(b"after"))
    assert left.exists()
    long_ago = time.time() - 7200
    os.utime(left, (long_ago, long_ago))
    write_file(path, lambda file: file.write(b"after"))
    assert [other.name for other in tmp_path.iterdir()] == ["one"]
    assert path.read_bytes() == b"after"


def test_a_name_as_long_as_names_may_be(tmp_path):
    path = write_file(tmp_path / ("n" * 255), lambda file: np.save(file, np.arange(3)))
    assert np.load(path).tolist() == [0, 1, 2]


def test_a_missing_folder_is_named(tmp_path):
    with pytest.raises(FileNotFoundError, match=r"cannot save to .*the folder .*no is missing"):
        write_file(tmp_path / "no" / "one", lambda file: None)
