"""A re-ranking method at many weights, for the price of scoring once."""

from __future__ import annotations

import copy
from collections.abc import Iterable, Mapping
from dataclasses import replace
from typing import Any, NamedTuple

import numpy as np

from longtail_lib.evaluation._evaluate import evaluate
from longtail_lib.evaluation._protocol import Protocol, Settings
from longtail_lib.evaluation._rank_users import block_rows, scores_of
from longtail_lib.evaluation._report import Report
from longtail_lib.evaluation.metrics._metric import Metric
from longtail_lib.models import Recommender, Reranked
from longtail_lib.preprocessing import Split
from longtail_lib.ranking import id_keys, mask_seen, top_k, user_key

__all__ = ["RerankChoice", "rerank_choice", "rerank_path"]


def rerank_path(
    model: Recommender,
    parts: Split,
    method: str = "xquad",
    *,
    weights: Iterable[float],
    protocol: Protocol | None = None,
    progress: bool = False,
    name: str | None = None,
    **options: Any,
) -> list[Report]:
    """Measure `Reranked(model, method, weight)` for each of several weights.

    The reports, named "EASE xquad 0.2" and so on, are those of `evaluate` on each re-ranked model,
    but the inner model scores the catalogue only once. Choose a weight on part="validation", and
    state what it does on "test".

    Parameters
    ----------
    model : Recommender
        Fitted on `parts`, or not.
    parts : Split
    method : str
        See `Reranked`.
    weights : iterable of float
    protocol : Protocol or None
        With a single k: cut-off, and length of the re-ranked lists.
    progress : bool
    name : str or None
        Of the inner model; its class if None.
    **options
        Single settings of the protocol, such as k and part, and other parameters of `Reranked`,
        such as `candidates`.

    Examples
    --------
    >>> from longtail_lib.testing import tiny_parts
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
    protocol, options = _settings("rerank_path", protocol, options)
    variants = _variants(model, parts, method, weights, protocol.ks[0], options)
    lists = _Lists(variants[0], parts, protocol, progress)
    return [
        evaluate(lists.of(variant), parts, protocol, name=f"{name} {method} {weight:g}")
        for weight, variant in zip(weights, variants, strict=True)
    ]


def _settings(
    who: str, protocol: Protocol | None, options: Mapping[str, Any]
) -> tuple[Protocol, dict[str, Any]]:
    """Tell the settings of the protocol, with a single k, from the options of `Reranked`."""
    settings = {name: options[name] for name in Settings.__annotations__ if name in options}
    protocol = Protocol.of(who, protocol, settings)
    if len(protocol.ks) > 1:
        raise ValueError(f"{who}: k must be a whole number, the length of lists, got {protocol.ks}")
    return protocol, {name: each for name, each in options.items() if name not in settings}


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

    def __init__(self, variant: Reranked, parts: Split, protocol: Protocol, progress: bool) -> None:
        self.parts = parts
        self.users = protocol.users_of(parts)
        # So many places of a list may be masked, and have to be filled from further down.
        masked = sum(
            int(np.diff(seen.indptr).max(initial=0)) for seen in protocol.seen_of(parts)[1:]
        )
        depth = variant.depth + variant.k + masked
        step = block_rows(parts.n_items, protocol.memory_mb)
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
            followers.append(_best_unseen(scores, parts, rows, depth, protocol.seed))
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


class RerankChoice(NamedTuple):
    """What `rerank_choice` found: a weight, its report on test, and all weights on validation."""

    weight: float
    report: Report
    path: list[Report]
    weights: tuple[float, ...]


def rerank_choice(
    model: Recommender,
    parts: Split,
    method: str = "xquad",
    *,
    weights: Iterable[float],
    least: float,
    accuracy: str | Metric = "NDCG",
    aim: str | Metric = "TailShare",
    protocol: Protocol | None = None,
    **options: Any,
) -> RerankChoice:
    """Take the weight with the best aim among those that are accurate enough on validation.

    Parameters
    ----------
    model, parts, method, protocol, **options
        As in `rerank_path`; the protocol's part does not matter.
    weights : iterable of float
        Put 0 among them, so that leaving the list alone is a choice.
    least : float
        What `accuracy` must be at least on validation, such as 0.99 times the model's own.
    accuracy, aim : str or Metric
        Without cut-off. Of accuracy higher must be better; for the aim the metric says what is.
        Of equal aims the weight that comes first is taken.

    Raises
    ------
    ValueError
        No weight is accurate enough, or of accuracy lower is better.

    Examples
    --------
    >>> from dataclasses import replace
    >>> from scipy.sparse import csr_matrix
    >>> from longtail_lib.testing import tiny_parts
    >>> from longtail_lib.models import Popularity
    >>> parts = tiny_parts()
    >>> liked = csr_matrix(([1.0], ([2], [5])), shape=parts.train.shape, dtype=np.float32)
    >>> choice = rerank_choice(Popularity(), replace(parts, validation=liked), "tail_quota",
    ...                        weights=[0, 0.5, 1], k=2, least=0.6)
    >>> choice.weight, [round(report["NDCG@2"].value, 2) for report in choice.path]
    (1.0, [0.0, 0.63, 1.0])
    """
    weights = tuple(float(weight) for weight in weights)
    if protocol is None:
        options = {"metrics": (accuracy, aim), **options}
    protocol, options = _settings("rerank_choice", protocol, options)
    of_accuracy, of_aim = protocol.metric(accuracy), protocol.metric(aim)
    protocol = replace(protocol, metrics=(*protocol.chosen, of_accuracy, of_aim))
    sign = of_aim.sign("rerank_choice")
    if of_accuracy.sign("rerank_choice") < 0:
        raise ValueError(
            f"rerank_choice: {of_accuracy.name} is better when smaller, so least is no condition "
            "for it"
        )
    validation, test = (replace(protocol, part=part) for part in ("validation", "test"))
    path = rerank_path(model, parts, method, weights=weights, protocol=validation, **options)
    k = protocol.ks[0]
    reached = np.array([report[f"{of_accuracy.name}@{k}"].value for report in path])
    aims = sign * np.array([report[f"{of_aim.name}@{k}"].value for report in path])
    if not (reached >= least).any():
        raise ValueError(
            f"rerank_choice: no weight of {method} reaches {of_accuracy.name}@{k} of {least:.4g} "
            f"on validation, the best {np.max(reached):.4g}; add smaller weights, such as 0, or "
            "lower least"
        )
    weight = weights[int(np.where(reached >= least, aims, -np.inf).argmax())]
    [report] = rerank_path(model, parts, method, weights=[weight], protocol=test, **options)
    return RerankChoice(weight, report, path, weights)
