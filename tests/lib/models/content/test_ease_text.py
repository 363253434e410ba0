import numpy as np
import pytest

from longtail_lib.models import EASE, EaseText, ease, shuffled_vectors
from longtail_lib.models.content._item_vectors import text_space
from longtail_lib.models.content.ease_text import text_map

SETTINGS = {"l2": 20.0, "popularity_exponent": 0.2}


def brute_map(train, texts, l2, exponent):
    """The map's weights in float64, by inverses of small matrices."""
    popularity = (train != 0).sum(axis=0)
    scale = np.maximum(popularity, 1.0) ** -exponent
    scale *= np.sqrt((train**2).sum() / ((train * scale) ** 2).sum())
    users = (train * scale) @ texts
    a = users.T @ users
    identity = np.eye(texts.shape[1])
    learned = np.linalg.inv(a + l2 * identity) @ a @ np.linalg.inv(texts.T @ texts + identity)
    there = texts.any(axis=1)
    centred = np.where(there[:, None], texts - texts[there].mean(axis=0), 0)
    return scale[:, None] * texts @ learned @ centred.T


def in_float64(parts, texts):
    return parts.train.toarray().astype(float), texts.astype(float)


# --- the map between texts -----------------------------------------------------------------------


@pytest.mark.parametrize("l2", [1.0, 50.0])
@pytest.mark.parametrize("exponent", [0.0, 0.5])
def test_the_map_is_its_closed_form(parts, texts, l2, exponent):
    texts = texts.copy()
    texts[5] = 0
    speakers, candidates = text_map(parts, texts, l2, exponent)
    expected = brute_map(*in_float64(parts, texts), l2, exponent)
    np.testing.assert_allclose(speakers @ candidates.T, expected, atol=1e-5)


def test_the_map_minimises_what_it_says(parts, texts):
    """One-sided, at its limit: without the constants, M is ordinary least squares on both sides."""
    train, texts = in_float64(parts, texts)
    users = train @ texts
    best = np.linalg.pinv(users) @ train @ np.linalg.pinv(texts).T
    many = 1e4
    speakers, _ = text_map(parts, (many * texts).astype(np.float32), l2=1e-3, exponent=0.0)
    learned = np.linalg.pinv(many * texts) @ speakers
    np.testing.assert_allclose(learned * many**2, best, atol=0.02 * np.abs(best).max())


def test_scores_by_the_map_have_mean_zero_for_each_user(parts, texts):
    speakers, candidates = text_map(parts, texts, 1.0)
    scores = parts.train @ speakers @ candidates.T
    np.testing.assert_allclose(scores.mean(axis=1), 0, atol=1e-5)
    assert scores.std(axis=1).min() > 1e-3


# --- the two forms -------------------------------------------------------------------------------


def test_without_weight_for_texts_it_is_ease_to_the_bit(parts, texts):
    plain = EASE(**SETTINGS).fit(parts).weights_
    for form in ({}, {"form": "collective"}):
        model = EaseText(**SETTINGS, text_weight=0.0, tail_weight=0.0, vectors=texts, **form)
        weights = model.fit(parts).weights_
        if form:
            np.testing.assert_allclose(weights, plain, atol=1e-6)
        else:
            assert np.array_equal(weights, plain)


@pytest.mark.parametrize(
    ("text", "tail", "half"), [(0.3, 0.0, 3.0), (0.0, 0.7, 3.0), (0.2, 0.5, 20.0)]
)
def test_the_additive_form(parts, texts, text, tail, half):
    texts = text_space(texts, "whiten")
    model = EaseText(
        **SETTINGS, text_weight=text, tail_weight=tail, half_popularity=half, text_l2=5.0,
        space="raw", vectors=texts,
    ).fit(parts)  # fmt: skip
    train, texts = in_float64(parts, texts)
    plain = EASE(**SETTINGS).fit(parts).weights_.astype(float)
    by_text = brute_map(train, texts, 5.0, 0.5)
    users = train[train.any(axis=1)]
    s = (users @ plain).std() / (users @ by_text).std()
    popularity = (train != 0).sum(axis=0)
    expected = plain + s * by_text * (text + tail * half / (half + popularity))
    np.fill_diagonal(expected, 0)
    np.testing.assert_allclose(model.weights_, expected, atol=1e-4 * np.abs(expected).max())


