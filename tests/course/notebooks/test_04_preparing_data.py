"""What lesson 04 says about the dirty log and its leaks holds for the stored data."""

from dataclasses import replace

import numpy as np
import polars as pl
import pytest

from longtail_course.checks import preparing_data
from longtail_course.toys import rmse, split_summary
from longtail_course.widgets import core_slider
from longtail_course.worlds import load_dirty_log
from longtail_lib import evaluate, prepare, read_table, split
from longtail_lib.models import EASE, Popularity
from longtail_lib.tail import popularity_groups

RULES = {"rating_range": (1, 5), "max_user_interactions_per_day": 500}


@pytest.fixture(scope="module")
def raw():
    return load_dirty_log()


@pytest.fixture(scope="module")
def log(raw):
    return read_table(
        raw.path,
        user="uid",
        item="sku",
        rating="stars",
        timestamp="ts",
        items=raw.path.with_name("items.csv.gz"),
        item_id="item_id",
        on_error="null",
        unknown_items="keep",
    )


@pytest.fixture(scope="module")
def mended(log):
    upper = pl.col("item_id").str.to_uppercase()
    return log.replace(interactions=log.interactions.with_columns(upper))


@pytest.fixture(scope="module")
def clean(mended):
    return prepare(mended, **RULES)


def test_every_injected_defect_is_found_once_the_ids_are_mended(raw, clean):
    table = preparing_data.found_and_injected(clean.preparation, raw.defects)
    assert table["found"].sum() + table["of_bot"].sum() == clean.preparation.n_before - len(
        clean.interactions
    )
    people = table.filter(pl.col("step") != "bot users")
    assert people["found"].to_list() == people["injected"].to_list()
    assert table["found"][-1] == 0
    assert table["of_bot"].sum() == table["injected"][-1] == raw.defects["defects"]["bot"]
    assert clean.n_interactions == raw.defects["recoverable"]


def test_before_that_good_interactions_are_lost_as_unknown_items(raw, log):
    table = preparing_data.found_and_injected(prepare(log, **RULES).preparation, raw.defects)
    unknown = table.row(by_predicate=pl.col("step") == "unknown items", named=True)
    assert unknown["found"] > unknown["injected"]


def test_no_person_comes_near_the_limit_of_a_day(mended, raw):
    busy = (
        prepare(mended, rating_range=(1, 5))
        .interactions.group_by("user_id", pl.col("timestamp") // 86_400)
        .len()
        .sort("len", descending=True)
    )
    assert busy["user_id"][0] == raw.defects["bot_user"]
    assert busy["len"][0] > 2 * RULES["max_user_interactions_per_day"]
    assert busy["len"][1] < RULES["max_user_interactions_per_day"] / 4


def test_each_rule_for_duplicates_makes_another_dataset(mended):
    liked = [
        prepare(mended, **RULES, duplicates=rule, min_rating=4).n_interactions
        for rule in ("first", "last", "highest")
    ]
    assert len(set(liked)) == 3
    assert liked[2] == max(liked)


def test_a_5_core_leaves_nothing_of_the_tail(clean):
    slider = core_slider(clean, k=1)
    assert slider.state["n_kept"]["tail items"] > 100
    kept = slider.move(k=5).state["kept"]
    assert kept["tail items"] == 0
    assert kept["interactions"] > 0.5


def test_item_means_of_the_whole_log_are_too_good_above_all_in_the_tail(clean):
    parts = split(clean, how="random", values="rating")
    test = parts.test.tocoo()

    def means(matrix):
        counts = np.bincount(matrix.indices, minlength=matrix.shape[1])
        sums = np.bincount(matrix.indices, matrix.data, matrix.shape[1])
        return np.where(counts > 0, sums / np.maximum(counts, 1), matrix.data.mean())[test.col]

    flat, honest, leaking = rmse(
        {
            "flat": np.full(test.nnz, parts.train.data.mean()),
            "honest": means(parts.train),
            "leaking": means(parts.train + parts.validation + parts.test),
        },
        test.data,
        test.col,
        popularity_groups(parts.popularity),
    ).rows(named=True)
    assert leaking["overall"] < flat["overall"]
    assert honest["mid"] > flat["mid"]
    assert honest["tail"] > flat["tail"]
    # In the head the leak is small; in the tail it hides more than a third of the error.
    assert leaking["head"] > 0.85 * honest["head"]
    assert leaking["tail"] < 0.67 * honest["tail"]


def test_a_fit_on_test_lifts_ease_and_hardly_popularity(clean):
    parts = split(clean, how="random")
    everything = replace(parts, train=parts.train + parts.validation + parts.test)
    gain = {}
    for model in (Popularity(), EASE()):
        honest, leaking = (
            evaluate(model.fit(fitted), parts, allow_known=True, metrics=["NDCG"], resamples=1)
            for fitted in (parts, everything)
        )
        honest, leaking = honest["NDCG@10"].value, leaking["NDCG@10"].value
        assert honest > 0.05
        gain[type(model)] = leaking - honest
    assert gain[EASE] > 0.1
    assert gain[Popularity] < 0.3 * gain[EASE]


def test_the_split_decides_what_is_asked(clean):
    about = {how: split_summary(split(clean, how=how)) for how in ("temporal", "random")}
    assert about["temporal"]["future"] == 0
    assert about["random"]["future"] > 0.9
    assert about["temporal"]["new users"] > 0.2
    assert about["random"]["new users"] < 0.05
