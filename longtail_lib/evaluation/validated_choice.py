"""Choose the weight of a re-ranking method on validation, and report it on test."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, NamedTuple

import numpy as np

from longtail_lib.evaluation.report import Report
from longtail_lib.evaluation.rerank_path import rerank_path
from longtail_lib.models.recommender import Recommender
from longtail_lib.preprocessing.parts import Split

__all__ = ["RerankChoice", "rerank_choice"]


class RerankChoice(NamedTuple):
    """What `rerank_choice` found.

    Parameters
    ----------
    weight : float
    report : Report
        Of this weight, on test.
    path : list of Report
        Of all weights, on validation.
    weights : tuple of float
    """

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
    accuracy: str = "NDCG",
    aim: str = "TailShare",
    k: int = 10,
    **options: Any,
) -> RerankChoice:
    """Take the weight with the best aim among those that are accurate enough on validation.

    Parameters
    ----------
    model : Recommender
        Fitted on `parts`, or not.
    parts : Split
    method : str
        See `Reranked`.
    weights : iterable of float
        Put 0 among them, so that leaving the list alone is a choice.
    least : float
        What `accuracy` must be at least on validation, such as 0.99 times the model's own.
    accuracy, aim : str
        Metrics without cut-off; of both, higher counts as better. Of equal aims the weight that
        comes first is taken.
    k : int
    **options
        Other parameters of `rerank_path` and `Reranked`.

    Returns
    -------
    RerankChoice

    Raises
    ------
    ValueError
        No weight is accurate enough; and what `rerank_path` refuses.

    Examples
    --------
    >>> from dataclasses import replace
    >>> from scipy.sparse import csr_matrix
    >>> from longtail_lib.evaluation.example import tiny_parts
    >>> from longtail_lib.models import Popularity
    >>> parts = tiny_parts()
    >>> liked = csr_matrix(([1.0], ([2], [5])), shape=parts.train.shape, dtype=np.float32)
    >>> choice = rerank_choice(Popularity(), replace(parts, validation=liked), "tail_quota",
    ...                        weights=[0, 0.5, 1], k=2, least=0.6)
    >>> choice.weight, [round(report["NDCG@2"].value, 2) for report in choice.path]
    (1.0, [0.0, 0.63, 1.0])
    """
    weights = tuple(float(weight) for weight in weights)
    options = {"metrics": (accuracy, aim), **options, "k": k}
    path = rerank_path(model, parts, method, weights=weights, **options | {"part": "validation"})
    reached = np.array([report[f"{accuracy}@{k}"].value for report in path])
    aims = np.array([report[f"{aim}@{k}"].value for report in path])
    if not (reached >= least).any():
        raise ValueError(
            f"rerank_choice: no weight of {method} reaches {accuracy}@{k} of {least:.4g} on "
            f"validation, the best {np.max(reached):.4g}; add smaller weights, such as 0, or lower "
            "least"
        )
    weight = weights[int(np.where(reached >= least, aims, -np.inf).argmax())]
    [report] = rerank_path(model, parts, method, weights=[weight], **options | {"part": "test"})
    return RerankChoice(weight, report, path, weights)
