"""Vectors against BERT in plain NumPy, whatever the batch, the order and the cache."""

import json
import subprocess
import sys

import numpy as np
import pandas as pd
import polars as pl
import pytest

from longtail_lib.text import TextEncoder, find_encoder
from tests.lib.text.bert_oracle import bert_vector, read_safetensors
from tests.lib.text.tiny_bert import make_bert, token_ids

TEXTS = ["red lamp", "old blue maps sea", "sea", "lamp", "old maps red sea blue lamps map lamp"]


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    return make_bert(tmp_path_factory.mktemp("bert") / "tiny")


@pytest.fixture(scope="module")
def encoder(folder):
    return TextEncoder(folder, cache=False, max_tokens=32)


@pytest.fixture(scope="module")
def vectors(encoder):
    return encoder.encode(TEXTS)


def oracle(folder, texts=TEXTS, pooling="mean"):
    return np.array([bert_vector(folder, token_ids(text), pooling) for text in texts])


def test_vectors_are_those_of_the_oracle(folder, vectors):
    assert vectors.dtype == np.float32
    np.testing.assert_allclose(vectors, oracle(folder), atol=1e-5)
    # The texts are apart, so that agreement says something.
    cosines = vectors @ vectors.T
    assert cosines[~np.eye(5, dtype=bool)].max() < 0.99


@pytest.mark.parametrize("batch_tokens", [1, 7, 20, 10_000])
def test_batches_and_order_do_not_matter(folder, encoder, vectors, batch_tokens):
    other = TextEncoder(folder, cache=False, max_tokens=32, batch_tokens=batch_tokens)
    other._network = encoder._network
    order = [4, 0, 3, 1, 2, 0]
    found = other.encode([TEXTS[place] for place in order])
    np.testing.assert_allclose(found, vectors[order], atol=1e-6)


def test_the_first_tokens_are_read(folder, encoder):
    short = TextEncoder(folder, cache=False, max_tokens=4)
    short._network = encoder._network
    np.testing.assert_allclose(
        short.encode(["red lamp sea map", "red lamp"]),
        encoder.encode(["red lamp", "red lamp"]),
        atol=1e-6,
    )


def test_a_folder_that_asks_for_the_first_token_gets_it(tmp_path):
    folder = make_bert(tmp_path / "cls")
    (folder / "1_Pooling").mkdir()
    settings = {"pooling_mode_cls_token": True, "pooling_mode_mean_tokens": False}
    before = TextEncoder(folder, max_tokens=32).model_hash
    (folder / "1_Pooling" / "config.json").write_text(json.dumps(settings))
    encoder = TextEncoder(folder, cache=False, max_tokens=32)
    np.testing.assert_allclose(encoder.encode(TEXTS), oracle(folder, pooling="cls"), atol=1e-5)
    assert encoder.model_hash != before
    settings["pooling_mode_max_tokens"] = True
    (folder / "1_Pooling" / "config.json").write_text(json.dumps(settings))
    with pytest.raises(ValueError, match=r"asks for .*cls_token.*max_tokens"):
        TextEncoder(folder, max_tokens=8, cache=False).encode(["lamp"])
    for text in ("[]", '["cls"]', "3", "null", "", "[" * 100_000):
        (folder / "1_Pooling" / "config.json").write_text(text)
        with pytest.raises(ValueError, match=r"1_Pooling.config.json is no JSON of a model"):
            TextEncoder(folder, max_tokens=8, cache=False).encode(["lamp"])


def test_texts_without_a_token_have_the_zero_vector(encoder, vectors):
    found = encoder.encode(["", "red lamp", "  \n"])
    assert not found[[0, 2]].any()
    np.testing.assert_allclose(found[1], vectors[0], atol=1e-6)
    assert encoder.encode([""]).shape == (1, 16)


