import numpy as np
import pytest

from longtail_course.toys.sampled_metrics import sampled_metrics
from longtail_lib.evaluation import evaluate


@pytest.fixture(scope="module")
def parts(make_split):
    rng = np.random.default_rng(0)
    items = np.argsort(rng.random((400, 300)), axis=1)
    train, test = np.zeros((400, 300)), np.zeros((400, 300))
    np.put_along_axis(train, items[:, :10], 1, axis=1)
    np.put_along_axis(test, items[:, 10:11], 1, axis=1)
    return make_split(train, np.zeros((400, 300)), test)


@pytest.mark.parametrize("levels", [3, 10**6])
def test_all_negatives_are_the_full_ranking(levels, parts, scores_model):
    model = scores_model(np.random.default_rng(1).integers(0, levels, (400, 300)))
    sampled = sampled_metrics(model, parts, negatives=None)
    report = evaluate(model, parts, resamples=5)
    for name, value in sampled.items():
        assert value == pytest.approx(report[name].value)
        assert value > 0


def test_sampling_inflates_and_flips(parts, scores_model):
    rng = np.random.default_rng(2)
    relevant = parts.test.toarray() > 0
    noise = rng.random((400, 300))
    # Sharp: the relevant item is at the top for 30% of users, else anywhere.
    top = rng.random((400, 1)) < 0.3
    sharp = np.where(relevant & top, 2, noise)
    # Blunt: the relevant item is always near rank 20, never at the top.
    blunt = np.where(relevant, np.sort(noise, axis=1)[:, [-20]], noise)
    full = [
        evaluate(scores_model(s), parts, resamples=5)["HitRate@10"].value for s in (sharp, blunt)
    ]
    sampled = [
        sampled_metrics(scores_model(s), parts, negatives=50)["HitRate@10"] for s in (sharp, blunt)
    ]
    assert full[0] > full[1] + 0.2
    assert sampled[1] > sampled[0] + 0.2
    assert min(sampled) > max(full) - 0.05


def test_expected_value_of_a_random_scorer(parts, scores_model):
    model = scores_model(np.random.default_rng(3).random((400, 300)))
    found = sampled_metrics(model, parts, negatives=19, k=5)
    # The relevant item is equally likely at each of 20 places.
    assert found["HitRate@5"] == pytest.approx(5 / 20, abs=0.07)


def test_seed_and_errors(parts, scores_model):
    model = scores_model(np.random.default_rng(4).random((400, 300)))
    assert sampled_metrics(model, parts, seed=1) == sampled_metrics(model, parts, seed=1)
    assert sampled_metrics(model, parts, seed=1) != sampled_metrics(model, parts, seed=2)
    for wrong, words in (
        ({"part": "train"}, "part must be"),
        ({"k": 0}, "at least 1"),
        ({"negatives": 0}, "at least 1"),
        ({"part": "validation"}, "is empty"),
    ):
        with pytest.raises(ValueError, match=words):
            sampled_metrics(model, parts, **wrong)
