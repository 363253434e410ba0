from dataclasses import replace

import numpy as np
import pytest
from scipy.sparse import csr_matrix

from longtail_course.worlds.added_interactions import with_interactions
from longtail_lib.preprocessing import Split


def split_of(train, validation=None, times=True):
    parts = {
        "train": csr_matrix(np.asarray(train, dtype=np.float32)),
        "validation": csr_matrix(
            np.zeros(np.shape(train), np.float32) if validation is None else validation
        ),
        "test": csr_matrix(np.shape(train), dtype=np.float32),
    }
    moments = {
        name: csr_matrix((np.arange(part.nnz) + 7, part.indices, part.indptr), shape=part.shape)
        for name, part in parts.items()
    }
    n_users, n_items = np.shape(train)
    return Split(
        **parts,
        user_ids=np.arange(n_users),
        item_ids=np.arange(n_items),
        items=None,
        users=None,
        how="random",
        times=moments if times else None,
    )


def test_equals_a_dense_sum_whatever_the_order_of_new_pairs():
    rng = np.random.default_rng(0)
    train = rng.random((30, 40)) < 0.2
    new = (rng.random((30, 40)) < 0.1) & ~train
    rows, columns = np.nonzero(new)
    order = rng.permutation(len(rows))
    parts = split_of(train)
    grown = with_interactions(parts, rows[order], columns[order], value=2.5, time=10_000)
    assert np.array_equal(grown.train.toarray(), train + 2.5 * new)
    assert np.array_equal(grown.times["train"].toarray() == 10_000, new)
    assert np.array_equal(
        np.where(train, grown.times["train"].toarray(), 0), parts.times["train"].toarray()
    )
    for matrix in (grown.train, grown.times["train"]):
        assert matrix.has_sorted_indices
        assert matrix.indices.dtype == matrix.indptr.dtype == np.int32
    assert grown.train.dtype == np.float32
    assert np.array_equal(parts.train.toarray(), train)


def test_a_stored_zero_stays():
    train = csr_matrix((np.zeros(1, np.float32), [1], [0, 1, 1]), shape=(2, 3))
    parts = split_of(np.zeros((2, 3)), times=False)
    parts = Split(**{**vars(parts), "train": train})
    grown = with_interactions(parts, [1], [2])
    assert grown.train.nnz == 2
    assert grown.popularity.tolist() == [0, 1, 1]


def test_validation_loses_what_train_gains():
    parts = split_of([[1, 0, 0], [0, 1, 0]], np.array([[0, 1, 0], [0, 0, 1]], np.float32))
    grown = with_interactions(parts, [0], [1], time=50)
    assert grown.validation.toarray().tolist() == [[0, 0, 0], [0, 0, 1]]
    assert grown.times["validation"].toarray().tolist() == [[0, 0, 0], [0, 0, 8]]
    assert parts.validation.nnz == 2


def test_what_was_chosen_between_validation_and_test_is_no_exception():
    between = csr_matrix(np.array([[0, 0, 1, 1], [1, 0, 0, 0]], np.float32))
    parts = split_of([[1, 0, 0, 0], [0, 1, 0, 0]])
    parts = replace(parts, between=between, times={**parts.times, "between": 9 * between})
    grown = with_interactions(parts, [0], [2], time=50)
    assert grown.between.toarray().tolist() == [[0, 0, 0, 1], [1, 0, 0, 0]]
    assert grown.times["between"].toarray().tolist() == [[0, 0, 0, 9], [9, 0, 0, 0]]
    assert grown.final().train.toarray().tolist() == [[1, 0, 1, 1], [1, 1, 0, 0]]


def test_nothing_new():
    parts = split_of([[1, 0], [0, 1]])
    grown = with_interactions(parts, [], [], time=1)
    assert np.array_equal(grown.train.toarray(), parts.train.toarray())


def test_refusals():
    parts = split_of([[1, 0], [0, 1]])
    with pytest.raises(ValueError, match="user row 0, item column 0 is there already"):
        with_interactions(parts, [0], [0], time=1)
    with pytest.raises(ValueError, match="user row 1, item column 0 is there already"):
        with_interactions(parts, [1, 1], [0, 0], time=1)
    with pytest.raises(ValueError, match="say when with time="):
        with_interactions(parts, [0], [1])
