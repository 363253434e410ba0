"""What lesson 13 tells of its live experiments holds; zeros and Popularity would fail it."""

from functools import cache

import numpy as np
import pytest

from longtail_course.checks import sequences
from longtail_course.experiments import stored_results
from longtail_course.toys import shuffle_order
from longtail_lib import compare, evaluate, load_dataset, prepare, split
from longtail_lib.models import EASE, Popularity, SASRec
from longtail_lib.models.sequence._sequence_network import (
    allowed_pairs,
    catalogue_cross_entropy,
    gbce,
    gbce_exponent,
)

ASK = {"k": (1, 10), "metrics": ["NDCG", "HitRate"]}
SHORT = {"dim": 32, "epochs": 6, "patience": None, "batch_size": 1000, "learning_rate": 0.005}
KEY = ("overall", "NDCG@10")


@pytest.fixture(scope="module")
def parts():
    return split(prepare(load_dataset("music", truth=False), min_rating=4), how="leave-last-out")


@pytest.fixture(scope="module")
def cross_entropy(parts):
    """Measure SASRec with cross-entropy, once for each seed."""

    @cache
    def measured(seed):
        model = SASRec(seed=seed, **SHORT).fit(parts)
        return evaluate(model, parts, name="cross-entropy", **ASK)

    return measured


@pytest.mark.slow
@pytest.mark.parametrize("seed", [0, 1])
def test_the_loss_lifts_the_same_network_above_popularity(parts, cross_entropy, seed):
    models = {
        "Popularity": Popularity(),
        "EASE": EASE(l2=200.0),
        "bce": SASRec(loss="bce", seed=seed, **SHORT),
    }
    reports = {
        name: evaluate(model.fit(parts), parts, name=name, **ASK) for name, model in models.items()
    }
    reports["cross-entropy"] = cross_entropy(seed)
    ndcg = {name: report["NDCG@10"].value for name, report in reports.items()}
    assert ndcg["cross-entropy"] > 1.15 * ndcg["bce"]
    assert ndcg["bce"] < 1.1 * ndcg["Popularity"]
    assert ndcg["EASE"] > 1.5 * ndcg["cross-entropy"]
    found = compare(list(reports.values()), baseline="cross-entropy")
    assert [found[name, *KEY].verdict for name in ("bce", "EASE")] == ["lower", "higher"]
    # It is sure of itself, and wrong.
    _, scores = models["bce"].recommend(parts.user_ids, k=1)
    assert (1 / (1 + np.exp(-scores))).mean() > 0.9
    assert reports["bce"]["HitRate@1"].value < 0.05


@pytest.mark.slow
def test_calibration_mends_belief_and_not_order(parts):
    model = SASRec(loss="gbce", calibration=1.0, n_negatives=64, **SHORT).fit(parts)
    _, scores = model.recommend(parts.user_ids, k=1)
    assert 0.001 < (1 / (1 + np.exp(-scores))).mean() < 0.1
    plain = evaluate(Popularity().fit(parts), parts, name="Popularity", **ASK)["NDCG@10"].value
    own = evaluate(model, parts, name="gbce", **ASK)["NDCG@10"].value
    assert 0.8 * plain < own < 1.2 * plain


@pytest.mark.slow
def test_the_order_of_the_music_log_says_next_to_nothing(parts, cross_entropy):
    dealt = SASRec(seed=0, **SHORT).fit(shuffle_order(parts))
    reports = [cross_entropy(0), evaluate(dealt, parts, name="dealt", **ASK)]
    assert compare(reports, baseline="cross-entropy")["dealt", *KEY].verdict == "undecided"
    assert min(report["NDCG@10"].value for report in reports) > 0.05


def test_tuned_and_stored_the_loss_keeps_its_gain():
    found = stored_results("music").pair("leave-last-out", "SASRec", "SASRecBCE")[KEY]
    assert found.low > 0
    assert found.value > 1.3 * (found.value - found.difference)
    for how in ("random", "leave-last-out"):
        assert stored_results("shop").pair(how, "SASRec", "SASRecBCE")[KEY].low > 0


def test_the_exercises_ask_what_the_library_computes():
    items = np.array([-1, -1, 4, 0, 7])
    segment = (items >= 0).astype(np.int32)[None]
    own = np.asarray(allowed_pairs(segment, causal=True))[0]
    np.testing.assert_array_equal(sequences.causal_mask.expected(items), own)
    logits = np.random.default_rng(0).normal(size=9).astype(np.float32)
    bce = 2 * gbce(logits[[2]], logits[[5]][None], np.ones((1, 1), bool))
    whole = catalogue_cross_entropy(logits[None], np.array([2]))
    by_hand = sequences.two_losses.expected(logits, 2, 5)
    np.testing.assert_allclose(by_hand, [float(bce[0]), float(whole[0])], rtol=1e-5)
    assert sequences.exponent.expected(256, 4000, 0.3) == pytest.approx(
        gbce_exponent(256, 4000, 0.3)
    )
