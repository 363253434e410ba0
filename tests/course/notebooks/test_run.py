"""Executing lessons: what `course.py run` and `run --update` do with passing and failing ones."""

import json
import os
import signal
import subprocess
import sys
import time

import nbformat
import pytest

from longtail_course.build.build import build
from longtail_course.build.execution import LessonFailed, execute
from longtail_course.build.lesson import ROOT, find_lessons
from longtail_course.build.run import run, update
from longtail_course.build.source import read_source

FAILS = "1 + 1", "x = 3\nx.missing"


def _files(root):
    paths = [*(root / "notebooks").glob("*.*"), *(root / "notebooks" / "solutions").glob("*")]
    return {path.name: path.read_bytes() for path in paths if path.is_file()}


def test_run_executes_into_build_and_touches_nothing_else(course, capsys):
    assert run(find_lessons(course)) == 0
    notebook = nbformat.read(course / "build" / "lessons" / "90_sample.ipynb", as_version=4)
    assert all(cell.execution_count for cell in notebook.cells if cell.cell_type == "code")
    assert _files(course) == {}
    table = capsys.readouterr().out
    assert "where to look" in table
    assert "1 lesson" in table.splitlines()[-1]


def test_a_failing_lesson_is_named_with_its_cell_and_error(course, add_lesson, capsys):
    add_lesson("03_fails", *FAILS)
    add_lesson("04_passes", "1")
    assert run(find_lessons(course, ["03", "04"])) == 1
    out = capsys.readouterr().out
    assert "03_fails failed in code cell 2 of 2: AttributeError: 'int' object has no" in out
    rows = {line.split()[0]: line.split() for line in out.splitlines() if line[:2] in ("03", "04")}
    assert rows["04_passes"][2] == "passed"


def test_only_runs_the_lessons_asked_for(course, add_lesson):
    add_lesson("03_third", "1")
    command = [sys.executable, "-m", "longtail_course.build", "run", "--root", str(course)]
    result = subprocess.run([*command, "3"], cwd=ROOT, capture_output=True, text=True, check=False)
    assert result.returncode == 0, result.stdout + result.stderr
    assert [path.stem for path in (course / "build" / "lessons").iterdir()] == ["03_third"]
    wrong = subprocess.run([*command, "44"], cwd=ROOT, capture_output=True, text=True, check=False)
    assert wrong.returncode == 2
    assert "no lesson '44'" in wrong.stderr


def test_a_lesson_without_its_data_is_reported_by_name(course, monkeypatch, capsys):
    path = course / "notebooks" / "source" / "07_real.py"
    path.write_text('# %% requires=["movielens-small"]\n1\n')
    monkeypatch.delenv("LONGTAIL_DATA_HOME", raising=False)
    assert run(find_lessons(course, ["07"])) == 0
    assert "not run: 07_real (needs MovieLens; set LONGTAIL_DATA_HOME)" in capsys.readouterr().out


def test_update_stores_both_editions_and_the_time(built):
    timings = json.loads((built.root / "notebooks" / "timings.json").read_text())
    assert timings["90_sample"]["seconds"] > 0
    learner, solutions = (nbformat.read(p, as_version=4) for p in (built.learner, built.solutions))
    assert "on two cores" in learner.cells[0].source
    assert learner.cells[0].source == solutions.cells[0].source
    assert all(cell.execution_count for cell in learner.cells if cell.cell_type == "code")


def test_update_is_all_or_nothing(course, add_lesson, capsys):
    lesson = add_lesson("03_third", "1 + 1")
    assert update([lesson]) == 0
    before = _files(course)
    assert {"03_third.ipynb", "timings.json"} <= set(before)
    lesson.source.write_text(lesson.source.read_text().replace("1 + 1", "2 + 2"))
    fails = add_lesson("04_fails", *FAILS)
    assert update([lesson, fails]) == 1
    assert _files(course) == before
    out = capsys.readouterr().out
    assert "Nothing was stored" in out
    assert "04_fails failed in solutions edition, code cell 2 of 2: AttributeError" in out


def test_a_second_update_changes_no_byte(built, tmp_path):
    before = _files(built.root)
    assert build([built]) == {}
    after = _files(built.root)
    changed = [name for name in before if before[name] != after[name]]
    assert changed in ([], ["timings.json"])


