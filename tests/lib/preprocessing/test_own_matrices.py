"""`Split.from_matrices`: one's own arrays become the parts of a split, or are refused."""

import numpy as np
import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.sparse import coo_matrix, csc_array, csr_matrix

from longtail_lib import Dataset, Split, evaluate, prepare, split
from longtail_lib.models import EASE

TRAIN, TEST = [[1, 1, 0], [0, 1, 0]], [[0, 0, 1], [1, 0, 0]]


@pytest.mark.parametrize("kind", [list, np.array, csr_matrix, coo_matrix, csc_array])
def test_arrays_and_sparse_matrices_of_every_kind(kind):
    parts = Split.from_matrices(kind(TRAIN), test=kind(TEST))
    assert parts.train.dtype == np.float32
    assert isinstance(parts.train, csr_matrix)
    assert parts.train.toarray().tolist() == TRAIN
    assert parts.test.toarray().tolist() == TEST
    assert parts.validation.shape == (2, 3)
    assert parts.validation.nnz == 0
    assert parts.user_ids.tolist() == [0, 1]
    assert parts.items is parts.users is parts.times is None


def test_the_callers_matrix_stays_as_it_is():
    given = csr_matrix((np.array([1.0, 0.0]), ([0, 0], [2, 1])), shape=(1, 3), dtype=np.float32)
    indices = given.indices.copy()
    parts = Split.from_matrices(given)
    assert parts.train.nnz == 1
    assert given.nnz == 2
    assert given.indices.tolist() == indices.tolist()


@settings(max_examples=30)
@given(st.permutations(range(4)), st.permutations(range(5)), st.integers(0, 10**6))
def test_ids_in_any_order_mean_the_same(users, items, seed):
    rng = np.random.default_rng(seed)
    cells = rng.integers(3, size=(4, 5))
    times = {"train": rng.integers(100, size=cells.shape), "test": 7 * np.ones(cells.shape, int)}
    table = pl.DataFrame({"item_id": list("abcde")})
    plain = Split.from_matrices(cells == 1, cells == 2, item_ids=list("abcde"), items=table,
                                times=times)  # fmt: skip
    pick = np.ix_(users, items)
    mixed = Split.from_matrices(
        cells[pick] == 1,
        cells[pick] == 2,
        user_ids=users,
        item_ids=[list("abcde")[place] for place in items],
        items=table[list(items)],
        times={name: moments[pick] for name, moments in times.items()},
    )
    assert mixed.user_ids.tolist() == [0, 1, 2, 3]
    assert mixed.items["item_id"].to_list() == mixed.item_ids.tolist() == list("abcde")
    for part in ("train", "validation", "test"):
        one, other = getattr(plain, part), getattr(mixed, part)
        assert one.toarray().tolist() == other.toarray().tolist()
        assert other.has_sorted_indices
        assert plain.times[part].data.tolist() == mixed.times[part].data.tolist()
        assert mixed.times[part].nnz == other.nnz


def test_it_equals_what_split_makes():
    rng = np.random.default_rng(0)
    rows, columns = np.nonzero(rng.random((30, 12)) < 0.4)
    log = pl.DataFrame(
        {"user_id": rows, "item_id": columns, "timestamp": rng.permutation(len(rows))}
    )
    parts = split(prepare(Dataset.from_frame(log, user="user_id", item="item_id",
                                             timestamp="timestamp")))  # fmt: skip
    again = Split.from_matrices(
        parts.train, parts.test, parts.validation, user_ids=parts.user_ids, item_ids=parts.item_ids,
        times=parts.times,
    )  # fmt: skip
    for part in ("train", "validation", "test"):
        assert np.array_equal(getattr(again, part).indices, getattr(parts, part).indices)
        assert np.array_equal(again.times[part].data, parts.times[part].data)
    one, other = (evaluate(EASE(l2=5.0).fit(each), each, k=3) for each in (parts, again))
    assert one.values == other.values


def refusal(*matrices, **changes):
    with pytest.raises((TypeError, ValueError)) as caught:
        Split.from_matrices(*(matrices or (TRAIN, TEST)), **changes)
    return str(caught.value)


def test_what_is_wrong_is_named():
    assert "test has shape (2, 2), train has (2, 3)" in refusal(TRAIN, [[0, 0], [1, 0]])
    assert "user 'ann' and item 1 are in train and in test (1 such pair)" in refusal(
        TRAIN, [[0, 1, 1], [1, 0, 0]], user_ids=["ann", "bob"]
    )
    assert "are in train and in validation" in refusal(TRAIN, None, TRAIN)
    assert "item_ids must be unique, got 'a' 2 times" in refusal(item_ids=["a", "a", "b"])
    assert "user_ids must be 2 ids, one for each row" in refusal(user_ids=[1, 2, 3])
    assert "item_ids must be 3 ids, one for each column" in refusal(item_ids=["a"])
    mixed = np.array(["a", 1], dtype=object)
    assert "user_ids must be all numbers or all text" in refusal(user_ids=mixed)
    twice = np.array(["a", "a"], dtype=object)
    assert "user_ids must be unique, got 'a' 2 times" in refusal(user_ids=twice)
    assert "train must be a matrix of numbers" in refusal("a matrix")
    assert "train holds values that are not finite" in refusal([[np.nan, 1, 0], [1, 0, 0]])
    assert "items has 2 rows for 3 items" in refusal(items=pl.DataFrame({"item_id": [0, 1]}))
    assert "times['train'] has shape (1, 2)" in refusal(times={"train": [[1, 2]]})
