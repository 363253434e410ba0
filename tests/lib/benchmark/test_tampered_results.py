"""Results that were changed by hand or by accident: refused, with the row where it is one."""

import json
from copy import deepcopy

import numpy as np
import pytest

from longtail_course.experiments import stored_results
from longtail_lib.benchmark import BenchmarkResults
from tests.lib.tampering import places, tampered


@pytest.fixture(scope="module")
def stored():
    """Three rows of the stored results of the shop, as JSON."""
    about = json.loads(stored_results("shop").to_json())
    about["rows"] = about["rows"][:3]
    return about


@pytest.fixture(scope="module")
def original(stored):
    return BenchmarkResults.from_json(json.dumps(stored)).to_json()


def test_it_is_read(stored, original):
    assert len(json.loads(original)["rows"]) == 3


def row(**fields):
    def change(about):
        about["rows"][1] |= fields

    return change


def value(place, number):
    def change(about):
        about["rows"][1]["values"][0][place] = number

    return change


def by_seed(*numbers):
    def change(about):
        about["rows"][1]["by_seed"][0][2:] = numbers

    return change


def again(about):
    about["rows"][1] = about["rows"][0]


def twice(about):
    about["rows"][1]["values"].append(about["rows"][1]["values"][0])


TAMPERED = {
    "a value above its range": value(2, 1.5),
    "a value that is text": value(2, "0.2"),
    "an interval upside down": value(3, 0.9),
    "users that are none": value(5, -1),
    "an unknown metric": value(1, "Luck@10"),
    "a metric without a cut-off": value(1, "NDCG"),
    "a seed too few": by_seed(0.2),
    "a seed's value above the range": by_seed(0.2, 0.2, 7.0),
    "seeds twice": row(seeds=[0, 0, 1]),
    "seeds of text": row(seeds="012"),
    "no seeds": row(seeds=[]),
    "parameters as a list": row(parameters=[1]),
    "tuning as a number": row(tuning=3),
    "negative seconds": row(fit_seconds=-1.0),
    "memory as text": row(peak_megabytes="much"),
    "a split that was not measured": row(split="daily"),
    "the same row twice": again,
    "a value twice": twice,
}


@pytest.mark.parametrize("tamper", TAMPERED.values(), ids=TAMPERED)
def test_a_tampered_row_is_named(stored, tmp_path, tamper):
    about = deepcopy(stored)
    tamper(about)
    path = tmp_path / "results.json"
    path.write_text(json.dumps(about))
    with pytest.raises(ValueError, match=r"results\.json: not the results .*row '"):
        BenchmarkResults.load(path)


def test_a_verdict_that_its_interval_contradicts_is_refused(stored):
    about = deepcopy(stored)
    decided = next(each for each in about["differences"]["random"] if each[-1] == "lower")
    decided[-1] = "higher"
    with pytest.raises(ValueError, match=r"were changed.*'higher'"):
        BenchmarkResults.from_json(json.dumps(about))


WRONG = [None, True, -1, 3, 0.5, float("nan"), 10**400, "a", [], [1], [[]], {}, {"a": 1}]


def tried(about):
    """The results, or the message that they are refused with."""
    try:
        return BenchmarkResults.from_json(json.dumps(about))
    except ValueError as error:
        return str(error)


@pytest.mark.parametrize("seed", range(4))
def test_nothing_but_a_clear_error_comes_of_any_change(stored, seed):
    rng = np.random.default_rng(seed)
    everywhere = [path for path in places(stored) if path]
    for _ in range(60):
        place = everywhere[rng.integers(len(everywhere))]
        about = tampered(stored, place, rng, WRONG)
        found = tried(about)
        if isinstance(found, str):
            assert found.startswith("not the results of `longtail benchmark`")
        else:
            # Whatever is accepted can be shown and written again.
            found.to_json()
            for key in found.rows:
                found.report(*key)
