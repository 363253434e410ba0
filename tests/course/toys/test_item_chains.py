"""Chains of items: the order tells the next one, and nothing else does."""

import numpy as np
import pytest

from longtail_course.toys import item_chains, shuffle_order
from longtail_lib import evaluate
from longtail_lib.models import EASE, SASRec, user_sequences


def test_each_item_follows_the_one_before_it_in_its_chain():
    parts = item_chains(n_users=40, n_chains=3, chain=7, seed=5)
    rows = user_sequences(parts, 9, ("train", "validation", "test"))
    for row in rows:
        walk = row[row >= 0]
        assert len(walk) >= 4
        assert len(set(walk // 7)) == 1
        np.testing.assert_array_equal(np.diff(walk) % 7, np.ones(len(walk) - 1))
    np.testing.assert_array_equal(rows[:, -1], parts.test.indices)
    np.testing.assert_array_equal(rows[:, -2], parts.validation.indices)


def test_a_chain_needs_five_items():
    with pytest.raises(ValueError, match="at least 5 items"):
        item_chains(chain=4)


def test_a_reader_of_order_finds_what_closed_forms_and_shuffled_histories_cannot():
    parts = item_chains(n_users=300)
    settings = {"dim": 16, "epochs": 30, "patience": None, "batch_size": 200}
    settings |= {"learning_rate": 0.01, "max_length": 10}
    found = {}
    for name, model, train in (
        ("order", SASRec(**settings), parts),
        ("shuffled", SASRec(**settings), shuffle_order(parts)),
        ("EASE", EASE(l2=1.0), parts),
    ):
        report = evaluate(model.fit(train), parts, k=1, metrics=["HitRate"], name=name)
        found[name] = report["overall", "HitRate@1"].value
    assert found["order"] > 2 * max(found["shuffled"], found["EASE"])
