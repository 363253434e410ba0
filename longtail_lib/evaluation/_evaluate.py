"""The protocol: score, mask seen items, rank the whole catalogue, measure, with intervals."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

import numpy as np

from longtail_lib.evaluation._intervals import (
    bootstrap_means,
    interval_of_left_out,
    interval_of_means,
    left_out_coverage,
    left_out_gini,
    left_out_share,
    slack_of,
)
from longtail_lib.evaluation._protocol import (
    check_model_and_split,
    check_resampling,
    cut_offs,
    describe,
    groups_of,
    metric_names,
)
from longtail_lib.evaluation._rank_users import rank_users
from longtail_lib.evaluation._report import Report, Value
from longtail_lib.evaluation.metrics._user_metrics import ROWS, USER_METRICS, user_metrics
from longtail_lib.evaluation.metrics.accuracy import ACCURACY
from longtail_lib.evaluation.metrics.exposure import EXPOSURE, coverage, exposure, exposure_gini
from longtail_lib.preprocessing import Split
from longtail_lib.tail import Groups

__all__ = ["METRICS", "evaluate"]

METRICS = ACCURACY + EXPOSURE


def evaluate(
    model: Any,
    parts: Split,
    *,
    k: int | Iterable[int] = 10,
    part: str = "test",
    groups: Groups | Mapping[str, Any] | None = None,
    metrics: Iterable[str] | None = None,
    seed: int = 0,
    resamples: int = 1000,
    confidence: float = 0.95,
    memory_mb: float = 256,
    progress: bool = False,
    name: str | None = None,
) -> Report:
    """Measure a fitted model on a part of a split.

    Every user with at least one interaction in `part` is ranked over the whole catalogue, less
    the items seen in train (and in validation, when `part` is "test"). All metrics, those of
    exposure too, are over these users. What the metrics mean stands in
    `longtail_lib.evaluation.metrics.accuracy` and `longtail_lib.evaluation.metrics.exposure`.

    Parameters
    ----------
    model : Recommender
        Fitted on `parts`.
    parts : Split
    k : int or iterable of int
        Cut-offs. A k larger than the number of candidates makes shorter lists; all metrics stay
        defined and in [0, 1].
    part : {"test", "validation"}
    groups : Groups, mapping or None
        Groups of the catalogue; parameters of `popularity_groups`, such as {"head": 0.1}; or None
        for its defaults, on train popularity. The last group is the tail.
    metrics : iterable of str or None
        Some of `METRICS`, without cut-off; all if None.
    seed : int
        For the order of ties and for the bootstrap.
    resamples : int
        Bootstrap resamples.
    confidence : float
        Of the intervals, between 0 and 1.
    memory_mb : float
        Bound for scores and other working memory, in MiB; users are scored in blocks that fit.
        What the model uses inside `score` and about 1 kB for each user come on top.
    progress : bool
        Show a progress bar.
    name : str or None
        Name of the model in tables; its class if None.

    Returns
    -------
    Report

    Raises
    ------
    NotFittedError
        The model is not fitted.
    TypeError
        A class instead of a model, something else than a split, or arguments of another kind.
    ValueError
        A parameter out of range, a part without interactions, a model of another catalogue, or
        scores of the wrong shape or type or with a NaN.

    Examples
    --------
    >>> from longtail_lib.testing import tiny_model, tiny_parts
    >>> report = evaluate(tiny_model(), tiny_parts(), k=2, metrics=["Recall", "Coverage"])
    >>> report
    Report of Tiny on 'tiny' test: 3 users, 6 items
               overall head    mid     tail
    Recall@2   0.5000  0.0000  1.0000  0.0000
    Coverage@2 0.6667  0.0000  1.0000  1.0000
    >>> report["tail", "Coverage@2"].n
    3
    """
    check_model_and_split("evaluate", model, parts)
    ks, chosen = cut_offs(k), metric_names(metrics, METRICS)
    name = type(model).__name__ if name is None else name
    if part not in ("test", "validation"):
        raise ValueError(
            f"evaluate: part must be 'test' or 'validation', got {part!r}; train interactions are "
            "seen items and are masked"
        )
    check_resampling("evaluate", seed, resamples, confidence)
    groups = groups_of(groups, parts)
    relevant = getattr(parts, part)
    users = np.flatnonzero(np.diff(relevant.indptr))
    if not len(users):
        raise ValueError(
            f"evaluate: the {part} part of {parts!r} is empty; split with a larger share for it"
        )
    masks = {group: groups.mask(group) for group in groups.names}
    lists = rank_users(
        model,
        parts,
        users,
        k=ks[-1],
        seen=[parts.train] if part == "validation" else [parts.train, parts.validation],
        seed=seed,
        memory_mb=memory_mb,
        progress=progress,
        name=name,
    )
    means = tuple(metric for metric in chosen if metric in USER_METRICS)
    per_user = user_metrics(lists, relevant[users], parts, masks, ks, means)
    values = _intervals_of_means(per_user, resamples, seed, confidence)
    exposed = {cut: exposure(lists[:, :cut], parts.n_items) for cut in ks}
    left_out: dict[tuple[str, str], np.ndarray] = {}
    for cut in ks:
        for metric in chosen:
            if metric in USER_METRICS:
                continue
            for group in ("overall", *groups.names):
                key = group, f"{metric}@{cut}"
                values[key], left_out[key] = _statistic(
                    metric, lists[:, :cut], exposed[cut], masks, group, confidence
                )
    return Report(
        model=name,
        metrics=chosen,
        ks=ks,
        groups=("overall", *groups.names),
        values={
            (group, f"{metric}@{cut}"): values[group, f"{metric}@{cut}"]
            for cut in ks
            for metric in chosen
            for group in ("overall", *groups.names)
        },
        protocol=describe(
            parts,
            part=part,
            users=users,
            ks=ks,
            groups=groups,
            seed=seed,
            resamples=resamples,
            confidence=confidence,
        ),
        user_rows=users,
        per_user=per_user,
        left_out=left_out,
        exposure=exposed,
    )


def _intervals_of_means(
    per_user: Mapping[tuple[str, str], np.ndarray], resamples: int, seed: int, confidence: float
) -> dict[tuple[str, str], Value]:
    if not per_user:
        return {}
    matrix = np.stack(list(per_user.values()), axis=1)
    low, high = interval_of_means(bootstrap_means(matrix, resamples, seed), confidence)
    n = (~np.isnan(matrix)).sum(axis=0)
    sums = np.nansum(matrix, axis=0)
    mean = np.divide(sums, n, out=np.full(len(n), np.nan), where=n > 0)
    return {
        key: Value(float(mean[i]), float(low[i]), float(high[i]), int(n[i]))
        for i, key in enumerate(per_user)
    }


def _statistic(
    metric: str,
    lists: np.ndarray,
    exposed: np.ndarray,
    masks: Mapping[str, np.ndarray],
    group: str,
    confidence: float,
) -> tuple[Value, np.ndarray]:
    mask = masks.get(group, np.ones(len(exposed), dtype=bool))
    if group == "overall" and metric in ("ACLT", "TailShare"):
        mask = list(masks.values())[-1]
    if metric == "Gini":
        value, left_one_out = exposure_gini(exposed, mask), left_out_gini
    elif metric == "TailShare":
        total = exposed.sum()
        value = float(exposed[mask].sum() / total) if total else float("nan")
        left_one_out = left_out_share
    else:
        value, left_one_out = coverage(exposed, mask), left_out_coverage
    n = len(lists)
    if np.isnan(value):
        return Value(value, value, value, 0), np.full(n, np.nan)
    left_out = np.concatenate(
        [left_one_out(lists[start : start + ROWS], exposed, mask) for start in range(0, n, ROWS)]
    )
    slack = slack_of(metric, n, lists.shape[1], int(mask.sum()), confidence)
    return Value(value, *interval_of_left_out(value, left_out, confidence, slack), n), left_out
