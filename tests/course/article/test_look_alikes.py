"""Nearest users without a common item, against a plain double loop."""

import numpy as np
import pytest
from scipy.sparse import csr_matrix, random_array

from longtail_course.article.look_alikes import look_alikes


def by_loops(features, train, least):
    seen = [set(train[row].indices) for row in range(train.shape[0])]
    found = {}
    for a, mine in enumerate(seen):
        for b, theirs in enumerate(seen):
            if min(len(mine), len(theirs)) < least or mine & theirs:
                continue
            distance = np.sqrt(((features[a] - features[b]) ** 2).sum())
            if a not in found or distance < found[a]:
                found[a] = distance
    return found


@pytest.mark.parametrize("seed", range(5))
@pytest.mark.parametrize("least", [1, 4])
def test_agrees_with_a_double_loop(seed, least):
    rng = np.random.default_rng(seed)
    train = csr_matrix(random_array((40, 25), density=0.15, rng=rng, format="csr"))
    train.data[:] = 1
    features = rng.random((40, 3))
    users, twins, distances = look_alikes(features, train, least=least)
    expected = by_loops(features, train, least)
    assert dict(zip(users.tolist(), distances, strict=True)) == pytest.approx(expected)
    assert not (train[users].multiply(train[twins])).nnz
    assert np.all(np.diff(distances.round(9)) >= 0)
    np.testing.assert_allclose(np.linalg.norm(features[users] - features[twins], axis=1), distances)


def test_a_user_who_shares_with_everybody_has_no_row():
    train = csr_matrix(np.array([[1, 1, 1], [1, 0, 0], [0, 1, 0]]))
    users, twins, _ = look_alikes(np.zeros((3, 2)), train, least=1)
    assert users.tolist() == [1, 2]
    assert twins.tolist() == [2, 1]


def test_other_numbers_of_users_are_refused():
    with pytest.raises(ValueError, match="one split"):
        look_alikes(np.zeros((2, 5)), csr_matrix((3, 4)))
