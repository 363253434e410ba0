"""A trial table that was changed by hand or by accident: refused with its file and its trial."""

import json
from copy import deepcopy

import numpy as np
import pytest

from longtail_lib import tune
from longtail_lib.tuning import Tuning
from longtail_lib.tuning._plan import planned
from longtail_lib.tuning._tune import read_table_file
from tests.lib.tampering import places, tampered

SPACE = {"x": ("float", 0, 1), "y": ["good", "bad"]}


@pytest.fixture(scope="module")
def plan(parts):
    from tests.lib.tuning.conftest import Peaked

    return planned(Peaked, parts, SPACE, "NDCG@10", None, None, None, {})


@pytest.fixture(scope="module")
def table(parts, tmp_path_factory):
    """What a search of twelve trials stored; some failed."""
    from tests.lib.tuning.conftest import Peaked

    path = tmp_path_factory.mktemp("table") / "table.json"
    tune(Peaked, parts, SPACE, trials=12, storage=path)
    return json.loads(path.read_text())


def written(path, table):
    path.write_text(json.dumps(table))
    return path


def test_the_table_is_read(plan, table, tmp_path):
    assert len(read_table_file(written(tmp_path / "t.json", table), plan)) == 12


def changed(table, place, **fields):
    table = deepcopy(table)
    table["trials"][place] |= fields
    return table


def value_of(table, number, place, number_there):
    table = deepcopy(table)
    table["trials"][number]["values"][0][place] = number_there
    return table


def copied(table, source, target):
    return changed(
        table, target, parameters=table["trials"][source]["parameters"], state="complete"
    )


TAMPERED = {
    "a number twice": lambda t: changed(t, 3, number=2),
    "a number too large": lambda t: changed(t, 3, number=9),
    "a number that is none": lambda t: changed(t, 3, number=True),
    "no number": lambda t: changed(t, 3, number="3"),
    "a value above the range": lambda t: value_of(t, 3, 2, 1.7),
    "a value below the range": lambda t: value_of(t, 3, 2, -0.1),
    "no finite value": lambda t: value_of(t, 3, 2, float("inf")),
    "text as value": lambda t: value_of(t, 3, 2, "0.9"),
    "an interval upside down": lambda t: value_of(t, 3, 3, 0.99999),
    "users that are none": lambda t: value_of(t, 3, 5, 2.5),
    "another group": lambda t: value_of(t, 3, 0, "tail"),
    "another metric": lambda t: value_of(t, 3, 1, "NDCG@11"),
    "an unknown metric": lambda t: value_of(t, 3, 1, "Luck@10"),
    "complete without values": lambda t: changed(t, 3, values=[]),
    "failed with values": lambda t: changed(t, 3, state="failed", reason="no luck"),
    "failed without a reason": lambda t: changed(t, 3, state="failed", values=[]),
    "complete for a reason": lambda t: changed(t, 3, reason="no luck"),
    "an unknown state": lambda t: changed(t, 3, state="won"),
    "a repetition of nothing": lambda t: changed(t, 3, state="repeated"),
    "parameters of another trial": lambda t: copied(t, 1, 3),
    "parameters outside of the space": lambda t: changed(t, 3, parameters={"x": 7.0, "y": "bad"}),
    "no choice": lambda t: changed(t, 3, parameters={"x": 0.5, "y": "ugly"}),
    "a parameter too few": lambda t: changed(t, 3, parameters={"x": 0.5}),
    "a parameter of text": lambda t: changed(t, 3, parameters={"x": "0.5", "y": "bad"}),
    "parameters as a list": lambda t: changed(t, 3, parameters=[0.5, "bad"]),
    "negative seconds": lambda t: changed(t, 3, seconds=-1),
    "seconds of text": lambda t: changed(t, 3, seconds="long"),
    "an unknown field": lambda t: changed(t, 3, colour="red"),
}


@pytest.mark.parametrize("tamper", TAMPERED.values(), ids=TAMPERED)
def test_a_tampered_trial_is_named(plan, table, tmp_path, tamper):
    path = written(tmp_path / "table.json", tamper(table))
    with pytest.raises(ValueError, match=r"table\.json .*trial 3.*name another file, or delete it"):
        read_table_file(path, plan)


WRONG = [None, True, -1, 3, 0.5, float("nan"), 10**400, "a", [], [1], [[]], {}, {"a": 1}]
# What a file alone cannot give away: words, durations, points of the space, and values that could
# have been measured.
FREE = {"seconds", "reason", "protocol", "values", "x"}


def tried(path, plan):
    """The trials of a table, or the message that it is refused with."""
    try:
        return [trial.to_dict() for trial in read_table_file(path, plan)]
    except ValueError as error:
        return str(error)


@pytest.mark.parametrize("seed", range(8))
def test_nothing_but_a_clear_error_comes_of_any_change(plan, table, tmp_path, seed):
    rng = np.random.default_rng(seed)
    everywhere = [path for path in places(table) if path]
    original = [trial.to_dict() for trial in Tuning.from_json(json.dumps(table)).records]
    for _ in range(60):
        place = everywhere[rng.integers(len(everywhere))]
        spoilt = tampered(table, place, rng, WRONG)
        path = written(tmp_path / "table.json", spoilt)
        found = tried(path, plan)
        if isinstance(found, str):
            assert str(path) in found
        else:
            # A table that ends sooner is one of a shorter search.
            same = found == original[: len(found)]
            assert same or FREE & {*place}, place
