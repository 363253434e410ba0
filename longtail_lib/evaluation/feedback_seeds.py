"""Feedback loops of several models under several seeds, with intervals."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

import numpy as np

from longtail_lib.data.dataset import Dataset
from longtail_lib.evaluation.feedback_loop import feedback_loop
from longtail_lib.evaluation.feedback_rounds import FeedbackLoop
from longtail_lib.evaluation.rounded_frame import rounded
from longtail_lib.evaluation.taste_groups import user_taste
from longtail_lib.preprocessing import prepare, split
from longtail_lib.preprocessing.parts import Split

__all__ = ["feedback_over_seeds", "feedback_table"]


def feedback_over_seeds(
    models: Mapping[str, Any],
    parts: Split | Dataset,
    *,
    seeds: Iterable[int] = range(5),
    baseline: str | None = None,
    confidence: float = 0.95,
    digits: int | None = 4,
    progress: bool = False,
    **settings: Any,
) -> Any:
    """Run `feedback_loop` for each model and seed; mean and interval of each quantity and round.

    Parameters
    ----------
    models : mapping of str to recommender, or to function that returns one
    parts : Split or Dataset
        With truth.
    seeds : iterable of int
        Two or more.
    baseline : str or None
        A name of `models` that all others are compared with, seed by seed.
    confidence : float
    digits : int or None
        Decimals to round to; None leaves numbers as they are.
    progress : bool
        Show a progress bar for each loop.
    **settings
        Passed on to `feedback_loop`.

    Returns
    -------
    polars.DataFrame
        As `feedback_table` makes it.

    Raises
    ------
    ValueError
        No model, and what `feedback_loop` and `feedback_table` refuse.

    Examples
    --------
    >>> from longtail_lib.evaluation.example import tiny_world
    >>> from longtail_lib.models import Popularity, Random
    >>> table = feedback_over_seeds({"Popularity": Popularity(), "Random": Random()},
    ...                             tiny_world(), seeds=[0, 1], rounds=1, k=2)
    >>> table.columns[:6]
    ['model', 'round', 'quantity', 'mean', 'low', 'high']
    """
    if not models:
        raise ValueError("feedback_over_seeds: models is empty; pass {'Ease': Ease()}")
    if isinstance(parts, Dataset):
        parts = split(prepare(parts))
    settings.setdefault("taste", user_taste(parts))
    seeds = list(seeds)
    loops = [
        feedback_loop(model, parts, seed=seed, name=name, progress=progress, **settings)
        for seed in seeds
        for name, model in models.items()
    ]
    return feedback_table(loops, baseline=baseline, confidence=confidence, digits=digits)


def feedback_table(
    loops: Iterable[FeedbackLoop],
    *,
    baseline: str | None = None,
    confidence: float = 0.95,
    digits: int | None = 4,
) -> Any:
    """Mean and interval over seeds of every quantity in every round.

    Intervals are Student's t over the seeds. They cover the luck of users' choices and of the
    models' own seeds; the log at the start and the truth are the same throughout. Models meet the
    same users under the same seed, so the interval of a difference is often much narrower than
    those of its two sides.

    Parameters
    ----------
    loops : iterable of FeedbackLoop
        Each model with the same two or more seeds.
    baseline : str or None
        A model that all others are compared with.
    confidence : float
    digits : int or None
        Decimals to round to; None leaves numbers as they are.

    Returns
    -------
    polars.DataFrame
        Columns model, round, quantity, mean, low, high, seeds; with a baseline also difference
        (model less baseline), difference_low and difference_high.

    Raises
    ------
    ValueError
        Fewer than two seeds, models with different seeds, rounds or starts, an unknown baseline
        or a confidence outside 0 to 1.

    Examples
    --------
    >>> from longtail_lib.evaluation.feedback_rounds import QUANTITIES
    >>> def loop(seed, number):
    ...     about = {"seed": seed, "fingerprint": "x"}
    ...     return FeedbackLoop("A", {name: np.array([number]) for name in QUANTITIES}, about)
    >>> table = feedback_table([loop(0, 0.4), loop(1, 0.6)])
    >>> table.filter(quantity="tail_share")["mean"].to_list()
    [0.5]
    """
    import polars as pl
    from scipy.special import stdtrit

    if not 0 < confidence < 1:
        raise ValueError(f"feedback_table: confidence must lie between 0 and 1, got {confidence}")
    stacks = _stacks(list(loops), baseline)
    names = list(stacks)
    rows: list[tuple[Any, ...]] = []
    for name in names:
        for quantity, numbers in stacks[name].items():
            sides = [numbers]
            if baseline is not None:
                sides.append(numbers - stacks[baseline][quantity])
            n = len(numbers)
            width = stdtrit(n - 1, (1 + confidence) / 2) / np.sqrt(n)
            columns = []
            for side in sides:
                mean, spread = side.mean(axis=0), side.std(axis=0, ddof=1) * width
                columns += [mean, mean - spread, mean + spread]
            for place in range(numbers.shape[1]):
                measured = [float(column[place]) for column in columns]
                rows.append((name, place + 1, quantity, *measured[:3], n, *measured[3:]))
    labels = ["model", "round", "quantity", "mean", "low", "high", "seeds"]
    if baseline is not None:
        labels += ["difference", "difference_low", "difference_high"]
    return rounded(pl.DataFrame(rows, schema=labels, orient="row"), digits)


def _stacks(loops: list[FeedbackLoop], baseline: str | None) -> dict[str, dict[str, np.ndarray]]:
    """For each model and quantity, one row a seed, in the same order of seeds."""
    by_model: dict[str, dict[Any, FeedbackLoop]] = {}
    for loop in loops:
        seen = by_model.setdefault(loop.model, {})
        if loop.protocol["seed"] in seen:
            raise ValueError(
                f"feedback_table: {loop.model} comes twice with seed {loop.protocol['seed']}; give "
                "different models different names"
            )
        seen[loop.protocol["seed"]] = loop
    seeds = [sorted(seen) for seen in by_model.values()]
    if not loops or any(one != seeds[0] for one in seeds) or len(seeds[0]) < 2:
        raise ValueError(
            "feedback_table: every model needs the same two or more seeds, got "
            + (", ".join(f"{name} {sorted(seen)}" for name, seen in by_model.items()) or "no loop")
        )
    starts = {(loop.protocol["fingerprint"], loop.n_rounds) for loop in loops}
    if len(starts) > 1:
        raise ValueError(
            "feedback_table: the loops began with different logs or ran for different rounds; run "
            "them all on one split with the same rounds"
        )
    if baseline is not None and baseline not in by_model:
        raise ValueError(
            f"feedback_table: no loop of the baseline {baseline!r}; there are {', '.join(by_model)}"
        )
    return {
        name: {
            quantity: np.stack([seen[seed][quantity] for seed in seeds[0]])
            for quantity in seen[seeds[0][0]].rounds
        }
        for name, seen in by_model.items()
    }