def test_a_text_of_unknown_tokens_is_an_empty_one(encoder, vectors):
    with pytest.warns(UserWarning, match="does not know") as caught:
        found = encoder.encode(["🎉", "መብራት ጫማ", "red lamp", "👟👟👟", "red 🍕 lamp"])
    assert not found[[0, 1, 3]].any()
    np.testing.assert_allclose(found[2], vectors[0], atol=1e-6)
    # What is known of a text still counts, and so does that there was something else.
    assert 0 < found[4] @ found[2] < 1 - 1e-6
    assert len(caught) == 1
    assert caught[0].filename == __file__
    said = str(caught[0].message)
    # 1 + 2 + 2 + 1 + 3 tokens, of which 1 + 2 + 0 + 1 + 1 are unknown.
    assert "5 of 9 tokens (55.56%) in 4 of 5 texts, such as '🎉', 'መብራት', 'ጫማ'; 3 of these" in said


def test_known_texts_are_encoded_without_a_word(encoder, recwarn):
    encoder.encode([*TEXTS, "", " "])
    assert not recwarn.list


def test_unknown_texts_are_not_kept_and_told_each_time(folder, encoder, tmp_path):
    cached = TextEncoder(folder, cache=tmp_path, max_tokens=32)
    cached._network = encoder._network
    for known in (0, 1):
        with pytest.warns(UserWarning, match="1 of .* tokens .* 1 of these texts hold nothing"):
            assert not cached.encode(["ጫማ", *["red lamp"] * (1 - known)])[0].any()
    assert cached.encode(["red lamp"]).any()


def test_columns_of_frames(encoder, vectors):
    for column in (pl.Series(TEXTS), pd.Series(TEXTS), tuple(TEXTS), iter(TEXTS)):
        np.testing.assert_allclose(encoder.encode(column), vectors, atol=1e-6)


@pytest.mark.parametrize("column", [["lamp", None], pl.Series(["lamp", None]), ["lamp", 3]])
def test_a_missing_text_is_told_by_its_place(encoder, column):
    with pytest.raises(TypeError, match=r"text 1 is .*fill missing texts"):
        encoder.encode(column)


def test_one_text_and_no_text_are_refused(encoder):
    with pytest.raises(TypeError, match="brackets"):
        encoder.encode("lamp")
    with pytest.raises(ValueError, match="no text"):
        encoder.encode([])


def test_odd_characters_are_no_error(encoder):
    with pytest.warns(UserWarning, match="does not know"):
        found = encoder.encode(["lamp \ud800", "漢字 lamp \x00", "lamp " * 5000])
    np.testing.assert_allclose(np.linalg.norm(found, axis=1), 1, atol=1e-6)


def test_fit_does_nothing_and_takes_no_labels(encoder, vectors):
    assert encoder.fit(["sea"]) is encoder
    np.testing.assert_array_equal(encoder.encode(TEXTS[:1]), encoder.encode(TEXTS[:1]))
    with pytest.raises(ValueError, match="without labels"):
        encoder.fit(["sea"], ["x"])


def test_it_says_what_it_is(folder, encoder):
    assert encoder.folder == folder
    assert encoder.dimensions == 16
    weights = read_safetensors(folder / "model.safetensors")
    assert encoder.n_parameters == sum(
        value.size for name, value in weights.items() if not name.startswith("pooler")
    )
    hashes = {TextEncoder(folder, max_tokens=n).model_hash for n in (8, 9)}
    assert len(hashes) == 2
    assert all(len(value) == 64 for value in hashes)


def test_the_hash_knows_the_weights(folder, tmp_path):
    other = make_bert(tmp_path / "other", seed=1)
    assert TextEncoder(other).model_hash != TextEncoder(folder).model_hash
    assert TextEncoder(make_bert(tmp_path / "same")).model_hash == TextEncoder(folder).model_hash


def test_more_tokens_than_positions(folder):
    with pytest.raises(ValueError, match=r"max_tokens is 33, .* positions for 32"):
        TextEncoder(folder, max_tokens=33, cache=False).encode(["lamp"])


BAD_CONFIGS = {
    "another family": ({"model_type": "gpt2"}, "model_type is 'gpt2', expected 'bert'"),
    "another activation": ({"hidden_act": "silu"}, "hidden_act is 'silu'"),
    "other positions": ({"position_embedding_type": "relative_key"}, "position_embedding_type"),
    "a recipe": ({"registered_name": None}, "recipe for Keras objects"),
    "no width": ({"hidden_size": "16"}, "hidden_size must be a positive integer"),
    "other weights": ({"hidden_size": 8}, "does not hold the weights that config.json describes"),
}


