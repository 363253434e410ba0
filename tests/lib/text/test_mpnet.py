"""MPNet on layers of Keras against MPNet in plain NumPy."""

import numpy as np
import pytest

from longtail_lib.text import TextEncoder, find_encoder
from longtail_lib.text._pooled_mpnet import distance_buckets
from tests.lib.text.bert_oracle import read_safetensors
from tests.lib.text.fetched import needs
from tests.lib.text.mpnet_oracle import bucket, mpnet_vector
from tests.lib.text.tiny_bert import token_ids
from tests.lib.text.tiny_mpnet import LONGEST, make_mpnet

# The last one is so long that its ends are in the farthest bucket.
TEXTS = ["red lamp", "old blue maps sea", "sea", " ".join(["red", "old", "lamp", "sea"] * 30)]


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    return make_mpnet(tmp_path_factory.mktemp("mpnet") / "tiny")


@pytest.fixture(scope="module")
def encoder(folder):
    return TextEncoder(folder, cache=False, max_tokens=LONGEST)


@pytest.fixture(scope="module")
def vectors(encoder):
    return encoder.encode(TEXTS)


def test_buckets_are_those_of_the_authors_formula():
    found = distance_buckets(512)
    wanted = [bucket(distance) for distance in range(-511, 512)]
    np.testing.assert_array_equal(found[511], wanted[:512])
    np.testing.assert_array_equal(found[0], wanted[511:])
    assert set(wanted) == set(range(32)) - {16}
    # It depends on the distance alone.
    np.testing.assert_array_equal(found[1:, 1:], found[:-1, :-1])


def test_vectors_are_those_of_the_oracle(folder, vectors):
    wanted = [mpnet_vector(folder, token_ids(text)) for text in TEXTS]
    np.testing.assert_allclose(vectors, wanted, atol=1e-5)
    cosines = vectors @ vectors.T
    assert cosines[~np.eye(4, dtype=bool)].max() < 0.99


def test_distances_matter(vectors, tmp_path):
    """The oracle would agree with a network that leaves them out, if they counted for nothing."""
    from safetensors.numpy import load_file, save_file

    folder = make_mpnet(tmp_path / "blind")
    weights = load_file(folder / "model.safetensors")
    weights["encoder.relative_attention_bias.weight"] *= 0
    save_file(weights, folder / "model.safetensors")
    blind = TextEncoder(folder, cache=False, max_tokens=LONGEST).encode(TEXTS)
    assert (blind * vectors).sum(axis=1).min() < 0.99


@pytest.mark.parametrize("batch_tokens", [1, 20, 10_000])
def test_padding_does_not_matter(folder, encoder, vectors, batch_tokens):
    other = TextEncoder(folder, cache=False, max_tokens=LONGEST, batch_tokens=batch_tokens)
    other._network = encoder._network
    np.testing.assert_allclose(other.encode(TEXTS[::-1]), vectors[::-1], atol=1e-6)


def test_it_says_what_it_is(folder, encoder):
    weights = read_safetensors(folder / "model.safetensors")
    assert encoder.n_parameters == sum(value.size for value in weights.values())
    assert encoder.dimensions == 16
    with pytest.raises(ValueError, match=rf"max_tokens is {LONGEST + 1}, .* for {LONGEST}"):
        TextEncoder(folder, cache=False, max_tokens=LONGEST + 1).encode(["lamp"])


BAD = {
    "other buckets": ({"relative_attention_num_buckets": 64}, "num_buckets is 64, expected 32"),
    "no buckets": ({"relative_attention_num_buckets": None}, "num_buckets is None, expected 32"),
    "another activation": ({"hidden_act": "silu"}, "hidden_act is 'silu'"),
    "another width": ({"hidden_size": 8}, "does not hold the weights that config.json describes"),
    "more blocks": ({"num_hidden_layers": 3}, "does not hold the weights that config.json"),
}


@pytest.mark.parametrize(("changes", "said"), BAD.values(), ids=BAD)
def test_what_is_no_such_mpnet_is_refused(tmp_path, changes, said):
    folder = make_mpnet(tmp_path / "odd", **changes)
    with pytest.raises(ValueError, match=said):
        TextEncoder(folder, max_tokens=8, cache=False).encode(["lamp"])


@needs("mpnet")
def test_the_published_model_is_that_of_the_oracle():
    from tokenizers import BertWordPieceTokenizer

    encoder, folder = TextEncoder("mpnet", cache=False), find_encoder("mpnet")
    texts = ["A cat sleeps on the sofa.", "The kitten naps.", "A power drill, café naïve"]
    vectors = encoder.encode(texts)
    # Another tokenizer over the same words, so that tokenizer.json is checked, too.
    words = encoder._tokenizer.get_vocab()
    signs = {"unk_token": "[UNK]", "cls_token": "<s>", "sep_token": "</s>", "pad_token": "<pad>"}
    peer = BertWordPieceTokenizer(words, lowercase=True, **signs)
    wanted = [mpnet_vector(folder, peer.encode(text).ids) for text in texts]
    np.testing.assert_allclose(vectors, wanted, atol=1e-5)
    assert encoder.n_parameters == 108_895_872
    cosines = vectors @ vectors.T
    assert cosines[0, 1] > 0.5 > 0.2 > cosines[0, 2]
