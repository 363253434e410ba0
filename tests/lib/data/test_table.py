"""One's own logs: what is read, and what is said about what cannot be."""

import datetime as dt
import gzip
import hashlib
from pathlib import Path

import polars as pl
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from longtail_course.worlds import load_dirty_log
from longtail_lib.data import read_table
from longtail_lib.preprocessing import prepare

NAMES = {"user": "uid", "item": "sku", "rating": "stars", "timestamp": "ts"}
LOG = "uid,sku,stars,ts\n7,lamp,4,1600000000\n9,rug,2.5,1600000060\n7,rug,5,1600000120\n"


def write(folder: Path, name: str, content: str | bytes) -> Path:
    path = folder / name
    path.write_bytes(content.encode() if isinstance(content, str) else content)
    return path


def refusal(*arguments: object, **keywords: object) -> str:
    with pytest.raises(ValueError, match=r"\w") as caught:
        read_table(*arguments, **keywords)
    message = str(caught.value)
    assert "\n" not in message
    return message


# What is read


def test_log_alone(tmp_path):
    data = read_table(write(tmp_path, "log.csv", LOG), **NAMES)
    assert data.interactions.to_dict(as_series=False) == {
        "user_id": [7, 9, 7],
        "item_id": ["lamp", "rug", "rug"],
        "rating": [4.0, 2.5, 5.0],
        "timestamp": [1600000000, 1600000060, 1600000120],
    }
    assert data.interactions.schema == {
        "user_id": pl.Int64,
        "item_id": pl.String,
        "rating": pl.Float64,
        "timestamp": pl.Int64,
    }
    assert data.items["item_id"].to_list() == ["lamp", "rug"]
    assert data.users["user_id"].to_list() == [7, 9]
    assert data.card.name == "log"
    assert data.card.sha256 == {"log.csv": hashlib.sha256(LOG.encode()).hexdigest()}


def test_rating_and_timestamp_are_optional(tmp_path):
    data = read_table(write(tmp_path, "log.csv", LOG), user="uid", item="sku", name="mine")
    assert data.interactions.columns == ["user_id", "item_id"]
    assert not data.has_ratings
    assert data.card.name == "mine"


@pytest.mark.parametrize(
    ("name", "change"),
    [
        ("log.tsv", lambda text: text.replace(",", "\t").encode()),
        ("log.csv.gz", lambda text: gzip.compress(text.encode())),
        ("log.csv", lambda text: text.replace("\n", "\r\n").encode()),
        ("log.csv", lambda text: text.replace("\n", "\n\n").encode()),
        ("log.csv", lambda text: (text + ",,,\n\n").encode()),
        ("log.csv", lambda text: b"\xef\xbb\xbf" + text.encode()),
        ("log.csv", lambda text: text.rstrip().encode()),
        ("log.csv", lambda text: text.replace("lamp", '"lamp"').encode()),
        ("log.csv", lambda text: text.replace("2.5", " 2.5 ").encode()),
    ],
    ids=[
        "tsv",
        "gzip",
        "crlf",
        "blank-lines",
        "empty-rows",
        "bom",
        "no-last-newline",
        "quotes",
        "spaces",
    ],
)
def test_spellings_of_the_same_log(tmp_path, name, change):
    plain = read_table(write(tmp_path, "plain.csv", LOG), **NAMES)
    other = read_table(write(tmp_path, name, change(LOG)), **NAMES)
    assert other.interactions.equals(plain.interactions)


def test_separator_and_encoding_may_be_given(tmp_path):
    text = LOG.replace(",", ";").replace("lamp", "lámpara")
    path = write(tmp_path, "log.txt", text.encode("cp1252"))
    data = read_table(path, **NAMES, separator=";", encoding="cp1252")
    assert data.interactions["item_id"].to_list() == ["lámpara", "rug", "rug"]
    path = write(tmp_path, "wide.csv", LOG.encode("utf-16"))
    assert read_table(path, **NAMES, encoding="utf-16").n_interactions == 3


def test_stray_quote_inside_a_field_is_text(tmp_path):
    path = write(tmp_path, "log.csv", LOG.replace("lamp", 'lamp 5"'))
    data = read_table(path, **NAMES)
    assert data.interactions["item_id"].to_list() == ['lamp 5"', "rug", "rug"]


