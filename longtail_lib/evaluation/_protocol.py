"""What was measured, in words, and a fingerprint that tells whether two reports may be compared."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import numpy as np

from longtail_lib.preprocessing import PARTS, Split
from longtail_lib.ranking import TIE_RULE, id_keys
from longtail_lib.tail import Groups, popularity_groups

__all__ = [
    "check_model_and_split",
    "check_resampling",
    "cut_offs",
    "describe",
    "fingerprint",
    "groups_of",
    "metric_names",
]


def fingerprint(*arrays: np.ndarray) -> str:
    """Short hash of integer arrays, equal on every platform.

    Examples
    --------
    >>> fingerprint(np.array([1, 2])) == fingerprint(np.array([1, 2], dtype=np.int32))
    True
    """
    state = hashlib.blake2b(digest_size=8)
    for array in arrays:
        state.update(f"{len(array)}:".encode())
        state.update(np.ascontiguousarray(array, dtype="<i4").data)
    return state.hexdigest()


def describe(
    parts: Split,
    *,
    part: str,
    users: np.ndarray,
    ks: tuple[int, ...],
    groups: Groups,
    seed: int,
    resamples: int,
    confidence: float,
) -> dict[str, Any]:
    """State the protocol of an evaluation.

    Parameters
    ----------
    parts : Split
    part : str
        The part whose interactions are relevant.
    users : ndarray of int
        Rows of the evaluated users.
    ks : tuple of int
    groups : Groups
    seed, resamples : int
    confidence : float

    Returns
    -------
    dict
        Words and numbers, in the order in which a reader wants them.
    """
    seen = "train" if part == "validation" else "train and validation"
    settings = ", ".join(f"{name}={value!r}" for name, value in parts.parameters.items())
    sizes = zip(groups.names, groups.sizes, strict=True)
    matrices = [getattr(parts, name) for name in PARTS]
    ids = [id_keys(ids).view(np.int32) for ids in (parts.user_ids, parts.item_ids)]
    return {
        "dataset": parts.name or "unnamed",
        "split": f"{parts.how} ({settings})" if settings else parts.how,
        "part": part,
        "users": f"{len(users):,} of {parts.n_users:,}: those with a relevant item in {part}",
        "catalogue": f"{parts.n_items:,} items, ranked in full",
        "seen items": f"masked: interactions of the user in {seen}",
        "k": ", ".join(map(str, ks)),
        "groups": f"{groups.definition} ({', '.join(f'{name} {size:,}' for name, size in sizes)})",
        "relevance in a group": "restricted to its items; the ranking stays over the catalogue",
        "ties": TIE_RULE,
        "intervals": (
            f"{100 * confidence:g}%: Bayesian bootstrap over users with one unmet user at the end "
            f"of the range, {resamples:,} resamples; jackknife over users for Coverage, Gini, ACLT "
            "and TailShare"
        ),
        "seed": seed,
        "fingerprint": fingerprint(
            *ids, *(array for matrix in matrices for array in (matrix.indptr, matrix.indices))
        ),
        "groups fingerprint": fingerprint(groups.labels),
    }


def check_model_and_split(who: str, model: Any, parts: Any) -> None:
    """Refuse what cannot score, and what is no split.

    Parameters
    ----------
    who : str
        The function that was called, for messages.
    model : object
    parts : object

    Raises
    ------
    TypeError
        A class instead of a model, arguments the wrong way round, or something else.

    Examples
    --------
    >>> check_model_and_split("evaluate", 3, None)
    Traceback (most recent call last):
        ...
    TypeError: evaluate takes a fitted model first, got int; it needs a method score(user_rows)
    """
    if isinstance(model, type):
        raise TypeError(
            f"{who} takes a fitted model, got the class {model.__name__}; write "
            f"{model.__name__}().fit(parts)"
        )
    if not callable(getattr(model, "score", None)):
        hint = (
            "the model comes first, then the split"
            if hasattr(model, "train")
            else "it needs a method score(user_rows)"
        )
        raise TypeError(f"{who} takes a fitted model first, got {type(model).__name__}; {hint}")
    if not all(hasattr(parts, part) for part in ("train", "validation", "test")):
        raise TypeError(
            f"{who} takes a Split, got {type(parts).__name__}; make one with split(prepare(data))"
        )


def check_resampling(who: str, seed: Any, resamples: Any, confidence: Any) -> None:
    """Refuse intervals that cannot be computed.

    Raises
    ------
    ValueError
        A parameter out of its range or of another type.
    """
    if not _is_whole(seed) or seed < 0:
        raise ValueError(f"{who}: seed must be a whole number from 0, got {seed!r}")
    right = _is_whole(resamples) and isinstance(confidence, int | float | np.number)
    if not right or not 0 < confidence < 1 or resamples < 1:
        raise ValueError(
            f"{who}: confidence must lie between 0 and 1 and resamples must be at least 1, got "
            f"{confidence} and {resamples}"
        )


def cut_offs(k: Any) -> tuple[int, ...]:
    """Return one or several cut-offs, ascending and without repeats.

    Raises
    ------
    ValueError
        Not whole numbers from 1.

    Examples
    --------
    >>> cut_offs((50, 10, 10))
    (10, 50)
    """
    given = [k] if np.ndim(k) == 0 else list(k)
    if not given or not all(_is_whole(cut) and cut >= 1 for cut in given):
        raise ValueError(f"evaluate: k must be one or several whole numbers from 1, got {k!r}")
    return tuple(sorted({int(cut) for cut in given}))


def metric_names(metrics: Iterable[str] | None, known: Sequence[str]) -> tuple[str, ...]:
    """Return names without cut-off and without repeats; all that are known for None.

    Raises
    ------
    TypeError
        Neither a name nor several.
    ValueError
        An unknown name, or none.
    """
    given = known if metrics is None else (metrics,) if isinstance(metrics, str) else metrics
    if not isinstance(given, Iterable):
        raise TypeError(
            f"evaluate: metrics must be names such as ['NDCG', 'TailShare'], got {given!r}"
        )
    given = tuple(dict.fromkeys(given))
    unknown = [metric for metric in given if metric not in known]
    if unknown or not given:
        raise ValueError(
            f"evaluate: unknown metric {', '.join(map(repr, unknown)) or 'list of length 0'}; "
            f"known are {', '.join(known)}; the cut-off goes into k"
        )
    return given


def groups_of(groups: Groups | Mapping[str, Any] | None, parts: Split) -> Groups:
    """Return groups of the catalogue: as given, or by train popularity.

    Raises
    ------
    TypeError
        Neither groups nor parameters of `popularity_groups`.
    ValueError
        Groups of another catalogue.
    """
    if isinstance(groups, Groups):
        if len(groups) != parts.n_items:
            raise ValueError(
                f"evaluate: groups label {len(groups):,} items, the catalogue holds "
                f"{parts.n_items:,}; build them from the same split's popularity"
            )
        return groups
    known = ("head", "tail", "by", "names")
    if groups is not None and not (isinstance(groups, Mapping) and set(groups) <= set(known)):
        raise TypeError(
            "evaluate: groups must be made by popularity_groups, or be some of its parameters "
            f"{', '.join(known)}, such as {{'head': 0.1}}, got {groups!r}"
        )
    return popularity_groups(parts.popularity, **(groups or {}))


def _is_whole(value: Any) -> bool:
    return isinstance(value, int | np.integer) and not isinstance(value, bool)
