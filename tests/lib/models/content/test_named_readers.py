"""Texts can be read by words alone or mixed up by saying so, in every model that takes vectors."""

from typing import ClassVar

import numpy as np
import polars as pl
import pytest

from longtail_lib.models import ContentKNN, EaseText, SASRec, item_vectors, shuffled_vectors
from longtail_lib.models.content._item_vectors import _states
from longtail_lib.preprocessing import Split
from longtail_lib.text import TfidfSvd, list_encoders

TEXTS = ["red lamp", "red lamp", "blue boat", "blue boat", "red boat", None]


@pytest.fixture
def parts():
    items = pl.DataFrame({"item_id": range(6), "text": TEXTS})
    train = [[1, 0, 1, 0, 0, 0], [0, 1, 0, 0, 1, 1], [1, 0, 0, 1, 0, 1]]
    return Split.from_matrices(train, item_ids=range(6), items=items)


def test_words_are_compressed_tf_idf_of_the_catalogue(parts):
    texts = [text for text in TEXTS if text]
    wanted = TfidfSvd(3).fit(texts).encode(texts)
    found = item_vectors(parts, "words")
    np.testing.assert_allclose(found[:5] @ found[:5].T, wanted @ wanted.T, atol=1e-6)
    assert not found[5].any()
    assert found[0] @ found[1] == pytest.approx(1)
    assert found[0] @ found[2] < 0.5


def test_a_name_stands_for_its_vectors(parts):
    given = EaseText(l2=1.0, vectors=item_vectors(parts, "words"), space="raw").fit(parts)
    named = EaseText(l2=1.0, vectors="words", space="raw").fit(parts)
    np.testing.assert_allclose(named.weights_, given.weights_, atol=1e-6)


def test_a_name_goes_to_the_file_so_that_a_loaded_model_reads_the_same(parts, tmp_path):
    named = ContentKNN("words", space="raw").fit(parts)
    again = ContentKNN.load(named.save(tmp_path / "knn.npz"))
    assert again.vectors == "words"
    np.testing.assert_array_equal(again.score([0, 1]), named.score([0, 1]))
    array = ContentKNN(item_vectors(parts, "words")).fit(parts)
    assert ContentKNN.load(array.save(tmp_path / "knn.npz")).vectors is None


def test_shuffled_texts_are_those_of_other_items(parts, monkeypatch):
    own = np.eye(6, dtype=np.float32)
    monkeypatch.setattr(EaseText, "_encoded_texts", lambda self, parts: own)
    found = EaseText(vectors="shuffled")._text_vectors(parts)
    np.testing.assert_array_equal(found, shuffled_vectors(own))


class Reader:
    """Stands for a pretrained encoder of the ladder; notes by which name it was asked for."""

    asked: ClassVar[list] = []

    def __init__(self, source=None):
        self.asked.append(source)
        self.model_hash = f"hash of {source}"

    def encode(self, texts):
        return np.array([[len(text), text.count("o")] for text in texts], np.float32)


@pytest.mark.parametrize("name", [None, *(encoder.name for encoder in list_encoders())])
def test_encoders_are_taken_by_their_names(parts, monkeypatch, name):
    monkeypatch.setattr("longtail_lib.text.TextEncoder", Reader)
    Reader.asked.clear()
    given = EaseText(l2=1.0, vectors=item_vectors(parts, Reader()), space="raw").fit(parts)
    named = EaseText(l2=1.0, vectors=name, space="raw").fit(parts)
    np.testing.assert_array_equal(named.weights_, given.weights_)
    np.testing.assert_array_equal(item_vectors(parts, name), given.vectors)
    assert Reader.asked == [None, name, name]


def test_a_sequence_model_knows_which_encoder_it_read_with(parts, monkeypatch):
    monkeypatch.setattr("longtail_lib.text.TextEncoder", Reader)
    model = SASRec(fusion="text", vectors="e5")
    np.testing.assert_array_equal(model._text_vectors(parts), item_vectors(parts, "e5"))
    assert model._text_encoder == "hash of e5"


def test_a_language_model_reads_once_for_all_fits_of_a_search(parts, monkeypatch):
    monkeypatch.setattr("longtail_lib.language.LanguageModel", Reader)
    Reader.asked.clear()
    _states.cache_clear()
    given = EaseText(l2=1.0, vectors=item_vectors(parts, Reader()), space="raw").fit(parts)
    for _ in range(3):
        named = EaseText(l2=1.0, vectors="smollm", space="raw").fit(parts)
        np.testing.assert_array_equal(named.weights_, given.weights_)
    assert Reader.asked == [None, None]
    model = SASRec(fusion="text", vectors="smollm")
    np.testing.assert_array_equal(model._text_vectors(parts), given.vectors)
    assert model._text_encoder == "hash of None"
    _states.cache_clear()


def test_bad_input(parts):
    with pytest.raises(ValueError, match=r"vectors must be .* or one of 'words', 'shuffled'"):
        EaseText(vectors="phrases").fit(parts)
    few = pl.DataFrame({"item_id": range(6), "text": ["lamp", *[None] * 5]})
    with pytest.raises(ValueError, match="no word stands in at least 2 texts"):
        item_vectors(Split.from_matrices(np.eye(6), items=few), "words")
