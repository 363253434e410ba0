"""Last.fm: the files of HetRec 2011, friends, texts without the tags of those tested."""

import os
from pathlib import Path

import numpy as np
import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from longtail_lib import prepare, split
from longtail_lib.datasets import load_dataset, read_lastfm

FILES = {
    "user_artists.dat": "userID\tartistID\tweight\r\n2\t51\t13883\r\n2\t52\t1\r\n3\t51\t9\r\n",
    "artists.dat": (
        "id\tname\turl\tpictureURL\n51\tBjörk\thttp://a\thttp://b\n"
        '52\t"Weird Al" Yankovic\thttp://a\t\n53\tNobody\thttp://c\t\n'
    ),
    "tags.dat": "tagID\ttagValue\r\n1\tRock\r\n2\trock\r\n3\tmine alone\r\n4\tpop\r\n",
    "user_taggedartists.dat": (
        "userID\tartistID\ttagID\tday\tmonth\tyear\r\n"
        "2\t51\t3\t1\t4\t2009\r\n2\t51\t1\t1\t4\t2009\r\n3\t51\t2\t1\t4\t2009\r\n"
        "\r\n3\t51\t4\t1\t4\t2009\r\n3\t52\t4\t1\t4\t2009\r\n3\t99\t4\t1\t4\t2009\r\n"
    ),
    "user_friends.dat": "userID\tfriendID\r\n2\t9\r\n2\t3\r\n3\t2\r\n9\t2\r\n",
}


def folder_of(tmp_path, **changed):
    for name, text in FILES.items():
        new = changed.get(name.partition(".")[0], text)
        (tmp_path / name).write_bytes(new.encode("latin-1" if name == "tags.dat" else "utf-8"))
    return tmp_path


def texts(tmp_path, **options):
    return read_lastfm(tmp_path, **{"tags_without": ()} | options).items["text"].to_list()


def test_the_files_as_they_are(tmp_path):
    data = read_lastfm(folder_of(tmp_path), tags_without=())
    assert data.interactions.rows() == [(2, 51, 13883.0), (2, 52, 1.0), (3, 51, 9.0)]
    assert data.items.rows() == [
        # Rock of two people comes before what one of them said; equal counts by the alphabet.
        (51, "Björk", "Björk. Tags: rock, mine alone, pop"),
        (52, '"Weird Al" Yankovic', '"Weird Al" Yankovic. Tags: pop'),
        (53, "Nobody", "Nobody"),
    ]
    assert data.users.rows() == [(2, [3, 9]), (3, [2]), (9, [2])]
    assert set(data.card.sha256) == set(FILES)


def test_the_other_official_file_of_tags(tmp_path):
    wanted = texts(folder_of(tmp_path))
    log = (tmp_path / "user_taggedartists.dat").read_text()
    (tmp_path / "user_taggedartists.dat").unlink()
    rows = ["\t".join(row.split("\t")[:3]) for row in log.split("\n") if row.strip()]
    stamped = [f"{row}\t1238536800000" for row in rows[1:]]
    (tmp_path / "user_taggedartists-timestamps.dat").write_text(
        "\r\n".join(["userID\tartistID\ttagID\ttimestamp", *stamped]) + "\r\n"
    )
    assert texts(tmp_path) == wanted


def test_texts_without_the_tags_of_people_or_of_pairs(tmp_path):
    folder_of(tmp_path)
    assert texts(tmp_path, tags_without=[2])[0] == "Björk. Tags: pop, rock"
    assert texts(tmp_path, tags_without=np.array([2, 3])) == ["Björk", FILES_NAME, "Nobody"]
    assert texts(tmp_path, tags_without=[])[0] == "Björk. Tags: rock, mine alone, pop"
    pairs = pl.DataFrame({"item_id": [51], "user_id": [3], "rating": [9.0]})
    assert texts(tmp_path, tags_without=pairs)[:2] == [
        "Björk. Tags: mine alone, rock",
        '"Weird Al" Yankovic. Tags: pop',
    ]
    assert texts(tmp_path, tags_without=pairs.to_pandas()) == texts(tmp_path, tags_without=pairs)
    assert texts(tmp_path, tags=1)[0] == "Björk. Tags: rock"
    assert texts(tmp_path, tags=0) == ["Björk", FILES_NAME, "Nobody"]


FILES_NAME = '"Weird Al" Yankovic'


