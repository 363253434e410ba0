"""How recommenders are measured: the settings as one object, what it says in words, and checks."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any, TypedDict

import numpy as np
from scipy.sparse import csr_matrix

from longtail_lib.evaluation.metrics import BUILT_IN, chosen_metrics
from longtail_lib.evaluation.metrics._metric import Metric
from longtail_lib.preprocessing import Split
from longtail_lib.preprocessing._rearranged import stored_parts
from longtail_lib.ranking import TIE_RULE, id_keys
from longtail_lib.tail import Groups, popularity_groups

__all__ = [
    "IntervalSettings",
    "Protocol",
    "Settings",
    "check_model_and_split",
    "check_split",
    "describe",
    "fingerprint",
]

_OF_GROUPS = ("head", "tail", "by", "names")


class IntervalSettings(TypedDict, total=False):
    """The fields of `Protocol` that intervals need, as keywords of a call."""

    seed: int
    resamples: int
    confidence: float


class Settings(IntervalSettings, total=False):
    """All fields of `Protocol` as keywords of a call."""

    k: int | Iterable[int]
    part: str
    groups: Groups | Mapping[str, Any] | None
    metrics: str | Metric | Iterable[str | Metric] | None
    memory_mb: float


@dataclass(frozen=True)
class Protocol:
    """The settings of an evaluation, to be shared by all that is compared.

    `evaluate`, `tune`, `compare`, `pool_reports`, `rerank_path` and `rerank_choice` take one, and
    take its fields as keywords, which come before those of the protocol.

    Parameters
    ----------
    k : int or iterable of int
        Cut-offs; kept as a tuple, ascending. A k larger than the number of candidates makes
        shorter lists; all metrics stay defined and within their range.
    part : {"test", "validation"}
        Whose interactions are relevant. `tune` always takes validation.
    groups : Groups, mapping or None
        Groups of the catalogue; parameters of `popularity_groups`, such as {"head": 0.1}; or None
        for its defaults, on train popularity. The last group is the tail.
    metrics : str, Metric, iterable of these, or None
        Some of `METRICS`, without cut-off, NDCGExponential and NDCGLinear, whose gain is by rating,
        and metrics of your own; all of `METRICS` if None.
    seed : int
        For the order of ties and for the bootstrap.
    resamples : int
        Bootstrap resamples.
    confidence : float
        Of the intervals, between 0 and 1.
    memory_mb : float
        Bound for scores and other working memory, in MiB; users are scored in blocks that fit.
        What the model uses inside `score` and about 1 kB for each user come on top.

    Examples
    --------
    >>> from longtail_lib.evaluation import evaluate
    >>> from longtail_lib.testing import tiny_model, tiny_parts
    >>> protocol = Protocol(k=(2, 1), metrics=["NDCG", "TailShare"])
    >>> protocol.k, protocol == Protocol(k=(1, 2), metrics=("NDCG", "TailShare"))
    ((1, 2), True)
    >>> evaluate(tiny_model(), tiny_parts(), protocol, k=2).names
    ('NDCG@2', 'TailShare@2')
    """

    k: int | Iterable[int] = 10
    part: str = "test"
    # A mapping has no hash.
    groups: Groups | Mapping[str, Any] | None = field(default=None, hash=False)
    metrics: str | Metric | Iterable[str | Metric] | None = None
    seed: int = 0
    resamples: int = 1000
    confidence: float = 0.95
    memory_mb: float = 256

    def __post_init__(self) -> None:
        given: list[Any] = list(self.k) if isinstance(self.k, Iterable) else [self.k]
        if not given or not all(_is_whole(cut) and cut >= 1 for cut in given):
            raise ValueError(
                f"protocol: k must be one or several whole numbers from 1, got {self.k!r}"
            )
        object.__setattr__(self, "k", tuple(sorted({int(cut) for cut in given})))
        metrics = chosen_metrics(self.metrics)
        kept = (each.name if each.name in BUILT_IN else each for each in metrics)
        object.__setattr__(self, "metrics", tuple(kept))
        if self.part not in ("test", "validation"):
            raise ValueError(
                f"protocol: part must be 'test' or 'validation', got {self.part!r}; train "
                "interactions are seen items and are masked"
            )
        if not isinstance(self.groups, Groups | None) and not (
            isinstance(self.groups, Mapping) and set(self.groups) <= set(_OF_GROUPS)
        ):
            raise TypeError(
                "protocol: groups must be made by popularity_groups, or be some of its parameters "
                f"{', '.join(_OF_GROUPS)}, such as {{'head': 0.1}}, got {self.groups!r}"
            )
        if isinstance(self.groups, Mapping):
            object.__setattr__(self, "groups", dict(self.groups))
        if not _is_whole(self.seed) or self.seed < 0:
            raise ValueError(f"protocol: seed must be a whole number from 0, got {self.seed!r}")
        right = _is_whole(self.resamples) and isinstance(self.confidence, int | float | np.number)
        if not right or not 0 < self.confidence < 1 or self.resamples < 1:
            raise ValueError(
                "protocol: confidence must lie between 0 and 1 and resamples must be at least 1, "
                f"got {self.confidence} and {self.resamples}"
            )

    @classmethod
    def of(
        cls, who: str, given: Protocol | None, settings: Mapping[str, Any], known: type = Settings
    ) -> Protocol:
        """What a call was given: a protocol, single settings, or both."""
        if not isinstance(given, Protocol | None):
            raise TypeError(f"{who}: protocol must be a Protocol, got {given!r:.80}")
        unknown = set(settings) - set(known.__annotations__)
        if unknown:
            raise TypeError(f"{who}() got an unexpected keyword argument {min(unknown)!r}")
        try:
            return cls(**settings) if given is None else replace(given, **settings)
        except (TypeError, ValueError) as error:
            # Whoever called it is told by the name of what they called.
            said = str(error).replace("protocol:", f"{who}:", 1)
            raise type(error)(said) from error

    @property
    def ks(self) -> tuple[int, ...]:
        """The cut-offs, ascending."""
        return tuple(self.k) if isinstance(self.k, Iterable) else (self.k,)

    @property
    def chosen(self) -> tuple[Metric, ...]:
        """The metrics as objects."""
        return chosen_metrics(self.metrics)

    @property
    def own_metrics(self) -> tuple[Metric, ...]:
        """Those that are not built in."""
        return tuple(metric for metric in self.chosen if metric.name not in BUILT_IN)

    def metric(self, given: str | Metric) -> Metric:
        """A metric by its name, built in or one of the protocol's own."""
        own = {metric.name: metric for metric in self.own_metrics}
        return chosen_metrics(own.get(given, given) if isinstance(given, str) else given)[0]

    def groups_of(self, parts: Split) -> Groups:
        """Groups of the catalogue of a split: as given, or by train popularity."""
        if not isinstance(self.groups, Groups):
            return popularity_groups(parts.popularity, **(self.groups or {}))
        if len(self.groups) != parts.n_items:
            raise ValueError(
                f"evaluate: groups label {len(self.groups):,} items, the catalogue holds "
                f"{parts.n_items:,}; build them from the same split's popularity"
            )
        return self.groups

    def users_of(self, parts: Split) -> np.ndarray:
        """Rows of the users with a relevant item."""
        return np.flatnonzero(np.diff(getattr(parts, self.part).indptr))

    def seen_of(self, parts: Split) -> list[csr_matrix]:
        """Interactions that are masked."""
        before = ["train"] if self.part == "validation" else stored_parts(parts)
        return [getattr(parts, name) for name in before if name != "test"]


