"""Candidates ranked by the likelihood of their titles: by hand, as stored, and asked again."""

import json

import numpy as np
import pytest

from longtail_course.experiments import title_likelihood
from longtail_course.experiments.stored import split_of_results, stored_results
from longtail_course.experiments.title_likelihood import (
    CONDITIONS,
    PATH,
    candidates_of,
    ranking_table,
    reciprocal_ranks,
    scores_by_order,
)
from longtail_lib.language import LanguageModel, LikelihoodReranker, find_language_model
from longtail_lib.models import EASE
from longtail_lib.preprocessing import Split

STORED = json.loads(PATH.read_text(encoding="utf-8"))


@pytest.fixture(scope="module")
def parts():
    return split_of_results(stored_results(STORED["log"]), "leave-last-out").final()


@pytest.fixture(scope="module")
def orders(parts):
    return scores_by_order(STORED, parts)


def test_users_are_drawn_among_those_whose_item_is_within_reach():
    rng = np.random.default_rng(2)
    train = rng.random((60, 30)) < np.linspace(0.6, 0.05, 30)
    last = np.array([rng.choice(np.flatnonzero(~row)) for row in train])
    test = np.zeros_like(train)
    test[np.arange(60), last] = True
    small = Split.from_matrices(train.astype(int), test.astype(int), item_ids=np.arange(100, 130))
    model = EASE(l2=5.0).fit(small)
    rows, columns, wanted = candidates_of(model, small, 12, 6, seed=1)
    items, _ = model.recommend(small.user_ids, 6)
    reach = {row for row in range(60) if 100 + last[row] in items[row]}
    assert len(rows) == 12
    assert set(rows) <= reach
    assert sorted(rows) == rows.tolist()
    assert (columns[np.arange(12), wanted] == last[rows]).all()
    again = candidates_of(model, small, 12, 6, seed=2)[0]
    assert set(again) != set(rows)


def test_ties_share_the_mean_of_their_ranks():
    scores = np.array([[3.0, 2.0, 1.0], [1.0, 1.0, 1.0], [0.0, 5.0, 0.0]])
    found = reciprocal_ranks(scores, np.array([1, 0, 2]))
    assert found == pytest.approx([1 / 2, (1 + 1 / 2 + 1 / 3) / 3, (1 / 2 + 1 / 3) / 2])


def test_every_condition_is_stored_with_what_was_read():
    rows = {row["condition"]: row for row in STORED["rows"]}
    assert list(rows) == [*CONDITIONS, "listed"]
    n = len(STORED["users"])
    for name in CONDITIONS:
        assert np.shape(rows[name]["scores"]) == (n, 20)
        assert len(set(rows[name]["read"])) > 0.9 * n
    # Twenty titles after another user's history are read as often as after one's own.
    assert rows["another user's"]["tokens"] == pytest.approx(
        rows["own history"]["tokens"], rel=0.01
    )
    assert sum(rows["listed"]["counts"]) == 4 * n
    for own, place in zip(STORED["candidates"], STORED["wanted"], strict=True):
        assert len(set(own)) == 20
        assert 0 <= place < 20


def test_what_takes_the_history_away_brings_it_to_chance(orders):
    wanted = np.array(STORED["wanted"])
    mrr = {name: reciprocal_ranks(scores, wanted).mean() for name, scores in orders.items()}
    chance = np.mean(1 / np.arange(1, 21))
    for control in ("another user's history", "titles of other products"):
        assert mrr[f"likelihood, {control}"] == pytest.approx(chance, abs=0.04)
    assert mrr["likelihood"] > chance + 0.08
    assert mrr["words in common"] > chance + 0.08


def test_the_table_has_a_row_for_each_order_and_one_for_chance(parts):
    lines = ranking_table(parts=parts).splitlines()
    assert len(lines) == 2 + 9 + 1
    assert lines[-1].startswith("| by lot, expected | 0.180")


def test_asked_again_the_model_says_the_same(parts):
    try:
        find_language_model()
    except (FileNotFoundError, ValueError) as error:
        pytest.skip(f"the weights of SmolLM2-135M-Instruct: {error}")
    titles = [str(title).lower() for title in parts.items["title"].to_list()]
    place = {str(item): column for column, item in enumerate(parts.item_ids)}
    history, offered = (
        [titles[place[item]] for item in STORED[name][0]] for name in ("histories", "candidates")
    )
    model = LanguageModel()
    assert model.model_hash == STORED["model"]
    reranker = LikelihoodReranker(model, most_recent=title_likelihood.MOST_RECENT)
    [found] = reranker.rerank([history], [offered])
    stored = next(row for row in STORED["rows"] if row["condition"] == "own history")
    assert found.scores == pytest.approx(stored["scores"][0], abs=0.02)