@pytest.mark.parametrize(("changes", "said"), BAD_CONFIGS.values(), ids=BAD_CONFIGS)
def test_what_is_no_bert_is_refused(tmp_path, changes, said):
    folder = make_bert(tmp_path / "odd", **changes)
    with pytest.raises(ValueError, match=said) as caught:
        TextEncoder(folder, max_tokens=8, cache=False).encode(["lamp"])
    assert str(folder) in str(caught.value)


def test_cut_off_files_are_named(tmp_path):
    for name, said in (
        ("model.safetensors", "does not hold the weights"),
        ("config.json", "no JSON"),
        ("tokenizer.json", "no tokenizer"),
    ):
        folder = make_bert(tmp_path / name)
        (folder / name).write_bytes((folder / name).read_bytes()[:-40])
        with pytest.raises(ValueError, match=rf"{name} .*{said}|{name} is {said}"):
            TextEncoder(folder, max_tokens=8, cache=False).encode(["lamp"])


def test_progress_counts_the_texts_that_are_computed(folder, encoder, capsys, tmp_path):
    loud = TextEncoder(folder, max_tokens=32, progress=True, cache=tmp_path)
    loud._network = encoder._network
    loud.encode([*TEXTS, TEXTS[0], ""])
    said = capsys.readouterr()
    assert "5/5" in said.err
    assert said.out == ""
    encoder.encode(TEXTS)
    loud.encode(TEXTS)
    assert capsys.readouterr().err == ""


# ---------------------------------------------------------------- the real weights


@pytest.fixture(scope="module")
def minilm():
    return TextEncoder(cache=False)


REAL = [
    "A cat sleeps on the sofa.",
    "The kitten naps.",
    "A cordless power drill with two batteries.",
    "Ein Film über die See, café naïve 漢字 (2003) Comedy|Drama",
]


def test_minilm_is_the_published_model(minilm):
    from tokenizers import BertWordPieceTokenizer

    folder = find_encoder()
    with pytest.warns(UserWarning, match=r"does not know 1 of 37 tokens .* such as '字'; 0 of"):
        vectors = minilm.encode(REAL)
    # From vocab.txt, so that tokenizer.json is checked, too.
    tokenizer = BertWordPieceTokenizer(str(folder / "vocab.txt"), lowercase=True)
    expected = [bert_vector(folder, tokenizer.encode(text).ids) for text in REAL]
    np.testing.assert_allclose(vectors, expected, atol=1e-5)
    assert minilm.n_parameters == 22_565_376
    cosines = vectors @ vectors.T
    assert cosines[0, 1] > 0.5
    assert cosines[0, 2] < 0.2


def test_what_minilm_cannot_read_does_not_look_alike(minilm):
    foreign = ["🎉", "🍕🍔", "መብራት", "ጫማ", "โคมไฟสีแดง"]
    # Of the last text it knows single letters.
    with pytest.warns(UserWarning, match=r"know 5 of 13 tokens .* in 5 of 6 texts, .*'🎉'"):
        found = minilm.encode([*foreign, "รองเท้าวิ่ง"])
    assert not found[:5].any()
    assert found[5].any()


def test_cached_vectors_need_no_tensorflow(folder, encoder, vectors, tmp_path):
    first = TextEncoder(folder, max_tokens=32, cache=tmp_path)
    first._network = encoder._network
    first.encode(TEXTS)
    code = f"""
import sys
from longtail_lib.text import TextEncoder
vectors = TextEncoder({str(folder)!r}, max_tokens=32, cache={str(tmp_path)!r}).encode({TEXTS!r})
heavy = {{"tensorflow", "keras", "keras_hub", "tokenizers", "torch"}} & set(sys.modules)
print(vectors.shape, sorted(heavy))
"""
    said = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert said.stdout.strip() == "(5, 16) []"
