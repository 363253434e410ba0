"""A search that was interrupted goes on as if it had not been; another search is refused."""

import json
from dataclasses import replace

import pytest

from longtail_lib import tune
from longtail_lib.tuning import Tuning

SPACE = {"x": ("float", 0, 1), "y": ["good", "bad"]}


def interrupted_after(model_class, fits):
    """The model class, but the user presses Ctrl-C during a later fit."""

    class Interrupted(model_class):
        def _fit(self, parts):
            if type(self).fits == fits:
                raise KeyboardInterrupt
            super()._fit(parts)

    Interrupted.__name__ = model_class.__name__
    Interrupted.fits = 0
    return Interrupted


def test_an_interrupted_search_ends_like_one_that_was_not(parts, peaked, tmp_path):
    whole = tune(peaked, parts, SPACE, trials=14)
    path = tmp_path / "table.json"
    with pytest.raises(KeyboardInterrupt):
        tune(interrupted_after(peaked, 9), parts, SPACE, trials=14, storage=path)
    stored = Tuning.from_json(path.read_text())
    assert len(stored.records) == 9
    peaked.fits = 0
    resumed = tune(peaked, parts, SPACE, trials=14, storage=path)
    assert resumed.trials.drop("seconds").equals(whole.trials.drop("seconds"))
    assert repr(resumed) == repr(whole)
    # Only what was left was fitted, and the best model once more if it was of the first half.
    assert peaked.fits <= 5 + 1
    assert resumed.model.get_params() == whole.model.get_params()
    assert (resumed.model.scores_ == whole.model.scores_).all()
    assert [file.name for file in tmp_path.iterdir()] == ["table.json"]


def test_the_table_is_there_after_each_trial(parts, peaked, tmp_path):
    path = tmp_path / "table.json"
    lengths = []

    class Watching(peaked):
        def _fit(self, parts):
            lengths.append(len(json.loads(path.read_text())["trials"]) if path.exists() else 0)
            super()._fit(parts)

    tune(Watching, parts, SPACE, trials=4, storage=path)
    # The last fit, on train and validation, comes after the search.
    assert lengths == [0, 1, 2, 3, 4]


def test_a_finished_search_is_read_and_a_larger_budget_goes_on(parts, peaked, tmp_path):
    path = tmp_path / "table.json"
    tune(peaked, parts, SPACE, trials=4, storage=path)
    before = path.read_bytes()
    peaked.fits = 0
    again = tune(peaked, parts, SPACE, trials=4, storage=path)
    assert peaked.fits == 1
    assert path.read_bytes() == before
    assert again.model is not None
    more = tune(peaked, parts, SPACE, trials=6, storage=path)
    assert more.trials[:4].equals(again.trials)
    fewer = tune(peaked, parts, SPACE, trials=2, storage=path)
    assert len(fewer.trials) == 2
    assert len(json.loads(path.read_text())["trials"]) == 6


@pytest.mark.parametrize(
    ("changed", "said"),
    [
        ({"space": {"x": ("float", 0, 2), "y": ["good", "bad"]}}, "differs in space"),
        ({"space": {"x": ("float", 0, 1)}, "fixed": {"y": "good"}}, "differs in space"),
        ({"seed": 1}, r"differs in seed \(0 there, 1 here\)"),
        ({"metric": "NDCG@20"}, "differs in metric"),
        ({"constraint": {"metric": "Recall@10", "at_least": 0.9}}, "differs in constraint"),
        ({"groups": {"head": 0.1}}, "differs in groups of the catalogue"),
    ],
)
def test_another_search_is_refused(parts, peaked, tmp_path, changed, said):
    path = tmp_path / "table.json"
    tune(peaked, parts, SPACE, trials=1, storage=path)
    before = path.read_bytes()
    with pytest.raises(ValueError, match=said):
        tune(peaked, parts, **{"space": SPACE, "storage": path, **changed})
    assert path.read_bytes() == before


def test_other_data_are_refused(parts, peaked, tmp_path):
    path = tmp_path / "table.json"
    tune(peaked, parts, SPACE, trials=1, storage=path)
    train = parts.train.tolil()
    train[0, 0] = 1 - train[0, 0]
    train = train.tocsr()
    train.sort_indices()
    with pytest.raises(ValueError, match="differs in split"):
        tune(peaked, replace(parts, train=train, times=None), SPACE, storage=path)
    other_test = replace(parts, test=parts.validation, times=None)
    assert tune(peaked, other_test, SPACE, trials=1, storage=path).model is not None


def test_another_model_is_refused(parts, peaked, tmp_path):
    path = tmp_path / "table.json"
    tune(peaked, parts, SPACE, trials=1, storage=path)

    class Other(peaked):
        pass

    with pytest.raises(ValueError, match=r"differs in model \(\"Peaked\" there, \"Other\" here\)"):
        tune(Other, parts, SPACE, storage=path)


@pytest.mark.parametrize(
    "text", ["", "{}", '{"format": 99}', "[1, 2]", '{"format": 1, "model": 3}']
)
def test_a_file_that_is_no_table_is_refused_and_left_alone(parts, peaked, tmp_path, text):
    path = tmp_path / "table.json"
    path.write_text(text)
    with pytest.raises(ValueError, match=r"storage .*table\.json cannot be read"):
        tune(peaked, parts, SPACE, storage=path)
    assert path.read_text() == text
    assert peaked.fits == 0


def test_the_table_keeps_what_json_cannot_hold_as_a_type(parts, peaked, tmp_path):
    path = tmp_path / "table.json"

    def make(x=0.5, extra=None):
        return peaked(x)

    tune(make, parts, {"x": ("float", 0, 1)}, fixed={"extra": object()}, trials=1, storage=path)
    assert json.loads(path.read_text())["fixed"] == {"extra": "<object>"}
    tune(make, parts, {"x": ("float", 0, 1)}, fixed={"extra": object()}, trials=2, storage=path)
