"""The pages of docs/reference/, made from the library's docstrings."""

from __future__ import annotations

import inspect
import re
from collections.abc import Iterator, Mapping
from importlib import import_module
from pathlib import Path
from typing import Any

from longtail_course.build.docstring import docstring_markdown, summary
from longtail_course.build.imports import module_files

__all__ = ["public_modules", "reference_files", "write_reference"]

_FOLDER = "docs/reference"
_LIBRARY = "longtail_lib"
_HEAD = """\
# Reference

Every public name of `longtail_lib`, from its docstrings. These pages are made by
`python -m longtail_course.build reference`; examples in them run as tests. How the rooms hang
together is drawn in [architecture](../architecture.md).
"""
# A longer signature has one parameter a line.
_WIDTH = 90


def public_modules(root: Path) -> dict[str, list[str]]:
    """Public names by the module that one imports them from: packages, then modules of their own.

    A module without an underscore is public itself, unless a package lists what it holds.
    """
    files = module_files(root, _LIBRARY)
    found, homes = {}, set()
    for name, path in files.items():
        names = getattr(import_module(name), "__all__", ()) if path.stem == "__init__" else ()
        if names:
            found[name] = sorted(names, key=str.lower)
            homes |= {getattr(getattr(import_module(name), one), "__module__", "") for one in names}
    for name, path in files.items():
        private = any(part.startswith("_") for part in name.split("."))
        if path.stem not in ("__init__", "__main__") and not private and name not in homes:
            found[name] = sorted(import_module(name).__all__, key=str.lower)
    return found


def reference_files(root: Path) -> dict[Path, str]:
    """What the pages must be, by path: one for each room, and a list of all names."""
    modules = public_modules(root)
    rooms: dict[str, list[str]] = {}
    for module in modules:
        rooms.setdefault(module.partition(".")[2].partition(".")[0], []).append(module)
    files: dict[Path, str] = {}
    links: dict[tuple[str, str], str] = {}
    for room, own in rooms.items():
        if room:
            text = "\n\n".join(_module(module, modules[module]) for module in sorted(own)) + "\n"
            files[root / _FOLDER / f"{room}.md"] = text
            links |= {key: f"{room}.md#{anchor}" for key, anchor in _anchors(text).items()}
    return {root / _FOLDER / "README.md": _index(modules, links), **files}


def write_reference(root: Path) -> list[Path]:
    """Write the pages, and remove those of rooms that are gone."""
    files = reference_files(root)
    (root / _FOLDER).mkdir(exist_ok=True)
    for path in set((root / _FOLDER).glob("*.md")) - set(files):
        path.unlink()
    for path, text in files.items():
        path.write_text(text, encoding="utf-8", newline="\n")
    return list(files)


def _index(modules: dict[str, list[str]], links: dict[tuple[str, str], str]) -> str:
    """All names with their first sentence, by module; the entrance comes first."""
    blocks = [_HEAD]
    for module, names in sorted(modules.items()):
        about = summary(inspect.getdoc(import_module(module)) or "")
        blocks.append(f"## {module}\n\n{about}\n")
        lines = ["| Name | What it is |", "| --- | --- |"]
        for name in names:
            link = links.get((module, name)) or links[_described(name, module, modules), name]
            lines.append(f"| [`{name}`]({link}) | {_what_it_is(module, name)} |")
        blocks.append("\n".join(lines) + "\n")
    return "\n".join(blocks)


def _described(name: str, module: str, modules: dict[str, list[str]]) -> str:
    """The module whose page describes a name that the entrance hands on."""
    thing = getattr(import_module(module), name)
    return next(
        other
        for other, names in modules.items()
        if other != module and name in names and getattr(import_module(other), name) is thing
    )


def _anchors(page: str) -> dict[tuple[str, str], str]:
    """For each module and name on a page the anchor that GitHub gives its heading.

    Capitals do not count there, so `Split` and `split` would share one: the second gets a number.
    """
    found: dict[tuple[str, str], str] = {}
    times: dict[str, int] = {}
    module = ""
    prose = re.sub(r"^```.*?^```", "", page, flags=re.M | re.S)
    for marks, words in re.findall(r"^(#{1,3}) (.+)$", prose, re.M):
        slug = re.sub(r"[^\w -]", "", words.lower()).replace(" ", "-")
        anchor = f"{slug}-{times[slug]}" if slug in times else slug
        times[slug] = times.get(slug, 0) + 1
        if marks == "#":
            module = words
        elif marks == "##":
            found[module, words] = anchor
    return found


