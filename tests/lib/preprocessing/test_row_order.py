"""The order of rows decides nothing, but where nothing else says what came last."""

import numpy as np
import polars as pl
import pytest

from longtail_lib import Dataset, prepare, split

IDS = [" a", "a", "a ", "A", "b b", "b  b", "é", "e\u0301", "10", "9"]


def dirty_log(seed, *, times, ratings):
    """A small log in which pairs repeat, times tie and ids are written with spaces."""
    rng = np.random.default_rng(seed)
    n = int(rng.integers(20, 60))
    users, items = rng.integers(6, size=n), rng.integers(8, size=n)
    columns = {"user": users, "item": items}
    if seed % 2:
        columns = {
            "user": [IDS[one] for one in users],
            "item": [f"{IDS[one]} x" for one in items],
        }
    if ratings:
        columns["rating"] = rng.integers(1, 6, size=n).astype(float)
    if times:
        columns["time"] = rng.integers(times, size=n)
    return pl.DataFrame(columns), rng


def parts_of(frame, seed, **preparation):
    columns = {"rating": "rating", "timestamp": "time"}
    named = {what: name for what, name in columns.items() if name in frame.columns}
    clean = prepare(Dataset.from_frame(frame, user="user", item="item", **named), **preparation)
    values = "rating" if "rating" in named else "one"
    parts = split(clean, how="random", seed=seed, values=values)
    matrices = [getattr(parts, part).toarray() for part in ("train", "validation", "test")]
    return parts.user_ids.tolist(), parts.item_ids.tolist(), np.stack(matrices).tolist()


@pytest.mark.filterwarnings("ignore")
@pytest.mark.parametrize("seed", range(12))
@pytest.mark.parametrize(
    ("times", "ratings", "duplicates"),
    [
        (3, True, "last"),
        (1000, True, "first"),
        (3, True, "highest"),
        (1000, False, "last"),
        (0, False, "last"),
        (0, False, "first"),
        (0, True, "highest"),
        (0, True, "mean"),
    ],
)
def test_shuffled_rows_give_the_same_random_split(seed, times, ratings, duplicates):
    frame, rng = dirty_log(seed, times=times, ratings=ratings)
    options = {"duplicates": duplicates, **({"min_rating": 2} if ratings else {})}
    expected = parts_of(frame, seed, **options)
    for _ in range(2):
        assert parts_of(frame[rng.permutation(len(frame))], seed, **options) == expected


def test_without_times_the_last_row_of_a_pair_is_the_last():
    rows = {"user": [1, 1, 2], "item": [5, 5, 5], "rating": [5.0, 1.0, 4.0]}
    frame = pl.DataFrame(rows)

    def kept(rows, **options):
        data = Dataset.from_frame(rows, user="user", item="item", rating="rating")
        return prepare(data, min_rating=3, **options).n_interactions

    assert (kept(frame), kept(frame[::-1])) == (1, 2)
    assert kept(frame, duplicates="highest") == kept(frame[::-1], duplicates="highest") == 2
