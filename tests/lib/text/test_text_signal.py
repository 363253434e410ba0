"""The text signal of a log: worked by hand, and against a loop over pairs."""

from itertools import combinations

import numpy as np
import polars as pl
import pytest

from longtail_lib.data import Dataset, DatasetCard
from longtail_lib.text import TfIdf, text_signal


def log_of(pairs, texts, times=None):
    users, items = zip(*pairs, strict=True)
    columns = {"user_id": users, "item_id": items}
    if times is not None:
        columns["timestamp"] = times
    return Dataset(
        interactions=pl.DataFrame(columns),
        items=pl.DataFrame({"item_id": list(texts), "text": list(texts.values())}),
        users=pl.DataFrame({"user_id": sorted(set(users))}),
        card=DatasetCard(name="made"),
    )


# Each word stands in as many texts as any other, so each weighs the same: two texts that share
# one of their two words have cosine 1/2.
TEXTS = {"a": "red lamp", "b": "red map", "c": "blue lamp", "d": "blue map"}


def test_worked_by_hand():
    data = log_of([(1, "a"), (1, "b"), (2, "a"), (2, "d"), (3, "c")], TEXTS)
    found = text_signal(data)
    # User 1: a-b 1/2. User 2: a-d 0. User 3 has no pair, and does not count in the shuffle.
    assert found.own == pytest.approx(1 / 4)
    assert found.users == 2
    # Interactions a, b, a, d; pairs of different items: ab 1/2 twice, ad 0 twice, bd 1/2 once.
    assert found.shuffled == pytest.approx((2 * 1 / 2 + 2 * 0 + 1 * 1 / 2) / 5)
    assert found.ratio == pytest.approx(5 / 6)


def test_consecutive_pairs_by_hand():
    pairs, times = [(1, "a"), (1, "d"), (1, "b"), (2, "c"), (2, "d")], [1, 3, 2, 9, 8]
    found = text_signal(log_of(pairs, TEXTS, times), pairs="consecutive")
    # User 1 in time: a b d, so ab 1/2 and bd 1/2; user 2: dc 1/2.
    assert found.own == pytest.approx(1 / 2)
    # The same, all pairs: user 1 has ad as well.
    everything = text_signal(log_of(pairs, TEXTS, times))
    assert everything.own == pytest.approx((1 / 3 + 1 / 2) / 2)


@pytest.fixture(scope="module")
def random_log():
    rng = np.random.default_rng(0)
    words = np.array(["red", "blue", "old", "new", "lamp", "map", "ship", "desk"])
    texts = {f"i{n:02d}": " ".join(rng.choice(words, 4)) for n in range(30)}
    ids = list(texts)
    pairs = [(user, ids[item]) for user in range(40) for item in rng.choice(30, 1 + user % 5)]
    return log_of(pairs, texts), pairs, texts


def test_against_a_loop_over_pairs(random_log):
    data, pairs, texts = random_log
    vectors = TfIdf().fit(texts.values()).encode(texts.values()).toarray()
    cosine = dict(zip(texts, vectors, strict=True))
    histories = {}
    for user, item in pairs:
        histories.setdefault(user, set()).add(item)
    histories = {user: items for user, items in histories.items() if len(items) > 1}
    own = [
        np.mean([cosine[i] @ cosine[j] for i, j in combinations(sorted(items), 2)])
        for items in histories.values()
    ]
    taken = [item for items in histories.values() for item in items]
    shuffled = [cosine[i] @ cosine[j] for i, j in combinations(taken, 2) if i != j]
    found = text_signal(data)
    assert found.own == pytest.approx(np.mean(own))
    assert found.shuffled == pytest.approx(np.mean(shuffled))


def test_texts_dealt_anew_have_no_signal():
    rng = np.random.default_rng(1)
    kinds = ["red lamp", "blue map", "old ship", "new desk"]
    ids = [f"i{n:03d}" for n in range(200)]
    texts = {key: kinds[place % 4] for place, key in enumerate(ids)}
    pairs = [(user, ids[4 * k + user % 4]) for user in range(400) for k in rng.choice(50, 5)]
    dealt = dict(zip(ids, rng.permutation(list(texts.values())), strict=True))
    assert text_signal(log_of(pairs, texts)).ratio == pytest.approx(4, rel=0.05)
    assert text_signal(log_of(pairs, dealt)).ratio == pytest.approx(1, rel=0.05)


def test_items_without_text_and_repeated_interactions_do_not_count():
    data = log_of([(1, "a"), (1, "b"), (1, "b"), (1, "e"), (2, "b"), (2, "c")], TEXTS | {"e": None})
    plain = log_of([(1, "a"), (1, "b"), (2, "b"), (2, "c")], TEXTS)
    assert text_signal(data).own == pytest.approx(text_signal(plain).own)
    assert text_signal(data).shuffled == pytest.approx(text_signal(plain).shuffled)


def test_what_cannot_be_measured_is_told():
    data = log_of([(1, "a"), (2, "b")], TEXTS)
    with pytest.raises(ValueError, match="has two different items with text"):
        text_signal(data)
    with pytest.raises(ValueError, match="has no column 'plot'; it has 'item_id', 'text'"):
        text_signal(data, column="plot")
    with pytest.raises(ValueError, match="has no times; take pairs='all'"):
        text_signal(data, pairs="consecutive")
    with pytest.raises(ValueError, match="pairs must be one of 'all', 'consecutive'"):
        text_signal(data, pairs="next")
    with pytest.raises(ValueError, match="has text in column 'text'"):
        text_signal(log_of([(1, "a"), (1, "b")], {"a": None, "b": ""}))
