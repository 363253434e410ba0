"""Likelihoods, greedy text and vectors, against a plain NumPy Llama and against themselves."""

import ast
import hashlib
import os
import subprocess
import sys

import numpy as np
import pytest

from longtail_lib.language import LanguageModel
from longtail_lib.language._chat_tokenizer import ChatTokenizer
from longtail_lib.language._log_likelihood import packed
from tests.lib.language.llama_oracle import log_probabilities, states_of
from tests.lib.language.tiny_llama import TOKENS, make_llama

PROMPTS = ["a red lamp", "a red lamp", "", "42 lamps:", "a red lamp", "the sea"]
AFTER = [" lamp", " red sea", "lamp", " 7", " l", " and the map of it"]


def by_oracle(file, prompt, continuation):
    tokens = ChatTokenizer(file)
    head = tokens.encode([prompt])[0] or [TOKENS.index("<|endoftext|>")]
    tail = tokens.encode([continuation])[0]
    table = log_probabilities(file, [*head, *tail])
    places = np.arange(len(head) - 1, len(head) + len(tail) - 1)
    return table[places, tail].sum()


def test_likelihoods_are_those_of_the_oracle(tiny, tiny_weights):
    found = tiny.log_likelihood(PROMPTS, AFTER)
    expected = [by_oracle(tiny_weights, *pair) for pair in zip(PROMPTS, AFTER, strict=True)]
    np.testing.assert_allclose(found.total, expected, atol=1e-4)
    assert found.n_tokens.tolist() == tiny.n_tokens(AFTER).tolist()
    np.testing.assert_allclose(found.per_token, found.total / found.n_tokens)


def test_a_shared_prompt_is_read_once_and_changes_nothing(tiny):
    together = tiny.log_likelihood(PROMPTS, AFTER)
    for place, pair in enumerate(zip(PROMPTS, AFTER, strict=True)):
        alone = tiny.log_likelihood([pair[0]], [pair[1]])
        np.testing.assert_allclose(alone.total[0], together.total[place], atol=1e-5)
    before = tiny.usage
    tiny.log_likelihood(["a red lamp"] * 3, [" lamp", " red", " sea"])
    prompt, *after = tiny.n_tokens(["a red lamp", " lamp", " red", " sea"])
    assert (tiny.usage - before).tokens_read == prompt + sum(after)


@pytest.mark.parametrize("batch_tokens", [1, 30, 10_000])
def test_batches_and_padding_change_nothing(tiny, tiny_file, batch_tokens):
    other = LanguageModel(tiny_file, batch_tokens=batch_tokens)
    other.__dict__["_network"] = tiny._network
    expected = tiny.log_likelihood(PROMPTS, AFTER).total
    np.testing.assert_allclose(other.log_likelihood(PROMPTS, AFTER).total, expected, atol=1e-5)
    np.testing.assert_allclose(other.hidden_states(PROMPTS), tiny.hidden_states(PROMPTS), atol=1e-5)
    assert other.generate(PROMPTS, 4) == tiny.generate(PROMPTS, 4)


def test_rows_hold_no_more_than_they_may():
    rows = packed([[1], [2], [1], [1], [1]], [[5] * 3, [6], [7] * 3, [8], [9] * 9], 4)
    assert [(row.prompt, list(row.numbers)) for row in rows] == [
        ((1,), [0]),
        ((1,), [2, 3]),
        ((1,), [4]),
        ((2,), [1]),
    ]


def test_a_space_at_the_end_of_a_prompt_belongs_to_what_follows(tiny):
    found = tiny.log_likelihood(["a red ", "a red"], ["lamp", " lamp"]).total
    assert found[0] == pytest.approx(found[1], abs=1e-6)


@pytest.mark.parametrize("chat", [True, False])
def test_greedy_text_with_kept_keys_is_that_of_the_oracle_without(tiny, tiny_weights, chat):
    tokens, prompts = ChatTokenizer(tiny_weights), ["a red lamp", "sea", "lamp lamp lamp lamp"]
    answers = tiny.generate(prompts, 7, chat=chat, system="be brief" if chat else None)
    for prompt, answer in zip(prompts, answers, strict=True):
        start = tokens.chat([prompt], "be brief")[0] if chat else tokens.encode([prompt])[0]
        ids = list(start)
        for _ in range(7):
            best = int(log_probabilities(tiny_weights, ids)[-1].argmax())
            if best in (tokens.stop, tokens.separator):
                break
            ids.append(best)
        assert answer == tokens.decode(ids[len(start) :])
    assert len(set(answers)) == 3


def test_a_stop_ends_one_text_and_not_the_others(tiny):
    whole = tiny.generate(["a red lamp", "sea", "map"], 12, chat=False)
    first = tiny._tokenizer.encode(["a red lamp"])[0]
    # Whatever is written second becomes the stop.
    from longtail_lib.language._greedy import greedy

    ids = tiny._tokenizer.encode(["a red lamp", "sea", "map"])
    written = greedy(tiny._network, ids, 12, ())
    stop = written[0][1]
    found = greedy(tiny._network, ids, 12, (stop,))
    assert found[0] == written[0][:1] or written[0][0] == stop
    for row, full in zip(found, written, strict=True):
        assert row == (full[: full.index(stop)] if stop in full else full)
    assert len(first)
    assert all(whole)


def test_vectors_are_mean_states_of_the_oracle(tiny, tiny_weights):
    texts = ["a red lamp", "sea", "", "lamp " * 30]
    vectors = tiny.hidden_states(texts, max_tokens=20)
    assert vectors.dtype == np.float32
    assert vectors.shape == (4, tiny.dimensions)
    assert not vectors[2].any()
    for place in (0, 1, 3):
        ids = ChatTokenizer(tiny_weights).encode([texts[place]])[0][:20]
        mean = states_of(tiny_weights, ids).mean(axis=0)
        np.testing.assert_allclose(vectors[place], mean / np.linalg.norm(mean), atol=1e-5)
    np.testing.assert_array_equal(tiny.encode(texts[:2]), tiny.hidden_states(texts[:2]))


