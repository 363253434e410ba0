from types import SimpleNamespace

import numpy as np
import pytest

from longtail_lib.models import Oracle


@pytest.fixture
def known(make_split):
    from dataclasses import replace

    parts = make_split(np.eye(4, 6))
    table = np.random.default_rng(0).random((4, 6))
    truth = SimpleNamespace(
        user_ids=parts.user_ids, item_ids=parts.item_ids, preference=lambda rows: table[rows]
    )
    return replace(parts, truth=truth), table


def test_recommends_what_users_like_best_among_the_unseen(known):
    parts, table = known
    items, scores = Oracle().fit(parts).recommend(parts.user_ids, k=3)
    unseen = np.where(np.eye(4, 6) > 0, -1, table)
    assert np.array_equal(items, np.argsort(-unseen, axis=1)[:, :3])
    np.testing.assert_allclose(scores, -np.sort(-unseen, axis=1)[:, :3], rtol=1e-6)


def test_saved_and_loaded_it_scores_alike(known, tmp_path):
    parts, _ = known
    model = Oracle().fit(parts)
    loaded = Oracle.load(model.save(tmp_path / "oracle.npz"))
    assert np.array_equal(loaded.score([2, 0]), model.score([2, 0]))


def test_a_split_without_truth(make_split):
    with pytest.raises(ValueError, match="has no truth to rank by"):
        Oracle().fit(make_split(np.eye(3)))
