"""When does text help, and is it the text? Experiments whose results are stored.

Training everything three times takes many minutes, so lesson 16 reads what was stored under
`evidence/` by

    python -m longtail_course.experiments.text_experiments [DATASET ...]

Datasets that are not named keep what is stored of them.
"""

from __future__ import annotations

import argparse
import json
import os
import time
from collections.abc import Callable, Iterator, Sequence
from importlib.metadata import version
from pathlib import Path
from typing import Any

import numpy as np

from longtail_course.experiments.text_control_results import PATH
from longtail_course.experiments.text_probe import encoding_time, probe_rows, tagged_shares
from longtail_course.experiments.text_subjects import (
    CONTROLLED,
    PROTOCOLS,
    plain_models,
    text_models,
    texts_of,
)
from longtail_lib._write_file import write_file
from longtail_lib.models import EaseText, TextGate
from longtail_lib.preprocessing import Split

__all__ = ["SEEDS", "Experiments", "controlled_texts"]

SEEDS = (0, 1, 2)
_PACKAGES = ("numpy", "scipy", "keras", "tensorflow")
# Intervals are made when seeds are pooled.
_MEASURED = {"k": (10, 100), "metrics": ["NDCG"], "resamples": 100}
_KEPT = (("overall", "NDCG@10"), ("tail", "NDCG@10"), ("tail", "NDCG@100"))
# Others cost a training, or the inversion of a large matrix.
_SOME = {
    "EaseText, collective": ("real", "titles renamed", "all text shuffled"),
    "TwoTower, text gate": ("real", "all text shuffled"),
}


# What others read or blend with.
_SHARED = ("EaseScaled", "TwoTower", "TextTower")


class _ReadingEase(EaseText):
    """EaseText in its additive form, whose part from interactions is at hand."""

    solved: np.ndarray

    def _solve(self, parts: Split, *chosen: Any) -> np.ndarray:
        return self.solved.copy()


def controlled_texts(model: str, texts: Sequence[str]) -> list[str]:
    """Say which texts a model is given.

    Examples
    --------
    >>> controlled_texts("EaseText, collective", ["real", "words only"])
    ['real']
    """
    return [text for text in texts if text in _SOME.get(model, texts)]


class Experiments:
    """What is measured on one dataset, seed by seed.

    Parameters
    ----------
    dataset : {"shop", "movielens-small"}
    say : function or None
        Is given a line for each fit.
    """

    def __init__(self, dataset: str, say: Callable[[str], None] | None = None) -> None:
        from longtail_lib import load_dataset, prepare

        self.dataset, self.say = dataset, say
        data = load_dataset(dataset)
        self._data = prepare(data, min_rating=PROTOCOLS[dataset], min_user_interactions=5)
        self._seeds: list[int] = []
        self._groups: dict[str, list[Any]] = {}
        self._deciles: dict[str, list[Any]] = {}
        self._seconds: dict[str, list[float]] = {}
        # The catalogue and its order are the same for all seeds.
        self._first = self._split(SEEDS[0])
        self._texts = texts_of(self._first)
        self._about = {
            "popularity": _by_decile(self._first.final()),
            "encoding": encoding_time(self._first),
            "probe": probe_rows(self._first, self._texts),
            "tagged": tagged_shares(self._first),
        }

    def measure(self, seed: int) -> None:
        """Split, fit and measure all models with one seed."""
        for name, report, slices, took in _measured(
            self.dataset, self._split(seed), self._texts, seed
        ):
            self._groups.setdefault(name, []).append(report)
            if slices is not None:
                self._deciles.setdefault(name, []).append(slices)
                self._seconds.setdefault(name, []).append(took)
            if self.say is not None:
                overall, tail = report["NDCG@10"].value, report["tail", "NDCG@100"].value
                self.say(f"{self.dataset} {seed}: {name}  {overall:.4f} {tail:.4f} {took:.1f}")
        self._seeds.append(seed)

    def results(self) -> dict[str, Any]:
        """Pool the seeds so far, as `text_controls` reads them."""
        from longtail_lib.evaluation import compare, pool_reports

        pooled = {name: pool_reports(reports) for name, reports in self._groups.items()}
        plain = [pooled[name] for name in self._deciles]
        seconds = {name: float(np.median(each)) for name, each in self._seconds.items()}
        return {
            "reports": [_json(each) for each in plain],
            "deciles": [_json(pool_reports(each)) for each in self._deciles.values()],
            "against": {
                name: [_rounded(row) for row in compare(plain, baseline=name).rows]
                for name in dict.fromkeys(CONTROLLED.values())
            },
            "seconds": {name: round(each, 2) for name, each in seconds.items()},
            "controls": list(_control_rows(pooled)),
            **self._about,
            "about": {
                "split": "random; fitted on train and validation",
                "seeds": list(self._seeds),
                "min_rating": PROTOCOLS[self.dataset],
                "cores": os.cpu_count(),
                "users": self._first.n_users,
                "items": self._first.n_items,
                "train": int(self._first.final().train.nnz),
                "versions": {name: version(name) for name in _PACKAGES},
            },
        }

    def _split(self, seed: int) -> Split:
        from longtail_lib import split

        return split(self._data, how="random", seed=seed)


