"""The stored figures of MovieLens, against the real data and the simulator."""

import json
import tomllib
from pathlib import Path

import numpy as np
import pytest

import longtail_course
from longtail_course.worlds import log_figures, log_shape, movielens_figures
from longtail_course.worlds._movielens_figures import PATH, write_movielens_figures
from longtail_lib.datasets import load_dataset
from longtail_lib.tail import gini, top_share


def test_figures_are_the_published_ones():
    # Interactions, users, items and "at least 20" stand in the README of ml-latest-small; the
    # rest was computed from ratings.csv before the counts were stored.
    films = log_shape(movielens_figures())
    assert (films.interactions, films.users, films.items) == (100_836, 610, 9_742)
    assert films.top_share == pytest.approx(0.7703, abs=5e-5)
    assert films.gini == pytest.approx(0.7163, abs=5e-5)
    assert films.activity[::4] == (20, 2698)
    assert films.bottom_share == pytest.approx(0.0632, abs=5e-5)


def test_shape_agrees_with_the_measures_of_the_tail():
    films = movielens_figures()
    rated, shape = films.item_counts[films.item_counts > 0], log_shape(films)
    assert shape.top_share == pytest.approx(top_share(rated), abs=1e-12)
    assert shape.gini == pytest.approx(gini(rated), abs=1e-12)
    assert shape.singletons == (rated == 1).mean()
    for rating, share in shape.ratings.items():
        assert share == (films.ratings == rating).mean()


def test_the_package_carries_the_figures():
    # What is installed holds only what lies in the package and is named as its data.
    root = Path(longtail_course.__file__).parent
    settings = tomllib.loads((root / "pyproject.toml").read_text(encoding="utf-8"))
    data = settings["tool"]["setuptools"]["package-data"]["longtail_course.worlds"]
    assert PATH.relative_to(root / "worlds").as_posix() in data


def test_the_three_histograms_count_the_same_interactions():
    films = movielens_figures()
    assert films.item_counts.sum() == films.user_counts.sum() == len(films.ratings) == 100_836
    assert (np.diff(films.item_counts) <= 0).all()


def test_the_file_holds_counts_and_nothing_else():
    stored = json.loads(PATH.read_text(encoding="utf-8"))
    assert set(stored) == {"item_counts", "user_counts", "ratings"}
    assert all(isinstance(n, int) for histogram in stored.values() for n in histogram.values())
    assert PATH.stat().st_size < 20_000


def test_written_figures_are_read_again(tmp_path):
    shop = log_figures(load_dataset("shop", truth=False))
    again = movielens_figures(write_movielens_figures(shop, tmp_path / "figures.json"))
    assert again.item_counts.tolist() == sorted(shop.item_counts.tolist(), reverse=True)
    assert again.user_counts.tolist() == sorted(shop.user_counts.tolist(), reverse=True)
    assert again.ratings.tolist() == shop.ratings.tolist()


def test_a_missing_file_says_what_to_do(tmp_path):
    with pytest.raises(FileNotFoundError, match="load_dataset"):
        movielens_figures(tmp_path / "none.json")


@pytest.mark.real_data
def test_figures_are_those_of_the_real_data(tmp_path):
    real = log_figures(load_dataset("movielens-small", quiet=True))
    assert write_movielens_figures(real, tmp_path / "x.json").read_bytes() == PATH.read_bytes()


def test_simulated_shop_is_as_concentrated_as_movielens():
    shop, films = log_figures(load_dataset("shop", truth=False)), movielens_figures()
    for measure in (top_share, gini):
        here, there = measure(shop.item_counts), measure(films.item_counts)
        assert here == pytest.approx(there, abs=0.03)