def _what_it_is(module: str, name: str) -> str:
    thing = getattr(import_module(module), name)
    if inspect.isclass(thing) or inspect.isfunction(thing):
        return summary(inspect.getdoc(thing) or "").replace("|", "\\|")
    return f"A constant: {_constant(thing)}".replace("|", "\\|")


def _module(module: str, names: list[str]) -> str:
    blocks = [f"# {module}", docstring_markdown(inspect.getdoc(import_module(module)) or "")]
    for name in names:
        blocks += [f"## {name}", *_thing(module, name)]
    return "\n\n".join(block for block in blocks if block)


def _thing(module: str, name: str) -> Iterator[str]:
    thing = getattr(import_module(module), name)
    if inspect.isfunction(thing):
        yield _signature(name, thing)
        yield docstring_markdown(inspect.getdoc(thing) or "")
    elif inspect.isclass(thing):
        yield from _class(module, name, thing)
    else:
        yield f"`from {module} import {name}`"
        yield f"A constant: {_constant(thing)}"


def _class(module: str, name: str, thing: type) -> Iterator[str]:
    abstract = inspect.isabstract(thing) or issubclass(thing, BaseException)
    yield f"`from {module} import {name}`" if abstract else _signature(name, thing)
    listed = import_module(module).__all__
    bases = [base.__name__ for base in thing.__mro__[1:] if base.__name__ in listed]
    if bases:
        yield "Also a " + ", ".join(f"`{base}`" for base in bases) + "."
    yield docstring_markdown(inspect.getdoc(thing) or "")
    for part, value in vars(thing).items():
        if part.startswith("_"):
            continue
        if isinstance(value, property):
            yield f"### {name}.{part}"
            yield docstring_markdown(inspect.getdoc(value) or "")
        elif inspect.isfunction(value) or isinstance(value, classmethod | staticmethod):
            bound = getattr(thing, part)
            yield f"### {name}.{part}()"
            yield _signature(f"{name}.{part}", bound, method=inspect.isfunction(value))
            yield docstring_markdown(inspect.getdoc(bound) or "")


def _constant(value: Any) -> str:
    """A short value as it is, a long one by its keys or its kind."""
    shown = repr(value)
    if isinstance(value, str) or len(shown) <= 120:
        return f"`{shown}`"
    return f"{'mapping' if isinstance(value, Mapping) else 'tuple'} of " + ", ".join(
        f"`{key}`" for key in value
    )


def _signature(name: str, thing: Any, *, method: bool = False) -> str:
    """How it is called, as Python code; annotations as they are written."""
    parameters = list(inspect.signature(thing).parameters.values())[1 if method else 0 :]
    words, star = [], False
    for parameter in parameters:
        kind = parameter.kind
        if kind is parameter.KEYWORD_ONLY and not star:
            words.append("*")
        star |= kind in (parameter.KEYWORD_ONLY, parameter.VAR_POSITIONAL)
        marks = {parameter.VAR_POSITIONAL: "*", parameter.VAR_KEYWORD: "**"}
        text = marks.get(kind, "") + parameter.name
        if parameter.annotation is not parameter.empty:
            text += f": {_annotation(parameter.annotation)}"
        if parameter.default is not parameter.empty:
            text += f" = {_default(parameter.default)}"
        words.append(text)
    given = inspect.signature(thing).return_annotation
    arrow = "" if given in (inspect.Signature.empty, None, "None") else f" -> {_annotation(given)}"
    line = f"{name}({', '.join(words)}){arrow}"
    if len(line) > _WIDTH:
        line = f"{name}(\n" + "".join(f"    {word},\n" for word in words) + f"){arrow}"
    return f"```python\n{line}\n```"


def _annotation(given: Any) -> str:
    text = given if isinstance(given, str) else getattr(given, "__name__", repr(given))
    return re.sub(r"\b(?:typing|collections\.abc)\.", "", text)


def _default(value: Any) -> str:
    # A dataclass hides its factories behind a mark of its own.
    return "{}" if "factory" in repr(value) else repr(value)
