"""Popularity read off vectors, against scikit-learn; hubs, against a sort of every row."""

import numpy as np
import pytest
from sklearn.linear_model import Ridge

from longtail_course.toys import hubness, popularity_fit


@pytest.fixture(scope="module")
def world():
    rng = np.random.default_rng(0)
    vectors = rng.normal(size=(400, 8)) + 1
    popularity = rng.poisson(np.exp(1 + 0.8 * vectors[:, 0]))
    return vectors, popularity


def test_held_out_r2_is_that_of_scikit_learn(world):
    vectors, popularity = world
    found = popularity_fit(vectors, popularity, l2=3.0, folds=4, seed=5)
    target, error, total = np.log1p(popularity), 0.0, 0.0
    for part in np.array_split(np.random.default_rng(5).permutation(400), 4):
        rest = np.setdiff1d(np.arange(400), part)
        model = Ridge(alpha=3.0).fit(vectors[rest], target[rest])
        error += np.square(target[part] - model.predict(vectors[part])).sum()
        total += np.square(target[part] - target[rest].mean()).sum()
    assert found.r2 == pytest.approx(1 - error / total)
    assert found.r2 > 0.5


def test_noise_tells_nothing_on_held_out_items_and_seems_to_on_its_own(world):
    _, popularity = world
    noise = np.random.default_rng(1).normal(size=(400, 150))
    found = popularity_fit(noise, popularity, l2=0.1)
    assert found.r2 < 0.05
    assert found.fitted > 0.3
    assert len(found.by_fold) == 5


def test_shift_and_shuffle(world):
    vectors, popularity = world
    plain = popularity_fit(vectors, popularity)
    assert popularity_fit(vectors + 7, popularity).r2 == pytest.approx(plain.r2)
    shuffled = np.random.default_rng(2).permutation(vectors)
    assert popularity_fit(shuffled, popularity).r2 < 0.05


def test_bad_probe_input(world):
    vectors, popularity = world
    for arguments, words in (
        ((vectors, popularity[:-1]), "one count for each of the 400 vectors"),
        ((vectors, np.ones(400)), "equally popular"),
    ):
        with pytest.raises(ValueError, match=words):
            popularity_fit(*arguments)
    with pytest.raises(ValueError, match="folds must lie between 2 and the 400"):
        popularity_fit(vectors, popularity, folds=1)
    with pytest.raises(ValueError, match="l2 must be a number from 0"):
        popularity_fit(vectors, popularity, l2=-1.0)


def test_hubs_against_a_full_sort():
    rng = np.random.default_rng(3)
    vectors = rng.normal(size=(1500, 20)) + 0.3
    unit = vectors / np.linalg.norm(vectors, axis=1, keepdims=True)
    cosines = unit @ unit.T
    np.fill_diagonal(cosines, -2)
    expected = np.bincount(np.argsort(-cosines, axis=1)[:, :5].ravel(), minlength=1500)
    found = hubness(vectors, k=5)
    # float32 may swap a few fifth neighbours.
    assert np.abs(found.counts - expected).sum() <= 4
    assert found.counts.sum() == 5 * 1500
    assert found.never == pytest.approx((expected == 0).mean(), abs=0.002)
    assert found.skewness > 0.5


def test_items_without_a_vector_are_nobodys_neighbour():
    vectors = np.random.default_rng(4).normal(size=(30, 4))
    vectors[7] = 0
    found = hubness(vectors, k=3)
    assert found.counts[7] == 0
    assert found.counts.sum() == 3 * 29
    with pytest.raises(ValueError, match="less than the 29 items"):
        hubness(vectors, k=29)