def test_a_stub_that_stops_the_learner_is_named(course, add_lesson, capsys):
    lesson = add_lesson("03_stops", "pass")
    exercise = '# %% exercise="one"\n### BEGIN SOLUTION\nx = 1\n### END SOLUTION\n\n'
    lesson.source.write_text(exercise + '# %% check="one"\nstr(x)\n')
    assert update([lesson]) == 1
    assert "learner edition, code cell 2 of 2: NameError" in capsys.readouterr().out


def test_a_wrong_solution_fails_its_own_hidden_test(course, add_lesson, capsys):
    text = (course / "notebooks" / "source" / "90_sample.py").read_text()
    source = course / "notebooks" / "source" / "90_sample.py"
    source.write_text(text.replace("largest = share.max()", "largest = share.min()"))
    assert run(find_lessons(course, ["90"])) == 1
    assert "AssertionError" in capsys.readouterr().out


def test_kernels_are_quiet_and_alike(course, add_lesson, monkeypatch):
    monkeypatch.setenv("MPLBACKEND", "Agg")
    lesson = add_lesson(
        "03_kernel",
        "import os\nos.write(2, b'straight to the terminal')\nos.environ['PYTHONHASHSEED']",
        "import matplotlib\nmatplotlib.get_backend()",
        "from tqdm import tqdm\nlist(tqdm(range(3)))",
        "from tqdm.auto import tqdm\nlist(tqdm(range(3), disable=False))",
    )
    notebook = read_source(lesson.source)
    execute(notebook, course, root=course)
    outputs = [cell.outputs for cell in notebook.cells]
    assert [[output.output_type for output in each] for each in outputs] == [["execute_result"]] * 4
    assert outputs[0][0].data["text/plain"] == "'0'"
    assert "inline" in outputs[1][0].data["text/plain"]


def test_an_interactive_control_keeps_its_picture_and_stable_ids(course, add_lesson):
    lesson = add_lesson(
        "03_slider",
        "from ipywidgets import interact\n"
        "@interact(w=(0, 9))\ndef show(w=4):\n    print('w is', w)",
    )
    texts = []
    for _ in range(2):
        notebook = read_source(lesson.source)
        execute(notebook, course, root=course)
        texts.append(json.dumps(notebook))
    assert texts[0] == texts[1]
    control, printed = sorted(notebook.cells[0].outputs, key=lambda output: output.output_type)
    model = control.data["application/vnd.jupyter.widget-view+json"]["model_id"]
    states = notebook.metadata.widgets["application/vnd.jupyter.widget-state+json"]["state"]
    assert model in states
    assert printed.text == "w is 4\n"


def test_a_dead_kernel_is_a_failed_lesson(course, add_lesson):
    notebook = read_source(add_lesson("03_dies", "import os\nos._exit(1)").source)
    with pytest.raises(LessonFailed, match="code cell 1 of 1: the kernel died"):
        execute(notebook, course, root=course)


@pytest.mark.skipif(sys.platform == "win32", reason="signals of a process group are POSIX")
def test_ctrl_c_ends_the_run_with_one_line(course, add_lesson):
    add_lesson("03_sleeps", "1", "import time\nprint('now', flush=True)\ntime.sleep(60)")
    add_lesson("04_next", "1")
    process = subprocess.Popen(
        [sys.executable, "-m", "longtail_course.build", "run", "--root", str(course), "03", "04"],
        cwd=ROOT,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        start_new_session=True,
    )
    assert "03_sleeps: cell 1/2" in process.stdout.readline()
    time.sleep(1)
    os.killpg(process.pid, signal.SIGINT)
    out, errors = process.communicate(timeout=20)
    assert process.returncode == 130
    assert errors.strip() == "Stopped."
    assert "04_next" not in out


def test_a_lesson_with_the_choice_open_runs_on_other_data(course, add_lesson, monkeypatch, capsys):
    monkeypatch.delenv("LONGTAIL_DATA_HOME", raising=False)
    lesson = add_lesson("06_open", "1 + 1", 'dataset = "shop"  # or another', "print(dataset)")
    text = lesson.source.read_text().replace("# %%\ndataset", '# %% tags=["parameters"]\ndataset')
    lesson.source.write_text(text)
    assert run([lesson], "music") == 0
    assert "passed on music" in capsys.readouterr().out
    assert '"music\\n"' in (course / "build" / "lessons" / "06_open.ipynb").read_text()
    with pytest.raises(ValueError, match="set LONGTAIL_DATA_HOME"):
        run([lesson], "movielens-small")
