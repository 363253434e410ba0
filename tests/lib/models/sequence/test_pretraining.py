"""Pretraining on two chains of which a third follows the same rule; and what does not fit."""

import dataclasses

import numpy as np
import pytest

from longtail_course.toys import LinearProbe, item_chains, linear_probe, train_share
from longtail_lib.models import Pretrained, SASRec, pretrain
from longtail_lib.models.sequence._pretrain import join_domains

SMALL = {
    "dim": 16,
    "blocks": 1,
    "heads": 2,
    "max_length": 6,
    "dropout": 0.0,
    "epochs": 30,
    "batch_size": 64,
    "learning_rate": 0.02,
    "patience": None,
}


def words(parts) -> np.ndarray:
    """Text vectors that say chain and place: the rule, place follows place, is everywhere one."""
    chain, place = np.divmod(np.arange(parts.n_items), 8)
    return np.hstack([np.eye(6)[chain], np.eye(8)[place]]).astype(np.float32)


@pytest.fixture(scope="module")
def domains():
    return [item_chains(seed=1, name="a"), item_chains(seed=2, n_chains=5, name="b")]


@pytest.fixture(scope="module")
def trained(domains):
    return pretrain(SASRec(**SMALL), domains, [words(one) for one in domains], text_encoder="words")


def hits(model, parts):
    items, _ = model.recommend(parts.user_ids, k=1)
    users = np.flatnonzero(np.diff(parts.validation.indptr))
    return np.mean(items[users, 0] == parts.item_ids[parts.validation[users].indices])


def test_another_catalogue_is_understood_without_training(chains, trained):
    model = SASRec(
        **SMALL | {"epochs": 1},
        fusion="text",
        vectors=words(chains),
        pretrained=trained,
        train="nothing",
    )
    before = model.fit(chains)
    assert hits(before, chains) > 0.8
    np.testing.assert_array_equal(before.encoder_0_, trained.encoder[0])


@pytest.mark.parametrize(
    ("train", "changed"),
    [("all", {"positions", "last", "items"}), ("top", {"last", "items"}), ("items", {"items"})],
)
def test_what_is_frozen_stays(train, changed, chains, trained):
    model = SASRec(
        **SMALL | {"epochs": 2},
        fusion="text",
        vectors=words(chains),
        pretrained=trained,
        train=train,
    )
    model.fit(chains)
    moved = set()
    if np.any(model.encoder_0_ != trained.encoder[0]):
        moved.add("positions")
    last = len(trained.encoder) - 1
    if np.any(getattr(model, f"encoder_{last}_") != trained.encoder[last]):
        moved.add("last")
    if np.any(np.array(model.network_.items.adapter.kernel) != trained.adapter):
        moved.add("items")
    assert moved == changed
    assert hits(model, chains) > 0.8


def test_ids_may_join_in_fine_tuning_and_the_model_is_saved(chains, trained, tmp_path):
    path = trained.save(tmp_path / "weights.npz")
    model = SASRec(
        **SMALL | {"epochs": 5}, fusion="sum", vectors=words(chains), pretrained=str(path)
    )
    model.fit(chains)
    assert hits(model, chains) > 0.8
    loaded = SASRec.load(model.save(tmp_path / "model.npz"))
    np.testing.assert_array_equal(loaded.score([1, 2]), model.score([1, 2]))
    # Where the weights came from is nobody's business who loads it.
    assert loaded.pretrained is None
    assert str(tmp_path).encode() not in (tmp_path / "model.npz").read_bytes()


def test_a_few_users_suffice_after_pretraining(chains, trained):
    few = train_share(chains, 0.05, seed=1)
    settings = SMALL | {"fusion": "text", "vectors": words(chains), "epochs": 5}
    tuned = SASRec(**settings, pretrained=trained).fit(few).for_users(chains)
    scratch = SASRec(**settings).fit(few).for_users(chains)
    assert hits(tuned, chains) > 0.7
    assert hits(tuned, chains) > hits(scratch, chains) + 0.3


def test_for_users_reads_the_same_histories(chains, trained):
    model = SASRec(**SMALL | {"epochs": 1}).fit(chains)
    other = model.for_users(chains)
    np.testing.assert_allclose(other.user_vectors_, model.user_vectors_, atol=1e-5)
    with pytest.raises(ValueError, match="another catalogue"):
        model.for_users(item_chains(n_chains=5))


def test_pretraining_is_saved_and_the_same_twice(domains, trained, tmp_path):
    loaded = Pretrained.load(trained.save(tmp_path / "weights.npz"))
    assert repr(loaded) == repr(trained)
    assert loaded.domains == ("a", "b")
    assert loaded.text_encoder == "words"
    few = SMALL | {"epochs": 2, "dropout": 0.2}
    vectors = [words(one) for one in domains]
    once, twice = (pretrain(SASRec(**few), domains, vectors) for _ in range(2))
    assert repr(once) == repr(twice)


