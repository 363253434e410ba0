"""BLAS has one thread inside, and afterwards as many as before, also where callers overlap."""

import threading
from importlib import import_module

import numpy as np
import pytest
from threadpoolctl import ThreadpoolController, threadpool_limits

from longtail_lib._one_blas_thread import one_blas_thread, one_thread_if_small
from longtail_lib.models import EASE, ImplicitALS, ItemKNN

SMALL = import_module("longtail_lib._one_blas_thread")._SMALL


def threads():
    found = ThreadpoolController().select(user_api="blas").lib_controllers
    assert found
    return {library.num_threads for library in found}


@pytest.fixture(autouse=True)
def _three_threads():
    """A number that no machine's own setting is mistaken for."""
    with threadpool_limits(limits=3, user_api="blas"):
        yield


def test_one_thread_inside_and_as_before_outside():
    with one_blas_thread():
        assert threads() == {1}
        with one_blas_thread():
            assert threads() == {1}
        assert threads() == {1}
    assert threads() == {3}


def test_an_error_gives_the_threads_back():
    with pytest.raises(KeyError), one_blas_thread():
        raise KeyError
    assert threads() == {3}


def test_large_products_keep_their_threads():
    with one_thread_if_small(SMALL + 1):
        assert threads() == {3}
    with one_thread_if_small(SMALL):
        assert threads() == {1}


def overlapping(second_context):
    """Enter second_context in another thread while this one is inside; leave this one first."""
    second_is_in, first_is_out = threading.Event(), threading.Event()

    def second():
        with second_context():
            second_is_in.set()
            first_is_out.wait(10)

    other = threading.Thread(target=second)
    with one_thread_if_small(1):
        other.start()
        entered = second_is_in.wait(0.3)
        noted = threads()
    first_is_out.set()
    other.join(10)
    assert not other.is_alive()
    assert second_is_in.is_set()
    return entered, noted


def test_two_requests_that_overlap_leave_the_threads_as_they_were():
    """Each restoring what it found would end with one thread: the second had found one."""
    assert overlapping(lambda: one_thread_if_small(1)) == (True, {1})
    assert threads() == {3}


def test_a_fit_waits_for_its_turn():
    assert overlapping(one_blas_thread) == (False, {1})
    assert threads() == {3}


class Watched(EASE):
    """EASE that notes how many threads BLAS has while it scores."""

    def _score(self, user_rows):
        self.noted = threads()
        return super()._score(user_rows)


def test_a_few_lists_are_scored_on_one_thread_and_many_on_all(make_split):
    train = (np.random.default_rng(0).random((700, 500)) < 0.02).astype(float)
    parts = make_split(train)
    model = Watched(l2=5.0).fit(parts)
    model.recommend(parts.user_ids[:3], k=5)
    assert model.noted == {1}
    model.recommend(parts.user_ids, k=5)
    assert model.noted == {3}
    assert threads() == {3}


@pytest.mark.parametrize(
    "model",
    [
        ItemKNN(n_neighbors=5),
        EASE(l2=5.0),
        EASE(l2=5.0, top_weights=4),
        ImplicitALS(factors=4, iterations=2),
    ],
    ids=repr,
)
@pytest.mark.parametrize("values", ["one", "rating"])
def test_one_user_alone_has_the_list_that_is_served_among_others(model, values, make_split):
    rng = np.random.default_rng(1)
    train = (rng.random((60, 90)) < 0.1) * (rng.integers(1, 6, (60, 90)) if values != "one" else 1)
    train[4] = 0
    parts = make_split(train.astype(float))
    model.fit(parts)
    items, scores = model.recommend(parts.user_ids, k=8)
    for row, user in enumerate(parts.user_ids):
        alone, its_scores = model.recommend([user], k=8)
        # Sums in another order may differ in their last bits.
        np.testing.assert_allclose(its_scores[0], scores[row], rtol=1e-5, atol=1e-6)
        apart = np.abs(np.diff(scores[row])) > 1e-5
        if apart.all():
            assert alone[0].tolist() == items[row].tolist()
    if isinstance(model, ItemKNN):
        together = model.score(np.arange(60))
        one_by_one = np.concatenate([model.score([row]) for row in range(60)])
        np.testing.assert_allclose(one_by_one, together, rtol=1e-6)
