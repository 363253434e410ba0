"""Estimates against the distribution that the stream was drawn from."""

import numpy as np
import pytest

from longtail_lib.models import StreamFrequency


def zipf(n_items, exponent=1.0):
    weights = 1 / np.arange(1, n_items + 1) ** exponent
    return weights / weights.sum()


def read(frequency, truth, n, seed=0, batch=500):
    stream = np.random.default_rng(seed).choice(len(truth), size=n, p=truth)
    for start in range(0, n, batch):
        frequency.update(stream[start : start + batch])
    return stream


def test_estimates_meet_the_true_frequencies_of_head_and_tail():
    truth = zipf(300)
    frequency = StreamFrequency(buckets=300, n_items=300, rate=0.02, start=300)
    read(frequency, truth, 150_000)
    errors = np.log(frequency.probability(np.arange(300)) / truth)
    # A mean of gaps with weight .02 on the newest has a relative error of about sqrt(.01) = .1.
    assert errors.std() == pytest.approx(0.1, abs=0.03)
    assert abs(errors[:50].mean()) < 0.05
    assert abs(errors[-100:].mean()) < 0.05
    # The uniform guess it started from, for comparison.
    assert np.log(1 / 300 / truth).std() > 0.8


def test_items_that_come_several_times_a_batch_are_not_mistaken_for_certain_ones():
    truth = np.array([0.6, 0.3, 0.1])
    frequency = StreamFrequency(buckets=3, n_items=3, rate=0.005, start=3)
    read(frequency, truth, 50_000, batch=1000)
    np.testing.assert_allclose(frequency.probability(np.arange(3)), truth, rtol=0.12)


def test_a_few_appearances_already_outweigh_the_start():
    truth = zipf(1000)
    frequency = StreamFrequency(buckets=1000, n_items=1000, start=1000)
    read(frequency, truth, 20_000)
    # Chosen by what is true, not by what was seen: that would favour lucky items.
    often = np.flatnonzero(20_000 * truth >= 12)
    errors = np.log(frequency.probability(often) / truth[often])
    assert abs(errors.mean()) < 0.1
    assert errors.std() < 0.3
    assert np.log(1 / 1000 / truth[often]).std() > 0.9


@pytest.mark.parametrize("batch", [1, 7, 400])
def test_batches_are_only_how_the_stream_is_read(batch):
    truth = zipf(40)
    stream = np.random.default_rng(3).choice(40, size=2800, p=truth)
    whole = StreamFrequency(buckets=40, n_items=40)
    whole.update(stream)
    cut = StreamFrequency(buckets=40, n_items=40)
    for start in range(0, len(stream), batch):
        returned = cut.update(stream[start : start + batch])
    np.testing.assert_allclose(cut.gaps, whole.gaps, rtol=1e-12)
    assert np.array_equal(returned, cut.probability(stream[-len(returned) :]))


def test_one_item_by_hand():
    frequency = StreamFrequency(buckets=2, n_items=2, rate=0.25, start=9)
    frequency.update(np.array([1, 1, 0, 0, 1]))
    # Item 1 at times 1, 2 and 5: gaps 1, 1 and 3, averaged plainly.
    assert frequency.probability(np.array([1]))[0] == pytest.approx(3 / 5)
    # Item 0 at times 3 and 4: gaps 3 and 1.
    assert frequency.probability(np.array([0]))[0] == pytest.approx(1 / 2)
    assert StreamFrequency(buckets=2, n_items=2, start=9).probability(np.array([0]))[0] == 1 / 9


def test_an_item_that_never_comes_gets_less_likely_all_the_time():
    frequency = StreamFrequency(buckets=3, n_items=3, start=3)
    for turn in range(1, 6):
        frequency.update(np.array([0, 1] * 50))
        assert frequency.probability(np.array([2]))[0] == 1 / (100 * turn)


def test_it_follows_a_stream_that_changes():
    frequency = StreamFrequency(buckets=100, n_items=100, rate=0.05, start=100)
    read(frequency, zipf(100), 50_000)
    read(frequency, zipf(100)[::-1], 100_000, seed=1)
    errors = np.log(frequency.probability(np.arange(100)) / zipf(100)[::-1])
    assert abs(errors.mean()) < 0.1
    assert errors.std() < 0.3


def test_more_hashes_mend_collisions():
    truth = zipf(400)
    errors = {}
    for hashes in (1, 4):
        frequency = StreamFrequency(buckets=200, hashes=hashes, start=200, n_items=400)
        read(frequency, truth, 60_000)
        errors[hashes] = np.log(frequency.probability(np.arange(400)) / truth).mean()
    # Collisions add frequencies up, so all errors are upwards.
    assert errors[1] > 0.5
    assert errors[4] < 0.6 * errors[1]


def test_a_restored_state_goes_on_alike():
    truth = zipf(50)
    one = StreamFrequency(buckets=50, n_items=50)
    read(one, truth, 2000)
    other = StreamFrequency(buckets=50, n_items=50)
    other.restore(one.state())
    read(one, truth, 2000, seed=1)
    read(other, truth, 2000, seed=1)
    assert np.array_equal(one.gaps, other.gaps)
    assert one.time == other.time == 4000
    other.restore({})
    assert other.time == 0
    assert other.probability(np.arange(50)).tolist() == [1 / 1000] * 50
