"""The trie, the decoder in NumPy and the beam search, against brute force."""

from itertools import product

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.special import log_softmax

from longtail_lib.models.generative._decoding import IdTrie, TokenDecoder, beam_search


def random_decoder(sizes, dim=4, seed=0, scale=1.0):
    rng = np.random.default_rng(seed)
    arrays = {}
    for level, size in enumerate(sizes):
        shapes = {
            "tokens": (size + 1, dim),
            "project_kernel": (dim, dim),
            "project_bias": (dim,),
            "code_vectors": (size, dim),
            "code_bias": (size,),
        }
        if level:
            shapes |= {
                "hidden_kernel": (level * dim, 2 * dim),
                "hidden_bias": (2 * dim,),
                "film_kernel": (2 * dim, 2 * dim),
                "film_bias": (2 * dim,),
            }
        for name, shape in shapes.items():
            arrays[f"{name}_{level}"] = scale * rng.normal(size=shape).astype(np.float32)
    return TokenDecoder(arrays)


def random_catalogue(sizes, n_items, seed):
    rng = np.random.default_rng(seed)
    every = np.array(list(product(*map(range, sizes))), dtype=np.int32)
    return rng.permutation(every)[: min(n_items, len(every))]


catalogues = given(
    sizes=st.lists(st.integers(1, 4), min_size=1, max_size=3),
    n_items=st.integers(1, 20),
    seed=st.integers(0, 10_000),
)


def log_probability(decoder, codes, state, real):
    """Write one id by hand, one softmax after another."""
    total, beginnings = 0.0, {tuple(code[:m]) for code in real for m in range(1, len(code) + 1)}
    for level in range(decoder.depth):
        prefix = np.array(codes[:level], dtype=np.int32)[None, None]
        logits = decoder.logits(state[None], prefix.reshape(1, 1, level))[0, 0].astype(float)
        if real:
            good = [(*codes[:level], token) in beginnings for token in range(len(logits))]
            logits[~np.array(good)] = -np.inf
        total += log_softmax(logits)[codes[level]]
    return total


# --- the trie ------------------------------------------------------------------------------------


@catalogues
@settings(max_examples=50)
def test_the_trie_knows_every_beginning_and_nothing_else(sizes, n_items, seed):
    codes = random_catalogue(sizes, n_items, seed)
    trie = IdTrie(codes)
    for level in range(trie.depth + 1):
        expected = sorted({tuple(code[:level]) for code in codes.tolist()})
        assert [tuple(row) for row in trie.prefixes(level).tolist()] == expected
        if level == trie.depth:
            continue
        longer = sorted({tuple(code[: level + 1]) for code in codes.tolist()})
        allowed = trie.allowed(level, sizes[level])
        for node, prefix in enumerate(expected):
            for token in range(sizes[level]):
                whole = (*prefix, token)
                place = longer.index(whole) if whole in longer else -1
                assert allowed[node, token] == place
    assert np.array_equal(codes[trie.columns], trie.prefixes(trie.depth))


def test_the_trie_takes_unique_ids():
    with pytest.raises(ValueError, match="3-1 stands for more"):
        IdTrie(np.array([[3, 1], [0, 0], [3, 1]]))
    with pytest.raises(ValueError, match="matrix"):
        IdTrie(np.array([1, 2]))


# --- exact scores --------------------------------------------------------------------------------


@catalogues
@settings(max_examples=40)
def test_scores_are_the_products_of_the_steps_and_add_up_to_one(sizes, n_items, seed):
    codes = random_catalogue(sizes, n_items, seed)
    decoder, states = (
        random_decoder(sizes, seed=seed),
        np.random.default_rng(seed).normal(size=(3, 4)),
    )
    scores = decoder.log_probabilities(states.astype(np.float32), IdTrie(codes))
    assert np.exp(scores.astype(float)).sum(axis=1) == pytest.approx(1, abs=1e-4)
    real = [tuple(code) for code in codes.tolist()]
    for column, code in enumerate(real[:5]):
        expected = log_probability(decoder, code, states[1], real)
        assert scores[1, column] == pytest.approx(expected, rel=1e-6, abs=1e-6)


def test_scores_stay_finite_where_logits_are_huge():
    codes = random_catalogue([4, 4], 12, 0)
    decoder = random_decoder([4, 4], scale=30.0)
    scores = decoder.log_probabilities(np.full((2, 4), 9, dtype=np.float32), IdTrie(codes))
    assert np.isfinite(scores).all()


# --- shares of interactions taken out ------------------------------------------------------------


def indifferent_decoder(sizes):
    """One to which all tokens are equally likely."""
    decoder = random_decoder(sizes)
    for name in decoder.arrays:
        if name.startswith("code_"):
            decoder.arrays[name] = np.zeros_like(decoder.arrays[name])
    return decoder


def test_the_adjustment_by_hand():
    # Below the first token 0 lie 3 + 1 of 8 interactions, below 1 the other 4.
    codes = np.array([[0, 0], [0, 1], [1, 0], [1, 1], [1, 2]])
    prior = np.log(np.array([3, 1, 2, 1, 1]) / 8).astype(np.float32)
    trie = IdTrie(codes, prior, 1.0)
    ratios = [[2, 2], [8 / 3, 8, 4, 8, 8]]
    for found, expected in zip(trie.adjustment, ratios, strict=True):
        assert np.exp(found) == pytest.approx(expected, rel=1e-6)
    scores = indifferent_decoder([2, 3]).log_probabilities(np.zeros((1, 4)), trie)
    # Within each beginning in proportion to one over the share: 1 : 3, and 1 : 2 : 2.
    expected = [1 / 8, 3 / 8, 1 / 10, 1 / 5, 1 / 5]
    assert np.exp(scores[0]) == pytest.approx(expected, rel=1e-6)


