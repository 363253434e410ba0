"""What the lessons claim of the two towers, on the simulated shop."""

import numpy as np
import pytest

from longtail_lib import evaluate, load_dataset, prepare, split
from longtail_lib.models import EASE, Popularity, TwoTower
from longtail_lib.models._training_progress import validation_ndcg

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def shop():
    return split(prepare(load_dataset("shop", truth=False), min_rating=4), how="random")


def test_the_defaults_beat_ease_on_validation(shop):
    model = TwoTower().fit(shop)
    own, ease, popular = (
        validation_ndcg(other.score, shop)
        for other in (model, EASE(l2=200.0).fit(shop), Popularity().fit(shop))
    )
    assert own > 1.05 * ease > 1.3 * popular
    assert own == pytest.approx(model.history_["validation NDCG@10"].max(), abs=1e-6)


def test_the_sign_of_logq_decides_overall_accuracy_and_the_tail_pays(shop):
    """Each seed's interval over users lies apart from the others' with another sign."""
    overall, tail, share = {}, {}, {}
    for sign in ("wrong", "none", "right"):
        reports = [
            evaluate(
                TwoTower(
                    dim=32,
                    loss="sampled-softmax",
                    negatives="in-batch",
                    logq=sign,
                    epochs=5,
                    patience=None,
                    seed=seed,
                ).fit(shop),
                shop,
                metrics=["NDCG", "TailShare"],
            )
            for seed in range(3)
        ]
        overall[sign] = [report["overall", "NDCG@10"] for report in reports]
        tail[sign] = np.mean([report["tail", "NDCG@10"].value for report in reports])
        share[sign] = [report["overall", "TailShare@10"] for report in reports]
    for less, more in (("wrong", "none"), ("none", "right")):
        assert max(value.high for value in overall[less]) < min(
            value.low for value in overall[more]
        )
        assert min(value.low for value in share[less]) > max(value.high for value in share[more])
    assert tail["right"] < 0.5 * tail["none"]
    assert min(value.value for value in overall["right"]) > 0.2
