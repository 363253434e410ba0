"""What is shown and chosen, against exact fractions, repetition and the truth."""

from dataclasses import replace
from fractions import Fraction

import numpy as np
import pytest

from longtail_lib.datasets import load_dataset
from longtail_lib.simulation import PRESETS
from longtail_lib.simulation._catalogue import draw_catalogue, vocabulary_of
from longtail_lib.simulation._logging_policy import run_policy
from longtail_lib.simulation._population import draw_population
from longtail_lib.simulation._simulate import build_truth

TINY = replace(
    PRESETS["shop"],
    n_users=30,
    n_items=60,
    blocks=4,
    mean_activity=9.0,
    activity_spread=0.5,
    late_share=0.3,
)
RUNS = 300


def world(preset, n_visitors, seed=5):
    vocabulary = vocabulary_of(preset.vocabulary)
    catalogue = draw_catalogue(preset, vocabulary, seed)
    visitors = draw_population(preset, catalogue, n_visitors, seed)
    return build_truth(preset, catalogue, visitors, seed)


def shown_matrix(truth, events, block=None):
    here = np.ones(len(events.user), bool) if block is None else events.block == block
    shown = np.zeros((len(truth.user_ids), len(truth.item_ids)), bool)
    shown[events.user[here], events.item[here]] = True
    return shown


def test_propensity_equals_exact_fractions():
    truth = world(TINY, 30)
    run_policy(truth, np.random.default_rng(0))
    block, user = 2, int(truth.places[:, 2].argmax())
    n_items, quarters, start = len(truth.item_ids), 5, 1.0
    assert truth.policy.tolist() == [quarters, 8, start]
    before = [int(truth.counted[0, i] + truth.counted[1, i]) for i in range(n_items)]
    is_open = [int(truth.entry[i]) <= block for i in range(n_items)]
    # Front page (count + 1)^(5/4) and browsing (count + 1)^2, in 256ths, rounded down.
    front = [
        int(np.floor(256 * (c + 1) * np.sqrt(np.sqrt(float(c + 1))))) * o
        for c, o in zip(before, is_open, strict=True)
    ]
    browse = [256 * (c + 1) ** 2 * o for c, o in zip(before, is_open, strict=True)]
    mixture = [Fraction(int(share), 1024) for share in truth.mixture[user]]
    assert sum(mixture) == 1
    found = truth.propensity_in_block(np.array([user]), np.arange(n_items), block)
    for i in range(n_items):
        same_category = [j for j in range(n_items) if truth.category[j] == truth.category[i]]
        same_cell = [j for j in same_category if truth.theme[j] == truth.theme[i] and is_open[j]]
        liking = Fraction(int(truth.category_interest[user, truth.category[i]]), 16384)
        theme = Fraction(int(truth.theme_interest[user, truth.theme[i]]), 16384)
        once = Fraction(0)
        if is_open[i]:
            once = (
                mixture[0] * Fraction(front[i], sum(front))
                + mixture[1] * liking * Fraction(browse[i], sum(browse[j] for j in same_category))
                + mixture[2] * liking * theme / len(same_cell)
                + mixture[3] / sum(is_open)
            )
        exact = 1 - (1 - once) ** int(truth.places[user, block])
        assert found[i] == pytest.approx(float(exact), abs=1e-12)


def test_shown_as_often_as_the_propensity_says():
    """Many runs of a policy without feedback: each pair's frequency against its propensity."""
    truth = world(replace(TINY, front_power=0, browse_power=0), 30)
    times = np.zeros((len(truth.user_ids), len(truth.item_ids)))
    for seed in range(RUNS):
        times += shown_matrix(truth, run_policy(truth, np.random.default_rng(seed)))
    chance = truth.propensity(np.arange(len(truth.user_ids)))
    never = chance == 0
    assert not times[never].any()
    spread = np.sqrt(RUNS * chance * (1 - chance))
    likely = spread > 1
    assert likely.sum() > 1000
    z = (times - RUNS * chance)[likely] / spread[likely]
    assert abs(z.mean()) < 0.15
    assert (z**2).mean() == pytest.approx(1, abs=0.15)


def test_propensity_follows_the_feedback():
    """With feedback each run has its own propensities; over many pairs they must be met."""
    truth = world(TINY, 30)
    rows, items = np.arange(len(truth.user_ids))[:, None], np.arange(len(truth.item_ids))
    edges = np.array([0, 0.02, 0.05, 0.1, 0.2, 0.4, 0.6, 0.8, 1.01])
    shown, expected, variance = (np.zeros(len(edges) - 1) for _ in range(3))
    for seed in range(100):
        events = run_policy(truth, np.random.default_rng(seed))
        for block in range(1, TINY.blocks):
            chance = truth.propensity_in_block(rows, items, block)
            group = np.digitize(chance.ravel(), edges) - 1
            for total, weight in (
                (shown, shown_matrix(truth, events, block)),
                (expected, chance),
                (variance, chance * (1 - chance)),
            ):
                total += np.bincount(group, weight.ravel(), minlength=len(total))
    used = variance > 20
    assert used.sum() >= 6
    # Places of one slate compete a little, hence the margin above one.
    assert np.abs((shown - expected)[used] / np.sqrt(variance[used])).max() < 4