def _measured(
    dataset: str, parts: Split, texts: dict[str, np.ndarray], seed: int
) -> Iterator[tuple[str, Any, Any, float]]:
    """Yield name, report by group, report by decile (None for a control) and processor seconds."""
    from longtail_course.toys import popularity_deciles
    from longtail_lib import evaluate

    final = parts.final()
    slices = popularity_deciles(final.popularity)
    plain = plain_models(dataset, seed)
    took: dict[str, float] = {}
    refits: dict[int, Any] = {}

    def measure(name: str, model: Any, spent: float = 0.0, control: bool = False) -> Any:
        if isinstance(model, TextGate) and model.gate == "popularity":
            # Both of its models are there already, fitted on all that is known.
            both = {part: shared(getattr(model, part)) for part in ("model", "text")}
            model = TextGate(**{**model.get_params(), **both})
        if model.decides_on_validation:
            model.fit(parts)
        # Of the processor: what else runs on the machine does not count.
        start = time.process_time()
        known = shared(model) if name in _SHARED else last_fit(model)
        took[name] = spent + time.process_time() - start
        report = evaluate(known, final, name=name, **_MEASURED)
        # A user's numbers by decile decide nothing but the intervals.
        fine = None if control else evaluate(known, final, groups=slices, name=name, **_MEASURED)
        return name, report, fine, took[name]

    def last_fit(model: Any) -> Any:
        return model.refit(parts) if model.decides_on_validation else model.fit(final)

    def shared(model: Any) -> Any:
        if id(model) not in refits:
            # The model too, so that no other one gets its number.
            refits[id(model)] = model, last_fit(model)
        return refits[id(model)][1]

    for name, model in plain.items():
        yield measure(name, model)
    for text, vectors in texts.items():
        real = text == "real"
        wanted = [name for name in CONTROLLED if text in controlled_texts(name, list(texts))]
        models = text_models(
            dataset, vectors, plain["TwoTower"], seed, wanted=None if real else wanted
        )
        if "EaseText, additive" in models:
            reading = _ReadingEase(**models["EaseText, additive"].get_params())
            reading.solved = shared(plain["EaseScaled"]).weights_
            models["EaseText, additive"] = reading
        for name, model in models.items():
            spent = took["EaseScaled"] if name == "EaseText, additive" else 0.0
            if name == "TwoTower, text gate":
                spent = took["TwoTower"] + took.get("TextTower", 0.0)
            yield measure(_label(name, text), model, spent, control=not real)


def _label(model: str, text: str) -> str:
    return model if text == "real" else f"{model} | {text}"


def _control_rows(pooled: dict[str, Any]) -> Iterator[dict[str, Any]]:
    """Compare a model on each text with the same model without text, and with shuffled text."""
    from longtail_lib.evaluation import compare

    for model, without in CONTROLLED.items():
        shuffled = _label(model, "all text shuffled")
        names = [name for name in pooled if name == model or name.startswith(f"{model} | ")]
        reports = [pooled[name] for name in names]
        gains = compare([pooled[without], *reports], baseline=without)
        beyond = compare(reports, baseline=shuffled)
        for name in names:
            for group, metric in _KEPT:
                gain, extra = gains[name, group, metric], beyond[name, group, metric]
                yield {
                    "model": model,
                    "text": name.partition(" | ")[2] or "real",
                    "group": group,
                    "metric": metric,
                    "value": round(gain.value, 5),
                    "without": round(gains[without, group, metric].value, 5),
                    "gain": _interval(gain),
                    "beyond_shuffled": _interval(extra),
                    "users": gain.n,
                }


def _interval(row: Any) -> list[Any]:
    return [*(round(float(x), 5) for x in (row.difference, row.low, row.high)), row.verdict]


def _by_decile(parts: Split) -> list[float]:
    from longtail_course.toys import popularity_deciles

    slices, popularity = popularity_deciles(parts.popularity), parts.popularity
    return [round(float(popularity[slices.mask(name)].mean()), 2) for name in slices.names]


def _json(report: Any) -> Any:
    return json.loads(report.to_json())


def _rounded(row: Any) -> list[Any]:
    # NaN, of a group that nobody has in test, is no JSON.
    return [
        (None if np.isnan(each) else round(each, 6)) if isinstance(each, float) else each
        for each in row
    ]


def main(arguments: Sequence[str] | None = None) -> None:
    """Measure the datasets that are named, and store after each seed."""
    parser = argparse.ArgumentParser(description="Is it the text? Controls, deciles, probes.")
    parser.add_argument("datasets", nargs="*", metavar="DATASET", help=f"{', '.join(PROTOCOLS)}")
    parser.add_argument("--out", type=Path, default=PATH)
    options = parser.parse_args(arguments)
    unknown = sorted(set(options.datasets) - set(PROTOCOLS))
    if unknown:
        parser.error(f"unknown dataset {', '.join(unknown)}; known are {', '.join(PROTOCOLS)}")
    stored: dict[str, Any] = {"datasets": {}}
    if options.out.exists():
        stored = json.loads(options.out.read_text(encoding="utf-8"))
    subjects = [
        Experiments(dataset, say=lambda line: print(line, flush=True))
        for dataset in options.datasets or PROTOCOLS
    ]
    for seed in SEEDS:
        for each in subjects:
            each.measure(seed)
            stored["datasets"][each.dataset] = each.results()
            text = json.dumps(stored, ensure_ascii=False, separators=(",", ":")) + "\n"
            write_file(options.out, lambda file, text=text: file.write(text.encode("utf-8")))


if __name__ == "__main__":
    main()
