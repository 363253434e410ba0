"""Which kernels of BLAS, NumPy and oneDNN this processor can run, to see which digits they decide.

OpenBLAS and NumPy choose their code by the processor when they are loaded. A newer x86 processor
can be told to run an older one's code, so that one machine computes the digits of several.
TensorFlow's own code is compiled once for all of them; oneDNN's, which also chooses, can be
switched on. On arm64 none of this can be tried from here, nor the other way round: a lesson holds
there because what it prints does not hang on the kernel, which is what the spread measures.
"""

import os
from collections.abc import Iterator, Mapping
from contextlib import contextmanager

__all__ = ["SETTINGS", "environment", "kernel_settings", "own_kernel", "second_kernel", "variants"]

# OpenBLAS's name, the feature of the processor that it needs as NumPy calls it, and which of
# NumPy's dispatched features such a processor lacks.
_NEWEST = ("X86_V4", "AVX512_SKX", "AVX512_ICL", "AVX512_SPR")
_NEEDS = {"Nehalem": "SSE42", "Haswell": "AVX2", "Zen": "AVX2", "SkylakeX": "AVX512_SKX"}
_LACKS = {
    "Nehalem": ("X86_V3", "AVX2", "FMA3", *_NEWEST),
    "Haswell": _NEWEST,
    "Zen": _NEWEST,
    "SkylakeX": ("AVX512_ICL", "AVX512_SPR"),
}
# All variables that a variant may set.
SETTINGS = (
    "NPY_DISABLE_CPU_FEATURES",
    "OMP_NUM_THREADS",
    "OPENBLAS_CORETYPE",
    "OPENBLAS_NUM_THREADS",
    "POLARS_MAX_THREADS",
    "TF_ENABLE_ONEDNN_OPTS",
    "TF_NUM_INTEROP_THREADS",
    "TF_NUM_INTRAOP_THREADS",
)


def features() -> tuple[set[str], set[str]]:
    """What the processor can, and which of it NumPy has code of its own for, in NumPy's words."""
    from numpy._core import _multiarray_umath as umath

    can = {name for name, present in umath.__cpu_features__.items() if present}
    return can, can & set(umath.__cpu_dispatch__)


def own_kernel() -> str:
    """OpenBLAS's name for the kernels that it takes here, such as "Haswell"; "" if unknown."""
    import numpy  # noqa: F401, for its OpenBLAS
    from threadpoolctl import threadpool_info

    return next((pool["architecture"] for pool in threadpool_info() if "architecture" in pool), "")


def kernel_settings(name: str) -> dict[str, str]:
    """Environment variables that make a new process compute as on another processor.

    Parameters
    ----------
    name : str
        "own" for none, "second" for `second_kernel`, or OpenBLAS's name.

    Raises
    ------
    ValueError
        If this processor cannot run these kernels.

    Examples
    --------
    >>> kernel_settings("own")
    {}
    """
    if name == "second":
        name = second_kernel()
    if name == "own":
        return {}
    can, dispatched = features()
    possible = [kernel for kernel, needed in _NEEDS.items() if needed in can]
    if name not in possible:
        raise ValueError(
            f"this processor has no kernel {name!r}; it has: {', '.join(['own', *possible])}"
        )
    settings = {"OPENBLAS_CORETYPE": name}
    lacking = sorted(dispatched.intersection(_LACKS[name]))
    if lacking:
        settings["NPY_DISABLE_CPU_FEATURES"] = ",".join(lacking)
    return settings


def second_kernel() -> str:
    """The kernel to compare lessons under besides the machine's own.

    Haswell stands for most laptops. A machine that has it as its own takes Nehalem, and one whose
    processor is no x86 has no other than its own.
    """
    can, _ = features()
    own = own_kernel()
    for name in ("Haswell", "Nehalem"):
        if _NEEDS[name] in can and name != own and not (name == "Haswell" and own == "Zen"):
            return name
    return "own"


def variants() -> dict[str, dict[str, str]]:
    """The settings that a lesson is executed under to find the spread of its numbers.

    One or two changes at a time, not every combination: kernels from the oldest to the newest, one
    thread and two, oneDNN on and off.
    """
    can, _ = features()
    plan = {
        "own kernel, one thread": ("own", 1, False),
        "Haswell, one thread": ("Haswell", 1, False),
        "Zen, two threads, oneDNN": ("Zen", 2, True),
        "SkylakeX, two threads, oneDNN": ("SkylakeX", 2, True),
        "Nehalem, two threads": ("Nehalem", 2, False),
    }
    return {
        label: {**kernel_settings(kernel), **_threads(threads, onednn)}
        for label, (kernel, threads, onednn) in plan.items()
        if kernel == "own" or _NEEDS[kernel] in can
    }


def _threads(threads: int, onednn: bool) -> dict[str, str]:
    counted = [name for name in SETTINGS if "THREADS" in name]
    return {**dict.fromkeys(counted, str(threads)), "TF_ENABLE_ONEDNN_OPTS": str(int(onednn))}


@contextmanager
def environment(settings: Mapping[str, str]) -> Iterator[None]:
    """Set environment variables for processes that are started meanwhile."""
    before = {name: os.environ.get(name) for name in settings}
    os.environ.update(settings)
    try:
        yield
    finally:
        for name, value in before.items():
            if value is None:
                os.environ.pop(name, None)
            else:
                os.environ[name] = value
