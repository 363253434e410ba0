"""The supervised encoder: its gradient, unseen texts, and what its hidden layer forgets."""

import numpy as np
import pytest

from longtail_course.toys import TextClassifier, neighbour_agreement

RNG = np.random.default_rng(0)
COLOURS = ["red", "blue", "green"]
THINGS = {"light": ["lamp", "torch"], "paper": ["map", "book"], "wool": ["hat", "scarf"]}
KIND = RNG.integers(0, 3, 240)
COLOUR = RNG.integers(0, 3, 240)
LABELS = np.array(list(THINGS))[KIND]
TEXTS = [
    f"{COLOURS[c]} {THINGS[label][RNG.integers(2)]} number {RNG.choice(['one', 'two', 'ten'])}"
    for c, label in zip(COLOUR, LABELS, strict=True)
]


def test_gradients_are_those_of_finite_differences(notes, slope):
    model = TextClassifier(dimensions=3, epochs=1, batch_size=1000).fit(TEXTS, LABELS)
    words, target = model.tf_idf_.encode(TEXTS), KIND

    def loss():
        return model._epoch(words, target, notes(), np.random.default_rng(5))

    taken = notes()
    model._epoch(words, target, taken, np.random.default_rng(5))
    for name, places in {
        "hidden": [(0, 0), (5, 2), (8, 1)],
        "hidden_bias": [(0,), (2,)],
        "output": [(0, 0), (2, 1)],
        "output_bias": [(0,), (2,)],
    }.items():
        found = slope(loss, getattr(model, f"{name}_"), places)
        wanted = [taken.gradients[name][place] for place in places]
        np.testing.assert_allclose(found, wanted, atol=1e-7)
        assert np.abs(wanted).max() > 1e-5


def test_unseen_texts_get_the_right_label():
    model = TextClassifier(8, epochs=60).fit(TEXTS[:120], LABELS[:120])
    assert (model.predict(TEXTS[120:]) == LABELS[120:]).mean() > 0.95


def test_hidden_layer_keeps_the_label_and_lets_go_of_the_colour():
    vectors = TextClassifier(8, epochs=100).fit(TEXTS, LABELS).encode(TEXTS)
    distinct = np.unique(TEXTS, return_index=True)[1]
    vectors, kind, colour = vectors[distinct], KIND[distinct], COLOUR[distinct]
    assert neighbour_agreement(vectors, kind).value > 0.95
    assert neighbour_agreement(vectors, colour).value < 0.8


def test_labels_are_needed_and_counted():
    with pytest.raises(ValueError, match="supervised"):
        TextClassifier().fit(TEXTS)
    with pytest.raises(ValueError, match="240 texts came with 3 labels"):
        TextClassifier().fit(TEXTS, [1, 2, 3])
    with pytest.raises(ValueError, match="two kinds"):
        TextClassifier().fit(TEXTS, ["x"] * 240)


def test_parameters_and_unknown_words():
    model = TextClassifier(4, epochs=1).fit(TEXTS, LABELS)
    n_words = len(model.tf_idf_.words_.vocabulary_)
    assert model.n_parameters == n_words * 4 + 4 + 4 * 3 + 3
    assert not model.encode(["zebra"]).any()
