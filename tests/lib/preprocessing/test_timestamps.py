"""Timestamps of mixed units against datetime."""

from datetime import UTC, date, datetime, timedelta, timezone
from fractions import Fraction

import numpy as np
import pandas as pd
import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from longtail_lib.preprocessing import seconds

MOMENTS = st.integers(10**9, 4 * 10**9)
# How each unit writes a moment, and how much later than the moment that is, in seconds.
LATER = {"s": 0, "ms": Fraction(7, 10**3), "us": Fraction(7, 10**6), "ns": 0, "ISO 8601": 0}
WRITTEN = {
    "s": str,
    "ms": lambda moment: str(moment * 10**3 + 7),
    "us": lambda moment: str(moment * 10**6 + 7),
    "ns": lambda moment: str(moment * 10**9),
    "ISO 8601": lambda moment: datetime.fromtimestamp(moment, UTC).strftime("%Y-%m-%dT%H:%M:%SZ"),
}


@given(
    st.lists(st.tuples(MOMENTS, st.sampled_from(sorted(WRITTEN))), min_size=1, max_size=30),
    st.sampled_from([pl.Series, pd.Series, list]),
)
def test_text_of_mixed_units(chosen, series):
    read = seconds(series([WRITTEN[unit](moment) for moment, unit in chosen]))
    exact = [moment + LATER[unit] for moment, unit in chosen]
    assert read.values.tolist() == [float(second) for second in exact]
    assert read.values.dtype == (float if any(LATER[unit] for _, unit in chosen) else int)
    for unit in WRITTEN:
        assert read.counts.get(unit, 0) == sum(unit == used for _, used in chosen)
    assert sum(read.counts.values()) == len(chosen)


@given(
    st.datetimes(datetime(1900, 1, 1), datetime(2200, 1, 1)),
    st.integers(-14 * 60, 14 * 60),
    st.sampled_from(["seconds", "minutes", "milliseconds"]),
    st.sampled_from(["T", " "]),
)
def test_iso_8601_with_offsets(moment, offset, precision, separator):
    moment = moment.replace(tzinfo=timezone(timedelta(minutes=offset)))
    text = moment.isoformat(sep=separator, timespec=precision)
    past = datetime.fromisoformat(text) - datetime(1970, 1, 1, tzinfo=UTC)
    expected = [past // timedelta(microseconds=1) / 10**6]
    assert seconds([text]).values.tolist() == expected
    assert seconds([text[:-3] + text[-2:]]).values.tolist() == expected


@given(
    st.sampled_from([1, -1]), st.integers(10**8, 4 * 10**9), st.integers(0, 10**9 - 1),
    st.sampled_from([3, 6, 9]), st.booleans(),
)  # fmt: skip
def test_fractions_are_the_nearest_that_float64_holds(sign, whole, nanos, digits, as_text):
    """However it is written, a moment becomes one number: the float nearest to it."""
    ticks = sign * (whole * 10**digits + nanos // 10 ** (9 - digits))
    exact = float(Fraction(ticks, 10**digits))
    assert seconds([str(ticks)] if as_text else [ticks]).values.tolist() == [exact]


def test_seconds_written_with_decimals():
    read = seconds(["1600000000.3", "-0.25", "7"])
    assert read.values.tolist() == [1600000000.3, -0.25, 7.0]
    assert read.counts == {"s": 3}
    assert seconds([1600000000.0, 7.0]).values.dtype == np.int64


def test_unreadable_among_fractions_is_not_a_number():
    read = seconds(["1600000000.5", "soon"])
    assert read.readable.tolist() == [True, False]
    assert np.isnan(read.values[1])


@given(st.dates())
def test_dates_without_a_time_are_midnight_utc(day):
    expected = (day - date(1970, 1, 1)).days * 86_400
    assert seconds([day.isoformat()]).values.tolist() == [expected]


@pytest.mark.parametrize(
    "text",
    ["2021-02-29", "2021-13-01", "2021-00-10", "2021-04-31", "2021-01-01T24:00", "12:30", "soon",
     "2021-01-01T10:60", "2021/01/01", "1e400", "٣", "2021-01-01 13:00 PM", "2021-01-01 0:30 AM",
     "2021-01-01 +00", "2021-01-01 10:00 CEST", "2021-01-01 PM"],
)  # fmt: skip
def test_what_is_no_date_is_unreadable(text):
    read = seconds([text, "100"])
    assert read.counts == {"s": 1, "unreadable": 1}
    assert read.readable.tolist() == [False, True]


def test_numbers_are_read_by_their_size(library):
    numbers = [0, -5, 99_999_999_999, 100_000_000_000, 10**14, 10**17]
    frame = {"polars": pl.Series, "pandas": pd.Series}[library]
    read = seconds(frame(numbers))
    assert read.values.tolist() == [0, -5, 99_999_999_999, 10**8, 10**8, 10**8]
    assert read.counts == {"s": 3, "ms": 1, "us": 1, "ns": 1}


@pytest.mark.parametrize(
    ("column", "second"),
    [
        (pl.Series([datetime(2020, 1, 1, 0, 0, 1, 999_999), None]), 1_577_836_801.999999),
        (pd.Series(pd.to_datetime(["2020-01-01 00:00:01.999999", None])), 1_577_836_801.999999),
        (
            pl.Series([datetime(2020, 1, 1, 2, 0, 1), None]).dt.replace_time_zone(
                "Europe/Helsinki"
            ),
            1_577_836_801,
        ),
        (np.array(["2020-01-01T00:00:01.25", "NaT"], dtype="datetime64[ms]"), 1_577_836_801.25),
    ],
    ids=["polars", "pandas", "zoned", "numpy"],
)
def test_datetimes(column, second):
    read = seconds(column)
    assert read.values[0] == second
    assert read.counts == {"datetime": 1, "missing": 1}


def test_dates_as_numbers_are_counted_by_their_form(library):
    column = {"polars": pl.Series, "pandas": pd.Series}[library]([20200101, None, 20200103])
    read = seconds(column)
    assert read.values[read.readable].tolist() == [1577836800, 1578009600]
    assert read.counts == {"YYYYMMDD": 2, "missing": 1}
    assert seconds([20200101, 1]).counts == {"s": 2}
    assert seconds(["20200101", "soon"]).counts == {"s": 1, "unreadable": 1}


def test_missing_is_not_unreadable():
    read = seconds(pl.Series(["", None, "  ", "x"]))
    assert read.counts == {"missing": 3, "unreadable": 1}
    assert seconds(pd.Series([1.5, None, float("inf")])).counts == {
        "s": 1,
        "missing": 1,
        "unreadable": 1,
    }


def test_booleans_are_refused():
    with pytest.raises(TypeError, match="Boolean"):
        seconds(pl.Series([True]))


def test_agrees_with_the_reader_of_tables():
    from longtail_lib.data._epoch import read_epoch

    text = ["1600000000", "1600000000000", "1600000000000000", "2020-09-13 12:26:40", "2020-09-13",
            "2020-09-13T14:26:40+02:00", "1600000000.75", "x"]  # fmt: skip
    read = seconds(text)
    theirs = read_epoch(pl.Series(text)).seconds
    assert read.readable.tolist() == theirs.is_not_null().to_list()
    assert read.values[read.readable].tolist() == theirs.drop_nulls().to_list()
