"""The visitors of a store: tastes, residual, love of the niche, interests and activity."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from longtail_lib.simulation._catalogue import Catalogue
from longtail_lib.simulation._fixed_point import UNIT, exponential, normal, shares, stream
from longtail_lib.simulation._preset import Preset

__all__ = [
    "AGE_GROUPS",
    "DAY",
    "INTEREST_TOTAL",
    "Population",
    "block_start",
    "draw_population",
    "draw_times",
    "rate",
]


AGE_GROUPS = ("under 25", "25-34", "35-49", "50-64", "65 and over")
INTEREST_TOTAL = 1 << 14


@dataclass(frozen=True)
class Population:
    """What the simulator knows of the visitors; factors are integers in units of 2^-10."""

    taste: np.ndarray
    residual: np.ndarray
    appeal_weight: np.ndarray
    mixture: np.ndarray
    category_interest: np.ndarray
    theme_interest: np.ndarray
    activity: np.ndarray
    joined: np.ndarray
    window: np.ndarray
    age_group: np.ndarray
    favourite: np.ndarray
    generosity: np.ndarray


def draw_population(preset: Preset, catalogue: Catalogue, n: int, seed: int) -> Population:
    """Draw n visitors."""
    rng = stream(seed, f"{preset.name} population")
    age_group = np.searchsorted([180, 470, 740, 930], rng.integers(0, 1024, n), side="right")
    group_taste = normal(rng, (len(AGE_GROUPS), preset.taste_dimensions))[age_group]
    taste = (8 * group_taste + 14 * normal(rng, (n, preset.taste_dimensions))) >> 4
    taste -= taste.sum(axis=0) // n

    before = rng.integers(0, UNIT, n) < 480
    years_before = rng.integers(1, 6, n)
    during = rng.integers(0, preset.blocks, n)
    joined = np.where(before, -years_before, during)
    left = preset.blocks - np.maximum(joined, 0)
    brief = rng.integers(0, UNIT, n) < 400
    longest = np.where(brief, np.minimum(left, 2), left)
    window = 1 + rng.integers(0, longest)

    # Those who have been here longest know their way off the front page.
    niche = rng.integers(0, UNIT, n)
    niche = np.where(before, (niche + UNIT + 1) // 2, niche)
    mixture = np.zeros((n, 4), dtype=np.int64)
    mixture[:, 0] = _between(preset.front_share, niche)
    mixture[:, 2] = _between(preset.search_share, niche)
    mixture[:, 3] = _between(preset.explore_share, niche)
    mixture[:, 1] = UNIT - mixture.sum(axis=1)
    interest, theme_interest = (
        _interest(taste, catalogue.factors[name], preset.interest_focus)
        for name in catalogue.subjects
    )
    honest = rng.integers(0, UNIT, n) < 700
    favourite = np.where(honest, interest.argmax(axis=1), rng.integers(0, interest.shape[1], n))

    spread = normal(rng, n) * preset.activity_spread / UNIT
    rest = exponential(spread - preset.activity_spread * preset.activity_spread / 2)
    activity = preset.activity_floor + (preset.mean_activity - preset.activity_floor) * rest
    return Population(
        taste=taste,
        residual=normal(rng, (n, preset.residual_dimensions)),
        appeal_weight=UNIT + (UNIT // 2 - niche),
        mixture=mixture,
        category_interest=interest,
        theme_interest=theme_interest,
        activity=np.floor(activity * 16) / 16,
        joined=joined,
        window=window,
        age_group=age_group,
        favourite=favourite,
        generosity=normal(rng, n) * round(preset.rating_bias * UNIT) >> 10,
    )


def _interest(taste: np.ndarray, factors: np.ndarray, focus: float) -> np.ndarray:
    # Integer products: exact, in whatever order they are summed.
    liking = (taste @ (factors - factors.sum(axis=0) // len(factors)).T) / float(UNIT * UNIT)
    return shares(exponential(np.clip(liking * focus, -6.0, 6.0)), INTEREST_TOTAL)


def _between(ends: tuple[float, float], niche: np.ndarray) -> np.ndarray:
    first, last = (round(end * UNIT) for end in ends)
    return first + (last - first) * niche // UNIT


_STEPS = {"stars": 1.0, "half-stars": 0.5}


def rate(
    preset: Preset, strength: np.ndarray, generosity: np.ndarray, rng: np.random.Generator
) -> np.ndarray | None:
    """Rate chosen items."""
    noise = normal(rng, len(strength)) * round(preset.rating_noise * UNIT) >> 10
    opinion = np.floor(strength * UNIT).astype(np.int64) + generosity + noise
    if preset.rating == "none":
        return None
    if preset.rating == "plays":
        plays = exponential(np.clip(opinion, -2 * UNIT, 5 * UNIT) / UNIT + 1.0)
        return 1.0 + np.floor(plays)
    if preset.rating not in _STEPS:
        raise ValueError(
            f"preset '{preset.name}': rating is {preset.rating!r}; it must be 'stars', "
            "'half-stars', 'plays' or 'none'"
        )
    step = _STEPS[preset.rating]
    ends = np.floor(np.cumsum(preset.rating_shares) * len(opinion)).astype(np.int64)[:-1]
    stars = np.empty(len(opinion))
    stars[np.argsort(opinion, kind="stable")] = np.searchsorted(
        ends, np.arange(len(opinion)), side="right"
    )
    return step * (stars + 1.0)


DAY = 86_400
_SESSION_LENGTH = 8
# Start hours 0 to 19: a session ends on the day on which it began.
_HOURS = np.array([1, 0, 0, 0, 0, 0, 1, 2, 3, 3, 3, 3, 4, 4, 3, 3, 4, 5, 7, 9, 10, 9, 6])


def block_start(preset: Preset, block: np.ndarray) -> np.ndarray:
    """First second of a block, UTC."""
    return preset.start + np.asarray(block, dtype=np.int64) * preset.block_days * DAY


def draw_times(
    preset: Preset, user: np.ndarray, block: np.ndarray, rng: np.random.Generator
) -> np.ndarray:
    """Draw a timestamp for each choice."""
    n = len(user)
    order = np.lexsort((rng.permutation(n), block, user))
    visit = user[order].astype(np.int64) * preset.blocks + block[order]
    first = np.flatnonzero(np.r_[True, visit[1:] != visit[:-1]])
    rank = np.arange(n) - np.repeat(first, np.diff(np.r_[first, n]))
    opens = rank % _SESSION_LENGTH == 0
    session = np.cumsum(opens) - 1

    n_sessions = int(opens.sum())
    day = rng.integers(0, preset.block_days, n_sessions)
    hours = np.cumsum(_HOURS)
    hour = np.searchsorted(hours, rng.integers(0, hours[-1], n_sessions), side="right")
    opening = day * DAY + hour * 3600 + rng.integers(0, 3600, n_sessions)
    gap = np.where(opens, 0, rng.integers(20, 400, n))
    walked = np.cumsum(gap)
    elapsed = walked - walked[opens][session]
    times = np.empty(n, dtype=np.int64)
    times[order] = block_start(preset, block[order]) + opening[session] + elapsed
    return _all_different(user, times)


def _all_different(user: np.ndarray, times: np.ndarray) -> np.ndarray:
    """Move equal times of one user apart by single seconds."""
    order = np.lexsort((times, user))
    place = np.arange(len(order))
    # Far apart users: the running maximum never carries from one into the next.
    key = user[order].astype(np.int64) * (1 << 40) + times[order]
    key = np.maximum.accumulate(key - place) + place
    result = np.empty_like(times)
    result[order] = key - user[order].astype(np.int64) * (1 << 40)
    return result