def test_choices_follow_the_real_preference():
    truth = world(replace(TINY, n_items=200), 200)
    events = run_policy(truth, np.random.default_rng(1))
    pair = events.user * len(truth.item_ids) + events.item
    chosen_in = np.full(len(truth.user_ids) * len(truth.item_ids), TINY.blocks)
    chosen_in[pair[events.chosen]] = events.block[events.chosen]
    fresh = events.block <= chosen_in[pair]
    preference = truth.preference(np.arange(len(truth.user_ids)))[events.user, events.item][fresh]
    chosen = events.chosen[fresh]
    assert not events.chosen[~fresh].any()
    for low, high in ((0, 0.05), (0.05, 0.3), (0.3, 0.7), (0.7, 0.95), (0.95, 1.01)):
        here = (preference >= low) & (preference < high)
        assert here.sum() > 100
        spread = np.sqrt((preference[here] * (1 - preference[here])).sum())
        assert abs(chosen[here].sum() - preference[here].sum()) < 4 * spread


def test_recorded_propensities_are_those_of_the_truth():
    data = load_dataset("shop")
    preset, truth = PRESETS["shop"], data.truth
    user = data.interactions["user_id"].to_numpy() - 1
    item = np.searchsorted(truth.item_ids, data.interactions["item_id"].to_numpy().astype(str))
    block = (data.interactions["timestamp"].to_numpy() - preset.start) // (30 * 86_400)
    recorded = data.interactions["propensity"].to_numpy()
    for number in range(preset.blocks):
        here = block == number
        found = truth.propensity_in_block(user[here], item[here], number)
        assert np.abs(found - recorded[here]).max() < 1.01e-7
    rows = np.arange(0, data.n_users, 100)
    overall = truth.propensity(rows)
    assert overall.shape == (30, 4000)
    assert (
        overall[rows.searchsorted(user[np.isin(user, rows)]), item[np.isin(user, rows)]] > 0
    ).all()
    at_least = overall[rows.searchsorted(user[np.isin(user, rows)]), item[np.isin(user, rows)]]
    assert (at_least >= recorded[np.isin(user, rows)] - 1e-7).all()


def test_popularity_feeds_on_itself():
    def gini(counts):
        counts = np.sort(counts)
        rank = np.arange(1, len(counts) + 1)
        return ((2 * rank - len(counts) - 1) * counts).sum() / (len(counts) * counts.sum())

    def ginis(**changes):
        truth = world(replace(PRESETS["shop"], n_items=400, late_share=0.0, **changes), 900)
        run_policy(truth, np.random.default_rng(2))
        return gini(truth.counted[:3].sum(axis=0)), gini(truth.counted[-12:].sum(axis=0))

    early, late = ginis()
    assert late > early + 0.05
    flat_early, flat_late = ginis(front_power=0, browse_power=0)
    assert late > flat_late + 0.1
    assert flat_late < flat_early + 0.02


def test_shares_of_the_personal_part():
    truth = load_dataset("shop").truth
    parts = truth.components(np.arange(0, 3000, 3))
    attributes, residual = parts["attributes"], parts["residual"]
    total = attributes.var() + residual.var()
    assert attributes.var() / total == pytest.approx(0.6, abs=0.03)
    assert residual.var() / total == pytest.approx(0.4, abs=0.03)
    assert abs(np.corrcoef(attributes.ravel(), residual.ravel())[0, 1]) < 0.03
    preference = truth.preference(np.arange(0, 3000, 100))
    assert preference.min() >= 0
    assert preference.max() <= 1
    assert (preference * 4096 == np.rint(preference * 4096)).all()


def test_preference_is_the_same_in_blocks_in_any_order_and_pair_by_pair():
    truth = load_dataset("shop").truth
    rows = np.arange(0, 3000, 150)
    whole = truth.preference(rows)
    assert np.array_equal(
        np.vstack([truth.preference(rows[i : i + 3]) for i in range(0, 20, 3)]), whole
    )
    order = np.array([4, 1, 8, 6, 3, 0, 2, 7, 5])
    shuffled = replace(
        truth, user_taste=truth.user_taste[:, order], item_taste=truth.item_taste[:, order]
    )
    assert np.array_equal(shuffled.preference(rows), whole)
    pairs = truth.pair_strength(np.repeat(rows, 4000), np.tile(np.arange(4000), len(rows)))
    matrix = sum(truth.components(rows).values()) + truth.scale[2] / 1024
    assert np.array_equal(pairs.reshape(matrix.shape), matrix)


def test_tail_lovers_are_shown_and_choose_less_popular_items():
    data = load_dataset("shop")
    popularity = data.truth.counted.sum(axis=0)
    user = data.interactions["user_id"].to_numpy() - 1
    item = np.searchsorted(data.truth.item_ids, data.interactions["item_id"].to_numpy().astype(str))
    weight = data.truth.appeal_weight[user]
    head_lovers, tail_lovers = weight > np.quantile(weight, 0.8), weight < np.quantile(weight, 0.2)
    assert popularity[item[head_lovers]].mean() > 1.5 * popularity[item[tail_lovers]].mean()
