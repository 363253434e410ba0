"""BLAS held at one thread: where sums must have one order, and where products are small."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager
from threading import RLock
from typing import Any

__all__ = ["one_blas_thread", "one_thread_if_small"]

# Scores up to which waking another thread costs more than it saves; on a busy machine many times
# as much, because the product waits until that thread has had its turn.
_SMALL = 2**18
# The number of threads belongs to the process. Were two callers inside at once, the one who came
# second would have found one thread, and leave one behind for ever if it left last.
_TURN = RLock()


@contextmanager
def one_blas_thread() -> Iterator[None]:
    """Hold BLAS at one thread, so that sums have one order and implicit has nothing to warn of."""
    with _TURN, _limited():
        yield


@contextmanager
def one_thread_if_small(n_scores: int) -> Iterator[None]:
    """Hold BLAS at one thread while a few lists are scored, unless somebody does so already."""
    if n_scores > _SMALL or not _TURN.acquire(blocking=False):
        yield
        return
    try:
        with _limited():
            yield
    finally:
        _TURN.release()


def _limited() -> AbstractContextManager[Any]:
    from threadpoolctl import get_cached_controller

    return get_cached_controller().limit(limits=1, user_api="blas")
