"""MovieLens folders in both layouts, and the figures of the real one."""

import os
from pathlib import Path

import polars as pl
import pytest

from longtail_lib.datasets import read_movielens

RATINGS = "userId,movieId,rating,timestamp\n2,10,4.0,964982703\n1,30,0.5,964981247\n"
MOVIES = (
    "movieId,title,genres\n"
    '10,"Misérables, Les (1995)",Drama|War\n'
    "20,Babylon 5,Sci-Fi\n"
    "30,Death Note (2006–2007),(no genres listed)\n"
    "40,2001: A Space Odyssey (1968) ,Sci-Fi\n"
)
TAGS = (
    "userId,movieId,tag,timestamp\n"
    "1,10,sad,1\n1,10,France,2\n2,10,france,3\n2,10,book,4\n2,10,long,5\n1,30,Anime,6\n"
)
LINKS = "movieId,imdbId,tmdbId\n10,0112760,4415\n30,0877057,\n"


def folder_of(tmp_path: Path, encoding: str = "utf-8", **files: str) -> Path:
    folder = tmp_path / "ml"
    folder.mkdir(exist_ok=True)
    for name, content in files.items():
        (folder / name.replace("_", ".")).write_bytes(content.encode(encoding))
    return folder


def test_csv_layout(tmp_path):
    folder = folder_of(
        tmp_path, ratings_csv=RATINGS, movies_csv=MOVIES, tags_csv=TAGS, links_csv=LINKS
    )
    data = read_movielens(folder, tags=3)
    assert data.interactions.rows() == [(2, 10, 4.0, 964982703), (1, 30, 0.5, 964981247)]
    assert data.users["user_id"].to_list() == [1, 2]
    assert data.items.to_dict(as_series=False) == {
        "item_id": [10, 20, 30, 40],
        "title": ["Misérables, Les", "Babylon 5", "Death Note", "2001: A Space Odyssey"],
        "text": [
            "Misérables, Les (1995). Genres: Drama, War. Tags: france, book, long",
            "Babylon 5. Genres: Sci-Fi",
            "Death Note (2006). Tags: anime",
            "2001: A Space Odyssey (1968). Genres: Sci-Fi",
        ],
        "year": [1995, None, 2006, 1968],
        "genres": ["Drama|War", "Sci-Fi", "", "Sci-Fi"],
        "imdb_id": ["0112760", None, "0877057", None],
        "tmdb_id": [4415, None, None, None],
    }
    assert set(data.card.sha256) == {"ratings.csv", "movies.csv", "tags.csv", "links.csv"}
    assert data.card.name == "ml"


def test_tags_and_links_may_be_missing_or_left_out(tmp_path):
    bare = read_movielens(folder_of(tmp_path, ratings_csv=RATINGS, movies_csv=MOVIES))
    assert bare.items.columns == ["item_id", "title", "text", "year", "genres"]
    assert bare.items["text"][0] == "Misérables, Les (1995). Genres: Drama, War"
    folder_of(tmp_path, tags_csv=TAGS)
    assert read_movielens(tmp_path / "ml", tags=0).items.equals(bare.items)


@pytest.mark.parametrize("encoding", ["utf-8", "latin-1"])
def test_dat_layout(tmp_path, encoding):
    folder = folder_of(
        tmp_path,
        encoding,
        ratings_dat="2::10::4::978300760\n1::30::1::978302109\n",
        movies_dat="10::Misérables, Les (1995)::Drama|War\n30::Alien: A::B (1979)::Horror\n",
        users_dat="1::F::1::10::48067\n2::M::56::16::70072\n3::M::25::15::55117\n",
    )
    data = read_movielens(folder)
    assert data.interactions.rows() == [(2, 10, 4.0, 978300760), (1, 30, 1.0, 978302109)]
    assert data.items["title"].to_list() == ["Misérables, Les", "Alien: A::B"]
    assert data.items["genres"].to_list() == ["Drama|War", "Horror"]
    assert data.users.rows() == [
        (1, "F", 1, 10, "48067"),
        (2, "M", 56, 16, "70072"),
        (3, "M", 25, 15, "55117"),
    ]


def test_what_is_no_movielens_folder_is_refused(tmp_path):
    with pytest.raises(FileNotFoundError, match="no folder"):
        read_movielens(tmp_path / "nowhere")
    folder = folder_of(tmp_path, movies_csv=MOVIES)
    with pytest.raises(FileNotFoundError, match=r"has no ratings\.csv"):
        read_movielens(folder)
    (folder / "movies.csv").unlink()
    folder_of(tmp_path, ratings_csv=RATINGS)
    with pytest.raises(FileNotFoundError, match=r"has no movies\.csv"):
        read_movielens(folder)


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("2,10", "two,10", r"ratings\.csv, row 2, column 'userId': 'two' is not an integer"),
        ("1,30", "007,30", r"ratings\.csv, row 3, column 'userId': '007' is not an integer"),
        ("2,10,4.0", "2,10,x", r"ratings\.csv, row 2, column 'rating': 'x' is not a number"),
        ("1,30", "1,99", r"ratings\.csv, row 3, column 'movieId': item 99 is not in movies\.csv"),
        ("movieId", "film", r"ratings\.csv has no column 'movieId'"),
    ],
)
def test_broken_files_are_named(tmp_path, old, new, said):
    folder = folder_of(tmp_path, ratings_csv=RATINGS.replace(old, new), movies_csv=MOVIES)
    with pytest.raises(ValueError, match=said):
        read_movielens(folder)


def test_broken_dat_files_are_named(tmp_path):
    folder = folder_of(tmp_path, ratings_dat="2::10::4::9\n", movies_dat="10::A::B\n11::C\n")
    with pytest.raises(ValueError, match=r"movies\.dat, row 2: expected 3 fields"):
        read_movielens(folder)
    folder_of(tmp_path, ratings_dat="2::10::4::9\n2::x::4::9\n", movies_dat="10::A::B\n")
    with pytest.raises(ValueError, match=r"ratings\.dat, row 2, column 'movieId': 'x'"):
        read_movielens(folder)
    folder_of(tmp_path, ratings_dat="2,10,4,9\n")
    with pytest.raises(ValueError, match=r"ratings\.dat, row 1: 1 fields, but 4 columns"):
        read_movielens(folder)


@pytest.mark.real_data
def test_figures_of_movielens_latest_small():
    data = read_movielens(Path(os.environ["LONGTAIL_DATA_HOME"]) / "ml-latest-small")
    counts = data.interactions.group_by("item_id").len()["len"]
    assert (data.n_interactions, data.n_users, data.n_items) == (100_836, 610, 9_742)
    assert (len(counts), int((counts == 1).sum())) == (9_724, 3_446)
    assert data.items["item_id"].is_unique().all()
    assert data.interactions["rating"].unique().sort().to_list() == [
        half / 2 for half in range(1, 11)
    ]
    assert data.interactions["timestamp"].min() == 828_124_615
    assert data.items["year"].null_count() == 12
    assert data.items["year"].drop_nulls().is_between(1900, 2018).all()
    assert not data.items["title"].str.contains(r"\(\d{4}\)$").any()
    assert not data.items["text"].is_null().any()
    assert data.items.filter(pl.col("item_id") == 1)["text"][0] == (
        "Toy Story (1995). Genres: Adventure, Animation, Children, Comedy, Fantasy. "
        "Tags: pixar, fun"
    )
