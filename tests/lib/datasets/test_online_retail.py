"""Online Retail II: which lines stay, which name a product gets, and the real figures."""

import os
from collections import Counter
from pathlib import Path

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from longtail_lib.datasets import read_online_retail

COLUMNS = ["Invoice", "StockCode", "Description", "Quantity", "InvoiceDate", "Price", "Customer ID"]
LINES = [
    ("1", "85048", " GLASS  BALL,", 12, "2009-12-01 07:46:00", 6.95, 7),
    ("1", "POST", "POSTAGE", 1, "2009-12-01 07:46:00", 18.0, 7),
    ("2", "10002", "GLOBE.", 1, "2009-12-01 07:45:00", 1.0, 9),
    ("2", "85048", "GLASS BALL", 1, "2009-12-01 07:45:00", 6.95, 7),
    ("C3", "22222", "NEVER KEPT", -1, "2009-12-02 07:45:00", 1.0, 7),
    ("4", "10002", "damaged", 5, "2009-12-03 09:00:00", 0.0, None),
    ("5", "79323P", "PINK LIGHTS", 5, "2009-12-01 07:46:00", 6.75, 7),
    ("5", "79323P", "LIGHTS, PINK", 5, "2009-12-01 07:46:00", 6.75, 8),
]


def written(tmp_path, lines=LINES, **changes):
    frame = pl.DataFrame(lines, schema=COLUMNS, orient="row", infer_schema_length=None)
    path = tmp_path / "online_retail_II.csv"
    frame.with_columns(Country=pl.lit("United Kingdom"), **changes).write_csv(path)
    return path


def test_first_purchases_of_products_by_customers(tmp_path):
    data = read_online_retail(written(tmp_path))
    # 2009-12-01 07:45 UTC; 07:46 comes later, within a minute the file decides.
    assert data.interactions.rows() == [
        (9, "10002", 1259653500),
        (7, "85048", 1259653500),
        (7, "79323P", 1259653560),
        (8, "79323P", 1259653560),
    ]
    assert data.items.rows() == [
        ("10002", "GLOBE", "GLOBE"),
        ("79323P", "PINK LIGHTS", "PINK LIGHTS"),
        ("85048", "GLASS BALL", "GLASS BALL"),
    ]
    assert data.users["user_id"].to_list() == [7, 8, 9]
    assert data.card.notes.startswith(
        "Of 8 lines 1 have no customer, 1 of the others are cancelled, 1 of the others are no "
        "product, and 1 buy again"
    )


@pytest.mark.parametrize(
    "code", ["POST", "M", "m", "D", "C2", "DOT", "ADJUST", "BANK CHARGES", "TEST001", "PADS", "S"]
)
def test_what_is_no_product_goes(tmp_path, code):
    lines = [*LINES, ("9", code, "Something", 1, "2009-12-09 08:00:00", 1.0, 7)]
    data = read_online_retail(written(tmp_path, lines))
    assert code not in data.items["item_id"]
    assert len(data.interactions) == 4


ROWS = st.lists(
    st.tuples(
        st.sampled_from(["1", "C2", "3"]),
        st.sampled_from(["10001", "10002", "10002A", "POST"]),
        st.sampled_from(["A", " A ", "B.", "B"]),
        st.integers(0, 3),
        st.sampled_from([None, 1, 2]),
    ),
    min_size=1,
    max_size=20,
)


@settings(max_examples=50)
@given(ROWS)
def test_against_a_loop_over_the_lines(tmp_path_factory, rows):
    lines = [
        (invoice, code, name, 1, f"2010-01-01 00:0{minute}:00", 1.0, customer)
        for invoice, code, name, minute, customer in rows
    ]
    first, names = {}, {}
    for invoice, code, name, minute, customer in rows:
        if customer is None or invoice[0] == "C" or not code[:5].isdigit():
            continue
        names.setdefault(code, Counter())[name.strip(" .")] += 1
        if (customer, code) not in first or minute < first[customer, code]:
            # Later in the file at an earlier time: it takes its place there.
            first.pop((customer, code), None)
            first[customer, code] = minute
    path = written(tmp_path_factory.mktemp("retail"), lines)
    data = read_online_retail(path)
    start = 1262304000
    assert set(data.interactions.rows()) == {
        (*pair, start + 60 * minute) for pair, minute in first.items()
    }
    assert data.interactions["timestamp"].is_sorted()
    assert dict(zip(data.items["item_id"], data.items["title"], strict=True)) == {
        code: counts.most_common(1)[0][0] for code, counts in names.items()
    }


