"""The protocol that all recommenders of a benchmark share."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, fields
from pathlib import Path
from typing import Any

from longtail_lib.evaluation import Metric, Protocol

__all__ = ["SPLITS", "BenchmarkProtocol", "peak_growth"]


SPLITS: dict[str, dict[str, str]] = {
    "random": {"how": "random"},
    "leave-last-out": {"how": "leave-last-out"},
    "temporal": {"how": "temporal"},
    "temporal, next item": {"how": "temporal", "target": "next"},
}


@dataclass(frozen=True)
class BenchmarkProtocol:
    """How data are prepared and split, what is measured, and how much tuning each model gets.

    Hyper-parameters are chosen on the validation part of the first seed's split, and are kept for
    the other seeds. Each seed draws its own random split; leave-last-out and temporal splits have
    no chance in them, so there a seed changes only models that are trained with one.

    Parameters
    ----------
    min_rating : float or None
        Interactions rated lower are no interest and are dropped.
    min_user_interactions : int
    splits : tuple of str
        Some of "random", "leave-last-out", "temporal" and "temporal, next item".
    ties : {"random", "file"}
        What stands first among equal times; as in `split`.
    refit : bool
        Hyper-parameters and epochs are chosen on validation. True then fits each model on train
        and validation, as `Recommender.refit` does, before it is measured on test. False measures
        what was fitted on train alone, with histories that end with validation.
    seeds : tuple of int
    ks : tuple of int
        Cut-offs.
    metrics : tuple of str or Metric
        Without cut-off; of your own, results keep what they are, but not their functions.
    trials : int
        Settings tried for each tuned model, its defaults included; the same for all.
    metric : (str, str)
        Group and metric that tuning maximises.
    tail_metric : (str, str)
        What models that are tuned for the tail maximise, among settings whose `metric` is at
        least `keep` of the best that was tried.
    tail_fallback : (str, str)
        What they maximise instead where all of these settings have one value of `tail_metric`,
        such as 0 on a log with few interactions in the tail: there it would choose among ties.
    keep : float

    Raises
    ------
    ValueError
        An unknown split or metric, no seed, or a number out of its range.

    Examples
    --------
    >>> BenchmarkProtocol(splits=("random",), seeds=(0, 1)).trials
    20
    """

    min_rating: float | None = 4.0
    min_user_interactions: int = 5
    splits: tuple[str, ...] = ("random", "leave-last-out")
    ties: str = "random"
    refit: bool = True
    seeds: tuple[int, ...] = (0, 1, 2)
    ks: tuple[int, ...] = (10, 100)
    metrics: tuple[str | Metric, ...] = (
        "NDCG",
        "Recall",
        "Coverage",
        "Gini",
        "TailShare",
        "Novelty",
    )
    trials: int = 20
    metric: tuple[str, str] = ("overall", "NDCG@10")
    tail_metric: tuple[str, str] = ("tail", "NDCG@100")
    tail_fallback: tuple[str, str] = ("tail", "Recall@500")
    keep: float = 0.99

    def __post_init__(self) -> None:
        for name in (
            "splits",
            "seeds",
            "ks",
            "metrics",
            "metric",
            "tail_metric",
            "tail_fallback",
        ):
            object.__setattr__(self, name, tuple(getattr(self, name)))
        unknown = [how for how in self.splits if how not in SPLITS]
        if unknown or not self.splits:
            raise ValueError(
                f"benchmark: splits must be some of {', '.join(map(repr, SPLITS))}, got "
                f"{', '.join(unknown) or 'none'}"
            )
        if self.ties not in ("random", "file"):
            raise ValueError(f"benchmark: ties must be 'random' or 'file', got {self.ties!r}")
        if not isinstance(self.refit, bool):
            raise ValueError(f"benchmark: refit must be true or false, got {self.refit!r}")
        if not self.seeds or len(set(self.seeds)) < len(self.seeds):
            raise ValueError(f"benchmark: seeds must be different numbers, got {self.seeds}")
        if self.trials < 1:
            raise ValueError(f"benchmark: trials must be at least 1, got {self.trials}")
        if not 0 < self.keep <= 1:
            raise ValueError(f"benchmark: keep must lie in (0, 1], got {self.keep}")
        metrics = (
            Metric.declared(each) if isinstance(each, dict) else each for each in self.metrics
        )
        object.__setattr__(self, "metrics", tuple(metrics))
        # Refuses cut-offs and metrics that cannot be measured, before anything is fitted.
        _ = self.measured

    @property
    def measured(self) -> Protocol:
        """How each fitted model is measured."""
        return Protocol(k=self.ks, metrics=self.metrics)

    def to_dict(self) -> dict[str, Any]:
        """As JSON can hold it."""
        about = {each.name: getattr(self, each.name) for each in fields(self)}
        about["metrics"] = tuple(
            each.declaration() if isinstance(each, Metric) else each for each in self.metrics
        )
        return {
            name: list(value) if isinstance(value, tuple) else value
            for name, value in about.items()
        }


_STATUS, _CLEAR = Path("/proc/self/status"), Path("/proc/self/clear_refs")


def peak_growth(call: Callable[[], Any]) -> tuple[Any, float | None]:
    """Run a call; return what it gave, and by how many MB the process grew at its peak."""
    try:
        # Writing 5 sets the peak back to the present size.
        _CLEAR.write_text("5")
        before = _megabytes("VmRSS")
    except OSError:
        return call(), None
    given = call()
    return given, max(0.0, round(_megabytes("VmHWM") - before, 1))


def _megabytes(field: str) -> float:
    status = _STATUS.read_text()
    return int(status.split(f"{field}:")[1].split()[0]) * 1024 / 1e6
