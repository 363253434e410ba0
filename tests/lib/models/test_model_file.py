"""Files that were altered: refused before anything computes with them."""

import json
import tracemalloc

import numpy as np
import pytest

from longtail_lib.models import EASE, ItemKNN, Popularity, RelevanceMF, Reranked, TwoTower
from longtail_lib.models._model_file import to_header

HUGE = 2**28


def altered(path, changes):
    """Write the file again with some arrays changed."""
    with np.load(path) as file:
        arrays = {name: file[name] for name in file.files}
    for name, change in changes.items():
        arrays[name] = change(arrays[name].copy())
    # As a file of an earlier version, whose header did not list its arrays.
    about = json.loads(arrays["about"].tobytes())
    about.pop("arrays")
    arrays["about"] = to_header(about)
    with path.open("wb") as file:
        np.savez(file, **arrays)
    return path


def filled(value):
    def change(array):
        array[:] = value
        return array

    return change


def inner(value):
    def change(array):
        array[1:-1] = value
        return array

    return change


@pytest.mark.parametrize(
    ("model", "changes"),
    [
        (Popularity(), {"seen_indices": filled(HUGE)}),
        (Popularity(), {"seen_indices": filled(-1)}),
        (Popularity(), {"seen_indptr": inner(2**30)}),
        (Popularity(), {"seen_indptr": lambda rows: rows[::-1]}),
        (Popularity(), {"seen_data": lambda data: data[:-1]}),
        (Popularity(), {"seen_data": lambda data: data.astype(complex)}),
        (Popularity(), {"seen_indices": lambda columns: columns.astype(float)}),
        (Popularity(), {"seen_indices": lambda columns: columns[:, None]}),
        (ItemKNN(n_neighbors=5), {"state_indices": filled(HUGE)}),
        (ItemKNN(n_neighbors=5), {"state_indptr": inner(2**30)}),
        (EASE(top_weights=3), {"state_indices": filled(HUGE)}),
        (Reranked(ItemKNN(n_neighbors=5)), {"state_inner_indices": filled(HUGE)}),
    ],
    ids=lambda value: type(value).__name__ if not isinstance(value, dict) else next(iter(value)),
)
def test_a_matrix_that_points_outside_is_refused(parts, tmp_path, model, changes):
    path = model.fit(parts).save(tmp_path / "model.npz")
    loaded = type(model).load(path)
    assert np.array_equal(loaded.recommend(parts.user_ids)[0], model.recommend(parts.user_ids)[0])
    with pytest.raises(ValueError, match="is not a model saved by longtail_lib, or it is damaged"):
        type(model).load(altered(path, changes))


@pytest.mark.parametrize("trained", [TwoTower, RelevanceMF])
@pytest.mark.parametrize("wrapped", [False, True])
def test_no_file_says_where_a_later_fit_writes(parts, tmp_path, wrapped, trained):
    kept = trained(dim=2, epochs=1, patience=None, checkpoint=tmp_path / "kept", progress=False)
    model = (Reranked(kept) if wrapped else kept).fit(parts)
    path = model.save(tmp_path / "model.npz")
    assert str(tmp_path).encode() not in path.read_bytes()
    loaded = type(model).load(path)
    assert (loaded.model if wrapped else loaded).checkpoint is None
    assert kept.checkpoint == tmp_path / "kept"

    def elsewhere(header):
        about = json.loads(header.tobytes())
        about["parameters"]["checkpoint"] = str(tmp_path / "elsewhere")
        return to_header(about)

    hostile = altered(path, {"state_about" if wrapped else "about": elsewhere})
    again = type(model).load(hostile)
    assert (again.model if wrapped else again).checkpoint is None


def test_a_file_cannot_grow_in_memory(parts, tmp_path):
    path = Popularity().fit(parts).save(tmp_path / "model.npz")
    with np.load(path) as file:
        arrays = {name: file[name] for name in file.files}
    with path.open("wb") as file:
        np.savez_compressed(file, **arrays, unknown=np.zeros(2**25))
    assert path.stat().st_size < 2**19
    tracemalloc.start()
    with pytest.raises(ValueError, match="packed arrays"):
        Popularity.load(path)
    assert tracemalloc.get_traced_memory()[1] < 2**20
    tracemalloc.stop()