def test_customers_written_with_a_point_are_the_same(tmp_path):
    plain = read_online_retail(written(tmp_path))
    pointed = read_online_retail(
        written(tmp_path, **{"Customer ID": pl.col("Customer ID").cast(pl.Float64)})
    )
    assert "7.0" in (tmp_path / "online_retail_II.csv").read_text()
    assert pointed.interactions.equals(plain.interactions)


def test_customers_may_be_text_in_a_parquet_file(tmp_path):
    plain = read_online_retail(written(tmp_path))
    frame = pl.read_csv(tmp_path / "online_retail_II.csv", infer_schema=False)
    path = tmp_path / "text.parquet"
    pointed = frame.with_columns(pl.col("Customer ID") + ".0")
    for text in (frame, pointed):
        text.write_parquet(path)
        assert read_online_retail(path).interactions.equals(plain.interactions)


def test_parquet_folders_and_the_workbook_say_the_same(tmp_path, monkeypatch):
    path = written(tmp_path)
    frame = pl.read_csv(path, try_parse_dates=True, schema_overrides={"StockCode": pl.String})
    wanted = read_online_retail(tmp_path)
    asked = []

    def read_excel(source, *, sheet_id, columns):
        asked.append((source.name, sheet_id))
        # Excel has numbers where a code or an invoice is one.
        sheets = frame.select(columns).with_columns(pl.col("Invoice").cast(pl.String))
        return {"Year 2009-2010": sheets[:3], "Year 2010-2011": sheets[3:]}

    monkeypatch.setattr(pl, "read_excel", read_excel)
    (tmp_path / "workbook").mkdir()
    (tmp_path / "workbook" / "online_retail_II.xlsx").write_bytes(b"a workbook")
    found = read_online_retail(tmp_path / "workbook")
    assert asked == [("online_retail_II.xlsx", 0)]
    assert found.interactions.equals(wanted.interactions)
    assert found.items.equals(wanted.items)
    path.unlink()
    frame.with_columns(pl.col("Invoice").cast(pl.String)).write_parquet(tmp_path / "all.parquet")
    assert read_online_retail(tmp_path).interactions.equals(wanted.interactions)


def test_a_workbook_without_its_reader_names_the_extra(tmp_path, monkeypatch):
    def read_excel(*_, **__):
        raise ModuleNotFoundError("required package 'fastexcel' not found.")

    monkeypatch.setattr(pl, "read_excel", read_excel)
    (tmp_path / "online_retail_II.xlsx").write_bytes(b"a workbook")
    with pytest.raises(ImportError, match=r"pip install 'longtail-lib\[excel\]'; or save"):
        read_online_retail(tmp_path)


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("StockCode", "Stock", "has no column 'StockCode'.*did you mean 'Stock'"),
        ("2009-12-01 07:45:00", "first of May", "row 4, column 'InvoiceDate': 'first of May'"),
        (",9,", ",nine,", "row 4, column 'Customer ID': 'nine' is not a whole number"),
    ],
)
def test_broken_files_are_named(tmp_path, old, new, said):
    path = written(tmp_path)
    path.write_text(path.read_text().replace(old, new, 1))
    with pytest.raises(ValueError, match=said):
        read_online_retail(path)


def test_a_folder_without_the_file_says_what_belongs_there(tmp_path):
    with pytest.raises(FileNotFoundError, match=r"put online_retail_II\.xlsx there"):
        read_online_retail(tmp_path)


@pytest.mark.real_data("online-retail-ii")
def test_figures_of_the_real_file():
    data = read_online_retail(Path(os.environ["LONGTAIL_DATA_HOME"]) / "online-retail-ii")
    log = data.interactions
    assert (data.n_interactions, data.n_users, data.n_items) == (480_978, 5_853, 4_619)
    assert log.select("user_id", "item_id").is_unique().all()
    assert log["timestamp"].is_sorted()
    assert (log["timestamp"] % 60 == 0).all()
    assert data.items["title"].null_count() == 0
    assert not data.items["title"].str.contains(r"^\s|\s$|\s\s|[.,/]$").any()
    named = dict(zip(data.items["item_id"], data.items["title"], strict=True))
    assert named["85123A"] == "WHITE HANGING HEART T-LIGHT HOLDER"
