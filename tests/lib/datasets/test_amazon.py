"""Amazon's reviews in three editions, plain and gzip, and what is wrong in a line."""

import gzip
import json

import pytest

from longtail_lib.datasets import load_dataset, read_amazon

REVIEWS = {
    "2014": [
        {"reviewerID": "A1", "asin": "0000031852", "overall": 5.0, "unixReviewTime": 1356220800},
        {"reviewerID": "A2", "asin": "B000000002", "overall": 1, "unixReviewTime": 1356307200},
    ],
    "2018": [
        {"overall": 5.0, "verified": True, "reviewerID": "A1", "asin": "0000031852"}
        | {"style": {"Color:": "red"}, "unixReviewTime": 1356220800},
        {"overall": 1.0, "reviewerID": "A2", "asin": "B000000002", "unixReviewTime": 1356307200},
    ],
    "2023": [
        {"rating": 5.0, "title": "Good", "images": [], "asin": "X", "parent_asin": "0000031852"}
        | {"user_id": "A1", "timestamp": 1356220800000},
        {"rating": 1.0, "title": "Bad", "asin": "Y", "parent_asin": "B000000002"}
        | {"user_id": "A2", "timestamp": 1356307200000},
    ],
}
PRODUCTS = {
    "2014": [
        {"asin": "0000031852", "title": "Girls' Tutu", "description": "Pink. Soft"}
        | {"categories": [["Toys", "Dress"], ["Toys", "Girls"]], "price": 3.17},
        {"asin": "B000000009", "categories": [["Toys"]]},
    ],
    "2018": [
        {"asin": "0000031852", "title": "Girls' Tutu", "description": ["Pink.", "Soft"]}
        | {"category": ["Toys", "Dress", "Girls"], "feature": []},
        {"asin": "B000000009", "category": ["Toys"], "description": []},
        {"asin": "0000031852", "title": "Again"},
    ],
    "2023": [
        {"parent_asin": "0000031852", "title": "Girls' Tutu", "features": ["Pink"]}
        | {"description": ["Soft"], "categories": ["Toys", "Dress", "Girls"]},
        {"parent_asin": "B000000009", "title": None, "features": [], "categories": ["Toys"]},
    ],
}


def written(tmp_path, edition, packed=False):
    def write(name, rows, literal=False):
        text = "".join(f"{row!r}\n" if literal else json.dumps(row) + "\n" for row in rows)
        path = tmp_path / (name + ".json" + ".gz" * packed)
        path.write_bytes(gzip.compress(text.encode()) if packed else text.encode())
        return path

    return (
        write("Toys_and_Games", REVIEWS[edition]),
        # Those of 2014 are Python: quotes of both kinds, None, True.
        write("meta_Toys_and_Games", PRODUCTS[edition], literal=edition == "2014"),
    )


@pytest.mark.parametrize("packed", [False, True])
@pytest.mark.parametrize("edition", REVIEWS)
def test_every_edition_says_the_same(tmp_path, edition, packed):
    reviews, metadata = written(tmp_path, edition, packed)
    data = read_amazon(reviews, metadata)
    assert data.interactions.rows() == [
        ("A1", "0000031852", 5.0, 1356220800),
        ("A2", "B000000002", 1.0, 1356307200),
    ]
    assert data.items.select("item_id", "title", "text", "categories").rows() == [
        ("0000031852", "Girls' Tutu", "Girls' Tutu. Pink. Soft", "Toys|Dress|Girls"),
        ("B000000009", None, None, "Toys"),
        # Reviewed and not described.
        ("B000000002", None, None, None),
    ]
    assert "1 unknown items added" in data.card.notes
    assert set(data.card.sha256) == {reviews.name, metadata.name}
    assert read_amazon(tmp_path).items.equals(data.items)
    assert read_amazon(str(reviews)).items["item_id"].to_list() == ["0000031852", "B000000002"]


