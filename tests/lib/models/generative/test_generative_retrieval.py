from dataclasses import replace

import numpy as np
import pytest
from scipy.special import log_softmax

from longtail_lib.models import (
    GenerativeRetrieval,
    NotFittedError,
    Popularity,
    Random,
    shuffled_vectors,
)
from longtail_lib.models._training_progress import validation_ndcg
from longtail_lib.models.generative._decoding import TokenDecoder
from longtail_lib.tuning import default_space

SMALL = {
    "levels": 2,
    "codes": 8,
    "dim": 16,
    "max_length": 6,
    "epochs": 25,
    "batch_size": 32,
    "learning_rate": 1e-2,
    "patience": None,
}


@pytest.fixture(scope="module")
def model(histories, vectors):
    return GenerativeRetrieval(vectors, **SMALL).fit(histories)


def ndcg(model, parts):
    return validation_ndcg(model.score, parts)


def test_it_learns_what_comes_next(model, histories):
    assert ndcg(model, histories) > 2 * ndcg(Popularity().fit(histories), histories)
    assert model.history_["loss"][-1] < 0.7 * model.history_["loss"][0]


def test_scores_are_probabilities_of_the_whole_catalogue(model, histories):
    scores = model.score(np.arange(20))
    assert scores.shape == (20, histories.n_items)
    assert scores.dtype == np.float32
    assert np.exp(scores.astype(float)).sum(axis=1) == pytest.approx(1, abs=1e-4)


def test_the_loss_is_the_sum_of_cross_entropies_that_the_decoder_gives(model):
    from longtail_lib.models.generative._generative_network import GenerativeNetwork

    codes = np.array([[0, 1, 0], [1, 0, 1], [1, 2, 0]], dtype=np.int32)
    sizes = (2, 3, 2)
    network = GenerativeNetwork(
        codes, sizes, dim=8, blocks=1, heads=2, max_length=4, dropout=0.0, seed=3
    )
    network.build()
    rng = np.random.default_rng(0)
    network.set_weights([rng.normal(size=w.shape).astype("f") * 0.5 for w in network.weights])
    rows = np.array([[-1, 3, 0, 2], [-1, -1, 3, 1]], dtype=np.int32)
    x = {
        "rows": rows,
        "step": np.array([1, 2, 3, 6, 0], dtype=np.int32),
        "item": np.array([0, 2, 1, 1, 0], dtype=np.int32),
        "weight": np.array([1, 1, 1, 1, 0], dtype=np.float32),
    }
    states = np.array(network(x))
    decoder = TokenDecoder(network.decoder_arrays())
    losses = []
    for step, item in zip(x["step"][:4], x["item"][:4], strict=True):
        state, own = states.reshape(-1, 8)[step], 0.0
        for level in range(3):
            prefix = codes[item, :level].reshape(1, 1, level)
            own -= log_softmax(decoder.logits(state[None], prefix)[0, 0])[codes[item, level]]
        losses.append(own)
    loss = float(network.compute_loss(x, y_pred=network(x)))
    assert loss == pytest.approx(np.mean(losses), rel=1e-4)


def test_a_state_sees_neither_padding_nor_the_future(model):
    network = model.network_
    start = network.n_items
    one = np.array([[-1, -1, -1, start, 3, 4]], dtype=np.int32)
    other = one.copy()
    other[0, 5] = 9
    states, changed = np.array(network(one))[0], np.array(network(other))[0]
    assert np.allclose(states[3:5], changed[3:5], atol=1e-5)
    assert not np.allclose(states[5], changed[5], atol=1e-3)
    # What stands at padded steps, the first tokens of the first item, changes nothing.
    mask = np.array(network(np.array([[start, 3, 4]], dtype=np.int32)))[0]
    assert np.allclose(states[3:], mask, atol=1e-5)


