"""Our library beside its peers: the same work in turns, and whether the numbers agree.

    python benchmarks/peers/run.py                      everything, about a quarter of an hour
    python benchmarks/peers/run.py --only ease lists
    python benchmarks/peers/run.py --python PYTHON      peers that are installed already

The peers want other versions of numpy and pandas than the course, so they live in an environment
of their own, made from `requirements.lock` in the cache of downloads. The build of torch for
processors is in PyTorch's own index, whose address pip is told by PIP_EXTRA_INDEX_URL.

Each side is a process that prepares once and then takes turns with the others, so that load from
elsewhere falls on all. Each ratio is the median over turns. All run on one thread, since a thread
that waits for another is counted by the processor as if it worked; only `one_list` is measured on
all threads as well.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import os
import platform
import subprocess
import sys
import tempfile
import venv
from importlib.metadata import version
from pathlib import Path
from typing import Any

import agreement
import numpy as np
from inputs import INPUTS

HERE = Path(__file__).resolve().parent
RESULTS = HERE.parent / "results" / "peers.json"
LOCK = HERE / "requirements.lock"
# Comparison: the data, and for each side its file and task; a ratio is ours to theirs.
COMPARISONS: dict[str, tuple[str, dict[str, tuple[str, str]]]] = {
    "item_knn": (
        "movietweetings",
        {
            "ours": ("ours", "item_knn"),
            "implicit": ("with_implicit", "item_knn"),
            "lenskit": ("with_lenskit", "item_knn"),
        },
    ),
    "item_knn_dense": (
        "online_retail",
        {"ours": ("ours", "item_knn"), "implicit": ("with_implicit", "item_knn")},
    ),
    "item_knn_large": (
        "large",
        {"ours": ("ours", "item_knn"), "implicit": ("with_implicit", "item_knn")},
    ),
    "ease": ("online_retail", {"ours": ("ours", "ease"), "rectools": ("with_rectools", "ease")}),
    "als": ("movietweetings", {"ours": ("ours", "als"), "implicit": ("with_implicit", "als")}),
    "one_list": (
        "movietweetings",
        {
            "ours": ("ours", "one_list_als"),
            "ours_ease": ("ours", "one_list_ease"),
            "ours_item_knn": ("ours", "one_list_item_knn"),
            "implicit": ("with_implicit", "one_list_als"),
            "implicit_item_knn": ("with_implicit", "one_list_item_knn"),
        },
    ),
    "lists": ("lists", {"ours": ("ours", "lists"), "rectools": ("with_rectools", "lists")}),
    "lists_accuracy": (
        "lists",
        {"ours": ("ours", "lists_accuracy"), "rectools": ("with_rectools", "lists_accuracy")},
    ),
    "read": ("online_retail", {"ours": ("ours", "read"), "rectools": ("with_rectools", "read")}),
    "sasrec": ("sequences", {"ours": ("ours", "sasrec"), "rectools": ("with_rectools", "sasrec")}),
    "encode": (
        "texts",
        {
            "ours": ("ours", "encode"),
            "sentence-transformers": ("with_sentence_transformers", "encode"),
        },
    ),
}
ONE_THREAD = {
    **{f"{name}_NUM_THREADS": "1" for name in ("OMP", "OPENBLAS", "MKL", "RAYON", "LK")},
    **{f"TF_NUM_{name}_THREADS": "1" for name in ("INTRAOP", "INTEROP")},
}
OWN = ("ours", "with_implicit")


class Side:
    """One library's process."""

    def __init__(self, python: str, task: tuple[str, str], folder: Path, threads: bool) -> None:
        module, name = task
        environment = os.environ | ({} if threads else ONE_THREAD) | {"TF_CPP_MIN_LOG_LEVEL": "3"}
        self.process = subprocess.Popen(
            [python, str(HERE / "turns.py"), str(HERE / f"{module}.py"), name, str(folder)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
            cwd=HERE,
            env=environment | {"PYTHONPATH": f"{HERE}{os.pathsep}{HERE.parents[1]}"},
        )
        self.answer()

    def answer(self) -> dict[str, float]:
        line = self.process.stdout.readline()
        if not line:
            raise SystemExit(f"{self.process.args[2:]} ended with {self.process.wait()}")
        return json.loads(line)

    def ask(self, what: str) -> dict[str, float]:
        self.process.stdin.write(f"{what}\n")
        self.process.stdin.flush()
        return self.answer()


def peers_python(given: str | None) -> str:
    """Return the interpreter of the peers, after installing them where they are not."""
    if given:
        return given
    import pooch

    key = hashlib.sha256(LOCK.read_bytes()).hexdigest()[:12]
    folder = Path(pooch.os_cache("longtail_lib")) / f"peers-{key}"
    python = folder / ("Scripts/python.exe" if os.name == "nt" else "bin/python")
    ready = folder / "ready"
    if not ready.exists():
        venv.create(folder, with_pip=True, clear=True)
        pip = [str(python), "-m", "pip", "install", "--no-deps", "--require-hashes"]
        subprocess.run([*pip, "-r", str(LOCK)], check=True)
        ready.touch()
    return str(python)


def compare(name: str, python: str, folder: Path, turns: int, threads: bool) -> dict[str, Any]:
    """Let all sides take their turns, and ask what they found."""
    data, tasks = COMPARISONS[name]
    about = INPUTS[data](folder)
    sides = {
        side: Side(sys.executable if task[0] in OWN else python, task, folder, threads)
        for side, task in tasks.items()
    }
    found: dict[str, list[dict[str, float]]] = {side: [] for side in sides}
    for turn in range(turns):
        for side, process in sides.items():
            found[side].append(process.ask("turn"))
            print(name, turn + 1, side, found[side][-1], flush=True)
    facts = {}
    for side, process in sides.items():
        path = folder / f"{name}-{side}.npz"
        process.ask(str(path))
        facts[side] = dict(np.load(path))
        process.process.stdin.close()
        process.process.wait()
    result: dict[str, Any] = {"data": about, "turns": turns, "threads": "all" if threads else 1}
    for what in ("processor", "wall", "p95", "peak_megabytes"):
        values = {
            side: float(f"{np.median([each[what] for each in of]):.3g}")
            for side, of in found.items()
            if what in of[0]
        }
        if values:
            result[what if "mega" in what else f"{what}_seconds"] = values
    result["ours_to_theirs"] = {
        f"{ours} to {side}": {what: ratio(found[ours], found[side], what) for what in
                              ("processor", "wall")}
        for ours in sides
        for side in sides
        if ours.startswith("ours") and not side.startswith("ours")
    }  # fmt: skip
    agree = agreement.OF.get(name)
    if agree:
        result["agreement"] = agree(facts, folder)
    return result


def ratio(ours: list[dict], theirs: list[dict], what: str) -> float:
    """Return the median over turns of our seconds to theirs."""
    values = [a[what] / b[what] for a, b in zip(ours, theirs, strict=True)]
    return round(float(np.median(values)), 3)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--only", nargs="*", choices=list(COMPARISONS), default=list(COMPARISONS))
    parser.add_argument("--turns", type=int, default=5)
    parser.add_argument("--python", help="the interpreter of an environment that has the peers")
    parser.add_argument("--no-store", action="store_true", help="print only")
    options = parser.parse_args()
    python = peers_python(options.python)
    packages = ("lenskit", "rectools", "torch", "sentence-transformers", "numpy", "pandas")
    ask = f"from importlib.metadata import version as v; print(*map(v, {packages}))"
    versions = subprocess.run([python, "-c", ask], capture_output=True, text=True, check=True)
    stored = json.loads(RESULTS.read_text()) if RESULTS.exists() else {}
    stored |= {
        "what": "our library beside its peers; ratios are ours to theirs, below 1 is faster",
        "machine": {
            "cores": os.cpu_count(),
            "processor": platform.machine(),
            "python": platform.python_version(),
            **{name: version(name) for name in ("numpy", "scipy", "implicit", "tensorflow")},
        },
        "peers": dict(zip(packages, versions.stdout.split(), strict=True)),
    }
    for name in options.only:
        with tempfile.TemporaryDirectory() as folder:
            entry = compare(name, python, Path(folder), options.turns, False)
            if name == "one_list":
                every = compare(name, python, Path(folder), options.turns, True)
                entry = {"one_thread": entry, "all_threads": every}
        entry["load_average"] = round(os.getloadavg()[0], 1)
        stored.setdefault("comparisons", {})[name] = entry
        print(json.dumps({name: entry}, indent=1), flush=True)
        if not options.no_store:
            part = RESULTS.with_suffix(".part")
            part.write_text(json.dumps(stored, indent=1) + "\n")
            part.replace(RESULTS)


if __name__ == "__main__":
    main()
