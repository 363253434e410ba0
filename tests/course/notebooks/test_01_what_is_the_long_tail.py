"""What the prose of lesson 01 says about the simulated stores, computed in another way."""

from collections import Counter

import numpy as np
import pytest

from longtail_course.toys import items_holding
from longtail_course.worlds import movielens_figures
from longtail_lib.datasets import load_dataset
from longtail_lib.tail import gini, top_share

STORES = ("shop", "video", "music", "social")


class Store:
    """Counts, tail and the tail's part of log and favourites, from sorts of our own."""

    def __init__(self, name):
        self.data = load_dataset(name)
        tally = Counter(self.data.interactions["item_id"].to_list())
        self.counts = np.array([tally[item] for item in self.data.items["item_id"]])
        order = sorted(range(len(self.counts)), key=lambda item: (-self.counts[item], item))
        self.group = np.full(len(order), "mid", dtype="<U4")
        self.group[order[: -(-len(order) // 5)]] = "head"
        self.group[order[len(order) - len(order) // 2 :]] = "tail"
        self.people = np.arange(0, self.data.n_users, 5)
        self.liked = self.data.truth.preference(self.people)
        self.best = np.argsort(-self.liked, axis=1, kind="stable")[:, :50]
        self.of_log = self.counts[self.group == "tail"].sum() / self.counts.sum()
        self.of_favourites = (self.group[self.best] == "tail").mean()


@pytest.fixture(scope="module")
def stores():
    return {name: Store(name) for name in STORES}


def test_shop_is_as_unequal_as_movielens_and_its_tail_is_easier(stores):
    here, there = stores["shop"].counts, movielens_figures().item_counts
    assert abs(top_share(here) - top_share(there)) < 0.03
    assert abs(gini(here) - gini(there)) < 0.03
    assert 0.3 < (there == 1).mean() < 0.4
    assert (here == 1).mean() < (there == 1).mean() / 3


def test_most_popular_item_and_the_items_that_hold_half(stores):
    counts = stores["shop"].counts
    assert counts.max() > 100 * np.median(counts)
    assert 0.04 < items_holding(counts) / len(counts) < 0.06


def test_late_items_are_liked_as_much_and_are_mostly_tail(stores):
    shop = stores["shop"]
    added = shop.data.items["added"].to_numpy()
    late = added > added.min()
    liked = shop.liked.mean(axis=0)
    assert liked[late].mean() == pytest.approx(liked[~late].mean(), rel=0.1)
    in_tail = shop.group == "tail"
    assert in_tail[late].mean() > 0.7 > 0.5 > in_tail[~late].mean()


def test_favourites_are_mostly_head_and_yet_many_users_have_one_in_the_tail(stores):
    shop = stores["shop"]
    assert shop.of_log < shop.of_favourites < 2 * shop.of_log
    assert (shop.group[shop.best] == "head").mean() > 0.5
    assert 0.2 < (shop.group[shop.best[:, :10]] == "tail").any(axis=1).mean() < 0.5


def test_popularity_exaggerates_what_users_like(stores):
    shop = stores["shop"]
    shown = shop.data.truth.propensity(shop.people)
    means = {
        name: (
            shop.counts[shop.group == name].mean(),
            shop.liked[:, shop.group == name].mean(),
            shown[:, shop.group == name].mean(),
        )
        for name in ("head", "tail")
    }
    interactions, liked, was_shown = np.divide(means["head"], means["tail"])
    assert liked > 2
    assert was_shown > 2
    assert interactions > 5 * liked
    seen = np.take_along_axis(shown, shop.best, axis=1)
    group = shop.group[shop.best]
    assert seen[group == "head"].mean() > 3 * seen[group == "tail"].mean()
    equal = shop.liked[:, shop.group == "tail"].sum() / shop.liked.sum()
    assert equal > 3 * shop.of_log


def test_what_the_prose_says_of_the_four_stores(stores):
    def first(measure):
        return max(stores, key=measure)

    assert first(lambda name: gini(stores[name].counts)) == "shop"
    half = {name: items_holding(s.counts) / len(s.counts) for name, s in stores.items()}
    assert min(half, key=half.get) == "shop"
    assert first(lambda name: stores[name].of_log) == "music"
    excess = {name: store.of_favourites / store.of_log for name, store in stores.items()}
    assert 1.1 < excess["shop"] < 1.5
    assert excess["music"] > 1
    for name in ("video", "social"):
        assert stores[name].of_favourites > stores["music"].of_favourites + 0.02
        assert 1.8 < excess[name] < 2.5
