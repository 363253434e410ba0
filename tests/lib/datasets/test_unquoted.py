"""Plain text without quoting: whatever is in a field stays there, and lines are counted right."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from longtail_lib.datasets._unquoted_text import open_unquoted

FIELDS = st.text(
    st.characters(exclude_characters="\t\n\r", exclude_categories=["Cs"]), max_size=8
).filter(lambda text: text != "")


@settings(max_examples=50)
@given(
    st.lists(st.tuples(FIELDS, FIELDS), min_size=1, max_size=8),
    st.sampled_from(["\n", "\r\n"]),
    st.booleans(),
)
def test_rows_come_back_as_they_were_written(tmp_path_factory, rows, end, headed):
    path = tmp_path_factory.mktemp("text") / "some.dat"
    lines = ["a\tb"] * headed + ["\t".join(row) for row in rows]
    path.write_bytes((end.join(lines) + end).encode())
    source = open_unquoted(path, "\t", None if headed else ["a", "b"])
    # A mark of the byte order at the start of a file is none of its text.
    found, wanted = source.frame.rows(), list(rows)
    if not headed and wanted[0][0].startswith("\ufeff"):
        found, wanted = found[1:], wanted[1:]
    assert found == wanted
    assert [source.line(row) for row in range(len(rows))] == [
        row + 1 + headed for row in range(len(rows))
    ]


def test_blank_lines_are_left_out_and_counted(tmp_path):
    path = tmp_path / "some.dat"
    path.write_bytes(b"a\tb\r\n1\tx\r\n\r\n2\ty\r\n")
    source = open_unquoted(path, "\t")
    assert source.frame.rows() == [("1", "x"), ("2", "y")]
    assert str(source.error("b", 1, "no")) == "some.dat, row 4, column 'b': no"


def test_latin_1_is_read_where_it_is_no_utf_8(tmp_path):
    path = tmp_path / "some.dat"
    path.write_bytes("a\tb\n1\tBjörk\n".encode("latin-1"))
    assert open_unquoted(path, "\t").frame["b"].to_list() == ["Björk"]


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("", "is empty"),
        ("a\tb\n", "has column names but no rows"),
        ("a\tb\n1\n", "row 2: 1 fields, but the header has 2"),
        ("a\tb\n1\t2\t3\n", "row 2: 3 fields, but the header has 2"),
        # One too few and one too many come to the right number together.
        ("a\tb\n1\n1\t2\t3\n", "row 3: 3 fields, but the header has 2"),
    ],
)
def test_rows_of_another_width_are_named(tmp_path, text, said):
    path = tmp_path / "some.dat"
    path.write_text(text)
    with pytest.raises(ValueError, match=said):
        open_unquoted(path, "\t")
