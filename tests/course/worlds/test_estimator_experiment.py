"""The estimators on the shop, against the value that only the simulator knows."""

import numpy as np
import pytest

from longtail_course.worlds import estimator_table, recommended_lists
from longtail_course.worlds.tiny_store import alphabetical_model, tiny_store
from longtail_lib.debias import popularity_propensity, true_value
from longtail_lib.models import ItemKNN, Popularity, Random
from longtail_lib.simulation import true_propensity


@pytest.fixture(scope="module")
def shop_models(shop):
    return [model.fit(shop) for model in (Popularity(), ItemKNN(), Random(seed=0))]


@pytest.fixture(scope="module")
def shop_table(shop, shop_models):
    return estimator_table(shop_models, shop, logs=40, seed=1, digits=None)


def rows_of(table, **wanted):
    rows = [
        row
        for row in table.iter_rows(named=True)
        if all(row[name] == value for name, value in wanted.items())
    ]
    assert rows
    return rows


def test_the_true_value_is_that_of_the_lists(shop, shop_models, shop_table):
    for model in shop_models:
        name = type(model).__name__
        lists = recommended_lists(model, shop, 10)
        expected = true_value(shop, lists)
        for row in rows_of(shop_table, recommender=name):
            assert row["true_value"] == pytest.approx(expected, rel=1e-6)
        assert shop.train[np.arange(shop.n_users)[:, None], lists].sum() == 0


def test_true_propensities_remove_the_bias(shop_table):
    for name in ("IPS", "SNIPS", "doubly robust"):
        for row in rows_of(shop_table, propensity="true", estimator=name):
            assert abs(row["bias"]) < 3 * row["bias_error"] + 0.001


def test_naive_means_are_biased_beyond_doubt(shop_table):
    for name in ("naive", "naive, choices only"):
        for row in rows_of(shop_table, propensity="none", estimator=name):
            assert abs(row["bias"]) > 10 * row["bias_error"]
            assert abs(row["bias"]) > 0.15 * row["true_value"]


def test_the_popularity_guess_leaves_a_bias_for_personal_lists(shop_table):
    for model in ("Popularity", "ItemKNN"):
        for name in ("IPS", "SNIPS", "doubly robust"):
            (row,) = rows_of(shop_table, recommender=model, propensity="popularity", estimator=name)
            assert row["bias"] < -0.05 * row["true_value"]
            assert row["bias"] < -10 * row["bias_error"]


def test_variance_bought_and_sold(shop_table):
    for model in ("Popularity", "ItemKNN"):
        sd = {
            row["estimator"]: row["sd"]
            for row in rows_of(shop_table, recommender=model, propensity="true")
        }
        assert sd["SNIPS"] < sd["IPS"]
        assert sd["clipped IPS"] < sd["IPS"]
    for row in shop_table.iter_rows(named=True):
        assert row["rmse"] ** 2 == pytest.approx(
            row["bias"] ** 2 + row["sd"] ** 2 * 39 / 40, rel=1e-9
        )


def test_it_is_reproducible_and_reads_own_propensities():
    model, parts = {"mine": alphabetical_model()}, tiny_store()
    once = estimator_table(model, parts, k=2, logs=30, seed=2)
    assert once.equals(estimator_table(model, parts, k=2, logs=30, seed=2))
    assert not once.equals(estimator_table(model, parts, k=2, logs=30, seed=3))
    truth = true_propensity(parts)
    own = estimator_table(
        model,
        parts,
        k=2,
        logs=30,
        seed=2,
        propensities={"all": np.ones(parts.n_items), "same": truth},
    )
    naive = rows_of(once, estimator="naive, choices only")[0]
    ones = rows_of(own, propensity="all", estimator="IPS")[0]
    assert ones["estimate"] == naive["estimate"]
    same = rows_of(own, propensity="same", estimator="IPS")[0]
    assert same["estimate"] == rows_of(once, propensity="true", estimator="IPS")[0]["estimate"]
    assert set(once["recommender"]) == {"mine"}


def test_bad_input():
    model, parts = alphabetical_model(), tiny_store()
    with pytest.raises(ValueError, match="at least two logs"):
        estimator_table([model], parts, k=2, logs=1)
    with pytest.raises(ValueError, match="mapping that names"):
        estimator_table([model, model], parts, k=2)
    with pytest.raises(ValueError, match=r"'half' has shape \(2,\)"):
        estimator_table([model], parts, k=2, propensities={"half": [0.5, 0.5]})
    with pytest.raises(ValueError, match="kind must be"):
        estimator_table([model], parts, k=2, weights="map")
    assert popularity_propensity(parts).shape == (parts.n_items,)
