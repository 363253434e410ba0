"""CiteULike in both editions: counted lines, numbers from 0 and from 1, titles and abstracts."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from longtail_lib.datasets import load_dataset, read_citeulike

USERS = "2 1 0\n0\n1 2\n"
TABLE = (
    '"doc.id","title","citeulike.id","raw.title","raw.abstract"\n'
    '1,"the metabolic world","42","The metabolic world","Cells, ""small"",\nare not."\n'
    '2,"exploring","43","Exploring naïve networks","NA"\n'
    '3,"third","44","Third",""\n'
)
TEXTS = "### 0\nThe metabolic world. Cells.\n### 1\nExploring.\n### 2\nThird.\n"


def folder_of(tmp_path, users=USERS, table=None, texts=None):
    (tmp_path / "users.dat").write_text(users)
    if table is not None:
        (tmp_path / "raw-data.csv").write_bytes(table.encode("latin-1"))
    if texts is not None:
        (tmp_path / "rawtext.dat").write_text(texts)
    return tmp_path


def test_citeulike_a(tmp_path):
    data = read_citeulike(folder_of(tmp_path, table=TABLE))
    assert data.interactions.rows() == [(0, 1), (0, 0), (2, 2)]
    assert data.items["item_id"].to_list() == [0, 1, 2]
    assert data.items["title"].to_list() == [
        "The metabolic world",
        "Exploring naïve networks",
        "Third",
    ]
    assert data.items["text"][0] == 'The metabolic world. Cells, "small",\nare not.'
    assert data.items["text"][2] == "Third"
    assert data.card.name == "citeulike-a"


def test_citeulike_t(tmp_path):
    data = read_citeulike(folder_of(tmp_path, texts=TEXTS))
    assert data.interactions.rows() == [(0, 1), (0, 0), (2, 2)]
    assert data.items["text"].to_list() == ["The metabolic world. Cells.", "Exploring.", "Third."]
    assert data.card.name == "citeulike-t"
    assert not data.has_ratings


@settings(max_examples=50)
@given(st.lists(st.lists(st.integers(0, 9), unique=True), min_size=1, max_size=6))
def test_libraries_come_back_as_they_were_written(tmp_path_factory, libraries):
    if not any(libraries):
        return
    lines = [" ".join(map(str, [len(one), *one])) for one in libraries]
    texts = "".join(f"### {n}\nText {n}\n" for n in range(10))
    folder = folder_of(tmp_path_factory.mktemp("c"), "\n".join(lines) + "\n", texts=texts)
    assert read_citeulike(folder).interactions.rows() == [
        (user, item) for user, one in enumerate(libraries) for item in one
    ]


@pytest.mark.parametrize(
    ("users", "said"),
    [
        ("2 1\n", r"users\.dat, row 1: says 2 articles and has 1"),
        ("1 1\n1 x\n", r"users\.dat, row 2: expected whole numbers, got '1 x'"),
        ("1 1\n\n1 2\n", r"users\.dat, row 2: expected whole numbers, got ''"),
        ("1 7\n", r"users\.dat, row 1, .*item 7 is not in rawtext\.dat"),
    ],
)
def test_broken_lines_are_named(tmp_path, users, said):
    with pytest.raises(ValueError, match=said):
        read_citeulike(folder_of(tmp_path, users, texts=TEXTS))


def test_broken_texts_are_named(tmp_path):
    with pytest.raises(ValueError, match=r"rawtext\.dat has 5 lines; expected a heading and"):
        read_citeulike(folder_of(tmp_path, texts=TEXTS.replace("### 2\n", "")))
    with pytest.raises(ValueError, match=r"raw-data\.csv, .*'doc\.id': expected the number"):
        read_citeulike(folder_of(tmp_path, table=TABLE.replace('3,"third"', 'x,"third"')))


def test_missing_files_are_named(tmp_path):
    with pytest.raises(FileNotFoundError, match=r"has no users\.dat"):
        read_citeulike(tmp_path)
    with pytest.raises(FileNotFoundError, match=r"has no raw-data\.csv or rawtext\.dat"):
        read_citeulike(folder_of(tmp_path))


def test_by_name(tmp_path):
    (tmp_path / "citeulike-a").mkdir()
    folder_of(tmp_path / "citeulike-a", table=TABLE)
    data = load_dataset("citeulike-a", data_home=tmp_path, quiet=True)
    assert (data.card.name, data.n_items) == ("citeulike-a", 3)
