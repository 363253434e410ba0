"""The stored table of debiased models: complete, still true, and what lesson 10 says of it."""

import json

import numpy as np
import pytest

from longtail_course.experiments import debiased_results
from longtail_course.experiments.debiased_models import PATH, fresh_parts, judge, shop_parts
from longtail_course.experiments.debiased_subjects import FRESH, SUBJECTS, UNMEASURED
from longtail_course.worlds.tiny_store import alphabetical_model, tiny_store


def rows(log="stored"):
    return {row["model"]: row for row in debiased_results(log=log).iter_rows(named=True)}


def test_judge_by_hand():
    parts = tiny_store()
    found = judge(alphabetical_model(), parts, k=2)
    # All see the first item; the second and third follow, with .7 and .2 or .1 and .7.
    assert found["value"] == pytest.approx((0.7 + 0.2 + 0.1 + 0.7) / 4)
    assert found["coverage"] == 2 / 5
    assert found["ndcg"] is None


def test_every_model_is_stored():
    # A name that is measured leaves the list of those that are not.
    assert list(rows()) == [name for name in SUBJECTS if name not in UNMEASURED]
    assert list(rows("fresh")) == list(FRESH)
    for row in json.loads(PATH.read_text())["rows"]:
        assert row["params"] == SUBJECTS[row["model"]].fixed


def test_the_twin_of_macr_is_macr_without_its_corrections():
    corrected, twin = (SUBJECTS[name] for name in ("MACR", "MACR, corrections at 0"))
    assert corrected.home == twin.home
    changed = {key: value for key, value in twin.fixed.items() if corrected.fixed.get(key) != value}
    assert changed == {"item_weight": 0.0, "user_weight": 0.0, "c": 0.0}


def test_bad_input(tmp_path):
    with pytest.raises(ValueError, match="no table 'deblased'"):
        debiased_results("deblased")
    (tmp_path / "few.json").write_text(json.dumps({"rows": []}))
    with pytest.raises(ValueError, match="'MF, no weights'"):
        debiased_results("weights", path=tmp_path / "few.json")


def test_unclipped_weights_ruin_the_model_and_a_floor_repairs_most():
    for log in ("stored", "fresh"):
        value = {name: row["value"] for name, row in rows(log).items()}
        assert value["1/popularity"] < 0.75 * value["MF, no weights"]
        assert value["1/popularity"] < value["1/popularity, clipped"] - 0.05
        assert value["1/popularity, clipped"] < value["MF, no weights"]
    stored = rows()
    assert stored["1/popularity"]["value"] < stored["Popularity"]["value"] + 0.02
    assert stored["1/popularity, SNIPS"]["value"] < stored["Popularity"]["value"] + 0.02
    assert stored["1/popularity"]["ndcg"] < stored["Popularity"]["ndcg"]
    assert stored["1/popularity, SNIPS"]["tail_share"] > 0.1


def test_truth_and_test_part_disagree_about_the_debiased_models():
    stored = rows()
    scaled = stored["EASE, exponent .25"]
    assert scaled["value"] > stored["EASE"]["value"] + 0.01
    for name in ("MACR", "CDN"):
        assert stored[name]["value"] > stored["EASE"]["value"] + 0.01
        assert stored["Popularity"]["ndcg"] < stored[name]["ndcg"] < scaled["ndcg"]
        assert stored[name]["tail_share"] < 0.002
    for name in ("MACR", "CDN", "BBN"):
        assert 0.25 < stored[name]["value"] < stored["MF, no weights"]["value"]
    assert stored["BBN"]["tail_share"] > 0.2
    assert stored["BBN"]["value"] < stored["Popularity"]["value"]


def test_tail_places_of_the_exponent_are_few_and_well_filled():
    stored = rows()
    places = {
        name: row["tail_share"] * (row["tail_value"] or 0)
        for name, row in stored.items()
        if name in ("Popularity", "ItemKNN", "EASE", "EASE, exponent .25", "MACR", "CDN")
    }
    assert max(places, key=places.get) == "EASE, exponent .25"
    assert stored["EASE, exponent .25"]["tail_value"] > 3 * stored["BBN"]["tail_value"]


def test_fresh_log_leaves_nothing_to_test_on():
    parts = tiny_store()
    fresh = fresh_parts(parts, seed=3)
    assert fresh.train.shape == parts.train.shape
    assert fresh.test.nnz == fresh.validation.nnz == 0
    assert 0 < fresh.train.nnz < np.prod(parts.train.shape)
    assert (fresh.train != fresh_parts(parts, seed=4).train).nnz > 0


@pytest.mark.slow
def test_plain_models_measure_as_stored():
    parts, stored = shop_parts(), rows()
    for name in ("Random", "Popularity", "ItemKNN"):
        found = judge(SUBJECTS[name].build().refit(parts), parts.final())
        for key, value in found.items():
            if value is not None:
                assert value == pytest.approx(stored[name][key], abs=2e-3), (name, key)


@pytest.mark.slow
def test_ruined_model_is_ruined_again():
    parts, stored = shop_parts(), rows()
    found = judge(SUBJECTS["1/popularity"].build().refit(parts), parts.final())
    assert found["value"] == pytest.approx(stored["1/popularity"]["value"], abs=0.05)
    assert found["value"] < stored["Popularity"]["value"] + 0.05
