"""A re-ranking method at many weights, for the price of scoring once."""

from __future__ import annotations

import copy
from collections.abc import Iterable, Mapping
from typing import Any

import numpy as np

from longtail_lib.evaluation.evaluate import evaluate
from longtail_lib.evaluation.rank import block_rows, scores_of
from longtail_lib.evaluation.report import Report
from longtail_lib.evaluation.top_k import mask_seen, top_k
from longtail_lib.models.recommender import Recommender
from longtail_lib.models.tie_order import id_keys, user_key
from longtail_lib.preprocessing.parts import Split
from longtail_lib.rerank import Reranked
from longtail_lib.tail import Groups

__all__ = ["rerank_path"]


def rerank_path(
    model: Recommender,
    parts: Split,
    method: str = "xquad",
    *,
    weights: Iterable[float],
    k: int = 10,
    part: str = "test",
    groups: Groups | Mapping[str, Any] | None = None,
    metrics: Iterable[str] | None = None,
    seed: int = 0,
    resamples: int = 1000,
    confidence: float = 0.95,
    memory_mb: float = 256,
    progress: bool = False,
    name: str | None = None,
    **options: Any,
) -> list[Report]:
    """Measure `Reranked(model, method, weight)` for each of several weights.

    The reports are those of `evaluate` on each re-ranked model, but the inner model scores the
    catalogue only once. Choose a weight on part="validation", and state what it does on "test".

    Parameters
    ----------
    model : Recommender
        Fitted on `parts`, or not.
    parts : Split
    method : str
        See `Reranked`.
    weights : iterable of float
    k : int
        Cut-off, and length of the re-ranked lists.
    part, groups, metrics, seed, resamples, confidence, memory_mb, progress
        As in `evaluate`.
    name : str or None
        Of the inner model; its class if None.
    **options
        Other parameters of `Reranked`, such as `candidates`.

    Returns
    -------
    list of Report
        One for each weight, named "Ease xquad 0.2" and so on.

    Raises
    ------
    TypeError, ValueError
        No weight, and what `Reranked` and `evaluate` refuse.

    Examples
    --------
    >>> from longtail_lib.evaluation.example import tiny_parts
    >>> from longtail_lib.models import Popularity
    >>> path = rerank_path(Popularity(), tiny_parts(), "tail_quota", weights=[0, 0.5], k=2,
    ...                    metrics=["TailShare"])
    >>> [(report.model, round(report["TailShare@2"].value, 2)) for report in path]
    [('Popularity tail_quota 0', 0.5), ('Popularity tail_quota 0.5', 0.67)]
    """
    weights = [float(weight) for weight in weights]
    if not weights:
        raise ValueError("rerank_path: give at least one weight")
    name = type(model).__name__ if name is None else name
    variants = _variants(model, parts, method, weights, k, options)
    if part not in ("test", "validation"):
        raise ValueError(f"rerank_path: part must be 'test' or 'validation', got {part!r}")
    lists = _Lists(variants[0], parts, part, memory_mb, progress, seed)
    reports = []
    for weight, variant in zip(weights, variants, strict=True):
        reports.append(
            evaluate(
                lists.of(variant),
                parts,
                k=k,
                part=part,
                groups=groups,
                metrics=metrics,
                seed=seed,
                resamples=resamples,
                confidence=confidence,
                memory_mb=memory_mb,
                name=f"{name} {method} {weight:g}",
            )
        )
    return reports


def _variants(
    model: Recommender,
    parts: Split,
    method: str,
    weights: list[float],
    k: int,
    options: Mapping[str, Any],
) -> list[Reranked]:
    """One re-ranked model for each weight, all around the same fitted model."""
    # The strongest weight is the one that a range check refuses.
    first = Reranked(model, method, weight=max(weights), k=k, **options).fit(parts)
    Reranked(first.model_, method, weight=min(weights), k=k, **options).fit(parts)
    variants = []
    for weight in weights:
        variant = copy.copy(first)
        variant.weight = weight
        variants.append(variant)
    return variants


class _Lists:
    """The best items of every user of a part, ready to be re-ranked again and again."""

    def __init__(
        self,
        variant: Reranked,
        parts: Split,
        part: str,
        memory_mb: float,
        progress: bool,
        seed: int,
    ) -> None:
        self.parts = parts
        relevant = getattr(parts, part)
        self.users = np.flatnonzero(np.diff(relevant.indptr))
        # So many places of a list may be masked, and have to be filled from further down.
        masked = int(np.diff(parts.validation.indptr).max(initial=0)) if part == "test" else 0
        depth = variant.depth + variant.k + masked
        step = block_rows(parts.n_items, memory_mb)
        starts = range(0, len(self.users), step)
        if progress:
            from tqdm.auto import tqdm

            starts = tqdm(starts, desc=type(variant.model_).__name__, unit="block")
        pools, followers = [], []
        for start in starts:
            rows = self.users[start : start + step]
            inner = type(variant.model_).__name__
            scores = scores_of(variant.model_, rows, parts.n_items, inner)
            pools.append(variant.pool(scores, rows))
            followers.append(_best_unseen(scores, parts, rows, depth, seed))
        if pools:
            self.columns = np.concatenate([columns for columns, _ in pools])
            self.scores = np.concatenate([scores for _, scores in pools])
            self.followers = np.concatenate(followers)

    def of(self, variant: Reranked) -> _Remembered:
        if not len(self.users):
            return _Remembered(self.parts, self.users, np.empty((0, 0), np.int64))
        order = variant.rerank(self.users, self.columns, self.scores)
        items = np.take_along_axis(self.columns, order, axis=1)
        lists = np.concatenate([items, self.followers], axis=1)
        return _Remembered(self.parts, self.users, lists)


class _Remembered:
    """Scores that give every user the list that is remembered, and nothing else."""

    def __init__(self, parts: Split, users: np.ndarray, lists: np.ndarray) -> None:
        self.n_items = parts.n_items
        self.users, self.lists = users, lists

    def score(self, user_rows: np.ndarray) -> np.ndarray:
        lists = self.lists[np.searchsorted(self.users, user_rows)]
        scores = np.full((len(lists), self.n_items), -np.inf, dtype=np.float32)
        # From the last place to the first: an item that stands twice keeps its better place.
        for place in range(lists.shape[1] - 1, -1, -1):
            items = lists[:, place]
            rows = np.flatnonzero(items >= 0)
            scores[rows, items[rows]] = -place
        return scores


def _best_unseen(
    scores: np.ndarray, parts: Split, rows: np.ndarray, depth: int, seed: int
) -> np.ndarray:
    """What follows a re-ranked list: the model's own order, ties as in `evaluate`."""
    open_scores = np.array(scores)
    mask_seen(open_scores, parts.train, rows)
    return top_k(
        open_scores,
        depth,
        user_keys=user_key(id_keys(parts.user_ids, seed))[rows],
        item_keys=id_keys(parts.item_ids, seed),
    )
