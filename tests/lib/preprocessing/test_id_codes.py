"""Id codes against numpy's own unique."""

import narwhals as nw
import numpy as np
import pandas as pd
import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from longtail_lib.preprocessing import _id_codes
from longtail_lib.preprocessing._id_codes import align, clean_ids, factorise, text_ids

IDS = st.one_of(
    st.lists(st.integers(-(2**62), 2**62), min_size=1, max_size=40),
    st.lists(st.integers(-5, 5), min_size=1, max_size=40),
    st.lists(st.text("aäb中 7", min_size=1, max_size=5), min_size=1, max_size=40),
)


@given(IDS, st.sampled_from([pl.Series, pd.Series]))
def test_codes_are_ranks_among_distinct_ids(values, series):
    ids, codes = factorise(nw.from_native(series(values), series_only=True))
    expected_ids, expected_codes = np.unique(np.asarray(values), return_inverse=True)
    assert ids.tolist() == expected_ids.tolist()
    assert codes.tolist() == expected_codes.tolist()
    assert ids.dtype.kind in "iU"


@pytest.mark.parametrize("dtype", [pl.UInt8, pl.Int16, pl.UInt64, pl.Int64])
def test_narrow_integers_do_not_overflow(dtype):
    values = [120, 0, 127, 120]
    ids, codes = factorise(nw.from_native(pl.Series(values, dtype=dtype), series_only=True))
    assert ids.tolist() == [0, 120, 127]
    assert ids[codes].tolist() == values


def test_int8_whose_range_exceeds_int8():
    values = [-128, 127, 0]
    ids, codes = factorise(nw.from_native(pl.Series(values, dtype=pl.Int8), series_only=True))
    assert ids[codes].tolist() == values


def test_pandas_integers_with_a_gap_stay_integers():
    column = nw.from_native(pd.Series([3, None, 5]), series_only=True)
    assert column.dtype == nw.Float64
    ids, missing, _ = clean_ids(column, "log.user_id")
    assert ids.dtype == nw.Int64
    assert missing.tolist() == [False, True, False]
    assert ids.to_list()[0] == 3


@pytest.mark.parametrize("values", [pd.Categorical(["b ", "a", "b "]), ["b ", "a", "b "]])
def test_text_and_categories_are_stripped(values):
    ids, missing, stripped = clean_ids(
        nw.from_native(pd.Series(values), series_only=True), "log.user_id"
    )
    assert ids.to_list() == ["b", "a", "b"]
    assert stripped == 2
    assert not missing.any()


def test_nullable_pandas_integers():
    column = nw.from_native(pd.Series([7, None, 9], dtype="Int64"), series_only=True)
    ids, missing, _ = clean_ids(column, "log.user_id")
    assert missing.tolist() == [False, True, False]
    assert factorise(ids)[0].tolist() == [0, 7, 9]


@pytest.mark.parametrize("values", [[1.5, 2.0], [True, False]])
def test_unusable_ids_are_refused_by_name(values):
    with pytest.raises(TypeError, match=r"log\.user_id"):
        clean_ids(nw.from_native(pl.Series(values), series_only=True), "log.user_id")


def test_text_cannot_be_aligned_with_numbers():
    with pytest.raises(TypeError, match=r"'7'.*7"):
        align(np.array(["7"]), np.array([7]))


@pytest.mark.parametrize("gap", [False, True])
def test_integer_categories_stay_integers(gap):
    values = [30, 4, None if gap else 30]
    column = nw.from_native(pd.Series(pd.Categorical(values)), series_only=True)
    ids, missing, stripped = clean_ids(column, "log.user_id")
    assert ids.dtype == nw.Int64
    assert ids.to_list()[:2] == [30, 4]
    assert missing.tolist() == [False, False, gap]
    assert stripped == 0


WIDTHS = st.lists(st.integers(1, 5_000), min_size=1, max_size=60)


@given(WIDTHS)
def test_text_is_of_fixed_width_unless_that_wastes_memory(widths):
    ids = [f"{place:05}" + "x" * width for place, width in enumerate(widths)]
    array = text_ids(ids)
    assert array.tolist() == ids
    assert array.dtype.kind == "U", "what is small is of fixed width"
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(_id_codes, "_WASTE", 0)
        own = sum(len(one) for one in ids) + 64 * len(ids)
        fixed = max(map(len, ids)) * 4 * len(ids)
        assert (text_ids(ids).dtype.kind == "O") == (fixed > own)


def test_no_text_is_no_memory():
    assert text_ids([]).tolist() == []


TEXTS = st.lists(st.text("aäb😀 7", min_size=1, max_size=4), min_size=1, max_size=20, unique=True)
KINDS = [np.str_, object]


@pytest.mark.parametrize("one", KINDS)
@pytest.mark.parametrize("other", KINDS)
@given(ids=TEXTS, known=TEXTS)
def test_text_of_either_kind_is_aligned(one, other, ids, known):
    known = sorted(known)
    places = align(np.array(ids, dtype=one), np.array(known, dtype=other))
    assert places.tolist() == [known.index(name) if name in known else -1 for name in ids]
    with pytest.raises(TypeError, match="different types in two tables"):
        align(np.array(ids, dtype=one), np.array([7]))
