"""Downloads against a server on this machine: whole and unaltered, or nothing at all."""

import contextlib
import hashlib
import io
import os
import socket
import stat
import time
import zipfile
from collections.abc import Callable, Iterator
from dataclasses import replace
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread

import pytest

from longtail_lib.data import DownloadError
from longtail_lib.data import _download as download
from longtail_lib.data._download import Published, fetch_published, find_published
from longtail_lib.datasets._load_dataset import ready

FILES = {
    "ratings.csv": b"userId,movieId,rating,timestamp\n1,2,3.5,4\n" * 200,
    "movies.csv": b"movieId,title,genres\n2,Heat (1995),Crime\n",
    "tags.csv": b"userId,movieId,tag,timestamp\n",
    "links.csv": b"movieId,imdbId,tmdbId\n",
}
SHA256 = {name: hashlib.sha256(content).hexdigest() for name, content in FILES.items()}
SMALL = Published(
    title="MovieLens latest-small",
    folder="ml-latest-small",
    url="https://files.grouplens.org/datasets/movielens/ml-latest-small.zip",
    paths={name: f"ml-latest-small/{name}" for name in FILES},
    sha256=SHA256,
)


def packed(files: dict[str, bytes] = FILES, extra: dict[str, bytes] | None = None) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        for name, content in files.items():
            archive.writestr(f"ml-latest-small/{name}", content)
        archive.writestr("ml-latest-small/README.txt", b"read me")
        for name, content in (extra or {}).items():
            archive.writestr(name, content)
    return buffer.getvalue()


