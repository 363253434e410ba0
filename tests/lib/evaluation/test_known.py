"""A model that was told the answers is refused; what a model knew stands in its report."""

import numpy as np
import pytest

from longtail_lib import compare, evaluate, split
from longtail_lib.models import EASE, Popularity, Random
from longtail_lib.preprocessing import Split, prepare
from longtail_lib.simulation import PRESETS, simulate


@pytest.fixture(scope="module")
def clean():
    from dataclasses import replace

    return prepare(simulate(replace(PRESETS["shop"], n_users=80, n_items=500), seed=2))


def test_a_model_saved_before_a_new_split_is_refused(clean, tmp_path):
    before, after = (split(clean, how="random", seed=seed) for seed in (0, 1))
    path = EASE(l2=20.0).fit(before).save(tmp_path / "old.npz")
    old = EASE.load(path)
    shared = int(before.train.multiply(after.test).nnz)
    assert shared > 100
    said = rf"Old was fitted on {shared:,} of the {after.test.nnz:,} test interactions"
    with pytest.raises(ValueError, match=said):
        evaluate(old, after, name="Old")
    honest = evaluate(EASE(l2=20.0).fit(after), after)["NDCG@10"].value
    remembered = evaluate(old, after, allow_known=True)
    assert remembered["NDCG@10"].value > 1.3 * honest
    assert remembered.protocol["fitted on"].startswith("other interactions than")


def test_what_it_knew_is_said(clean):
    parts = split(clean, how="leave-last-out")
    model = Popularity().fit(parts)
    assert evaluate(model, parts).protocol["fitted on"] == "train"
    assert evaluate(model.refit(parts), parts).protocol["fitted on"] == "train and validation"
    final = parts.final()
    assert evaluate(Popularity().fit(final), final).protocol["fitted on"] == (
        "train and validation, joined"
    )

    class Scores:
        def score(self, rows):
            return np.zeros((len(rows), parts.n_items), dtype=np.float32)

    assert evaluate(Scores(), parts).protocol["fitted on"] == "not said by the model"


def test_unlike_knowledge_is_not_compared(clean):
    parts = split(clean, how="leave-last-out")
    alone = evaluate(EASE(l2=20.0).fit(parts), parts, name="alone")
    both = evaluate(EASE(l2=20.0).refit(parts), parts, name="both")
    with pytest.raises(ValueError, match="both was fitted on train and validation, alone on train"):
        compare([alone, both], baseline="alone")
    other = evaluate(Random().refit(parts), parts)
    assert compare([both, other], baseline="both")["Random", "overall", "NDCG@10"].difference < 0


def test_cold_users_items_and_equal_times_are_counted():
    train = [[1, 1, 0, 0], [0, 0, 0, 0], [1, 0, 0, 0]]
    test = [[0, 0, 1, 0], [1, 0, 0, 0], [0, 1, 0, 1]]
    about = evaluate(
        Popularity().fit(Split.from_matrices(train)), Split.from_matrices(train, test=test)
    )
    assert about.protocol["cold"] == (
        "1 of these users and 2 of the 4 items asked for have no train interaction"
    )
    assert "equal times" not in about.protocol


def test_what_lies_between_is_masked_but_not_asked(clean):
    parts = split(clean, how="temporal", target="next")
    report = evaluate(Popularity().fit(parts), parts, metrics=["HitRate"])
    assert "equal times" in report.protocol
    # With nothing but what lies between in the first places, an item found there would be a fault.
    pushed = np.zeros((parts.n_users, parts.n_items), dtype=np.float32)
    pushed[parts.between.nonzero()] = 2
    pushed[parts.test.nonzero()] = 1

    class Pushed:
        def score(self, rows):
            return pushed[rows].copy()

    assert evaluate(Pushed(), parts, k=1, metrics=["HitRate"])["HitRate@1"].value == 1
