import numpy as np

from longtail_lib.models import Popularity


def test_scores_are_train_counts_for_everyone(make_split):
    parts = make_split([[1, 1, 0, 0], [0, 1, 0, 1], [0, 1, 0, 1]])
    model = Popularity().fit(parts)
    assert model.score([2, 0]).tolist() == [[1, 3, 0, 2]] * 2
    assert model.popularity_.tolist() == [1, 3, 0, 2]


def test_ratings_do_not_count_twice(make_split):
    model = Popularity().fit(make_split([[5, 1, 0], [0, 1, 0]]))
    assert model.score([0]).tolist() == [[1, 2, 0]]


def test_ties_go_by_catalogue_position_and_cold_items_come_last(make_split):
    parts = make_split([[0, 1, 0, 1], [1, 0, 0, 0], [1, 0, 0, 0]], item_ids=["a", "b", "c", "d"])
    items, _ = Popularity().fit(parts).recommend([0, 1], k=4, exclude_seen=False)
    assert items.tolist() == [["a", "b", "d", "c"]] * 2


def test_counts_come_from_train_alone(parts):
    dense = parts.train.toarray()
    assert np.array_equal(Popularity().fit(parts).score([0])[0], (dense > 0).sum(axis=0))
