"""The ceiling of a linear reader: what it is given it finds, and nothing else."""

import numpy as np
import pytest

from longtail_course.worlds import attribute_vectors, text_ceiling
from longtail_lib import load_dataset


@pytest.fixture(scope="module")
def social():
    return load_dataset("social")


def test_a_reader_of_the_preferences_themselves_knows_all(social):
    rows = np.random.default_rng(0).permutation(social.n_users)[:3]
    found = text_ceiling(social, social.truth.preference(rows).T * 100, users=3, seed=0)
    assert found == pytest.approx((1, 1), abs=1e-3)


def test_attributes_tell_a_part_and_noise_nothing(social):
    told = text_ceiling(social, attribute_vectors(social), users=60)
    noise = np.random.default_rng(1).normal(size=(social.n_items, 40))
    untold = text_ceiling(social, noise, users=60)
    assert min(told) > 0.08
    assert max(told) < 0.6
    assert max(untold) < 0.01


def test_attribute_vectors_have_one_value_of_each_attribute(social):
    vectors = attribute_vectors(social)
    names = ["category", "concern", "form", "tone", "author"]
    assert set(np.unique(vectors)) == {0.0, 1.0}
    assert (vectors.sum(axis=1) == len(names)).all()
    assert vectors.shape[1] == sum(social.items[name].n_unique() for name in names)


def test_refusals(social):
    with pytest.raises(ValueError, match="has no truth"):
        text_ceiling(load_dataset("social", truth=False), np.ones((3000, 2)))
    with pytest.raises(ValueError, match=r"one row for each of 3,000 items, got shape \(3, 2\)"):
        text_ceiling(social, np.ones((3, 2)))
