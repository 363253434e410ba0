"""Anisotropy, whitening, truncation and rounding against brute force and scikit-learn."""

import numpy as np
import pytest
from sklearn.decomposition import PCA

from longtail_lib.text import Whitening, anisotropy, quantise_int8, truncate
from longtail_lib.text._encoder import unit_rows

RNG = np.random.default_rng(4)
# A narrow cone: a common direction, and directions of very different width.
CONE = RNG.normal(size=(300, 12)) * np.geomspace(2, 0.05, 12) + np.arange(12) / 2
WITH_ZEROS = CONE.copy()
WITH_ZEROS[[3, 77]] = 0
ZERO = np.zeros(300, bool)
ZERO[[3, 77]] = True


def brute_force(vectors):
    cosines = [
        a @ b / np.linalg.norm(a) / np.linalg.norm(b)
        for i, a in enumerate(vectors)
        for j, b in enumerate(vectors)
        if i != j
    ]
    return np.mean(cosines)


def test_anisotropy_is_the_mean_over_all_pairs():
    assert anisotropy(CONE[:60]) == pytest.approx(brute_force(CONE[:60]), abs=1e-12)
    assert anisotropy(CONE) > 0.8
    mixed = CONE[:60].copy()
    mixed[5] = 0
    assert anisotropy(mixed) == pytest.approx(brute_force(np.delete(mixed, 5, axis=0)), abs=1e-12)
    assert anisotropy(np.array([[1.0, 0], [-2.0, 0]])) == -1
    assert anisotropy(np.ones((5, 3), np.float32)) == pytest.approx(1)


@pytest.mark.parametrize("dimensions", [None, 5, 1])
def test_whitening_is_that_of_scikit_learn(dimensions):
    oracle = PCA(n_components=dimensions, whiten=True).fit(CONE)
    expected = oracle.transform(CONE)
    whitening = Whitening(dimensions=dimensions).fit(CONE)
    found = whitening.transform(CONE, unit=False)
    signs = np.sign((found * expected).sum(axis=0))
    np.testing.assert_allclose(found * signs, expected, atol=1e-4)
    assert whitening.explained_ == pytest.approx(oracle.explained_variance_ratio_.sum())
    np.testing.assert_allclose(whitening.transform(CONE), unit_rows(found.astype(float)), atol=1e-5)


def test_whitened_vectors_vary_alike_in_all_directions():
    found = Whitening().fit(CONE).transform(CONE, unit=False).astype(float)
    np.testing.assert_allclose(np.cov(found.T), np.eye(12), atol=1e-4)
    assert abs(anisotropy(found)) < 0.01


def test_centring_takes_the_mean_away_and_nothing_else():
    found = Whitening("centre").fit(CONE).transform(CONE, unit=False)
    np.testing.assert_allclose(found, CONE - CONE.mean(axis=0), atol=1e-5)
    assert abs(anisotropy(found)) < 0.1 < anisotropy(CONE)
    flat = Whitening("centre", dimensions=3).fit(CONE).transform(CONE, unit=False)
    expected = PCA(n_components=3).fit_transform(CONE)
    np.testing.assert_allclose(np.abs(flat), np.abs(expected), atol=1e-4)


@pytest.mark.parametrize("kind", ["whiten", "centre"])
def test_zero_rows_are_not_learned_from_and_stay_zero(kind):
    plain = Whitening(kind).fit(WITH_ZEROS[~ZERO])
    mixed = Whitening(kind).fit(WITH_ZEROS)
    found = mixed.transform(WITH_ZEROS)
    np.testing.assert_allclose(found[~ZERO], plain.transform(WITH_ZEROS[~ZERO]), atol=1e-6)
    assert not found[ZERO].any()
    np.testing.assert_allclose(np.linalg.norm(found[~ZERO], axis=1), 1, atol=1e-5)


def test_directions_without_variance_are_left_out():
    flat = np.hstack([CONE[:, :4], CONE[:, :2] * 2, np.ones((300, 1))])
    found = Whitening().fit(flat).transform(flat, unit=False)
    assert found.shape == (300, 4)
    np.testing.assert_allclose(np.cov(found.T.astype(float)), np.eye(4), atol=1e-4)
    few = Whitening().fit(CONE[:5])
    assert few.directions_.shape == (12, 4)


def test_whitening_refuses():
    with pytest.raises(ValueError, match="kind must be"):
        Whitening("white").fit(CONE)
    with pytest.raises(ValueError, match=r"between 1 and 12, .* got 13"):
        Whitening(dimensions=13).fit(CONE)
    with pytest.raises(ValueError, match="at least two rows"):
        Whitening().fit(CONE[:1])
    with pytest.raises(ValueError, match="all rows are the same"):
        Whitening().fit(np.ones((4, 3)))
    with pytest.raises(RuntimeError, match="not fitted"):
        Whitening().transform(CONE)
    with pytest.raises(ValueError, match="fitted on 12 dimensions, got 3"):
        Whitening().fit(CONE).transform(CONE[:, :3])


@pytest.mark.parametrize("scale", [1, 1e-6, 1e6])
def test_rounding_loses_what_it_says(scale):
    vectors = (CONE * scale).astype(np.float32)
    small = quantise_int8(vectors)
    restored = small.restore()
    step = np.abs(vectors).max(axis=1, keepdims=True) / 127
    assert (np.abs(restored - vectors) <= 0.501 * step).all()
    cosines = (unit_rows(vectors.astype(float)) * unit_rows(restored.astype(float))).sum(axis=1)
    assert small.max_cosine_error == pytest.approx(1 - cosines.min(), rel=1e-3)
    assert 1e-7 < small.max_cosine_error < 1e-3
    assert restored.dtype == np.float32
    assert small.nbytes == 300 * 12 + 300 * 4


def test_rounding_keeps_zero_rows_and_neighbours():
    small = quantise_int8(WITH_ZEROS)
    assert not small.restore()[ZERO].any()
    assert quantise_int8(np.zeros((2, 3))).max_cosine_error == 0
    unit = unit_rows(CONE - CONE.mean(axis=0))
    before = np.argsort(-(unit @ unit.T), axis=1)[:, 1]
    restored = quantise_int8(unit).restore()
    after = np.argsort(-(restored @ restored.T), axis=1)
    assert np.mean([b in row[:3] for b, row in zip(before, after, strict=True)]) > 0.97
    assert "300 x 12" in repr(quantise_int8(CONE))


def test_truncation():
    found = truncate(WITH_ZEROS, 5)
    np.testing.assert_allclose(found, unit_rows(WITH_ZEROS[:, :5]), atol=1e-6)
    assert found.dtype == np.float32
    assert not found[ZERO].any()
    for dimensions in (0, 13):
        with pytest.raises(ValueError, match=f"between 1 and 12, got {dimensions}"):
            truncate(CONE, dimensions)


@pytest.mark.parametrize("function", [anisotropy, quantise_int8, Whitening().fit])
def test_what_is_no_matrix_of_numbers_is_refused(function):
    with pytest.raises(ValueError, match=r"of shape \(3,\)"):
        function(np.ones(3))
    with pytest.raises(ValueError, match="must be a matrix of numbers"):
        function(np.array([["a"]]))
    spoilt = CONE.copy()
    spoilt[7, 2] = np.nan
    with pytest.raises(ValueError, match=r"row 7 .* NaN"):
        function(spoilt)
