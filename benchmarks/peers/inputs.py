"""The data of the comparisons, written to a folder from which every side reads."""

from __future__ import annotations

import warnings
from pathlib import Path

import numpy as np
from scipy.sparse import csr_matrix, save_npz

from longtail_lib import load_dataset, prepare, split


def logged(name: str, folder: Path, **steps: float) -> str:
    """Train part, leave-last-out, of an embedded log; and the log itself as a file."""
    data = load_dataset(name)
    with warnings.catch_warnings():
        # The order of equal times, drawn by lot, decides nothing here.
        warnings.simplefilter("ignore")
        parts = split(prepare(data, **steps), how="leave-last-out")
    save_npz(folder / "train.npz", parts.train.astype(np.float32))
    log = data.interactions.select("user_id", "item_id", "timestamp")
    log.rename({"user_id": "user", "item_id": "item", "timestamp": "time"}).write_csv(
        folder / "log.csv"
    )
    return repr(parts)


def large(folder: Path) -> str:
    """3 million interactions of 300,000 users with 150,000 items, popular ones by Zipf's law."""
    rng = np.random.default_rng(0)
    shape, n = (300_000, 150_000), 3_100_000
    activity = np.cumsum(rng.lognormal(0, 1, shape[0]))
    chance = np.cumsum(rng.permutation(1 / np.arange(1, shape[1] + 1) ** 0.8))
    users = np.searchsorted(activity, rng.random(n) * activity[-1])
    items = np.searchsorted(chance, rng.random(n) * chance[-1])
    train = csr_matrix((np.ones(n, np.float32), (users, items)), shape=shape)
    train.data[:] = 1
    save_npz(folder / "train.npz", train)
    return f"{train.nnz:,} interactions of {shape[0]:,} users with {shape[1]:,} items"


def lists(folder: Path) -> str:
    """20,000 users with 40 train and 3 test items of 12,000, and 50 items in each list."""
    rng = np.random.default_rng(0)
    n_users, n_items = 20_000, 12_000
    chance = 1 / (np.arange(n_items) + 20.0)
    chance /= chance.sum()

    def draw(count: int) -> csr_matrix:
        columns = rng.choice(n_items, size=n_users * count, p=chance)
        rows = np.repeat(np.arange(n_users), count)
        found = csr_matrix((np.ones(len(rows)), (rows, columns)), (n_users, n_items))
        return (found > 0).astype(np.float32)

    train, test = draw(40), draw(3)
    test = (test - test.multiply(train)).tocsr()
    test.eliminate_zeros()
    save_npz(folder / "train.npz", train), save_npz(folder / "test.npz", test)
    import polars as pl

    popular = np.argsort(rng.random((n_users, 400)), axis=1)[:, :50]
    pl.DataFrame(
        {
            "user_id": np.repeat(np.arange(n_users), 50),
            "item_id": popular.ravel(),
            "rank": np.tile(np.arange(1, 51), n_users),
        }
    ).write_parquet(folder / "lists.parquet")
    return f"{n_users:,} lists of 50, {n_items:,} items, {test.nnz:,} test interactions"


def sequences(folder: Path) -> str:
    """3,000 users with histories of log-normal length, 9 on average, over 3,000 items."""
    rng = np.random.default_rng(0)
    n_users, n_items = 3_000, 3_000
    lengths = np.clip(rng.lognormal(1.9, 0.8, n_users).astype(int), 3, 50)
    rows = np.repeat(np.arange(n_users), lengths)
    columns = rng.integers(n_items, size=len(rows))
    # Of a pair that was drawn twice the first counts.
    _, first = np.unique(rows * n_items + columns, return_index=True)
    times = csr_matrix((first + 1.0, (rows[first], columns[first])), (n_users, n_items))
    times.sort_indices()
    save_npz(folder / "times.npz", times)
    return f"{times.nnz:,} interactions of {n_users:,} users with {n_items:,} items"


def texts(folder: Path) -> str:
    """Texts of the simulated shop, spread over its catalogue."""
    from longtail_lib.text import find_encoder

    catalogue = load_dataset("shop", truth=False).items["text"].to_list()
    places = np.linspace(0, len(catalogue) - 1, 300).astype(int)
    lines = [" ".join(catalogue[place].split()) for place in places]
    (folder / "texts.txt").write_text("\n".join(lines), encoding="utf-8")
    (folder / "encoder.txt").write_text(str(find_encoder()), encoding="utf-8")
    return f"{len(lines)} texts of the shop, all-MiniLM-L6-v2"


INPUTS = {
    "movietweetings": lambda folder: logged("movietweetings", folder),
    "online_retail": lambda folder: logged("online-retail", folder),
    "large": large,
    "lists": lists,
    "sequences": sequences,
    "texts": texts,
}