def test_generate_and_recommend_for_agree_with_score(model, histories):
    row = 7
    sequence = histories.item_ids[model._sequences[row][model._sequences[row] >= 0]].tolist()
    exact = model.score([row])[0]
    items, found = model.generate([sequence], k=10, beams=histories.n_items)
    assert not np.ma.getmaskarray(items).any()
    assert found[0] == pytest.approx(np.sort(exact)[::-1][:10], abs=1e-4)
    best, scores = model.recommend_for([sequence], k=5)
    expected, own = model.recommend([histories.user_ids[row]], k=5)
    assert np.array_equal(best, expected)
    assert scores == pytest.approx(own, abs=1e-4)


def test_adjusted_decoding_trusts_cold_items_more_and_is_what_is_served(
    histories, vectors, tmp_path
):
    rows, trust = np.arange(histories.n_users), []
    for tau in (0.0, 1.0):
        adjusted = GenerativeRetrieval(vectors, logit_adjustment=tau, **SMALL).fit(histories)
        scores = adjusted.score(rows)
        assert np.exp(scores.astype(float)).sum(axis=1) == pytest.approx(1, abs=1e-4)
        _, own = adjusted.recommend(histories.user_ids, k=5, exclude_seen=False)
        assert own == pytest.approx(np.sort(scores)[:, ::-1][:, :5])
        trust.append(np.exp(scores[:, histories.cold].astype(float)).sum(axis=1).mean())
        sequences = [histories.item_ids[row[row >= 0]] for row in adjusted._sequences[:10]]
        _, found = adjusted.generate(sequences, k=5, beams=histories.n_items)
        assert found == pytest.approx(own[:10], abs=1e-4)
        loaded = GenerativeRetrieval.load(adjusted.save(tmp_path / "adjusted.npz"))
        assert np.array_equal(loaded.score(rows), scores)
    assert trust[1] > 2 * trust[0]


def test_free_decoding_masks_ids_that_no_item_has(model):
    items, found = model.generate([["i001"], []], k=30, constrained=False, beams=60)
    assert items.shape == found.shape == (2, 30)
    assert np.ma.getmaskarray(items).any()
    # 60 real ids among 64: of 60 beams few are invalid, and a trained model ranks them low.
    assert model.invalid_share(np.arange(30), k=3) < model.invalid_share(np.arange(30), k=50)
    assert not np.ma.getmaskarray(model.generate([["i001"]], k=30)[0]).any()


def test_a_longer_history_than_the_window_is_cut(model, histories):
    long = histories.item_ids[:20].tolist()
    assert np.array_equal(model.generate([long])[1], model.generate([long[-6:]])[1])
    assert not np.array_equal(model.generate([long[-6:]])[1], model.generate([long[-5:]])[1])


def test_semantics_carry_over_to_cold_items_and_random_ids_do_not(histories, vectors):
    cold = np.flatnonzero(histories.popularity == 0)
    assert len(cold) == 6

    def cold_recall(model):
        # Each user has the cold item of the own cluster in the test part.
        wanted = histories.test[:, cold].toarray() > 0
        own = model.score(np.arange(histories.n_users))[:, cold]
        return wanted[np.arange(len(own)), own.argmax(axis=1)].mean()

    semantic = GenerativeRetrieval(vectors, **SMALL).fit(histories)
    shuffled = GenerativeRetrieval(shuffled_vectors(vectors), **SMALL).fit(histories)
    assert cold_recall(semantic) > 0.5
    assert cold_recall(semantic) > 2 * cold_recall(shuffled)
    assert cold_recall(semantic) > 2 * cold_recall(Random(seed=1).fit(histories))


def test_cold_share_keeps_places(histories, vectors, model):
    sharing = GenerativeRetrieval(vectors, cold_share=0.2, **SMALL).fit(histories)
    items, _ = sharing.recommend(histories.user_ids, k=10)
    cold = np.isin(items, histories.item_ids[sharing.cold_])
    assert (cold.sum(axis=1) >= 2).all()
    warm = [row[~own].tolist() for row, own in zip(items, cold, strict=True)]
    plain, _ = model.recommend(histories.user_ids, k=10)
    for own, row in zip(warm, plain.tolist(), strict=True):
        expected = [item for item in row if item not in histories.item_ids[sharing.cold_]]
        assert own == expected[: len(own)]


