"""The report of a preparation: what it shows, and that it can show every dropped row."""

import narwhals as nw
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from longtail_lib.models import Popularity
from longtail_lib.preprocessing import prepare, split


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


STARS = st.sampled_from([None, 0.0, 1.0, 3.0, 4.0, 5.0, 9.0])
ROWS = st.tuples(st.sampled_from([None, "u", " u", "v", "w"]), st.sampled_from("abcz"), STARS)
# Two interactions that no rule drops, so that something is always left.
LOGS = st.lists(ROWS, max_size=25).map(lambda log: [*log, ("x", "a", 5.0), ("x", "b", 5.0)])


@settings(max_examples=60)
@given(log=LOGS, least=st.integers(1, 2), catalogue=st.booleans(), twice=st.booleans(),
       library=st.sampled_from(["polars", "pandas"]))  # fmt: skip
def test_dismissed_is_what_the_log_knew_and_lost(
    make_dataset, rows_of, log, least, catalogue, twice, library
):
    users, items, ratings = map(list, zip(*log, strict=True))
    data = make_dataset(
        {"user_id": users, "item_id": items, "rating": ratings},
        items={"item_id": ["a", "b", "c"]},
        library=library,
    )
    rules = {"min_user_interactions": least, "keep_catalogue": catalogue}
    if twice:
        clean = prepare(prepare(data, rating_range=(1, 5)), min_rating=3.5, **rules)
    else:
        clean = prepare(data, rating_range=(1, 5), min_rating=3.5, **rules)
    kept = rows_of(clean.interactions, "user_id", "item_id")
    known = {user for (user,) in rows_of(clean.users, "user_id")}
    offered = {item for (item,) in rows_of(clean.items, "item_id")}
    expected = []
    for user, item, _ in log:
        pair = (user and user.strip(), item)
        if pair[0] in known and item in offered and pair not in kept and pair not in expected:
            expected.append(pair)
    dismissed = rows_of(clean.dismissed)
    assert set(dismissed) == set(expected)
    assert len(dismissed) == len(expected)
    assert list(clean.dismissed.columns) == ["user_id", "item_id"]
    if not twice:
        assert dismissed == expected


def test_dismissed_has_the_types_of_the_log(make_dataset, library):
    """A gap makes pandas' integers floats; what is prepared and dismissed are integers again."""
    data = make_dataset(
        {"user_id": [1, None, 1], "item_id": [5, 5, 6], "rating": [1.0, 1.0, 5.0]}, library=library
    )
    clean = prepare(data, min_rating=2)
    dismissed, log = nw.from_native(clean.dismissed), nw.from_native(clean.interactions)
    assert dismissed.rows() == [(1, 5)]
    assert dismissed.schema == log.select("user_id", "item_id").schema
    assert len(nw.from_native(prepare(clean).dismissed)) == 1
    everything = prepare(make_dataset({"user_id": [1], "item_id": [5]}, library=library))
    assert len(nw.from_native(everything.dismissed)) == 0


def test_what_was_not_prepared_dismissed_nothing(make_dataset):
    with pytest.raises(ValueError, match="'test' is not prepared"):
        make_dataset({"user_id": [1], "item_id": [5]}).dismissed  # noqa: B018


@pytest.mark.parametrize("kind", ["numbers", "text"])
def test_what_was_dismissed_can_be_excluded_from_lists(make_dataset, library, rows_of, kind):
    """User 1 disliked item 2; without the exclusion it is the best that is left for them."""
    name = {"numbers": int, "text": "i{}".format}[kind]
    log = [(1, 1, 5.0), (1, 2, 1.0), *((u, i, 5.0) for u in range(2, 9) for i in (1, 2)), (9, 3, 5)]
    users, items, ratings = map(list, zip(*log, strict=True))
    items = list(map(name, items))
    data = make_dataset({"user_id": users, "item_id": items, "rating": ratings}, library=library)
    clean = prepare(data, min_rating=3)
    model = Popularity().fit(split(clean, how="random", validation=0, test=0))
    best, _ = model.recommend([1], k=1)
    assert best.tolist() == [[name(2)]]
    assert rows_of(clean.dismissed) == [(1, name(2))]
    best, _ = model.recommend([1], k=1, exclude=clean.dismissed)
    assert best.tolist() == [[name(3)]]
