"""Score, mask seen items, rank the whole catalogue, measure, with intervals."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from typing import Any, Unpack

import numpy as np

from longtail_lib._parameters import BOOLEAN, Options, constrained
from longtail_lib._stored_entries import owners
from longtail_lib.evaluation._given_lists import are_lists, given_lists
from longtail_lib.evaluation._intervals import (
    bootstrap_means,
    interval_of_left_out,
    interval_of_means,
)
from longtail_lib.evaluation._known_interactions import fitted_on, refuse_known_answers
from longtail_lib.evaluation._protocol import (
    Protocol,
    Settings,
    check_model_and_split,
    check_split,
    describe,
)
from longtail_lib.evaluation._rank_users import fallback_words, rank_users
from longtail_lib.evaluation._report import Report, Value
from longtail_lib.evaluation.metrics._lists import Lists
from longtail_lib.evaluation.metrics._metric import ROWS, Metric
from longtail_lib.evaluation.metrics.accuracy import Hits, find_hits
from longtail_lib.evaluation.metrics.exposure import exposure
from longtail_lib.models._fallback import FALLBACKS
from longtail_lib.preprocessing import Split

__all__ = ["evaluate", "interval_of_users"]

Key = tuple[str, str]


@constrained(allow_known=BOOLEAN, fallback=Options(*FALLBACKS))
def evaluate(
    model: Any,
    parts: Split,
    protocol: Protocol | None = None,
    *,
    allow_known: bool = False,
    fallback: str = "popularity",
    progress: bool = False,
    name: str | None = None,
    **settings: Unpack[Settings],
) -> Report:
    """Measure a fitted model, or lists that were made elsewhere, on a part of a split.

    Every user with at least one interaction in `part` is ranked over the whole catalogue, less
    the items seen in train (and in validation, when `part` is "test"). All metrics, those of
    exposure too, are over these users. What the metrics mean stands in
    `longtail_lib.evaluation.metrics.accuracy` and `longtail_lib.evaluation.metrics.exposure`; how
    one of your own is made, in `Metric`.

    Given lists are measured as they were served. Items that their user has seen stay in their
    places and count like any other; a user of the part without a list counts with an empty one.
    The protocol says how many there were of both. Only the first k items of a list are read, and
    lists of users without a relevant item are checked and left aside.

    Parameters
    ----------
    model : Recommender, frame or mapping
        A model fitted on `parts`: on its train part, or on train and validation by
        `Recommender.refit`. Or lists: a frame with the columns user_id, item_id, and rank
        (1, 2, 3 for each user) or score (higher is better; equal ones are ordered as a model's
        are, and -inf leaves an item out), where ranks come before scores; a mapping of user id to
        item ids, best first; or a mapping of user id to a mapping of item id to score.
        `longtail_lib.data.read_run` reads a run file of TREC.
    parts : Split
    allow_known : bool
        Measure a model that was fitted on interactions of `part` all the same.
    fallback : {"popularity", "none"}
        What users without a history are shown by a model that needs one, as in
        `Recommender.recommend`; the report says how many there are.
    progress : bool
        Show a progress bar.
    name : str or None
        Name of the model in tables; its class, or "lists", if None.
    protocol, **settings
        The settings as a `Protocol`, or singly: k, part, groups, metrics, seed, resamples,
        confidence, memory_mb. Single ones come before those of the protocol.

    Raises
    ------
    ValueError
        A part without interactions, a model of another catalogue or one that was fitted on
        interactions of this part (a model saved before a new random split), scores of the wrong
        shape or type or with a NaN, or a metric that leaves its range. In given lists a missing
        column, id, rank or score, an item twice in one list, or ranks that do not count from 1.
    KeyError
        Given lists of a user, or with an item, that the split does not know.

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
    >>> served = {0: ["e", "f"], 2: ["a", "c"]}
    >>> report = evaluate(served, tiny_parts(), k=2, metrics=["Recall"])
    >>> report["Recall@2"]
    0.5000 [0.0532, 0.9257] n=3
    >>> report.protocol["seen items"]
    'not masked: given lists are measured as they were served, and 1 of 3 hold interactions of \
their user in train and validation, 1 in all'
    """
    given = are_lists(model)
    if given:
        check_split("evaluate", parts)
    else:
        check_model_and_split("evaluate", model, parts)
    protocol = Protocol.of("evaluate", protocol, settings)
    if name is None:
        name = "lists" if given else type(model).__name__
    groups, users = protocol.groups_of(parts), protocol.users_of(parts)
    protocol = replace(protocol, groups=groups)
    if not len(users):
        raise ValueError(
            f"evaluate: the {protocol.part} part of {parts!r} is empty; split with a larger share "
            "for it"
        )
    if given:
        lists, words = given_lists(model, parts, users, protocol)
    else:
        if not allow_known:
            refuse_known_answers("evaluate", model, parts, protocol.part, name)
        lists = rank_users(
            model,
            parts,
            users,
            k=protocol.ks[-1],
            seen=protocol.seen_of(parts),
            fallback=fallback,
            seed=protocol.seed,
            memory_mb=protocol.memory_mb,
            progress=progress,
            name=name,
        )
        words = {"fitted on": fitted_on(model, parts), **fallback_words(model, users, fallback)}
    # A metric reads these lists after others, and must not change them.
    lists.flags.writeable = False
    masks = {group: groups.mask(group) for group in groups.names}
    per_user = _users(lists, users, parts, masks, protocol)
    values = _means(per_user, protocol)
    exposed = {cut: exposure(lists[:, :cut], parts.n_items) for cut in protocol.ks}
    left_out: dict[Key, np.ndarray] = {}
    everything = np.ones(parts.n_items, dtype=bool)
    for cut in protocol.ks:
        for metric in protocol.chosen:
            for group in () if metric.is_mean else ("overall", *masks):
                key = group, f"{metric.name}@{cut}"
                mask = masks.get(_looked_at(metric, group, masks), everything)
                value, left = metric.of_exposure(lists[:, :cut], exposed[cut], mask)
                left_out[key] = left
                slack = metric.slack_of(exposed[cut], mask, len(lists), cut, protocol.confidence)
                ends = interval_of_left_out(value, left, protocol.confidence, slack, metric.ends)
                values[key] = Value(value, *ends, 0 if np.isnan(value) else len(lists))
    return Report(
        model=name,
        metrics=tuple(metric.name for metric in protocol.chosen),
        ks=protocol.ks,
        groups=("overall", *masks),
        values={
            (group, f"{metric.name}@{cut}"): values[group, f"{metric.name}@{cut}"]
            for cut in protocol.ks
            for metric in protocol.chosen
            for group in ("overall", *masks)
        },
        protocol={**describe(protocol, parts), **words},
        user_rows=users,
        per_user=per_user,
        left_out=left_out,
        exposure=exposed,
        own_metrics=protocol.own_metrics,
    )


def _looked_at(metric: Metric, group: str, groups: Iterable[str]) -> str:
    """The group whose items a metric looks at: overall, it may be the last one."""
    return [*groups][-1] if group == "overall" and metric.overall == "tail" else group


def _users(
    lists: np.ndarray,
    users: np.ndarray,
    parts: Split,
    masks: Mapping[str, np.ndarray],
    protocol: Protocol,
) -> dict[Key, np.ndarray]:
    """Numbers of each user, overall and for each group: what means and intervals are made from."""
    chosen = [metric for metric in protocol.chosen if metric.is_mean]
    values = {
        (group, f"{metric.name}@{cut}"): np.empty(len(users))
        for group in ("overall", *masks)
        for cut in protocol.ks
        for metric in chosen
    }
    relevant, popularity = getattr(parts, protocol.part)[users], parts.popularity
    for start in range(0, len(users) if chosen else 0, ROWS):
        rows = slice(start, start + ROWS)
        block = relevant[rows]
        hits = find_hits(lists[rows], block)
        seen = {
            (group, cut): Lists(
                lists[rows, :cut],
                cut,
                masks.get(group),
                *_restrict(hits, block, masks.get(group)),
                block,
                users[rows],
                parts,
                popularity,
            )
            for group in ("overall", *masks)
            for cut in protocol.ks
        }
        for metric in chosen:
            for group, cut in seen:
                found = metric.of_users(seen[_looked_at(metric, group, masks), cut])
                values[group, f"{metric.name}@{cut}"][rows] = found
    return values


def _restrict(hits: Hits, relevant: Any, mask: np.ndarray | None) -> tuple[Hits, np.ndarray]:
    """Keep the hits and count the relevant items that belong to a group."""
    if mask is None:
        return hits, np.diff(relevant.indptr)
    inside = mask[hits.items]
    owner = owners(relevant)
    n_relevant = np.bincount(owner[mask[relevant.indices]], minlength=relevant.shape[0])
    return Hits(*(array[inside] for array in hits)), n_relevant


def _means(per_user: Mapping[Key, np.ndarray], protocol: Protocol) -> dict[Key, Value]:
    """Means over users, with their intervals."""
    if not per_user:
        return {}
    matrix = np.stack(list(per_user.values()), axis=1)
    of = {metric.name: metric for metric in protocol.chosen}
    metrics = [of[name.split("@")[0]] for _, name in per_user]
    low, high = interval_of_users(matrix, metrics, protocol)
    n = (~np.isnan(matrix)).sum(axis=0)
    sums = np.nansum(matrix, axis=0)
    mean = np.divide(sums, n, out=np.full(len(n), np.nan), where=n > 0)
    return {
        key: Value(float(mean[i]), float(low[i]), float(high[i]), int(n[i]))
        for i, key in enumerate(per_user)
    }


def interval_of_users(
    values: np.ndarray, metrics: Sequence[Metric], protocol: Protocol
) -> tuple[np.ndarray, np.ndarray]:
    """Interval of the mean of each column of `values`, shape (n, m), within its metric's range."""
    draws = bootstrap_means(values, protocol.resamples, protocol.seed)
    extremes = [metric.extremes(values[:, place]) for place, metric in enumerate(metrics)]
    worst, best = np.transpose(extremes)
    low, high = interval_of_means(draws, protocol.confidence, worst, best)
    # The draws are float32, and their last bit may lie outside.
    return np.clip(low, worst, best), np.clip(high, worst, best)
