import numpy as np
import pandas as pd
import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import array_shapes, arrays
from sklearn.preprocessing import minmax_scale

from longtail_course.article import preprocess_data

NAN, INF = float("nan"), float("inf")
ROWS = [[1.0, 10.0], [3.0, NAN], [1.0, 10.0], [5.0, 20.0], [INF, 1.0], [2.0, 10.0]]


def test_array_by_hand():
    cleaned, rows = preprocess_data(ROWS, return_rows=True)
    assert rows.tolist() == [0, 3, 5]
    assert cleaned.tolist() == [[0.0, 0.0], [1.0, 1.0], [0.25, 0.0]]


@pytest.mark.parametrize("library", [pl, pd])
def test_frame_by_hand(library):
    frame = library.DataFrame(
        {
            "name": ["a", "b", "a", "c", "d", None],
            "age": [1.0, NAN, 1.0, 5.0, INF, 2.0],
            "n": [3, 4, 3, 4, 4, 9],
        }
    )
    before = frame.copy() if library is pd else frame.clone()
    cleaned, rows = preprocess_data(frame, return_rows=True)
    assert isinstance(cleaned, library.DataFrame)
    assert rows.tolist() == [0, 3]
    assert list(cleaned.columns) == ["name", "age", "n"]
    assert list(cleaned["name"]) == ["a", "c"]
    assert list(cleaned["age"]) == [0.0, 1.0]
    assert list(cleaned["n"]) == [0.0, 1.0]
    assert frame.equals(before)


@given(
    arrays(
        float,
        array_shapes(min_dims=2, max_dims=2, max_side=6),
        elements=st.sampled_from([0.0, 1.0, 2.5, -3.0, NAN]),
    )
)
def test_against_pandas_and_scikit_learn(data):
    frame = pd.DataFrame(data).dropna().drop_duplicates()
    if frame.empty:
        with pytest.raises(ValueError, match="none of the"):
            preprocess_data(data)
        return
    cleaned, rows = preprocess_data(data, return_rows=True)
    assert rows.tolist() == frame.index.tolist()
    np.testing.assert_allclose(cleaned, minmax_scale(frame.to_numpy()), atol=1e-12)


def test_constant_column_becomes_zeros_and_one_axis_is_refused():
    assert preprocess_data([[7.0, 1.0], [7.0, 2.0]])[:, 0].tolist() == [0, 0]
    with pytest.raises(ValueError, match="two axes"):
        preprocess_data([1.0, 2.0])
