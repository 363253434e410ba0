"""The report of a preparation: what it shows, and that it can show every dropped row."""

import narwhals as nw
import pytest

from longtail_lib.preprocessing import prepare


@pytest.fixture
def report(make_dataset, library):
    data = make_dataset(
        {
            "user_id": [1, 1, 2, 2, 2],
            "item_id": ["a", "a", "<b>", "a", "b"],
            "rating": [1.0, 2.0, 3.0, None, 5.0],
            "timestamp": [1, 2, 3, 4, 5],
            "row": [10, 20, 30, 40, 50],
        },
        items={"item_id": ["a", "b"]},
        library=library,
        name="A & B",
    )
    return prepare(data, min_rating=2).preparation


def test_dropped_rows_with_their_reason(report, rows_of):
    dropped = nw.from_native(report.dropped)
    assert dropped.columns[:3] == ["row", "step", "reason"]
    assert rows_of(dropped, "row", "step", "user_id", "item_id", "source_row") == [
        (0, "repeated pairs", 1, "a", 10),
        (2, "unknown items", 2, "<b>", 30),
        (3, "missing values", 2, "a", 40),
    ]
    assert dropped["reason"].to_list()[1] == "the item is not in the catalogue"
    assert type(report.dropped) is type(report.source)


def test_frame_has_a_row_a_step(report):
    frame = report.to_frame()
    assert frame.columns == ["step", "rule", "dropped", "left", "examples"]
    assert frame.select("step", "dropped", "left", "examples").rows() == [
        ("missing values", 1, 4, "3"),
        ("unknown items", 1, 3, "2"),
        ("exact duplicates", 0, 3, ""),
        ("repeated pairs", 1, 2, "0"),
        ("implicit threshold", 0, 2, ""),
    ]


def test_rows_of_a_step_that_did_not_run(report):
    with pytest.raises(KeyError, match="'k-core' ran; these did: 'missing values'"):
        report.rows("k-core")


def test_text_and_html_say_the_same_numbers(report):
    text, html = repr(report), report._repr_html_()
    assert text.startswith("Preparation of 'A & B': 5 interactions, 2 left (40.0%)")
    assert "A &amp; B" in html
    for step in report.steps:
        assert step.name in text
        assert step.name in html
        assert step.rule in text
    assert html.count("<tr>") == 1 + len(report.steps)
    assert "0x" not in text + html


def test_parameters_hold_the_defaults_too(report):
    assert report.parameters["min_rating"] == 2
    assert report.parameters["duplicates"] == "last"
    assert report.parameters["keep_catalogue"] is True
