"""The k-core slider agrees with dropping by hand, one user or item at a time."""

import numpy as np
import pandas as pd
import polars as pl
import pytest

from longtail_course.widgets import core_slider
from longtail_lib.data import Dataset, DatasetCard

PAIRS = sorted(
    {(u, i) for u, i in zip(*np.random.default_rng(5).geometric(0.07, (2, 300)), strict=True)}
)
N_ITEMS = 80


def dataset(frame=pl.DataFrame, pairs=PAIRS):
    users = [f"u{user:03}" for user, _ in pairs]
    items = [f"i{item:03}" for _, item in pairs]
    catalogue = [f"i{item:03}" for item in range(N_ITEMS)][::-1]
    return Dataset(
        frame({"user_id": users, "item_id": items}),
        frame({"item_id": catalogue}),
        frame({"user_id": sorted(set(users))}),
        DatasetCard(name="random"),
    )


def drop_by_hand(pairs, k):
    pairs = list(pairs)
    while True:
        for place in (0, 1):
            ids = [pair[place] for pair in pairs]
            weak = next((one for one in ids if ids.count(one) < k), None)
            if weak is not None:
                pairs = [pair for pair in pairs if pair[place] != weak]
                break
        else:
            return pairs


@pytest.mark.parametrize("frame", [pl.DataFrame, pd.DataFrame])
@pytest.mark.parametrize("k", [1, 2, 4])
def test_state_agrees_with_dropping_one_at_a_time(k, frame):
    left = drop_by_hand(PAIRS, k)
    assert 0 < len(left) <= len(PAIRS)
    state = core_slider(dataset(frame), k=k).state
    assert state["n_kept"]["interactions"] == len(left)
    assert state["n_kept"]["users"] == len({user for user, _ in left})
    items = sum(state["n_kept"][f"{group} items"] for group in ("head", "mid", "tail"))
    assert items == len({item for _, item in left})
    assert state["kept"]["interactions"] == pytest.approx(len(left) / len(PAIRS))


def test_a_larger_k_keeps_less_and_the_tail_goes_first():
    control = core_slider(dataset(), k=1)
    kept = [control.move(k=k).state["kept"] for k in (1, 2, 4, 6)]
    for name in kept[0]:
        shares = [step[name] for step in kept]
        assert shares == sorted(shares, reverse=True)
    assert kept[2]["tail items"] < kept[2]["mid items"] < kept[2]["head items"]


def test_a_core_that_is_empty_is_drawn_too():
    control = core_slider(dataset(), k=20)
    assert control.state["n_kept"]["interactions"] == 0
    heights = [bar.get_height() for bar in control.snapshots(k=[1, 20]).axes[1].patches]
    assert heights == [0] * 5


@pytest.mark.parametrize("k", [0, 21])
def test_k_outside_the_slider_is_refused(k):
    with pytest.raises(ValueError, match="between 1 and most=20"):
        core_slider(dataset(), k=k)


@pytest.mark.parametrize("more", [(PAIRS[0],), ((1, N_ITEMS),)])
def test_a_raw_log_is_refused(more):
    with pytest.raises(ValueError, match=r"run longtail_lib\.prepare first"):
        core_slider(dataset(pairs=[*PAIRS, *more]))
