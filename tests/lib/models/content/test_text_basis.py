import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from sklearn.decomposition import PCA

from longtail_lib.models.content._item_layers import centred_text, semantic_basis


@pytest.fixture
def vectors():
    rng = np.random.default_rng(0)
    return (rng.normal(size=(40, 6)) * [5, 3, 2, 1, 0.5, 0.1] + 7).astype(np.float32)


def test_coordinates_are_those_of_whitening_pca(vectors):
    own = semantic_basis(vectors, 4)
    oracle = PCA(4, whiten=True).fit_transform(vectors.astype(np.float64))
    # scikit-learn divides by n - 1, and chooses signs otherwise.
    oracle *= np.sqrt(40 / 39)
    for column in range(4):
        assert np.abs(np.abs(own[:, column]) - np.abs(oracle[:, column])).max() < 1e-4
    assert np.allclose(own.mean(axis=0), 0, atol=1e-5)
    assert np.allclose(own.var(axis=0), 1, atol=1e-4)


def test_items_without_text_move_nothing_and_get_zeros(vectors):
    more = np.vstack([vectors[:10], np.zeros((3, 6), np.float32), vectors[10:]])
    for function in (centred_text, lambda v: semantic_basis(v, 3)):
        own, whole = function(vectors), function(more)
        assert not whole[10:13].any()
        assert np.allclose(np.delete(whole, [10, 11, 12], axis=0), own, atol=1e-6)


def test_directions_without_variance_are_zeros():
    flat = np.outer(np.arange(1.0, 6.0), [1.0, 2.0, 0.0])
    basis = semantic_basis(flat, 3)
    assert np.allclose(basis[:, 0].var(), 1, atol=1e-6)
    assert not basis[:, 1:].any()


@given(st.integers(0, 2**32 - 1))
def test_centred_rows_have_length_one_and_no_common_part(seed):
    vectors = np.random.default_rng(seed).normal(size=(9, 4)) + 3
    own = centred_text(vectors)
    assert np.allclose(np.linalg.norm(own, axis=1), 1, atol=1e-5)
    centred = vectors - vectors.mean(axis=0)
    assert np.allclose(own * np.linalg.norm(centred, axis=1, keepdims=True), centred, atol=1e-5)


def test_texts_that_are_all_alike_say_nothing():
    assert not centred_text(np.ones((4, 3), np.float32)).any()


@pytest.mark.parametrize("dimensions", [0, 7])
def test_dimensions_out_of_range(vectors, dimensions):
    with pytest.raises(ValueError, match=f"between 1 and the 6 of the vectors, got {dimensions}"):
        semantic_basis(vectors, dimensions)
