from dataclasses import replace

import numpy as np
import pytest

from longtail_course.worlds import user_taste
from longtail_lib.tail import Groups
from tests.course.worlds.simulated_world import store, world


def test_thirds_by_the_share_of_the_tail_among_favourites():
    parts = store()
    taste = user_taste(parts, favourites=10)
    preference = parts.truth.preference(np.arange(150))
    tail = taste.groups.mask("tail")
    share = np.array([tail[np.argsort(-row, kind="stable")[:10]].mean() for row in preference])
    np.testing.assert_allclose(taste.tail_share, share)
    assert np.bincount(taste.labels).tolist() == [50, 50, 50]
    assert share[taste.mask("head-lovers")].max() <= share[taste.mask("between")].min()
    assert share[taste.mask("between")].max() <= share[taste.mask("tail-lovers")].min()
    assert share[taste.mask("tail-lovers")].mean() > share[taste.mask("head-lovers")].mean() + 0.1


def test_groups_given_by_the_caller():
    parts = world([[0.9, 0.1, 0.2], [0.1, 0.9, 0.2], [0.2, 0.1, 0.9]], np.eye(3))
    taste = user_taste(parts, favourites=1, groups=Groups([1, 0, 0], names=("head", "tail")))
    assert taste.tail_share.tolist() == [1, 0, 0]
    assert taste.labels.tolist() == [2, 0, 1]


def test_repr_says_who_is_who():
    said = repr(user_taste(store()))
    assert "head-lovers 50 with" in said
    assert "tail-lovers: the third of the users with the largest share of tail items" in said


def test_refusals():
    parts = store()
    with pytest.raises(ValueError, match="user_taste: this split has no truth"):
        user_taste(replace(parts, truth=None))
    with pytest.raises(ValueError, match="favourites must be at least 1"):
        user_taste(parts, favourites=0)
    with pytest.raises(ValueError, match="groups label 3 items"):
        user_taste(parts, groups=Groups([0, 1, 1], names=("head", "tail")))
