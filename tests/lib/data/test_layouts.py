"""Logs as people have them: without a header, with odd separators and quotes, as JSON Lines."""

import gzip
import json
import warnings

import pandas as pd
import polars as pl
import pyarrow as pa
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from longtail_lib.data import Dataset, DatasetCard, read_table
from longtail_lib.preprocessing import prepare

NAMED = {"user": "u", "item": "i"}


def write(folder, name, content):
    path = folder / name
    path.write_bytes(content.encode() if isinstance(content, str) else content)
    return path


def refusal(*arguments, **keywords):
    with pytest.raises((ValueError, TypeError)) as caught:
        read_table(*arguments, **keywords)
    assert "\n" not in str(caught.value)
    return str(caught.value)


def quietly(*arguments, **keywords):
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        return read_table(*arguments, **keywords)


# Without a header, and with any separator

# Letters at the end keep fields from being integers, blank or "NA".
FIELD = st.text(
    st.characters(exclude_categories=("Cs", "Cc", "Zl", "Zp"), exclude_characters='"\ufeff:|§'),
    max_size=6,
).map(lambda text: text + "az")


@pytest.mark.parametrize("header", [True, False])
@pytest.mark.parametrize("separator", ["::", "|", "§", "||", " :: "])
@settings(max_examples=25, suppress_health_check=list(HealthCheck))
@given(rows=st.lists(st.tuples(FIELD, FIELD, FIELD), min_size=1, max_size=6))
def test_fields_between_any_separator(tmp_path, header, separator, rows):
    lines = [separator.join(row) for row in rows]
    names = ["u", "other", "i"]
    text = "\n".join([separator.join(names), *lines] if header else lines) + "\n"
    path = write(tmp_path, "log.dat", text)
    data = quietly(path, **NAMED, separator=separator, columns=None if header else names)
    assert data.interactions.rows() == [(user, item) for user, _, item in rows]


@pytest.mark.parametrize("change", [
    lambda text: text.encode(), lambda text: gzip.compress(text.encode()),
    lambda text: text.replace("\n", "\r\n").encode(), lambda text: b"\xef\xbb\xbf" + text.encode(),
    lambda text: ("\n" + text.replace("\n", "\n\n")).encode(), lambda text: text[:-1].encode(),
], ids=["plain", "gzip", "crlf", "bom", "blank lines", "no last newline"])  # fmt: skip
@pytest.mark.parametrize("separator", [",", "::"])
def test_a_log_without_a_header(tmp_path, change, separator):
    text = separator.join("7a4") + "\n" + separator.join("9b2") + "\n"
    path = write(tmp_path, "log.csv", change(text))
    data = quietly(path, **NAMED, rating="r", columns=["u", "i", "r"], separator=separator)
    assert data.interactions.rows() == [(7, "a", 4.0), (9, "b", 2.0)]


def test_tables_without_a_header(tmp_path):
    log = write(tmp_path, "log.csv", "7,a\n")
    items = write(tmp_path, "items.csv", "a,Lamp\nb,Rug\n")
    users = write(tmp_path, "users.csv", "7,Ulm\n")
    data = quietly(
        log, **NAMED, columns=["u", "i"], items=items, item_columns=["i", "name"], title="name",
        users=users, user_columns=["u", "town"],
    )  # fmt: skip
    assert data.items.rows() == [("a", "Lamp"), ("b", "Rug")]
    assert data.users.rows() == [(7, "Ulm")]


def test_rows_of_a_log_without_a_header_are_named(tmp_path):
    log = write(tmp_path, "log.csv", "7,a,4\n9,b,x\n")
    names = ["u", "i", "r"]
    said = refusal(log, **NAMED, rating="r", columns=names)
    assert said.startswith("log.csv, row 2, column 'r': 'x' is not a number")
    assert refusal(log, **NAMED, columns=["u", "i"]).startswith(
        "log.csv, row 1: 3 fields, but 2 columns are named ('u', 'i'); name every column"
    )
    short = write(tmp_path, "short.csv", "7,a,4\n9,b\n")
    said = refusal(short, **NAMED, rating="r", columns=names)
    assert said.startswith("short.csv, row 2: 2 fields, but 3 columns are named")
    long = write(tmp_path, "long.dat", "7::a::4\n9::b::c::4\n")
    said = refusal(long, **NAMED, rating="r", columns=names, separator="::")
    assert said.startswith("long.dat, row 2: 4 fields, but 3 columns are named")
    cut = read_table(
        long, **NAMED, rating="r", columns=names, separator="::", on_error="null"
    ).interactions
    assert cut["user_id"].to_list() == [7, 9]
    assert "has no column 'who'" in refusal(log, user="who", item="i", columns=names)
    headed = write(tmp_path, "headed.csv", "u,i,r\n7,a,4\n")
    assert "row 1 holds the names themselves" in refusal(headed, **NAMED, columns=names)
    assert "2 columns named 'u'" in refusal(log, **NAMED, columns=["u", "u", "i"])
    wrong = write(tmp_path, "wrong.csv", "u::i\n1::2\n")
    assert "pass separator='::'" in refusal(wrong, **NAMED)


