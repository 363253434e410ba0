"""Tools that measure biases, each with a model that has the bias and one that has not."""

import numpy as np
import pytest
from scipy.stats import spearmanr

from longtail_lib.language import (
    LogLikelihood,
    other_histories,
    position_bias,
    renamed_titles,
    shuffled_histories,
    within_user_correlation,
)

CANDIDATES = [[f"item {user} {place}" for place in range(5)] for user in range(30)]
HISTORIES = [["x"]] * 30


class Chooser:
    """Prefers a letter, or a title, in a prompt that lists candidates."""

    def __init__(self, prefers):
        self.prefers = prefers

    def log_likelihood(self, prompts, continuations):
        total = [
            float(self.prefers(prompt, letter.strip()))
            for prompt, letter in zip(prompts, continuations, strict=True)
        ]
        return LogLikelihood(np.array(total), np.ones(len(total), int))


def titled(prompt, letter, place):
    line = next(line for line in prompt.splitlines() if line.startswith(f"{letter}. "))
    return line.endswith(f" {place}")


def test_who_looks_at_the_place_alone_is_found_out():
    found = position_bias(Chooser(lambda _, letter: letter == "B"), HISTORIES, CANDIDATES, orders=4)
    assert found.counts.tolist() == [0, 120, 0, 0, 0]
    assert found.p_value < 1e-6
    assert found.agreement < 0.4


def test_who_reads_the_items_is_acquitted():
    reader = Chooser(lambda prompt, letter: titled(prompt, letter, 3))
    found = position_bias(reader, HISTORIES, CANDIDATES, orders=4, seed=3)
    assert found.agreement == 1
    assert found.p_value > 0.01
    assert found.counts.sum() == 120
    again = position_bias(reader, HISTORIES, CANDIDATES, orders=4, seed=3)
    np.testing.assert_array_equal(found.counts, again.counts)


def test_position_bias_of_a_network(tiny):
    found = position_bias(tiny, [["sea"]] * 2, [["a", "b"]] * 2, template="{history}{candidates}")
    assert found.counts.sum() == 8


def test_position_bias_refuses_what_it_cannot_ask(tiny):
    for candidates, said in (
        ([["a", "b"], ["a"]], "the same number from 2 to 26"),
        ([["a"], ["b"]], "the same number"),
        ([["a", "b"]], "2 histories and 1 lists"),
    ):
        with pytest.raises(ValueError, match=said):
            position_bias(tiny, [["x"], ["y"]], candidates)
    with pytest.raises(ValueError, match="must hold"):
        position_bias(tiny, [["x"]], [["a", "b"]], template="{history}")
    with pytest.raises(ValueError, match="orders must be"):
        position_bias(tiny, [["x"]], [["a", "b"]], orders=1)


def test_correlations_are_those_of_scipy():
    rng = np.random.default_rng(0)
    scores = [rng.normal(size=n) for n in (5, 9, 20)]
    values = [rng.integers(0, 5, len(own)) for own in scores]
    found = within_user_correlation(scores, values)
    each = [spearmanr(*pair).statistic for pair in zip(scores, values, strict=True)]
    assert found.value == pytest.approx(np.mean(each))
    half = 1.959964 * np.std(each, ddof=1) / np.sqrt(3)
    assert found.high - found.value == pytest.approx(min(half, 1 - found.value), rel=1e-5)
    assert found.n_users == 3


def test_users_without_a_difference_say_nothing():
    flat = [np.zeros(3), np.arange(3)]
    found = within_user_correlation(
        [*flat, np.arange(3)], [np.arange(3), np.arange(3), np.arange(3)]
    )
    assert found == (1.0, 1.0, 1.0, 2)
    assert np.isnan(within_user_correlation(flat[:1], flat[1:]).value)


def test_correlations_refuse_what_does_not_fit():
    for scores, values, said in (
        ([np.ones(2)], [], "scores of 1 users and values of 0"),
        ([np.ones(2)], [np.ones(3)], "user 0 has scores of shape"),
        ([np.array([1, np.nan])], [np.ones(2)], "user 0 has a NaN"),
    ):
        with pytest.raises(ValueError, match=said):
            within_user_correlation(scores, values)


@pytest.mark.parametrize("seed", range(5))
def test_controls_keep_everything_but_one_thing(seed):
    histories = [list(range(10 * user, 10 * user + 6)) for user in range(20)]
    shuffled = shuffled_histories(histories, seed=seed)
    assert [sorted(own) for own in shuffled] == histories
    assert shuffled != histories
    others = other_histories(histories, seed=seed)
    assert sorted(others) == histories
    assert all(own != other for own, other in zip(histories, others, strict=True))
    titles = [f"title {n}" for n in range(9)]
    renamed = renamed_titles(titles, seed=seed)
    assert sorted(renamed) == titles
    assert all(old != new for old, new in zip(titles, renamed, strict=True))
    assert renamed == renamed_titles(titles, seed=seed) != renamed_titles(titles, seed=seed + 9)
    with pytest.raises(ValueError, match="at least two"):
        renamed_titles(["one"])