def test_early_stopping_ranks_within_each_domain(domains):
    vectors = [words(one) for one in domains]
    found = pretrain(SASRec(**SMALL | {"epochs": 6, "patience": 2}), domains, vectors)
    assert np.isfinite(found.adapter).all()


def test_linear_probe_is_ridge_on_frozen_vectors(chains, trained, tmp_path):
    probe = linear_probe(trained, chains, words(chains), l2=1.0)
    assert hits(probe, chains) > 0.7
    # The same from each user's history by itself, with as many places as it has.
    frozen = SASRec(
        **SMALL | {"epochs": 1},
        fusion="text",
        vectors=words(chains),
        pretrained=trained,
        train="nothing",
    )
    frozen.fit(chains)
    found, following = [], []
    for user in range(chains.n_users):
        items = chains.train[user].indices[np.argsort(chains.times["train"][user].data)]
        if len(items) > 1:
            read = np.full((1, 6), -1)
            read[0, 7 - len(items) :] = items[:-1]
            outputs = frozen.network_.encoder(
                frozen.item_vectors_[np.maximum(read, 0)], read, np.arange(6)[None], read >= 0
            )
            found.append(np.array(outputs)[0, 7 - len(items) :])
            following += items[1:].tolist()
    x = np.vstack(found).astype(np.float64)
    x = np.hstack([x, np.ones((len(x), 1))])
    y = np.eye(chains.n_items)[following]
    wanted = np.linalg.solve(x.T @ x + np.eye(x.shape[1]), x.T @ y).T
    np.testing.assert_allclose(probe.item_vectors_, wanted, atol=2e-3)
    loaded = LinearProbe.load(probe.save(tmp_path / "probe.npz"))
    np.testing.assert_array_equal(loaded.score([3]), probe.score([3]))


def test_joined_domains_keep_apart(domains):
    parts, user_domain, item_domain = join_domains(domains)
    assert parts.train.nnz == sum(one.train.nnz for one in domains)
    users, items = parts.train.nonzero()
    assert (user_domain[users] == item_domain[items]).all()
    second = parts.train[150:, 48:]
    np.testing.assert_array_equal(second.toarray(), domains[1].train.toarray())
    assert (np.sort(parts.item_ids) == parts.item_ids).all()


def test_train_share_keeps_some_users_whole(chains):
    half, tenth = train_share(chains, 0.5, seed=3), train_share(chains, 0.1, seed=3)
    kept = [np.diff(one.train.indptr) > 0 for one in (half, tenth)]
    assert kept[0].sum() == 75
    assert kept[1].sum() == 15
    assert not (kept[1] & ~kept[0]).any()
    np.testing.assert_array_equal(half.train[kept[0]].toarray(), chains.train[kept[0]].toarray())
    np.testing.assert_array_equal(half.times["train"].indptr, half.train.indptr)
    assert not half.validation[~kept[0]].nnz
    assert half.test.nnz == chains.test.nnz
    for share in (0, 1.2):
        with pytest.raises(ValueError, match="share must lie above 0"):
            train_share(chains, share)


def test_what_does_not_fit(chains, domains, trained, tmp_path):
    text = {"fusion": "text", "vectors": words(chains)}
    for parameters, message in (
        ({"dim": 8, **text, "pretrained": trained}, "dim is 8 and was 16"),
        (
            {"fusion": "text", "vectors": words(chains)[:, 1:], "pretrained": trained},
            "of 14 numbers, got 13",
        ),
        ({"pretrained": trained}, "fusion must be 'text' or 'sum'"),
        ({**text, "train": "top"}, "none is given"),
    ):
        with pytest.raises(ValueError, match=message):
            SASRec(**SMALL | parameters).fit(chains)
    fitted = SASRec(**SMALL | {"epochs": 1}).fit(chains).save(tmp_path / "fitted.npz")
    with pytest.raises(ValueError, match="a recommender belongs to its catalogue"):
        Pretrained.load(fitted)
    with pytest.raises(ValueError, match="different names"):
        pretrain(SASRec(**SMALL), [domains[0], domains[0]], [words(domains[0])] * 2)
    with pytest.raises(ValueError, match="as many vectors"):
        pretrain(SASRec(**SMALL), domains, [words(domains[0])])
    with pytest.raises(ValueError, match="vectors of domain 'b'"):
        pretrain(SASRec(**SMALL), domains, [words(domains[0])] * 2)
    with pytest.raises(ValueError, match="loss='cross-entropy'"):
        pretrain(SASRec(**SMALL | {"loss": "bce"}), domains)
    with pytest.raises(ValueError, match="has no times"):
        pretrain(SASRec(**SMALL), [dataclasses.replace(domains[0], times=None)])
    with pytest.raises(ValueError, match="l2 must be a positive number"):
        linear_probe(trained, chains, words(chains), l2=0)
    with pytest.raises(ValueError, match="vectors has 3 rows"):
        linear_probe(trained, chains, words(chains)[:3])
