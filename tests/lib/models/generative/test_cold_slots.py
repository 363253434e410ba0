import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from longtail_lib.models.generative._decoding import places_with_cold_share


@given(
    seed=st.integers(0, 10_000),
    share=st.sampled_from([0.05, 0.1, 0.25, 0.3, 0.5, 0.7, 1.0]),
    n_cold=st.integers(0, 12),
)
@settings(max_examples=80)
def test_any_first_k_candidates_hold_their_share_of_cold_items(seed, share, n_cold):
    rng = np.random.default_rng(seed)
    n_items = 30
    scores = rng.integers(12, size=(3, n_items)).astype(np.float32)
    cold = np.zeros(n_items, dtype=bool)
    cold[rng.permutation(n_items)[:n_cold]] = True
    masked = (rng.random(scores.shape) < 0.3) & ~cold
    places = places_with_cold_share(scores, cold, share, masked)
    for row in range(3):
        assert sorted(places[row].tolist()) == list(range(-n_items, 0))
        order = np.argsort(-places[row])
        candidates = order[~masked[row, order]]
        plain = np.argsort(-scores[row], kind="stable")
        for kind in (cold, ~cold):
            own = [column for column in plain if kind[column] and not masked[row, column]]
            assert [column for column in candidates if kind[column]] == own
        for k in range(1, len(candidates) + 1):
            own_score = (cold[[c for c in plain if not masked[row, c]][:k]]).sum()
            promised = min(n_cold, int(np.floor(k * share + 1e-9)))
            assert cold[candidates[:k]].sum() >= max(promised, own_score)


def test_half_by_hand():
    scores = np.array([[5, 4, 3, 2, 9.0, 1]], dtype=np.float32)
    cold = np.array([0, 0, 0, 0, 1, 1], dtype=bool)
    masked = np.array([[1, 0, 0, 0, 0, 0]], dtype=bool)
    # The cold item that leads anyway stays first; the other has the fourth place.
    places = places_with_cold_share(scores, cold, 0.5, masked)
    assert places[0].tolist() == pytest.approx([-6, -2, -3, -5, -1, -4])
