from dataclasses import replace

import numpy as np
import pytest

from longtail_course.worlds import draw_feedback, fresh_feedback


def mean_log(parts, logs, **options):
    shown, chosen = 0, 0
    for seed in range(logs):
        log = fresh_feedback(parts, seed=seed, **options)
        shown, chosen = shown + log.shown.toarray(), chosen + log.chosen.toarray()
    return shown / logs, chosen / logs


def test_shares_are_those_of_the_truth(small_store):
    parts, preference, propensity = small_store
    logs = 200
    shown, chosen = mean_log(parts, logs)
    for found, chance in ((shown, propensity), (chosen, propensity * preference)):
        z = (found - chance) / np.sqrt(chance * (1 - chance) / logs)
        assert abs(z.mean()) < 4 / np.sqrt(z.size)
        assert z.std() == pytest.approx(1, abs=0.05)


def test_what_is_chosen_was_shown(small_store):
    parts, _, _ = small_store
    log = fresh_feedback(parts, seed=3)
    assert log.chosen.nnz > 0
    assert (log.chosen > log.shown).nnz == 0
    for matrix in log:
        assert matrix.dtype == np.float32
        assert matrix.indices.dtype == np.int32
        assert matrix.has_sorted_indices
        assert matrix.shape == (parts.n_users, parts.n_items)


def test_a_seed_gives_the_same_log_whatever_the_block(small_store, monkeypatch):
    parts, _, _ = small_store
    once = fresh_feedback(parts, seed=5)
    monkeypatch.setattr("longtail_course.worlds._fresh_feedback._BLOCK", 3 * parts.n_items)
    again = fresh_feedback(parts, seed=5)
    assert (once.shown != again.shown).nnz == (once.chosen != again.chosen).nnz == 0
    assert (once.shown != fresh_feedback(parts, seed=6).shown).nnz > 0


def test_seen_items_can_be_left_out(small_store):
    parts, _, _ = small_store
    every, less = fresh_feedback(parts), fresh_feedback(parts, exclude_seen=True)
    assert less.shown.multiply(parts.train).nnz == 0
    expected = every.shown - every.shown.multiply(parts.train)
    assert (less.shown != expected).nnz == 0
    with pytest.raises(ValueError, match="needs a split"):
        fresh_feedback(parts.truth, exclude_seen=True)


def test_drawn_logs_are_independent_of_each_other(small_store):
    _, preference, propensity = small_store
    shown, chosen = draw_feedback(preference, propensity, seed=1, logs=40)
    assert shown.shape == chosen.shape == (40, *preference.shape)
    assert not (chosen & ~shown).any()
    rest = shown - propensity
    between = (rest[:-1] * rest[1:]).sum() / np.sqrt((rest[:-1] ** 2).sum() * (rest[1:] ** 2).sum())
    assert abs(between) < 4 / np.sqrt(rest[1:].size)


def test_bad_input():
    with pytest.raises(ValueError, match="same cells"):
        draw_feedback([0.5], [0.5, 0.5])


def test_no_truth(small_store):
    with pytest.raises(ValueError, match="truth=True"):
        fresh_feedback(replace(small_store[0], truth=None))
