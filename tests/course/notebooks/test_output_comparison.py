"""The comparer of outputs: what another processor may change passes, each defect alone fails."""

import polars as pl
import pytest
from nbformat.v4 import new_output

from longtail_course.build.output_comparison import differences, moved_numbers, sanitisers, texts
from longtail_course.build.printed_numbers import read_numbers

LINE = "EASE, tuned: NDCG@10 .2182 [.209, .228], +279%, higher ▲ than -0.014 (3 of 1,200)\n"
FRAME = pl.DataFrame({"model": ["ALS", "EASE"], "value": [0.3, 0.275], "places": [12, 9]})


def printed(text, kind="stdout"):
    return {kind: [text]}


def shown(frame):
    """A frame as a notebook stores it, as text and as HTML."""
    return {"text/plain": [repr(frame)], "text/html": [frame._repr_html_()]}


def test_what_is_the_same_is_no_difference():
    assert differences(printed(LINE), printed(LINE)) == []
    assert differences(shown(FRAME), shown(FRAME)) == []


# What one changed character more may be, on another processor.
ALLOWED = {
    "last digit up": (".2182", ".2183"),
    "last digit down": (".2182", ".2181"),
    "nine to ten": (".209", ".210"),
    "negative": ("-0.014", "-0.015"),
}


@pytest.mark.parametrize("change", ALLOWED)
def test_one_in_the_last_printed_digit_is_no_difference(change):
    assert differences(printed(LINE), printed(LINE.replace(*ALLOWED[change]))) == []


# One defect each, and a part of what is said about it.
DEFECTS = {
    "two in the last digit": (".2182", ".2184", ".2182 became .2184; it may move by 0.0001"),
    "another digit": (".209", ".219", ".209 became .219"),
    "verdict": ("higher", "lower", "became"),
    "mark": ("▲", "▼", "became"),
    "sign": ("-0.014", "0.014", "another sign"),
    "minus lost": ("-0.014", "+0.014", "another sign"),
    "plus lost": ("+279", "279", "another sign"),
    "whole number": ("1,200", "1,201", "1,200 became 1,201; it may move by 0"),
    "rounded per cent": ("+279%", "+278%", "it may move by 0"),
    "count": ("3 of", "4 of", "3 became 4"),
    "cut-off": ("NDCG@10", "NDCG@11", "10 became 11"),
    "name with a digit": ("EASE", "EASE2", "became"),
    "number lost": (".2182", "", "became"),
    "number for a word": (".2182", "nan", "became"),
    "number more": ("higher", "higher 0.5", "became"),
    "blank": ("tuned: NDCG", "tuned:  NDCG", "blanks or line ends"),
    "line end": (", +279%", "\n, +279%", "became"),
    "line more": ("1,200)\n", "1,200)\nWarning\n", "became"),
}


@pytest.mark.parametrize("defect", DEFECTS)
def test_a_defect_of_a_text_is_caught(defect):
    old, new, expected = DEFECTS[defect]
    assert old in LINE
    found = differences(printed(LINE), printed(LINE.replace(old, new, 1)))
    assert len(found) == 1, found
    assert found[0].startswith("stdout: ")
    assert expected in found[0]


def test_zero_as_printed_has_either_sign():
    for one, other in [("-0.000", "0.000"), ("0.001", "-0.000"), ("+0.001", "-0.000")]:
        assert differences(printed(one), printed(other)) == []
    assert "another sign" in differences(printed("0.001"), printed("-0.001"))[0]


def test_a_spread_lets_one_number_move_so_far_and_no_further():
    spread = {"stdout": {"1": 0.0005, "4": 1.0}}
    assert [number.text for number in read_numbers(LINE)][:5] == [
        "10", ".2182", ".209", ".228", "+279",
    ]  # fmt: skip
    moved = LINE.replace(".2182", ".2187").replace("279", "278")
    assert differences(printed(LINE), printed(moved), spread) == []
    assert differences(printed(LINE), printed(LINE.replace(".2182", ".2189")), spread)
    assert differences(printed(LINE), printed(LINE.replace(".209", ".213")), spread)
    assert differences(printed(LINE), printed(moved), {"stderr": spread["stdout"]})


def test_a_spread_excuses_no_sign_and_no_word():
    spread = {"stdout": {"0": 0.05}}
    assert "another sign" in differences(printed("0.01 up"), printed("-0.01 up"), spread)[0]
    assert differences(printed("0.01 up"), printed("0.02 down"), spread)


def test_a_table_may_be_padded_to_another_width():
    wider = FRAME.with_columns(pl.Series("value", [0.299, 0.275]))
    assert len(repr(wider)) >= len(repr(FRAME))
    assert differences(shown(FRAME), shown(wider)) == []
    narrow = pl.DataFrame({"x": [0.3, 0.3]})
    assert differences(shown(narrow), shown(pl.DataFrame({"x": [0.301, 0.3]}))) == []


