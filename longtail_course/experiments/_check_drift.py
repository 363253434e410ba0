"""Do results measured anew agree with those that were stored?"""

from __future__ import annotations

import math
from typing import NamedTuple

from longtail_lib.benchmark import BenchmarkResults

__all__ = ["Drift", "check_drift"]


class Drift(NamedTuple):
    """A value that has left its stored interval."""

    split: str
    model: str
    group: str
    metric: str
    stored: float
    low: float
    high: float
    found: float

    def __str__(self) -> str:
        return (
            f"{self.split}: {self.model}, {self.group} {self.metric} is {self.found:.4f}, stored "
            f"{self.stored:.4f} [{self.low:.4f}, {self.high:.4f}]"
        )


def check_drift(stored: BenchmarkResults, fresh: BenchmarkResults) -> list[Drift]:
    """Compare what was measured anew with what was stored.

    Models and splits that only the stored results hold are left out, so a reduced run can be
    checked. With fewer seeds than stored, the fresh value of a seed is compared with the stored
    value of the same seed, give or take half the stored interval. Where no interval is stored,
    such as the Gini of a group that nobody was shown, there is nothing to compare with.

    Parameters
    ----------
    stored, fresh : BenchmarkResults

    Returns
    -------
    list of Drift
        Empty where all agree.

    Raises
    ------
    ValueError
        Other data, or nothing in common: the comparison would say nothing.
    """
    if stored.dataset != fresh.dataset:
        raise ValueError(
            f"the stored results are of other data: {stored.dataset}, now {fresh.dataset}; "
            "run the whole benchmark again and store it"
        )
    common = [key for key in fresh.rows if key in stored.rows]
    if not common:
        raise ValueError(
            "the stored results hold none of these models and splits: "
            f"{', '.join(f'{how}: {model}' for how, model in fresh.rows)}"
        )
    found = []
    for key in common:
        old, new = stored.rows[key], fresh.rows[key]
        seeds = [seed for seed in new.seeds if seed in old.seeds]
        if not seeds:
            raise ValueError(f"{key[1]} on {key[0]}: no seed in common, {old.seeds}, {new.seeds}")
        for place, value in old.values.items():
            if place not in new.by_seed:
                continue
            before, after = (
                sum(row.by_seed[place][row.seeds.index(seed)] for seed in seeds) / len(seeds)
                for row in (old, new)
            )
            below, above = value.value - value.low, value.high - value.value
            if math.isnan(below) or (math.isnan(before) and math.isnan(after)):
                continue
            if not before - below <= after <= before + above:
                found.append(Drift(*key, *place, before, before - below, before + above, after))
    return found
