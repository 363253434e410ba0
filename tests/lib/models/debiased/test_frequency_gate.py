import numpy as np
from scipy.special import softmax

from longtail_lib.models.debiased._bilateral_network import frequency_feature, gated_mixture


def test_feature_is_the_logarithm_between_cold_and_most_popular():
    popularity = np.array([0, 1, 10, 100])
    wanted = np.log(popularity + 1) / np.log(101)
    np.testing.assert_allclose(frequency_feature(popularity)[:, 0], wanted, rtol=1e-6)


def test_mixture_against_numpy():
    rng = np.random.default_rng(0)
    ids, general = rng.normal(size=(2, 5, 3))
    gate = rng.normal(size=(5, 2))
    shares = softmax(gate, axis=1)
    wanted = shares[:, :1] * ids + shares[:, 1:] * general
    found = gated_mixture(ids.astype("float32"), general.astype("float32"), gate)
    np.testing.assert_allclose(np.array(found), wanted, rtol=1e-5)


def test_a_gate_that_decides_takes_one_expert():
    found = np.array(gated_mixture([[1.0, 2.0]], [[3.0, 4.0]], [[50.0, -50.0]]))
    np.testing.assert_allclose(found, [[1.0, 2.0]])