@pytest.mark.parametrize("folder", ["toys [1]", "toys["])
def test_a_folder_whose_name_looks_like_a_pattern(tmp_path, folder):
    (tmp_path / folder).mkdir()
    reviews, _ = written(tmp_path / folder, "2018")
    assert read_amazon(reviews).interactions["user_id"].to_list() == ["A1", "A2"]


def test_a_folder_with_two_categories_is_refused(tmp_path):
    reviews, metadata = written(tmp_path, "2018")
    (tmp_path / "Beauty.json").write_bytes(reviews.read_bytes())
    with pytest.raises(FileNotFoundError, match="2 files of reviews and 1 of metadata"):
        read_amazon(tmp_path)
    assert read_amazon(reviews, metadata).n_interactions == 2


def test_by_name(tmp_path, capsys):
    folder = tmp_path / "amazon" / "Toys_and_Games"
    folder.mkdir(parents=True)
    written(folder, "2023")
    data = load_dataset("amazon/Toys_and_Games", data_home=tmp_path)
    assert (data.card.name, data.n_items) == ("amazon/Toys_and_Games", 3)
    assert "for research; not to be passed on" in capsys.readouterr().out


def test_literals_are_read_and_nothing_in_them_runs(tmp_path):
    reviews, metadata = written(tmp_path, "2014")
    mark = tmp_path / "ran"
    metadata.write_text(f"{{'asin': __import__('pathlib').Path({str(mark)!r}).touch()}}\n")
    with pytest.raises(ValueError, match=r"meta_Toys_and_Games\.json, row 1: expected an object"):
        read_amazon(reviews, metadata)
    metadata.write_text("[" * 5000 + "]" * 5000 + "\n")
    with pytest.raises(ValueError, match="row 1: expected an object"):
        read_amazon(reviews, metadata)
    assert not mark.exists()


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("", "row 1: a review of Amazon has reviewerID, .*this line has nothing"),
        ('{"reviewerID": "A", "asin": "B"}\n', "has overall, unixReviewTime; this line has"),
        ("{}\n", "row 1: a review of Amazon has"),
        ("[1]\n", "row 1: expected an object"),
        ("LINE\n{'asin': 3}\n", "row 2: not JSON"),
        (
            'LINE\n{"asin": "B", "reviewerID": "A", "overall": "x"}\n',
            "row 2, column 'rating': 'x' is not",
        ),
        (
            'LINE\n{"asin": "B", "overall": 1, "unixReviewTime": 1356220800}\n',
            "row 2, column 'user_id': the id is missing",
        ),
    ],
)
def test_a_wrong_line_is_named(tmp_path, text, said):
    path = tmp_path / "reviews.json"
    path.write_text(text.replace("LINE", json.dumps(REVIEWS["2014"][0])))
    with pytest.raises(ValueError, match=rf"(?s)reviews\.json.*{said}"):
        read_amazon(path)


def test_damaged_archives_are_named(tmp_path):
    reviews, metadata = written(tmp_path, "2018", packed=True)
    whole = metadata.read_bytes()
    metadata.write_bytes(whole[:-20])
    with pytest.raises(ValueError, match=r"meta_Toys_and_Games\.json\.gz is damaged"):
        read_amazon(reviews, metadata)
    reviews.write_bytes(b"\x1f\x8bno archive")
    with pytest.raises(ValueError, match=r"Toys_and_Games\.json\.gz is damaged"):
        read_amazon(reviews)


def test_nothing_to_read_is_said(tmp_path):
    with pytest.raises(FileNotFoundError, match=r"holds 0 files of reviews .* that ends in \.json"):
        read_amazon(tmp_path)
    with pytest.raises(FileNotFoundError, match="check the path"):
        read_amazon(tmp_path / "nowhere.json")


@pytest.mark.real_data("amazon-toys-5core")
def test_figures_of_toys_5core():
    data = load_dataset("amazon-toys-5core", quiet=True)
    assert (data.n_interactions, data.n_users, data.n_items) == (165_247, 19_124, 11_758)
    assert (data.interactions["timestamp"] % 86_400 == 0).all()
    assert data.items["title"].null_count() < 100
