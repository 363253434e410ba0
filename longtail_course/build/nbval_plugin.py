"""What nbval does differently for lessons; loaded with `-p longtail_course.build.nbval_plugin`.

- Outputs are compared by `output_comparison`: text to the letter, numbers as numbers.
- A lesson is executed once, in the solutions edition. Behind each check the learner's stub and its
  check run in the same kernel, which then gets the solution's names back. The other cells of the
  learner's edition are the same and are not executed again; `drift` holds their stored outputs
  against those of the solutions.
- `--lesson-kernel` starts the lessons' kernels with the digits of another processor.

Without the plugin nbval takes either edition as it is and compares every character.
"""

from collections.abc import Generator, Iterator
from pathlib import Path
from queue import Empty

import nbformat
import nbval.plugin
import pytest
from nbformat import NotebookNode

from longtail_course.build.cell_spread import spread_of
from longtail_course.build.output_comparison import differences, texts
from longtail_course.build.processor_kernels import environment, kernel_settings

# An expression of None each, so that nothing is shown and no name is made.
_SAVE = "setattr(get_ipython(), 'lesson_names', dict(get_ipython().user_ns))"
_RESTORE = (
    "(lambda names, saved: names.clear() or names.update(saved))"
    "(get_ipython().user_ns, get_ipython().lesson_names)"
)


def pytest_addoption(parser: pytest.Parser) -> None:
    """Add the option that chooses the processor whose digits the lessons' kernels compute."""
    parser.getgroup("nbval").addoption(
        "--lesson-kernel",
        default="own",
        metavar="NAME",
        help="own, second, or a kernel of OpenBLAS such as Haswell, for the notebooks alone",
    )


def pytest_configure(config: pytest.Config) -> None:
    """Refuse a kernel that this processor does not have, before anything is run."""
    try:
        kernel_settings(config.option.lesson_kernel)
    except ValueError as error:
        raise pytest.UsageError(f"--lesson-kernel: {error}") from error


@pytest.hookimpl(wrapper=True)
def pytest_collect_file(
    file_path: Path, parent: pytest.Collector
) -> Generator[None, list[pytest.Collector], list[pytest.Collector]]:
    """Put the lessons' kind of notebook in the place of nbval's."""
    found = yield
    return [
        LessonFile.from_parent(parent, path=file_path)
        if isinstance(each, nbval.plugin.IPyNbFile)
        else each
        for each in found
    ]


class LessonCell(nbval.plugin.IPyNbCell):
    """A cell whose outputs are compared as text and as numbers."""

    def compare_outputs(self, test, ref, skip_compare=None) -> bool:
        """Whether the new outputs are the stored ones; nbval prints what is kept here if not."""
        patterns = list(self.parent.sanitize_patterns.items())
        self.comparison_traceback = differences(
            texts(ref, patterns), texts(test, patterns), spread_of(self.cell)
        )
        return not self.comparison_traceback


class LearnerCell(LessonCell):
    """The learner's stub, or its check, in the kernel of the solutions."""

    def runtest(self) -> None:
        """Run the cell; the stub is the first of the two, the check the last."""
        first = "exercise" in self.cell.metadata.get("tags", [])
        if first:
            self.parent.quietly(_SAVE)
        try:
            super().runtest()
        finally:
            if not first:
                self.parent.quietly(_RESTORE)


class LessonFile(nbval.plugin.IPyNbFile):
    """A notebook, with the learner's exercises in it where it is the solutions edition."""

    def setup(self) -> None:
        """Start the kernel as on the processor that was asked for."""
        with environment(kernel_settings(self.config.option.lesson_kernel)):
            super().setup()

    def collect(self) -> Iterator[LessonCell]:
        """Every code cell, and behind each check the learner's stub and check."""
        stubs = learner_pairs(self.path)
        for item in super().collect():
            yield LessonCell.from_parent(
                self, name=item.name, cell_num=item.cell_num, cell=item.cell, options=item.options
            )
            for number, cell in stubs.get(item.cell.get("id"), ()):
                yield LearnerCell.from_parent(
                    self,
                    name=f"Learner's cell {number}",
                    cell_num=number,
                    cell=cell,
                    options={"check": True, "check_exception": False, "skip": False},
                )

    def quietly(self, code: str) -> None:
        """Execute code that is no cell of the notebook."""
        message = self.kernel.kc.execute(code, silent=True, store_history=False)
        try:
            self.kernel.await_reply(message, timeout=self.config.option.nbval_cell_timeout)
        except Empty as error:
            raise RuntimeError("the kernel does not answer") from error


def learner_pairs(path: Path) -> dict[str, list[tuple[int, NotebookNode]]]:
    """The learner's exercise and check, each with its number, by the id of the check.

    Empty where `path` is not in a folder "solutions" or has no learner's notebook above it.
    """
    learner = path.parent.parent / path.name
    if path.parent.name != "solutions" or not learner.is_file():
        return {}
    code = [cell for cell in nbformat.read(learner, as_version=4).cells if cell.cell_type == "code"]
    places = {cell.get("id"): number for number, cell in enumerate(code)}
    pairs = {}
    for number, cell in enumerate(code):
        if "check" in cell.metadata.get("tags", []):
            exercise = places[cell.metadata.nbgrader.grade_id.removesuffix("-check")]
            pairs[cell.get("id")] = [(exercise, code[exercise]), (number, cell)]
    return pairs
