"""The weight comes from validation alone, and the report from test."""

import numpy as np
import pytest

from longtail_lib.evaluation import evaluate, rerank_choice, rerank_path
from longtail_lib.models import EASE, Reranked
from tests.lib.evaluation.conftest import random_split

WEIGHTS = (0.0, 0.2, 0.4, 0.6, 0.8)
SMALL = {"candidates": 20, "tail_candidates": 6, "resamples": 20}


@pytest.fixture(scope="module")
def world():
    parts = random_split(150, 60, seed=4, rates=(0.15, 0.08, 0.06))
    model = EASE(l2=3.0).fit(parts)
    path = rerank_path(model, parts, "tail_quota", weights=WEIGHTS, k=5, part="validation", **SMALL)
    return parts, model, path


def choose(world, least, **options):
    parts, model, _ = world
    return rerank_choice(
        model, parts, "tail_quota", weights=WEIGHTS, k=5, least=least, **SMALL, **options
    )


@pytest.mark.parametrize("share", [0.0, 0.8, 0.9, 0.99])
def test_best_aim_among_the_accurate(world, share):
    least = share * world[2][0]["NDCG@5"].value
    best = None
    for weight, report in zip(WEIGHTS, world[2], strict=True):
        aim = report["TailShare@5"].value
        if report["NDCG@5"].value >= least and (best is None or aim > best[0]):
            best = aim, weight
    choice = choose(world, least)
    assert choice.weight == best[1]
    assert choice.weights == WEIGHTS
    assert [r["NDCG@5"].value for r in choice.path] == [r["NDCG@5"].value for r in world[2]]


def test_a_stricter_condition_chooses_another_weight(world):
    base = world[2][0]["NDCG@5"].value
    assert choose(world, 0.0).weight == 0.8 > choose(world, base).weight


def test_the_report_is_that_of_the_chosen_weight_on_test(world):
    parts, model, _ = world
    choice = choose(world, 0.0)
    reranked = Reranked(
        model, "tail_quota", weight=choice.weight, k=5, candidates=20, tail_candidates=6
    )
    expected = evaluate(reranked.fit(parts), parts, k=5, resamples=20)
    for key in ("NDCG@5", "TailShare@5"):
        np.testing.assert_allclose(choice.report[key], expected[key], rtol=1e-5)
    assert choice.report.protocol["part"] == "test"


def test_test_interactions_do_not_move_the_weight(world):
    """With another test part the weight is the same."""
    from dataclasses import replace

    parts, model, _ = world
    other = replace(parts, test=parts.test[:, ::-1].tocsr())
    other.test.sort_indices()
    least = 0.9 * world[2][0]["NDCG@5"].value
    chosen = rerank_choice(model, other, "tail_quota", weights=WEIGHTS, k=5, least=least, **SMALL)
    assert chosen.weight == choose(world, least).weight


def test_nothing_accurate_enough_is_said(world):
    with pytest.raises(ValueError, match="no weight of tail_quota reaches NDCG@5 of 2"):
        choose(world, 2.0)
