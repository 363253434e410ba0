"""MovieTweetings: the `::` files, and the figures of the real ones."""

import os
from pathlib import Path

import pytest

from longtail_lib.datasets import read_movietweetings

RATINGS = "1::0002844::10::1365029107\n2::0104257::0::1364690142\n1::0104257::8::1364690142\n"
MOVIES = (
    "0002844::Fantômas - À l'ombre de la guillotine (1913)::Crime|Drama\n"
    "0104257::Face::Off: 2 (1992)::\n"
    "0111161::The Shawshank Redemption (1994)::Drama\n"
)


def folder_of(tmp_path, ratings=RATINGS, movies=MOVIES):
    (tmp_path / "ratings.dat").write_text(ratings, encoding="utf-8")
    (tmp_path / "movies.dat").write_text(movies, encoding="utf-8")
    return tmp_path


def test_the_files_in_their_order(tmp_path):
    data = read_movietweetings(folder_of(tmp_path))
    assert data.interactions.rows() == [
        (1, "0002844", 10.0, 1365029107),
        (2, "0104257", 0.0, 1364690142),
        (1, "0104257", 8.0, 1364690142),
    ]
    assert data.items.rows() == [
        (
            "0002844",
            "Fantômas - À l'ombre de la guillotine",
            "Fantômas - À l'ombre de la guillotine (1913). Genres: Crime, Drama",
            1913,
            "Crime|Drama",
        ),
        ("0104257", "Face::Off: 2", "Face::Off: 2 (1992)", 1992, ""),
        (
            "0111161",
            "The Shawshank Redemption",
            "The Shawshank Redemption (1994). Genres: Drama",
            1994,
            "Drama",
        ),
    ]
    assert data.users["user_id"].to_list() == [1, 2]
    assert data.card.licence == "MIT"
    assert set(data.card.sha256) == {"ratings.dat", "movies.dat"}


def test_accounts_are_not_read(tmp_path):
    (tmp_path / "users.dat").write_text("1::177651718\n")
    assert read_movietweetings(folder_of(tmp_path)).users.columns == ["user_id"]


@pytest.mark.parametrize(
    ("ratings", "movies", "said"),
    [
        (RATINGS.replace("::0::", "::zero::"), MOVIES, "row 2, column 'rating': 'zero'"),
        (RATINGS.replace("2::0104257", "2::9"), MOVIES, "row 2, .*item '9' is not in movies.dat"),
        (RATINGS, MOVIES.replace("0111161", "0104257"), "row 3, .*'0104257' is already in row 2"),
        (RATINGS, MOVIES.replace("::Drama", ""), "movies.dat, row 3: expected 3 fields"),
    ],
)
def test_broken_files_are_named(tmp_path, ratings, movies, said):
    with pytest.raises(ValueError, match=said):
        read_movietweetings(folder_of(tmp_path, ratings, movies))


def test_a_folder_without_films_is_refused(tmp_path):
    (tmp_path / "ratings.dat").write_text(RATINGS)
    with pytest.raises(FileNotFoundError, match=r"has no movies\.dat"):
        read_movietweetings(tmp_path)


@pytest.mark.real_data("movietweetings-100k")
def test_figures_of_the_real_files():
    data = read_movietweetings(Path(os.environ["LONGTAIL_DATA_HOME"]) / "movietweetings-100k")
    assert (data.n_interactions, data.n_users, data.n_items) == (100_000, 16_554, 10_506)
    assert data.interactions["rating"].is_between(0, 10).all()
    assert data.interactions["item_id"].str.len_chars().unique().to_list() == [7]
    assert (data.items["year"].null_count(), data.items["text"].null_count()) == (0, 0)