@settings(max_examples=15)
@given(
    st.sets(st.tuples(st.integers(1, 4), st.integers(51, 53), st.integers(1, 4)), max_size=12),
    st.sets(st.tuples(st.integers(1, 4), st.integers(51, 53)), max_size=4),
)
def test_leaving_out_is_as_if_they_had_never_tagged(tmp_path_factory, tagged, left_out):
    head = "userID\tartistID\ttagID\n"

    def log(rows):
        return head + "".join(f"{u}\t{a}\t{t}\n" for u, a, t in sorted(rows)) + "7\t99\t1\n"

    folder = folder_of(tmp_path_factory.mktemp("all"), user_taggedartists=log(tagged))
    rest = {(u, a, t) for u, a, t in tagged if (u, a) not in left_out}
    other = folder_of(tmp_path_factory.mktemp("rest"), user_taggedartists=log(rest))
    pairs = pl.DataFrame(
        list(left_out), schema={"user_id": pl.Int64, "item_id": pl.Int64}, orient="row"
    )
    assert texts(folder, tags_without=pairs) == texts(other)
    people = {u for u, _ in left_out}
    never = {row for row in tagged if row[0] not in people}
    alone = folder_of(tmp_path_factory.mktemp("alone"), user_taggedartists=log(never))
    assert texts(folder, tags_without=sorted(people)) == texts(alone)


def test_no_tag_of_a_listener_on_what_is_listened_to_unless_asked_for(tmp_path):
    folder_of(tmp_path)
    listened = read_lastfm(tmp_path).interactions
    assert texts(tmp_path, tags_without="listened") == texts(tmp_path, tags_without=listened)
    assert read_lastfm(tmp_path).items["text"].to_list() == [
        "Björk",
        '"Weird Al" Yankovic. Tags: pop',
        "Nobody",
    ]


@pytest.mark.parametrize(
    ("left_out", "said"),
    [
        ("heard", "tags_without is 'heard'; pass 'listened', user ids"),
        (None, "tags_without is None; pass 'listened'"),
        (["2"], "tags_without: user_id of type String; the ids of Last.fm are integers"),
        (pl.DataFrame({"user_id": [2]}), "tags_without: the frame has no column 'item_id'"),
        (pl.DataFrame({"user_id": [2], "item_id": ["51"]}), "tags_without: item_id of type String"),
    ],
)
def test_who_to_leave_out_is_checked(tmp_path, left_out, said):
    with pytest.raises(ValueError, match=said):
        read_lastfm(folder_of(tmp_path), tags_without=left_out)


@pytest.mark.parametrize(
    ("file", "old", "new", "said"),
    [
        ("user_artists", "13883", "many", "row 2, column 'weight': 'many' is not a number"),
        ("user_artists", "2\t52", "2\t77", r"row 3, .*item 77 is not in artists\.dat"),
        ("user_artists", "2\t52\t1", "2\t52", "row 3: 2 fields, but the header has 3"),
        ("artists", "53", "x", r"artists\.dat, row 4, column 'id': 'x' is not an integer id"),
        # A blank line before it counts.
        ("user_taggedartists", "3\t99", "3\tx", "row 8, column 'artistID': 'x' is not an integer"),
    ],
)
def test_broken_lines_are_named(tmp_path, file, old, new, said):
    changed = FILES[f"{file}.dat"].replace(old, new, 1)
    with pytest.raises(ValueError, match=said):
        read_lastfm(folder_of(tmp_path, **{file: changed}))


def test_a_missing_file_is_named(tmp_path):
    (folder_of(tmp_path) / "tags.dat").unlink()
    with pytest.raises(FileNotFoundError, match=r"has no tags\.dat"):
        read_lastfm(tmp_path)


def test_by_name_with_who_is_left_out(tmp_path, capsys):
    home = tmp_path / "hetrec2011-lastfm-2k"
    home.mkdir()
    folder_of(home)
    data = load_dataset("lastfm", data_home=tmp_path, tags_without=[2])
    assert data.items["text"][0] == "Björk. Tags: pop, rock"
    assert "non-commercial" in capsys.readouterr().out
    with pytest.raises(ValueError, match="tags_without is for 'lastfm'"):
        load_dataset("movietweetings", tags_without=[2])


@pytest.mark.real_data("hetrec2011-lastfm-2k")
def test_figures_of_the_real_files_and_the_leak():
    folder = Path(os.environ["LONGTAIL_DATA_HOME"]) / "hetrec2011-lastfm-2k"
    data = read_lastfm(folder, tags_without=())
    assert (data.n_interactions, data.n_users, data.n_items) == (92_834, 1_892, 17_632)
    friends = data.users.explode("friends").rename({"friends": "friend"}).drop_nulls()
    assert len(friends) == 2 * 12_717
    # Friendship goes both ways.
    back = {"user_id": "friend", "friend": "user_id"}
    assert len(friends.join(friends.rename(back), on=["user_id", "friend"])) == len(friends)
    parts = split(prepare(data), how="random", seed=0)
    rows, columns = parts.test.nonzero()
    held_out = pl.DataFrame({"user_id": parts.user_ids[rows], "item_id": parts.item_ids[columns]})
    cleaned = read_lastfm(folder, tags_without=held_out).items["text"]
    changed = (cleaned != data.items["text"]).sum()
    # Hundreds of artists are described by the very people whose listening is tested.
    assert 500 < changed < 17_632
    safe = read_lastfm(folder).items["text"]
    listened = read_lastfm(folder, tags_without=data.interactions.select("user_id", "item_id"))
    assert safe.equals(listened.items["text"])
    assert (safe != data.items["text"]).sum() > changed
