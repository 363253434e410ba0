"""Which lessons there are, where their files lie, and what a lesson needs to run."""

import os
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]

# The dataset that a lesson may require, and the folder that holds it under $LONGTAIL_DATA_HOME.
DATA_FOLDERS = {"movielens-small": "ml-latest-small"}


@dataclass(frozen=True)
class Lesson:
    """One lesson and its three files.

    Parameters
    ----------
    name : str
        File name without its ending, such as "01_long_tail".
    root : Path
        The checkout.
    """

    name: str
    root: Path = ROOT

    @property
    def number(self) -> str:
        """The two digits that the file name starts with."""
        return self.name.split("_", 1)[0]

    @property
    def source(self) -> Path:
        """The file that people edit."""
        return self.root / "notebooks" / "source" / f"{self.name}.py"

    @property
    def learner(self) -> Path:
        """The notebook that a learner opens."""
        return self.root / "notebooks" / f"{self.name}.ipynb"

    @property
    def solutions(self) -> Path:
        """The same notebook with every exercise solved."""
        return self.root / "notebooks" / "solutions" / f"{self.name}.ipynb"

    def notebook(self, edition: str) -> Path:
        """The path of the edition "learner" or "solutions"."""
        return {"learner": self.learner, "solutions": self.solutions}[edition]


def find_lessons(root: Path = ROOT, only: Iterable[str] = ()) -> list[Lesson]:
    """All lessons in order, or those whose number or name is asked for.

    Raises
    ------
    ValueError
        If a lesson is asked for that does not exist.
    """
    folder = root / "notebooks" / "source"
    lessons = [Lesson(path.stem, root) for path in sorted(folder.glob("[0-9][0-9]_*.py"))]
    chosen = []
    for wanted in only:
        key = Path(wanted).stem
        if key.isdigit():
            key = f"{int(key):02d}"
        matches = [lesson for lesson in lessons if key in (lesson.number, lesson.name)]
        if not matches:
            known = ", ".join(lesson.number for lesson in lessons) or "none yet"
            raise ValueError(f"There is no lesson {wanted!r}; the lessons are: {known}.")
        chosen += [lesson for lesson in matches if lesson not in chosen]
    return sorted(chosen, key=lambda lesson: lesson.name) if chosen else lessons


def missing_data(requires: Iterable[str]) -> list[str]:
    """The datasets in `requires` that do not lie under $LONGTAIL_DATA_HOME."""
    home = os.environ.get("LONGTAIL_DATA_HOME", "")
    return [
        name
        for name in requires
        if not home or not (Path(home) / DATA_FOLDERS.get(name, name)).is_dir()
    ]


def not_run_sentence(lesson: Lesson, missing: Iterable[str]) -> str:
    """The line that says, by name, why a lesson was not run."""
    names = {"movielens-small": "MovieLens"}
    needs = " and ".join(names.get(name, name) for name in missing)
    return f"not run: {lesson.name} (needs {needs}; set LONGTAIL_DATA_HOME)"
