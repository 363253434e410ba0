from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from longtail_course.worlds import FeedbackLoop, feedback_loop, provider_exposure
from longtail_lib.models import EASE, Popularity, Random
from tests.course.worlds.simulated_world import store


@pytest.fixture(scope="module")
def parts():
    return store()


@pytest.fixture(scope="module")
def loops(parts):
    return [feedback_loop(model, parts, rounds=3, k=5) for model in (Popularity(), Random())]


def test_equals_plain_python(parts, loops):
    table = provider_exposure(loops, parts, digits=None)
    preference = parts.truth.preference(np.arange(parts.n_users)).astype(np.float32)
    for loop in loops:
        exposure = loop.per_item["exposure"]
        for name in ("m0", "m1", "m2", "m3"):
            own = [place for place in range(80) if f"m{place % 4}" == name]
            found = table.filter(model=loop.model, provider=name).row(0, named=True)
            shown = exposure[own].sum() / exposure.sum()
            demand = preference[:, own].sum() / preference.sum()
            assert found["items"] == 20
            assert found["catalogue_share"] == 0.25
            assert found["exposure_share"] == pytest.approx(shown)
            assert found["demand_share"] == pytest.approx(demand, rel=1e-5)
            assert found["exposure_per_demand"] == pytest.approx(shown / demand, rel=1e-5)
            assert found["choices"] == loop.per_item["choices"][own].sum()
            assert found["satisfaction"] == pytest.approx(
                loop.per_item["preference_shown"][own].sum() / exposure[own].sum()
            )


def test_random_shows_providers_by_their_catalogue_and_popularity_does_not(parts, loops):
    parts = replace(parts, items=parts.items.with_columns(half=np.arange(80) >= 40))
    table = provider_exposure(loops, parts, by="half")
    shown = {(row["model"], row["provider"]): row["exposure_share"] for row in table.to_dicts()}
    assert shown["Random", "True"] == pytest.approx(0.5, abs=0.08)
    assert shown["Popularity", "True"] < 0.1


def test_labels_of_the_caller(parts, loops):
    half = np.where(np.arange(80) >= 40, "rear", "front")
    table = provider_exposure(loops[0], parts, by=half)
    assert table["provider"].to_list() == ["front", "rear"]
    assert table["exposure_share"].sum() == pytest.approx(1)
    with pytest.raises(ValueError, match=r"labels of shape \(79,\)"):
        provider_exposure(loops[0], parts, by=half[:79])


def test_a_pandas_table_with_gaps(parts, loops):
    makers = ["m"] * 79 + [None]
    items = pd.DataFrame({"item_id": parts.item_ids, "maker": makers})
    table = provider_exposure(loops[1], replace(parts, items=items))
    assert table["provider"].to_list() == ["(none)", "m"]
    assert table["items"].to_list() == [1, 79]


def test_refusals(parts, loops):
    with pytest.raises(KeyError, match="no column 'brand'"):
        provider_exposure(loops, parts, by="brand")
    with pytest.raises(ValueError, match="started from another split"):
        provider_exposure(loops, store(seed=9))
    bare = FeedbackLoop.from_json(loops[0].to_json())
    with pytest.raises(ValueError, match="holds no numbers of each item"):
        provider_exposure(bare, parts)
    whole = FeedbackLoop.from_json(loops[0].to_json(per_item=True))
    assert provider_exposure(whole, parts).equals(provider_exposure(loops[0], parts))


def test_where_nothing_was_shown_satisfaction_is_null(parts):
    parts = replace(parts, items=parts.items.with_columns(last=np.arange(80) == 79))
    table = provider_exposure(feedback_loop(EASE(l2=20.0), parts, rounds=1, k=1), parts, by="last")
    found = table.filter(provider="True").row(0, named=True)
    assert found["exposure_share"] == 0
    assert found["satisfaction"] is None
