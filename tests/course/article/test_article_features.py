import numpy as np
import pandas as pd
import polars as pl
import pytest
from scipy.sparse import csr_matrix

from longtail_course.article.article_features import article_features
from longtail_lib.preprocessing import Split

TRAIN = np.array([[1, 1, 0, 0], [0, 1, 1, 0], [0, 1, 0, 0], [0, 0, 0, 0]], dtype=np.float32)
CATALOGUE = {
    "item_id": [1, 2, 3, 4],
    "title": ["w", "x", "y", "z"],
    "kind": ["jazz", "rock", "jazz|rock", None],
    "year": [1990, 2000, None, 2010],
}


def split_with(items, train=TRAIN):
    train = csr_matrix(train)
    none = csr_matrix(train.shape, dtype=np.float32)
    n_users, n_items = train.shape
    return Split(train, none, none, np.arange(n_users), np.arange(n_items), items, None, "random")


def test_attributes_are_principal_components_of_what_the_catalogue_says():
    made = article_features(split_with(pl.DataFrame(CATALOGUE)), n_features=4)
    assert made.names == ("attributes 1", "attributes 2", "attributes 3", "popularity")
    table = np.array([[1, 0, 0], [0, 1, 0.5], [1, 1, 0.5], [0, 0, 1]])  # jazz, rock, year
    centred = table - table.mean(axis=0)
    left, values, _ = np.linalg.svd(centred, full_matrices=False)
    for place in range(3):
        assert abs(np.corrcoef(made.item[:, place], left[:, place])[0, 1]) == pytest.approx(1)
    assert (np.diff(values) < 0).all()


def test_popularity_and_means_by_hand():
    made = article_features(split_with(pl.DataFrame(CATALOGUE)), n_features=1)
    # counts 1, 3, 1, 0; logs over the largest
    half = np.log(2) / np.log(4)
    assert made.item[:, 0].tolist() == pytest.approx([half, 1, half, 0])
    # users' means (half + 1) / 2 twice, 1, then the mean of these; scaled to [0, 1]
    assert made.user[:, 0].tolist() == pytest.approx([0, 0, 1, 1 / 3])


@pytest.mark.parametrize(
    "items",
    [
        pd.DataFrame(CATALOGUE),
        pl.DataFrame(CATALOGUE).with_columns(pl.col("kind").str.split("|")),
        pd.DataFrame({**CATALOGUE, "kind": [["jazz"], ["rock"], ["jazz", "rock"], None]}),
    ],
    ids=["pandas", "polars lists", "pandas lists"],
)
def test_the_kind_of_frame_does_not_matter(items):
    expected = article_features(split_with(pl.DataFrame(CATALOGUE)), n_features=4)
    made = article_features(split_with(items), n_features=4)
    np.testing.assert_allclose(made.item, expected.item, atol=1e-6)
    np.testing.assert_allclose(made.user, expected.user, atol=1e-6)


def test_names_of_single_items_are_not_attributes():
    items = pl.DataFrame(
        {"item_id": [1, 2, 3, 4], "kind": ["a", "a", "b", "b"], "sku": list("wxyz")}
    )
    assert article_features(split_with(items), 3).names[0] == "attributes 1"
    with_sku = article_features(split_with(items), 3).item
    without = article_features(split_with(items.drop("sku")), 3).item
    np.testing.assert_array_equal(with_sku, without)


def test_without_attributes_the_train_matrix_fills_up():
    rng = np.random.default_rng(0)
    kind = np.arange(40) % 2
    taste = rng.integers(2, size=60)
    train = (rng.random((60, 40)) < np.where(taste[:, None] == kind, 0.4, 0.02)).astype(np.float32)
    made = article_features(split_with(None, train), n_features=5)
    assert made.names == (*(f"behaviour {n}" for n in (1, 2, 3, 4)), "popularity")
    # Two kinds of taste: one of the first two vectors tells them apart.
    apart = [abs(np.corrcoef(made.item[:, place], kind)[0, 1]) for place in (0, 1)]
    assert max(apart) > 0.8
    again = article_features(split_with(None, train), n_features=5)
    np.testing.assert_array_equal(made.item, again.item)


def test_everything_lies_between_zero_and_one_and_only_train_is_read():
    parts = split_with(pl.DataFrame(CATALOGUE))
    made = article_features(parts)
    for table in (made.user, made.item):
        assert table.dtype == np.float32
        assert table.shape == (4, 5)
        assert table.min() >= 0
        assert table.max() <= 1
    ones = csr_matrix(np.ones((4, 4), dtype=np.float32) - TRAIN)
    peeking = Split(
        parts.train, ones, ones, parts.user_ids, parts.item_ids, parts.items, None, "random"
    )
    np.testing.assert_array_equal(article_features(peeking).user, made.user)


def test_ratings_count_as_interactions():
    plain = article_features(split_with(pl.DataFrame(CATALOGUE)))
    rated = article_features(split_with(pl.DataFrame(CATALOGUE), TRAIN * 4.5))
    np.testing.assert_array_equal(plain.user, rated.user)


def test_too_few_features():
    with pytest.raises(ValueError, match="at least 1"):
        article_features(split_with(None), n_features=0)
