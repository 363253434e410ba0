"""Kernels of other processors: named, chosen, and really taken by a new process."""

import os
import subprocess
import sys

import pytest

from longtail_course.build import processor_kernels
from longtail_course.build.processor_kernels import (
    SETTINGS,
    environment,
    kernel_settings,
    own_kernel,
    second_kernel,
    variants,
)

LAPTOP = {"SSE42", "AVX2", "X86_V3"}
SERVER = LAPTOP | {"AVX512_SKX", "X86_V4", "AVX512_ICL"}


@pytest.fixture
def on(monkeypatch):
    """Pretend to be on a processor with these features and this kernel of its own."""

    def pretend(can, own):
        dispatched = can & {"X86_V3", "X86_V4", "AVX512_ICL"}
        monkeypatch.setattr(processor_kernels, "features", lambda: (can, dispatched))
        monkeypatch.setattr(processor_kernels, "own_kernel", lambda: own)

    return pretend


@pytest.mark.parametrize(
    ("can", "own", "second"),
    [
        (SERVER, "SkylakeX", "Haswell"),
        (LAPTOP, "Haswell", "Nehalem"),
        (LAPTOP, "Zen", "Nehalem"),
        ({"SSE42"}, "Nehalem", "own"),
        ({"NEON", "ASIMD"}, "neoversen1", "own"),
    ],
)
def test_the_second_kernel_is_most_laptops_or_an_older_one(on, can, own, second):
    on(can, own)
    assert second_kernel() == second
    assert kernel_settings("second") == kernel_settings(second)


def test_what_a_kernel_lacks_is_switched_off_in_numpy_too(on):
    on(SERVER, "SkylakeX")
    assert kernel_settings("Haswell") == {
        "OPENBLAS_CORETYPE": "Haswell",
        "NPY_DISABLE_CPU_FEATURES": "AVX512_ICL,X86_V4",
    }
    on(LAPTOP, "Haswell")
    assert kernel_settings("Haswell") == {"OPENBLAS_CORETYPE": "Haswell"}
    assert kernel_settings("Nehalem")["NPY_DISABLE_CPU_FEATURES"] == "X86_V3"
    with pytest.raises(ValueError, match="no kernel 'SkylakeX'; it has: own, Nehalem, Haswell, Z"):
        kernel_settings("SkylakeX")


def test_variants_are_what_the_processor_can(on):
    on(SERVER, "SkylakeX")
    server = variants()
    assert len(server) == 5
    assert {settings["OPENBLAS_NUM_THREADS"] for settings in server.values()} == {"1", "2"}
    assert {settings["TF_ENABLE_ONEDNN_OPTS"] for settings in server.values()} == {"0", "1"}
    assert set().union(*server.values()) == set(SETTINGS)
    on({"NEON"}, "neoversen1")
    assert list(variants()) == ["own kernel, one thread"]


def test_an_environment_is_as_it_was_afterwards(monkeypatch):
    monkeypatch.setenv("OMP_NUM_THREADS", "7")
    monkeypatch.delenv("OPENBLAS_CORETYPE", raising=False)
    with environment({"OMP_NUM_THREADS": "1", "OPENBLAS_CORETYPE": "Haswell"}):
        assert os.environ["OPENBLAS_CORETYPE"] == "Haswell"
    assert os.environ["OMP_NUM_THREADS"] == "7"
    assert "OPENBLAS_CORETYPE" not in os.environ


def test_a_new_process_takes_the_second_kernel_and_says_nothing():
    name = second_kernel()
    if name == "own":
        pytest.skip("this processor has no second kernel")
    code = "from longtail_course.build.processor_kernels import own_kernel; print(own_kernel())"
    with environment(kernel_settings(name)):
        done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True)
    assert done.stdout.strip() == name != own_kernel()
    assert done.stderr == ""
