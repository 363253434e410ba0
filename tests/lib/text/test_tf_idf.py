"""Words and their weights, against scikit-learn."""

import numpy as np
import pytest
from sklearn.feature_extraction.text import TfidfVectorizer

from longtail_lib.text import BagOfWords, TfIdf
from longtail_lib.text._tfidf_svd import words_of

TEXTS = [
    "A red lamp, a red map.",
    "Red lamp for the sea",
    "The sea, the sea; and a map",
    "Grandmother's lamp",
    "grandmother's map of the SEA 12",
]


def test_weights_are_those_of_scikit_learn():
    peer = TfidfVectorizer(tokenizer=words_of, token_pattern=None, lowercase=False, min_df=2)
    wanted = peer.fit_transform(TEXTS)
    encoder = TfIdf(min_texts=2).fit(TEXTS)
    assert encoder.words_.vocabulary_.tolist() == sorted(peer.vocabulary_)
    np.testing.assert_allclose(encoder.encode(TEXTS).toarray(), wanted.toarray(), atol=1e-12)
    assert encoder.n_parameters == len(peer.vocabulary_)


def test_a_text_without_known_words_has_the_zero_vector():
    assert TfIdf().fit(TEXTS).encode(["xylophone", ""]).nnz == 0


def test_words_of_one_text_are_left_out():
    assert "for" not in BagOfWords(2).fit(TEXTS).vocabulary_
    assert "for" in BagOfWords(1).fit(TEXTS).vocabulary_


@pytest.mark.parametrize(
    ("texts", "error", "words"),
    [
        ("one text", TypeError, "brackets"),
        (["a", None], TypeError, "text 1 is NoneType"),
        ([], ValueError, "no text"),
        (["alpha", "beta"], ValueError, "at least 2 texts"),
    ],
)
def test_bad_texts_are_refused(texts, error, words):
    with pytest.raises(error, match=words):
        TfIdf().fit(texts)


def test_labels_given_in_vain_and_encode_before_fit_are_refused():
    with pytest.raises(ValueError, match="without labels"):
        TfIdf().fit(TEXTS, labels=[1, 2, 3, 4, 5])
    with pytest.raises(RuntimeError, match="not fitted"):
        TfIdf().encode(TEXTS)
