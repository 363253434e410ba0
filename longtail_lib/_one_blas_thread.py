"""BLAS held at one thread: where sums must have one order, and where products are small."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager, nullcontext
from threading import RLock

__all__ = ["one_blas_thread", "one_thread_if_small"]

# Scores up to which waking another thread costs more than it saves; on a busy machine many times
# as much, because the product waits until that thread has had its turn.
_SMALL = 2**18
# The number of threads belongs to the process. Were two callers inside at once, the one who came
# second would have found one thread, and leave one behind for ever if it left last.
_TURN = RLock()


@contextmanager
def one_blas_thread(wait: bool = True) -> Iterator[None]:
    """Hold BLAS at one thread; without `wait` only if nobody in another thread does so already.

    Wait where sums must have one order, and do not where only time is at stake.
    """
    from threadpoolctl import get_cached_controller

    if not _TURN.acquire(blocking=wait):
        yield
        return
    try:
        with get_cached_controller().limit(limits=1, user_api="blas"):
            yield
    finally:
        _TURN.release()


def one_thread_if_small(n_scores: int) -> AbstractContextManager[None]:
    """Hold BLAS at one thread while a few lists are scored."""
    return one_blas_thread(wait=False) if n_scores <= _SMALL else nullcontext()
