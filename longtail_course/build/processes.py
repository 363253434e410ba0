"""Programs that the build starts, such as kernels and pytest, end when the build ends."""

import ctypes
import os
import signal
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager

__all__ = ["end_with_parent", "signals_stop"]

_PR_SET_PDEATHSIG = 1


def end_with_parent() -> Callable[[], None] | None:
    """What a program does before anything else, as `preexec_fn`, so that it ends if we are killed.

    Only Linux offers this; elsewhere it is None. `course.py` has the same for the steps of the
    set-up, when there is nothing yet that it could import.
    """
    if sys.platform != "linux":
        return None
    prctl, parent = ctypes.CDLL(None).prctl, os.getpid()

    def ask() -> None:
        prctl(_PR_SET_PDEATHSIG, signal.SIGTERM)
        if os.getppid() != parent:
            os._exit(1)

    return ask


@contextmanager
def signals_stop() -> Iterator[None]:
    """Let SIGTERM and SIGHUP stop the build as Ctrl-C does, so that it ends what it has started."""
    # nbclient listens to SIGTERM while a cell runs, and knows of no SIGHUP.
    handlers = {
        "SIGTERM": signal.default_int_handler,
        "SIGHUP": lambda number, frame: signal.raise_signal(signal.SIGTERM),
    }
    before = {}
    for name, handler in handlers.items():
        number = getattr(signal, name, None)
        # Under nohup, SIGHUP is to be ignored.
        if number and signal.getsignal(number) not in (None, signal.SIG_IGN):
            before[number] = signal.signal(number, handler)
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
