"""The truncated decomposition against NumPy's full one, and the two encoders that use it."""

import numpy as np
import pytest
from scipy.sparse import csr_matrix, random_array

from longtail_course.toys import interaction_vectors
from longtail_lib.text import TfIdf, TfidfSvd
from longtail_lib.text._tfidf_svd import truncated_svd

MATRIX = csr_matrix(random_array((30, 12), density=0.4, rng=np.random.default_rng(3)))
TEXTS = ["red lamp sea", "red sea map", "blue lamp", "blue map sea", "red blue lamp map", "map"]


@pytest.mark.parametrize("seed", [0, 1])
def test_it_is_the_best_approximation(seed):
    left, values, right = np.linalg.svd(MATRIX.toarray(), full_matrices=False)
    found = truncated_svd(MATRIX, 4, seed)
    np.testing.assert_allclose(found.values, values[:4])
    np.testing.assert_allclose(
        (found.left * found.values) @ found.right, (left[:, :4] * values[:4]) @ right[:4], atol=1e-9
    )
    assert (found.right.max(axis=1) > -found.right.min(axis=1)).all()


def test_too_many_dimensions_are_refused():
    with pytest.raises(ValueError, match="between 1 and 11"):
        truncated_svd(MATRIX, 12)


def test_text_vectors_keep_the_cosines_of_the_best_approximation():
    words = TfIdf(1).fit(TEXTS).encode(TEXTS).toarray()
    left, values, _ = np.linalg.svd(words, full_matrices=False)
    wanted = left[:, :3] * values[:3]
    wanted /= np.linalg.norm(wanted, axis=1, keepdims=True)
    found = TfidfSvd(dimensions=3, min_texts=1).fit(TEXTS).encode(TEXTS)
    np.testing.assert_allclose(found @ found.T, wanted @ wanted.T, atol=1e-9)


def test_items_of_the_same_users_are_alike_and_cold_items_are_nothing():
    train = np.zeros((20, 7))
    train[:10, :3] = 1
    train[10:, 3:6] = 1
    train[0, 0] = train[12, 4] = 0
    vectors = interaction_vectors(csr_matrix(train), dimensions=2)
    cosine = vectors @ vectors.T
    assert cosine[:3, :3].min() > 0.99
    assert abs(cosine[:3, 3:6]).max() < 0.01
    assert not vectors[6].any()
