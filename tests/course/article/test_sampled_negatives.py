import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.sparse import csr_matrix

from longtail_course.article import labelled_pairs


def random_train(seed, n_users=12, n_items=9, density=0.4):
    train = np.random.default_rng(seed).random((n_users, n_items)) < density
    train[0] = True  # one user has seen the whole catalogue
    return csr_matrix(train.astype(np.float32))


@given(st.integers(0, 1000), st.integers(0, 4))
def test_positives_are_the_train_part_and_negatives_are_unseen(seed, negatives):
    train = random_train(seed)
    users, items, labels = labelled_pairs(train, negatives=negatives, seed=seed)
    dense = train.toarray() > 0
    assert (dense[users, items] == (labels == 1)).all()
    assert (labels == 1).sum() == train.nnz
    counts = np.diff(train.indptr)
    counts[0] = 0  # nothing is left to draw from
    drawn = np.bincount(users[labels == 0], minlength=train.shape[0])
    np.testing.assert_array_equal(
        drawn, negatives * np.where(dense.all(axis=1), 0, np.diff(train.indptr))
    )


def test_negatives_are_uniform_over_what_is_unseen():
    train = csr_matrix(np.array([[1, 0, 0, 0], [0, 1, 1, 0]], dtype=np.float32))
    users, items, labels = labelled_pairs(train, negatives=6000, seed=3)
    first = np.bincount(items[(users == 0) & (labels == 0)], minlength=4) / 6000
    np.testing.assert_allclose(first, [0, 1 / 3, 1 / 3, 1 / 3], atol=0.03)


def test_max_pairs_and_seed():
    train = random_train(0)
    users, items, labels = labelled_pairs(train, negatives=2, max_pairs=20, seed=1)
    assert len(labels) <= 20
    assert (labels == 1).sum() == 6
    same = labelled_pairs(train, negatives=2, max_pairs=20, seed=1)
    other = labelled_pairs(train, negatives=2, max_pairs=20, seed=2)
    assert (items == same[1]).all()
    assert (users == same[0]).all()
    assert len(items) != len(other[1]) or (items != other[1]).any()


def test_rows_come_shuffled():
    labels = labelled_pairs(random_train(0), seed=0)[2]
    assert 0.3 < labels[-len(labels) // 3 :].mean() < 0.7


def test_wrong_numbers_are_named():
    with pytest.raises(ValueError, match="negatives must not be negative"):
        labelled_pairs(random_train(0), negatives=-1)
    with pytest.raises(ValueError, match="max_pairs must be at least 3"):
        labelled_pairs(random_train(0), negatives=2, max_pairs=2)
