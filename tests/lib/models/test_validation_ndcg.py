from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.sparse import csr_matrix

from longtail_lib import evaluate
from longtail_lib.models import EASE, Random
from longtail_lib.models._training_progress import validation_ndcg
from longtail_lib.preprocessing import Split


@pytest.fixture(scope="module")
def validated(parts):
    """The held-out interactions as validation part."""
    return replace(parts, validation=parts.test, test=parts.validation)


@pytest.mark.parametrize("model", [EASE(l2=5.0), Random(seed=1)], ids=["EASE", "Random"])
@pytest.mark.parametrize("k", [1, 10, 200])
def test_it_equals_what_evaluate_reports(model, k, validated):
    model.fit(validated)
    report = evaluate(model, validated, k=k, part="validation", metrics=["NDCG"], resamples=10)
    own = validation_ndcg(model.score, validated, k)
    assert own == pytest.approx(report["overall", f"NDCG@{k}"].value, abs=1e-12)
    assert own > 0.01


def test_blocks_change_nothing(validated, monkeypatch):
    model = EASE(l2=5.0).fit(validated)
    whole = validation_ndcg(model.score, validated)
    monkeypatch.setattr("longtail_lib.models._training_progress._BLOCK", 7 * validated.n_items)
    assert validation_ndcg(model.score, validated) == pytest.approx(whole, abs=1e-6)


@settings(max_examples=60)
@given(seed=st.integers(0, 10_000), k=st.integers(1, 9))
def test_it_equals_what_evaluate_reports_also_where_scores_are_equal(seed, k):
    rng = np.random.default_rng(seed)
    cells = rng.integers(3, size=(5, 7))
    cells[0, 0] = 2
    train, wanted = (csr_matrix((cells == kind).astype(np.float32)) for kind in (1, 2))
    scores = rng.integers(4, size=cells.shape).astype(np.float32)
    scores[rng.random(cells.shape) < 0.2] = -np.inf
    split = Split.from_matrices(train, validation=wanted)
    report = evaluate(Given(scores), split, k=k, part="validation", metrics=["NDCG"], resamples=10)
    assert validation_ndcg(lambda rows: scores[rows].copy(), split, k) == pytest.approx(
        report[f"NDCG@{k}"].value, abs=1e-12
    )


class Given:
    """A model that is nothing but a matrix of scores."""

    def __init__(self, scores):
        self.scores = scores

    def score(self, user_rows):
        return self.scores[user_rows]


def test_a_model_that_scores_all_alike_measures_what_chance_gives(validated):
    alike = validation_ndcg(lambda rows: np.ones((len(rows), 90), np.float32), validated)
    chance = [validation_ndcg(Random(seed=s).fit(validated).score, validated) for s in range(20)]
    assert min(chance) <= alike <= max(chance)


def test_an_empty_part_and_no_numbers_are_refused(parts, validated):
    with pytest.raises(ValueError, match=r"validation part .* is empty"):
        validation_ndcg(lambda rows: np.zeros((len(rows), 90)), parts)
    with pytest.raises(ValueError, match="not a number; the fit diverged"):
        validation_ndcg(lambda rows: np.full((len(rows), 90), np.nan), validated)
