import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from longtail_lib.models._training_batches import batches_of, equal_batches, shuffled_pairs


@given(n=st.integers(1, 10**6), size=st.integers(1, 10**5))
def test_batches_are_equal_and_leave_fewer_rows_than_there_are_batches(n, size):
    count, equal = equal_batches(n, size)
    assert equal >= 1
    assert 0 <= n - count * equal < count
    assert count == 1 or 0.6 < equal / size < 1.6


def test_pairs_are_the_interactions_in_an_order_that_the_generator_sets(parts):
    users, items = shuffled_pairs(parts.train, np.random.default_rng(3))
    expected = parts.train.tocoo()
    assert sorted(zip(users, items, strict=True)) == sorted(
        zip(expected.row, expected.col, strict=True)
    )
    assert not np.array_equal(users, np.sort(users))
    again, _ = shuffled_pairs(parts.train, np.random.default_rng(3))
    other, _ = shuffled_pairs(parts.train, np.random.default_rng(4))
    assert np.array_equal(users, again)
    assert not np.array_equal(users, other)


def test_batches_keep_order_structure_and_type():
    x = {"row": np.arange(11, dtype=np.int32), "vector": np.arange(22.0).reshape(11, 2)}
    labels = np.arange(11, dtype=np.float32) * 10
    batches = list(batches_of((x, labels), 5).as_numpy_iterator())
    assert [len(batch[1]) for batch in batches] == [5, 5]
    assert np.concatenate([batch[0]["row"] for batch in batches]).tolist() == list(range(10))
    assert batches[1][0]["vector"].tolist() == x["vector"][5:10].tolist()
    assert batches[1][1].dtype == np.float32
