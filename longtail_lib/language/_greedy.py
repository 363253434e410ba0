"""What a model writes: at each step the likeliest token, with keys and values kept."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from typing import Any

import numpy as np

from longtail_lib.text._text_encoder import padded

__all__ = ["greedy"]


def greedy(
    network: Any, prompts: Sequence[Sequence[int]], most: int, stops: Collection[int]
) -> list[list[int]]:
    """Continue prompts by at most so many tokens each, up to a token that stops them."""
    from longtail_lib.language._llama_network import rows_of

    ids, real = padded(prompts)
    n, length = ids.shape
    # Padding stands behind a prompt and is hidden; what is written goes on at the prompt's end.
    seen, ends = real.astype(bool), real.sum(axis=1)
    positions = np.broadcast_to(np.arange(length), ids.shape)
    states, past = network.read(ids, positions, np.tri(length, dtype=bool) & seen[:, None, :])
    last = np.asarray(states)[np.arange(n), ends - 1]
    written: list[list[int]] = [[] for _ in prompts]
    alive = np.arange(n)
    for step in range(most):
        _, best = network.following(last, np.zeros(len(alive), np.int32))
        going = np.flatnonzero(~np.isin(best, list(stops)))
        for place in going:
            written[alive[place]].append(int(best[place]))
        if not len(going) or step + 1 == most:
            break
        if len(going) < len(alive):
            past, alive = rows_of(past, going), alive[going]
        seen = np.concatenate([seen[going], np.ones((len(going), 1), bool)], axis=1)
        ends = ends[going]
        states, past = network.read(
            best[going][:, None].astype(np.int32), (ends + step)[:, None], seen[:, None, :], past
        )
        last = np.asarray(states)[:, 0]
    return written
