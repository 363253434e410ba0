from types import SimpleNamespace

import numpy as np
import pytest

from longtail_lib.models import Oracle


@pytest.fixture
def known(make_split):
    from dataclasses import replace

    parts = make_split(np.eye(4, 6))
    table = np.random.default_rng(0).random((4, 6))
    shown = np.random.default_rng(1).random((4, 6))
    truth = SimpleNamespace(
        user_ids=parts.user_ids,
        item_ids=parts.item_ids,
        preference=lambda rows: table[rows],
        propensity=lambda rows: shown[rows],
        shown=shown,
    )
    return replace(parts, truth=truth), table


def test_recommends_what_users_like_best_among_the_unseen(known):
    parts, table = known
    items, scores = Oracle().fit(parts).recommend(parts.user_ids, k=3)
    unseen = np.where(np.eye(4, 6) > 0, -1, table)
    assert np.array_equal(items, np.argsort(-unseen, axis=1)[:, :3])
    np.testing.assert_allclose(scores, -np.sort(-unseen, axis=1)[:, :3], rtol=1e-6)


def test_the_oracle_of_the_log_counts_what_is_shown(known):
    parts, table = known
    model = Oracle(of="log").fit(parts)
    expected = table * parts.truth.shown
    np.testing.assert_allclose(model.score(np.arange(4)), expected, rtol=1e-6)
    # Here the two oracles recommend different items, so neither stands for the other.
    assert (Oracle().fit(parts).score(np.arange(4)).argmax(1) != expected.argmax(1)).any()
    with pytest.raises(ValueError, match="of must be one of 'preference', 'log', got 'train'"):
        Oracle(of="train").fit(parts)


def test_saved_and_loaded_it_scores_alike(known, tmp_path):
    parts, _ = known
    model = Oracle(of="log").fit(parts)
    loaded = Oracle.load(model.save(tmp_path / "oracle.npz"))
    assert np.array_equal(loaded.score([2, 0]), model.score([2, 0]))
    assert loaded.of == "log"


def test_a_split_without_truth(make_split):
    with pytest.raises(ValueError, match="has no truth to rank by"):
        Oracle().fit(make_split(np.eye(3)))
