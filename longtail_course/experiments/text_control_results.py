"""What the experiments on text found, read from the file that comes with the library."""

from __future__ import annotations

import json
import os
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from longtail_course.experiments.stored import EVIDENCE
from longtail_lib.evaluation import Comparison, Difference, Report

__all__ = ["PATH", "TextControls", "text_controls"]

PATH = EVIDENCE / "text_controls.json"


@dataclass(frozen=True, eq=False)
class TextControls:
    """Experiments on text of one dataset.

    Parameters
    ----------
    dataset : str
    reports : list of Report
        Each model overall and in head, mid and tail, pooled over seeds. A model is made by
        `contestant(name, SUBJECTS).build()`, with the names of `text_subjects.SUBJECTS`.
    deciles : list of Report
        The same in `popularity_deciles`.
    popularity : list of float
        Mean train interactions of an item of each decile.
    against : dict of str to Comparison
        Paired differences of all models from a baseline: keys "EaseScaled" and "TwoTower".
    seconds : dict of str to float
        Processor seconds of a fit (median over seeds), with the models that it wraps, without
        encoding. Two cores at work for one second are two.
    encoding : dict
        `texts`, and the processor `seconds` of encoding the catalogue once.
    controls : list of dict
        One for each model and text: value and paired difference from the same model without text
        and from the same model with all text shuffled.
    probe : list of dict
        One for each text, and one for its length: what it tells of popularity, hubs.
    tagged : dict of str to float
        Share of items with tags, in head, mid and tail; empty where no text has tags.
    about : dict
        Split, seeds, parameters, machine and versions.
    """

    dataset: str
    reports: list[Report]
    deciles: list[Report]
    popularity: list[float]
    against: dict[str, Comparison]
    seconds: dict[str, float]
    encoding: dict[str, float]
    controls: list[dict[str, Any]]
    probe: list[dict[str, Any]]
    tagged: dict[str, float] = field(default_factory=dict)
    about: Mapping[str, Any] = field(default_factory=dict)

    def report(self, model: str) -> Report:
        """Find the report of a model.

        Raises
        ------
        KeyError
            It was not measured.
        """
        for report in self.reports:
            if report.model == model:
                return report
        raise KeyError(
            f"no report of {model!r}; there are {', '.join(each.model for each in self.reports)}"
        )

    def decile_frame(self, metric: str = "NDCG@100", digits: int = 3) -> Any:
        """Show a metric of each model in each decile of the catalogue.

        Parameters
        ----------
        metric : str
        digits : int

        Returns
        -------
        polars.DataFrame
            Columns model, then one for each decile, the most popular first.

        Examples
        --------
        >>> text_controls("shop").decile_frame().columns[:3]
        ['model', '1', '2']
        """
        import polars as pl

        slices = [name for name in self.deciles[0].groups if name != "overall"]
        rows = [
            {"model": report.model, **{name: report[name, metric].value for name in slices}}
            for report in self.deciles
        ]
        return pl.DataFrame(rows).with_columns(pl.col(pl.Float64).round(digits) + 0.0)

    def kept(self, model: str, text: str, group: str = "tail", metric: str = "NDCG@100") -> float:
        """Give the share of the real text's gain that another text keeps.

        Parameters
        ----------
        model, text : str
        group, metric : str

        Returns
        -------
        float
            1 where the change costs nothing, 0 where it costs the whole gain, below 0 where the
            changed text does harm.

        Raises
        ------
        KeyError
            Nothing is stored for them.
        """
        gains = {
            row["text"]: row["gain"][0]
            for row in self.controls
            if (row["model"], row["group"], row["metric"]) == (model, group, metric)
        }
        if text not in gains:
            raise KeyError(f"no control {text!r} of {model!r}; there are {', '.join(gains)}")
        return gains[text] / gains["real"]

    def control_frame(
        self, model: str, group: str = "tail", metric: str = "NDCG@100", digits: int = 4
    ) -> Any:
        """Show what a model gains over the same model without text, text by text.

        Parameters
        ----------
        model : str
            As `CONTROLLED` names it.
        group, metric : str
            One of those stored.
        digits : int

        Returns
        -------
        polars.DataFrame
            Columns text, value, gain, low, high, verdict.

        Raises
        ------
        KeyError
            Nothing is stored for them.

        Examples
        --------
        >>> text_controls("shop").control_frame("EaseText, additive").columns
        ['text', 'value', 'gain', 'low', 'high', 'verdict']
        """
        import polars as pl

        rows = [
            row
            for row in self.controls
            if (row["model"], row["group"], row["metric"]) == (model, group, metric)
        ]
        if not rows:
            raise KeyError(f"no controls of {model!r} by {group} {metric}")
        frame = pl.DataFrame(
            {
                "text": [row["text"] for row in rows],
                "value": [row["value"] for row in rows],
                "gain": [row["gain"][0] for row in rows],
                "low": [row["gain"][1] for row in rows],
                "high": [row["gain"][2] for row in rows],
                "verdict": [row["gain"][3] for row in rows],
            }
        )
        return frame.with_columns(pl.col(pl.Float64).round(digits) + 0.0)

    def probe_frame(self, digits: int = 2) -> Any:
        """Show what each text tells of popularity.

        Parameters
        ----------
        digits : int

        Returns
        -------
        polars.DataFrame
            Columns features, r2 (held-out items), fitted (the same items), hub_skewness, never.
        """
        import polars as pl

        return pl.DataFrame(self.probe).with_columns(pl.col(pl.Float64).round(digits) + 0.0)


def text_controls(dataset: str, *, path: str | os.PathLike[str] | None = None) -> TextControls:
    """Read the stored experiments of a dataset.

    Parameters
    ----------
    dataset : {"shop", "movielens-small"}
    path : path or None
        A file that `python -m longtail_course.experiments.text_experiments` wrote; by default the
        one in this package.

    Returns
    -------
    TextControls

    Raises
    ------
    KeyError
        Nothing is stored for it.

    Examples
    --------
    >>> found = text_controls("shop")
    >>> found.about["seeds"][0], len(found.deciles[0].groups)
    (0, 11)
    """
    stored = json.loads(Path(path or PATH).read_text(encoding="utf-8"))
    if dataset not in stored["datasets"]:
        raise KeyError(
            f"no experiments on text are stored for {dataset!r}; there are some for "
            f"{', '.join(map(repr, stored['datasets']))}"
        )
    found = dict(stored["datasets"][dataset])
    for name in ("reports", "deciles"):
        found[name] = [Report.from_json(json.dumps(each)) for each in found[name]]
    found["against"] = {
        baseline: Comparison(baseline, tuple(_difference(row) for row in rows), 0.95)
        for baseline, rows in found["against"].items()
    }
    return TextControls(dataset=dataset, **found)


def _difference(row: list[Any]) -> Difference:
    return Difference(*(float("nan") if each is None else each for each in row))
