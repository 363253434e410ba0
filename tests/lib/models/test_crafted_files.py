"""Files made to break a model: each loads as the model that was saved, or is refused."""

import itertools
import json
import re
import struct
import tracemalloc
import zipfile

import numpy as np
import pytest

from longtail_lib import models
from longtail_lib._parameters import constraints_of
from longtail_lib.models import Pretrained
from longtail_lib.models._model_file import to_header
from longtail_lib.models.generative._residual_codebooks import ResidualAutoencoder
from longtail_lib.models.generative.semantic_ids import SemanticIds
from longtail_lib.models.sequence.pretrained import encoder_shapes
from longtail_lib.preprocessing import Split
from tests.lib.models.every_model import BUILD, VECTORS, fitted, world

# Nothing else in the file says how long these are.
UNKNOWABLE = {
    ("Random", "item_ids", "shorter"),
    ("SemanticIds", "codes", "shorter"),
    ("Pretrained", "adapter", "shorter"),
    ("Pretrained", "adapter", "longer"),
    ("Pretrained", "adapter", "nothing"),
}
PATHS = ("checkpoint", "pretrained")
REFUSED = r"is not a model saved by longtail_lib, or it is damaged .*again$"


def a_pretrained():
    rng = np.random.default_rng(0)
    weights = encoder_shapes(4, 2, 6).values()
    return Pretrained(
        rng.normal(size=(5, 4)).astype(np.float32),
        [rng.normal(size=one.shape).astype(np.float32) for one in weights],
        dim=4,
        blocks=2,
        heads=2,
        max_length=6,
        domains=["a", "b"],
        text_encoder="c",
    )


def ids_by_an_autoencoder():
    """Ids as after a training, without one."""
    rng = np.random.default_rng(0)

    def layers(*widths):
        for inputs, outputs in itertools.pairwise(widths):
            for shape in ((inputs, outputs), (outputs,)):
                yield rng.normal(size=shape).astype(np.float32)

    width, latent = VECTORS.shape[1], 3
    encoder, decoder = tuple(layers(width, 7, latent)), tuple(layers(latent, 8, width))
    ids = SemanticIds(levels=2, codes=4)
    ids.fit(ResidualAutoencoder(encoder, decoder, np.zeros(0)).latent(VECTORS))
    ids.method = "rq-vae"
    ids._autoencoder = ResidualAutoencoder(encoder, decoder, ids.codebooks_)
    return ids


MORE = {
    "sparse EASE": lambda: models.EASE(l2=5.0, top_weights=3),
    "ContentKNN of neighbours": lambda: models.ContentKNN(vectors=VECTORS, n_neighbors=5),
    "Reranked by vectors": lambda: models.Reranked(models.Popularity(), "mmr", vectors=VECTORS),
    "gated FusedTower": lambda: models.FusedTower(
        fusion="gate", vectors=VECTORS, dim=4, epochs=1, patience=None
    ),
    "MACR with c": lambda: models.MACR(dim=4, epochs=1, c=0.5),
    "TwoTower with a bias": lambda: models.TwoTower(dim=4, epochs=2, patience=1, item_bias=True),
}
NO_RECOMMENDERS = {
    "SemanticIds": lambda: SemanticIds(levels=2, codes=4).fit(VECTORS),
    "SemanticIds by an autoencoder": ids_by_an_autoencoder,
    "Pretrained": a_pretrained,
}


@pytest.fixture(scope="module", params=[*BUILD, *MORE, *NO_RECOMMENDERS])
def saved(request, tmp_path_factory):
    """A model and its file."""
    name = request.param
    if name in NO_RECOMMENDERS:
        model = NO_RECOMMENDERS[name]()
    else:
        model = fitted(name) if name in BUILD else MORE[name]().fit(world())
    path = tmp_path_factory.mktemp("saved") / "model.npz"
    return model, model.save(path)


def observed(model):
    """What a person gets from a model."""
    if isinstance(model, Pretrained):
        return [repr(model)]
    if isinstance(model, SemanticIds):
        return [*model.state().values(), model.encode(VECTORS), model.decode(model.codes_)]
    users = model.user_ids_
    return [
        model.score(np.arange(len(users))),
        *model.recommend(users, k=5),
        repr(model._stored_params()),
    ]


def tried(model, path):
    """The loaded model, or the message that it is refused with."""
    try:
        return type(model).load(path)
    except ValueError as error:
        return str(error)


def assert_refused(model, path, why):
    said = tried(model, path)
    assert isinstance(said, str), f"accepted: {why}"
    assert str(path) in said
    assert re.search(REFUSED, said), said


def assert_equal_or_refused(model, expected, path, why):
    found = tried(model, path)
    if isinstance(found, str):
        assert str(path) in found, why
        return
    for one, other in zip(observed(found), expected, strict=True):
        np.testing.assert_array_equal(one, other, err_msg=why)


def arrays_of(path):
    with np.load(path) as file:
        return {name: file[name] for name in file.files}