def fingerprint(*arrays: np.ndarray) -> str:
    """Short hash of integer arrays, equal on every platform."""
    state = hashlib.blake2b(digest_size=8)
    for array in arrays:
        state.update(f"{len(array)}:".encode())
        state.update(np.ascontiguousarray(array, dtype="<i4").data)
    return state.hexdigest()


def describe(protocol: Protocol, parts: Split) -> dict[str, Any]:
    """State the protocol of an evaluation on a split."""
    part, groups, users = protocol.part, protocol.groups_of(parts), protocol.users_of(parts)
    seen = "train" if part == "validation" else "train and validation"
    settings = ", ".join(f"{name}={value!r}" for name, value in parts.parameters.items())
    sizes = zip(groups.names, groups.sizes, strict=True)
    matrices = [getattr(parts, name) for name in stored_parts(parts)]
    asked = getattr(parts, part)
    no_history = np.diff(parts.train.indptr)[users] == 0
    ids = [id_keys(ids).view(np.int32) for ids in (parts.user_ids, parts.item_ids)]
    own = protocol.own_metrics
    *others, last = (each.name for each in (*BUILT_IN.values(), *own) if not each.is_mean)
    return {
        "dataset": parts.name or "unnamed",
        "split": f"{parts.how} ({settings})" if settings else parts.how,
        "part": part,
        "users": f"{len(users):,} of {parts.n_users:,}: those with a relevant item in {part}",
        **_time_in_words(parts, part),
        "cold": f"{np.count_nonzero(no_history):,} of these users and "
        f"{np.count_nonzero(parts.cold[asked.indices]):,} of the {asked.nnz:,} items asked for "
        "have no train interaction",
        "catalogue": f"{parts.n_items:,} items, ranked in full",
        "seen items": f"masked: interactions of the user in {seen}",
        "k": ", ".join(map(str, protocol.ks)),
        "groups": f"{groups.definition} ({', '.join(f'{name} {size:,}' for name, size in sizes)})",
        "relevance in a group": "restricted to its items; the ranking stays over the catalogue",
        "ties": TIE_RULE,
        "intervals": (
            f"{100 * protocol.confidence:g}%: Bayesian bootstrap over users with one unmet user at "
            f"the end of the range, {protocol.resamples:,} resamples; jackknife over users for "
            f"{', '.join(others)} and {last}"
        ),
        **({"own metrics": "; ".join(map(str, own))} if own else {}),
        "seed": protocol.seed,
        "fingerprint": fingerprint(
            *ids, *(array for matrix in matrices for array in (matrix.indptr, matrix.indices))
        ),
        "groups fingerprint": fingerprint(groups.labels),
    }


def _time_in_words(parts: Split, part: str) -> dict[str, str]:
    """How many users' interactions were set apart by lot, where a split looks at time."""
    if part not in parts.tied:
        return {}
    tied, users = parts.tied[part]
    rule = "the order of the log" if parts.places is not None else "a seeded hash of their ids"
    return {
        "equal times": f"ordered by {rule}; that decides what is in {part} for {tied:,} of "
        f"{users:,} users"
    }


def check_model_and_split(who: str, model: Any, parts: Any) -> None:
    """Refuse what cannot score, and what is no split."""
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
    check_split(who, parts)


def check_split(who: str, parts: Any) -> None:
    """Refuse what is no split."""
    if not all(hasattr(parts, part) for part in ("train", "validation", "test")):
        raise TypeError(
            f"{who} takes a Split, got {type(parts).__name__}; make one with split(prepare(data))"
        )


def _is_whole(value: Any) -> bool:
    """Whether a value is a whole number and no truth value."""
    return isinstance(value, int | np.integer) and not isinstance(value, bool)
