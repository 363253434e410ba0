"""A blend mixes what it says it mixes, and finds the weight where one is to be found."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from longtail_lib import evaluate, load_dataset, prepare, split
from longtail_lib.models import EASE, Blend, Popularity, Random, Recommender
from longtail_lib.models.blend import _standard, _votes
from longtail_lib.testing import tiny_parts


class Given(Recommender):
    """Scores that a test has written down."""

    def __init__(self, scores=None, scale=1.0):
        self.scores, self.scale = scores, scale

    def _fit(self, parts):
        pass

    def _score(self, user_rows):
        return (self.scale * np.asarray(self.scores, np.float32))[user_rows]


ROWS = np.random.default_rng(0).normal(size=(tiny_parts().n_users, tiny_parts().n_items))


@settings(max_examples=30)
@given(weight=st.floats(0, 1), scale=st.floats(0.01, 1000), shift=st.floats(-10, 10))
def test_the_scale_of_a_model_decides_nothing(weight, scale, shift):
    parts, rows = tiny_parts(), np.arange(tiny_parts().n_users)
    other = Given(ROWS[::-1])
    plain = Blend(Given(ROWS), other, weight).fit(parts)
    scaled = Blend(Given(ROWS + shift, scale), other, weight).fit(parts)
    np.testing.assert_allclose(plain.score(rows), scaled.score(rows), atol=1e-3)


@pytest.mark.parametrize("by", ["score", "rank"])
@pytest.mark.parametrize(("weight", "place"), [(0.0, 0), (1.0, 1)])
def test_at_its_ends_it_is_one_of_the_two(by, weight, place):
    parts = tiny_parts()
    both = EASE(l2=5.0), Given(ROWS)
    blend = Blend(*both, weight, by=by).fit(parts)
    alone = both[place].fit(parts).recommend(parts.user_ids, k=4)[0]
    np.testing.assert_array_equal(blend.recommend(parts.user_ids, k=4)[0], alone)


def test_by_hand():
    np.testing.assert_allclose(
        _standard(np.array([[1.0, 2.0, 3.0]]))[0], [-(1.5**0.5), 0, 1.5**0.5]
    )
    # Equal scores share the best of their places.
    wanted = [[1 / 61, 1 / 62, 1 / 62, 1 / 64]]
    np.testing.assert_allclose(_votes(np.array([[9.0, 5.0, 5.0, 1.0]])), wanted)


def test_a_model_that_scores_all_alike_leaves_the_other_as_it_is():
    for constant in (np.zeros_like(ROWS), np.full_like(ROWS, 0.1), np.full_like(ROWS, 1e7)):
        assert not _standard(constant.astype(np.float32)).any()
    parts = tiny_parts()
    blend = Blend(Given(ROWS), Given(np.full_like(ROWS, 0.1)), 0.9).fit(parts)
    alone = Given(ROWS).fit(parts).recommend(parts.user_ids, k=4)[0]
    np.testing.assert_array_equal(blend.recommend(parts.user_ids, k=4)[0], alone)


@pytest.fixture(scope="module")
def shop():
    data = load_dataset("shop", truth=False)
    return split(prepare(data, min_rating=4, min_user_interactions=5), how="random")


@pytest.mark.parametrize("by", ["score", "rank"])
def test_noise_gets_no_weight_and_knowledge_gets_some(shop, by):
    ease = EASE(l2=200.0).fit(shop)
    assert Blend(ease, Random(seed=0), None, by=by).fit(shop).weight_ < 0.2
    assert Blend(Random(seed=0), ease, None, by=by).fit(shop).weight_ > 0.8
    halves = [
        ease,
        EASE(l2=20.0, popularity_exponent=0.4).fit(shop),
    ]
    blend = Blend(*halves, None, by=by).fit(shop)
    ask = {"part": "validation", "metrics": ["NDCG"], "k": 10, "resamples": 50}
    reached = evaluate(blend, shop, **ask)["NDCG@10"].value
    # At either end of the weights stands one of them, so none can be above the blend.
    assert reached >= max(evaluate(half, shop, **ask)["NDCG@10"].value for half in halves) - 1e-6


def test_it_goes_to_a_file_with_both_and_the_chosen_weight(shop, tmp_path):
    blend = Blend(EASE(l2=200.0), Popularity(), None).fit(shop)
    again = Blend.load(blend.save(tmp_path / "blend.npz"))
    rows = np.arange(20)
    np.testing.assert_array_equal(again.score(rows), blend.score(rows))
    assert again.weight is None
    assert again.weight_ == blend.weight_


def test_bad_input():
    parts = tiny_parts()
    with pytest.raises(ValueError, match=r"weight must be .* or None to choose it on validation"):
        Blend(EASE(), Popularity(), 1.5).fit(parts)
    with pytest.raises(TypeError, match="other must be a recommender"):
        Blend(EASE(), "Popularity").fit(parts)
    with pytest.raises(ValueError, match="by must be one of 'score', 'rank'"):
        Blend(EASE(), Popularity(), by="votes").fit(parts)
    with pytest.raises(ValueError, match="weight=None is left to validation, and that part"):
        Blend(EASE(), Popularity(), None).fit(parts.final())
