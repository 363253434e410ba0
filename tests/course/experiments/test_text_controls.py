"""The stored experiments on text: complete, consistent, still true, and what lesson 16 says."""

import json

import numpy as np
import pytest

from longtail_course.experiments import cost_table, seconds_per_point, stored_results, text_controls
from longtail_course.experiments.text_control_results import PATH
from longtail_course.experiments.text_cost import reads
from longtail_course.experiments.text_experiments import SEEDS, controlled_texts
from longtail_course.experiments.text_probe import probe_rows
from longtail_course.experiments.text_subjects import (
    CONTROLLED,
    PROTOCOLS,
    TEXTS,
    plain_models,
    text_models,
    texts_of,
)
from longtail_course.toys import popularity_deciles
from longtail_lib import evaluate, load_dataset, prepare, split
from longtail_lib.evaluation import pool_reports

BOTH = pytest.mark.parametrize("dataset", PROTOCOLS)
ADDITIVE = "EaseText, additive"


@BOTH
def test_everything_is_stored(dataset):
    found = text_controls(dataset)
    # A run that was stopped keeps the seeds it had measured.
    seeds = found.about["seeds"]
    assert seeds == list(SEEDS)[: len(seeds)] != []
    names = [*plain_models(dataset, 0), *text_models(dataset, np.eye(2), None, 0)]
    for reports in (found.reports, found.deciles):
        assert [each.model for each in reports] == names
    assert set(found.seconds) == set(names)
    texts = [text for text in TEXTS if dataset != "shop" or "tags" not in text]
    for model in CONTROLLED:
        wanted = controlled_texts(model, texts)
        assert found.control_frame(model)["text"].to_list() == wanted
    assert [row["features"] for row in found.probe] == ["length of the text", *texts]
    assert len(found.popularity) == 10
    assert found.popularity == sorted(found.popularity, reverse=True)
    assert bool(found.tagged) == (dataset != "shop")


@BOTH
def test_tables_agree_with_each_other(dataset):
    found = text_controls(dataset)
    for model, without in CONTROLLED.items():
        for group, metric in (("overall", "NDCG@10"), ("tail", "NDCG@100")):
            row = found.control_frame(model, group, metric, digits=5).filter(text="real").row(0)
            value = found.report(model)[group, metric].value
            assert row[1] == pytest.approx(value, abs=2e-5)
            gain = value - found.report(without)[group, metric].value
            assert row[2] == pytest.approx(gain, abs=2e-5)
            assert found.kept(model, "real", group, metric) == 1


@BOTH
def test_plain_models_are_those_of_the_benchmark(dataset):
    found, stored = text_controls(dataset), stored_results(dataset)
    seeds = found.about["seeds"]
    for name in ("Popularity", "ItemKNN", "EASE", "EaseScaled"):
        row = stored["random", name]
        by_seed = row.by_seed["overall", "NDCG@10"]
        old = np.mean([by_seed[row.seeds.index(seed)] for seed in seeds])
        # Pooled values weigh users, not seeds: a user may be in the test part of some seeds only.
        assert found.report(name)["NDCG@10"].value == pytest.approx(old, rel=0.04), name


def test_with_shuffled_text_the_gain_vanishes():
    for dataset in PROTOCOLS:
        found = text_controls(dataset)
        real, shuffled = (
            found.control_frame(ADDITIVE).filter(text=text).row(0, named=True)
            for text in ("real", "all text shuffled")
        )
        assert real["verdict"] == "higher"
        assert shuffled["gain"] < 0.2 * real["gain"]
        assert found.kept(ADDITIVE, "all text shuffled") < 0.2


