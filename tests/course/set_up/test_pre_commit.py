"""The hooks call what is there, and nothing that would need a network."""

import importlib.util
import re
import shlex
from pathlib import Path

import yaml

ROOT = Path(__file__).resolve().parents[3]


def _hooks():
    config = yaml.safe_load((ROOT / ".pre-commit-config.yaml").read_text(encoding="utf-8"))
    assert [repo["repo"] for repo in config["repos"]] == ["local"]
    return {hook["id"]: hook for hook in config["repos"][0]["hooks"]}


def test_hooks_use_the_environment_that_course_py_makes():
    for name, hook in _hooks().items():
        assert hook["language"] == "system", name
        words = shlex.split(hook["entry"])
        assert words[:4] == ["python3", "course.py", "python", "-m"], name
        assert importlib.util.find_spec(words[4]), name
        paths = [word for word in words[5:] if re.search(r"[/.]", word)]
        assert [path for path in paths if not (ROOT / path).exists()] == []


def test_style_comes_first_and_nothing_is_rewritten():
    assert list(_hooks())[:2] == ["ruff-check", "ruff-format"]
    assert "--check" in _hooks()["ruff-format"]["entry"]
