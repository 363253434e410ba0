"""What is retrieved stands first, in the ranker's order, and cold items are never left out."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from longtail_lib.models import EASE, Popularity, Recommender, TwoStage
from longtail_lib.preprocessing import Split

N_USERS, N_ITEMS = 6, 14
COLD = [3, 11]
TRAIN = np.random.default_rng(4).random((N_USERS, N_ITEMS)) < 0.4
TRAIN[:, COLD] = False
PARTS = Split.from_matrices(TRAIN.astype(float))
ROWS = np.arange(N_USERS)


class Given(Recommender):
    """Scores that a test has written down."""

    def __init__(self, scores):
        self.scores = scores

    def _fit(self, parts):
        pass

    def _score(self, user_rows):
        return np.array(self.scores, dtype=np.float32)[user_rows]


def drawn(seed, scale=1.0, shift=0.0):
    # No two scores are equal, so that there is one right order.
    order = np.random.default_rng(seed).permutation(N_USERS * N_ITEMS)
    return scale * (order.reshape(N_USERS, N_ITEMS) / 10 + shift)


@settings(max_examples=60, deadline=None)
@given(
    seed=st.integers(0, 1000),
    candidates=st.integers(1, 20),
    with_cold=st.booleans(),
    scale=st.sampled_from([1e-3, 1.0, 1e4]),
    shift=st.sampled_from([-20.0, 0.0, 100.0]),
)
def test_against_a_loop(seed, candidates, with_cold, scale, shift):
    retrieved, ranked = drawn(seed), drawn(seed + 1, scale, shift)
    model = TwoStage(Given(retrieved), Given(ranked), candidates, with_cold).fit(PARTS)
    scores = model.score(ROWS)
    for row in ROWS:
        falling = sorted(range(N_ITEMS), key=lambda item: -retrieved[row, item])
        chosen = [item for item in falling if not TRAIN[row, item]][:candidates]
        chosen += [item for item in COLD if with_cold and item not in chosen]
        rest = [item for item in falling if item not in chosen]
        expected = sorted(chosen, key=lambda item: -ranked[row, item]) + rest
        assert np.argsort(-scores[row], kind="stable").tolist() == expected
        assert scores[row, chosen] == pytest.approx(ranked[row, chosen], rel=1e-6)
    items, own = model.recommend(PARTS.user_ids, k=4)
    assert np.array_equal(own, np.take_along_axis(scores, items, axis=1))


def test_equal_scores_are_no_order_of_columns():
    """A candidate among equals is drawn as `evaluate` draws it."""
    alike = np.zeros((N_USERS, N_ITEMS))
    parts = Split.from_matrices(np.eye(N_USERS, N_ITEMS))
    found = TwoStage(Given(alike), Given(alike), 1, with_cold=False).fit(parts).score(ROWS)
    first = found.argmax(axis=1)
    assert np.array_equal(first, Given(alike).fit(parts).recommend(parts.user_ids, k=1)[0][:, 0])
    assert len(set(first.tolist())) > 2
    assert np.isfinite(found).all()


def test_whoever_has_seen_everything_has_an_order_all_the_same():
    train = np.ones((2, 5))
    train[1, 2:] = 0
    parts = Split.from_matrices(train)
    model = TwoStage(Popularity(), EASE(l2=1.0), candidates=2).fit(parts)
    scores = model.score([0])
    assert np.isfinite(scores).all()
    assert scores[0].argmax() in (0, 1)


def test_it_keeps_who_was_cold_in_a_file_and_through_later_histories(tmp_path):
    held = np.zeros_like(TRAIN)
    held[0, COLD[0]] = True
    parts = Split.from_matrices(TRAIN.astype(float), validation=held.astype(float))
    model = TwoStage(EASE(l2=5.0), Popularity(), candidates=3).fit(parts)
    assert np.flatnonzero(model.cold_).tolist() == COLD
    assert not TwoStage(EASE(l2=5.0), Popularity(), with_cold=False).fit(parts).cold_.any()
    again = TwoStage.load(model.save(tmp_path / "two.npz"))
    np.testing.assert_array_equal(again.score(ROWS), model.score(ROWS))
    later = model.with_histories(parts)
    assert np.flatnonzero(later.cold_).tolist() == COLD
    # Learned anew from both parts, it knows one of the two.
    assert np.flatnonzero(model.refit(parts).cold_).tolist() == COLD[1:]


def test_bad_input():
    with pytest.raises(ValueError, match="candidates must be a whole number from 1"):
        TwoStage(EASE(), Popularity(), candidates=0).fit(PARTS)
    with pytest.raises(TypeError, match="ranker must be a recommender"):
        TwoStage(EASE(), "Popularity").fit(PARTS)
    with pytest.raises((TypeError, ValueError), match="with_cold must be"):
        TwoStage(EASE(), Popularity(), with_cold="yes").fit(PARTS)
