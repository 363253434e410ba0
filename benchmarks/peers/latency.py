"""How long one user waits for a list, and what it costs the processor."""

from __future__ import annotations

import time
from collections.abc import Callable

import numpy as np

LISTS = 300


def one_list_at_a_time(n_users: int, recommend: Callable[[int], object]) -> tuple:
    """Give a turn of 300 lists of users spread over all, and its median and 95th percentile."""
    rows = np.linspace(0, n_users - 1, LISTS).astype(int).tolist()

    def work() -> dict[str, float]:
        waits = []
        processor = time.process_time()
        for row in rows:
            start = time.perf_counter()
            recommend(row)
            waits.append(time.perf_counter() - start)
        return {
            "processor": (time.process_time() - processor) / LISTS,
            "wall": float(np.median(waits)),
            "p95": float(np.quantile(waits, 0.95)),
        }

    work()
    return work, dict