def write(path, arrays, listed=False):
    """Write arrays with a header that lists none, as before, or that lists what is there."""
    arrays = dict(arrays)
    about = json.loads(arrays.pop("about").tobytes())
    about.pop("arrays", None)
    if listed:
        about["arrays"] = {name: (one.dtype.name, one.shape) for name, one in arrays.items()}
    with path.open("wb") as file:
        np.savez(file, about=to_header(about), **arrays)
    return path


def ids_again(ids):
    ids = ids.copy()
    ids[1] = ids[0]
    return ids


def with_nan(array):
    array = array.copy()
    array.flat[-1] = np.nan
    return array


def changes(name, array):
    """Ways to spoil one array; each is named."""
    yield "complex", array.astype(complex) if array.dtype.kind in "biuf" else None
    yield "text", np.full(array.shape, "a") if array.dtype.kind in "biuf" else None
    yield "more axes", array[None]
    yield "bytes", np.frombuffer(array.tobytes() + b"x", np.uint8)
    if array.dtype.kind == "f":
        yield "NaN", with_nan(array) if array.size else None
        yield "infinite", np.full_like(array, np.inf) if array.size else None
        if name != "seen_data":
            yield "wider", array.astype(np.float64 if array.dtype == np.float32 else np.float32)
        yield "other bytes", array.astype(array.dtype.newbyteorder())
    if array.ndim:
        yield "longer", np.concatenate([array, array[-1:]])
        yield "nothing", array[:0]
        if len(array) > 1:
            yield "shorter", array[:-1]
    if array.ndim == 2 and array.shape[0] != array.shape[1]:
        yield "turned", np.ascontiguousarray(array.T)
    if name.endswith("_ids"):
        yield "reversed", array[::-1]
        yield "one id twice", ids_again(array)
    if name.rpartition("_")[2] in ("indices", "indptr"):
        yield "far outside", np.full_like(array, 2**28)
        yield "negative", np.full_like(array, -1)


def some_names(arrays):
    """All arrays but the header; of a network's many weights a few."""
    many = sorted(name for name in arrays if name.rpartition("_")[2].isdecimal())
    few = set(np.random.default_rng(len(many)).permutation(many)[:5].tolist())
    return [name for name in arrays if name != "about" and (name not in many or name in few)]


def test_every_spoilt_array_is_refused(saved, tmp_path):
    model, path = saved
    arrays, other = arrays_of(path), tmp_path / "other.npz"
    # In turns as a file of earlier versions, and as one whose header was changed as well.
    listed = itertools.cycle([False, True])
    for name in some_names(arrays):
        rest = {one: array for one, array in arrays.items() if one != name}
        if not name.endswith("own_item_vectors"):
            assert_refused(model, write(other, rest, next(listed)), f"without {name}")
        for what, array in changes(name, arrays[name]):
            if array is not None and (type(model).__name__, name, what) not in UNKNOWABLE:
                spoilt = write(other, rest | {name: array}, next(listed))
                assert_refused(model, spoilt, f"{name}: {what}")
    more = write(other, arrays | {"state_more": np.zeros(2**10)}, True)
    assert_refused(model, more, "an array too many")


@pytest.mark.parametrize("listed", [False, True])
def test_an_array_that_is_as_it_was_is_taken(saved, tmp_path, listed):
    model, path = saved
    again = type(model).load(write(tmp_path / "other.npz", arrays_of(path), listed))
    for one, other in zip(observed(again), observed(model), strict=True):
        np.testing.assert_array_equal(one, other)


def test_an_array_that_the_header_lists_otherwise_is_refused(saved, tmp_path):
    model, path = saved
    arrays, other = arrays_of(path), tmp_path / "other.npz"
    for place, name in enumerate(some_names(arrays)):
        rest = {one: array for one, array in arrays.items() if one != name}
        with other.open("wb") as file:
            np.savez(file, **rest, **({} if place % 2 else {name: arrays[name][None]}))
        assert_refused(model, other, name)


def test_cut_and_flipped_files(saved, tmp_path):
    model, path = saved
    raw, expected = path.read_bytes(), observed(model)
    rng = np.random.default_rng(len(raw))
    other = tmp_path / "other.npz"
    for length in (0, 1, 21, 22, 97, *rng.integers(len(raw), size=6), len(raw) - 1):
        other.write_bytes(raw[:length])
        assert_refused(model, other, f"{length} bytes")
    for place in (*rng.integers(len(raw), size=12), *rng.integers(-600, 0, size=12)):
        spoilt = bytearray(raw)
        spoilt[place] ^= 1 << int(rng.integers(8))
        other.write_bytes(spoilt)
        assert_equal_or_refused(model, expected, other, f"byte {place}")


