"""GGUF files: weights as they were written, and nothing read that a damaged file declares."""

import struct

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from longtail_lib.language import LanguageModel
from longtail_lib.language._llama_settings import llama_settings, llama_weights
from longtail_lib.language._read_gguf import read_gguf
from tests.lib.language.tiny_llama import METADATA, TOKENS, WIDTH, gguf, make_llama, tensors


def test_weights_come_back_within_half_a_step(tiny_file):
    file = read_gguf(tiny_file)
    for name, (kind, weights) in tensors().items():
        found = file.array(name, weights.shape)
        assert found.dtype == np.float32
        blocks = weights.reshape(-1, 32)
        spread = np.ptp(blocks, axis=1) / 15 if kind == 3 else abs(blocks).max(axis=1) / 127
        # Half a step of rounding, and what float16 loses of the scale over all steps.
        allowed = {0: 1e-6, 3: 0.5 * spread + 0.02, 8: 0.5 * spread + 0.05}[kind]
        off = abs(found.reshape(-1, 32) - blocks).max(axis=1)
        assert (off <= allowed).all(), name


def test_a_block_of_four_bits_by_hand(tmp_path):
    codes = bytes([0x10 * 3 + 1] + [0] * 15)
    raw = np.float16(0.5).tobytes() + np.float16(-2).tobytes() + codes
    content = gguf({}, {"w": (0, np.zeros((1, 32)))})
    head = content[: -32 * 4]
    at = head.index(b"w" + struct.pack("<I2Q", 2, 32, 1)) + 21
    head = head[:at] + struct.pack("<I", 3) + head[at + 4 :]
    path = tmp_path / "one.gguf"
    path.write_bytes(head + raw)
    found = read_gguf(path).array("w", (1, 32))[0]
    # 1 in the low bits is weight 0; 3 in the high bits is weight 16.
    assert found[[0, 1, 16, 17]].tolist() == [0.5 * 1 - 2, -2, 0.5 * 3 - 2, -2]


def test_metadata_of_every_kind(tiny_file):
    found = read_gguf(tiny_file).metadata
    assert found["tokenizer.ggml.tokens"] == TOKENS
    assert found["some.flag"] is True
    assert found["llama.rope.freq_base"] == 500.0
    assert found["tokenizer.ggml.token_type"].tolist() == [3] * 3 + [1] * (len(TOKENS) - 3)


@pytest.mark.parametrize("kept", [0, 3, 4, 20, 100, 3000, -4000, -1])
def test_a_cut_off_file_is_refused(tiny_file, tmp_path, kept):
    path = tmp_path / "cut.gguf"
    path.write_bytes(tiny_file.read_bytes()[:kept])
    with pytest.raises(ValueError, match=r"cut\.gguf is no whole GGUF file"):
        read_gguf(path)


HUGE = struct.pack("<Q", 2**60)
DAMAGED = {
    "another file": (lambda b: b"PK\3\4" + b[4:], "does not begin with GGUF"),
    "another version": (lambda b: b[:4] + b"\4\0\0\0" + b[8:], "version 4"),
    "too many tensors": (lambda b: b[:8] + HUGE + b[16:], "declares 1,152,921"),
    "too many fields": (lambda b: b[:16] + HUGE + b[24:], "declares"),
    "a huge name": (lambda b: b[:24] + HUGE + b[32:], "declares"),
    "a name that is no text": (lambda b: b[:32] + b"\xff" + b[33:], "utf-8"),
    "an unknown kind of tensor": (lambda b: altered(b, 20, 2), "stored in the kind 2"),
    "no dimensions": (lambda b: altered(b, 0, 0), "has 0 dimensions"),
    "too many dimensions": (lambda b: altered(b, 0, 5), "has 5 dimensions"),
    "too many rows": (lambda b: altered(b, 12, 2**20), "reaches beyond its end"),
    "half a block": (lambda b: altered(b, 4, 33), "has shape"),
    "a place beyond the end": (lambda b: altered(b, 28, 1), "reaches beyond its end"),
}


