from dataclasses import replace

import numpy as np
import pandas as pd
import polars as pl
import pytest

from longtail_lib.models import item_vectors, shuffled_vectors
from longtail_lib.models.content._item_vectors import checked_vectors
from longtail_lib.text import TfIdf

TEXTS = ["a red lamp", None, "lamp", "   ", "red map", ""]


class Lengths:
    """The number of letters and of words, to see which text came to which row."""

    def encode(self, texts):
        self.seen = list(texts)
        return np.array([[len(text), len(text.split())] for text in texts], dtype=np.float64)


@pytest.fixture(params=[pl.DataFrame, pd.DataFrame], ids=["polars", "pandas"])
def catalogue(request, make_split):
    parts = make_split(np.eye(2, 6), item_ids=[3, 5, 8, 9, 12, 20])
    table = {"item_id": parts.item_ids, "title": TEXTS[::-1], "text": TEXTS, "n": range(6)}
    return replace(parts, items=request.param(table))


def test_rows_are_aligned_with_the_catalogue_and_have_length_one(catalogue):
    vectors = item_vectors(catalogue, Lengths())
    assert vectors.dtype == np.float32
    expected = np.array([[10, 3], [0, 0], [4, 1], [0, 0], [7, 2], [0, 0]], dtype=float)
    expected /= np.maximum(np.linalg.norm(expected, axis=1, keepdims=True), 1)
    np.testing.assert_allclose(vectors, expected, rtol=1e-6)


def test_items_without_text_never_reach_the_encoder_and_have_zero_rows(catalogue):
    encoder = Lengths()
    vectors = item_vectors(catalogue, encoder)
    assert encoder.seen == ["a red lamp", "lamp", "red map"]
    assert vectors.any(axis=1).tolist() == [True, False, True, False, True, False]


def test_another_column(catalogue):
    encoder = Lengths()
    item_vectors(catalogue, encoder, column="title")
    assert encoder.seen == ["red map", "lamp", "a red lamp"]


def test_sparse_encoders_are_taken(catalogue):
    encoder = TfIdf(min_texts=1).fit(["a red lamp", "map"])
    vectors = item_vectors(catalogue, encoder)
    np.testing.assert_allclose(vectors[0], encoder.encode(["a red lamp"]).toarray()[0], rtol=1e-6)


def test_without_an_encoder_the_pretrained_one_is_asked(catalogue, monkeypatch):
    import longtail_lib.text as encoders

    monkeypatch.setattr(encoders, "TextEncoder", lambda source: Lengths(), raising=False)
    assert np.array_equal(item_vectors(catalogue), item_vectors(catalogue, Lengths()))


def test_a_column_without_any_text_is_refused(catalogue):
    empty = replace(catalogue, items=pl.DataFrame({"text": pl.Series([None] * 6, dtype=pl.String)}))
    with pytest.raises(ValueError, match=r"none of the 6 items has text in column 'text'; choose"):
        item_vectors(empty, Lengths())


def test_bad_tables(catalogue):
    with pytest.raises(KeyError, match="no column 'story'; it has 'item_id', 'title', 'text', 'n'"):
        item_vectors(catalogue, Lengths(), column="story")
    with pytest.raises(TypeError, match="column 'n' must hold text, and row 0 holds int"):
        item_vectors(catalogue, Lengths(), column="n")
    with pytest.raises(ValueError, match="has no item table; read the log with items="):
        item_vectors(replace(catalogue, items=None), Lengths())


def test_vectors_that_do_not_fit(catalogue):
    good = np.ones((6, 2))
    assert checked_vectors(good, catalogue).dtype == np.float32
    for bad, error, message in (
        (good[:5], ValueError, r"one row for each of the 6 items .* got shape \(5, 2\)"),
        (good[0], ValueError, r"got shape \(2,\)"),
        (good * 0, ValueError, "all vectors are zero"),
        (good.astype(str), TypeError, "must be an array of numbers"),
        (np.where(np.arange(6)[:, None] == 2, np.nan, good), ValueError, r"row 2 \(item 8\)"),
    ):
        with pytest.raises(error, match=message):
            checked_vectors(bad, catalogue, "Model")


@pytest.mark.parametrize("seed", range(5))
def test_shuffled_vectors_are_a_permutation_in_which_nobody_keeps_his_own(seed):
    vectors = np.arange(20.0)[:, None] * np.ones(3)
    vectors[7] = 0
    shuffled = shuffled_vectors(vectors, seed)
    assert sorted(shuffled[:, 0]) == sorted(vectors[:, 0])
    same = np.flatnonzero((shuffled == vectors).all(axis=1))
    assert same.tolist() == [0, 7]
    assert np.array_equal(shuffled, shuffled_vectors(vectors, seed))
    assert not np.array_equal(shuffled, shuffled_vectors(vectors, seed + 100))
