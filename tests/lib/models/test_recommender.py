import json
import subprocess
import sys
import zipfile
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from longtail_lib import models
from longtail_lib._top_candidates import largest_weights
from longtail_lib.models import (
    BPR,
    EASE,
    ImplicitALS,
    ItemKNN,
    LogitAdjusted,
    NotFittedError,
    Popularity,
    Random,
    Recommender,
)
from longtail_lib.models._model_file import to_header, write_model_file
from longtail_lib.ranking import id_keys, priorities, user_key

ALL = [
    Popularity(),
    Random(seed=3),
    ItemKNN(n_neighbors=7, shrinkage=2.0),
    EASE(l2=5.0),
    EASE(l2=5.0, popularity_exponent=0.2, top_weights=6),
    ImplicitALS(factors=4, regularization=1.0),
    BPR(factors=4, learning_rate=0.05),
]
NAMES = ["Popularity", "Random", "ItemKNN", "EASE", "EASE sparse", "ImplicitALS", "BPR"]

each_model = pytest.mark.parametrize("model", ALL, ids=NAMES)


class Table(Recommender):
    """Scores given beforehand, to test the base class alone."""

    def __init__(self, table=None):
        self.table = table

    def _fit(self, parts):
        pass

    def _score(self, user_rows):
        return np.array(self.table, dtype=np.float32)[user_rows]

    def _state(self):
        return {}

    def _restore(self, state):
        pass


# --- fit and score -------------------------------------------------------------------------------


@each_model
def test_fit_returns_self_and_score_has_the_promised_shape_and_type(model, parts):
    assert model.fit(parts) is model
    scores = model.score([4, 2, 4])
    assert scores.shape == (3, parts.n_items)
    assert scores.dtype == np.float32
    assert np.array_equal(scores[0], scores[2])


@each_model
def test_a_block_scores_as_its_rows_do_one_by_one(model, parts):
    model.fit(parts)
    whole = model.score(np.arange(parts.n_users))
    for row in (0, 17, parts.n_users - 1):
        np.testing.assert_allclose(model.score(row)[0], whole[row], rtol=1e-5, atol=1e-6)


@each_model
def test_the_caller_may_overwrite_what_score_returns(model, parts):
    model.fit(parts)
    before = model.score([1]).copy()
    model.score([1])[:] = -np.inf
    assert np.array_equal(model.score([1]), before)


@each_model
def test_fit_leaves_the_split_as_it_was(model, parts):
    before = parts.train.copy()
    model.fit(parts).recommend(parts.user_ids, k=5)
    assert (before != parts.train).nnz == 0


@each_model
def test_fit_twice_forgets_the_first_time(model, parts, make_split):
    other = make_split(np.eye(4, 6) + np.eye(4, 6, k=1))
    model.fit(parts).fit(other)
    assert model.score([0]).shape == (1, 6)
    assert np.array_equal(model.score([1]), type(model)(**model.get_params()).fit(other).score([1]))


@pytest.mark.parametrize("model", [EASE(l2=5.0), ItemKNN(n_neighbors=20, shrinkage=2.0)])
def test_models_that_learn_beat_popularity_and_popularity_beats_random(model, parts, recall):
    learned = recall(model.fit(parts), parts)
    popular = recall(Popularity().fit(parts), parts)
    chance = recall(Random().fit(parts), parts)
    assert learned > 1.3 * popular
    assert popular > 1.5 * chance


@each_model
def test_not_fitted(model):
    fresh = type(model)(**model.get_params())
    for call in (lambda: fresh.score([0]), lambda: fresh.recommend([0]), lambda: fresh.save("x")):
        with pytest.raises(NotFittedError, match=r"not fitted yet; call fit\(parts\)"):
            call()


def test_an_empty_train_part_is_refused(make_split):
    with pytest.raises(ValueError, match=r"train part .* is empty"):
        Popularity().fit(make_split(np.zeros((2, 3))))


def test_fit_says_what_it_takes(parts):
    with pytest.raises(TypeError, match="takes a Split, got list"):
        Popularity().fit([1, 2])


@pytest.mark.parametrize("rows", [[-1], [120], [0, 500]])
def test_rows_outside_the_split(parts, rows):
    with pytest.raises(IndexError, match="user rows go from 0 to 119"):
        Popularity().fit(parts).score(rows)


@pytest.mark.parametrize("rows", [["3"], [1.5], [True, False]])
def test_rows_that_are_no_integers(parts, rows):
    with pytest.raises(TypeError, match="takes integer user rows"):
        Popularity().fit(parts).score(rows)


def test_no_rows_give_no_scores(parts):
    model = Popularity().fit(parts)
    assert model.score([]).shape == (0, parts.n_items)
    items, scores = model.recommend([], k=4)
    assert items.shape == scores.shape == (0, 4)


