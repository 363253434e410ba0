"""A path of weights equals evaluating each re-ranked model, and scores the catalogue once."""

import numpy as np
import pytest

from longtail_lib.evaluation import evaluate, rerank_path
from longtail_lib.models import EASE, METHODS, ItemKNN, Popularity, Reranked
from tests.lib.evaluation.conftest import random_split


@pytest.fixture(scope="module")
def parts():
    return random_split(70, 60, seed=4)


@pytest.mark.parametrize("part", ["validation", "test"])
@pytest.mark.parametrize("method", METHODS)
def test_equals_evaluating_each_weight(parts, method, part):
    options = {"candidates": 20, "tail_candidates": 6}
    weights = [0, 0.4, 0.9]
    # Popularity has ties, also at the border of the candidates.
    for model in (EASE(l2=3.0), Popularity()):
        model.fit(parts)
        path = rerank_path(
            model, parts, method, weights=weights, k=5, part=part, seed=3, resamples=20, **options
        )
        for weight, report in zip(weights, path, strict=True):
            reranked = Reranked(model, method, weight=weight, k=5, **options).fit(parts)
            expected = evaluate(reranked, parts, k=5, part=part, seed=3, resamples=20)
            for key, value in expected.values.items():
                np.testing.assert_allclose(report.values[key], value, err_msg=f"{key} {weight}")
            np.testing.assert_array_equal(report.exposure[5], expected.exposure[5])
        if isinstance(model, EASE):
            assert (path[0].exposure[5] != path[2].exposure[5]).any()


@pytest.mark.parametrize("model", [Popularity(), ItemKNN(5, 1.0), EASE(l2=3.0)])
def test_weight_zero_is_the_model_itself(parts, model):
    model.fit(parts)
    [report] = rerank_path(model, parts, "tail_quota", weights=[0], k=5, resamples=20)
    base = evaluate(model, parts, k=5, resamples=20)
    for key, value in base.values.items():
        np.testing.assert_allclose(report.values[key], value, err_msg=str(key))


def test_the_catalogue_is_scored_once(parts, monkeypatch):
    model = EASE(l2=3.0).fit(parts)
    asked = []
    score = model.score
    monkeypatch.setattr(model, "score", lambda rows: asked.append(len(rows)) or score(rows))
    rerank_path(model, parts, weights=[0, 0.2, 0.4, 0.6], k=5, resamples=20)
    assert sum(asked) == np.count_nonzero(np.diff(parts.test.indptr))


def test_an_unfitted_model_is_fitted(parts):
    model = EASE(l2=3.0)
    [report] = rerank_path(model, parts, weights=[0.5], k=5, resamples=20)
    assert report.model == "EASE xquad 0.5"
    assert not hasattr(model, "weights_")


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"weights": []}, "at least one weight"),
        ({"weights": [0.1, 1.5]}, "weight of xquad"),
        ({"weights": [-0.1, 0.5]}, "weight must be a number from 0"),
        ({"weights": [0.5], "method": "magic"}, "method must be one of"),
        ({"weights": [0.5], "part": "train"}, "part must be 'test' or 'validation'"),
        ({"weights": [0.5], "k": 0}, "rerank_path: k must be one or several whole numbers"),
        ({"weights": [0.5], "k": (5, 10)}, "k must be a whole number, the length of lists"),
        ({"weights": [0.5], "metrics": ["Fame"]}, "unknown metric 'Fame'"),
    ],
)
def test_bad_input_is_refused(parts, options, message):
    with pytest.raises(ValueError, match=message):
        rerank_path(Popularity(), parts, **options)


def test_an_empty_part_is_refused(make_split):
    none = np.zeros((3, 6))
    parts = make_split(np.eye(3, 6), none, np.eye(3, 6, k=3))
    with pytest.raises(ValueError, match=r"validation part of .* is empty"):
        rerank_path(Popularity(), parts, weights=[0.5], k=2, part="validation")
