"""The drawing and the tables of docs/architecture.md, made from the imports."""

from __future__ import annotations

import re
from pathlib import Path

from longtail_course.build.imports import import_graph, module_files, room_graph, room_of

__all__ = ["FLOORS", "architecture_text", "write_architecture"]

_PAGE = "docs/architecture.md"
_BEGIN, _END = "<!-- architecture: begin -->", "<!-- architecture: end -->"

# The one place where the order is written down, lowest floor first: a room imports only from
# floors below its own.
FLOORS: dict[str, tuple[dict[str, str], ...]] = {
    "longtail_lib": (
        {
            "data": "one log as a `Dataset`: frames, files, downloads",
            "ranking": "who comes first: order, ties, the top k",
            "tail": "head, mid and tail of a catalogue; how unequal counts are",
        },
        {
            "preprocessing": "clean a log and split it: `prepare`, `split`, `Split`",
            "rerank": "re-order candidates so that the tail is seen",
            "text": "texts to vectors",
        },
        {
            "language": "a small language model, and what a recommender can ask of it",
            "simulation": "stores whose truth is known",
        },
        {
            "datasets": "datasets by name",
            "debias": "what was shown: propensities, and estimators that correct for them",
        },
        {"models": "every recommender"},
        {
            "evaluation": "measure and compare, with intervals",
            "testing": "a split and a model to check by hand",
        },
        {"tuning": "search for hyper-parameters on validation"},
        {"benchmark": "recommenders side by side, with stated budgets"},
        {"cli": "the `longtail` command"},
    ),
    "longtail_course": (
        {
            "article": "the article's formulas, and its model as printed and repaired",
            "toys": "small instances made to be understood",
            "worlds": "feedback loops, taste groups, fresh logs",
        },
        {
            "experiments": "named configurations, stored runs",
            "pictures": "every picture of the lessons",
        },
        {
            "checks": "what tells a learner whether an answer is right",
            "widgets": "what a learner moves to see what happens",
        },
        {"build": "sources to notebooks, execution, pages like this one"},
    ),
}


def architecture_text(root: Path) -> str:
    """What docs/architecture.md has to say: the words by hand, then drawing and tables.

    Raises
    ------
    ValueError
        The page lacks the two marks between which the generated part stands.
    """
    page = (root / _PAGE).read_text(encoding="utf-8")
    if page.count(_BEGIN) != 1 or page.count(_END) != 1:
        raise ValueError(f"{_PAGE} must hold {_BEGIN} and {_END} once each")
    graph = import_graph(root, *FLOORS)
    blocks = []
    for package in FLOORS:
        own = {module: targets for module, targets in graph.items() if _package(module) == package}
        rooms = room_graph(own)
        blocks += [f"### {package}", _drawing(package, rooms), _table(root, package, rooms)]
    text = f"{_BEGIN}\n\n" + "\n\n".join(blocks) + f"\n\n{_END}"
    pattern = re.compile(f"{re.escape(_BEGIN)}.*{re.escape(_END)}", re.DOTALL)
    return pattern.sub(lambda _: text, page)


def write_architecture(root: Path) -> Path:
    """Write the page and give its path."""
    path = root / _PAGE
    path.write_text(architecture_text(root), encoding="utf-8", newline="\n")
    return path


def _package(module: str) -> str:
    return module.partition(".")[0]


def _drawing(package: str, rooms: dict[str, set[str]]) -> str:
    """Floors as boxes in a Mermaid drawing, the highest on top."""
    lines = ["```mermaid", "flowchart TB"]
    for number, floor in reversed(list(enumerate(FLOORS[package]))):
        lines.append(f'  subgraph floor{number}["floor {number}"]')
        lines += [f"    {room}" for room in floor if room in rooms]
        lines.append("  end")
    for room in sorted(rooms):
        for target in sorted(_direct(rooms, room)):
            lines.append(f"  {room} --> {target}")
    return "\n".join([*lines, "```"])


def _direct(rooms: dict[str, set[str]], room: str) -> set[str]:
    """Imports that no other import leads to: with all of them the drawing would be a felt."""
    onward = set()
    ahead = [target for other in rooms[room] for target in rooms.get(other, ())]
    while ahead:
        one = ahead.pop()
        if one not in onward:
            onward.add(one)
            ahead += rooms.get(one, ())
    return rooms[room] - onward


def _table(root: Path, package: str, rooms: dict[str, set[str]]) -> str:
    """A row for each room: what it is for, how large it is, and all rooms that it imports."""
    files: dict[str, list[Path]] = {}
    for module, path in module_files(root, package).items():
        files.setdefault(room_of(module), []).append(path)
    lines = ["| Floor | Room | What it is for | Files | Lines | Imports |"]
    lines.append("| ---: | --- | --- | ---: | ---: | --- |")
    for number, floor in reversed(list(enumerate(FLOORS[package]))):
        for room, purpose in floor.items():
            size = sum(len(path.read_text(encoding="utf-8").splitlines()) for path in files[room])
            targets = ", ".join(sorted(rooms[room])) or "none"
            lines.append(
                f"| {number} | `{room}` | {purpose} | {len(files[room])} | {size:,} | {targets} |"
            )
    paths = [path for some in files.values() for path in some]
    total = sum(len(path.read_text(encoding="utf-8").splitlines()) for path in paths)
    lines.append(f"| | all | the entrance included | {len(paths)} | {total:,} | |")
    return "\n".join(lines)