# --- recommend -----------------------------------------------------------------------------------


def test_recommend_by_hand(make_split):
    parts = make_split(
        [[1, 0, 0, 0], [0, 0, 1, 1]], user_ids=[10, 20], item_ids=["a", "b", "c", "d"]
    )
    model = Table([[9, 1, 5, 4], [3, 2, 8, 7]]).fit(parts)
    items, scores = model.recommend([20, 10], k=2)
    assert items.tolist() == [["a", "b"], ["c", "d"]]
    assert scores.tolist() == [[3, 2], [5, 4]]
    items, scores = model.recommend(10, k=3, exclude_seen=False)
    assert items.tolist() == [["a", "c", "d"]]
    assert scores.dtype == np.float32


def test_seen_items_come_last_with_minus_infinity(make_split):
    parts = make_split([[1, 1, 1, 0]])
    model = Table([[4, 3, 2, 1]]).fit(parts)
    items, scores = model.recommend(0, k=4)
    assert items[0, 0] == 3
    assert sorted(items[0]) == [0, 1, 2, 3]
    assert scores[0, 0] == 1
    assert np.isneginf(scores[0, 1:]).all()
    # A shorter list is the beginning of a longer one.
    assert model.recommend(0, k=2)[0].tolist() == items[:, :2].tolist()


@each_model
def test_seen_items_are_left_out(model, parts):
    items, _ = model.fit(parts).recommend(parts.user_ids, k=10)
    for row, list_ in enumerate(items):
        assert len(set(list_)) == 10
        assert not set(list_) & set(parts.train[row].indices)


@each_model
def test_recommend_agrees_with_a_full_sort_by_score_then_by_hash(model, parts):
    scores = model.fit(parts).score(np.arange(parts.n_users))
    scores[parts.train.toarray() > 0] = -np.inf
    ties = priorities(user_key(id_keys(parts.user_ids))[:, None], id_keys(parts.item_ids))
    expected = np.lexsort((ties, -scores))[:, :12]
    items, values = model.recommend(parts.user_ids, k=12)
    assert np.array_equal(items, expected)
    assert np.array_equal(values, np.take_along_axis(scores, expected, axis=1))


def test_blocks_do_not_change_a_list(parts, monkeypatch):
    model = EASE(l2=5.0).fit(parts)
    whole = model.recommend(parts.user_ids, k=5)
    monkeypatch.setattr("longtail_lib.models._ranked_lists._BLOCK", 7 * parts.n_items)
    for one, other in zip(whole, model.recommend(parts.user_ids, k=5), strict=True):
        np.testing.assert_allclose(one, other, rtol=1e-5)


@pytest.mark.parametrize("k", [0, -1, 91])
def test_k_outside_the_catalogue(parts, k):
    with pytest.raises(ValueError, match=rf"k must lie between 1 and the 90 items.*got {k}"):
        Popularity().fit(parts).recommend(0, k=k)


def test_k_up_to_the_whole_catalogue(parts):
    items, _ = Popularity().fit(parts).recommend(0, k=np.int64(90))
    assert sorted(items[0]) == list(range(90))
    with pytest.raises(TypeError):
        Popularity().fit(parts).recommend(0, k=2.5)


def test_unknown_users(make_split):
    parts = make_split(np.eye(3), user_ids=[5, 7, 9])
    model = Popularity().fit(parts)
    with pytest.raises(
        KeyError, match=r"unknown user ids 6, 11 \(2 of 3 are unknown\).*3 users such as 5"
    ):
        model.recommend([5, 6, 11], k=1)


@pytest.mark.parametrize(
    ("ids", "asked", "message"),
    [
        ([3, 7], "3", "user ids of this split are numbers such as 3, got text such as '3'"),
        (["3", "7"], 3, "user ids of this split are text such as '3', got numbers such as 3"),
        ([3, 7], [3, "7"], "got text such as '3'"),
    ],
)
def test_ids_of_another_type(make_split, ids, asked, message):
    model = Popularity().fit(make_split(np.eye(2), user_ids=ids))
    with pytest.raises(TypeError, match=message):
        model.recommend(asked, k=1)


def test_scores_that_are_not_a_number(make_split):
    model = Table([[0.1, np.nan, 0.2]]).fit(make_split([[1, 0, 0]]))
    with pytest.raises(ValueError, match="Table gave scores that are not a number"):
        model.recommend(0, k=1)


# --- largest_weights ----------------------------------------------------------------------------

# Few distinct values, so that ties at the border are the rule.
tied = st.sampled_from([-np.inf, -1.5, -0.0, 0.0, 0.25, 2.0, np.inf])


