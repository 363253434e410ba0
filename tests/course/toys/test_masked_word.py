"""Hidden words: the gradient, what is learned, and what is the same twice."""

import numpy as np
import pytest

from longtail_course.toys import MaskedWord

# Boat and ship never meet, but they keep the same company; so do lamp and torch.
TEXTS = [
    f"{thing} with {a} and {b}"
    for pair, company in [
        (("boat", "ship"), ("sail", "mast", "anchor", "deck")),
        (("lamp", "torch"), ("bulb", "beam", "shade", "glow")),
    ]
    for thing in pair
    for a in company
    for b in company
    if a != b
]


def test_gradients_are_those_of_finite_differences(notes, slope):
    model = MaskedWord(dimensions=3, epochs=1, batch_size=1000, min_texts=1).fit(TEXTS)
    weights = model._weights(TEXTS)

    def loss():
        return model._epoch(weights, notes(), np.random.default_rng(5))

    taken = notes()
    model._epoch(weights, taken, np.random.default_rng(5))
    for name, places in {
        "vectors": [(0, 0), (3, 2), (7, 1)],
        "output": [(0, 0), (2, 5), (1, 9)],
        "bias": [(0,), (6,)],
    }.items():
        found = slope(loss, getattr(model, f"{name}_"), places)
        wanted = [taken.gradients[name][place] for place in places]
        np.testing.assert_allclose(found, wanted, atol=1e-7)
        assert np.abs(wanted).max() > 1e-4


def test_words_in_the_same_company_become_alike():
    vectors = MaskedWord(dimensions=8, epochs=100, learning_rate=0.01, min_texts=1).fit(TEXTS)
    boat, ship, lamp, torch = vectors.encode(["boat", "ship", "lamp", "torch"])
    assert boat @ ship > 0.7 > 0.3 > boat @ lamp
    assert lamp @ torch > 0.7 > 0.3 > torch @ ship


def test_a_gap_is_filled_from_its_own_company():
    model = MaskedWord(dimensions=8, epochs=100, learning_rate=0.01, min_texts=1).fit(TEXTS)
    assert set(model.guess("with bulb and ___", k=3)) <= {"beam", "shade", "glow", "lamp", "torch"}
    assert "sail" not in model.guess("boat with sail and ___", k=3)


def test_loss_falls_below_that_of_knowing_only_how_frequent_words_are():
    model = MaskedWord(dimensions=8, epochs=100, learning_rate=0.01, min_texts=1).fit(TEXTS)
    counts = model.tf_idf_.words_.count(TEXTS).sum(axis=0)
    share = np.asarray(counts).ravel() / counts.sum()
    assert model.losses_[-1] < -(share * np.log(share)).sum() - 0.3


def test_seed_decides():
    first, again, other = (MaskedWord(4, epochs=2, seed=s).fit(TEXTS).vectors_ for s in (1, 1, 2))
    np.testing.assert_array_equal(first, again)
    assert not np.allclose(first, other)


def test_parameters_are_counted_and_lonely_words_refused():
    model = MaskedWord(4, epochs=1, min_texts=1).fit(["a b", "b c"])
    assert model.n_parameters == 3 * 4 + 4 * 3 + 3
    assert not model.encode(["zebra"]).any()
    with pytest.raises(ValueError, match="two words"):
        MaskedWord(4, epochs=1).fit(["a", "a"])
