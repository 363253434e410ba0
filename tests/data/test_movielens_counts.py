"""The stored figures of MovieLens, against the real data and against the simulator's target."""

import json

import numpy as np
import pytest

from longtail_lib.data import load_dataset, log_figures, movielens_figures
from longtail_lib.data.movielens_counts import PATH, write_movielens_figures
from longtail_lib.data.simulator.log_shape import MOVIELENS
from longtail_lib.tail import gini, top_share


def test_figures_agree_with_the_shape_that_the_shop_is_calibrated_on():
    films = movielens_figures()
    assert len(films.item_counts) == MOVIELENS.items
    assert len(films.user_counts) == MOVIELENS.users
    rated = films.item_counts[films.item_counts > 0]
    assert top_share(rated) == pytest.approx(MOVIELENS.top_share, abs=5e-5)
    assert gini(rated) == pytest.approx(MOVIELENS.gini, abs=5e-5)
    assert (rated == 1).mean() == pytest.approx(MOVIELENS.singletons, abs=5e-5)
    assert np.median(films.user_counts) == MOVIELENS.activity[1]
    for rating, share in MOVIELENS.ratings.items():
        assert (films.ratings == rating).mean() == pytest.approx(share, abs=5e-5)


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