@settings(max_examples=200)
@given(
    values=st.tuples(st.integers(1, 5), st.integers(1, 9)).flatmap(
        lambda shape: arrays(np.float32, shape, elements=tied)
    ),
    data=st.data(),
)
def test_largest_weights_equal_a_stable_sort(values, data):
    k = data.draw(st.integers(1, values.shape[1]))
    expected = np.argsort(-values, axis=1, kind="stable")[:, :k]
    assert np.array_equal(largest_weights(values, k), expected)


@pytest.mark.parametrize("k", [1, 3, 10, 500])
@pytest.mark.parametrize("distinct", [1, 3, 40, 10**6])
def test_largest_weights_of_wide_rows_equal_a_stable_sort(k, distinct):
    rng = np.random.default_rng(k + distinct)
    values = rng.integers(distinct, size=(60, 701)).astype(np.float32)
    values[3] = np.arange(701)
    values[4] = -np.arange(701)
    values[5] = -np.inf
    values[6, 5:] = -np.inf
    expected = np.argsort(-values, axis=1, kind="stable")[:, :k]
    assert np.array_equal(largest_weights(values, k), expected)


# --- parameters ----------------------------------------------------------------------------------


def test_get_params_and_repr():
    model = ItemKNN(n_neighbors=7)
    assert model.get_params() == {"n_neighbors": 7, "shrinkage": 10.0}
    assert repr(model) == "ItemKNN(n_neighbors=7, shrinkage=10.0)"
    assert repr(Popularity()) == "Popularity(half_life=None)"


# --- save and load -------------------------------------------------------------------------------

IDS = {
    "numbers": lambda n: np.arange(n) * 3 + 1,
    "text": lambda n: np.array([f"item-{place:03d}" for place in range(n)]),
    "objects": lambda n: np.array([f"商品{place:03d}" for place in range(n)], dtype=object),
}


@pytest.mark.parametrize("ids", IDS)
@each_model
def test_a_saved_model_comes_back_the_same(model, ids, parts, tmp_path, make_split):
    parts = make_split(
        parts.train.toarray(), user_ids=IDS[ids](parts.n_users), item_ids=IDS[ids](parts.n_items)
    )
    model.fit(parts)
    path = model.save(tmp_path / "model")
    again = type(model).load(path)
    assert again.get_params() == model.get_params()
    rows = np.arange(parts.n_users)
    assert np.array_equal(again.score(rows), model.score(rows))
    users = parts.user_ids[:5]
    for one, other in zip(again.recommend(users), model.recommend(users), strict=True):
        assert np.array_equal(one, other)
    assert [file.name for file in tmp_path.iterdir()] == ["model"]


def test_rating_values_are_saved(make_split, tmp_path):
    parts = make_split([[5, 1, 0], [4, 0, 2], [0, 3, 3]])
    model = EASE(l2=1.0).fit(parts)
    again = EASE.load(model.save(tmp_path / "ease.npz"))
    assert np.array_equal(again.score([0, 1, 2]), model.score([0, 1, 2]))


def test_saved_files_hold_no_pickle(make_split, tmp_path):
    ids = np.array(["a", "b", "c"], dtype=object)
    path = Popularity().fit(make_split(np.eye(3), user_ids=ids, item_ids=ids)).save(tmp_path / "p")
    with np.load(path, allow_pickle=False) as file:
        assert {file[name].dtype.kind for name in file.files} <= set("uifU")


@pytest.mark.parametrize("ids", [[1, "a", 2.0], [None, "a", "b"], [(1,), (2,), (3,)]])
def test_mixed_ids_are_refused(make_split, ids):
    held = np.empty(3, dtype=object)
    held[:] = ids
    with pytest.raises(TypeError, match="user ids must be all numbers or all text"):
        Popularity().fit(replace(make_split(np.eye(3)), user_ids=held))


def test_numpy_numbers_as_parameters_are_saved(parts, tmp_path):
    model = EASE(l2=np.float32(5), top_weights=np.int64(4)).fit(parts)
    assert EASE.load(model.save(tmp_path / "m")).get_params()["top_weights"] == 4


def test_load_of_a_missing_file(tmp_path):
    with pytest.raises(FileNotFoundError, match="no saved model at"):
        EASE.load(tmp_path / "nothing.npz")


def test_save_into_a_missing_folder(parts, tmp_path):
    with pytest.raises(FileNotFoundError, match=r"the folder .* is missing"):
        Popularity().fit(parts).save(tmp_path / "no" / "model.npz")


def test_load_of_another_class(parts, tmp_path):
    path = Popularity().fit(parts).save(tmp_path / "m")
    with pytest.raises(ValueError, match=r"holds a Popularity, not a EASE; call Popularity.load"):
        EASE.load(path)


