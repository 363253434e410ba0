"""The anatomy of a lesson: where it falls short of `docs/authoring.md`, in sentences."""

import ast
import re
import statistics

import nbformat
from nbformat import NotebookNode

from longtail_course.build.editions import EDITIONS, edition, read_timings
from longtail_course.build.lesson import Lesson
from longtail_course.build.stored_outputs import has_picture, output_defects, verdict_defects

END = ("Take-aways", "Quiz", "What comes next", "References")
TAGS = {"check", "exercise", "nbval-ignore-output", "parameters"}
MOST_CODE_CELLS, MOST_CODE_LINES, MOST_MEDIAN = 30, 120, 5
MOST_LESSON_SECONDS, MOST_CELL_SECONDS = 120, 45
# Words that open a bullet of "What you will learn" where a verb should.
NO_VERBS = {"A", "An", "How", "Learn", "The", "To", "Understand", "What", "Why", "You"}


def anatomy(lesson: Lesson) -> list[str]:
    """Every defect of a lesson, one sentence each; an empty list for a sound one."""
    learner = edition(lesson, "learner")
    defects = source_defects(edition(lesson, "solutions"), learner) + _dead_links(lesson, learner)
    stored = {}
    for which in EDITIONS:
        path = lesson.notebook(which)
        if not path.is_file():
            defects.append(f"the {which} edition is not built")
            continue
        stored[which] = nbformat.read(path, as_version=4)
        found = output_defects(stored[which], path.stat().st_size, str(lesson.root))
        found += verdict_defects(stored[which], "Right" if which == "solutions" else "Not yet")
        defects += [f"{which} edition: {defect}" for defect in found]
    if "solutions" in stored and not any(map(has_picture, stored["solutions"].cells)):
        defects.append("no cell shows a picture")
    timing = read_timings(lesson.root).get(lesson.name, {})
    if timing.get("seconds", 0) > MOST_LESSON_SECONDS:
        defects.append(f"runs {timing['seconds']} s; at most {MOST_LESSON_SECONDS} s")
    if timing.get("slowest_cell", 0) > MOST_CELL_SECONDS:
        defects.append(f"a cell takes {timing['slowest_cell']} s; at most {MOST_CELL_SECONDS} s")
    return defects


def source_defects(solutions: NotebookNode, learner: NotebookNode) -> list[str]:
    """Defects that need no execution to be seen."""
    prose = [cell.source for cell in solutions.cells if cell.cell_type == "markdown"]
    code = [cell for cell in learner.cells if cell.cell_type == "code"]
    return [
        *_header_defects(prose),
        *_end_defects(solutions),
        *_exercise_defects(code),
        *_length_defects(code),
        *_markdown_defects(prose),
        *_cell_defects(solutions),
        *_stub_defects(code),
    ]


def strict_share(notebooks: list[NotebookNode]) -> tuple[int, int]:
    """How many code cells are compared strictly, and how many there are."""
    tags = [
        cell.metadata.get("tags", [])
        for notebook in notebooks
        for cell in notebook.cells
        if cell.cell_type == "code"
    ]
    return sum("nbval-ignore-output" not in each for each in tags), len(tags)


def _section(text: str, heading: str) -> str | None:
    match = re.search(rf"^## {re.escape(heading)}\s*$(.*?)(?=^## |\Z)", text, re.M | re.S)
    return match.group(1) if match else None


def _header_defects(prose: list[str]) -> list[str]:
    head = prose[0] if prose else ""
    defects = []
    if not re.match(r"# \d\d\. \S", head):
        defects.append("the first cell starts with '# NN. Title'")
    if "minutes to work through" not in head:
        defects.append("the header has no line {{time}}")
    learn = _section(head, "What you will learn")
    if learn is None:
        defects.append("the header has no '## What you will learn'")
    else:
        bullets = re.findall(r"^- +(\S+)", learn, re.M)
        if not 3 <= len(bullets) <= 5:
            defects.append(f"'What you will learn' has {len(bullets)} bullets; give 3 to 5")
        defects += [
            f"'What you will learn': {word!r} is no verb to start with"
            for word in bullets
            if word in NO_VERBS or not word[0].isupper()
        ]
    if not (_section(head, "Before you start") or "").strip():
        defects.append("the header has no '## Before you start' with text")
    if "used by" not in head.lower():
        defects.append("the header does not say what the lesson is used by ('Used by: ...')")
    return defects


