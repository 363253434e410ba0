"""Recommend, let users choose, add the choices to train, fit again: round after round."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from numbers import Integral, Real
from typing import Any

import numpy as np
from scipy.sparse import csr_matrix

from longtail_course.worlds.added_interactions import with_interactions
from longtail_course.worlds.feedback_protocol import describe_feedback
from longtail_course.worlds.feedback_round import Behaviour, Shown, measure_round, play_round
from longtail_course.worlds.feedback_rounds import QUANTITIES, FeedbackLoop
from longtail_course.worlds.simulated_choice import CHOICES, remembered
from longtail_course.worlds.taste_groups import UserTaste, user_taste
from longtail_lib._parameters import SEED, Interval, Nullable, Options, constrained
from longtail_lib.data import Dataset
from longtail_lib.models import Recommender, unfitted_copy
from longtail_lib.preprocessing import Split, prepare, split

__all__ = ["feedback_loop"]

_SEED_STEP = 1000


@constrained(
    rounds=Interval(Integral, 1),
    k=Interval(Integral, 1),
    users_per_round=Nullable(Interval(Integral, 1), "for all"),
    choose=Options(*CHOICES),
    position_bias=Interval(Real, 0),
    exploration=Interval(Real, 0, 1),
    round_days=Interval(Real),
    seed=SEED,
)
def feedback_loop(
    model: Recommender | Callable[[], Recommender],
    parts: Split | Dataset,
    *,
    rounds: int = 20,
    k: int = 10,
    users_per_round: int | None = None,
    choose: str = "every",
    position_bias: float = 1.0,
    exploration: float = 0.0,
    repeat_rejected: bool = True,
    round_days: float = 30.0,
    seed: int = 0,
    taste: UserTaste | None = None,
    progress: bool = False,
    name: str | None = None,
) -> FeedbackLoop:
    """Simulate how a model shapes the log that it learns from.

    In each round a fresh copy of the model is fitted on train, recommends k unseen items to each
    active user, and the user chooses by true preference (`simulated_choice`). Choices are added to
    train. The tail is that of the train part at the start and does not move.

    Satisfaction falls over the rounds of every model, because users do not choose an item twice
    and the best items go first; compare models, not rounds. What a user chose in validation or
    test is unseen at the start and may be recommended; where it is chosen it leaves that part.

    Parameters
    ----------
    model : Recommender, or function without arguments that returns one
        It stays as it is. A parameter `seed` of the model is raised by 1 each round, and by 1000
        for each step of the loop's `seed`, so that a random model does not show the same list
        for ever.
    parts : Split or Dataset
        With truth. A dataset is prepared and split with the defaults of `prepare` and `split`.
    rounds, k : int
    users_per_round : int or None
        Active users, drawn anew each round; all if None.
    choose : {"every", "first"}
        A user chooses every liked item among those looked at, or stops at the first.
    position_bias : float
        Users look at rank r with probability r to the power of minus this; 0: at all k items.
    exploration : float
        Probability in [0, 1] that a place shows an unseen item drawn uniformly instead.
    repeat_rejected : bool
        Whether an item that a user looked at and did not choose may be recommended to that user
        again. A log of choices alone does not tell of it, so most recommenders do so.
    round_days : float
        Days between rounds, for models that read the times of train.
    seed : int
        Models that are to be compared take the same seed: then they meet the same users.
    taste : UserTaste or None
        `user_taste(parts)`, which takes seconds; pass it where several loops share a split.
    progress : bool
        Show a progress bar.
    name : str or None
        Name of the model in tables; its class if None.

    Returns
    -------
    FeedbackLoop

    Raises
    ------
    TypeError
        No recommender.
    ValueError
        A split without truth, a model fitted on another catalogue, or a parameter out of range.

    References
    ----------
    Chaney, A. J. B., Stewart, B. M., Engelhardt, B. E. (2018). How algorithmic confounding in
    recommendation systems increases homogeneity and decreases utility. RecSys '18, 224-232.

    Mansoury, M., Abdollahpouri, H., Pechenizkiy, M., Mobasher, B., Burke, R. (2020). Feedback loop
    and bias amplification in recommender systems. CIKM '20, 2145-2148.

    Examples
    --------
    >>> from longtail_lib.testing import tiny_world
    >>> from longtail_lib.models import Oracle, Popularity
    >>> for model in (Popularity(), Oracle()):
    ...     print(feedback_loop(model, tiny_world(), rounds=2, k=2)["satisfaction"].round(2))
    [0.08 0.08]
    [0.67 0.17]
    """
    if isinstance(parts, Dataset):
        parts = split(prepare(parts))
    behaviour = Behaviour(
        k, users_per_round, choose, position_bias, exploration, repeat_rejected, seed
    )
    _check(behaviour, parts)
    model = _unfitted(model, parts)
    name = type(model).__name__ if name is None else name
    taste = user_taste(parts) if taste is None else taste
    if taste.preference.shape != parts.train.shape:
        raise ValueError(
            f"feedback_loop: taste is of {' x '.join(map(str, taste.preference.shape))} users and "
            f"items, the split of {' x '.join(map(str, parts.train.shape))}; make it with "
            "user_taste of the same split"
        )
    value = float(parts.train.data.mean(dtype=np.float64))
    totals, found = _Totals(parts.train.shape), []
    now = replace(parts, truth=remembered(parts.truth, parts, taste.preference))
    rejected = csr_matrix(parts.train.shape, dtype=np.float32)
    numbers = range(1, rounds + 1)
    if progress:
        from tqdm.auto import tqdm

        numbers = tqdm(numbers, desc=name, unit="round")
    for number in numbers:
        fitted = unfitted_copy(model, _SEED_STEP * seed + number - 1).fit(now)
        masked = [now.train] if repeat_rejected else [now.train, rejected]
        shown = play_round(fitted, now, taste, behaviour, masked=masked, number=number, name=name)
        # Freed now, or two models would be alive while the next is fitted.
        del fitted
        time = _time_after(parts, number * round_days)
        now = with_interactions(now, *shown.pairs(shown.chosen), value=value, time=time)
        if not repeat_rejected:
            rejected = rejected + _marked(*shown.pairs(shown.rejected), rejected.shape)
        totals.add(shown)
        found.append(measure_round(shown, now.popularity, taste))
    return FeedbackLoop(
        model=name,
        rounds={quantity: np.array([one[quantity] for one in found]) for quantity in QUANTITIES},
        protocol=describe_feedback(model, parts, taste, behaviour),
        per_item={
            "exposure": totals.exposure,
            "choices": totals.choices,
            "preference_shown": totals.preference_shown,
            "demand": taste.preference.sum(axis=0, dtype=np.float64),
        },
        per_user={"satisfaction": totals.satisfaction, "taste": taste.labels},
    )


class _Totals:
    """Sums over rounds, of items and of users."""

    def __init__(self, shape: tuple[int, int]) -> None:
        n_users, n_items = shape
        self.exposure = np.zeros(n_items, dtype=np.int64)
        self.choices = np.zeros(n_items, dtype=np.int64)
        self.preference_shown = np.zeros(n_items)
        self._sums, self._counts = np.zeros(n_users), np.zeros(n_users)

    def add(self, shown: Shown) -> None:
        is_shown, n_items = shown.lists >= 0, len(self.exposure)
        columns, preference = shown.lists[is_shown], shown.preference[is_shown]
        self.exposure += np.bincount(columns, minlength=n_items)
        self.choices += np.bincount(shown.lists[shown.chosen], minlength=n_items)
        self.preference_shown += np.bincount(columns, preference, minlength=n_items)
        self._sums[shown.users] += shown.preference.sum(axis=1)
        self._counts[shown.users] += is_shown.sum(axis=1)

    @property
    def satisfaction(self) -> np.ndarray:
        nothing = np.full(len(self._sums), np.nan)
        return np.divide(self._sums, self._counts, out=nothing, where=self._counts > 0)


def _marked(rows: np.ndarray, columns: np.ndarray, shape: tuple[int, int]) -> csr_matrix:
    return csr_matrix((np.ones(len(rows), dtype=np.float32), (rows, columns)), shape=shape)


def _time_after(parts: Split, days: float) -> int | None:
    if parts.times is None:
        return None
    return int(parts.times["train"].data.max()) + round(86400 * days)


def _unfitted(model: Any, parts: Split) -> Recommender:
    """A copy of what was passed, after a look at where it was fitted."""
    made = model if isinstance(model, Recommender) else model() if callable(model) else model
    if not isinstance(made, Recommender):
        raise TypeError(
            "feedback_loop: model must be a recommender or a function that returns one, got "
            f"{type(made).__name__}; pass for example EASE(l2=200.0)"
        )
    for what in ("item", "user"):
        own, ids = getattr(made, f"{what}_ids_", None), getattr(parts, f"{what}_ids")
        if own is not None and not np.array_equal(own, ids):
            raise ValueError(
                f"feedback_loop: {type(made).__name__} was fitted on other {what}s ({len(own):,}) "
                f"than this split holds ({len(ids):,}); pass an unfitted one, every round fits it "
                "anew"
            )
    return unfitted_copy(made)


def _check(behaviour: Behaviour, parts: Any) -> None:
    if not isinstance(parts, Split):
        raise TypeError(
            f"feedback_loop takes a Split or a Dataset, got {type(parts).__name__}; make one with "
            "split(prepare(data))"
        )
    if parts.truth is None:
        raise ValueError(
            "feedback_loop: this split has no truth, so nobody knows what users would choose; take "
            "a simulated dataset such as load_dataset('shop'), with truth=True"
        )
    active = behaviour.users_per_round
    if active is not None and active > parts.n_users:
        raise ValueError(
            f"feedback_loop: users_per_round must lie between 1 and the {parts.n_users:,} users of "
            f"the split, or be None for all, got {active}"
        )
