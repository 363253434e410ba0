"""The settings as one object: frozen, equal where they are equal, and the same as keywords."""

from dataclasses import FrozenInstanceError, replace

import numpy as np
import pytest

import longtail_lib
from longtail_lib.evaluation import (
    METRICS,
    Metric,
    Protocol,
    compare,
    evaluate,
    pool_reports,
    rerank_path,
)
from longtail_lib.models import EASE
from longtail_lib.tail import popularity_groups
from longtail_lib.testing import tiny_model, tiny_parts
from tests.lib.evaluation.conftest import Scores, random_split

SETTINGS = {
    "k": (20, 5),
    "part": "validation",
    "groups": {"head": 0.1},
    "metrics": ["NDCG", "Gini"],
    "seed": 3,
    "resamples": 50,
    "confidence": 0.8,
    "memory_mb": 2,
}


@pytest.fixture(scope="module")
def parts():
    return random_split(60, 70, seed=1)


def test_it_is_frozen_public_and_normal():
    protocol = Protocol(**SETTINGS)
    assert longtail_lib.Protocol is Protocol
    assert longtail_lib.Metric is Metric
    with pytest.raises(FrozenInstanceError):
        protocol.k = 3
    assert protocol.k == protocol.ks == (5, 20)
    assert protocol.metrics == ("NDCG", "Gini")
    assert Protocol().metrics == METRICS
    groups = {"head": 0.2}
    kept = Protocol(groups=groups)
    groups["head"] = 0.5
    assert kept.groups == {"head": 0.2}


def test_equal_settings_make_equal_protocols_with_equal_hashes():
    one = Protocol(**SETTINGS)
    other = Protocol(**{**SETTINGS, "k": [5, 20, 5], "metrics": ("NDCG", "Gini")})
    assert one == other
    assert hash(one) == hash(other)
    for name, value in (("seed", 4), ("k", 5), ("metrics", "NDCG"), ("groups", None)):
        assert replace(one, **{name: value}) != one
    own = Metric("Zero", per_user=lambda *_: 0.0)
    assert Protocol(metrics=[own]) == Protocol(metrics=own)


def test_one_call_and_keywords_give_identical_reports(parts):
    model = Scores(np.random.default_rng(2).integers(0, 9, (60, 70)))
    by_keywords = evaluate(model, parts, **SETTINGS)
    for report in (
        evaluate(model, parts, Protocol(**SETTINGS)),
        evaluate(model, parts, protocol=Protocol(**SETTINGS)),
        # Keywords come before the protocol.
        evaluate(model, parts, Protocol(**{**SETTINGS, "seed": 9, "k": 1}), seed=3, k=(5, 20)),
    ):
        assert report.to_json(per_user=True) == by_keywords.to_json(per_user=True)
    changed = evaluate(model, parts, Protocol(**SETTINGS), seed=4)
    assert changed.to_json() != by_keywords.to_json()


def test_compare_pool_and_path_take_it(parts):
    rng = np.random.default_rng(3)
    reports = [evaluate(Scores(rng.random((60, 70))), parts, name=name) for name in "ab"]
    few = Protocol(resamples=30, seed=2, confidence=0.5)
    rows = compare(reports, few, baseline="a").rows
    assert rows == compare(reports, baseline="a", resamples=30, seed=2, confidence=0.5).rows
    assert rows != compare(reports, baseline="a").rows
    other = evaluate(Scores(rng.random((60, 70))), parts, name="a")
    pooled = [reports[0], other]
    assert (
        pool_reports(pooled, few).values
        == pool_reports(pooled, resamples=30, seed=2, confidence=0.5).values
    )
    protocol = Protocol(k=5, part="validation", seed=3, resamples=20, metrics="TailShare")
    path = rerank_path(EASE(), parts, weights=[0, 0.5], protocol=protocol, candidates=20)
    words = {"k": 5, "part": "validation", "seed": 3, "resamples": 20, "metrics": "TailShare"}
    expected = rerank_path(EASE(), parts, weights=[0, 0.5], candidates=20, **words)
    assert [one.to_json() for one in path] == [one.to_json() for one in expected]


def test_groups_may_be_made_beforehand(parts):
    groups = popularity_groups(parts.popularity, head=0.1)
    model = Scores(np.random.default_rng(2).random((60, 70)))
    assert (
        evaluate(model, parts, groups=groups).values
        == evaluate(model, parts, groups={"head": 0.1}).values
    )


@pytest.mark.parametrize(
    ("settings", "error", "said"),
    [
        ({"k": 0}, ValueError, "protocol: k must be one or several whole numbers"),
        ({"part": "train"}, ValueError, "protocol: part must be 'test' or 'validation'"),
        ({"groups": {"heads": 1}}, TypeError, "protocol: groups must be made by"),
        ({"groups": 3}, TypeError, "protocol: groups must be made by"),
        ({"metrics": "F1"}, ValueError, "protocol: unknown metric 'F1'"),
        ({"seed": 1.5}, ValueError, "protocol: seed must be"),
        ({"confidence": 95}, ValueError, "protocol: confidence must lie"),
    ],
)
def test_what_cannot_be_is_refused_by_whom_it_was_given(settings, error, said):
    with pytest.raises(error, match=said):
        Protocol(**settings)
    with pytest.raises(error, match=said.replace("protocol:", "evaluate:")):
        evaluate(tiny_model(), tiny_parts(), **settings)


def test_other_words_are_refused():
    with pytest.raises(TypeError, match=r"evaluate\(\) got an unexpected keyword argument 'K'"):
        evaluate(tiny_model(), tiny_parts(), K=2)
    with pytest.raises(TypeError, match="protocol must be a Protocol, got 10"):
        evaluate(tiny_model(), tiny_parts(), 10)
    report = evaluate(tiny_model(), tiny_parts(), k=2)
    with pytest.raises(TypeError, match=r"compare\(\) got an unexpected keyword argument 'draws'"):
        compare([report, report], draws=2)
    with pytest.raises(TypeError, match=r"pool_reports\(\) got an unexpected keyword argument 'k'"):
        pool_reports([report], k=2)
