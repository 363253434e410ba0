"""The simulated stores: figures, determinism and time."""

import json
from dataclasses import replace
from pathlib import Path

import numpy as np
import polars as pl
import pytest

import longtail_lib
from longtail_course.worlds import log_figures, log_shape, movielens_figures
from longtail_lib.datasets import load_dataset
from longtail_lib.simulation import (
    PRESETS,
    simulate,
)
from longtail_lib.simulation import (
    _catalogue as catalogue_text,
)
from longtail_lib.simulation import _read_simulated as simulated
from longtail_lib.simulation import (
    _simulated_truth as truth,
)
from longtail_lib.simulation._catalogue import vocabulary_of
from longtail_lib.simulation._population import block_start

DATASETS = Path(longtail_lib.__file__).parents[1] / "datasets"
SMALL = replace(PRESETS["shop"], n_users=150, n_items=600)


@pytest.fixture(scope="module")
def shop():
    return load_dataset("shop")


@pytest.fixture(scope="module")
def rows(shop):
    """User rows, item rows and last-interaction marks of the shop's log."""
    user = shop.interactions["user_id"].to_numpy() - 1
    item = np.searchsorted(shop.truth.item_ids, shop.interactions["item_id"].to_numpy().astype(str))
    return user, item, np.r_[user[1:] != user[:-1], True]


# Shape


def test_shop_is_calibrated_on_movielens(shop):
    shape, films = log_shape(log_figures(shop)), log_shape(movielens_figures())
    assert shape.top_share == pytest.approx(films.top_share, abs=0.03)
    assert shape.gini == pytest.approx(films.gini, abs=0.03)
    assert shape.ratings.keys() == {1.0, 2.0, 3.0, 4.0, 5.0}
    for star, share in shape.ratings.items():
        real = films.ratings[star] + films.ratings[star - 0.5]
        assert share == pytest.approx(real, abs=0.002)
    low, median, mean, _, high = shape.activity
    assert low >= 5
    assert mean == pytest.approx(40, abs=2)
    assert median < 0.75 * mean
    assert high > 7 * mean
    assert 0.03 <= shape.cold <= 0.08
    assert shape.bottom_share >= 0.06
    assert abs(shape.interactions - 120_000) < 6_000


def test_activity_is_log_normal_to_the_eye(shop):
    counts = shop.interactions["user_id"].value_counts()["count"].to_numpy()
    logs = np.log(counts)
    # MovieLens: 1.06.
    assert 0.7 < logs.std() < 1.1
    assert abs(((logs - logs.mean()) ** 3).mean() / logs.std() ** 3) < 0.6


