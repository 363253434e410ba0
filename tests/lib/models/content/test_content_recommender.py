"""What holds for every model with text vectors."""

import inspect
from dataclasses import replace

import numpy as np
import polars as pl
import pytest

from longtail_lib.models import ContentKNN, ContentTower, EaseText, unfitted_copy
from longtail_lib.models._model_file import read_model_file
from longtail_lib.tuning import default_space

SMALL = {"dim": 8, "epochs": 2, "batch_size": 128, "patience": None}
KINDS = {
    "ContentKNN": (ContentKNN, {}),
    "ContentKNN neighbours": (ContentKNN, {"n_neighbors": 5}),
    "EaseText": (EaseText, {"l2": 5.0}),
    "EaseText collective": (EaseText, {"l2": 5.0, "form": "collective", "text_weight": 0.5}),
    "ContentTower": (ContentTower, SMALL),
    "ContentTower contrastive": (ContentTower, {**SMALL, "objective": "contrastive"}),
}


@pytest.fixture(params=KINDS.values(), ids=KINDS)
def make(request, texts):
    kind, parameters = request.param
    return lambda **other: kind(**{"vectors": texts, **parameters, **other})


def test_two_fits_give_the_same_scores(make, parts):
    rows = np.arange(parts.n_users)
    first, second = make().fit(parts).score(rows), make().fit(parts).score(rows)
    assert first.dtype == np.float32
    assert first.shape == (parts.n_users, parts.n_items)
    assert np.array_equal(first, second)
    assert first.std() > 0


def test_a_loaded_model_scores_without_the_vectors(make, parts, tmp_path):
    model = make().fit(parts)
    path = model.save(tmp_path / "model.npz")
    with read_model_file(path) as (about, _):
        assert about["parameters"]["vectors"] is None
    again = type(model).load(path)
    assert again.vectors is None
    rows = np.arange(parts.n_users)
    assert np.array_equal(again.score(rows), model.score(rows))
    assert np.array_equal(again.recommend([3], k=5)[0], model.recommend([3], k=5)[0])


def test_vectors_default_to_those_of_the_item_table(make, parts, texts, monkeypatch):
    monkeypatch.setattr(
        "longtail_lib.models.content._item_vectors.item_vectors", lambda given, source: texts
    )
    rows = np.arange(parts.n_users)
    assert np.array_equal(make(vectors=None).fit(parts).score(rows), make().fit(parts).score(rows))


def test_vectors_of_another_catalogue_are_refused(make, parts, texts):
    name = type(make()).__name__
    with pytest.raises(ValueError, match=f"{name}: vectors must have one row for each of the 90"):
        make(vectors=texts[:-1]).fit(parts)
    with pytest.raises(ValueError, match="has no item table; read the log with items="):
        make(vectors=None).fit(parts)


def test_vectors_that_tell_nothing_apart_are_refused(make, parts, texts):
    with pytest.raises(ValueError, match="all rows are the same"):
        make(vectors=np.ones_like(texts)).fit(parts)


def test_a_table_without_text_is_refused(make, parts):
    items = pl.DataFrame({"item_id": parts.item_ids, "title": ["x"] * parts.n_items})
    with pytest.raises(KeyError, match="no column 'text'; it has 'item_id', 'title'"):
        make(vectors=None).fit(replace(parts, items=items))


def test_the_given_vectors_stay_as_they_are(make, parts, texts):
    before = texts.copy()
    make().fit(parts)
    assert np.array_equal(texts, before)


def test_repr_names_the_shape_and_not_the_numbers(make, texts):
    assert f"vectors=array of shape {texts.shape}" in repr(make())
    assert "vectors=None" in repr(make(vectors=None))


def test_a_copy_has_the_same_parameters(make, texts):
    model = make()
    copy = unfitted_copy(model)
    assert copy is not model
    assert copy.get_params().keys() == model.get_params().keys()
    assert np.array_equal(copy.vectors, texts)


@pytest.mark.parametrize("kind", [ContentKNN, ContentTower, EaseText])
def test_there_is_something_to_tune(kind):
    known = inspect.signature(kind).parameters
    space = default_space(kind)
    assert set(space) <= set(known)
    assert "vectors" not in space