@pytest.mark.parametrize("exponent", [0.0, 0.3])
def test_the_collective_form_is_ease_on_a_matrix_with_the_texts_below(parts, texts, exponent):
    model = EaseText(20.0, exponent, text_weight=0.5, form="collective", space="raw", vectors=texts)
    model.fit(parts)
    train, texts = in_float64(parts, texts)
    popularity = (train != 0).sum(axis=0)
    scale = np.maximum(popularity, 1.0) ** -exponent
    scale *= np.sqrt((train**2).sum() / ((train * scale) ** 2).sum())
    weight = 0.5 * train.sum() / (popularity > 0).sum()
    stacked = np.vstack([train * scale, np.sqrt(weight) * texts.T])
    inverse = np.linalg.inv(stacked.T @ stacked + 20 * np.eye(len(scale)))
    expected = -inverse / np.diag(inverse)
    np.fill_diagonal(expected, 0)
    np.testing.assert_allclose(model.weights_, scale[:, None] * expected, atol=2e-4)


def test_blocks_do_not_change_the_collective_weights(parts, texts, monkeypatch):
    model = EaseText(form="collective", vectors=texts)
    whole = model.fit(parts).weights_
    monkeypatch.setattr(ease, "_BLOCK", 7 * parts.n_items)
    np.testing.assert_allclose(model.fit(parts).weights_, whole, atol=1e-6)


def test_an_item_without_text_is_scored_as_by_ease(parts, texts):
    texts = texts.copy()
    texts[[2, 11]] = 0
    rows = np.arange(parts.n_users)
    own = EaseText(**SETTINGS, tail_weight=1.0, vectors=texts).fit(parts).score(rows)
    plain = EASE(**SETTINGS).fit(parts).score(rows)
    np.testing.assert_allclose(own[:, [2, 11]], plain[:, [2, 11]], atol=1e-6)
    assert np.abs(own - plain).max() > 0.01


# --- what it is for ------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "form", [{"tail_weight": 2.0}, {"form": "collective", "text_weight": 5.0}], ids=str
)
def test_among_cold_items_texts_find_the_right_ones_and_shuffled_texts_do_not(
    cold_parts, texts, form
):
    """The chance that a user's cold test item scores above a cold item that he did not choose."""
    cold = np.flatnonzero(cold_parts.popularity == 0)
    wanted = cold_parts.test[:, cold].toarray() > 0

    def order(vectors):
        model = EaseText(20.0, 0.2, text_l2=1.0, vectors=vectors, **form).fit(cold_parts)
        scores = model.score(np.arange(cold_parts.n_users))[:, cold]
        users = [user for user in range(len(wanted)) if 0 < wanted[user].sum() < len(cold)]
        return np.mean(
            [
                np.greater.outer(scores[user, wanted[user]], scores[user, ~wanted[user]]).mean()
                for user in users
            ]
        )

    by_ids = EASE(20.0, 0.2).fit(cold_parts).score(np.arange(cold_parts.n_users))
    assert (by_ids[:, cold] == 0).all()
    assert order(texts) > 0.6
    assert abs(np.mean([order(shuffled_vectors(texts, seed)) for seed in range(5)]) - 0.5) < 0.1


def test_too_many_items_for_memory(parts, texts, monkeypatch):
    monkeypatch.setattr(ease, "available_memory", lambda: 1_000)
    for form in ("additive", "collective"):
        with pytest.raises(MemoryError, match="EaseText: 90 items need"):
            EaseText(form=form, vectors=texts).fit(parts)
