"""BERT4Rec learns chains from both sides, and puts its mask where it belongs."""

import dataclasses

import numpy as np
import pytest

from longtail_lib.models import BERT4Rec
from longtail_lib.models.sequence._user_sequences import (
    MASK,
    PADDING,
    masked_batches,
    masked_places,
)

SMALL = {
    "dim": 16,
    "blocks": 1,
    "heads": 2,
    "max_length": 6,
    "dropout": 0.0,
    "epochs": 60,
    "batch_size": 96,
    "learning_rate": 0.02,
    "patience": None,
}


@pytest.fixture(scope="module")
def fitted(chains):
    return BERT4Rec(**SMALL).fit(chains)


def test_it_learns_what_comes_next(chains, fitted):
    items, _ = fitted.recommend(chains.user_ids, k=1)
    users = np.flatnonzero(np.diff(chains.validation.indptr))
    wanted = chains.item_ids[chains.validation[users].indices]
    # By chance about 1 in 45.
    assert np.mean(items[users, 0] == wanted) > 0.8


def test_new_sequences_after_loading(fitted, tmp_path):
    loaded = BERT4Rec.load(fitted.save(tmp_path / "model.npz"))
    np.testing.assert_array_equal(loaded.score([0, 5]), fitted.score([0, 5]))
    items, _ = loaded.recommend_for([[1002, 1003], [1017, 1018, 1019]], k=1)
    assert items[:, 0].tolist() == [1004, 1020]


def test_the_query_ends_with_a_mask(fitted):
    sequences = np.array([[PADDING, PADDING, 4, 5, 6, 7], [1, 2, 3, 4, 5, 6], [PADDING] * 6])
    assert fitted._query(sequences).tolist() == [
        [PADDING, 4, 5, 6, 7, MASK],
        [2, 3, 4, 5, 6, MASK],
        [PADDING] * 6,
    ]


@pytest.mark.parametrize("loss", ["cross-entropy", "bce", "gbce"])
def test_batches_hide_their_targets(loss, chains):
    rng = np.random.default_rng(0)
    batches = list(masked_batches(chains, 6, 8, rng, share=0.3, loss=loss, n_negatives=5))
    for batch in batches:
        item = np.array(batch["item"]).ravel()
        place, target = np.array(batch["place"]), np.array(batch["target"])
        assert (item[place] == MASK).all()
        assert (item == MASK).sum() == len(place)
        assert (target >= 0).all()
        assert len(place) == pytest.approx(0.3 * (item != PADDING).sum(), rel=0.1)
    assert ("negative" in batches[0]) == (loss != "cross-entropy")


def test_masks_fall_everywhere():
    real = np.random.default_rng(1).random((2000, 10)) < 0.8
    real[:, :3] = True
    place = masked_places(real, 2, np.random.default_rng(0))
    assert np.take_along_axis(real, place, axis=1).all()
    assert (np.diff(place, axis=1) > 0).all()
    share = np.bincount(place.ravel(), minlength=10)[:3] / 2000
    assert np.ptp(share) < 0.05


def test_two_fits_are_the_same(chains):
    few = SMALL | {"epochs": 2, "dropout": 0.2}
    one, two = BERT4Rec(**few).fit(chains), BERT4Rec(**few).fit(chains)
    np.testing.assert_array_equal(one.user_vectors_, two.user_vectors_)


def test_bad_input(chains):
    with pytest.raises(ValueError, match=r"max_length must be .* an item and the mask behind it"):
        BERT4Rec(**SMALL | {"max_length": 1}).fit(chains)
    with pytest.raises(ValueError, match="has no times"):
        BERT4Rec(**SMALL).fit(dataclasses.replace(chains, times=None))
