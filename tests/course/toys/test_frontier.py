"""Dominated points against comparing each with each, and what a frontier says of reports."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from longtail_course.toys import frontier
from longtail_course.toys._frontier import dominated
from longtail_lib.evaluation import Report, Value, evaluate
from longtail_lib.models import Popularity, Random
from tests.lib.evaluation.conftest import random_split

pairs = st.lists(st.tuples(st.integers(0, 6), st.integers(0, 6)), min_size=1, max_size=25)


def each_with_each(points):
    return [any(a >= x and b >= y and (a > x or b > y) for a, b in points) for x, y in points]


@given(pairs)
def test_dominated_equals_comparing_each_with_each(points):
    assert dominated(points).tolist() == each_with_each(points)


def report(name, **values):
    found = {("overall", f"{key}@10"): Value(v, v - 0.01, v + 0.01, 9) for key, v in values.items()}
    return Report(
        name,
        tuple(values),
        (10,),
        ("overall",),
        found,
        {"part": "test", "fingerprint": "a", "groups fingerprint": "b"},
    )


def test_flags_paths_and_order():
    low, high = report("low", NDCG=0.1, TailShare=0.5), report("high", NDCG=0.4, TailShare=0.0)
    beaten = report("beaten", NDCG=0.1, TailShare=0.4)
    found = frontier({"one": [high, low], "two": beaten})
    assert [point.dominated for point in found.points] == [False, False, True]
    assert found.paths == ("one", "two")
    assert [point.label for point in found.best] == ["low", "high"]
    frame = found.to_frame()
    assert frame["dominated"].to_list() == [False, False, True]
    assert frame["y"].to_list() == [0.0, 0.5, 0.4]
    assert frame["x_low"].to_list() == pytest.approx([0.39, 0.09, 0.09])
    assert repr(found).splitlines()[3].split() == ["beaten", "0.1000", "0.4000", "yes"]
    assert found._repr_html_().count("<tr>") == 4


@pytest.mark.parametrize("metric", ["Gini", "ARP"])
def test_for_inequality_and_popularity_lower_is_better(metric):
    even = report("even", **{"NDCG": 0.3, metric: 0.2})
    uneven = report("uneven", **{"NDCG": 0.3, metric: 0.9})
    found = frontier([even, uneven], y=f"{metric}@10")
    assert [point.dominated for point in found.points] == [False, True]


def test_random_is_not_beaten_by_popularity_nor_the_other_way_round():
    parts = random_split(80, 60, seed=0)
    reports = [
        evaluate(model.fit(parts), parts, resamples=20) for model in (Popularity(), Random())
    ]
    assert reports[0]["NDCG@10"].value > reports[1]["NDCG@10"].value
    assert not any(point.dominated for point in frontier(reports).points)
    tail = frontier(reports, x=("head", "NDCG@10"), y=("overall", "Coverage@10"))
    assert tail.x == ("head", "NDCG@10")


def test_what_cannot_be_compared_is_refused():
    first = report("first", NDCG=0.1, TailShare=0.5)
    with pytest.raises(ValueError, match="no reports"):
        frontier([])
    with pytest.raises(KeyError, match="no 'Fame@10'"):
        frontier([first], y="Fame@10")
    other = replace(first, protocol={**first.protocol, "part": "validation"})
    with pytest.raises(ValueError, match=r"measured differently \(part: validation and test"):
        frontier([first, other])
    with pytest.raises(ValueError, match="not defined"):
        frontier([first, report("empty", NDCG=float("nan"), TailShare=0.1)])
