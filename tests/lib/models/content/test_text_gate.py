from dataclasses import replace

import numpy as np
import pytest

from longtail_lib.models import EASE, ItemKNN, Popularity, Random, TextGate, unfitted_copy

ROWS = np.array([4, 0, 119])


@pytest.fixture(scope="module")
def held(parts):
    """What the shared split holds as test serves as validation."""
    return replace(parts, validation=parts.test)


def spread(model, parts):
    return model.score(np.arange(parts.n_users)).std(dtype=np.float64)


def test_scores_are_the_formula(parts):
    base, other = EASE(l2=5.0).fit(parts), ItemKNN(10, 2.0).fit(parts)
    model = TextGate(base, other, text_weight=0.7, half_popularity=3.0).fit(parts)
    weight = 0.7 * 3 / (parts.popularity + 3)
    expected = base.score(ROWS) / spread(base, parts) + weight * other.score(ROWS) / spread(
        other, parts
    )
    assert np.allclose(model.score(ROWS), expected, atol=1e-5)
    assert model.model_ is base
    assert model.text_ is other


def test_weight_zero_is_the_model_itself(parts):
    base = EASE(l2=5.0).fit(parts)
    gate = TextGate(base, Random(), text_weight=0.0).fit(parts)
    assert (gate.recommend(ROWS, 20)[0] == base.recommend(ROWS, 20)[0]).all()


def test_a_learned_gate_tells_a_model_from_noise(held, recall):
    gate = TextGate(EASE(l2=5.0), Random(seed=3), gate="learned").fit(held)
    warm = held.popularity > 0
    assert gate.model_weight_[warm].mean() > 5 * gate.text_weight_[warm].mean()
    turned = TextGate(Random(seed=3), EASE(l2=5.0), gate="learned").fit(held)
    assert turned.text_weight_[warm].mean() > 5 * turned.model_weight_[warm].mean()
    assert recall(turned, held) > 2 * recall(Random(seed=3).fit(held), held)


@pytest.mark.parametrize("gate", ["popularity", "learned"])
def test_saved_and_loaded(held, gate, tmp_path):
    model = TextGate(EASE(l2=5.0), ItemKNN(10, 2.0), gate=gate, text_weight=0.3).fit(held)
    loaded = TextGate.load(model.save(tmp_path / "gate.npz"))
    assert (loaded.score(ROWS) == model.score(ROWS)).all()
    assert isinstance(loaded.text_, ItemKNN)
    assert isinstance(loaded.model_, EASE)
    assert loaded.get_params()["text_weight"] == 0.3
    assert loaded.model.get_params() == {
        "l2": 5.0,
        "popularity_exponent": 0.0,
        "top_weights": None,
    }
    again = unfitted_copy(loaded).fit(held)
    assert np.allclose(again.score(ROWS), model.score(ROWS), atol=1e-6)


def test_a_gate_may_hold_a_gate(held, tmp_path):
    inner = TextGate(EASE(l2=5.0), Popularity(), text_weight=0.2)
    outer = TextGate(inner, TextGate(ItemKNN(5, 1.0), Popularity())).fit(held)
    loaded = TextGate.load(outer.save(tmp_path / "outer.npz"))
    assert (loaded.score(ROWS) == outer.score(ROWS)).all()


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ({"gate": "learned"}, "gate='learned' is left to validation, and that part .* is empty"),
    ],
)
def test_bad_parameters(parts, given, said):
    with pytest.raises(ValueError, match=said):
        TextGate(Popularity(), Random(), **given).fit(parts)