@pytest.mark.parametrize(
    ("ids", "expected"),
    [
        (["1", "20", "-3"], [1, 20, -3]),
        (["1", "007"], ["1", "007"]),
        (["1", "+2"], ["1", "+2"]),
        (["1", "2.0"], ["1", "2.0"]),
        (["0", "10"], [0, 10]),
        (["1", "-0"], ["1", "-0"]),
        (["1", "9223372036854775808"], ["1", "9223372036854775808"]),
        (["1", " 2"], ["1", " 2"]),
    ],
)
def test_only_plain_integers_become_integers(tmp_path, ids, expected):
    path = write(tmp_path, "log.csv", "u,i\n" + "".join(f"{i},a\n" for i in ids))
    assert read_table(path, user="u", item="i").interactions["user_id"].to_list() == expected


def test_parquet_keeps_its_types(tmp_path):
    frame = pl.DataFrame(
        {
            "uid": pl.Series([3.0, 1.0]),
            "sku": pl.Series(["b", "a"], dtype=pl.Categorical),
            "stars": pl.Series([1, 5], dtype=pl.Int8),
            "ts": pl.Series([dt.datetime(2020, 9, 13, 12, 26, 40), dt.datetime(1969, 12, 31)]),
        }
    )
    frame.write_parquet(tmp_path / "log.parquet")
    data = read_table(tmp_path / "log.parquet", **NAMES)
    assert data.interactions.to_dict(as_series=False) == {
        "user_id": [3, 1],
        "item_id": ["b", "a"],
        "rating": [1.0, 5.0],
        "timestamp": [1600000000, -86400],
    }


@pytest.mark.parametrize(
    ("raw", "expected"),
    [
        (["1600000000", "0"], [1600000000, 0]),
        (["1600000000999", "1600000001000"], [1600000000.999, 1600000001]),
        (["1600000000000", "-200000000000"], [1600000000, -200000000]),
        (["1600000000000000", "0"], [1600000000, 0]),
        (["1600000000000001", "1600000000000000"], [1600000000.000001, 1600000000]),
        (["1600000000123456789", "1500000000000000000"], [1600000000.123456789, 1500000000]),
        (["1600000000.75", "1.6e9", "-0.5"], [1600000000.75, 1600000000, -0.5]),
        (["1600000000.0", "1.6e9"], [1600000000, 1600000000]),
        (["2020-09-13", "1970-01-02"], [1599955200, 86400]),
        (["2020-09-13T12:26:40", "2020-09-13T00:00:00"], [1600000000, 1599955200]),
        (["2020-09-13 12:26", "2020-09-13 12:26:40.9"], [1599999960, 1600000000.9]),
        (["2020-09-13T12:26:40Z", "2020-09-13T14:26:40+02:00"], [1600000000, 1600000000]),
        (["2020-09-13T08:56:40-0330", "1969-12-31T23:59:59Z"], [1600000000, -1]),
        (["2020-09-13 12:26:40+00", "2020-09-13 12:26:40 UTC"], [1600000000, 1600000000]),
        (["2020-09-13 12:26:40.5 GMT", "2020-09-13 07:26:40-05"], [1600000000.5, 1600000000]),
        (["2020-09-13 12:26:40 PM", "2020-09-13 02:26:40am -10"], [1600000000, 1600000000]),
        (["2020-09-13 12:00 AM", "2020-09-13 1:00 p.m."], [1599955200, 1600002000]),
        (["1969-12-31T23:59:59.75Z", "1970-01-01T00:00:00.5Z"], [-0.25, 0.5]),
    ],
)
def test_timestamps_become_seconds(tmp_path, raw, expected):
    path = write(tmp_path, "log.csv", "u,i,t\n" + "".join(f"1,2,{time}\n" for time in raw))
    data = read_table(path, user="u", item="i", timestamp="t")
    assert data.interactions["timestamp"].to_list() == expected
    fine = any(second != int(second) for second in expected)
    assert data.interactions["timestamp"].dtype == (pl.Float64 if fine else pl.Int64)


