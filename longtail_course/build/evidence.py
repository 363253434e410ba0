"""The README's evidence: tables and pictures made from stored benchmark results."""

from __future__ import annotations

import re
from pathlib import Path

__all__ = ["EVIDENCE", "evidence_files", "write_evidence"]

# Stored results, in the order in which the README shows them.
EVIDENCE = ("shop", "movielens-small")
_PICTURES = "docs/pictures"
_BEGIN, _END = "<!-- evidence: begin -->", "<!-- evidence: end -->"
_SPLIT = "random"
# The picture leaves out what is further below the best: it would squeeze all others together.
_NEAR = 0.85


def evidence_files(root: Path) -> dict[Path, bytes]:
    """What the README and its pictures must be, by path.

    Raises
    ------
    ValueError
        The README lacks the two marks between which the evidence stands.
    KeyError
        Results are missing.
    """
    readme = (root / "README.md").read_text(encoding="utf-8")
    if readme.count(_BEGIN) != 1 or readme.count(_END) != 1:
        raise ValueError(f"README.md must hold {_BEGIN} and {_END} once each")
    files, blocks = {}, []
    for name in EVIDENCE:
        block, picture = _block(name)
        blocks.append(block)
        files[root / _PICTURES / f"evidence_{name}.png"] = picture
    text = f"{_BEGIN}\n\n" + "\n\n".join(blocks) + f"\n\n{_END}"
    pattern = re.compile(f"{re.escape(_BEGIN)}.*{re.escape(_END)}", re.DOTALL)
    files[root / "README.md"] = pattern.sub(lambda _: text, readme).encode()
    return files


def write_evidence(root: Path) -> list[Path]:
    """Write tables and pictures; each file appears whole or not at all."""
    files = evidence_files(root)
    for path, content in files.items():
        part = path.with_name(path.name + ".part")
        part.write_bytes(content)
        part.replace(path)
    return list(files)


def _block(name: str) -> tuple[str, bytes]:
    from longtail_lib.benchmark import evidence_table
    from longtail_course.experiments import paired_table, stored_results
    from longtail_lib.evaluation import frontier
    from longtail_course.pictures import frontier_plot

    results = stored_results(name)
    reports = [results.report(_SPLIT, model) for model in results.models(_SPLIT)]
    least = _NEAR * max(report["NDCG@10"].value for report in reports)
    reports = [report for report in reports if report["NDCG@10"].value >= least]
    found = frontier(reports, x=("overall", "NDCG@10"), y=("overall", "TailShare@10"))
    title = f"{name}, {_SPLIT} split: who comes near the best, and what of the tail is shown"
    picture = frontier_plot(found, title=title)
    text = re.sub(r"\s+", " ", picture.alt_text).replace("[", "(").replace("]", ")")
    image = f"![{text}]({_PICTURES}/evidence_{name}.png)"
    parts = [evidence_table(results), paired_table(results, _SPLIT), image]
    return "\n\n".join(part for part in parts if part), picture.png()
