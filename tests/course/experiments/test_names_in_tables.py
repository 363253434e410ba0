"""Each name in a table of the evidence or of an experiment is a model that a reader can build."""

import re
from pathlib import Path

import numpy as np
import pytest

from longtail_course.experiments import debiased_results, stored_results, text_controls
from longtail_course.experiments.debiased_subjects import SUBJECTS, TABLES
from longtail_course.experiments.feedback_runs import RUNNERS, feedback_results
from longtail_course.experiments.text_subjects import SUBJECTS as TEXT_SUBJECTS
from longtail_lib.benchmark import CONTESTANTS, contestant
from longtail_lib.models import Recommender
from longtail_lib.testing import tiny_world

PAGE = Path(__file__).resolve().parents[3] / "docs" / "evidence.md"
# Named after the results of the shop were stored.
NOT_YET_MEASURED = {
    *("ContentTower", "ContentTowerContrastive", "LIGER", "EaseWords"),
    *("EaseShuffled", "KNNText", "KNNWords", "SASRecEaseText", "SASRecEaseWords"),
    *("Oracle", "OracleOfLog"),
}
# Models of tables of the course that need neither text nor training by gradient.
CHEAP = [
    *((name, RUNNERS) for name in RUNNERS),
    *((name, SUBJECTS) for name in ("Random", "Popularity", "ItemKNN", "EASE, exponent .25")),
]


def test_every_name_of_the_page():
    named = re.findall(r"^\| ([A-Z]\w+(?:, for the tail)?) \| ", PAGE.read_text("utf-8"), re.M)
    assert set(named) >= set(CONTESTANTS) - NOT_YET_MEASURED
    assert {name for name in named if name not in CONTESTANTS} == set()
    assert all(isinstance(contestant(name).build(), Recommender) for name in set(named))


@pytest.mark.parametrize(
    ("names", "known"),
    [
        (lambda: [loop.model for loop in feedback_results()], RUNNERS),
        (lambda: debiased_results()["model"].to_list(), SUBJECTS),
        (lambda: [name for _, names in TABLES.values() for name in names], SUBJECTS),
        (lambda: [each.model for each in text_controls("shop").reports], TEXT_SUBJECTS),
    ],
    ids=["feedback", "debiased", "tables of debiased", "text"],
)
def test_every_name_of_an_experiment(names, known):
    assert set(names()) <= set(known)
    for name in names():
        model = contestant(name, known).build()
        assert type(model) is known[name].model_class()
        assert not hasattr(model, "item_ids_")


@pytest.mark.parametrize(("name", "known"), CHEAP, ids=[name for name, _ in CHEAP])
def test_cheap_ones_are_fitted_and_recommend(name, known):
    parts = tiny_world()
    items, _ = contestant(name, known).build().fit(parts).recommend(parts.user_ids, k=3)
    assert items.shape == (3, 3)


@pytest.mark.parametrize("dataset", ["shop", "movielens-small", "music"])
def test_a_row_is_built_with_its_own_parameters(dataset):
    results = stored_results(dataset)
    for (split, name), row in results.rows.items():
        parameters = results.build(split, name, seed=2).get_params()
        assert {key: parameters[key] for key in row.parameters} == row.parameters
        for argument, wrapped in CONTESTANTS[name].wraps.items():
            inner = results[split, wrapped].parameters.items()
            assert inner <= parameters[argument].get_params().items()


def test_what_the_library_knows_is_what_was_found_on_the_shop():
    results = stored_results("shop")
    for name, each in CONTESTANTS.items():
        if name in NOT_YET_MEASURED:
            continue
        found = dict(results["random", name].parameters)
        # What is fixed by now and was searched then was found to be the same.
        for parameter in set(found) & set(each.fixed):
            assert found.pop(parameter) == each.fixed[parameter], name
        assert set(found) == set(each.tuned), name
        for parameter, value in each.tuned.items():
            same = value == found[parameter]
            assert same or np.isclose(value, found[parameter], rtol=5e-3), (name, parameter)


def test_what_is_not_yet_measured_is_not_stored():
    """Once it is, its name has to leave the list above."""
    rows = stored_results("shop").rows
    for name in NOT_YET_MEASURED:
        stored = rows.get(("random", name))
        assert stored is None or set(stored.parameters) != set(CONTESTANTS[name].tuned), name
