"""Worth by hand on the six-item world."""

import numpy as np
import pytest

from longtail_course.worlds import worth_table
from longtail_lib.models import Oracle, Popularity
from longtail_lib.tail import Groups, popularity_groups
from longtail_lib.testing import tiny_model, tiny_parts, tiny_world


def test_by_hand():
    parts = tiny_world()
    # f, d for user 0, c, f for user 1, e, c for user 2; the tail is d, e, f.
    table = worth_table({"Tiny": tiny_model()}, parts, k=2, digits=None)
    worth = [[0.0, 0.5], [0.0, 1.0], [1.0, 0.0]]
    of_tail = popularity_groups(parts.popularity).mask("tail")
    assert np.flatnonzero(of_tail).tolist() == [3, 4, 5]
    assert table["worth"][0] == pytest.approx(np.mean(worth))
    assert table["tail_share"][0] == pytest.approx(4 / 6)
    assert table["tail_worth"][0] == pytest.approx((0.0 + 0.5 + 1.0 + 1.0) / 4)


def test_the_oracle_is_worth_most_and_no_tail_gives_null():
    parts = tiny_world()
    models = {"Oracle": Oracle().fit(parts), "Popularity": Popularity().fit(parts)}
    nothing = Groups(np.zeros(6, dtype=np.int8), ("head", "mid", "tail"), "all of it is head")
    table = worth_table(models, parts, k=2, groups=nothing)
    assert table["worth"][0] > table["worth"][1] > 0
    assert table["tail_share"].to_list() == [0.0, 0.0]
    assert table["tail_worth"].to_list() == [None, None]


def test_without_truth():
    with pytest.raises(ValueError, match="truth"):
        worth_table({"Tiny": tiny_model()}, tiny_parts(), k=2)