def test_wrong_parameters_are_refused(saved, tmp_path):
    model, path = saved
    arrays = arrays_of(path)
    about = json.loads(arrays["about"].tobytes())
    for name in about["parameters"]:
        for wrong in ({}, [[1]], "no such word", -3, 2.5e300):
            parameters = about["parameters"] | {name: wrong}
            changed = arrays | {"about": to_header(about | {"parameters": parameters})}
            found = tried(model, write(tmp_path / "other.npz", changed))
            if isinstance(found, str):
                assert "other.npz" in found
                continue
            # One that is never taken from a file, or what a fit would take as well.
            right = constraints_of(type(model)).get(name)
            assert name in PATHS or right is None or right.accepts(wrong), (name, wrong)
            assert getattr(found, name) == (None if name in PATHS else wrong)


def forged(path, change):
    """Change the directory's record of the array that comes first."""
    raw = bytearray(path.read_bytes())
    change(raw, raw.index(b"PK\1\2"))
    path.write_bytes(raw)
    return path


def declared(size):
    def change(raw, at):
        raw[at + 20 : at + 28] = struct.pack("<LL", size, size)

    return change


def peak_of(load):
    tracemalloc.start()
    try:
        with pytest.raises(ValueError, match=REFUSED):
            load()
        return tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()


@pytest.fixture
def popular(tmp_path):
    return fitted("Popularity").save(tmp_path / "model.npz")


@pytest.mark.parametrize("size", [2**31, 2**32 - 2])
def test_a_size_that_is_a_lie_costs_nothing(popular, size):
    forged(popular, declared(size))
    assert peak_of(lambda: models.Popularity.load(popular)) < 2**20


@pytest.mark.parametrize("shape", [(2**40,), (2**62, 2**62), (-1,), (2**40, 0)])
@pytest.mark.parametrize("name", ["user_ids", "state_popularity", "about"])
def test_a_shape_that_is_a_lie_costs_nothing(popular, name, shape):
    arrays = arrays_of(popular)
    with zipfile.ZipFile(popular, "w") as file:
        for other, array in arrays.items():
            with file.open(f"{other}.npy", "w") as member:
                about = np.lib.format.header_data_from_array_1_0(array)
                if other == name:
                    about["shape"] = shape
                np.lib.format.write_array_header_1_0(member, about)
                member.write(array.tobytes())
    assert peak_of(lambda: models.Popularity.load(popular)) < 2**20


def test_texts_without_length_cost_nothing(popular):
    arrays = arrays_of(popular) | {"item_ids": np.empty(3, "U1")}
    with zipfile.ZipFile(popular, "w") as file:
        for name, array in arrays.items():
            with file.open(f"{name}.npy", "w") as member:
                about = np.lib.format.header_data_from_array_1_0(array)
                if name == "item_ids":
                    about |= {"shape": (2**40,), "descr": "<U0"}
                np.lib.format.write_array_header_1_0(member, about)
                member.write(b"" if name == "item_ids" else array.tobytes())
    assert peak_of(lambda: models.Popularity.load(popular)) < 2**20


def test_arrays_that_share_their_bytes_are_refused(popular):
    raw = popular.read_bytes()
    start, end = raw.index(b"PK\1\2"), raw.rindex(b"PK\5\6")
    records = raw[start:end]
    again = b"".join(records.replace(b"user_ids", b"user_%03d" % n) for n in range(200))
    tail = raw[end : end + 8] + struct.pack("<HHLLH", 999, 999, len(again), start, 0)
    popular.write_bytes(raw[:start] + again + tail)
    with pytest.raises(ValueError, match=REFUSED):
        models.Popularity.load(popular)


def test_a_directory_without_end_is_not_read(popular):
    raw = popular.read_bytes()
    start, end = raw.index(b"PK\1\2"), raw.rindex(b"PK\5\6")
    again = raw[start:end] * 20_000
    tail = raw[end : end + 8] + struct.pack("<HHLLH", 999, 999, len(again), start, 0)
    popular.write_bytes(raw[:start] + again + tail)
    assert peak_of(lambda: models.Popularity.load(popular)) < 2**20


def test_a_header_of_many_brackets_is_refused(popular):
    arrays = arrays_of(popular)
    for text in (b"[" * 100_000, b"[" + b"[]," * 2**20 + b"[]]"):
        arrays["about"] = np.frombuffer(text, np.uint8)
        with popular.open("wb") as file:
            np.savez(file, **arrays)
        assert peak_of(lambda: models.Popularity.load(popular)) < 3 * 2**22


def test_a_large_model_is_read_once(tmp_path):
    parts = Split.from_matrices(np.tri(20, 1500))
    path = models.EASE(l2=5.0).fit(parts).save(tmp_path / "model.npz")
    tracemalloc.start()
    models.EASE.load(path)
    assert tracemalloc.get_traced_memory()[1] < 1.5 * path.stat().st_size
    tracemalloc.stop()


def test_an_error_that_passes_is_not_told_as_damage(popular, monkeypatch):
    def refuse(*args, **named):
        raise OSError(24, "Too many open files")

    monkeypatch.setattr("longtail_lib.models._stored_arrays.zipfile.ZipFile", refuse)
    with pytest.raises(OSError, match="Too many open files"):
        models.Popularity.load(popular)