def _end_defects(notebook: NotebookNode) -> list[str]:
    text = "\n".join(cell.source for cell in notebook.cells if cell.cell_type == "markdown")
    places = [text.find(f"\n## {heading}") for heading in END]
    defects = [
        f"the end has no '## {heading}'"
        for heading, place in zip(END, places, strict=True)
        if place < 0
    ]
    if not defects and places != sorted(places):
        defects.append(f"the end is in this order: {', '.join(END)}")
    sources = [cell.source for cell in notebook.cells]
    headings = [i for i, source in enumerate(sources) if "## Quiz" in source]
    if headings and not any("quiz(" in source for source in sources[headings[-1] + 1 :]):
        defects.append("no code cell after '## Quiz' calls quiz(...)")
    return defects


def _exercise_defects(code: list[NotebookNode]) -> list[str]:
    count = sum("exercise" in cell.metadata.get("tags", []) for cell in code)
    return [] if count >= 3 else [f"{count} exercises; at least 3"]


def _length_defects(code: list[NotebookNode]) -> list[str]:
    # Checks and quizzes are furniture, the same in each lesson; their length teaches nothing.
    lines = [code_lines(cell.source) for cell in code if "quiz(" not in cell.source]
    defects = []
    if len(code) > MOST_CODE_CELLS:
        defects.append(f"{len(code)} code cells; at most {MOST_CODE_CELLS}")
    if sum(lines) > MOST_CODE_LINES:
        defects.append(f"{sum(lines)} lines of code; at most {MOST_CODE_LINES}")
    if lines and statistics.median(lines) > MOST_MEDIAN:
        defects.append(f"the median code cell has {statistics.median(lines)} lines; at most 5")
    return defects


def code_lines(source: str) -> int:
    """Lines that are neither blank nor only a comment.

    Examples
    --------
    >>> code_lines("# why\\n\\ncounts = 3\\ncounts")
    2
    """
    lines = (line.strip() for line in source.splitlines())
    return sum(bool(line) and not line.startswith("#") for line in lines)


def _markdown_defects(prose: list[str]) -> list[str]:
    text = "\n".join(prose)
    defects = [f"the image {target} has no alt text" for target in _images_without_alt(text)]
    if "{{" in text:
        defects.append("a placeholder '{{...}}' is left in the prose")
    return defects


def _dead_links(lesson: Lesson, notebook: NotebookNode) -> list[str]:
    text = "\n".join(cell.source for cell in notebook.cells if cell.cell_type == "markdown")
    targets = re.findall(r"\]\(([^)#\s:]+)(?:#[^)]*)?\)", text)
    folder = lesson.learner.parent
    return [
        f"the link {target} leads nowhere" for target in targets if not (folder / target).exists()
    ]


def _images_without_alt(text: str) -> list[str]:
    bare = re.findall(r"!\[\s*\]\(([^)]*)\)", text)
    return bare + [
        tag for tag in re.findall(r"<img\b[^>]*>", text) if not re.search(r"\balt=['\"]\s*\w", tag)
    ]


def _cell_defects(notebook: NotebookNode) -> list[str]:
    defects = []
    for position, cell in enumerate(notebook.cells, start=1):
        where = f"cell {position}"
        unknown = set(cell.metadata.get("tags", [])) - TAGS
        if unknown:
            defects.append(f"{where}: the tags {sorted(unknown)} are not used in lessons")
        if cell.cell_type != "code":
            continue
        if re.search(r"#\s*(NBVAL_|PYTEST_VALIDATE)", cell.source):
            defects.append(f"{where}: say it with a tag, not with a comment for nbval")
        if cell.source.rstrip().endswith(";"):
            defects.append(f"{where}: ends with ';', which nbval does not honour")
        defects += [f"{where}: is no plain Python ({error})" for error in _syntax_errors(cell)]
    return defects


def _stub_defects(code: list[NotebookNode]) -> list[str]:
    return [
        f"{cell.metadata.nbgrader.grade_id}: without its solution it is no Python ({error})"
        for cell in code
        if "exercise" in cell.metadata.get("tags", [])
        for error in _syntax_errors(cell)
    ]


def _syntax_errors(cell: NotebookNode) -> list[str]:
    try:
        ast.parse(cell.source)
    except SyntaxError as error:
        return [error.msg]
    return []
