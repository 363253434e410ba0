"""Titles and descriptions of the simulated catalogues: what they tell, and what they must not."""

import numpy as np
import pytest
from sklearn.feature_extraction.text import TfidfVectorizer
from sklearn.linear_model import Ridge, RidgeClassifier
from sklearn.model_selection import cross_val_predict, cross_val_score

from longtail_lib.datasets import load_dataset
from longtail_lib.simulation import PRESETS
from longtail_lib.simulation._catalogue import vocabulary_of


@pytest.mark.parametrize("name", PRESETS)
def test_titles_are_unique_and_read_as_titles(name):
    items = load_dataset(name, truth=False).items
    assert items["title"].n_unique() == len(items)
    assert items["item_id"].is_sorted()
    words = items["title"].str.split(" ").list.len()
    assert words.min() >= 2
    assert words.max() <= 9
    assert not items["title"].str.contains(r"\d|[{}]").any()
    assert not items["text"].str.contains(r"[{}]|\.\.|  ").any()
    assert all(
        text.startswith(title) for title, text in zip(items["title"], items["text"], strict=True)
    )


@pytest.mark.parametrize("name", PRESETS)
def test_text_tells_the_attributes_in_other_words(name):
    items = load_dataset(name, truth=False).items
    words = TfidfVectorizer(sublinear_tf=True).fit_transform(items["text"].to_list())
    names = list(vocabulary_of(PRESETS[name].vocabulary).attributes)
    for attribute, least in ((names[0], 0.9), (names[1], 0.9), (names[2], 0.4)):
        labels = items[attribute].to_numpy()
        found = cross_val_score(RidgeClassifier(), words, labels, cv=3).mean()
        assert found > least, attribute
    literal = [
        value in text.lower() for value, text in zip(items[names[1]], items["text"], strict=True)
    ]
    assert np.mean(literal) < 0.6


def test_text_does_not_tell_residual_or_appeal():
    shop = load_dataset("shop")
    words = TfidfVectorizer(sublinear_tf=True).fit_transform(shop.items["text"].to_list())

    def explained(target):
        target = np.asarray(target, dtype=float)
        found = cross_val_predict(Ridge(alpha=3.0), words, target, cv=4)
        return 1 - ((target - found) ** 2).sum() / ((target - target.mean(axis=0)) ** 2).sum()

    assert explained(shop.truth.item_taste) > 0.7
    assert explained(shop.truth.item_residual) < 0.02
    assert explained(shop.truth.appeal) < 0.02
