"""environment.yml, requirements.lock and pyproject.toml say the same."""

import re
import tomllib
from itertools import chain
from pathlib import Path

from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

from courseware.environment import environment_text
from courseware.lock_file import read_lock

ROOT = Path(__file__).resolve().parents[2]


def _environment_pins():
    text = (ROOT / "environment.yml").read_text(encoding="utf-8")
    lines = re.findall(r'^      - "?([A-Za-z0-9].*?)"?$', text, re.M)
    return [Requirement(line) for line in lines]


def test_environment_yml_is_what_the_lock_gives():
    assert (ROOT / "environment.yml").read_text(encoding="utf-8") == environment_text(ROOT)


def test_environment_yml_and_lock_pin_the_same_versions():
    # Read on its own, without courseware: a fault of the reader must not hide a difference.
    text = (ROOT / "requirements.lock").read_text(encoding="utf-8")
    locked = set(re.findall(r"^([a-z0-9][\w.-]*)==([^\s;]+)", text, re.M))
    pinned = {(pin.name, str(next(iter(pin.specifier)).version)) for pin in _environment_pins()}
    assert pinned == locked
    assert len(locked) > 100


def test_every_dependency_is_locked_at_a_version_it_allows():
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    versions = {}
    for pin in read_lock(ROOT):
        versions.setdefault(canonicalize_name(pin.name), []).append(pin.version)
    for text in chain(project["dependencies"], *project["optional-dependencies"].values()):
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
