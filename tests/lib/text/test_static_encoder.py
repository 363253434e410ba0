"""A table of token vectors against means taken by hand."""

import json
import subprocess
import sys

import numpy as np
import pytest
from safetensors.numpy import save_file
from tokenizers import Tokenizer, pre_tokenizers
from tokenizers.models import BPE
from tokenizers.processors import TemplateProcessing

from longtail_lib.text import TextEncoder, find_encoder
from tests.lib.text.fetched import needs

BYTES = [f"<0x{byte:02X}>" for byte in range(256)]
SIGNS = ["<unk>", "<s>", *BYTES, "\u2581", *"ablmpr", "la", "mp", "lamp", "\u2581lamp", "\u2581map"]
MERGES = [("l", "a"), ("m", "p"), ("la", "mp"), ("\u2581", "lamp")]


def make_table(folder, seed=0, name="embedding.weight", **changes):
    """A folder as `fetch_encoder` leaves it, with a byte-pair tokenizer as Llama's."""
    folder.mkdir(parents=True, exist_ok=True)
    config = {"model_type": "static", "hidden_size": 8, "vocab_size": len(SIGNS)}
    (folder / "config.json").write_text(json.dumps(config | changes))
    table = np.random.default_rng(seed).normal(size=(len(SIGNS), 8)).astype(np.float16)
    save_file({name: table}, folder / "model.safetensors")
    vocabulary = {sign: place for place, sign in enumerate(SIGNS)}
    tokenizer = Tokenizer(BPE(vocabulary, MERGES, unk_token="<unk>", byte_fallback=True))
    tokenizer.pre_tokenizer = pre_tokenizers.Metaspace(prepend_scheme="always")
    tokenizer.post_processor = TemplateProcessing(
        single="<s> $A", special_tokens=[("<s>", SIGNS.index("<s>"))]
    )
    tokenizer.save(str(folder / "tokenizer.json"))
    return folder, table.astype(np.float64)


@pytest.fixture
def made(tmp_path):
    return make_table(tmp_path / "table")


def mean(table, signs):
    vector = table[[SIGNS.index(sign) for sign in signs]].mean(axis=0)
    return vector / np.linalg.norm(vector)


def test_a_text_is_the_mean_of_its_tokens_without_the_mark_of_its_start(made):
    folder, table = made
    vectors = TextEncoder(folder, cache=False).encode(["lamp", "lamp lamp mp", "mp lamp lamp"])
    assert vectors.dtype == np.float32
    np.testing.assert_allclose(vectors[0], mean(table, ["\u2581lamp"]), atol=1e-6)
    wanted = mean(table, ["\u2581lamp", "\u2581lamp", "\u2581", "mp"])
    # Whatever the order.
    np.testing.assert_allclose(vectors[1:], [wanted, wanted], atol=1e-6)


def test_a_text_of_bytes_alone_is_an_unknown_one(made):
    folder, table = made
    with pytest.warns(
        UserWarning, match=r"5 of 6 tokens .* in 2 of 4 texts, such as '漢', 'é'; 1 "
    ):
        found = TextEncoder(folder, cache=False).encode(["漢", "lampé", "", " "])
    assert not found[[0, 2, 3]].any()
    assert 0 < found[1] @ mean(table, ["\u2581lamp"]) < 1


def test_no_text_is_too_long_and_the_first_tokens_are_read(made):
    folder, table = made
    long = ["lamp " * 3000 + "mp"]
    found = TextEncoder(folder, cache=False, max_tokens=2999).encode(long)
    np.testing.assert_allclose(found[0], mean(table, ["\u2581lamp"]), atol=1e-5)
    read = TextEncoder(folder, cache=False, max_tokens=5000).encode(long)
    assert abs(read - found).max() > 1e-6


def test_it_says_what_it_is_and_needs_no_tensorflow(made, tmp_path):
    folder, table = made
    encoder = TextEncoder(folder)
    assert (encoder.n_parameters, encoder.dimensions) == (table.size, 8)
    assert TextEncoder(make_table(tmp_path / "b", seed=1)[0]).model_hash != encoder.model_hash
    code = f"""
import sys
from longtail_lib.text import TextEncoder
print(TextEncoder({str(folder)!r}, cache=False).encode(["lamp"]).shape)
print(sorted({{"tensorflow", "keras", "torch"}} & set(sys.modules)))
"""
    said = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert said.stdout.split("\n")[:2] == ["(1, 8)", "[]"]


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"hidden_size": 9}, r"has shape .*, and config.json says \(\d+, 9\)"),
        ({"vocab_size": 0}, "vocab_size must be a positive integer"),
        ({"name": "other"}, "does not hold embedding.weight"),
    ],
)
def test_another_table_is_refused(tmp_path, changes, said):
    folder, _ = make_table(tmp_path / "odd", **changes)
    with pytest.raises(ValueError, match=said):
        TextEncoder(folder, cache=False).encode(["lamp"])


@needs("static")
def test_the_published_table():
    encoder = TextEncoder("static", cache=False)
    raw = (find_encoder("static") / "model.safetensors").read_bytes()
    table = np.frombuffer(raw[-32_000 * 256 * 2 :], "<f2").reshape(32_000, 256).astype(float)
    tokenizer = Tokenizer.from_file(str(find_encoder("static") / "tokenizer.json"))
    texts = ["a red lamp", "a kitten naps", "a cat sleeps"]
    # As its authors' `embed` reads: no special token, the mean of all others.
    wanted = [table[tokenizer.encode(t, add_special_tokens=False).ids].mean(0) for t in texts]
    wanted /= np.linalg.norm(wanted, axis=1, keepdims=True)
    vectors = encoder.encode(texts)
    np.testing.assert_allclose(vectors, wanted, atol=1e-5)
    assert vectors[1] @ vectors[2] > 0.1 + vectors[0] @ vectors[1]
    with pytest.warns(UserWarning, match="does not know"):
        assert not encoder.encode(["🎉"]).any()