@pytest.mark.parametrize("unit", ["ms", "us"])
@pytest.mark.parametrize("suffix", ["csv", "parquet"])
def test_clicks_within_a_second_keep_their_order(tmp_path, unit, suffix):
    """The last click of each user has the lowest item id, and 300 ms come before it."""
    start = dt.datetime(2023, 11, 14, 22, 13, 20)
    clicks = [(u, i, start + dt.timedelta(seconds=60 * u, milliseconds=300 * n))
              for u in range(5) for n, i in enumerate((30, 10, 20, 5))]  # fmt: skip
    frame = pl.DataFrame(clicks, schema=["u", "i", "ts"], orient="row")
    path = tmp_path / f"clicks.{suffix}"
    if suffix == "csv":
        frame.with_columns(pl.col("ts").dt.timestamp(unit)).write_csv(path)
    else:
        frame.with_columns(pl.col("ts").cast(pl.Datetime(unit))).write_parquet(path)
    data = prepare(read_table(path, user="u", item="i", timestamp="ts"))
    assert data.interactions["item_id"].to_list() == [i for _, i, _ in clicks]
    exact = [
        (moment - dt.datetime(1970, 1, 1)) // dt.timedelta(microseconds=1) / 10**6
        for *_, moment in clicks
    ]
    assert data.interactions["timestamp"].to_list() == exact


def test_datetimes_with_a_zone_are_turned_to_utc(tmp_path):
    local = pl.Series([dt.datetime(2020, 9, 13, 12, 26, 40)]).dt.replace_time_zone("UTC")
    for zone in ("Asia/Tokyo", "America/New_York"):
        frame = pl.DataFrame({"u": [1], "i": [2], "t": local.dt.convert_time_zone(zone)})
        frame.write_parquet(tmp_path / "log.parquet")
        data = read_table(tmp_path / "log.parquet", user="u", item="i", timestamp="t")
        assert data.interactions["timestamp"].to_list() == [1600000000]


# Catalogue and users

ITEMS = 'sku,name,about,price\nbed,Bed,"Big, soft.",90.5\nlamp,Lamp,,3\nrug,Rug!,Red,007\n'


def test_catalogue_is_whole_and_text_is_joined(tmp_path):
    data = read_table(
        write(tmp_path, "log.csv", LOG),
        **NAMES,
        items=write(tmp_path, "items.csv", ITEMS),
        title="name",
        text=["name", "about"],
    )
    assert data.items.to_dict(as_series=False) == {
        "item_id": ["bed", "lamp", "rug"],
        "title": ["Bed", "Lamp", "Rug!"],
        "text": ["Bed. Big, soft.", "Lamp", "Rug! Red"],
        "about": ["Big, soft.", None, "Red"],
        "price": ["90.5", "3", "007"],
    }
    assert set(data.card.sha256) == {"log.csv", "items.csv"}


def test_attributes_get_the_narrowest_type(tmp_path):
    items = write(tmp_path, "items.csv", "sku,n,x,w,e\nlamp,1,0.5,a,\nrug,,2,b,\n")
    data = read_table(write(tmp_path, "log.csv", LOG), **NAMES, items=items)
    assert dict(data.items.schema) == {
        "item_id": pl.String,
        "n": pl.Int64,
        "x": pl.Float64,
        "w": pl.String,
        "e": pl.String,
    }


def test_columns_with_reserved_names_keep_their_content(tmp_path):
    items = write(tmp_path, "items.csv", "sku,item_id,text,name\nlamp,x1,old,L\nrug,x2,older,R\n")
    data = read_table(
        write(tmp_path, "log.csv", LOG), **NAMES, items=items, item_id="sku", text="name"
    )
    assert data.items["text"].to_list() == ["L", "R"]
    assert data.items["text_original"].to_list() == ["old", "older"]
    assert data.items["item_id_original"].to_list() == ["x1", "x2"]


@pytest.mark.parametrize("log_ids", [("1", "2"), ("1", "b")])
def test_ids_of_log_and_catalogue_get_one_type(tmp_path, log_ids):
    log = write(tmp_path, "log.csv", "u,i\n" + "".join(f"5,{i}\n" for i in log_ids))
    pl.DataFrame({"i": ["1", "2", "b"]}).write_parquet(tmp_path / "items.parquet")
    data = read_table(log, user="u", item="i", items=tmp_path / "items.parquet")
    assert data.interactions["item_id"].to_list() == list(log_ids)
    assert data.items["item_id"].dtype == data.interactions["item_id"].dtype


def test_users_of_the_log_are_added_to_the_table(tmp_path):
    users = write(tmp_path, "users.tsv", "who\tage\n9\t30\n11\t40\n")
    data = read_table(write(tmp_path, "log.csv", LOG), **NAMES, users=users, user_id="who")
    assert data.users.rows() == [(9, 30), (11, 40), (7, None)]


