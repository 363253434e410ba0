"""Results of a benchmark as JSON, with where they come from."""

from __future__ import annotations

import json
import os
import platform
from dataclasses import dataclass, field
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import TYPE_CHECKING, Any

from longtail_lib._write_file import write_file
from longtail_lib.benchmark._contestant import contestant
from longtail_lib.benchmark._row import (
    Row,
    by_name,
    line_of,
    need,
    row_json,
    stored_differences,
    stored_row,
)
from longtail_lib.evaluation import Comparison, Difference, Metric, Report

if TYPE_CHECKING:
    import polars as pl

    from longtail_lib.models import Recommender

__all__ = ["BenchmarkResults", "provenance"]

_FORMAT = 1
_PACKAGES = ("numpy", "scipy", "implicit", "optuna", "keras", "keras-rs", "tensorflow")


@dataclass
class BenchmarkResults:
    """What `run_benchmark` found; `results["random", "EASE"]` is a `Row`.

    Parameters
    ----------
    dataset : mapping
        Name, sizes and sha256 of the files.
    protocol : mapping
    provenance : mapping
        Versions and machine.
    rows : mapping of (split, model) to Row
    measured : mapping of split to mapping
        The protocol of the evaluation in words.
    differences : mapping of split to list of Difference
        Against the baseline, paired over users.
    baseline : str
    pairs : mapping of split to mapping of str to list of Difference
        Other paired comparisons, by the name of whom a recommender is compared with: its twin,
        which differs from it by one thing.
    """

    dataset: dict[str, Any]
    protocol: dict[str, Any]
    provenance: dict[str, Any]
    rows: dict[tuple[str, str], Row] = field(default_factory=dict)
    measured: dict[str, dict[str, Any]] = field(default_factory=dict)
    differences: dict[str, list[Difference]] = field(default_factory=dict)
    baseline: str = "EASE"
    pairs: dict[str, dict[str, list[Difference]]] = field(default_factory=dict)

    def __getitem__(self, key: tuple[str, str]) -> Row:
        if key not in self.rows:
            raise KeyError(
                f"no result for {key!r}; there are "
                f"{', '.join(f'{split}: {model}' for split, model in self.rows)}"
            )
        return self.rows[key]

    def build(self, split: str, model: str, seed: int = 0) -> Recommender:
        """Make the recommender of a row, unfitted, with the parameters that were found for it.

        Parameters
        ----------
        split, model : str
            Of the row; the model is one of `CONTESTANTS`.
        seed : int

        Returns
        -------
        Recommender
            What it wraps has the parameters of its own row on the same split.

        Raises
        ------
        ValueError
            The row is of a contestant that only its maker knows; use its `build_with`.
        """
        found = {name: row.parameters for (how, name), row in self.rows.items() if how == split}
        return contestant(self[split, model].model).build_with(found, seed)

    def models(self, split: str) -> list[str]:
        """Names of the recommenders measured on a split, in their order."""
        return [model for how, model in self.rows if how == split]

    def comparison(self, split: str) -> Comparison:
        """Paired differences against the baseline on one split."""
        if split not in self.differences:
            raise KeyError(f"no comparison for {split!r}: the baseline {self.baseline} is missing")
        return Comparison(self.baseline, tuple(self.differences[split]), 0.95)

    def pair(self, split: str, model: str, against: str) -> dict[tuple[str, str], Difference]:
        """Paired differences of a recommender from its twin, by group and "metric@k"."""
        found = self.pairs.get(split, {}).get(against, [])
        chosen = {(row.group, row.metric): row for row in found if row.model == model}
        if not chosen:
            raise KeyError(f"no comparison of {model} with {against} for {split!r}")
        return chosen

    def report(self, split: str, model: str) -> Report:
        """Values of one recommender as a `Report`, for tables and pictures."""
        row, about = self[split, model], self.measured[split]
        names = list(dict.fromkeys(name for _, name in row.values))
        return Report(
            model=model,
            metrics=tuple(dict.fromkeys(name.split("@")[0] for name in names)),
            ks=tuple(sorted({int(name.split("@")[1]) for name in names})),
            groups=tuple(dict.fromkeys(group for group, _ in row.values)),
            values=row.values,
            protocol=about,
            own_metrics=tuple(
                Metric.declared(each) for each in self.protocol["metrics"] if isinstance(each, dict)
            ),
        )

    def to_frame(self, digits: int | None = 4) -> pl.DataFrame:
        """All values as one polars frame, with a column for the split."""
        import polars as pl

        return pl.concat(
            self.report(*key).to_frame(digits).insert_column(0, pl.lit(key[0]).alias("split"))
            for key in self.rows
        )

    def to_json(self) -> str:
        """Write as JSON text, one line a value, so that a change reads well in version control."""
        about = {
            "format": _FORMAT,
            "dataset": self.dataset,
            "protocol": self.protocol,
            "provenance": self.provenance,
            "baseline": self.baseline,
            "measured": self.measured,
        }
        rows = ",\n".join(row_json(split, row) for (split, _), row in self.rows.items())
        pairs = ",\n".join(
            f"{line_of(split)}: {{\n{by_name(found)}\n}}" for split, found in self.pairs.items()
        )
        head = json.dumps(about, indent=1, ensure_ascii=False)[:-2]
        return (
            f'{head},\n"rows": [\n{rows}\n],\n"differences": {{\n{by_name(self.differences)}\n}},'
            f'\n"pairs": {{\n{pairs}\n}}\n}}\n'
        )

    @classmethod
    def from_json(cls, text: str) -> BenchmarkResults:
        """Read what `to_json` wrote."""
        try:
            about = json.loads(text)
            if about["format"] != _FORMAT:
                raise ValueError(f"format {about['format']}")
            for name in ("dataset", "protocol", "provenance", "measured", "differences"):
                need(isinstance(about[name], dict), f"{name} is {about[name]!r:.80}")
            need(isinstance(about["baseline"], str), f"baseline is {about['baseline']!r:.80}")
            own = [Metric.declared(m) for m in about["protocol"]["metrics"] if isinstance(m, dict)]
            rows: dict[tuple[str, str], Row] = {}
            for each in about["rows"]:
                key = each["split"], each["model"]
                try:
                    need(key not in rows, "it is there twice")
                    need(isinstance(about["measured"][key[0]], dict), "its protocol is missing")
                    rows[key] = stored_row(each, own)
                except Exception as error:
                    raise ValueError(f"row {key[0]!r}, {key[1]!r}: {error}") from error
            pairs = about.get("pairs", {}).items()
            return cls(
                about["dataset"],
                about["protocol"],
                about["provenance"],
                rows,
                about["measured"],
                stored_differences(about["differences"]),
                about["baseline"],
                {split: stored_differences(found) for split, found in pairs},
            )
        except Exception as error:
            raise ValueError(
                f"not the results of `longtail benchmark`, or they were changed "
                f"({type(error).__name__}: {error})"
            ) from error

    def save(self, path: str | os.PathLike[str]) -> Path:
        """Write to a file, which appears whole or not at all."""
        text = self.to_json()
        return write_file(path, lambda file: file.write(text.encode()))

    @classmethod
    def load(cls, path: str | os.PathLike[str]) -> BenchmarkResults:
        """Read a file that `save` wrote."""
        path = Path(path)
        if not path.is_file():
            raise FileNotFoundError(f"no results at {path}")
        try:
            return cls.from_json(path.read_text(encoding="utf-8"))
        except ValueError as error:
            raise ValueError(f"{path}: {error}") from error


def provenance() -> dict[str, Any]:
    """Versions of Python, of the library and of what computes, and the number of cores."""
    import longtail_lib

    versions = {"longtail_lib": longtail_lib.__version__}
    for package in _PACKAGES:
        try:
            versions[package] = version(package)
        except PackageNotFoundError:
            continue
    return {
        "python": platform.python_version(),
        "system": platform.system(),
        "cores": os.cpu_count(),
        "versions": versions,
    }
