"""What lesson 16 tells of its live experiment holds; zeros and Popularity would fail it."""

import numpy as np
import pytest

from longtail_course.checks import text_limits
from longtail_course.experiments import stored_results
from longtail_course.toys import popularity_fit
from longtail_lib import compare, evaluate, load_dataset, prepare, split
from longtail_lib.models import EASE, EaseText, Popularity, item_vectors, shuffled_vectors
from longtail_lib.text import TfidfSvd


@pytest.fixture(scope="module")
def parts():
    data = prepare(load_dataset("shop"), min_rating=4, min_user_interactions=5)
    return split(data, how="random", seed=0)


@pytest.fixture(scope="module")
def vectors(parts):
    # Without the pretrained weights: plain words tell enough for what is asserted here.
    texts = parts.items["text"].to_list()
    return item_vectors(parts, TfidfSvd(dimensions=256).fit(texts))


@pytest.mark.slow
def test_shuffled_text_loses_the_gain_of_the_tail(parts, vectors):
    scaled = stored_results("shop")["random", "EaseScaled"].parameters
    models = {
        "Popularity": Popularity(),
        "EaseScaled": EASE(**scaled),
        "real": EaseText(**scaled, vectors=vectors),
        "shuffled": EaseText(**scaled, vectors=shuffled_vectors(vectors)),
    }
    measure = {"k": (10, 100), "metrics": ["NDCG"]}
    reports = {
        name: evaluate(model.fit(parts), parts, name=name, **measure)
        for name, model in models.items()
    }
    tail = {name: report["tail", "NDCG@100"].value for name, report in reports.items()}
    assert tail["Popularity"] < 0.001
    assert tail["real"] > 2 * tail["EaseScaled"] > 0
    assert tail["shuffled"] < 1.2 * tail["EaseScaled"]
    assert reports["real"]["NDCG@10"].value > 0.99 * reports["EaseScaled"]["NDCG@10"].value
    control = compare([reports["real"], reports["shuffled"]], baseline="shuffled")
    found = control["real", "tail", "NDCG@100"]
    assert found.verdict == "higher"
    key = ("tail", "NDCG@100")
    pair = [reports[name].per_user[key] for name in ("real", "shuffled")]
    by_hand = text_limits.control_gain.expected(*pair)
    # Two kinds of interval for one difference: close, and of one mind.
    assert by_hand[0] == pytest.approx(found.difference)
    assert by_hand[1] > 0
    assert by_hand[2] - by_hand[1] == pytest.approx(found.high - found.low, rel=0.5)


def test_the_library_averages_what_the_exercise_asks(parts, vectors):
    chosen = slice(0, 400)
    found = popularity_fit(vectors[chosen], parts.popularity[chosen], seed=3)
    folds = np.array_split(np.random.default_rng(3).permutation(400), 5)
    target = np.log1p(parts.popularity[chosen])
    by_hand = [
        text_limits.held_out_r2.expected(
            vectors[chosen].astype(float), target, np.setdiff1d(np.arange(400), fold), fold, 1.0
        )
        for fold in folds
    ]
    assert found.by_fold == pytest.approx(tuple(by_hand))