def test_names_without_their_table_are_refused(tmp_path):
    log = write(tmp_path, "log.csv", "u,i\n1,2\n")
    assert "pass items=<table> as well" in refusal(log, **NAMED, item_columns=["i"])
    assert "pass users=<table> as well" in refusal(log, **NAMED, user_columns=["u"])
    pl.DataFrame({"u": [1], "i": [2]}).write_parquet(tmp_path / "log.parquet")
    assert "names its columns itself" in refusal(
        tmp_path / "log.parquet", **NAMED, columns=["u", "i"]
    )


# Quotes

PLAYS = ["u\ti\tr"]
for n in range(1000):
    title = '"Heroes' if n in (100, 900) else f"song {n % 77}"
    PLAYS.append(f"u{n % 50}\t{title}\t{n % 9 + 1}")


def test_quotes_may_mean_nothing(tmp_path):
    path = write(tmp_path, "plays.tsv", "\n".join(PLAYS) + "\n")
    data = quietly(path, **NAMED, rating="r", quote=None)
    assert data.n_interactions == 1000
    assert data.interactions["item_id"][100] == '"Heroes'
    broken = write(tmp_path, "broken.tsv", "\n".join([*PLAYS, 'u1\t"x\tbad']) + "\n")
    said = refusal(broken, **NAMED, rating="r", quote=None)
    assert said.startswith("broken.tsv, row 1002, column 'r': 'bad' is not a number")


@pytest.mark.parametrize("column", ["i", "unread"])
def test_swallowed_rows_are_told(tmp_path, column):
    """Also where the field that swallowed them is in no column that is read."""
    lines = [line if column == "i" else f"{line}\tx" for line in PLAYS]
    lines[0] = "u\ti\tr" if column == "i" else "u\tunread\tr\ti"
    path = write(tmp_path, "plays.tsv", "\n".join(lines) + "\n")
    with pytest.warns(UserWarning, match=r"plays.tsv, row 102, column .*quote=None") as told:
        data = read_table(path, **NAMED, rating="r")
    assert data.n_interactions == 200
    assert "800 line breaks" in data.card.notes
    assert repr(column) in data.card.notes
    assert [warning.filename for warning in told] == [__file__]


def test_a_field_longer_than_a_page_is_told_and_a_shorter_one_is_not(tmp_path):
    for length, told in ((4_000, False), (4_001, True)):
        path = write(tmp_path, "log.csv", f'u,i\n1,"{"x" * length}"\n')
        with warnings.catch_warnings(record=True) as caught:
            warnings.simplefilter("always")
            data = read_table(path, **NAMED)
        assert bool(caught) == told == ("row 2, column 'i': a field has" in data.card.notes)


def test_quoted_fields_and_blank_lines_are_not_told(tmp_path):
    path = write(tmp_path, "log.csv", 'u,i\n\n1,"a, b"\n\n\n2,"c ""d"""\n,\n\n')
    assert quietly(path, **NAMED).interactions["item_id"].to_list() == ["a, b", 'c "d"']


def test_another_quote(tmp_path):
    path = write(tmp_path, "log.csv", "u,i\n1,'a,b'\n2,say \"c\"\n")
    data = quietly(path, **NAMED, quote="'")
    assert data.interactions["item_id"].to_list() == ["a,b", 'say "c"']
    open_one = write(tmp_path, "open.csv", "u,i\n1,'a\n2,b\n")
    assert "pass quote=None if quotes mean nothing" in refusal(open_one, **NAMED, quote="'")


# JSON Lines

REVIEWS = [
    {"u": "A1", "i": "B1", "r": 5, "when": 1600000000123, "features": ["Warm.", "Soft"]},
    {"u": "A2", "i": "B2", "r": 3.5, "when": 1600000000456, "more": {"a": 1}},
]