class Server:
    """Answers every request by `answer`, which may be replaced between requests."""

    def __init__(self) -> None:
        self.answer: Callable[[BaseHTTPRequestHandler], None] = self.whole(packed())
        self.paths: list[str] = []
        outer = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                outer.paths.append(self.path)
                outer.answer(self)

            def log_message(self, *_: object) -> None:
                pass

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self.server.server_port}/movielens/"
        Thread(target=self.server.serve_forever, args=(0.01,), daemon=True).start()

    @staticmethod
    def whole(body: bytes, says: int | None = None) -> Callable[[BaseHTTPRequestHandler], None]:
        def answer(handler: BaseHTTPRequestHandler) -> None:
            handler.send_response(200)
            handler.send_header("Content-Length", str(len(body) if says is None else says))
            handler.end_headers()
            handler.wfile.write(body)

        return answer

    @staticmethod
    def cut(body: bytes) -> Callable[[BaseHTTPRequestHandler], None]:
        def answer(handler: BaseHTTPRequestHandler) -> None:
            handler.send_response(200)
            handler.send_header("Content-Length", str(len(body)))
            handler.end_headers()
            handler.wfile.write(body[: len(body) // 2])
            handler.wfile.flush()
            # Linger 0 resets the connection instead of closing it in good order.
            handler.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, b"\1\0\0\0\0\0\0\0")
            handler.connection.close()

        return answer

    @staticmethod
    def status(code: int) -> Callable[[BaseHTTPRequestHandler], None]:
        return lambda handler: handler.send_error(code)


@pytest.fixture
def server(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Iterator[Server]:
    monkeypatch.setenv("NO_PROXY", "*")
    monkeypatch.delenv("LONGTAIL_DATA_HOME", raising=False)
    monkeypatch.setattr(download, "cache_folder", lambda: tmp_path / "cache")
    running = Server()
    yield running
    running.server.shutdown()
    running.server.server_close()


def fetch(server: Server, home: Path | None) -> Path:
    return fetch_published(SMALL, home, base_url=server.url)


def content(folder: Path) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in folder.iterdir()}


def test_whole_download_is_kept_and_used_again(server, tmp_path):
    folder = fetch(server, tmp_path / "home")
    assert folder == tmp_path / "home" / "ml-latest-small"
    assert content(folder) == FILES
    assert os.listdir(tmp_path / "home") == ["ml-latest-small"]
    assert server.paths == ["/movielens/ml-latest-small.zip"]
    assert fetch(server, tmp_path / "home") == folder
    assert len(server.paths) == 1


def test_progress_goes_to_stderr(server, tmp_path, capfd):
    fetch_published(SMALL, tmp_path / "home", base_url=server.url, progress=True)
    said = capfd.readouterr()
    assert said.out == ""
    assert "100%" in said.err
    fetch_published(SMALL, tmp_path / "quiet", base_url=server.url)
    assert capfd.readouterr().err == ""


def test_without_a_home_the_cache_is_used(server, tmp_path):
    assert fetch(server, None) == tmp_path / "cache" / "ml-latest-small"
    assert find_published(SMALL) == tmp_path / "cache" / "ml-latest-small"


ALTERED = {**FILES, "movies.csv": FILES["movies.csv"].replace(b"Heat", b"Meat")}
LACKING = {name: FILES[name] for name in ("ratings.csv", "movies.csv", "tags.csv")}


def linked() -> bytes:
    buffer = io.BytesIO(packed(LACKING))
    with zipfile.ZipFile(buffer, "a") as archive:
        member = zipfile.ZipInfo("ml-latest-small/links.csv")
        member.external_attr = (stat.S_IFLNK | 0o777) << 16
        archive.writestr(member, "/etc/hostname")
    return buffer.getvalue()


def packed_by(method: int) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", method) as archive:
        for name, content in FILES.items():
            archive.writestr(f"ml-latest-small/{name}", content)
    return buffer.getvalue()


def redirect(to: str) -> Callable[[BaseHTTPRequestHandler], None]:
    def answer(handler: BaseHTTPRequestHandler) -> None:
        handler.send_response(302)
        handler.send_header("Location", to)
        handler.end_headers()

    return answer


def unsized(body: bytes) -> Callable[[BaseHTTPRequestHandler], None]:
    """Send a body that ends where the connection ends."""

    def answer(handler: BaseHTTPRequestHandler) -> None:
        handler.send_response(200)
        handler.end_headers()
        handler.wfile.write(body)

    return answer


def chunked(*blocks: bytes, ended: bool) -> Callable[[BaseHTTPRequestHandler], None]:
    def answer(handler: BaseHTTPRequestHandler) -> None:
        handler.protocol_version = "HTTP/1.1"
        handler.send_response(200)
        handler.send_header("Transfer-Encoding", "chunked")
        handler.send_header("Connection", "close")
        handler.end_headers()
        for block in blocks:
            handler.wfile.write(b"%x\r\n%s\r\n" % (len(block), block))
        if ended:
            handler.wfile.write(b"0\r\n\r\n")
        handler.close_connection = True

    return answer


BAD = {
    "lzma": (Server.whole(packed_by(zipfile.ZIP_LZMA)), "packed in an unknown way"),
    "bzip2": (Server.whole(packed_by(zipfile.ZIP_BZIP2)), "packed in an unknown way"),
    "redirect to no address": (redirect("http://[::1"), "nobody can follow|cannot be reached"),
    "redirect to no port": (redirect("http://127.0.0.1:99999999/"), "nobody|cannot be reached"),
    "redirect to a file": (redirect("file:///etc/hostname"), "cannot be reached"),
    "no length that is one": (
        lambda handler: (
            handler.send_response(200),
            handler.send_header("Content-Length", "many"),
            handler.end_headers(),
        ),
        "nobody can follow|broke off|no whole zip",
    ),
    "chunks that end early": (chunked(packed()[:300], packed()[300:600], ended=False), "broke off"),
    "unsized and cut": (unsized(packed()[:-500]), "no whole zip archive"),
    "truncated": (Server.whole(packed()[:-500], len(packed())), "broke off"),
    "truncated unnoticed": (Server.whole(packed()[:-500]), "no whole zip archive"),
    "cut": (Server.cut(packed()), "broke off"),
    "altered": (Server.whole(packed(ALTERED)), r"altered: movies\.csv has sha256"),
    "damaged": (
        Server.whole(packed().replace(b"3.5", b"3.6", 1)),
        r"no whole zip archive .*ratings\.csv",
    ),
    "lacking": (Server.whole(packed(LACKING)), r"lacks ml-latest-small/links\.csv"),
    "other archive": (Server.whole(packed({}, {"other/file.txt": b"x"})), "lacks"),
    "no archive": (Server.whole(b"<html>Log in to this network</html>"), "no whole zip archive"),
    "empty": (Server.whole(b""), "no whole zip archive"),
    "climbs out": (Server.whole(packed(FILES, {"../evil.txt": b"x"})), r"unsafe path '\.\./evil"),
    "climbs out late": (
        Server.whole(packed(FILES, {"ml-latest-small/../../evil.txt": b"x"})),
        "unsafe path",
    ),
    "absolute": (Server.whole(packed(FILES, {"/evil.txt": b"x"})), "unsafe path"),
    "link": (Server.whole(linked()), "holds the link"),
    "not found": (Server.status(404), "answered 404"),
    "server error": (Server.status(503), "answered 503"),
}


@pytest.mark.parametrize(("answer", "said"), BAD.values(), ids=BAD)
def test_bad_downloads_are_refused_leave_nothing_and_can_be_repeated(
    server, tmp_path, answer, said
):
    home = tmp_path / "outer" / "home"
    home.parent.mkdir()
    server.answer = answer
    with pytest.raises(DownloadError, match=said) as caught:
        fetch(server, home)
    assert "\n" not in str(caught.value)
    assert list(tmp_path.rglob("*")) == [home.parent]

    server.answer = Server.whole(packed())
    assert content(fetch(server, home)) == FILES


@pytest.mark.parametrize("answer", [unsized(packed()), chunked(packed(), ended=True)])
def test_a_body_without_a_length_is_taken_where_its_hash_is_right(server, tmp_path, answer):
    server.answer = answer
    assert content(fetch(server, tmp_path / "home")) == FILES


def endless(handler: BaseHTTPRequestHandler) -> None:
    handler.send_response(200)
    handler.end_headers()
    with contextlib.suppress(OSError):
        while True:
            handler.wfile.write(bytes(2**20))


def test_a_body_without_end_is_left_when_it_is_too_large(server, tmp_path):
    for server.answer in (endless, Server.whole(b"", says=10**12)):
        with pytest.raises(DownloadError, match="is larger than 67,108,864 bytes"):
            fetch(server, tmp_path / "home")
    assert not list(tmp_path.rglob("*"))


def dripping(sent: bytes) -> Callable[[BaseHTTPRequestHandler], None]:
    def answer(handler: BaseHTTPRequestHandler) -> None:
        with contextlib.suppress(OSError):
            handler.wfile.write(sent)
            for _ in range(100):
                handler.wfile.write(b"x")
                time.sleep(0.1)

    return answer


@pytest.mark.parametrize(
    "sent",
    [b"HTTP/1.0 200 OK\r\nContent-Length: 9999\r\n\r\n", b"HTTP/1.0 200 OK\r\n", b""],
    ids=["body", "headers", "first line"],
)
def test_a_server_that_drips_is_left_in_time(server, tmp_path, sent):
    server.answer = dripping(sent)
    start = time.monotonic()
    with pytest.raises(DownloadError, match=r"was not there within 0\.6 seconds.*Try again"):
        fetch_published(SMALL, tmp_path / "home", base_url=server.url, seconds=0.6)
    assert time.monotonic() - start < 3
    assert not list(tmp_path.rglob("*"))


def test_an_interrupt_leaves_nothing(server, tmp_path, monkeypatch):
    def interrupted(*_: object) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr(download, "_extract", interrupted)
        with pytest.raises(KeyboardInterrupt):
            fetch(server, tmp_path / "home")
    assert not (tmp_path / "home").exists()


def test_no_network_says_what_to_do(server, tmp_path):
    with socket.socket() as unused:
        unused.bind(("127.0.0.1", 0))
        url = f"http://127.0.0.1:{unused.getsockname()[1]}/"
        with pytest.raises(DownloadError, match=r"set LONGTAIL_DATA_HOME .* simulated data"):
            fetch_published(SMALL, tmp_path / "home", base_url=url)
    assert not (tmp_path / "home").exists()


def damage(folder: Path) -> None:
    (folder / "movies.csv").write_bytes(b"movieId\n")


def test_damaged_cache_stays_until_a_good_download_replaces_it(server):
    folder = fetch(server, None)
    damage(folder)
    before = content(folder)
    server.answer = Server.whole(packed(ALTERED))
    with pytest.raises(DownloadError, match="altered"):
        fetch(server, None)
    assert content(folder) == before
    assert os.listdir(folder.parent) == ["ml-latest-small"]

    server.answer = Server.whole(packed())
    assert content(fetch(server, None)) == FILES
    assert os.listdir(folder.parent) == ["ml-latest-small"]


def test_good_cache_is_not_touched_when_the_server_fails(server):
    folder = fetch(server, None)
    server.answer = Server.status(500)
    assert fetch(server, None) == folder
    assert content(folder) == FILES


def test_failed_replacement_brings_the_old_folder_back(server, monkeypatch):
    folder = fetch(server, None)
    damage(folder)
    before = content(folder)
    replace = Path.replace

    def failing(self: Path, target: Path) -> Path:
        if target == folder and self.parent.name.startswith(".") and self.name != "replaced":
            raise PermissionError(13, "Permission denied")
        return replace(self, target)

    monkeypatch.setattr(Path, "replace", failing)
    with pytest.raises(DownloadError, match=r"cannot store .*Permission denied"):
        fetch(server, None)
    assert content(folder) == before


def test_altered_files_of_the_users_own_are_refused_and_left_alone(server, tmp_path, monkeypatch):
    folder = fetch(server, tmp_path / "home")
    damage(folder)
    with pytest.raises(ValueError, match=r"not MovieLens .* movies\.csv has sha256"):
        fetch(server, tmp_path / "home")
    monkeypatch.setenv("LONGTAIL_DATA_HOME", str(tmp_path / "home"))
    with pytest.raises(ValueError, match=r"movies\.csv has sha256"):
        find_published(SMALL)
    (folder / "movies.csv").unlink()
    with pytest.raises(ValueError, match=r"movies\.csv is missing"):
        find_published(SMALL)
    assert len(server.paths) == 1


def test_order_of_places(server, tmp_path, monkeypatch):
    assert find_published(SMALL) is None
    monkeypatch.setenv("LONGTAIL_DATA_HOME", str(tmp_path / "nothing"))
    cached = fetch(server, None)
    assert cached.parent == tmp_path / "cache"
    own = fetch(server, tmp_path / "own")
    monkeypatch.setenv("LONGTAIL_DATA_HOME", str(tmp_path / "own"))
    assert find_published(SMALL) == own
    assert find_published(SMALL, tmp_path / "elsewhere") is None


def test_leftovers_of_a_killed_download_are_swept(server, tmp_path):
    home = tmp_path / "home"
    old, new = home / ".ml-latest-small.old", home / ".ml-latest-small.new"
    for leftover in (old, new):
        leftover.mkdir(parents=True)
        (leftover / "archive.zip").write_bytes(b"half")
    long_ago = time.time() - 7200
    os.utime(old, (long_ago, long_ago))
    fetch(server, home)
    assert not old.exists()
    assert new.exists()


# Other datasets: files of the web one by one, an archive with a checksum, unknown hashes

APART = Published(
    title="Films apart",
    folder="films/apart",
    url="https://example.org/files/",
    paths={"ratings.csv": "logs/ratings.csv", "movies.csv": "movies.csv"},
    sha256={"movies.csv": SHA256["movies.csv"]},
)


def by_path(files: dict[str, bytes]) -> Callable[[BaseHTTPRequestHandler], None]:
    def answer(handler: BaseHTTPRequestHandler) -> None:
        body = files.get(handler.path)
        (Server.status(404) if body is None else Server.whole(body))(handler)

    return answer


def test_files_of_the_web_are_fetched_one_by_one(server, tmp_path):
    there = {f"/movielens/{path}": FILES[name] for name, path in APART.paths.items()}
    server.answer = by_path({**there, "/movielens/movies.csv": b"movieId\n"})
    with pytest.raises(DownloadError, match=r"movielens/ was altered: movies\.csv has sha256"):
        fetch_published(APART, tmp_path / "home", base_url=server.url)
    server.answer = by_path({"/movielens/movies.csv": FILES["movies.csv"]})
    with pytest.raises(DownloadError, match=r"logs/ratings\.csv answered 404 .* films/apart"):
        fetch_published(APART, tmp_path / "home", base_url=server.url)
    assert list(tmp_path.iterdir()) == []

    server.answer = by_path(there)
    folder = fetch_published(APART, tmp_path / "home", base_url=server.url)
    assert folder == tmp_path / "home" / "films" / "apart"
    assert content(folder) == {name: FILES[name] for name in APART.paths}
    assert os.listdir(tmp_path / "home") == ["films"]


def test_an_archive_has_the_checksum_that_its_keepers_published(server, tmp_path):
    right = replace(
        SMALL, sha256={}, checksum=f"md5:{hashlib.md5(packed(), usedforsecurity=False).hexdigest()}"
    )
    server.answer = Server.whole(packed(ALTERED))
    with pytest.raises(DownloadError, match="not what its keepers published: md5 "):
        fetch_published(right, tmp_path / "home", base_url=server.url)
    assert list(tmp_path.iterdir()) == []
    server.answer = Server.whole(packed())
    assert content(fetch_published(right, tmp_path / "home", base_url=server.url)) == FILES


def test_a_file_larger_than_stated_is_refused(server, tmp_path):
    with pytest.raises(DownloadError, match=r"ratings\.csv is far too large"):
        fetch_published(replace(SMALL, largest=100), tmp_path / "home", base_url=server.url)
    assert list(tmp_path.iterdir()) == []


def test_without_known_hashes_the_own_folder_counts_and_the_cache_must_be_whole(
    server, tmp_path, monkeypatch
):
    unknown = replace(SMALL, sha256={})
    own = tmp_path / "own" / "ml-latest-small"
    own.mkdir(parents=True)
    (own / "ratings.parquet").touch()
    assert find_published(unknown, tmp_path / "own") == own
    cached = tmp_path / "cache" / "ml-latest-small"
    cached.mkdir(parents=True)
    for name in LACKING:
        (cached / name).touch()
    assert find_published(unknown) is None
    (cached / "links.csv").touch()
    assert find_published(unknown) == cached


@pytest.mark.real_data("ml-latest-small", "movietweetings-100k")
def test_published_files_have_the_published_hashes():
    home = os.environ["LONGTAIL_DATA_HOME"]
    for name in ("movielens-small", "movietweetings"):
        published = ready(name).published
        assert set(published.sha256) == set(published.paths)
        assert find_published(published, home) == Path(home) / published.folder