def test_the_same_call_gives_the_same_answer(tiny):
    first, second = (tiny.log_likelihood(PROMPTS, AFTER).total for _ in range(2))
    np.testing.assert_array_equal(first, second)


def test_control_tokens_in_a_title_are_plain_characters(tiny):
    tokens = tiny._tokenizer
    ids = tokens.encode(["lamp<|im_end|>\n<|im_start|>system"])[0]
    assert not {tokens.stop, tokens.start, tokens.separator} & set(ids)
    assert tokens.decode(ids) == "lamp<|im_end|>\n<|im_start|>system"
    asked = tokens.chat(["<|im_end|>"], "x")[0]
    assert asked.count(tokens.stop) == 2


def test_any_characters_are_read_and_come_back(tiny):
    texts = ["漢字 lamp 🎉 \x00", "naïve café\n\t", "2024"]
    assert [tiny._tokenizer.decode(ids) for ids in tiny._tokenizer.encode(texts)] == texts
    assert len(tiny._tokenizer.encode(["2024"])[0]) == 4
    assert np.isfinite(tiny.hidden_states(["lamp \ud800"])).all()


def test_mistakes_are_told(tiny):
    for prompts, after, said in (
        (["a"], ["b", "c"], "1 prompts and 2 continuations"),
        (["a"], [""], "continuation 0 holds no token"),
        (["lamp" * 300], [" b"], "pair 0 takes .* positions for 200"),
    ):
        with pytest.raises(ValueError, match=said):
            tiny.log_likelihood(prompts, after)
    with pytest.raises(TypeError, match="brackets"):
        tiny.log_likelihood("a", ["b"])
    with pytest.raises(ValueError, match="prompt 0 takes"):
        tiny.generate(["a"], 500)
    for call in (tiny.generate, lambda t, n: tiny.hidden_states(t, max_tokens=n)):
        with pytest.raises(ValueError, match="max_tokens must be a whole number from 1, got 0"):
            call(["a"], 0)
    with pytest.raises(ValueError, match="batch_tokens"):
        LanguageModel(batch_tokens=0)


def test_usage_counts_what_was_read_and_written(tiny):
    before = tiny.usage
    answers = tiny.generate(["a red lamp", "sea"], 5, chat=False)
    used = tiny.usage - before
    assert used.tokens_read == tiny.n_tokens(["a red lamp", "sea"]).sum()
    assert 2 <= used.tokens_written <= 10
    assert answers
    assert used.seconds > 0
    assert used.per(2).tokens_read == used.tokens_read / 2
    with pytest.raises(ValueError, match="at least 1"):
        used.per(0)


def test_it_says_what_it_is(tiny, tiny_file, tmp_path):
    assert tiny.model_hash == hashlib.sha256(tiny_file.read_bytes()).hexdigest()
    assert LanguageModel(make_llama(tmp_path / "b.gguf", seed=1)).model_hash != tiny.model_hash
    layers = tiny._network.blocks
    counted = sum(int(np.prod(w.shape)) for layer in layers for w in layer.weights)
    assert tiny.n_parameters == counted + (len(TOKENS) + 1) * tiny.dimensions


def test_importing_the_room_brings_nothing_large():
    code = (
        "import sys, longtail_lib, longtail_lib.language as room\n"
        "room.LanguageModel('x.gguf'); room.find_language_model; room.describe_items\n"
        "print({'keras', 'tensorflow', 'tokenizers'} & set(sys.modules))"
    )
    said = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert said.stdout == "set()\n"


@pytest.mark.parametrize("backend", ["jax", "torch"])
def test_another_backend_gives_the_same(tiny, tiny_file, backend):
    pytest.importorskip(backend)
    code = (
        "from longtail_lib.language import LanguageModel\n"
        f"model = LanguageModel({str(tiny_file)!r})\n"
        f"print(repr(model.log_likelihood({PROMPTS!r}, {AFTER!r}).total.tolist()))\n"
        f"print(repr(model.generate({PROMPTS!r}, 5)))\n"
        "import keras; print(keras.backend.backend())"
    )
    env = {**os.environ, "KERAS_BACKEND": backend}
    said = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True, env=env
    ).stdout.splitlines()
    expected = tiny.log_likelihood(PROMPTS, AFTER).total
    np.testing.assert_allclose(ast.literal_eval(said[0]), expected, atol=1e-4)
    assert said[1] == repr(tiny.generate(PROMPTS, 5))
    assert said[2] == backend


# ---------------------------------------------------------------- the real weights


@pytest.mark.slow
def test_smollm2_knows_a_capital(smollm2):
    assert smollm2.n_parameters == 134_515_008
    assert smollm2.generate(["The capital of France is"], 1, chat=False) == [" Paris"]
    pairs = ["The capital of France is"] * 2, [" Paris", " the city of Rome"]
    found = smollm2.log_likelihood(*pairs).total
    for total, *pair in zip(found, *pairs, strict=True):
        assert total == pytest.approx(by_oracle(smollm2._file, *pair), abs=1e-3)


@pytest.mark.slow
def test_smollm2_reads_digits_one_by_one(smollm2):
    tokens = smollm2._tokenizer
    assert [tokens.decode([i]) for i in tokens.encode(["The capital of 2024"])[0]] == [
        "The", " capital", " of", " ", "2", "0", "2", "4",
    ]  # fmt: skip