def test_unknown_items(tmp_path):
    log = write(tmp_path, "log.csv", LOG)
    items = write(tmp_path, "items.csv", "sku,name\nlamp,Lamp\n")
    said = refusal(log, **NAMES, items=items)
    assert said.startswith("log.csv, row 3, column 'sku': item 'rug' is not in items.csv")
    assert "2 interactions with 1 unknown items" in said

    dropped = read_table(log, **NAMES, items=items, unknown_items="drop")
    assert dropped.interactions["item_id"].to_list() == ["lamp"]
    assert "2 interactions" in dropped.card.notes
    added = read_table(log, **NAMES, items=items, unknown_items="add")
    assert added.items.rows() == [("lamp", "Lamp"), ("rug", None)]
    kept = read_table(log, **NAMES, items=items, unknown_items="keep")
    assert (kept.n_interactions, kept.n_items) == (3, 1)


# What is refused, and how it is said


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("2.5", "four", "log.csv, row 3, column 'stars': 'four' is not a number"),
        ("2.5", "nan", "log.csv, row 3, column 'stars': 'nan' is not a number"),
        ("2.5", "inf", "log.csv, row 3, column 'stars': 'inf' is not a number"),
        ("2.5", "", "log.csv, row 3, column 'stars': the rating is missing"),
        ("9,rug", ",rug", "log.csv, row 3, column 'uid': the id is missing"),
        ("9,rug", '"",rug', "log.csv, row 3, column 'uid': the id is missing"),
        ("9,rug", "9,  ", "log.csv, row 3, column 'sku': the id is missing"),
        (",1600000060", ",soon", "log.csv, row 3, column 'ts': 'soon' is neither a number"),
        (",1600000060", ",", "log.csv, row 3, column 'ts': the timestamp is missing"),
        (",1600000060", ",2020-13-01", "log.csv, row 3, column 'ts': '2020-13-01' is neither"),
        (",1600000060", "", "log.csv, row 3: 3 fields, but the header has 4"),
        (",1600000060", ",1600000060,x", "log.csv, row 3: 5 fields, but the header has 4"),
        ("9,rug", '9,"rug', "log.csv, row 3: a quote is opened and never closed"),
        (
            "1600000060",
            "1600000060000",
            "log.csv, row 3, column 'ts': '1600000060000' looks like milliseconds, but most of "
            "the column like seconds",
        ),
    ],
)
def test_broken_rows_are_named(tmp_path, old, new, said):
    assert refusal(write(tmp_path, "log.csv", LOG.replace(old, new)), **NAMES).startswith(said)


def test_rows_are_lines_of_the_file_also_after_quoted_line_breaks_and_blanks(tmp_path):
    log = 'uid,sku,stars,ts\n7,"la\nmp",4,1600000000\n\n7,rug,5,1600000000\n8,rug,bad,1600000000\n'
    with pytest.warns(UserWarning, match=r"log.csv, row 2, column 'sku': a field has 5 characters"):
        said = refusal(write(tmp_path, "log.csv", log), **NAMES)
    assert said.startswith("log.csv, row 6, column 'stars': 'bad'")


def test_further_broken_rows_are_counted(tmp_path):
    log = LOG.replace("2.5", "x").replace(",5,", ",y,")
    said = refusal(write(tmp_path, "log.csv", log), **NAMES)
    assert said.endswith("(1 more like it)")


def test_parquet_rows_count_from_one(tmp_path):
    pl.DataFrame({"u": [1, None, 3], "i": [1, 2, 3]}).write_parquet(tmp_path / "log.parquet")
    said = refusal(tmp_path / "log.parquet", user="u", item="i")
    assert said.startswith("log.parquet, row 2, column 'u': the id is missing")


def test_missing_column_lists_what_is_there(tmp_path):
    log = write(tmp_path, "log.csv", LOG)
    said = refusal(log, user="userid", item="sku")
    assert said.startswith("log.csv has no column 'userid' (argument user); it has 'uid', 'sku'")
    assert "did you mean 'star'" not in said
    assert "did you mean 'stars'?" in refusal(log, user="uid", item="sku", rating="star")
    semicolons = write(tmp_path, "semi.csv", LOG.replace(",", ";"))
    assert "pass separator=';'" in refusal(semicolons, **NAMES)
    twice = write(tmp_path, "twice.csv", "uid,uid,sku\n1,2,3\n")
    assert "2 columns named 'uid'" in refusal(twice, user="uid", item="sku")


