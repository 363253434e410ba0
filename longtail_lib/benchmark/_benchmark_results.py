"""Results of a benchmark as JSON, with where they come from."""

from __future__ import annotations

import json
import math
import os
import platform
from collections.abc import Iterable
from dataclasses import dataclass, field
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import TYPE_CHECKING, Any

from longtail_lib._write_file import write_file
from longtail_lib.benchmark._contestant import contestant
from longtail_lib.evaluation import Comparison, Difference, Metric, Report, Value

if TYPE_CHECKING:
    import polars as pl

    from longtail_lib.models import Recommender

__all__ = ["BenchmarkResults", "Row", "provenance"]

_FORMAT = 1
_PACKAGES = ("numpy", "scipy", "implicit", "optuna", "keras", "keras-rs", "tensorflow")


@dataclass(frozen=True)
class Row:
    """One recommender on one split."""

    model: str
    parameters: dict[str, Any]
    tuning: dict[str, Any]
    seeds: tuple[int, ...]
    values: dict[tuple[str, str], Value]
    by_seed: dict[tuple[str, str], list[float]]
    fit_seconds: float
    score_milliseconds: float
    peak_megabytes: float | None


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
        rows = ",\n".join(_row_json(split, row) for (split, _), row in self.rows.items())
        pairs = ",\n".join(
            f"{_line(split)}: {{\n{_by_name(found)}\n}}" for split, found in self.pairs.items()
        )
        head = json.dumps(about, indent=1, ensure_ascii=False)[:-2]
        return (
            f'{head},\n"rows": [\n{rows}\n],\n"differences": {{\n{_by_name(self.differences)}\n}},'
            f'\n"pairs": {{\n{pairs}\n}}\n}}\n'
        )

    @classmethod
    def from_json(cls, text: str) -> BenchmarkResults:
        """Read what `to_json` wrote."""
        try:
            about = json.loads(text)
            if about["format"] != _FORMAT:
                raise ValueError(f"format {about['format']}")
            rows = {(each["split"], each["model"]): _row(each) for each in about["rows"]}
            pairs = {split: _differences(found) for split, found in about.get("pairs", {}).items()}
            return cls(
                about["dataset"],
                about["protocol"],
                about["provenance"],
                rows,
                about["measured"],
                _differences(about["differences"]),
                about["baseline"],
                pairs,
            )
        except (ValueError, KeyError, TypeError, AttributeError) as error:
            raise ValueError(
                f"not the results of `longtail benchmark` ({type(error).__name__}: {error})"
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


def _row_json(split: str, row: Row) -> str:
    about = {
        "split": split,
        "model": row.model,
        "parameters": row.parameters,
        "tuning": row.tuning,
        "seeds": row.seeds,
        "fit_seconds": round(row.fit_seconds, 3),
        "score_milliseconds": round(row.score_milliseconds, 4),
        "peak_megabytes": row.peak_megabytes,
    }
    values = _lines((*key, *found) for key, found in row.values.items())
    by_seed = _lines((*key, *found) for key, found in row.by_seed.items())
    return f'{_line(about)[:-1]}, "values": [\n{values}\n], "by_seed": [\n{by_seed}\n]}}'


def _row(each: dict[str, Any]) -> Row:
    return Row(
        each["model"],
        each["parameters"],
        each["tuning"],
        tuple(each["seeds"]),
        {(group, name): Value(*map(_nan, found)) for group, name, *found in each["values"]},
        {(group, name): list(map(_nan, found)) for group, name, *found in each["by_seed"]},
        each["fit_seconds"],
        each["score_milliseconds"],
        each["peak_megabytes"],
    )


def _by_name(found: dict[str, list[Difference]]) -> str:
    return ",\n".join(f"{_line(name)}: [\n{_lines(rows)}\n]" for name, rows in found.items())


def _differences(found: dict[str, list[Any]]) -> dict[str, list[Difference]]:
    return {name: [Difference(*map(_nan, each)) for each in rows] for name, rows in found.items()}


def _lines(rows: Iterable[Iterable[Any]]) -> str:
    return ",\n".join(_line([_plain(value) for value in row]) for row in rows)


def _line(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False, allow_nan=False)


def _plain(value: Any) -> Any:
    if isinstance(value, float):
        return None if math.isnan(value) else round(value, 6)
    return value


def _nan(value: Any) -> Any:
    return float("nan") if value is None else value
