import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sklearn.cluster import KMeans

from longtail_lib.models.generative._residual_codebooks import k_means, nearest


def points_of(n, dim, seed):
    return np.random.default_rng(seed).normal(size=(n, dim)).astype(np.float32)


def test_nearest_agrees_with_all_distances():
    points, centroids = points_of(40, 5, 0), points_of(7, 5, 1)
    distances = ((points[:, None].astype(float) - centroids[None]) ** 2).sum(axis=2)
    labels, found = nearest(points, centroids)
    assert np.array_equal(labels, distances.argmin(axis=1))
    assert found == pytest.approx(distances.min(axis=1), rel=1e-5)


def test_from_one_start_it_ends_where_scikit_learn_ends():
    points = points_of(300, 4, 2)
    start = points[:8].copy()
    expected = KMeans(8, init=start, n_init=1, max_iter=200, tol=0).fit(points)
    centroids, labels = k_means(points, 8, np.random.default_rng(0), start=start, iterations=200)
    assert np.array_equal(labels, expected.labels_)
    assert centroids == pytest.approx(expected.cluster_centers_, abs=1e-4)


def test_its_own_start_is_about_as_good_as_scikit_learns_best_of_ten():
    points = points_of(400, 6, 3)
    centroids, _ = k_means(points, 20, np.random.default_rng(1))
    best = KMeans(20, n_init=10, random_state=0).fit(points).inertia_
    assert nearest(points, centroids)[1].sum() < 1.1 * best


@given(seed=st.integers(0, 10_000), n=st.integers(8, 60), clusters=st.integers(2, 8))
@settings(max_examples=40)
def test_no_cluster_stays_empty_where_points_differ(seed, n, clusters):
    points = points_of(n, 3, seed)
    # A start far away from all points leaves all but one cluster empty at first.
    start = np.full((clusters, 3), 50, dtype=np.float32) + np.arange(clusters)[:, None]
    centroids, labels = k_means(points, clusters, np.random.default_rng(0), start=start)
    assert np.array_equal(labels, nearest(points, centroids)[0])
    assert len(np.unique(labels)) == clusters


def test_fewer_distinct_points_than_clusters_do_no_harm():
    points = np.repeat(points_of(2, 3, 0), 5, axis=0)
    centroids, labels = k_means(points, 4, np.random.default_rng(0))
    assert np.allclose(centroids[labels], points)
