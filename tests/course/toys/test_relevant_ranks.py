"""Ranks agree with a plain sort, with the lists of `evaluate`, and with what chance gives."""

import numpy as np
import pytest
from scipy.sparse import csr_matrix

from longtail_course.toys.relevant_ranks import relevant_ranks
from longtail_lib.evaluation import evaluate
from longtail_lib.models import Popularity, Random
from longtail_lib.preprocessing import Split
from longtail_lib.testing import tiny_model, tiny_parts


@pytest.fixture(scope="module")
def parts():
    rng = np.random.default_rng(0)
    part_of = rng.choice(4, size=(60, 80), p=[0.06, 0.03, 0.06, 0.85])
    matrices = [csr_matrix((part_of == part).astype(np.float32)) for part in range(3)]
    return Split(*matrices, np.arange(60), np.arange(80), items=None, users=None, how="random")


class Scores:
    """Scores drawn once; `steps` makes ties."""

    def __init__(self, parts, steps=None):
        self.scores = np.random.default_rng(1).random((parts.n_users, parts.n_items))
        if steps:
            self.scores = np.floor(self.scores * steps)
        self.scores = self.scores.astype(np.float32)

    def score(self, rows):
        return self.scores[rows]


def test_by_hand():
    found = relevant_ranks(tiny_model(), tiny_parts())
    assert found.users.tolist() == [0, 1, 2, 2]
    assert found.items.tolist() == [4, 2, 1, 2]
    assert found.ranks.tolist() == [3, 1, 4, 2]


@pytest.mark.parametrize("part", ["test", "validation"])
def test_without_ties_it_is_the_place_in_a_plain_sort(parts, part):
    model = Scores(parts)
    found = relevant_ranks(model, parts, part=part)
    assert len(found.ranks) == getattr(parts, part).nnz
    seen = parts.train if part == "validation" else parts.train + parts.validation
    for user, item, rank, n in zip(*found, strict=True):
        candidates = np.flatnonzero(seen[user].toarray()[0] == 0)
        order = candidates[np.argsort(-model.scores[user, candidates])]
        assert order[rank - 1] == item
        assert n == len(candidates)


@pytest.mark.parametrize("steps", [None, 1, 3])
@pytest.mark.parametrize("k", [1, 5, 20])
def test_an_item_is_in_the_list_of_k_where_its_rank_says_so(parts, steps, k):
    model = Scores(parts, steps)
    found = relevant_ranks(model, parts)
    report = evaluate(model, parts, k=k, metrics=["Recall"])
    hits = np.bincount(found.users, found.ranks <= k, parts.n_users)
    asked = np.bincount(found.users, minlength=parts.n_users)
    rows = report.user_rows
    np.testing.assert_allclose(
        hits[rows] / asked[rows], report.per_user["overall", f"Recall@{k}"], rtol=1e-6
    )


def test_ranks_of_a_constant_lie_around_the_middle_and_follow_the_seed(parts):
    model = Scores(parts, steps=1)
    found = relevant_ranks(model, parts)
    assert np.mean(found.ranks / found.candidates) == pytest.approx(0.5, abs=0.05)
    again, other = relevant_ranks(model, parts), relevant_ranks(model, parts, seed=1)
    assert (again.ranks == found.ranks).all()
    assert (other.ranks != found.ranks).any()


def test_blocks_change_nothing(parts):
    model = Popularity().fit(parts)
    whole = relevant_ranks(model, parts)
    pieces = relevant_ranks(model, parts, memory_mb=0.002)
    assert (whole.ranks == pieces.ranks).all()


def test_the_models_own_scores_are_left_alone(parts):
    model = Scores(parts)
    model.score = lambda rows: model.scores
    before = model.scores.copy()
    relevant_ranks(model, parts)
    assert (model.scores == before).all()


def test_refuses(parts):
    model = Random(seed=0).fit(parts)
    with pytest.raises(ValueError, match="'test' or 'validation'"):
        relevant_ranks(model, parts, part="train")
    with pytest.raises(ValueError, match="empty"):
        relevant_ranks(tiny_model(), tiny_parts(), part="validation")
