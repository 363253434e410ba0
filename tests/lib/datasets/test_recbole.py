"""RecBole's atomic files: typed headers, words, attributes, and no quoting."""

import pytest

from longtail_lib.datasets import load_dataset, read_recbole

INTER = (
    "user_id:token\titem_id:token\trating:float\ttimestamp:float\n"
    "196\t242\t3\t881250949\n186\t302\t2.5\t891717742.0\n"
)
ITEM = (
    "item_id:token\tmovie_title:token_seq\trelease_year:token\tclass:token_seq\n"
    '302\t"Quoted\t1997\tCrime Film-Noir\n242\tKolya\t\tComedy\n7\tNever seen\t1995\t\n'
)
USER = "user_id:token\tage:token\tgender:token\n196\t49\tM\n"


def folder_of(tmp_path, inter=INTER, item=ITEM, user=USER):
    for suffix, text in (("inter", inter), ("item", item), ("user", user)):
        if text:
            (tmp_path / f"ml-100k.{suffix}").write_text(text, encoding="utf-8")
    return tmp_path


def test_tables_in_their_order(tmp_path):
    data = read_recbole(folder_of(tmp_path))
    assert data.interactions.rows() == [(196, 242, 3.0, 881250949), (186, 302, 2.5, 891717742)]
    assert data.items.to_dict(as_series=False) == {
        "item_id": [302, 242, 7],
        "title": ['"Quoted', "Kolya", "Never seen"],
        "text": ['"Quoted. Crime Film-Noir', "Kolya. Comedy", "Never seen"],
        "release_year": [1997, None, 1995],
        "class": ["Crime Film-Noir", "Comedy", None],
    }
    assert data.users.rows() == [(196, 49, "M"), (186, None, None)]
    assert data.card.name == "ml-100k"
    assert set(data.card.sha256) == {"ml-100k.inter", "ml-100k.item", "ml-100k.user"}


def test_a_log_alone_with_columns_of_its_own(tmp_path):
    inter = "uid:token\tartist_id:token\tweight:float\ttag:token_seq\nu1\ta9\t3\tx y\nu1\ta1\t1\t\n"
    data = read_recbole(
        folder_of(tmp_path, inter, "", ""), user="uid", item="artist_id", rating="weight"
    )
    assert data.interactions.rows() == [("u1", "a9", 3.0), ("u1", "a1", 1.0)]
    assert data.items["item_id"].to_list() == ["a1", "a9"]
    assert not data.has_timestamps


@pytest.mark.parametrize("role", ["rating", "timestamp"])
def test_a_column_that_is_asked_for_must_be_there(tmp_path, role):
    with pytest.raises(ValueError, match=rf"no column 'weihgt' \(argument {role}\)"):
        read_recbole(folder_of(tmp_path), **{role: "weihgt"})
    assert not getattr(read_recbole(tmp_path, **{role: None}), f"has_{role}s")


def test_by_name(tmp_path):
    folder = tmp_path / "recbole" / "ml-100k"
    folder.mkdir(parents=True)
    folder_of(folder)
    data = load_dataset("recbole/ml-100k", data_home=tmp_path, quiet=True)
    assert (data.card.name, data.n_items) == ("recbole/ml-100k", 3)
    with pytest.raises(FileNotFoundError, match=r"no folder recbole/ml-1m .*ml-1m\.inter"):
        load_dataset("recbole/ml-1m", data_home=tmp_path)


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("rating:float", "rating", r"ml-100k\.inter, row 1: column 'rating' has no type"),
        ("rating:float", "rating:int", "column 'rating:int' has no type; expected .* token_seq"),
        ("item_id:token", "iid:token", "has no column 'item_id'"),
        ("\t3\t", "\tthree\t", "row 2, column 'rating': 'three' is not a number"),
        ("186\t302", "186\t9", r"row 3, .*item 9 is not in ml-100k\.item"),
        ("186\t302\t", "186\t", "row 3: 3 fields, but the header has 4"),
    ],
)
def test_broken_files_are_named(tmp_path, old, new, said):
    with pytest.raises(ValueError, match=said):
        read_recbole(folder_of(tmp_path, INTER.replace(old, new, 1)))


def test_a_folder_without_a_log_or_with_two_is_refused(tmp_path):
    with pytest.raises(FileNotFoundError, match=r"holds 0 \.inter files"):
        read_recbole(tmp_path)
    folder_of(tmp_path)
    (tmp_path / "other.inter").write_text(INTER)
    with pytest.raises(FileNotFoundError, match=r"holds 2 \.inter files"):
        read_recbole(tmp_path)
