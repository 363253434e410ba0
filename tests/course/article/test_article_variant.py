"""Each step of the ablation changes what it names, and nothing else."""

import numpy as np
import pytest

from longtail_course.article import ArticleTwoTower, ArticleVariant, article_ablation
from longtail_course.article.article_features import article_features

QUICK = {"epochs": 20, "batch_size": 64, "learning_rate": 0.02}


def test_printed_step_is_the_printed_model(parts):
    common = {"epochs": 3, "batch_size": 32, "learning_rate": 0.001, "max_pairs": 1000}
    variant = ArticleVariant(**common).fit(parts)
    printed = ArticleTwoTower(**common).fit(parts)
    np.testing.assert_array_equal(variant.score([0, 5]), printed.score([0, 5]))


@pytest.mark.parametrize("towers", ["sigmoid", "linear"])
@pytest.mark.parametrize("loss", ["mse", "cross-entropy"])
def test_scores_are_the_network_s_cosine(parts, loss, towers):
    model = ArticleVariant(loss=loss, towers=towers, temperature=0.25, **QUICK).fit(parts)
    features = article_features(parts)
    rows = np.arange(parts.n_items)
    user = np.repeat(features.user[3:4], parts.n_items, axis=0)
    out = np.asarray(model.network_([user, features.item[rows]])).ravel()
    scale = 4 if (loss, towers) == ("cross-entropy", "linear") else 1
    np.testing.assert_allclose(out, scale * model.score([3])[0], atol=2e-5)
    assert (model.score(rows[: parts.n_users]).min() < 0) == (towers == "linear")
    assert model.history_["loss"][-1] < model.history_["loss"][0]


def test_losses_are_what_they_are_called(parts):
    models = {
        loss: ArticleVariant(loss=loss, epochs=1, learning_rate=1e-9).fit(parts)
        for loss in ("mse", "cross-entropy")
    }
    # Nearly untrained, so both see the same scores: squares are below logarithms.
    assert models["mse"].history_["val_loss"][0] < models["cross-entropy"].history_["val_loss"][0]


@pytest.mark.parametrize("wrong", [{"loss": "log"}, {"towers": "relu"}])
def test_unknown_parts_are_refused(parts, wrong):
    with pytest.raises(ValueError, match=next(iter(wrong))):
        ArticleVariant(**wrong).fit(parts)


def test_saved_variant_gives_the_same_scores(parts, tmp_path):
    model = ArticleVariant(loss="cross-entropy", towers="linear", epochs=2).fit(parts)
    path = tmp_path / "variant.npz"
    model.save(path)
    np.testing.assert_array_equal(ArticleVariant.load(path).score([1]), model.score([1]))


def test_steps_differ_from_their_neighbours_in_what_they_name():
    steps = {name: model.get_params() for name, model in article_ablation(seed=3).items()}
    assert all(params["seed"] == 3 for params in steps.values())

    def changed(a, b):
        return {key for key in steps[a] if steps[a][key] != steps[b][key]}

    assert changed("printed", "cross-entropy") == {"loss"}
    assert changed("cross-entropy", "linear towers") == {"towers"}
    assert changed("softmax", "ids") == {"features"}