def test_a_decoder_that_has_learned_shares_alone_is_made_indifferent():
    codes = np.array([[0, 0], [0, 1], [1, 0], [1, 1], [1, 2]])
    prior = np.log(np.array([3, 1, 2, 1, 1]) / 8).astype(np.float32)
    learned = IdTrie(codes, prior, -1.0)
    plain = indifferent_decoder([2, 3])
    scores = plain.log_probabilities(np.zeros((1, 4)), learned)
    assert np.exp(scores[0]) == pytest.approx([3 / 8, 1 / 8, 2 / 8, 1 / 8, 1 / 8], rel=1e-6)
    plain.arrays["code_bias_0"] = np.log([4.0, 4.0])
    # One bias for both beginnings cannot tell shares of 3 : 1 and 2 : 1 : 1, so one of them does.
    plain.arrays["code_bias_1"] = np.log([3.0, 1.0, 1.0])
    scores = plain.log_probabilities(np.zeros((1, 4)), IdTrie(codes, prior, 1.0))
    assert np.exp(scores[0, :2]) == pytest.approx([1 / 4, 1 / 4], rel=1e-6)


@catalogues
@settings(max_examples=40)
def test_adjusted_scores_are_products_of_adjusted_steps_and_beams_find_them(sizes, n_items, seed):
    codes = random_catalogue(sizes, n_items, seed)
    rng = np.random.default_rng(seed)
    shares, tau = rng.dirichlet(np.ones(len(codes))) + 1e-3, float(rng.choice([-0.5, 0.3, 1.0]))
    trie = IdTrie(codes, np.log(shares).astype(np.float32), tau)
    decoder, states = random_decoder(sizes, seed=seed), rng.normal(size=(2, 4)).astype(np.float32)
    scores = decoder.log_probabilities(states, trie)
    assert np.exp(scores.astype(float)).sum(axis=1) == pytest.approx(1, abs=1e-4)
    real = [tuple(code) for code in codes.tolist()]

    def share(beginning):
        below = [code[: len(beginning)] == beginning for code in real]
        return shares[below].sum()

    for column, code in enumerate(real[:5]):
        total = 0.0
        for level in range(len(code)):
            prefix = np.array(code[:level], dtype=np.int32).reshape(1, 1, level)
            logits = decoder.logits(states[:1], prefix)[0, 0]
            for token in range(len(logits)):
                found = share((*code[:level], token))
                logits[token] = logits[token] - tau * np.log(found) if found else -np.inf
            total += log_softmax(logits)[code[level]]
        assert scores[0, column] == pytest.approx(total, rel=1e-4, abs=1e-4)
    columns, found = beam_search(decoder, trie, states, beams=len(codes))
    assert found == pytest.approx(np.take_along_axis(scores, columns, axis=1), rel=1e-5, abs=1e-5)
    assert all(sorted(row) == list(range(len(codes))) for row in columns.tolist())


# --- beam search ---------------------------------------------------------------------------------


@catalogues
@settings(max_examples=60)
def test_constrained_decoding_writes_real_items_only_each_once(sizes, n_items, seed):
    codes = random_catalogue(sizes, n_items, seed)
    trie, decoder = IdTrie(codes), random_decoder(sizes, seed=seed, scale=3.0)
    states = np.random.default_rng(seed).normal(size=(4, 4)).astype(np.float32)
    beams = 1 + seed % 25
    columns, found = beam_search(decoder, trie, states, beams)
    assert columns.shape == (4, min(beams, len(codes)))
    assert columns.min() >= 0
    assert all(len(set(row)) == len(row) for row in columns.tolist())
    exact = decoder.log_probabilities(states, trie)
    # Both count in float64 and round once.
    assert found == pytest.approx(np.take_along_axis(exact, columns, axis=1), rel=1e-6, abs=1e-6)
    assert (np.diff(found, axis=1) <= 0).all()


def test_with_beams_for_all_it_is_the_exact_order():
    sizes = [3, 4, 2]
    codes = random_catalogue(sizes, 15, 3)
    trie, decoder = IdTrie(codes), random_decoder(sizes, seed=3)
    states = np.random.default_rng(0).normal(size=(5, 4)).astype(np.float32)
    columns, _ = beam_search(decoder, trie, states, beams=15)
    assert np.array_equal(columns, (-decoder.log_probabilities(states, trie)).argsort(axis=1))


def test_free_decoding_finds_the_likeliest_ids_real_or_not():
    sizes = [3, 4]
    codes = random_catalogue(sizes, 5, 1)
    trie, decoder = IdTrie(codes), random_decoder(sizes, seed=8)
    state = np.random.default_rng(2).normal(size=(1, 4)).astype(np.float32)
    every = list(product(range(3), range(4)))
    values = np.array([log_probability(decoder, code, state[0], []) for code in every])
    order = np.argsort(-values)
    real = {tuple(code): column for column, code in enumerate(codes.tolist())}
    columns, found = beam_search(decoder, trie, state, beams=12, constrained=False)
    assert columns[0].tolist() == [real.get(every[place], -1) for place in order]
    assert (columns == -1).sum() == 7
    assert found[0] == pytest.approx(values[order], abs=1e-4)
    assert np.exp(found.astype(float)).sum() == pytest.approx(1, abs=1e-5)