def test_missing_and_empty_files(tmp_path):
    write(tmp_path, "log.csv", LOG)
    with pytest.raises(FileNotFoundError, match=r"did you mean 'log\.csv'"):
        read_table(tmp_path / "logs.csv", **NAMES)
    assert "is empty" in refusal(write(tmp_path, "e.csv", ""), **NAMES)
    assert "is empty" in refusal(write(tmp_path, "e.csv", "\n\n"), **NAMES)
    assert "no rows" in refusal(write(tmp_path, "e.csv", "uid,sku,stars,ts\n"), **NAMES)
    assert "folder" in refusal(tmp_path, **NAMES)
    assert "separator" in refusal(write(tmp_path, "log.dat", LOG), **NAMES)
    assert "not a readable Parquet" in refusal(write(tmp_path, "l.parquet", LOG), **NAMES)


def test_bytes_that_are_no_text_are_named(tmp_path):
    log = write(tmp_path, "log.csv", LOG.encode().replace(b"9,rug", b"9,r\xe9g"))
    said = refusal(log, **NAMES)
    assert said.startswith("log.csv, row 3: byte 0xe9 is not utf-8 text")
    log16 = write(tmp_path, "log16.csv", LOG.encode("utf-16"))
    assert refusal(log16, **NAMES).startswith("log16.csv, row 1: byte 0xff is not utf-8 text")
    assert "unknown to Python" in refusal(log, **NAMES, encoding="klingon")


@pytest.mark.parametrize("form", ["%Y%m%d", "%Y%m%d%H", "%Y%m%d%H%M", "%Y%m%d%H%M%S"])
def test_dates_written_as_one_number(tmp_path, form):
    moments = [dt.datetime(2014, 11, 26, 14, 30, 55), dt.datetime(2100, 12, 31, 23, 59, 59)]
    written = [moment.strftime(form) for moment in moments]
    exact = [dt.datetime.strptime(text, form).replace(tzinfo=dt.UTC) for text in written]
    log = write(tmp_path, "log.csv", f"u,i,t\n1,2,{written[0]}\n1,3,{written[1]}\n")
    data = read_table(log, user="u", item="i", timestamp="t")
    assert data.interactions["timestamp"].to_list() == [int(one.timestamp()) for one in exact]
    name = {"%Y": "YYYY", "%m": "MM", "%d": "DD", "%H": "HH", "%M": "MM", "%S": "SS"}
    for code, word in name.items():
        form = form.replace(code, word)
    assert data.card.notes == f"timestamps were read as dates written {form}"


@pytest.mark.parametrize("odd", ["20141301", "20140229", "18991231", "21010101"])
def test_numbers_of_which_one_spells_no_date_are_seconds(tmp_path, odd):
    log = write(tmp_path, "log.csv", f"u,i,t\n1,2,20240131\n1,3,{odd}\n")
    data = read_table(log, user="u", item="i", timestamp="t")
    assert data.interactions["timestamp"].to_list() == [20240131, int(odd)]
    assert data.card.notes == ""


def test_catalogue_rows_are_checked(tmp_path):
    log = write(tmp_path, "log.csv", LOG)
    items = write(tmp_path, "items.csv", "sku,name\nlamp,A\nrug,B\nlamp,C\n")
    said = refusal(log, **NAMES, items=items)
    assert said.startswith("items.csv, row 4, column 'sku': item 'lamp' is already in row 2")
    items = write(tmp_path, "items.csv", "sku,name\nlamp,A\n,B\nrug,C\n")
    assert refusal(log, **NAMES, items=items).startswith("items.csv, row 3, column 'sku': the id")
    items = write(tmp_path, "items.csv", "sku,name,x\nlamp,A,\nrug\n")
    assert refusal(log, **NAMES, items=items).startswith("items.csv, row 3: 1 fields")
    said = refusal(log, **NAMES, items=items, title="nam")
    assert "(argument title)" in said
    assert "pass items=<table>" in refusal(log, **NAMES, title="name")
    assert "on_error must be" in refusal(log, **NAMES, on_error="ignore")


# Lenient reading

DIRTY = (
    b"uid,sku,stars,ts\n"
    b"u1,lamp,4,1600000000\n"
    b"u2,rug,four,1600000060000\n"
    b",rug,5,2020-09-13T12:26:40Z\n"
    b"u3,r\xe9g,,soon\n"
    b"u4,rug\n"
    b"u5,rug,3,1600000000,surplus\n"
)


