import json
import math

import numpy as np
import pytest

from longtail_lib.evaluation import Report, Value, evaluate
from longtail_lib.testing import tiny_model, tiny_parts


@pytest.fixture(scope="module")
def report():
    return evaluate(tiny_model(), tiny_parts(), k=(1, 2))


def test_lookup_and_its_error(report):
    assert report["overall", "NDCG@2"] is report["NDCG@2"]
    assert isinstance(report["tail", "Recall@1"], Value)
    with pytest.raises(KeyError, match=r"no 'NDCG@10' for 'overall'; groups: overall, head"):
        report["NDCG@10"]


def test_frame_holds_every_value_rounded(report):
    frame = report.to_frame()
    assert frame.columns == ["model", "group", "metric", "k", "value", "low", "high", "n"]
    assert len(frame) == 2 * 13 * 4
    row = frame.row(by_predicate=None, index=0, named=True)
    assert (row["group"], row["metric"], row["k"]) == ("overall", "HitRate", 1)
    exact = report.to_frame(digits=None)
    for row, full in zip(frame.iter_rows(named=True), exact.iter_rows(named=True), strict=True):
        found = report[row["group"], f"{row['metric']}@{row['k']}"]
        assert row["n"] == found.n
        if math.isnan(found.value):
            assert row["value"] is None
        else:
            assert full["value"] == found.value
            assert row["value"] == round(found.value, 4)


@pytest.mark.parametrize("per_user", [False, True])
def test_json_round_trip(report, per_user):
    text = report.to_json(per_user=per_user)
    json.loads(text, parse_constant=lambda name: pytest.fail(f"{name} is not JSON"))
    back = Report.from_json(text)
    assert back.values.keys() == report.values.keys()
    for key, found in report.values.items():
        np.testing.assert_array_equal(back.values[key], found)
    assert back.protocol == report.protocol
    assert repr(back) == repr(report)
    assert (back.user_rows is not None) == per_user
    if per_user:
        for key, numbers in report.per_user.items():
            np.testing.assert_array_equal(back.per_user[key], numbers)
        for k, counts in report.exposure.items():
            np.testing.assert_array_equal(back.exposure[k], counts)


@pytest.mark.parametrize("text", ["", "{}", "[1]", '{"format": 99}'])
def test_refuses_other_text(text):
    with pytest.raises(ValueError, match="not a report written by to_json"):
        Report.from_json(text)


def test_protocol_states_what_was_done(report):
    words = report.protocol
    assert words["dataset"] == "tiny"
    assert words["catalogue"] == "6 items, ranked in full"
    assert words["k"] == "1, 2"
    assert "train and validation" in words["seen items"]
    assert "20% of catalogue items with most train" in words["groups"]
    assert "hash" in words["ties"]
    assert "1,000 resamples" in words["intervals"]
    assert "95%" in words["intervals"]


def test_text_and_html_show_rounded_values_and_escape_names():
    report = evaluate(tiny_model(), tiny_parts(), k=2, name="<b>")
    assert "NDCG@2" in repr(report)
    assert f"{report['NDCG@2'].value:.4f}" in repr(report)
    html = report._repr_html_()
    assert html == evaluate(tiny_model(), tiny_parts(), k=2, name="<b>")._repr_html_()
    assert "&lt;b&gt;" in html
    assert "of <b>" not in html
    for group in report.groups:
        assert f"{report[group, 'Recall@2'].value:.4f}" in html
    low, high = report["NDCG@2"].low, report["NDCG@2"].high
    assert f"[{low:.4f}, {high:.4f}]" in html
    assert "<details>" in html
    assert ">nan" not in html
    assert "[nan" not in html


def test_exposure_counts_recommendations(report):
    # Lists at k = 2: f d, c f, e c.
    assert report.exposure[2].tolist() == [0, 0, 2, 1, 1, 2]
    assert report.exposure[1].tolist() == [0, 0, 1, 0, 1, 1]


def test_per_user_numbers_give_the_values(report):
    for key, numbers in report.per_user.items():
        found = report.values[key]
        assert found.n == np.count_nonzero(~np.isnan(numbers))
        if found.n:
            assert np.nanmean(numbers) == pytest.approx(found.value)


def test_plot_draws_a_point_and_an_interval_for_each_group(report):
    figure = report.plot(("NDCG@2", "Recall@2"))
    axes = figure.axes[0]
    assert [label.get_text() for label in axes.get_xticklabels()] == list(report.groups)
    drawn = axes.containers[0].lines[0].get_ydata()
    np.testing.assert_allclose(drawn, [report[group, "NDCG@2"].value for group in report.groups])
    assert len(axes.containers) == 2
    with pytest.raises(KeyError, match="no 'F1@2'"):
        report.plot("F1@2")
