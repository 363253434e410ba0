"""A teacher hands a lesson out and grades it with nbgrader, as it is."""

import os
import shutil
import sys
from pathlib import Path

import pytest
from nbgrader.apps import NbGraderAPI
from traitlets.config import Config

pytestmark = [
    pytest.mark.slow,
    # nbgrader's own use of its database.
    pytest.mark.filterwarnings("ignore:Object of type"),
]


def _points(api, student):
    [notebook] = api.get_student_notebook_submissions(student, "week1")
    return notebook["code_score"], notebook["max_code_score"]


def test_the_solutions_get_all_points_and_the_stubs_none(built, tmp_path, monkeypatch):
    # nbgrader calls alembic by name, as in an activated environment.
    programs = Path(sys.executable).parent
    monkeypatch.setenv("PATH", f"{programs}{os.pathsep}{os.environ['PATH']}")
    config = Config()
    config.CourseDirectory.root = str(tmp_path)
    config.ClearSolutions.code_stub = {"python": "# Your code here"}
    config.ExecutePreprocessor.timeout = 60
    api = NbGraderAPI(config=config)
    source = tmp_path / "source" / "week1"
    source.mkdir(parents=True)
    shutil.copyfile(built.solutions, source / built.solutions.name)
    result = api.generate_assignment("week1")
    assert result["success"], result["log"]
    released = (tmp_path / "release" / "week1" / built.solutions.name).read_text()
    assert "share.max()" not in released
    assert "assert verdict" not in released
    for student, handed_in in {"ada": built.solutions, "bob": built.learner}.items():
        folder = tmp_path / "submitted" / student / "week1"
        folder.mkdir(parents=True)
        shutil.copyfile(handed_in, folder / handed_in.name)
        result = api.autograde("week1", student)
        assert result["success"], result["log"]
    assert _points(api, "ada") == (3, 3)
    assert _points(api, "bob") == (0, 3)
