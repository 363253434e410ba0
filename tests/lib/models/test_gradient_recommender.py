import json
import os
import signal
import subprocess
import sys
import time
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from longtail_lib.models import Popularity
from longtail_lib.models._training_progress import validation_ndcg

sys.path.insert(0, str(Path(__file__).parent))
from factors import Factors

EARLY = {"epochs": 40, "patience": 3}


@pytest.fixture(scope="module")
def validated(parts):
    return replace(parts, validation=parts.test)


@pytest.fixture(scope="module")
def uninterrupted(validated):
    return Factors(**EARLY).fit(validated)


def test_the_loop_teaches_more_than_popularity(parts, recall):
    model = Factors(epochs=25).fit(parts)
    assert recall(model, parts) > 1.1 * recall(Popularity().fit(parts), parts)
    assert list(model.history_) == ["loss"]
    assert model.history_["loss"].shape == (25,)
    assert model.history_["loss"][-1] < 0.8 * model.history_["loss"][0]
    assert model.best_epoch_ == 25


def test_two_fits_agree_and_seeds_differ(parts):
    one, same, other = (
        Factors(epochs=3, seed=seed).fit(parts).score(np.arange(20)) for seed in (4, 4, 5)
    )
    assert np.array_equal(one, same)
    assert not np.allclose(one, other, atol=1e-3)


def test_keras_global_seed_is_not_needed(parts):
    import keras

    scores = []
    for seed in (1, 2):
        keras.utils.set_random_seed(seed)
        scores.append(Factors(epochs=2).fit(parts).score([0]))
    assert np.array_equal(*scores)


def test_training_stops_early_and_keeps_the_best_weights(uninterrupted, validated):
    ndcg = uninterrupted.history_["validation NDCG@10"]
    best = int(np.argmax(ndcg))
    assert uninterrupted.best_epoch_ == best + 1
    assert len(ndcg) == best + 1 + 3 < 40
    assert validation_ndcg(uninterrupted.score, validated) == pytest.approx(ndcg.max(), abs=1e-9)
    assert ndcg[-1] < ndcg.max()
    # The network holds the kept weights, too.
    users = uninterrupted.network_.get_weights()[0]
    assert np.array_equal(users, uninterrupted.user_vectors_)


def test_without_patience_the_last_weights_are_kept(validated, uninterrupted):
    epochs = len(uninterrupted.history_["loss"])
    model = Factors(epochs=epochs).fit(validated)
    assert np.array_equal(model.history_["loss"], uninterrupted.history_["loss"])
    assert not np.array_equal(model.user_vectors_, uninterrupted.user_vectors_)


def test_a_saved_model_scores_and_remembers_alike(uninterrupted, tmp_path):
    loaded = Factors.load(uninterrupted.save(tmp_path / "model.npz"))
    assert np.array_equal(loaded.score([3, 5]), uninterrupted.score([3, 5]))
    assert loaded.best_epoch_ == uninterrupted.best_epoch_
    for name, values in uninterrupted.history_.items():
        assert np.array_equal(loaded.history_[name], values)


def test_an_exception_in_the_middle_costs_nothing(validated, uninterrupted, tmp_path, monkeypatch):
    original = Factors._batches

    def fails(self, parts, epoch, rng):
        if epoch == 7:
            raise KeyboardInterrupt
        return original(self, parts, epoch, rng)

    monkeypatch.setattr(Factors, "_batches", fails)
    with pytest.raises(KeyboardInterrupt):
        Factors(checkpoint=tmp_path, **EARLY).fit(validated)
    trained = []
    monkeypatch.setattr(
        Factors,
        "_batches",
        lambda self, parts, epoch, rng: trained.append(epoch) or original(self, parts, epoch, rng),
    )
    model = Factors(checkpoint=tmp_path, **EARLY).fit(validated)
    assert trained[0] == 7
    _assert_equal(model, uninterrupted)
    # A fit that has ended is not trained again.
    trained.clear()
    _assert_equal(Factors(checkpoint=tmp_path, **EARLY).fit(validated), uninterrupted)
    assert trained == []


KILLED = """
import sys, time
from dataclasses import replace
sys.path.insert(0, sys.argv[1])
from conftest import clusters
from factors import Factors

parts = clusters()
original = Factors._batches
def slowly(self, parts, epoch, rng):
    time.sleep(0.15)
    return original(self, parts, epoch, rng)
Factors._batches = slowly
Factors(epochs=40, patience=3, checkpoint=sys.argv[2]).fit(replace(parts, validation=parts.test))
"""


@pytest.mark.slow
def test_a_killed_training_goes_on_with_its_best_weights(validated, uninterrupted, tmp_path):
    # Killed when the best epoch already lies behind.
    wanted = uninterrupted.best_epoch_ + 1
    process = subprocess.Popen(
        [sys.executable, "-c", KILLED, str(Path(__file__).parent), str(tmp_path)], env=os.environ
    )
    try:
        file = tmp_path / "training.npz"
        deadline = time.monotonic() + 120
        epochs = 0
        while epochs < wanted:
            assert process.poll() is None, "the training ended before it was killed"
            assert time.monotonic() < deadline
            time.sleep(0.05)
            epochs = _epochs(file)
    finally:
        process.send_signal(signal.SIGKILL)
        process.wait()
    assert wanted <= _epochs(file) < len(uninterrupted.history_["loss"])
    _assert_equal(Factors(checkpoint=tmp_path, **EARLY).fit(validated), uninterrupted)


def test_a_checkpoint_of_other_parameters_or_data_is_refused(validated, parts, tmp_path):
    Factors(epochs=1, checkpoint=tmp_path).fit(validated)
    with pytest.raises(ValueError, match=r"learning_rate was 0\.02 and is 0\.03"):
        Factors(epochs=1, checkpoint=tmp_path, learning_rate=0.03).fit(validated)
    with pytest.raises(ValueError, match=r"validation part was .* and is"):
        Factors(epochs=1, checkpoint=tmp_path).fit(parts)


def test_patience_without_validation_says_what_to_do(parts):
    with pytest.raises(ValueError, match=r"patience=3 .* is empty; split .* patience=None"):
        Factors(patience=3).fit(parts)


def test_a_loss_that_is_no_number_ends_the_fit(parts):
    with pytest.raises(ValueError, match=r"the loss of epoch \d is .*smaller learning_rate"):
        Factors(learning_rate=1e30).fit(parts)


def test_the_bar_shows_loss_and_validation_ndcg(validated, capfd):
    Factors(epochs=2, patience=1, progress=True).fit(validated)
    shown = capfd.readouterr().err
    assert "Factors" in shown
    assert "2/2" in shown
    assert "loss=0." in shown
    assert "validation NDCG@10=0." in shown
    Factors(epochs=1).fit(validated)
    assert capfd.readouterr().err == ""


def _epochs(file: Path) -> int:
    if not file.exists():
        return 0
    with np.load(file) as stored:
        return len(json.loads(stored["about"].tobytes())["state"]["loss"])


def _assert_equal(model, other):
    assert np.array_equal(model.user_vectors_, other.user_vectors_)
    assert np.array_equal(model.item_vectors_, other.item_vectors_)
    assert model.best_epoch_ == other.best_epoch_
    for name, values in other.history_.items():
        assert np.array_equal(model.history_[name], values)