def test_equal_seeds_give_equal_models_and_files_hold_them(histories, vectors, model, tmp_path):
    again = GenerativeRetrieval(vectors, **SMALL).fit(histories)
    rows = np.arange(30)
    assert np.array_equal(again.score(rows), model.score(rows))
    loaded = GenerativeRetrieval.load(model.save(tmp_path / "generative.npz"))
    assert loaded.vectors is None
    assert np.array_equal(loaded.score(rows), model.score(rows))
    sequences = [["i001", "i007"], []]
    for own, kept in zip(loaded.generate(sequences), model.generate(sequences), strict=True):
        assert np.array_equal(own, kept)
    assert np.array_equal(loaded.ids_.encode(vectors), model.ids_.encode(vectors))


def test_a_killed_training_goes_on(histories, vectors, tmp_path, monkeypatch):
    parameters = {**SMALL, "epochs": 3}
    whole = GenerativeRetrieval(vectors, **parameters).fit(histories)
    parameters["checkpoint"] = tmp_path / "training"
    batches = GenerativeRetrieval._batches

    def killed(self, parts, epoch, rng):
        if epoch == 2:
            raise KeyboardInterrupt
        return batches(self, parts, epoch, rng)

    monkeypatch.setattr(GenerativeRetrieval, "_batches", killed)
    with pytest.raises(KeyboardInterrupt):
        GenerativeRetrieval(vectors, **parameters).fit(histories)
    monkeypatch.undo()
    resumed = GenerativeRetrieval(vectors, **parameters).fit(histories)
    assert np.array_equal(resumed.score([0, 1]), whole.score([0, 1]))
    with pytest.raises(ValueError, match="another training"):
        GenerativeRetrieval(vectors[::-1], **parameters).fit(histories)


def test_other_ids_and_early_stopping(histories, vectors):
    parameters = {**SMALL, "method": "rq-vae", "spread": False, "epochs": 6, "patience": 2}
    model = GenerativeRetrieval(vectors, **parameters).fit(histories)
    assert model.ids_.sizes_[-1] > 1
    assert ndcg(model, histories) == pytest.approx(
        model.history_["validation NDCG@10"][model.best_epoch_ - 1]
    )


def test_a_user_without_train_interactions_gets_a_ranking(histories, vectors):
    train = histories.train.tolil()
    train[3] = 0
    train = train.tocsr()
    times = histories.times["train"].multiply(train > 0).tocsr()
    emptied = replace(histories, train=train, times={"train": times})
    model = GenerativeRetrieval(vectors, **{**SMALL, "epochs": 1}).fit(emptied)
    assert np.isfinite(model.score([3])).all()
    assert np.array_equal(model.recommend_for([[]], k=3)[0], model.recommend([3], k=3)[0])


@pytest.mark.parametrize(
    ("parameters", "said"),
    [
        ({"dim": 15}, "multiple of heads"),
        ({"codes": 61}, "number of items"),
    ],
)
def test_parameters_out_of_range(parameters, said, histories, vectors):
    with pytest.raises(ValueError, match=said):
        GenerativeRetrieval(vectors, **{**SMALL, **parameters}).fit(histories)


def test_bad_input(histories, vectors, model):
    with pytest.raises(ValueError, match="one row for each of the 60 items"):
        GenerativeRetrieval(vectors[:5], **SMALL).fit(histories)
    with pytest.raises(ValueError, match="no times"):
        GenerativeRetrieval(vectors, **SMALL).fit(replace(histories, times=None))
    with pytest.raises(NotFittedError):
        GenerativeRetrieval(vectors).generate([["i001"]])
    with pytest.raises(KeyError, match="unknown item id"):
        model.generate([["x"]])
    for wrong in ({"k": 0}, {"k": 20, "beams": 10}, {"beams": 0}, {"k": 61, "beams": 99}):
        with pytest.raises(ValueError, match="whole number from 1"):
            model.generate([["i001"]], **wrong)


def test_every_tunable_parameter_exists():
    assert set(default_space(GenerativeRetrieval)) <= set(GenerativeRetrieval().get_params())
