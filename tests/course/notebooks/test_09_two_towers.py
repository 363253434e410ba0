"""What the prose of lesson 09 says about losses and the sign of logQ, on another seed."""

import pytest

from longtail_lib import compare, evaluate, load_dataset, prepare, split
from longtail_lib.models import EASE, Popularity, TwoTower

pytestmark = pytest.mark.slow

SHORT = {"dim": 32, "epochs": 6, "n_negatives": 256, "patience": None, "seed": 5}


@pytest.fixture(scope="module")
def parts():
    shop = load_dataset("shop", truth=False)
    return split(prepare(shop, min_rating=4, min_user_interactions=5), how="random", seed=1)


def measured(parts, model, name):
    return evaluate(model.fit(parts), parts, k=10, metrics=["NDCG"], resamples=400, name=name)


def test_softmax_leads_and_mean_squared_error_stays_below_popularity(parts):
    reports = [
        measured(parts, TwoTower(**SHORT, loss=loss), loss) for loss in ("mse", "bpr", "softmax")
    ]
    reports.append(measured(parts, Popularity(), "Popularity"))
    found = compare(reports, baseline="Popularity")
    assert found["mse", "overall", "NDCG@10"].verdict == "lower"
    assert found["softmax", "overall", "NDCG@10"].verdict == "higher"
    overall = {report.model: report["NDCG@10"] for report in reports}
    assert max(overall["mse"].high, overall["bpr"].high) < overall["softmax"].low


def test_wrong_sign_is_below_none_below_right_overall_and_above_in_the_tail(parts):
    batch = {"loss": "sampled-softmax", "negatives": "in-batch"}
    reports = [
        measured(parts, TwoTower(**SHORT, **batch, logq=sign), sign)
        for sign in ("wrong", "none", "right")
    ]
    wrong, none, right = (report["NDCG@10"] for report in reports)
    assert wrong.high < none.low
    assert none.high < right.low
    tail = [report["tail", "NDCG@10"].value for report in reports]
    assert tail[0] > tail[1] > tail[2]
    # More than any ranking by chance: the tail bar is no noise.
    assert reports[0]["tail", "NDCG@10"].low > 0.01


def test_the_shipped_towers_beat_the_best_closed_form(parts):
    reports = [
        measured(parts, TwoTower(seed=5), "TwoTower"),
        measured(parts, EASE(l2=265.0, popularity_exponent=0.26), "EaseScaled"),
    ]
    found = compare(reports, baseline="EaseScaled")
    assert found["TwoTower", "overall", "NDCG@10"].verdict == "higher"