def test_popularity_measures_as_stored():
    data = prepare(load_dataset("shop"), min_rating=4, min_user_interactions=5)
    reports, slices = [], []
    for seed in text_controls("shop").about["seeds"]:
        parts = split(data, how="random", seed=seed).final()
        model = plain_models("shop", seed)["Popularity"].fit(parts)
        measure = {"k": (10, 100), "metrics": ["NDCG"], "resamples": 100, "name": "Popularity"}
        reports.append(evaluate(model, parts, **measure))
        deciles = popularity_deciles(parts.popularity)
        slices.append(evaluate(model, parts, groups=deciles, **measure))
    found = text_controls("shop")
    for fresh, stored in ((reports, found.reports[0]), (slices, found.deciles[0])):
        for key, value in pool_reports(fresh).values.items():
            assert value.value == pytest.approx(stored.values[key].value, abs=1e-4), key
    assert found.deciles[0]["1", "NDCG@10"].value > 0.1


class Letters:
    """Counts of five letters."""

    def encode(self, texts):
        return np.array([[text.count(letter) + 0.1 for letter in "aeiou"] for text in texts])


def test_probe_measures_as_stored_and_texts_are_changed():
    data = prepare(load_dataset("shop"), min_rating=4, min_user_interactions=5)
    parts = split(data, how="random", seed=0)
    texts = texts_of(parts, Letters())
    assert list(texts) == [text for text in TEXTS if "tags" not in text]
    assert all(len(vectors) == parts.n_items for vectors in texts.values())
    assert not np.allclose(texts["real"], texts["titles removed"])
    rows = {row["features"]: row for row in probe_rows(parts, {"words": texts["words only"]})}
    stored = {row["features"]: row for row in text_controls("shop").probe}
    name = "length of the text"
    assert rows[name]["r2"] == pytest.approx(stored[name]["r2"], abs=1e-3)
    assert rows["words"]["r2"] == pytest.approx(stored["words only"]["r2"], abs=0.02)


def test_price_by_hand():
    assert seconds_per_point(0.04, 50, 10) == pytest.approx(10)
    assert seconds_per_point(0.02, 60, 20, 120, 30) == pytest.approx(22)
    assert seconds_per_point(-0.01, 60, 20) is None
    with pytest.raises(ValueError, match="fits must be at least 1"):
        seconds_per_point(0.02, 60, 20, 120, 0)


@BOTH
def test_cost_table(dataset):
    found = text_controls(dataset)
    once, often = (cost_table(found, fits=fits) for fits in (1, 30))
    for row, later in zip(once.to_dicts(), often.to_dicts(), strict=True):
        assert (row["encoding"] > 0) == reads(row["model"])
        assert (row["seconds a point"] is None) == (row["verdict"] != "higher")
        if row["seconds a point"] is not None and reads(row["model"]):
            assert later["seconds a point"] < row["seconds a point"]
    [additive] = once.filter(model=ADDITIVE).to_dicts()
    gain = found.against["EaseScaled"][ADDITIVE, "tail", "NDCG@100"].difference
    paid = found.seconds[ADDITIVE] - found.seconds["EaseScaled"] + found.encoding["seconds"]
    assert additive["seconds a point"] == pytest.approx(paid / (100 * gain), abs=0.06)


def test_bad_input(tmp_path):
    with pytest.raises(KeyError, match="for 'video'"):
        text_controls("video")
    (tmp_path / "none.json").write_text(json.dumps({"datasets": {}}))
    with pytest.raises(KeyError, match="no experiments"):
        text_controls("shop", path=tmp_path / "none.json")
    found = text_controls("shop")
    with pytest.raises(KeyError, match="no report of 'SASRec'"):
        found.report("SASRec")
    with pytest.raises(KeyError, match="no controls of 'EASE'"):
        found.control_frame("EASE")
    with pytest.raises(KeyError, match="no control 'tags removed'"):
        found.kept(ADDITIVE, "tags removed")
    with pytest.raises(KeyError, match="nothing was compared with 'EASE'"):
        cost_table(found, baseline="EASE")


def test_file_is_small_and_names_no_machine():
    text = PATH.read_text(encoding="utf-8")
    assert len(text) < 400_000
    assert "/work" not in text
    assert "NaN" not in text
