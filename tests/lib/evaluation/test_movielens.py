"""The problem of the course on real data: every count-based model's tail NDCG is nearly zero."""

import os
from pathlib import Path

import numpy as np
import pytest

from longtail_lib import evaluate, prepare, read_movielens, split


@pytest.fixture(scope="module")
def parts():
    folder = Path(os.environ["LONGTAIL_DATA_HOME"]) / "ml-latest-small"
    clean = prepare(read_movielens(folder), min_rating=3.5)
    return split(clean, how="random", validation=0.0, test=0.2, seed=0)


@pytest.mark.real_data
def test_popularity_is_decent_overall_and_nothing_in_the_tail(parts):
    class Popularity:
        def score(self, rows):
            return np.tile(parts.popularity.astype(np.float32), (len(rows), 1))

    report = evaluate(Popularity(), parts)
    assert report["NDCG@10"].value == pytest.approx(0.153, abs=0.02)
    tail = report["tail", "NDCG@10"]
    assert tail.n > 150
    assert tail.value < 0.001
    # Zero from this many users does not prove zero for all.
    assert 0.005 < tail.high < 0.03
    assert report["APLT@10"].value == 0
    assert report["Gini@10"].value > 0.98