@pytest.mark.parametrize("name", ["log.jsonl", "log.ndjson", "log.json", "log.json.gz"])
def test_json_lines(tmp_path, name):
    text = "\n\n".join(json.dumps(one) for one in REVIEWS) + "\n"
    path = write(tmp_path, name, gzip.compress(text.encode()) if name.endswith("gz") else text)
    data = quietly(path, **NAMED, rating="r", timestamp="when")
    assert data.interactions.rows() == [
        ("A1", "B1", 5.0, 1600000000.123),
        ("A2", "B2", 3.5, 1600000000.456),
    ]
    items = quietly(path, **NAMED, items=path, text=["i", "features"]).items
    assert items["text"].to_list() == ["B1. Warm. Soft", "B2"]


def test_json_that_is_none_is_named(tmp_path):
    good = json.dumps(REVIEWS[0])
    said = refusal(write(tmp_path, "a.jsonl", f"{good}\n\n{{'u': 1}}\n"), **NAMED)
    assert said.startswith("a.jsonl, row 3: not JSON (")
    said = refusal(write(tmp_path, "a.jsonl", f"{good}\n[1, 2]\n"), **NAMED)
    assert said.startswith("a.jsonl, row 2: list instead of an object")
    said = refusal(write(tmp_path, "a.json", json.dumps(REVIEWS)), **NAMED)
    assert said.startswith("a.json, row 1: list instead of an object; JSON Lines has one object")
    said = refusal(write(tmp_path, "a.jsonl", f'{good}\n{{"u": "A2"}}\n'), **NAMED)
    assert said.startswith("a.jsonl, row 2, column 'i': the id is missing")
    assert "has no column 'who'" in refusal(write(tmp_path, "a.jsonl", good), user="who", item="i")


def test_types_that_change_from_line_to_line_become_text(tmp_path):
    lines = [{"u": 1, "i": "a", "x": [1]}, {"u": "2", "i": "b", "x": {"y": 1}}]
    path = write(tmp_path, "a.jsonl", "\n".join(map(json.dumps, lines)))
    data = quietly(path, **NAMED, items=path)
    assert data.interactions.rows() == [("1", "a"), ("2", "b")]
    assert data.items["x"].to_list() == ["[1]", '{"y": 1}']


# Texts in lists


@pytest.mark.parametrize("kind", ["parquet", "polars", "pandas", "pyarrow"])
def test_lists_of_sentences_are_joined(tmp_path, kind):
    log = {"u": [1, 1, 1, 1], "i": [1, 2, 3, 4]}
    shop = {"i": [1, 2, 3, 4], "title": ["Lamp", "Rug!", None, "Bed"],
            "about": [["Warm.", " Soft light ", None, ""], [], ["Big"], None]}  # fmt: skip
    given = {**NAMED, "title": "title", "text": ["title", "about"]}
    frame = {"pandas": pd.DataFrame, "pyarrow": pa.table}.get(kind, pl.DataFrame)
    if kind == "parquet":
        for name, table in (("log", log), ("shop", shop)):
            pl.DataFrame(table).write_parquet(tmp_path / f"{name}.parquet")
        data = quietly(tmp_path / "log.parquet", items=tmp_path / "shop.parquet", **given)
    else:
        data = Dataset.from_frame(frame(log), items=frame(shop), **given)
    assert data.items["text"].to_list() == ["Lamp. Warm. Soft light", "Rug!", "Big", "Bed"]
    assert data.items["title"].to_list() == ["Lamp", "Rug!", None, "Bed"]


def test_what_holds_no_text_is_named(tmp_path):
    lines = [{"u": 1, "i": n, "deep": [["a"]], "more": {"x": n}} for n in range(2)]
    path = write(tmp_path, "a.jsonl", "\n".join(map(json.dumps, lines)))
    for column in ("deep", "more"):
        said = refusal(path, **NAMED, items=path, text=["i", column])
        assert said.startswith(f"a.jsonl, column {column!r} (argument text): ")
        assert said.endswith("is no text; name columns of text or of lists of texts")


# Damage


