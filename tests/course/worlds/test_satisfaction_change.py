import numpy as np
import pytest

from longtail_course.worlds import FeedbackLoop, feedback_loop, satisfaction_by_taste, user_taste
from longtail_lib.models import EASE, Oracle, Popularity
from tests.course.worlds.simulated_world import store


@pytest.fixture(scope="module")
def parts():
    return store()


@pytest.fixture(scope="module")
def run(parts):
    taste = user_taste(parts)
    return lambda model, **settings: feedback_loop(
        model, parts, **{"rounds": 2, "k": 5, "taste": taste} | settings
    )


def test_equals_plain_python(run):
    popular, ease = run(Popularity()), run(EASE(l2=20.0))
    table = satisfaction_by_taste(ease, popular, digits=None)
    new, old = ease.per_user["satisfaction"], popular.per_user["satisfaction"]
    label = ease.per_user["taste"]
    for name, own in (
        ("overall", label >= 0),
        ("head-lovers", label == 0),
        ("between", label == 1),
        ("tail-lovers", label == 2),
    ):
        found = table.filter(taste=name).row(0, named=True)
        assert found["users"] == own.sum()
        assert found["difference"] == pytest.approx((new - old)[own].mean())
        assert found["low"] < found["difference"] < found["high"]
        assert found["worse_off"] == pytest.approx((new < old)[own].mean())
        # About two standard errors either way, and one more user at the ends of the range.
        width = 2 * 1.96 * (new - old)[own].std() / np.sqrt(own.sum())
        assert width * 0.9 < found["high"] - found["low"] < width * 1.2 + 8 / own.sum()


def test_nobody_is_worse_off_with_the_oracle_in_one_round(run):
    table = satisfaction_by_taste(run(Oracle(), rounds=1), run(Popularity(), rounds=1))
    assert table["worse_off"].to_list() == [0, 0, 0, 0]
    assert min(table["low"]) > 0.1


def test_users_who_were_not_served_are_left_out(run):
    table = satisfaction_by_taste(
        run(EASE(l2=20.0), users_per_round=40, rounds=1),
        run(Popularity(), users_per_round=40, rounds=1),
    )
    assert table["users"][0] == 40


def test_refusals(run):
    loop = run(Popularity())
    with pytest.raises(ValueError, match="differ in seed"):
        satisfaction_by_taste(run(Popularity(), seed=1), loop)
    with pytest.raises(ValueError, match="differ in looking"):
        satisfaction_by_taste(run(Popularity(), position_bias=0), loop)
    with pytest.raises(ValueError, match="holds no numbers of each user"):
        satisfaction_by_taste(FeedbackLoop.from_json(loop.to_json()), loop)