def altered(content, behind, number):
    """Write a number so many bytes behind the name of one tensor."""
    at = content.index(b"blk.0.attn_q.weight") + len("blk.0.attn_q.weight") + behind
    return content[:at] + struct.pack("<I", number) + content[at + 4 :]


@pytest.mark.parametrize(("damage", "said"), DAMAGED.values(), ids=DAMAGED)
def test_damage_is_told(tiny_file, tmp_path, damage, said):
    path = tmp_path / "odd.gguf"
    path.write_bytes(damage(tiny_file.read_bytes()))
    with pytest.raises(ValueError, match=said) as caught:
        read_gguf(path)
    assert str(path) in str(caught.value)


@given(st.integers(0, 12_000), st.integers(0, 255))
def test_no_changed_byte_of_the_header_does_harm(tiny_file, tmp_path_factory, place, value):
    content = bytearray(tiny_file.read_bytes())
    content[place] = value
    path = tmp_path_factory.mktemp("changed") / "tiny.gguf"
    path.write_bytes(content)
    try:
        file = read_gguf(path)
        weights = list(llama_weights(file, llama_settings(file)))
    except ValueError as error:
        told = str(path) in str(error)
    else:
        told = sum(a.size for part in weights for a in part.values()) < 200_000
    assert told


WRONG = {
    "another family": ({"general__architecture": "gpt2"}, "general.architecture is 'gpt2'"),
    "no blocks": ({"llama__block_count": 0}, "block_count must be a positive integer, got 0"),
    "no width": ({"llama__embedding_length": None}, "embedding_length must be .* got None"),
    "another width": ({"llama__embedding_length": 64}, "has shape|not the whole head"),
    "more blocks": ({"llama__block_count": 3}, "lacks the tensor blk.2"),
    "odd heads": ({"llama__attention__head_count": 3}, "no multiple of the heads"),
    "odd sharing": ({"llama__attention__head_count_kv": 3}, "no multiple of those of keys"),
    "half a turn": ({"llama__rope__dimension_count": 4}, "not the whole head"),
    "scaled": ({"llama__rope__scaling__type": "yarn"}, "positions are scaled"),
    "no epsilon": ({"llama__attention__layer_norm_rms_epsilon": None}, "lack their epsilon"),
    "another tokenizer": ({"tokenizer__ggml__pre": "llama-bpe"}, "'gpt2' with 'llama-bpe'"),
    "no words": ({"tokenizer__ggml__tokens": None}, "lacks tokenizer.ggml.tokens"),
    "a word twice": ({"tokenizer__ggml__tokens": [*TOKENS[:-1], "!"]}, "vocabulary is damaged"),
    "an unknown merge": ({"tokenizer__ggml__merges": ["no such"]}, "vocabulary is damaged"),
    "another vocabulary": ({"llama__vocab_size": 7}, "has shape|vectors for 7"),
}


@pytest.mark.parametrize(("changes", "said"), WRONG.values(), ids=WRONG)
def test_a_model_that_would_be_computed_wrongly_is_refused(tmp_path, changes, said):
    path = make_llama(tmp_path / "odd.gguf", **changes)
    with pytest.raises(ValueError, match=said) as caught:
        LanguageModel(path).hidden_states(["lamp"])
    assert str(path) in str(caught.value)


def test_weights_that_are_no_numbers_are_refused(tmp_path):
    parts = tensors()
    kind, weights = parts["output_norm.weight"]
    parts["output_norm.weight"] = (kind, np.where(np.arange(WIDTH) == 3, np.nan, weights))
    path = tmp_path / "nan.gguf"
    path.write_bytes(gguf(METADATA, parts))
    with pytest.raises(ValueError, match=r"output_norm\.weight holds what is no number"):
        LanguageModel(path).hidden_states(["lamp"])
