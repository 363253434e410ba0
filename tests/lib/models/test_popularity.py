import numpy as np
import pytest
from scipy.sparse import csr_matrix

from longtail_lib.models import Popularity
from longtail_lib.preprocessing import Split

DAY = 86_400


def test_scores_are_train_counts_for_everyone(make_split):
    parts = make_split([[1, 1, 0, 0], [0, 1, 0, 1], [0, 1, 0, 1]])
    model = Popularity().fit(parts)
    assert model.score([2, 0]).tolist() == [[1, 3, 0, 2]] * 2
    assert model.popularity_.tolist() == [1, 3, 0, 2]


def test_ratings_do_not_count_twice(make_split):
    model = Popularity().fit(make_split([[5, 1, 0], [0, 1, 0]]))
    assert model.score([0]).tolist() == [[1, 2, 0]]


def test_ties_favour_no_place_and_cold_items_come_last(make_split):
    train = np.zeros((60, 4))
    train[0, [1, 3]] = 1
    train[1:3, 0] = 1
    parts = make_split(train, item_ids=["a", "b", "c", "d"])
    items, _ = Popularity().fit(parts).recommend(parts.user_ids, k=4, exclude_seen=False)
    assert set(items[:, 0]) == {"a"}
    assert set(items[:, 3]) == {"c"}
    assert 15 < np.sum(items[:, 1] == "b") < 45


def test_counts_come_from_train_alone(parts):
    dense = parts.train.toarray()
    assert np.array_equal(Popularity().fit(parts).score([0])[0], (dense > 0).sum(axis=0))


# --- decay ---------------------------------------------------------------------------------------


def timed(seconds, value=1.0) -> Split:
    """A split whose train interactions happened at the given seconds; -1 where there is none."""
    seconds = np.asarray(seconds, dtype=np.int64)
    rows, columns = np.nonzero(seconds >= 0)
    train = csr_matrix((np.full(len(rows), value, np.float32), (rows, columns)), seconds.shape)
    times = csr_matrix((seconds[rows, columns], (rows, columns)), seconds.shape)
    none = csr_matrix(seconds.shape, dtype=np.float32)
    ids = map(np.arange, seconds.shape)
    return Split(train, none, none, *ids, items=None, users=None, how="temporal",
                 times={"train": times}, name="timed")  # fmt: skip


def test_decay_by_hand():
    # Item 0: today. Item 1: 10 and 20 days ago. Item 2: 15 days ago, by two users. Item 3: cold.
    parts = timed(
        [
            [1000 * DAY, 990 * DAY, 985 * DAY, -1],
            [-1, 980 * DAY, 985 * DAY, -1],
        ]
    )
    scores = Popularity(half_life=10).fit(parts).score([1, 0])
    expected = [1, 0.5 + 0.25, 2 * 0.5**1.5, 0]
    np.testing.assert_allclose(scores, [expected] * 2, rtol=1e-6)
    assert scores.dtype == np.float32


def test_decay_changes_who_is_first():
    parts = timed([[100 * DAY, 0, 1], [-1, 3, 2], [-1, 2, -1]])
    assert np.argmax(Popularity().fit(parts).popularity_) == 1
    assert np.argmax(Popularity(half_life=30).fit(parts).popularity_) == 0


def test_age_is_counted_from_the_latest_train_time_so_that_the_epoch_does_not_matter():
    seconds = np.array([[5, 7, -1], [9, -1, 2]]) * DAY
    moved = np.where(seconds >= 0, seconds + 4000 * DAY, -1)
    one, other = (
        Popularity(half_life=2.5).fit(timed(where)).popularity_ for where in (seconds, moved)
    )
    np.testing.assert_allclose(one, other, rtol=1e-6)


def test_a_very_long_half_life_counts_and_a_very_short_one_keeps_only_the_latest():
    parts = timed([[0, 50 * DAY, 50 * DAY], [50 * DAY, 10 * DAY, 50 * DAY]])
    np.testing.assert_allclose(Popularity(half_life=1e9).fit(parts).popularity_, [2, 2, 2])
    assert Popularity(half_life=0.01).fit(parts).popularity_.tolist() == [1, 1, 2]


def test_extreme_times_do_not_overflow():
    seconds = np.array([[0, 2**62], [2**62, 1]])
    popularity = Popularity(half_life=1e-3).fit(timed(seconds)).popularity_
    assert popularity.tolist() == [1, 1]


def test_ratings_do_not_count_under_decay():
    seconds = np.array([[DAY, 0], [-1, DAY]])
    np.testing.assert_allclose(
        Popularity(half_life=1).fit(timed(seconds, value=5.0)).popularity_, [1, 1.5]
    )


def test_only_train_times_count():
    parts = timed([[0, 10 * DAY]])
    late = csr_matrix(np.array([[99 * DAY, 0]]))
    times = {"train": parts.times["train"], "test": late, "validation": late}
    parts = Split(**{**parts.__dict__, "times": times})
    np.testing.assert_allclose(Popularity(half_life=10).fit(parts).popularity_, [0.5, 1])


def test_a_decayed_model_is_saved(tmp_path):
    parts = timed([[0, 10 * DAY, -1], [3 * DAY, -1, -1]])
    model = Popularity(half_life=4).fit(parts)
    again = Popularity.load(model.save(tmp_path / "popularity.npz"))
    assert again.half_life == 4
    assert np.array_equal(again.score([0, 1]), model.score([0, 1]))
    assert model.score([0])[0, 0] != 2


def test_a_split_without_times(parts):
    with pytest.raises(ValueError, match=r"half_life=30 needs timestamps, which Split 'clusters'"):
        Popularity(half_life=30).fit(parts)
