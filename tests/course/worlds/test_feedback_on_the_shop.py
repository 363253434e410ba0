"""What the course says about feedback loops, on the shop."""

import pytest

from longtail_course.worlds import feedback_loop, satisfaction_by_taste, user_taste
from longtail_lib import load_dataset, prepare, split
from longtail_lib.models import EASE, Oracle, Popularity, Random


@pytest.fixture(scope="module")
def shop():
    parts = split(prepare(load_dataset("shop")))
    return parts, user_taste(parts)


@pytest.fixture(scope="module")
def run(shop):
    parts, taste = shop
    return lambda model, rounds, **settings: feedback_loop(
        model, parts, rounds=rounds, taste=taste, **settings
    )


def test_popularity_concentrates_the_log_and_what_users_want_spreads_it(run):
    popular, random, oracle = (run(model, 6) for model in (Popularity(), Random(), Oracle()))
    assert popular["popularity_gini"][-1] > popular["popularity_gini"][0] + 0.01
    assert random["popularity_gini"][-1] < random["popularity_gini"][0]
    assert popular["popularity_tail_share"][-1] < 0.057 < oracle["popularity_tail_share"][-1]
    # Nobody is shown the tail, although a part of what users like best is there.
    assert popular["tail_share"].max() < 0.001
    assert oracle["tail_share"].min() > 0.05
    assert oracle["satisfaction"].min() > popular["satisfaction"].max() > 0.2


def test_tail_lovers_are_served_worst_and_the_exponent_serves_everyone_better(run):
    plain, scaled = run(EASE(), 1), run(EASE(popularity_exponent=0.2), 1)
    assert plain["satisfaction_head_lovers"][0] > plain["satisfaction_tail_lovers"][0] + 0.08
    gains = satisfaction_by_taste(scaled, plain)
    assert min(gains["low"]) > 0
    assert gains["worse_off"].max() < 0.5


def test_a_log_without_rejections_repeats_them(run):
    """Masking what was looked at in vain brings satisfaction that Popularity cannot learn."""
    repeated, masked = (run(Popularity(), 6, repeat_rejected=repeat) for repeat in (True, False))
    assert repeated["satisfaction"][0] == masked["satisfaction"][0]
    assert masked["satisfaction"][-1] > repeated["satisfaction"][-1] + 0.015


def test_a_dataset_is_prepared_and_split(run):
    data = load_dataset("shop")
    loop = feedback_loop(Random(), data, rounds=1, users_per_round=100)
    other = run(Random(), 1, users_per_round=100)
    assert loop.protocol == other.protocol
    assert loop["choices"].tolist() == other["choices"].tolist()
