"""Equal times: nobody is favoured, the file's order can count, and what is undecided is told."""

import warnings

import numpy as np
import polars as pl
import pytest

from longtail_lib import Dataset, DatasetCard, prepare, read_table, split
from longtail_lib.models.sequence._user_sequences import user_sequences
from longtail_lib.preprocessing import Split, TiedTimesWarning

DAY = 86_400


def baskets(n_users=400, n_items=100, length=8, seed=0):
    """Each user's items come in an order of their own, all on one day."""
    rng = np.random.default_rng(seed)
    chosen = [rng.permutation(n_items)[:length] for _ in range(n_users)]
    return pl.DataFrame(
        {
            "user_id": np.repeat(np.arange(n_users), length),
            "item_id": np.concatenate(chosen),
            "timestamp": np.repeat(1_700_000_000 + DAY * (np.arange(n_users) % 30), length),
        }
    ), chosen


def as_dataset(log):
    ids = {name: pl.DataFrame({name: log[name].unique().sort()}) for name in ("user_id", "item_id")}
    return Dataset(log, ids["item_id"], ids["user_id"], DatasetCard(name="baskets"))


def test_no_id_is_favoured():
    log, _ = baskets()
    parts = split(prepare(as_dataset(log)), ties="random")
    mean, spread = 49.5, np.sqrt((100**2 - 1) / 12)
    for part in (parts.test, parts.validation):
        # The highest of eight ids would be 89 on average.
        assert abs(part.indices.mean() - mean) < 4 * spread / np.sqrt(part.nnz)
    # Nor are neighbours drawn together, as they would be by a hash of the item alone.
    assert len(np.unique(parts.test.indices)) > 80


def test_the_lot_depends_on_the_seed_and_on_nothing_else():
    log, _ = baskets(60)
    first = split(prepare(as_dataset(log)), ties="random", seed=1)
    again = split(
        prepare(as_dataset(log.sample(fraction=1, shuffle=True, seed=3))), seed=1, ties="random"
    )
    other = split(prepare(as_dataset(log)), ties="random", seed=2)
    assert (first.test != again.test).nnz == 0
    assert (first.test != other.test).nnz > 60
    for part in ("train", "test"):
        assert (first.order[part] != again.order[part]).nnz == 0


def test_the_order_of_the_file_reaches_parts_and_sequences(tmp_path):
    log, chosen = baskets(50)
    path = tmp_path / "log.csv"
    log.write_csv(path)
    data = read_table(path, user="user_id", item="item_id", timestamp="timestamp")
    parts = split(prepare(data), ties="file")
    assert parts.item_ids[parts.test.indices].tolist() == [items[-1] for items in chosen]
    assert parts.item_ids[parts.validation.indices].tolist() == [items[-2] for items in chosen]
    sequences = user_sequences(parts, 6)
    assert parts.item_ids[sequences].tolist() == [items[:6].tolist() for items in chosen]
    whole = user_sequences(parts.final(), 7)
    assert parts.item_ids[whole].tolist() == [items[:7].tolist() for items in chosen]


def test_sequences_do_not_stand_in_the_order_of_ids():
    log, _ = baskets(400)
    sequences = user_sequences(split(prepare(as_dataset(log)), ties="random"), 6)
    rises = (np.diff(sequences, axis=1) > 0).mean()
    # Of neighbours in an order by lot half ascend; in catalogue order all do.
    assert abs(rises - 0.5) < 0.05


def test_the_order_is_one_history_over_all_parts():
    log, _ = baskets(30)
    parts = split(prepare(as_dataset(log)), ties="random")
    ranks = sum(parts.order[part] + (getattr(parts, part) > 0).astype(int) for part in parts.order)
    assert all(sorted(ranks[user].data.tolist()) == list(range(1, 9)) for user in range(30))
    assert (parts.order["test"].data == 7).all()
    assert (parts.order["validation"].data == 6).all()


def test_what_was_drawn_is_counted_and_told():
    log, _ = baskets(40)
    with pytest.warns(TiedTimesWarning, match=r"validation of 40 of 40 users \(100%\) and test of"):
        parts = split(prepare(as_dataset(log)))
    assert parts.tied == {"validation": (40, 40), "test": (40, 40)}
    assert parts.parameters["ties"] == "random"


@pytest.mark.parametrize("ties", ["random", "file"])
def test_who_has_decided_is_not_warned(ties):
    log, _ = baskets(40)
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        assert split(prepare(as_dataset(log)), ties=ties).tied["test"] == (40, 40)


def test_few_ties_make_no_noise():
    log, _ = baskets(40)
    spread = log.with_columns(timestamp=pl.col("timestamp") + pl.int_range(pl.len()) % 8)
    last = pl.col("user_id") == 3
    one = spread.with_columns(
        timestamp=pl.when(last).then(pl.lit(1_700_000_000)).otherwise(pl.col("timestamp"))
    )
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        assert split(prepare(as_dataset(spread))).tied == {"validation": (0, 40), "test": (0, 40)}
        assert split(prepare(as_dataset(one))).tied == {"validation": (1, 40), "test": (1, 40)}


def test_ties_inside_a_part_are_no_ties_of_a_border():
    """Two in test at one moment are both in test, whatever stands first."""
    log = pl.DataFrame({"user_id": [1] * 4, "item_id": [1, 2, 3, 4], "timestamp": [1, 2, 3, 3]})
    parts = split(prepare(as_dataset(log)), validation=0, test=2)
    assert parts.tied["test"] == (0, 1)


def test_sub_second_times_order_interactions(tmp_path):
    path = tmp_path / "clicks.csv"
    rows = [
        f"{user},{item},{1700000000000 + user * 60000 + place * 300}"
        for user in range(200)
        for place, item in enumerate((30, 10, 20, 5))
    ]
    path.write_text("\n".join(["u,i,ts", *rows]))
    parts = split(prepare(read_table(path, user="u", item="i", timestamp="ts")))
    assert set(parts.item_ids[parts.test.indices].tolist()) == {5}
    assert set(parts.item_ids[parts.validation.indices].tolist()) == {20}
    assert parts.tied["test"] == (0, 200)


def test_matrices_of_ones_own_have_an_order_too():
    times = {"train": [[5, 5, 1.5]], "test": [[0, 0, 0, 7]]}
    parts = Split.from_matrices(
        [[1, 1, 1, 0]],
        test=[[0, 0, 0, 1]],
        times={"train": [[5, 5, 1.5, 0]], "test": times["test"]},
    )
    assert sorted(parts.order["train"].data.tolist()) == [0, 1, 2]
    assert parts.order["train"][0, 2] == 0
    assert parts.order["test"].data.tolist() == [3]
    assert Split.from_matrices([[1, 1]]).order is None
