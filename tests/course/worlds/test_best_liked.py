"""The best-liked items, against a sort of each user's preferences by hand."""

import numpy as np
import pytest

from longtail_course.worlds import favourites
from longtail_lib.datasets import load_dataset


class Four:
    """Four items; the second and the last are liked equally by user 0."""

    user_ids = np.array([0, 1])
    item_ids = np.array(["a", "b", "c", "d"])
    table = np.array([[0.1, 0.5, 0.9, 0.5], [0.4, 0.3, 0.2, 0.1]])

    def preference(self, user_rows):
        return self.table[user_rows]


def test_best_first_and_ties_in_catalogue_order():
    assert favourites(Four(), [0, 1], k=3).tolist() == [[2, 1, 3], [0, 1, 2]]
    assert favourites(Four(), [1], k=1).tolist() == [[0]]


def test_no_other_item_is_liked_more():
    truth = load_dataset("shop").truth
    users = np.arange(0, 600)  # more than are computed at once
    best = favourites(truth, users, k=20)
    for row in (0, 255, 256, 599):
        liked = truth.preference([users[row]])[0]
        assert len(set(best[row])) == 20
        assert liked[best[row]].min() >= np.delete(liked, best[row]).max()
        assert (np.diff(liked[best[row]]) <= 0).all()


@pytest.mark.parametrize("k", [0, 5])
def test_impossible_k(k):
    with pytest.raises(ValueError, match="between 1 and 4"):
        favourites(Four(), [0], k=k)


def test_real_data_has_no_truth():
    with pytest.raises(ValueError, match="truth=True"):
        favourites(None, [0])
