import numpy as np
from scipy.special import log_softmax

from longtail_course.article.repaired_recommender import sampled_softmax


def test_against_scipy_with_and_without_accidental_hits():
    rng = np.random.default_rng(0)
    rows = rng.integers(4, size=(6, 2))
    logits = rng.normal(size=(6, 7)).astype(np.float32)
    expected = []
    for row in range(6):
        kept = [0] + [1 + other for other in range(6) if rows[other, 1] != rows[row, 0]]
        expected.append(-log_softmax(logits[row, kept])[0])
    assert any(rows[:, 1][:, None].ravel() == rows[0, 0])
    loss = np.asarray(sampled_softmax(rows, logits))
    assert loss.shape == (6,)
    np.testing.assert_allclose(loss, expected, atol=1e-5)


def test_uniform_negatives_estimate_the_softmax_over_the_catalogue():
    # With every other item once, it is that softmax exactly.
    scores = np.random.default_rng(1).normal(size=8).astype(np.float32)
    rows = np.column_stack([np.full(8, 2), np.arange(8)])
    logits = np.tile(np.r_[scores[2], scores], (8, 1))
    loss = np.asarray(sampled_softmax(rows, logits))
    np.testing.assert_allclose(loss, -log_softmax(scores)[2], atol=1e-5)
