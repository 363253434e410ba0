import numpy as np
from hypothesis import given
from hypothesis import strategies as st
from scipy.sparse import csr_matrix
from sklearn.metrics.pairwise import cosine_similarity

from longtail_lib.models.content import fused_tower as module
from longtail_lib.models.content.fused_tower import similar_users


@given(st.integers(0, 2**32 - 1), st.integers(1, 4))
def test_the_nearest_by_brute_force(seed, n):
    rng = np.random.default_rng(seed)
    train = csr_matrix((rng.random((9, 12)) < 0.4).astype(np.float32))
    vectors = rng.normal(size=(12, 5)).astype(np.float32)
    found = similar_users(train, vectors, n)
    cosines = cosine_similarity(train.toarray() @ vectors)
    np.fill_diagonal(cosines, -np.inf)
    for user, others in enumerate(found):
        assert user not in others
        assert len(set(others)) == n
        own = np.sort(cosines[user, others])[::-1]
        assert np.allclose(own, np.sort(cosines[user])[::-1][:n], atol=1e-5)


def test_blocks_change_nothing(monkeypatch):
    rng = np.random.default_rng(1)
    train = csr_matrix((rng.random((30, 20)) < 0.3).astype(np.float32))
    vectors = rng.normal(size=(20, 4)).astype(np.float32)
    whole = similar_users(train, vectors, 3)
    monkeypatch.setattr(module, "_BLOCK", 70)
    assert (similar_users(train, vectors, 3) == whole).all()
