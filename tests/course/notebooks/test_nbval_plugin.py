"""nbval with the course's plugin: what passes, what fails, and whose digits the kernel computes."""

import shutil
import subprocess
import sys

import pytest

from longtail_course.build.build import build
from longtail_course.build.check import nbval_arguments
from longtail_course.build.kernel import kernel_environment
from longtail_course.build.lesson import ROOT, Lesson
from longtail_course.build.nbval_plugin import learner_pairs
from longtail_course.build.processor_kernels import SETTINGS, second_kernel


def nbval(lesson, *arguments):
    """Compare the stored outputs of one lesson, as `longtail_course.build check` does."""
    options, _ = nbval_arguments([lesson])
    return subprocess.run(
        [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", *options, *arguments],
        cwd=ROOT,
        env=kernel_environment(ROOT),
        capture_output=True,
        text=True,
        check=False,
    )


def failed(done):
    """The cells that failed."""
    lines = [line for line in done.stdout.splitlines() if line.startswith("FAILED")]
    return [line.split("::")[1].split(" - ")[0] for line in lines]


@pytest.fixture
def copy(built, tmp_path):
    """The sample lesson's two notebooks, to be spoilt."""
    lesson = Lesson(built.name, tmp_path)
    for place in ("source", "solutions", "learner"):
        target = getattr(lesson, place)
        target.parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(getattr(built, place), target)
    return lesson


def replace(path, old, new):
    text = path.read_text()
    assert old in text
    path.write_text(text.replace(old, new, 1))


def test_the_learner_s_exercises_are_found_behind_their_checks(built):
    pairs = learner_pairs(built.solutions)
    assert list(pairs) == ["largest-share-check", "smallest-share-check", "number-of-items-check"]
    (stub, exercise), (check, verdict) = pairs["largest-share-check"]
    assert (stub, check) == (2, 3)
    assert exercise.source.endswith("# Your code here")
    assert "Not yet" in str(verdict.outputs)
    assert learner_pairs(built.learner) == {}


def test_of_three_changes_the_two_that_say_something_else_fail(copy):
    replace(copy.solutions, "0.7, 0.2, 0.1", "0.7, 0.2, 0.2")  # the last printed digit
    replace(copy.solutions, "Picture: bars of 7", "Picture: lines of 7")
    replace(copy.learner, "Not yet. Set `items`", "Not yet. Set `item`")
    done = nbval(copy)
    assert done.returncode == 1
    assert failed(done) == ["Learner's cell 7", "Cell 8"], done.stdout
    assert "became 'Picture: bars of 7" in done.stdout


def test_the_solution_s_names_come_back_and_the_kernel_is_another_processor_s(course, add_lesson):
    """The last cells of the lesson tell both; the second is stored as on this processor."""
    sample = Lesson("90_sample", course).source.read_text()
    begin, end = "# %% [markdown]\n# ## Count", "# %% [markdown]\n# ### Exercise 2"
    exercise = sample[sample.index(begin) : sample.index(end)]
    lesson = add_lesson(
        "91_tells", "import numpy as np\nfrom longtail_course.checks import Exercise"
    )
    names = "# %%\ntype(largest).__name__, sorted(name for name in dir() if 'names' in name)\n\n"
    tells = f"# %%\nimport os\n\n[os.environ.get(name) for name in {SETTINGS[:3]}]\n"
    lesson.source.write_text(lesson.source.read_text() + "\n" + exercise + names + tells)
    assert build([lesson]) == {}
    assert nbval(lesson).returncode == 0
    if second_kernel() == "own":
        pytest.skip("this processor has no second kernel")
    assert failed(nbval(lesson, "--lesson-kernel=second")) == ["Cell 5"]


def test_a_kernel_that_the_processor_has_not_is_refused(built):
    done = nbval(built, "--lesson-kernel=Abacus")
    assert done.returncode == 4
    assert "this processor has no kernel 'Abacus'; it has: own" in done.stderr
