"""Exponent 0 is the ordinary recall; other exponents weight choices by popularity."""

from dataclasses import replace

import numpy as np
import pytest
from scipy.sparse import csr_matrix

from longtail_lib.evaluation import evaluate, propensity_sensitivity
from longtail_lib.evaluation.example import tiny_model, tiny_parts
from longtail_lib.models import ItemKNN, Popularity
from longtail_lib.models.recommender import Recommender
from longtail_lib.preprocessing.parts import Split


@pytest.fixture(scope="module")
def parts() -> Split:
    rng = np.random.default_rng(0)
    chance = 0.6 / np.arange(1, 31) ** 0.5
    taste = np.where(rng.integers(0, 3, 150)[:, None] == np.arange(30) % 3, 1.2, 0.2)
    chosen = rng.random((150, 30)) < chance * taste
    held_out = chosen & (rng.random(chosen.shape) < 0.4)
    train, test = (csr_matrix(part.astype(np.float32)) for part in (chosen & ~held_out, held_out))
    return Split(
        train,
        csr_matrix(train.shape, dtype=np.float32),
        test,
        np.arange(150),
        np.arange(30),
        items=None,
        users=None,
        how="random",
    )


def test_exponent_zero_is_the_recall_of_the_report(parts):
    models: list[Recommender] = [Popularity().fit(parts), ItemKNN().fit(parts)]
    table = propensity_sensitivity(models, parts, k=5, exponents=[0], digits=None)
    for row, model in zip(table.iter_rows(named=True), models, strict=True):
        expected = evaluate(model, parts, k=5, metrics=["Recall"])["Recall@5"]
        assert row["recommender"] == type(model).__name__
        assert row["value"] == pytest.approx(expected.value)
        assert row["n"] == expected.n
        # An interval of another kind, of about the same width.
        assert row["high"] - row["low"] == pytest.approx(expected.high - expected.low, rel=0.15)


def test_popularity_falls_when_rare_choices_count_more(parts):
    table = propensity_sensitivity([Popularity().fit(parts)], parts, k=5, exponents=[0, 0.5, 1])
    value = table["value"].to_list()
    assert value[0] > value[1] + 0.015 > value[2] + 0.03
    assert table["normalise"].unique().to_list() == ["user"]


def test_a_log_with_one_choice_a_user_is_normalised_as_a_whole(parts):
    one = parts.test.tolil()
    for user in range(parts.n_users):
        for item in parts.test[user].indices[1:]:
            one[user, item] = 0
    single = replace(parts, test=one.tocsr())
    single.test.eliminate_zeros()
    table = propensity_sensitivity([Popularity().fit(single)], single, k=5, exponents=[0, 1])
    assert table["normalise"].unique().to_list() == ["log"]
    assert table["value"][0] > table["value"][1]


def test_bad_input():
    model, parts = tiny_model(), tiny_parts()
    with pytest.raises(ValueError, match="whole number"):
        propensity_sensitivity(model, parts, k=0)
    with pytest.raises(ValueError, match=r"validation part .* is empty"):
        propensity_sensitivity(model, parts, part="validation")
    with pytest.raises(ValueError, match="'test' or 'validation'"):
        propensity_sensitivity(model, parts, part="train")
    with pytest.raises(ValueError, match="no model"):
        propensity_sensitivity([], parts)
    with pytest.raises(ValueError, match="metric must be"):
        propensity_sensitivity(model, parts, k=2, metric="MAP")