@pytest.mark.parametrize("name", ["cut.csv.gz", "cut.jsonl.gz"])
def test_a_gzip_file_that_was_cut_is_named(tmp_path, name):
    rows = [(n % 97, n * 7919 % 1009) for n in range(5000)]
    lines = [f"{u},{i}" if "csv" in name else json.dumps({"u": u, "i": i}) for u, i in rows]
    whole = gzip.compress("\n".join(["u,i"] * ("csv" in name) + lines).encode())
    for size in (len(whole) // 2, len(whole) - 4, 12):
        said = refusal(write(tmp_path, name, whole[:size]), **NAMED)
        assert said.startswith(f"{name} is damaged: its gzip stream cannot be unpacked")
        assert "download the file again" in said
    flipped = bytearray(whole)
    flipped[len(whole) // 2] ^= 0xFF
    assert "is damaged" in refusal(write(tmp_path, name, bytes(flipped)), **NAMED)


def test_gzip_is_told_by_its_content(tmp_path):
    packed = gzip.compress(b"u,i\n1,2\n")
    for name, content in (
        ("named.csv", packed),
        ("plain.csv.gz", b"u,i\n1,2\n"),
        ("padded.csv.gz", packed + b"\0" * 512),
        ("two.csv.gz", packed + gzip.compress(b"3,4\n")),
    ):
        rows = quietly(write(tmp_path, name, content), **NAMED).interactions.rows()
        assert rows == [(1, 2), (3, 4)][: 1 + (name == "two.csv.gz")]


def test_a_parquet_file_with_a_hole_is_named(tmp_path):
    path = tmp_path / "log.parquet"
    pl.DataFrame({"u": range(500), "i": range(500)}).write_parquet(path)
    content = path.read_bytes()
    path.write_bytes(content[:100] + b"x" * 400 + content[500:])
    assert refusal(path, **NAMED).startswith("log.parquet is damaged: its columns cannot be read")


def test_a_wide_encoding_is_recognised(tmp_path):
    path = write(tmp_path, "wide.csv", "u,i\n1,2\n".encode("utf-16"))
    assert "encoding='utf-16', as its first bytes say" in refusal(path, **NAMED)
    assert quietly(path, **NAMED, encoding="utf-16").n_interactions == 1
    plain = write(tmp_path, "plain.csv", "u,i\n1,2\n")
    said = refusal(plain, **NAMED, encoding="utf-16")
    assert said.startswith("plain.csv is not in the encoding that was given")


# Values that were hardly meant so


@pytest.mark.parametrize(
    ("odd", "meaning"),
    [("NA", "missing value"), ("null", "missing value"), ("#N/A", "missing value"),
     ("\\N", "missing value"), ("1.23E+11", "spreadsheet"), ("9.8765e+12", "spreadsheet")],
)  # fmt: skip
@pytest.mark.parametrize("kind", ["csv", "frame"])
def test_odd_ids_are_kept_and_told(tmp_path, odd, meaning, kind):
    users = ["7", odd, "8", odd]
    lines = "".join(f"{user},a\n" for user in users)
    path, frame = write(tmp_path, "log.csv", f"u,i\n{lines}"), pl.DataFrame({"u": users, "i": "a"})
    read = read_table if kind == "csv" else Dataset.from_frame
    with pytest.warns(UserWarning, match=meaning) as told:
        data = read(path if kind == "csv" else frame, **NAMED)
    assert data.interactions["user_id"].to_list() == users
    place = "log.csv, row 3" if kind == "csv" else "the log, row 2"
    assert data.card.notes.startswith(f"{place}, column 'u': {odd!r} looks like")
    assert data.card.notes.endswith("(2 such rows)")
    assert [warning.filename for warning in told] == [__file__]


def test_odd_ids_of_tables_are_told(tmp_path):
    log = write(tmp_path, "log.csv", "u,i\n1,a\n")
    items = write(tmp_path, "items.csv", "i\na\nNA\n")
    with pytest.warns(UserWarning, match=r"items.csv, row 3, column 'i': 'NA' looks like"):
        read_table(log, **NAMED, items=items)


@pytest.mark.parametrize("fine", ["NAB", "nano", "1E5", "E+11", "12.3e+5", "none too soon"])
def test_other_ids_are_not_told(tmp_path, fine):
    assert quietly(write(tmp_path, "log.csv", f"u,i\n1,{fine}\n"), **NAMED).card.notes == ""


@pytest.mark.parametrize(
    "frame", [pl.DataFrame, pd.DataFrame, pa.table, "csv"], ids=["polars", "pandas", "arrow", "csv"]
)
def test_true_and_false_are_ratings(tmp_path, frame):
    if frame == "csv":
        log = write(tmp_path, "log.csv", "u,i,liked\n1,1,True\n1,2,false\n2,1,TRUE\n")
        data = quietly(log, **NAMED, rating="liked")
    else:
        table = {"u": [1, 1, 2], "i": [1, 2, 1], "liked": [True, False, True]}
        data = Dataset.from_frame(frame(table), **NAMED, rating="liked")
    assert data.interactions["rating"].to_list() == [1.0, 0.0, 1.0]
    assert prepare(data, min_rating=1).n_interactions == 2


def test_true_among_numbers_is_not_a_rating(tmp_path):
    path = write(tmp_path, "log.csv", "u,i,r\n1,1,4\n1,2,true\n")
    assert "row 3, column 'r': 'true' is not a number" in refusal(path, **NAMED, rating="r")


@pytest.mark.parametrize("direct", [True, False])
def test_integer_categories_of_pandas_stay_integers(direct):
    log = pd.DataFrame({"user_id": [30, 4, 30], "item_id": ["a", "b", "c"]}).astype("category")
    if direct:
        items, users = (log[[c]].drop_duplicates().copy() for c in ("item_id", "user_id"))
        data = Dataset(log, items, users, DatasetCard("t"))
    else:
        data = Dataset.from_frame(log, user="user_id", item="item_id")
    clean = prepare(data)
    assert list(clean.interactions["user_id"]) == [30, 4, 30]
    assert sorted(clean.users["user_id"]) == [4, 30]


# Whatever is in a file, it is read or refused in one sentence

PIECES = st.sampled_from(
    ["1", "a", "007", "NA", "", " ", '"', "'", ":", "::", ",", "\t", "\n", "\r\n", "\r", "\0",
     "\x1f", "\ufeff", "é", "1600000000123", "20140101", "2020-01-01 10:00 PM",
     "true", "nan", "1e400"]
)  # fmt: skip
VALUES = st.sampled_from(
    [1, 2**70, "a", "NA", None, 1.5, True, [], ["x.", "y"], [[1]], {"q": 1}, {}, 20140101]
)


@settings(max_examples=100, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    name=st.sampled_from(["log.csv", "log.tsv", "log.csv.gz"]),
    pieces=st.lists(PIECES, max_size=30), head=st.booleans(),
    separator=st.sampled_from([None, "::", "§"]), quote=st.sampled_from(['"', "'", None]),
    columns=st.sampled_from([None, ["u", "i", "t"]]), on_error=st.sampled_from(["raise", "null"]),
    encoding=st.sampled_from(["utf-8", "latin-1", "utf-16"]), flip=st.integers(0, 2000),
)  # fmt: skip
def test_any_text_is_read_or_refused(tmp_path, name, pieces, head, flip, **layout):
    sign = layout["separator"] or ("\t" if name == "log.tsv" else ",")
    content = ((sign.join("uit") + "\n") * head + "".join(pieces)).encode()
    content = bytearray(gzip.compress(content) if name.endswith("gz") else content)
    if flip < len(content):
        content[flip] ^= 0x55
    read_or_refused(write(tmp_path, name, bytes(content)), layout)


@settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    rows=st.lists(st.dictionaries(st.sampled_from("uit"), VALUES), max_size=5),
    on_error=st.sampled_from(["raise", "null"]), flip=st.integers(0, 300),
)  # fmt: skip
def test_any_json_is_read_or_refused(tmp_path, rows, on_error, flip):
    content = bytearray("\n".join(map(json.dumps, rows)).encode())
    if flip < len(content):
        content[flip] ^= 0x55
    path = write(tmp_path, "log.jsonl", bytes(content))
    read_or_refused(path, {"on_error": on_error, "items": path, "text": ["t", "i"]})


def read_or_refused(path, options):
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        try:
            read_table(path, **NAMED, timestamp="t", **options)
        except ValueError as error:
            said = error
        else:
            return
    assert type(said) is ValueError
    assert "\n" not in str(said)
    assert path.name in str(said)


# Where a file is expected


def test_home_folder(tmp_path, monkeypatch):
    write(tmp_path, "log.csv", "u,i\n1,2\n")
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setenv("USERPROFILE", str(tmp_path))
    assert quietly("~/log.csv", **NAMED, items="~/log.csv").n_interactions == 1


def test_frames_are_sent_to_from_frame(tmp_path):
    frame = pl.DataFrame({"u": [1], "i": [2]})
    path = write(tmp_path, "log.csv", "u,i\n1,2\n")
    for call in (lambda: refusal(frame, **NAMED), lambda: refusal(frame.lazy(), **NAMED),
                 lambda: refusal(path, **NAMED, items=frame)):  # fmt: skip
        assert "a frame goes to Dataset.from_frame(frame, user=..., item=...)" in call()
    with pytest.raises(TypeError, match=r"interactions must be .*got LazyFrame; collect a lazy"):
        Dataset(frame.lazy(), frame, frame, DatasetCard(name="t"))
