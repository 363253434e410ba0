"""The slider shows what the library computes at each weight, without computing it again."""

import numpy as np
import polars as pl
import pytest

from longtail_course.widgets import tail_weight_slider
from longtail_lib.evaluation import evaluate
from longtail_lib.models import EASE, Popularity, Reranked
from longtail_lib.testing import tiny_parts
from tests.lib.evaluation.conftest import random_split

WEIGHTS = (0, 0.3, 0.6)


@pytest.fixture(scope="module")
def parts():
    made = random_split(60, 50, seed=1)
    titles = [f"Book {item}" for item in made.item_ids]
    object.__setattr__(made, "items", pl.DataFrame({"item_id": made.item_ids, "title": titles}))
    return made


@pytest.fixture(scope="module")
def slider(parts):
    return tail_weight_slider(
        EASE(l2=5.0).fit(parts), parts, 7, "tail_quota", weights=WEIGHTS, k=6, part="test"
    )


@pytest.mark.parametrize("weight", WEIGHTS)
def test_the_list_and_the_metrics_are_those_of_the_re_ranked_model(parts, slider, weight):
    model = Reranked(EASE(l2=5.0), "tail_quota", weight=weight, k=6).fit(parts)
    state = slider.move(weight=weight).state
    expected = [f"Book {item}" for item in model.recommend([7], k=6)[0][0]]
    assert [item.title for item in state["items"]] == expected
    report = evaluate(model, parts, k=6)
    assert state["ndcg"] == pytest.approx(report["NDCG@6"].value)
    assert state["tail_share"] == pytest.approx(report["TailShare@6"].value)


def test_what_enters_and_what_leaves(slider):
    before = set(slider.move(weight=0).state["items"])
    state = slider.move(weight=0.6).state
    assert set(state["entered"]) == set(state["items"]) - before
    assert set(state["left"]) == before - set(state["items"])
    assert len(state["entered"]) == len(state["left"]) >= 1
    assert all(item.group == "tail" for item in state["entered"])
    said = repr(slider)
    assert all(item.title in said for item in (*state["entered"], *state["left"]))


def test_moving_computes_nothing(slider, monkeypatch):
    def refuse(*_):
        raise AssertionError("the slider scored again")

    monkeypatch.setattr(Reranked, "score", refuse)
    monkeypatch.setattr(EASE, "score", refuse)
    slider.move(weight=0.3)


def test_the_picture_names_the_items_and_marks_the_weight(slider):
    slider.move(weight=0.6)
    state = slider.state
    lists, price = slider.snapshots(weight=[0.6]).axes
    texts = [text.get_text() for text in lists.texts]
    assert sum(text.startswith("+") for text in texts) == len(state["entered"])
    assert sum(text.startswith("−") for text in texts) == len(state["left"])
    marked = next(line for line in price.lines if line.get_marker() == "D")
    np.testing.assert_allclose(marked.get_xydata(), [[state["ndcg"], state["tail_share"]]])


def test_ids_stand_in_for_titles():
    slider = tail_weight_slider(Popularity(), tiny_parts(), 0, weights=[0, 0.5], k=2, part="test")
    assert {item.title for item in slider.state["items"]} <= set("abcdef")


@pytest.mark.parametrize("weights", [[0.5], [0.5, 0.1], []])
def test_weights_must_ascend(weights):
    with pytest.raises(ValueError, match="two or more in ascending order"):
        tail_weight_slider(Popularity(), tiny_parts(), 0, weights=weights)


def test_an_unknown_user_is_named():
    with pytest.raises(KeyError, match="unknown user id 9"):
        tail_weight_slider(Popularity(), tiny_parts(), 9, weights=[0, 0.5], k=2, part="test")
