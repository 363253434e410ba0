"""What models know of the tail and what they show of it: by hand, and as it is stored."""

import json
from types import SimpleNamespace

import numpy as np
import polars as pl
import pytest

from longtail_course.experiments import tail_places
from longtail_course.experiments.tail_places import (
    RESERVED,
    K,
    classes_of,
    measure_places,
    with_reserved,
)
from longtail_lib.models import EASE, Random, Recommender
from longtail_lib.preprocessing import Split
from longtail_lib.tail import popularity_groups


@pytest.fixture(scope="module")
def parts():
    """Two hundred users and sixty items whose popularity falls like one over the rank."""
    rng = np.random.default_rng(4)
    chance = np.minimum(0.9, 6 / np.arange(1, 61))
    chance[-6:] = 0
    train = rng.random((200, 60)) < chance
    test = (rng.random((200, 60)) < 0.06) & ~train
    return Split.from_matrices(
        train.astype(int),
        test.astype(int),
        user_ids=np.arange(200),
        item_ids=np.arange(100, 160),
        items=pl.DataFrame({"item_id": np.arange(100, 160)}),
        users=pl.DataFrame({"user_id": np.arange(200)}),
        how="by hand",
        name="sixty items",
    )


def test_measuring_one_log_keeps_the_rows_of_all_others(tmp_path, monkeypatch):
    """And is told of the models that it measures, not of those that are stored."""
    path, asked = tmp_path / "places.json", []

    def one_row(model, parts, name):
        asked.append(name)
        return {"own": {}, "reserved": {}}

    results = {
        log: SimpleNamespace(
            rows={("leave-last-out", "EASE"): None},
            build=lambda how, model: SimpleNamespace(refit=lambda parts: None),
        )
        for log in ("one", "two")
    }
    monkeypatch.setattr(tail_places, "LOGS", ("one", "two"))
    monkeypatch.setattr(tail_places, "stored_results", results.__getitem__)
    monkeypatch.setattr(
        tail_places, "split_of_results", lambda results, how: SimpleNamespace(final=lambda: None)
    )
    monkeypatch.setattr(tail_places, "measure_places", one_row)
    for log in ("two", "one"):
        tail_places.run_places(path, [log])
    rows = json.loads(path.read_text())["rows"]
    assert [row["log"] for row in rows] == ["one", "two"]
    assert asked == ["EASE", "EASE"]


def test_classes_part_the_tail_half_and_nothing_else(parts):
    counts = parts.popularity
    groups, tail = classes_of(counts), popularity_groups(counts).mask("tail")
    assert np.array_equal(~groups.mask("others"), tail)
    for name, low, high in (("cold", 0, 0), ("rare", 1, 3), ("tail", 4, 10**9)):
        mask = groups.mask(name)
        assert np.array_equal(mask, tail & (counts >= low) & (counts <= high))
    assert groups.mask("cold").sum() >= 6


def test_a_catalogue_that_is_mostly_cold_has_cold_items_among_the_others():
    groups = classes_of([5, 0, 0, 0, 0, 0, 0, 0])
    assert groups.sizes.tolist() == [4, 0, 0, 4]


@pytest.mark.parametrize("model", [EASE(l2=5.0), Random(seed=3)])
def test_every_list_ends_with_two_of_the_tail_that_the_model_ranks_first(model, parts):
    fitted = model.fit(parts)
    tail = popularity_groups(parts.popularity).mask("tail")
    lists = with_reserved(fitted, parts, tail)
    scores = fitted.score(np.arange(parts.n_users))
    scores[parts.train.toarray() > 0] = -np.inf
    for (user,), each in lists.group_by("user_id"):
        shown = each.sort("rank")["item_id"].to_numpy() - 100
        assert tail[shown].tolist() == [False] * (K - RESERVED) + [True] * RESERVED
        for where, found in ((~tail, shown[:-RESERVED]), (tail, shown[-RESERVED:])):
            best = np.sort(scores[user][where])[::-1][: len(found)]
            assert np.sort(scores[user][found])[::-1] == pytest.approx(best)


def test_hits_and_purchases_are_those_counted_one_by_one(parts):
    fitted = EASE(l2=5.0).fit(parts)
    found = measure_places(fitted, parts, "EASE")
    groups = classes_of(parts.popularity)
    users = np.flatnonzero(np.diff(parts.test.indptr))
    items, _ = fitted.recommend(users, K)
    for name in groups.names:
        wanted = {
            (user, 100 + item)
            for user in users
            for item in parts.test[user].indices
            if groups.mask(name)[item]
        }
        shown = {(user, item) for user, row in zip(users, items, strict=True) for item in row}
        assert found["own"][name]["purchases"] == len(wanted)
        assert found["own"][name]["hits"] == len(wanted & shown)
    assert found["own"]["overall"]["hits"] == sum(
        found["own"][name]["hits"] for name in groups.names
    )


def test_who_knows_the_tail_shows_it_in_the_places_that_are_kept(parts):
    """A model that scores test items highest within the tail, but any head item above them."""

    class KnowsTheTail(Recommender):
        def _fit(self, parts):
            tail = popularity_groups(parts.popularity).mask("tail")
            self.scores_ = (parts.test.toarray() - 10 * tail).astype(np.float32)

        def _score(self, user_rows):
            return self.scores_[user_rows]

    model = KnowsTheTail().fit(parts)
    found = measure_places(model, parts, "knows")
    names = ("tail", "rare", "cold")
    own, kept = (sum(found[kind][name]["hits"] for name in names) for kind in ("own", "reserved"))
    per_user = classes_of(parts.popularity).labels[parts.test.indices] > 0
    owner = np.repeat(np.arange(200), np.diff(parts.test.indptr))
    most = np.minimum(np.bincount(owner[per_user], minlength=200), RESERVED).sum()
    assert own < 0.05 * most
    assert kept == most
