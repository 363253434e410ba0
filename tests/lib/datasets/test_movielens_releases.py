"""The releases of MovieLens by name: their layouts, and the way from the archive to a dataset."""

import hashlib
import io
import zipfile
from dataclasses import replace
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread

import pytest

from longtail_lib.data import DownloadError
from longtail_lib.data import _download as download
from longtail_lib.datasets import _load_dataset as registry
from longtail_lib.datasets import load_dataset, read_movielens
from longtail_lib.datasets._movielens_files import _GENRES


def flags(*genres):
    return "|".join("1" if genre in genres else "0" for genre in _GENRES)


FILES = {
    "movielens-100k": {
        "u.data": "196\t242\t3\t881250949\n186\t1\t5\t891717742\n",
        "u.item": (
            f"1|Toy Story (1995)|01-Jan-1995||http://us.imdb.com/|{flags('Animation', 'Comedy')}\n"
            f"242|Misérables, Les (1995)|01-Jan-1995|||{flags('Drama')}\n"
            f'267|"unknown\x85|||| {flags("unknown")[1:]}\n'
        ),
        "u.user": "186|39|F|executive|00000\n196|49|M|writer|55105\n7|57|M|administrator|91344\n",
    },
    "movielens-1m": {
        "ratings.dat": "196::242::3::978300760\n186::1::5::978302109\n",
        "movies.dat": "1::Toy Story (1995)::Animation|Comedy\n242::Misérables, Les (1995)::Drama\n",
        "users.dat": "186::F::35::7::00000\n196::M::45::20::55105\n7::M::50::1::91344\n",
    },
    "movielens-25m": {
        "ratings.csv": (
            "userId,movieId,rating,timestamp\n196,242,3.0,978300760\n186,1,5,978302109\n"
        ),
        "movies.csv": (
            'movieId,title,genres\n1,Toy Story (1995),Animation|Comedy\n242,"Misérables, Les '
            '(1995)",Drama\n'
        ),
        "tags.csv": "userId,movieId,tag,timestamp\n1,1,pixar,1\n",
        "links.csv": "movieId,imdbId,tmdbId\n1,0114709,862\n",
    },
}
ENCODING = dict.fromkeys(FILES, "latin-1") | {"movielens-25m": "utf-8"}


def archive(name):
    folder = registry.ready(name).published.folder
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as packed:
        for file, text in FILES[name].items():
            packed.writestr(f"{folder}/{file}", text.encode(ENCODING[name]))
    return buffer.getvalue()


@pytest.fixture
def home_page(tmp_path, monkeypatch):
    """A server on this machine in the place of GroupLens'; gives its address and its folder."""
    monkeypatch.setenv("NO_PROXY", "*")
    monkeypatch.delenv("LONGTAIL_DATA_HOME", raising=False)
    monkeypatch.setattr(download, "cache_folder", lambda: tmp_path / "cache")
    web = tmp_path / "web"
    web.mkdir()

    class Quiet(SimpleHTTPRequestHandler):
        def log_message(self, *_):
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), partial(Quiet, directory=web))
    Thread(target=server.serve_forever, args=(0.01,), daemon=True).start()
    yield f"http://127.0.0.1:{server.server_port}/", web
    server.shutdown()
    server.server_close()


def published_there(monkeypatch, name, address, body):
    """Let a release live at another address, with the checksum of another archive."""
    known = registry.ready(name)
    url = address + known.published.url.rpartition("/")[2]
    md5 = hashlib.md5(body, usedforsecurity=False).hexdigest()
    there = replace(known.published, url=url, checksum=f"md5:{md5}")
    monkeypatch.setitem(registry.READY, name, replace(known, published=there))


@pytest.mark.parametrize("name", FILES)
def test_from_the_archive_to_a_dataset(name, home_page, monkeypatch, capsys, tmp_path):
    address, web = home_page
    body = archive(name)
    published_there(monkeypatch, name, address, body)
    published = registry.ready(name).published
    (web / f"{published.folder}.zip").write_bytes(body)
    data = load_dataset(name, quiet=True)
    assert f"Downloading MovieLens {name[10:].upper()} from {address}" in capsys.readouterr().err
    assert data.card.name == name
    assert data.interactions.select("user_id", "item_id", "rating").rows() == [
        (196, 242, 3.0),
        (186, 1, 5.0),
    ]
    films = data.items.filter(data.items["item_id"] < 250)
    assert films["title"].to_list() == ["Toy Story", "Misérables, Les"]
    assert films["genres"].to_list() == ["Animation|Comedy", "Drama"]
    assert films["year"].to_list() == [1995, 1995]
    assert set(data.card.sha256) == set(published.paths)
    # The second time from the cache: the server has nothing any more.
    (web / f"{published.folder}.zip").unlink()
    assert load_dataset(name, quiet=True).interactions.equals(data.interactions)
    assert {file.name for file in (tmp_path / "cache" / published.folder).iterdir()} == set(
        FILES[name]
    )


def test_another_archive_than_the_published_one_is_refused(home_page, monkeypatch, tmp_path):
    address, web = home_page
    published_there(monkeypatch, "movielens-1m", address, archive("movielens-1m"))
    (web / "ml-1m.zip").write_bytes(archive("movielens-25m"))
    with pytest.raises(DownloadError, match="not what its keepers published: md5"):
        load_dataset("movielens-1m")
    assert not (tmp_path / "cache").exists()


def test_people_of_100k_and_1m(tmp_path):
    for name, occupation in (("movielens-100k", "writer"), ("movielens-1m", 20)):
        folder = tmp_path / name
        folder.mkdir()
        for file, text in FILES[name].items():
            (folder / file).write_bytes(text.encode("latin-1"))
        users = read_movielens(folder).users
        assert users.columns == ["user_id", "gender", "age", "occupation", "zip_code"]
        known = {row[0]: row[1:] for row in users.rows()}
        assert known[196] == ("M", 49 if name == "movielens-100k" else 45, occupation, "55105")
        # Without a rating, and a user all the same.
        assert 7 in known


def test_a_quotation_mark_or_an_odd_line_end_in_a_title_swallows_nothing(tmp_path):
    for file, text in FILES["movielens-100k"].items():
        (tmp_path / file).write_bytes(text.encode("latin-1"))
    items = read_movielens(tmp_path).items
    assert items["item_id"].to_list() == [1, 242, 267]
    assert items["title"][2].startswith('"unknown')
    assert items["genres"][2] == ""


@pytest.mark.parametrize(
    ("file", "old", "new", "said"),
    [
        ("u.data", "186\t1", "186", r"u\.data, row 2: 3 fields, but 4 columns are named"),
        ("u.item", "|http", "http", r"u\.item, row 1: 23 fields, but 24 columns are named"),
        ("u.data", "\t5\t", "\tfive\t", r"u\.data, row 2, column 'rating': 'five' is not a number"),
        ("u.data", "186\t1\t", "186\t2\t", r"u\.data, row 2, .*item 2 is not in u\.item"),
    ],
)
def test_broken_lines_of_100k_are_named(tmp_path, file, old, new, said):
    for name, text in FILES["movielens-100k"].items():
        changed = text.replace(old, new, 1) if name == file else text
        (tmp_path / name).write_bytes(changed.encode("latin-1"))
    with pytest.raises(ValueError, match=said):
        read_movielens(tmp_path)
