"""The invoices of UCI Online Retail II as first purchases of products with names."""

from __future__ import annotations

import os
from dataclasses import replace
from pathlib import Path

import polars as pl

from longtail_lib.data import Dataset, DatasetCard
from longtail_lib.data._columns import read_integers, read_timestamps
from longtail_lib.data._download import Published
from longtail_lib.data._source import Source, open_source
from longtail_lib.datasets._ready_dataset import ReadyDataset

__all__ = ["ONLINE_RETAIL", "read_online_retail"]

_COLUMNS = ["Invoice", "StockCode", "Description", "InvoiceDate", "Customer ID"]
_SUFFIXES = (".parquet", ".csv", ".xlsx")


def read_online_retail(path: str | os.PathLike[str]) -> Dataset:
    """Read and clean UCI Online Retail II: who bought which product first when.

    Lines are left out in this order, and the card's notes count them: lines without a customer;
    cancelled invoices, whose number begins with C; what is no product, because a product's stock
    code begins with five digits (POST, M, D, C2, DOT, ADJUST, BANK CHARGES, TEST001 and a few more
    do not). Of what a customer bought several times the first purchase stays.

    Parameters
    ----------
    path : str or path
        The workbook `online_retail_II.xlsx`, or its sheets one below the other as CSV or Parquet
        with the official column names; or a folder that holds one of them. The workbook needs the
        extra `excel`.

    Returns
    -------
    Dataset
        `interactions` have `user_id` (int64), `item_id` (text, the stock code) and `timestamp`
        (int64 seconds; the invoice's minute, read as UTC), ordered by time, within a minute by
        the file. `items` are ordered by id; `title` and `text` are the description that most
        lines have, with single spaces and without a dot, comma or slash at its end.

    Raises
    ------
    ValueError
        A missing column or an unreadable value; the message names file, row and column.

    References
    ----------
    Daqing Chen. "Online Retail II." UCI Machine Learning Repository, 2012.
    https://doi.org/10.24432/C5CG6D

    Examples
    --------
    >>> import pathlib, tempfile
    >>> file = pathlib.Path(tempfile.mkdtemp()) / "lines.csv"
    >>> _ = file.write_text(
    ...     "Invoice,StockCode,Description,Quantity,InvoiceDate,Price,Customer ID,Country\\n"
    ...     "489434,85048,GLASS BALL ,12,2009-12-01 07:45:00,6.95,13085,United Kingdom\\n"
    ...     "489434,POST,POSTAGE,1,2009-12-01 07:45:00,18,13085,United Kingdom\\n"
    ... )
    >>> data = read_online_retail(file)
    >>> data.interactions.rows(), data.items["title"].to_list()
    ([(13085, '85048', 1259653500)], ['GLASS BALL'])
    """
    source = _open(Path(path))
    times, _ = read_timestamps(source, "InvoiceDate", lenient=False)
    lines = source.frame.with_columns(
        _customers(source).alias("user_id"), times.alias("timestamp")
    ).rename({"StockCode": "item_id"})
    bought = lines.filter(pl.col("user_id").is_not_null())
    kept = bought.filter(~pl.col("Invoice").str.starts_with("C"))
    products = kept.filter(pl.col("item_id").str.contains(r"^\d{5}"))
    log = (
        products.select("user_id", "item_id", "timestamp")
        .sort("timestamp", maintain_order=True)
        .unique(["user_id", "item_id"], keep="first", maintain_order=True)
    )
    items = _names(products)
    notes = (
        f"Of {len(lines):,} lines {len(lines) - len(bought):,} have no customer, "
        f"{len(bought) - len(kept):,} of the others are cancelled, "
        f"{len(kept) - len(products):,} of the others are no product, and "
        f"{len(products) - len(log):,} buy again what the customer had bought. {_NOTES}"
    )
    return Dataset(
        interactions=log,
        items=items,
        users=log.select(pl.col("user_id").unique().sort()),
        card=replace(ONLINE_RETAIL.card, sha256={source.path.name: source.sha256}, notes=notes),
    )


def _open(path: Path) -> Source:
    if path.is_dir():
        files = sorted(file for file in path.iterdir() if file.suffix in _SUFFIXES)
        if not files:
            raise FileNotFoundError(
                f"{path} holds no file of Online Retail II; put online_retail_II.xlsx there, or "
                "its lines as .csv or .parquet"
            )
        path = files[0]
    if path.suffix != ".xlsx":
        return open_source(path, _COLUMNS)
    try:
        sheets = pl.read_excel(path, sheet_id=0, columns=_COLUMNS)
    except ImportError as error:
        raise ImportError(
            f"{path.name} is an Excel workbook, which needs the extra: pip install "
            "'longtail-lib[excel]'; or save its sheets as one .csv"
        ) from error
    text = [pl.col(column).cast(pl.String) for column in ("Invoice", "StockCode", "Description")]
    frame = pl.concat([sheet.with_columns(text) for sheet in sheets.values()], how="vertical")
    return Source(path, frame)


def _customers(source: Source) -> pl.Series:
    """Return customer numbers, which some copies write as 13085.0; null where there is none."""
    raw = source.frame["Customer ID"]
    if raw.dtype == pl.String:
        raw = raw.str.strip_suffix(".0").replace("", None)
    # A number written as text is one, whatever kind of file holds it.
    tidy = replace(source, frame=raw.to_frame(), is_text=True)
    return read_integers(tidy, "Customer ID", lenient=True, complaint="is not a whole number")


def _names(lines: pl.DataFrame) -> pl.DataFrame:
    """Return each product with the name that most of its lines have, the earlier of equals."""
    name = pl.col("Description").str.replace_all(r"\s+", " ").str.replace(r"[\s.,/]+$", "")
    return (
        lines.select("item_id", name.str.strip_chars().alias("title"))
        .with_row_index("row")
        .filter(pl.col("title") != "")
        .group_by("item_id", "title")
        .agg(pl.len(), pl.col("row").min())
        .sort("item_id", "len", "row", descending=[False, True, False])
        .unique("item_id", keep="first", maintain_order=True)
        .select("item_id", "title", text="title")
    )


_NOTES = (
    "Many customers are shops themselves. Times are minutes of the invoice, without a zone and "
    "read as UTC; all lines of an invoice have one time, and the order within it says little."
)
ONLINE_RETAIL = ReadyDataset(
    card=DatasetCard(
        name="online-retail",
        title="Online Retail II: 480,978 first purchases of 4,619 gifts by 5,853 customers",
        licence="CC BY 4.0",
        citation=(
            "Daqing Chen. 2012. Online Retail II. UCI Machine Learning Repository. "
            "https://doi.org/10.24432/C5CG6D. Introduced in: Daqing Chen, Sai Laing Sain and Kun "
            "Guo. 2012. Data mining for the online retail industry: A case study of RFM "
            "model-based customer segmentation using data mining. Journal of Database Marketing "
            "and Customer Strategy Management 19, 197-208. https://doi.org/10.1057/dbm.2012.17"
        ),
        source="https://archive.ics.uci.edu/dataset/502/online+retail+ii",
        notes=_NOTES,
    ),
    read=read_online_retail,
    published=Published(
        title="Online Retail II",
        folder="online-retail-ii",
        url="https://archive.ics.uci.edu/static/public/502/online+retail+ii.zip",
        paths={"online_retail_II.xlsx": "online_retail_II.xlsx"},
    ),
    free=True,
)