def test_log_shape_against_brute_force(shop):
    shape = log_shape(log_figures(shop))
    tally = {}
    for item in shop.interactions["item_id"].to_list():
        tally[item] = tally.get(item, 0) + 1
    counts = sorted(tally.values())
    n = len(counts)
    # Mean absolute difference over twice the mean.
    column = np.array(counts)
    spread = sum(np.abs(column - count).sum() for count in counts) / n**2
    assert shape.gini == pytest.approx(spread / (2 * column.mean()), abs=1e-12)
    assert shape.singletons == counts.count(1) / n
    assert shape.top_share == sum(counts[-int(np.ceil(n / 5)) :]) / sum(counts)
    whole = [0] * (shop.n_items - n) + counts
    assert shape.bottom_share == sum(whole[: shop.n_items // 2]) / sum(counts)


def test_collaborative_models_beat_popularity(shop, rows):
    """Leave-last-out NDCG@10 of EASE, written out here, against Popularity."""
    user, item, last = rows
    n, m = shop.n_users, shop.n_items
    seen = np.zeros((n, m), dtype=np.float32)
    seen[user[~last], item[~last]] = 1
    popularity, wanted = seen.sum(axis=0), item[last]
    # EASE for the 1,500 most popular items; all others score zero.
    top = np.argsort(-popularity, kind="stable")[:1500]
    gram = seen[:, top].T @ seen[:, top] + 100 * np.eye(len(top), dtype=np.float32)
    inverse = np.linalg.inv(gram)
    weights = -inverse / np.diag(inverse)
    np.fill_diagonal(weights, 0)
    scores = np.zeros_like(seen)
    scores[:, top] = seen[:, top] @ weights

    def ndcg(scores):
        scores = np.where(seen > 0, -np.inf, scores)
        place = (scores > scores[np.arange(n), wanted][:, None]).sum(axis=1)
        return np.where(place < 10, 1 / np.log2(place + 2), 0).mean()

    assert ndcg(scores) > 1.5 * ndcg(popularity)


def test_attributes_find_tail_items(shop, rows):
    """Items that share attributes with a user's items, on hidden interactions in the tail."""
    user, item, _ = rows
    n, m = shop.n_users, shop.n_items
    hidden = np.random.default_rng(0).random(len(user)) < 0.2
    seen = np.zeros((n, m), dtype=np.float32)
    seen[user[~hidden], item[~hidden]] = 1
    popularity = seen.sum(axis=0)
    names = list(vocabulary_of("shop").attributes)
    codes = [np.unique(shop.items[name].to_numpy(), return_inverse=True)[1] for name in names]
    onehot = np.hstack([np.eye(code.max() + 1, dtype=np.float32)[code] for code in codes])
    onehot -= onehot.mean(axis=0)
    scores = (seen / np.sqrt(popularity + 1)) @ onehot @ onehot.T
    scores[seen > 0] = -np.inf

    in_tail = np.zeros(m, dtype=bool)
    in_tail[np.argsort(-popularity, kind="stable")[m // 2 :]] = True
    tail = hidden & in_tail[item]
    assert tail.sum() > 1000
    wanted = scores[user[tail], item[tail]][:, None]
    # Half of what ties with it goes before it.
    place = (scores[user[tail]] > wanted).sum(axis=1)
    place = place + ((scores[user[tail]] == wanted).sum(axis=1) - 1) / 2
    # Random scores would put them half way, and 50 in 4,000 among the first 50.
    assert place.mean() / m < 0.25
    assert (place < 50).mean() > 8 * 50 / m


# Determinism


@pytest.mark.parametrize("name", PRESETS)
def test_one_seed_gives_the_stored_content(name):
    stored = json.loads((DATASETS / name / "card.json").read_text())["sha256"]
    assert simulated.content_hashes(simulate(name, seed=7)) == stored


def test_another_seed_gives_another_store():
    assert not simulate(SMALL, 1).interactions.equals(simulate(SMALL, 2).interactions)


def test_no_function_whose_last_bit_depends_on_the_processor(monkeypatch):
    wanted = simulated.content_hashes(simulate(SMALL, seed=3))

    def refuse(*args, **kwargs):
        raise AssertionError("not the same on every processor")

    for name in ("exp", "log", "log1p", "expm1", "power", "float_power", "tanh", "einsum"):
        monkeypatch.setattr(np, name, refuse)
    assert simulated.content_hashes(simulate(SMALL, seed=3)) == wanted


def test_order_of_summation_does_not_matter(monkeypatch):
    wanted = simulated.content_hashes(simulate(SMALL, seed=3))

    def product(left, right):
        total = np.zeros((len(left), len(right)))
        for column in reversed(range(left.shape[1])):
            total += np.multiply.outer(
                left[:, column].astype(np.float64), right[:, column].astype(np.float64)
            )
        return total

    def row_products(left, right):
        total = np.zeros(len(left))
        for column in reversed(range(left.shape[1])):
            total += left[:, column].astype(np.float64) * right[:, column]
        return total

    monkeypatch.setattr(truth, "_product", product)
    monkeypatch.setattr(truth, "_row_products", row_products)
    assert simulated.content_hashes(simulate(SMALL, seed=3)) == wanted


# Users, items and time


def test_readable_attributes_of_users_go_with_their_tastes(shop):
    truth_ = shop.truth
    names = np.array([value.name for value in vocabulary_of("shop").attributes["category"]])
    best = names[truth_.category_interest.argmax(axis=1)]
    agree = (best == shop.users["favourite"].to_numpy()).mean()
    assert 0.6 < agree < 0.85
    taste = truth_.user_taste.astype(float)
    groups = shop.users["age_group"].to_numpy()
    between = sum(
        (groups == group).sum() * ((taste[groups == group].mean(axis=0) - taste.mean(axis=0)) ** 2)
        for group in np.unique(groups)
    ).sum()
    assert between / ((taste - taste.mean(axis=0)) ** 2).sum() > 0.05


@pytest.mark.parametrize("name", PRESETS)
def test_log_is_possible(name):
    data, preset = load_dataset(name, truth=False), PRESETS[name]
    log = data.interactions.join(data.items.select("item_id", "added"), on="item_id")
    assert len(log) == data.n_interactions
    assert log.select("user_id", "item_id").is_unique().all()
    assert log.select("user_id", "timestamp").is_unique().all()
    assert (log["timestamp"] >= log["added"]).all()
    assert log["timestamp"].min() >= preset.start
    assert log["timestamp"].max() < block_start(preset, preset.blocks)
    assert ((log["propensity"] > 0) & (log["propensity"] <= 1)).all()
    assert data.interactions.equals(data.interactions.sort("user_id", "timestamp"))
    late = (data.items["added"] > preset.start).mean()
    assert late == pytest.approx(preset.late_share, abs=0.03)


def test_sessions_are_short_and_mostly_in_the_evening(shop):
    gaps = shop.interactions.select(pl.col("timestamp").diff().over("user_id").alias("gap"))[
        "gap"
    ].drop_nulls()
    inside = gaps.filter(gaps < 400)
    assert len(inside) / len(gaps) > 0.5
    hour = shop.interactions["timestamp"].to_numpy() % 86_400 // 3600
    evening = ((hour >= 17) & (hour <= 22)).mean()
    assert evening > 0.4 > 6 / 24


def test_generous_users_rate_higher_and_better_liked_items_get_more(shop, rows):
    user, item, _ = rows
    rating = shop.interactions["rating"].to_numpy()
    strength = shop.truth.pair_strength(user, item)
    assert np.corrcoef(strength, rating)[0, 1] > 0.7
    counts = np.bincount(user)
    residual = rating - np.poly1d(np.polyfit(strength, rating, 3))(strength)
    mean = np.bincount(user, residual) / counts
    within = residual.var()
    # Without a bias, user means would vary by chance alone.
    assert mean[counts > 40].var() > 3 * (within / counts[counts > 40]).mean()


# Settings


def test_wrong_settings_are_explained(monkeypatch):
    with pytest.raises(KeyError, match="unknown preset 'shopp'; there are 'shop'"):
        simulate("shopp")
    with pytest.raises(ValueError, match="rating is 'thumbs'; it must be 'stars'"):
        simulate(replace(SMALL, rating="thumbs"))
    with pytest.raises(ValueError, match="raise mean_activity"):
        simulate(replace(SMALL, min_interactions=200))
    monkeypatch.setattr(catalogue_text, "_TRIES", 1)
    with pytest.raises(ValueError, match="too few title words"):
        simulate(replace(SMALL, n_items=3000))


def test_each_preset_rates_in_its_own_manner():
    rating = {name: load_dataset(name, truth=False).interactions for name in PRESETS}
    assert "rating" not in rating["social"].columns
    assert set(rating["shop"]["rating"]) == {1.0, 2.0, 3.0, 4.0, 5.0}
    assert set(rating["video"]["rating"]) == {step / 2 for step in range(1, 11)}
    plays = rating["music"]["rating"]
    assert plays.min() == 1
    assert plays.max() > 50
    assert (plays == plays.cast(pl.Int64)).all()
    vocabularies = {
        name: set(load_dataset(name, truth=False).items["category"]) for name in PRESETS
    }
    for name, categories in vocabularies.items():
        assert len(categories) == 12
        assert all(not categories & vocabularies[other] for other in PRESETS if other != name)
