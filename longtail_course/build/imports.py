"""Who imports whom, read from the sources without running them."""

from __future__ import annotations

import ast
import io
import tokenize
from collections.abc import Iterator, Mapping
from pathlib import Path

__all__ = ["code_lines", "cycles", "import_graph", "module_files", "room_graph", "room_of"]

Graph = dict[str, set[str]]


def module_files(root: Path, package: str) -> dict[str, Path]:
    """All modules of a package of the checkout by dotted name, its `__init__` files included."""
    files = {}
    for path in sorted((root / package).rglob("*.py")):
        parts = path.relative_to(root).with_suffix("").parts
        files[".".join(parts[:-1] if parts[-1] == "__init__" else parts)] = path
    return files


def import_graph(root: Path, *packages: str) -> Graph:
    """For each module the modules that it imports, anywhere in its text.

    Imports inside functions and those for type checkers count like all others. A name taken from
    a package counts as an import of the module where it lives. The `__init__` files are left out:
    they only list names.
    """
    files = {name: path for each in packages for name, path in module_files(root, each).items()}
    homes = {
        f"{package}.{name}": home
        for package, path in files.items()
        if path.name == "__init__.py"
        for name, home in _listed(path)
    }
    graph: Graph = {}
    for module, path in files.items():
        if path.name == "__init__.py":
            continue
        graph[module] = set()
        for target in _imported(path):
            found = homes.get(target, target)
            while found and found not in files:
                found = found.rpartition(".")[0]
            if found and found != module and files[found].name != "__init__.py":
                graph[module].add(found)
    return graph


def room_of(module: str) -> str:
    """The room of a module: the second part of its name; none for the entrance itself.

    Examples
    --------
    >>> room_of("longtail_lib.models.content.ease_text"), room_of("longtail_lib.ranking")
    ('models', 'ranking')
    """
    return module.split(".")[1] if "." in module else ""


def room_graph(graph: Graph) -> Graph:
    """The same between rooms of one package; what begins with an underscore is no room."""
    rooms: Graph = {room_of(module): set() for module in graph}
    for module, targets in graph.items():
        rooms[room_of(module)] |= {
            room_of(target)
            for target in targets
            if target.split(".")[0] == module.split(".")[0] and room_of(target) != room_of(module)
        }
    return {
        room: {target for target in targets if not target.startswith("_")}
        for room, targets in rooms.items()
        if not room.startswith("_")
    }


def cycles(graph: Mapping[str, set[str]]) -> list[list[str]]:
    """Groups that reach each other.

    Examples
    --------
    >>> cycles({"a": {"b"}, "b": {"a", "c"}, "c": set()})
    [['a', 'b']]
    """
    reach = {start: _reached(graph, start) for start in graph}
    groups = {
        tuple(sorted(other for other in graph if start in reach[other] and other in reach[start]))
        for start in graph
    }
    return sorted(list(group) for group in groups if group)


def code_lines(path: Path) -> int:
    """Lines that are neither blank, nor comment, nor docstring."""
    text = path.read_text(encoding="utf-8")
    said: set[int] = set()
    for node in ast.walk(ast.parse(text)):
        value = getattr(node, "value", None)
        if isinstance(node, ast.Expr) and isinstance(getattr(value, "value", None), str):
            said |= set(range(node.lineno, node.end_lineno + 1))
    lines: set[int] = set()
    for token in tokenize.generate_tokens(io.StringIO(text).readline):
        if token.type in (tokenize.NAME, tokenize.OP, tokenize.NUMBER, tokenize.STRING):
            lines |= set(range(token.start[0], token.end[0] + 1))
    return len(lines - said)


def _listed(path: Path) -> Iterator[tuple[str, str]]:
    """Names that a package's `__init__` takes from its modules, and the module of each."""
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.ImportFrom) and node.module:
            for alias in node.names:
                yield alias.asname or alias.name, node.module


def _imported(path: Path) -> Iterator[str]:
    """Dotted names of everything that a file imports."""
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module:
            yield from (f"{node.module}.{alias.name}" for alias in node.names)


def _reached(graph: Mapping[str, set[str]], start: str) -> set[str]:
    """What one gets to by one import or more."""
    found: set[str] = set()
    ahead = list(graph[start])
    while ahead:
        one = ahead.pop()
        if one not in found:
            found.add(one)
            ahead += graph.get(one, ())
    return found