def test_load_of_another_format(tmp_path):
    about = {"model": "Popularity", "format": 99, "parameters": {}}
    path = write_model_file(tmp_path / "m", about, {})
    with pytest.raises(ValueError, match="in format 99, this version of longtail_lib reads"):
        Popularity.load(path)


def _cut(path):
    path.write_bytes(path.read_bytes()[:-100])


def _flip(path):
    content = bytearray(path.read_bytes())
    middle = content.index(b"state_popularity") + 200
    content[middle] ^= 0xFF
    path.write_bytes(content)


def _without_state(path):
    with np.load(path) as file:
        kept = {name: file[name] for name in file.files if not name.startswith("state_")}
    with path.open("wb") as file:
        np.savez(file, **kept)


def _text(path):
    path.write_text("not a model")


def _other_archive(path):
    with zipfile.ZipFile(path, "w") as file:
        file.writestr("about.npy", b"")


def _pickled(path):
    with np.load(path) as file:
        arrays = {name: file[name] for name in file.files}
    arrays["user_ids"] = np.array([{"a": 1}], dtype=object)
    with path.open("wb") as file:
        np.savez(file, **arrays)


def _unknown_parameter(path):
    with np.load(path) as file:
        arrays = {name: file[name] for name in file.files}
    about = json.loads(arrays["about"].tobytes())
    about["parameters"] = {"speed": 11}
    arrays["about"] = np.frombuffer(json.dumps(about).encode(), dtype=np.uint8)
    with path.open("wb") as file:
        np.savez(file, **arrays)


@pytest.mark.parametrize(
    "damage",
    [_cut, _flip, _without_state, _text, _other_archive, _pickled, _unknown_parameter],
    ids=lambda damage: damage.__name__.strip("_"),
)
def test_damaged_files_are_refused(parts, tmp_path, damage):
    path = Popularity().fit(parts).save(tmp_path / "m")
    damage(path)
    with pytest.raises(ValueError, match="is not a model saved by longtail_lib, or it is damaged"):
        Popularity.load(path)


def test_a_save_that_breaks_leaves_the_old_file(parts, tmp_path, monkeypatch):
    model = Popularity().fit(parts)
    path = model.save(tmp_path / "m")
    before = path.read_bytes()

    def broken(file, **arrays):
        file.write(b"half")
        raise OSError("no space left on device")

    monkeypatch.setattr(np, "savez", broken)
    with pytest.raises(OSError, match="no space left"):
        model.save(path)
    assert path.read_bytes() == before
    assert [file.name for file in tmp_path.iterdir()] == ["m"]


def test_python_objects_are_never_written(tmp_path):
    about = {"model": "M", "format": 1, "parameters": {}}
    with pytest.raises(TypeError, match="cannot save names: arrays of Python objects"):
        write_model_file(tmp_path / "m", about, {"names": np.array([{}, None], dtype=object)})
    assert list(tmp_path.iterdir()) == []


# --- exports -------------------------------------------------------------------------------------


def test_models_are_imported_only_when_used():
    code = (
        "import sys, longtail_lib.models as m; m.Popularity; "
        "print('longtail_lib.models.ease' in sys.modules, 'tensorflow' in sys.modules)"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.split() == ["False", "False"]
    assert {"EASE", "ItemKNN", "Popularity", "Random", "MACR", "Reranked"} <= set(dir(models))
    with pytest.raises(AttributeError, match="no attribute 'Slim'"):
        _ = models.Slim


@pytest.mark.parametrize(
    ("model", "name", "once"),
    [
        (ItemKNN(n_neighbors=7), "n_neighbors", "neighbours"),
        (ImplicitALS(factors=4, regularization=2.0), "regularization", "regularisation"),
        (LogitAdjusted(ItemKNN(n_neighbors=7)), "n_neighbors", "neighbours"),
    ],
    ids=["ItemKNN", "ImplicitALS", "wrapped"],
)
def test_a_file_with_the_old_name_of_a_parameter_still_loads(parts, tmp_path, model, name, once):
    path = model.fit(parts).save(tmp_path / "model")
    with np.load(path) as file:
        stored = {
            key: np.frombuffer(value.tobytes().replace(name.encode(), once.encode()), np.uint8)
            if key in ("about", "state_about")
            else value
            for key, value in file.items()
        }
    about = json.loads(stored.pop("about").tobytes())
    # Files with the old names did not list their arrays.
    del about["arrays"]
    with path.open("wb") as file:
        np.savez(file, about=to_header(about), **stored)
    with np.load(path) as file:
        assert once.encode() in b"".join(file[k].tobytes() for k in file if k.endswith("about"))
    loaded = type(model).load(path)
    assert np.array_equal(loaded.score([0, 1]), model.score([0, 1]))
    assert getattr(getattr(loaded, "model", loaded), name) == getattr(
        getattr(model, "model", model), name
    )
