"""What lesson 02 says about the probe on the shop, with room for other seeds and data."""

import pytest

from longtail_course.toys import (
    MaskedWord,
    RandomVectors,
    TextClassifier,
    interaction_vectors,
    neighbour_agreement,
)
from longtail_lib import load_dataset, prepare, split
from longtail_lib.tail import popularity_groups
from longtail_lib.text import TfIdf, TfidfSvd

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def shop_texts():
    return load_dataset("shop", truth=False).items["text"].to_list()


@pytest.fixture(scope="module")
def masked(shop_texts):
    return MaskedWord(seed=1).fit(shop_texts)


@pytest.fixture(scope="module")
def share(masked):
    parts = split(prepare(load_dataset("shop", truth=False), min_rating=4))
    texts, items = parts.items["text"].to_list(), parts.items
    spaces = {
        "random": RandomVectors().encode(texts),
        "interactions": interaction_vectors(parts.train),
        "words": TfIdf().fit(texts).encode(texts),
        "svd": TfidfSvd().fit(texts).encode(texts),
        "wide svd": TfidfSvd(256).fit(texts).encode(texts),
        "masked": masked.encode(texts),
        "classifier": TextClassifier(seed=1).fit(texts, items["category"]).encode(texts),
    }
    groups = popularity_groups(parts.popularity)
    return {
        (name, attribute, group): neighbour_agreement(each, items[attribute], groups.mask(group))
        for name, each in spaces.items()
        for attribute in ("category", "theme")
        for group in ("head", "tail")
    }


def test_interactions_lose_the_tail_and_texts_do_not(share):
    for attribute in ("category", "theme"):
        there = share["interactions", attribute, "head"].low
        assert there > 2 * share["interactions", attribute, "tail"].high
        for name in ("words", "masked"):
            tail = share[name, attribute, "tail"]
            assert tail.high > share[name, attribute, "head"].low
            assert tail.low > 3 * share["interactions", attribute, "tail"].high


def test_supervised_keeps_its_target_and_loses_another(share):
    assert share["classifier", "category", "tail"].low > share["words", "category", "tail"].high
    assert share["classifier", "theme", "tail"].high < share["words", "theme", "tail"].low - 0.1
    assert share["classifier", "theme", "tail"].low > share["random", "theme", "tail"].high


def test_hidden_words_teach_more_than_words_alone_by_a_little(share):
    for attribute in ("category", "theme"):
        masked, words = share["masked", attribute, "tail"], share["words", attribute, "tail"]
        assert 0 < masked.value - words.value < 0.2


def test_the_svd_is_short_of_dimensions(share):
    assert share["svd", "theme", "tail"].high < share["words", "theme", "tail"].low - 0.1
    assert (
        abs(share["wide svd", "theme", "tail"].value - share["words", "theme", "tail"].value) < 0.1
    )


def test_the_shop_does_not_teach_songs(masked, shop_texts):
    songs = load_dataset("music", truth=False).items
    lyrics = songs["text"].to_list()
    found = {
        name: neighbour_agreement(encoder.encode(lyrics), songs["subject"]).value
        for name, encoder in {
            "words": TfIdf().fit(shop_texts),
            "masked": masked,
            "at home": MaskedWord().fit(lyrics),
        }.items()
    }
    chance = songs["subject"].value_counts()["count"].max() / len(songs)
    assert found["masked"] > 3 * chance
    assert found["masked"] < found["words"] + 0.03
    assert found["at home"] > found["masked"] + 0.1
