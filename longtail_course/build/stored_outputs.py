"""Defects in what a notebook has stored: errors, machine paths, pictures without alt text."""

import re

from nbformat import NotebookNode

MOST_BYTES = 1_000_000
_MACHINE_PATH = re.compile(
    r"(?<![\w.:/<])/(?:home|root|Users|work|tmp|private|opt|usr|var)/|\b[A-Z]:\\\\?[A-Z]"
)
_NUMBER = re.compile(r"(?<![\w.])\d*\.\d+(?![\w.]*\w)")


def output_defects(notebook: NotebookNode, size: int, root: str) -> list[str]:
    """Defects of one executed notebook.

    Parameters
    ----------
    notebook : NotebookNode
        The notebook as it is stored.
    size : int
        Bytes of its file.
    root : str
        The checkout's own path, which no output may show.
    """
    defects = []
    if size > MOST_BYTES:
        defects.append(f"{size / 1e6:.1f} MB; at most {MOST_BYTES / 1e6:.0f} MB")
    code = [cell for cell in notebook.cells if cell.cell_type == "code"]
    for number, cell in enumerate(code, start=1):
        where = f"code cell {number}"
        if cell.source.strip() and cell.execution_count is None:
            defects.append(f"{where} was not executed")
        kinds = {(output.output_type, output.get("name")) for output in cell.outputs}
        if ("error", None) in kinds:
            defects.append(f"{where} has stored an error")
        if ("stream", "stderr") in kinds:
            defects.append(f"{where} writes to stderr")
        text = shown_text(cell)
        path = _MACHINE_PATH.search(text)
        if path or root in text:
            defects.append(
                f"{where} shows a path of this machine: {path.group() if path else root}"
            )
        following = code[number] if number < len(code) else None
        if has_picture(cell) and not _has_alt(cell, following):
            defects.append(f"{where} shows a picture without alt text ('Picture: ...')")
    return defects + typed_numbers(notebook)


def verdict_defects(notebook: NotebookNode, wanted: str) -> list[str]:
    """Check cells whose verdict does not start with `wanted`."""
    defects = []
    for cell in notebook.cells:
        if "check" in cell.metadata.get("tags", []):
            text = shown_text(cell).strip()
            if not text.startswith(wanted):
                name = cell.metadata.nbgrader.grade_id
                defects.append(f"{name} says {text[:40]!r}; expected {wanted!r}")
    return defects


def has_picture(cell: NotebookNode) -> bool:
    """Whether a cell has stored a picture."""
    return any(
        kind.startswith("image/")
        for output in cell.get("outputs", [])
        for kind in output.get("data", {})
    )


def shown_text(cell: NotebookNode) -> str:
    """All text of a cell's outputs, plain text first."""
    parts = []
    for output in cell.get("outputs", []):
        data = output.get("data", {})
        parts += [output.get("text", "")]
        parts += [
            data[kind] for kind in ("text/plain", "text/markdown", "text/html") if kind in data
        ]
    return "\n".join("".join(part) for part in parts)


def _has_alt(cell: NotebookNode, following: NotebookNode | None) -> bool:
    texts = shown_text(cell) + "\n" + (shown_text(following) if following else "")
    return bool(
        re.search(r"^Picture: *\S", texts, re.M) or re.search(r"\balt=['\"]\s*\w", shown_text(cell))
    )


def typed_numbers(notebook: NotebookNode) -> list[str]:
    """Numbers with two or more decimals in the prose that no output and no code shows."""
    shown = []
    for cell in notebook.cells:
        text = f"{shown_text(cell)}\n{cell.source}" if cell.cell_type == "code" else ""
        shown += [float(number) for number in re.findall(r"\d*\.\d+|\d+", text)]
    missing = []
    for cell in notebook.cells:
        if cell.cell_type != "markdown":
            continue
        for number in _NUMBER.findall(_claims(cell.source)):
            decimals = len(number.split(".")[1])
            same = (abs(round(value, decimals) - float(number)) < 1e-9 for value in shown)
            if decimals >= 2 and not any(same):
                missing.append(number)
    return [f"the prose says {number}, which no output shows" for number in dict.fromkeys(missing)]


def _claims(text: str) -> str:
    """The prose without references, quotations, links and versions of Python."""
    text = re.sub(r"^## References\s*$.*?(?=^## |\Z)", "", text, flags=re.M | re.S)
    text = re.sub(r"^>.*$", "", text, flags=re.M)
    text = re.sub(r"https?://\S+|\]\([^)]*\)", "", text)
    return re.sub(r"Python \d\.\d+", "", text)