def test_lenient_reading_keeps_every_row(tmp_path):
    data = read_table(write(tmp_path, "log.csv", DIRTY), **NAMES, on_error="null")
    assert data.interactions.rows() == [
        ("u1", "lamp", 4.0, 1600000000),
        ("u2", "rug", None, 1600000060),
        (None, "rug", 5.0, 1600000000),
        ("u3", "r\ufffdg", None, None),
        ("u4", "rug", None, None),
        ("u5", "rug", 3.0, 1600000000),
    ]
    assert data.users["user_id"].to_list() == ["u1", "u2", "u3", "u4", "u5"]
    assert "1 user ids are missing" in data.card.notes
    assert "3 ratings are null (1 were not a number)" in data.card.notes
    assert "1 milliseconds" in data.card.notes


def test_lenient_reading_keeps_the_first_of_repeated_items(tmp_path):
    log = write(tmp_path, "log.csv", LOG)
    items = write(tmp_path, "items.csv", "sku,name\nlamp,A\nrug,B\n,N\nlamp,C\n")
    data = read_table(log, **NAMES, items=items, on_error="null")
    assert data.items.rows() == [("lamp", "A"), ("rug", "B")]
    assert "2 repeated or nameless rows" in data.card.notes


def test_the_dirty_log_is_read_with_every_defect_counted():
    log = load_dirty_log()
    names = {**NAMES, "items": log.path.with_name("items.csv.gz"), "item_id": "item_id"}
    assert "column 'uid': the id is missing" in refusal(log.path, **names)
    data = read_table(log.path, **names, on_error="null", unknown_items="keep")
    truth = log.defects
    put_in = truth["defects"]
    assert data.n_interactions == truth["rows"]
    assert data.interactions.null_count().row(0) == (
        put_in["missing_user"],
        put_in["missing_item"],
        put_in["missing_rating"] + put_in["broken_rating"],
        put_in["broken_time"],
    )
    for unit, count in (("seconds", "seconds"), ("milliseconds", "milliseconds"), ("ISO", "iso")):
        assert f"{truth['time_formats'][count]:,} {unit}" in data.card.notes
    # Every time that could be read lies in the log's own two years.
    times = data.interactions["timestamp"].drop_nulls()
    first, last = dt.datetime(2022, 12, 31), dt.datetime(2025, 3, 1)
    assert times.is_between(int(first.timestamp()), int(last.timestamp())).all()


# Round trip

TEXT = st.text(
    st.characters(exclude_categories=("Cs", "Cc"), exclude_characters="\ufeff"),
    min_size=1,
    max_size=8,
).filter(lambda value: value.strip() != "")
INTEGER = st.integers(-(2**63), 2**63 - 1)
RATING = st.floats(allow_nan=False, allow_infinity=False)
# Numbers that spell a date are read as dates.
MOMENT = st.integers(-(10**10), 10**10).filter(
    lambda value: not 19_000_000 < value < 22_000_000 and not 1.9e9 < value < 2.2e9
)


@pytest.mark.filterwarnings("ignore:.* looks like a missing value")
@pytest.mark.parametrize("suffix", ["csv", "tsv", "parquet"])
@settings(max_examples=40, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.data())
def test_round_trip(tmp_path, suffix, data):
    n = data.draw(st.integers(1, 8))

    def column(values):
        return data.draw(st.lists(values, min_size=n, max_size=n))

    users = column(data.draw(st.sampled_from([INTEGER, TEXT])))
    items = column(data.draw(st.sampled_from([INTEGER, TEXT])))
    table = pl.DataFrame(
        {"uid": users, "sku": items, "stars": column(RATING), "ts": column(MOMENT)},
        schema_overrides={"stars": pl.Float64, "ts": pl.Int64},
    )
    path = tmp_path / f"log.{suffix}"
    if suffix == "parquet":
        table.write_parquet(path)
    else:
        table.write_csv(path, separator="," if suffix == "csv" else "\t")
    read = read_table(path, **NAMES)

    def same(got, written):
        # Text in which every value is a plain integer comes back from CSV as integers.
        as_text = [str(value) for value in got]
        return list(got) == written or (suffix != "parquet" and as_text == written)

    assert same(read.interactions["user_id"], users)
    assert same(read.interactions["item_id"], items)
    assert read.interactions["rating"].to_list() == table["stars"].to_list()
    assert read.interactions["timestamp"].to_list() == table["ts"].to_list()
    assert read.n_items == len(set(items))
    assert read.n_users == len(set(users))
