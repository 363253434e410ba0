import numpy as np
import pytest

from longtail_lib.models import ContentKNN, Popularity, Random


def cosines(vectors):
    """Similarities by plain loops; 0 with an item without text."""
    n = len(vectors)
    found = np.zeros((n, n))
    for i in range(n):
        for j in range(n):
            lengths = np.linalg.norm(vectors[i]) * np.linalg.norm(vectors[j])
            found[i, j] = vectors[i].astype(float) @ vectors[j] / lengths if lengths else 0
    return found


@pytest.mark.parametrize("exponent", [0.0, 0.5, -0.3])
def test_the_profile_form_is_the_mean_cosine(parts, texts, exponent):
    texts = texts.copy()
    texts[[4, 9]] = 0
    model = ContentKNN(texts, space="raw", popularity_exponent=exponent).fit(parts)
    similarity, train = cosines(texts), parts.train.toarray()
    scores = model.score(np.arange(parts.n_users))
    for user in (0, 17, 50):
        seen = np.flatnonzero(train[user])
        expected = similarity[seen].mean(axis=0)
        expected *= np.where(expected > 0, (1 + parts.popularity) ** exponent, 1)
        expected[[4, 9]] = -2
        np.testing.assert_allclose(scores[user], expected, atol=1e-5)


def test_the_neighbour_form_keeps_the_most_similar_warm_items(parts, texts):
    model = ContentKNN(texts, n_neighbors=4, space="raw").fit(parts)
    weights = model.weights_.toarray()
    similarity = cosines(texts)
    np.fill_diagonal(similarity, -1)
    similarity[parts.popularity == 0] = -1
    for item in range(parts.n_items):
        best = np.argsort(-similarity[:, item])[:4]
        best = best[similarity[best, item] > 0]
        expected = np.zeros(parts.n_items)
        expected[best] = similarity[best, item]
        np.testing.assert_allclose(weights[:, item], expected, atol=1e-6)


def test_blocks_do_not_change_the_weights(parts, texts, monkeypatch):
    whole = ContentKNN(texts, n_neighbors=5).fit(parts).weights_
    monkeypatch.setattr("longtail_lib.models.content.content_knn._BLOCK", 7 * parts.n_items)
    pieces = ContentKNN(texts, n_neighbors=5).fit(parts).weights_
    np.testing.assert_allclose(pieces.toarray(), whole.toarray(), atol=1e-6)


@pytest.mark.parametrize("n_neighbors", [None, 20])
@pytest.mark.parametrize("space", ["whiten", "centre"])
def test_cold_items_are_found_where_ids_find_none(cold_parts, texts, recall, n_neighbors, space):
    own = recall(ContentKNN(texts, n_neighbors, space).fit(cold_parts), cold_parts)
    chance = recall(Random().fit(cold_parts), cold_parts)
    assert recall(Popularity().fit(cold_parts), cold_parts) == 0
    assert own > 1.7 * chance


def test_centring_takes_away_what_all_texts_share(cold_parts, texts, recall):
    shared = texts + 3 * np.eye(1, texts.shape[1], texts.shape[1] - 1, dtype=np.float32)
    assert cosines(shared).mean() > 0.8
    raw = ContentKNN(shared, space="raw").fit(cold_parts)
    centred = ContentKNN(shared, space="centre").fit(cold_parts)
    rows = np.arange(cold_parts.n_users)
    assert raw.score(rows).std() < 0.3 * centred.score(rows).std()


@pytest.mark.parametrize("n_neighbors", [None, 10])
def test_an_item_without_text_comes_last(parts, texts, n_neighbors):
    texts = texts.copy()
    texts[3] = 0
    scores = ContentKNN(texts, n_neighbors).fit(parts).score(np.arange(parts.n_users))
    assert (scores[:, 3] == scores.min(axis=1)).all()


def test_a_negative_exponent_prefers_rare_items(parts, texts):
    def mean_popularity(exponent):
        model = ContentKNN(texts, popularity_exponent=exponent).fit(parts)
        return parts.popularity[model.recommend(parts.user_ids, k=10)[0]].mean()

    assert mean_popularity(0.5) > mean_popularity(0.0) > mean_popularity(-0.5)