# The frame with one cell changed.
TABLES = {
    "dropped zeros": {"value": [0.4, 0.275]},
    "value": {"value": [0.302, 0.275]},
    "whole number": {"places": [13, 9]},
    "name": {"model": ["ALS", "Ease"]},
    "order": {"model": ["EASE", "ALS"]},
}


@pytest.mark.parametrize("kind", ["text/plain", "text/html"])
@pytest.mark.parametrize("defect", TABLES)
def test_a_defect_of_a_table_is_caught(defect, kind):
    changed = shown(FRAME.with_columns(**{k: pl.Series(v) for k, v in TABLES[defect].items()}))
    found = differences({kind: shown(FRAME)[kind]}, {kind: changed[kind]})
    assert len(found) == 1, found


def test_blanks_may_change_only_where_a_number_has_another_width():
    assert differences(printed("a 0.3  b"), printed("a 0.30 b")) == []
    assert differences(printed("a 0.31  b"), printed("a 0.30 b"))


def test_rows_in_another_order_are_caught():
    assert differences(shown(FRAME), shown(FRAME.reverse()))


def test_a_row_or_a_column_more_is_caught():
    assert differences(shown(FRAME), shown(pl.concat([FRAME, FRAME[:1]])))
    assert differences(shown(FRAME), shown(FRAME.with_columns(more=1)))


def test_alt_text_and_drawn_lines_are_compared():
    html = '<img alt="Tail .054 of .210" src="data:image/png;base64,AAAA"><path d="M 1.25 3"/>'
    patterns = sanitisers("regex: base64,[A-Z]+\nreplace: base64,PIXELS\n")

    def drawn(text):
        return texts([new_output("display_data", {"text/html": text})], patterns)

    assert differences(drawn(html), drawn(html.replace("AAAA", "BBBB"))) == []
    assert differences(drawn(html), drawn(html.replace(".054", ".055"))) == []
    assert differences(drawn(html), drawn(html.replace(".054", ".064")))
    assert differences(drawn(html), drawn(html.replace("Tail", "Head")))
    assert differences(drawn(html), drawn(html.replace("1.25", "1.35")))


def test_outputs_are_counted_by_kind():
    control = {"application/vnd.jupyter.widget-view+json": {"model_id": "a"}, "text/plain": "w"}
    picture = {"image/png": "AAAA", "text/plain": "<Figure>"}
    outputs = [new_output("display_data", control), new_output("display_data", picture)]
    renamed = [new_output("display_data", {**control, next(iter(control)): {"model_id": "b"}})]
    repainted = [new_output("display_data", {**picture, "image/png": "BBBB"})]
    stored = texts(outputs)
    assert differences(stored, texts(renamed + repainted)) == []
    for place, kind in enumerate(["widget-view", "image/png"]):
        left = texts(outputs[:place] + outputs[place + 1 :])
        assert any(kind in said and "0 outputs" in said for said in differences(stored, left))


def test_streams_are_joined_and_errors_are_outputs():
    parts = [new_output("stream", text="a "), new_output("stream", text="b\n")]
    assert texts(parts) == {"stdout": ["a b\n"]}
    error = new_output("error", ename="KeyError", evalue="x", traceback=[])
    assert differences(texts(parts), texts([*parts, error])) == ["error: 1 outputs, 0 stored"]
    warned = texts([*parts, new_output("stream", name="stderr", text="w")])
    assert differences(texts(parts), warned) == ["stderr: 1 outputs, 0 stored"]


def test_numbers_inside_words_versions_and_ranges_are_text():
    read = [number.text for number in read_numbers("item_017 i001 v1.2.3 x2 2-4 .5-.7 1e-05 −3.5")]
    assert read == ["2", "4", ".5", ".7", "1e-05", "−3.5"]
    assert float(read_numbers("1e-05")[0].unit) == 1e-5
    assert float(read_numbers("2.50e+01")[0].unit) == 0.1
    assert float(read_numbers("−3.5")[0].value) == -3.5


def test_several_printings_give_the_spread_of_what_moves_too_far():
    assert moved_numbers(["a .218 5", "a .219 5", "a .217 5"]) == {}
    assert moved_numbers(["a .218 5", "a .221 5", "a .217 7"]) == {0: 0.004, 1: 2.0}
    for other in ("b .218 5", "a -.218 5", "a .218", "a .218  5"):
        assert moved_numbers(["a .218 5", other]) is None
    assert moved_numbers(["a .218 5", "a .22  5"]) == {0: 0.002}
