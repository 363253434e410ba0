"""The spread of numbers between processors: measured, stored with its cell, kept and dropped."""

import copy

import nbformat
import pytest
from nbformat.v4 import new_code_cell, new_notebook, new_output

from longtail_course.build import spread
from longtail_course.build.build import build
from longtail_course.build.cell_spread import keep_spread, spread_of
from longtail_course.build.drift import drift
from longtail_course.build.editions import EDITIONS
from longtail_course.build.shared_outputs import shared_output_defects
from longtail_course.build.spread import compare_runs, set_spreads, store_spread, store_spreads

# A cell that tells whose digits it is computed with, as a model's training does without telling.
MOVES = """
import os

threads = int(os.environ.get("OMP_NUM_THREADS", 0))
print(f"NDCG {0.218 + threads / 1000:.3f}, higher")
"""
FAKE = {"one thread": {"OMP_NUM_THREADS": "1"}, "many": {"OMP_NUM_THREADS": "4"}}


def notebook(*texts, **metadata):
    """A notebook whose cells have printed these texts."""
    cells = [
        new_code_cell(f"print({number})", outputs=[new_output("stream", text=text)])
        for number, text in enumerate(texts)
    ]
    for number, cell in enumerate(cells):
        cell.id = f"cell-{number}"
        cell.metadata.update(metadata)
    return new_notebook(cells=cells)


def test_numbers_that_move_are_kept_by_the_cell_and_by_their_place():
    stored = notebook("a 0.218 5", "0.5", "b 1 .25 .25")
    runs = {"x": notebook("a 0.221 5", "0.6", "b 2 .25 .24")}
    spreads, defects = compare_runs(stored, runs)
    assert defects == []
    assert spreads == {"cell-0": {"stdout": {"0": 0.003}}, "cell-2": {"stdout": {"0": 1.0}}}


@pytest.mark.parametrize(
    "other", ["a -0.218, higher", "a 0.218, lower", "a 0.218, higher 2", "b 0.218, higher"]
)
def test_words_and_signs_that_move_are_a_defect_of_the_cell(other):
    stored = notebook("0.1", "a 0.218, higher")
    spreads, defects = compare_runs(
        stored, {"Haswell": notebook("0.1", other), "Zen": copy.deepcopy(stored)}
    )
    assert spreads == {}
    assert defects == [
        "code cell 2: words or signs in stdout differ under Haswell; print fewer digits"
    ]


def test_an_output_more_is_a_defect_and_an_ignored_cell_is_not():
    stored, other = notebook("0.1"), notebook("0.1")
    other.cells[0].outputs.append(new_output("stream", name="stderr", text="w"))
    assert "stderr" in compare_runs(stored, {"x": other})[1][0]
    stored.cells[0].metadata.tags = ["nbval-ignore-output"]
    assert compare_runs(stored, {"x": other}) == ({}, [])


def test_the_next_build_keeps_the_spread_of_a_cell_that_is_the_same():
    old = notebook("a 0.218 5", "b 0.5")
    set_spreads(old, {"cell-0": {"stdout": {"0": 0.003}}, "cell-1": {"stdout": {"0": 0.2}}}, old)
    new = notebook("a 0.219 5", "b 0.5, 0.6")
    keep_spread(old, new)
    assert [spread_of(cell) for cell in new.cells] == [{"stdout": {"0": 0.003}}, {}]
    changed = notebook("a 0.219 5")
    changed.cells[0].source = "print(9)"
    keep_spread(old, changed)
    assert spread_of(changed.cells[0]) == {}


def test_the_learner_s_cell_gets_it_where_it_shows_the_same():
    stored, learner = notebook("a 0.218", "b 0.5"), notebook("a 0.218", "Not yet.", longtail={})
    set_spreads(learner, {f"cell-{n}": {"stdout": {"0": 0.1}} for n in (0, 1)}, stored)
    assert [spread_of(cell) for cell in learner.cells] == [{"stdout": {"0": 0.1}}, {}]


def test_shared_cells_store_the_same_in_both_editions():
    solutions, learner = notebook("a 0.218", "b"), notebook("a 0.219", "b")
    assert shared_output_defects(solutions, learner) == []
    learner.cells[1].outputs[0].text = "c"
    found = shared_output_defects(solutions, learner)
    assert found == ["code cell 2 shows learners something else: stdout: 'b' became 'c'"]
    for tag in ("exercise", "check", "nbval-ignore-output"):
        solutions.cells[1].metadata.tags = [tag]
        assert shared_output_defects(solutions, learner) == []


def test_a_lesson_is_measured_stored_and_still_what_its_source_gives(
    add_lesson, monkeypatch, capsys
):
    monkeypatch.delenv("OMP_NUM_THREADS", raising=False)
    monkeypatch.setattr(spread, "variants", lambda: FAKE)
    lesson = add_lesson("93_moves", "1 + 1", MOVES.strip())
    assert "is missing" in store_spread(lesson)[0]
    assert build([lesson]) == {}
    assert store_spreads([lesson]) == 0
    assert "93_moves: many" in capsys.readouterr().out
    for which in EDITIONS:
        cells = nbformat.read(lesson.notebook(which), as_version=4).cells
        assert [spread_of(cell) for cell in cells] == [{}, {"stdout": {"0": 0.004}}]
    assert drift(lesson) == []
