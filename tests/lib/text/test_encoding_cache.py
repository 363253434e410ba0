"""Nothing is encoded twice, and nothing that is damaged is believed."""

import errno
import threading
import warnings
from pathlib import Path

import numpy as np
import pytest

from longtail_lib.text import EncodingCache, TextEncoder
from longtail_lib.text import _text_encoder as text_encoder
from longtail_lib.text._encoding_cache import text_key
from tests.lib.text.tiny_bert import make_bert

TEXTS = [
    f"{a} {b} {c}" for a in ("red", "blue", "old") for b in ("lamp", "map") for c in ("sea", "old")
]


class Counting(TextEncoder):
    """Counts the texts that reach the network, and can be stopped after some batches."""

    computed, stop_after = 0, None

    def _forward(self, ids):
        if self.stop_after is not None and self.computed >= self.stop_after:
            raise KeyboardInterrupt
        self.computed += len(ids)
        return np.array([np.cos(np.arange(16) * sum(row)) / np.sqrt(16) for row in ids], np.float32)


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    return make_bert(tmp_path_factory.mktemp("bert") / "tiny")


@pytest.fixture
def make(folder, tmp_path):
    def new(**settings):
        return Counting(folder, **{"max_tokens": 16, "cache": tmp_path / "cache", **settings})

    return new


def files(tmp_path: Path) -> list[Path]:
    return sorted((tmp_path / "cache").rglob("*.npz"))


def test_only_new_texts_are_computed_and_equal_ones_once(make):
    first, second = make(), make()
    vectors = first.encode([*TEXTS[:4], TEXTS[0]])
    assert first.computed == 4
    np.testing.assert_array_equal(second.encode([*TEXTS, *TEXTS[:4]])[-4:], vectors[:4])
    assert second.computed == len(TEXTS) - 4


def test_without_a_cache_nothing_is_written(make, tmp_path):
    for _ in range(2):
        encoder = make(cache=False)
        encoder.encode(TEXTS)
        assert encoder.computed == len(TEXTS)
    assert not files(tmp_path)


def test_the_home_of_the_cache(make, tmp_path, monkeypatch):
    monkeypatch.setenv("LONGTAIL_CACHE_HOME", str(tmp_path / "home"))
    make(cache=True).encode(TEXTS)
    assert list((tmp_path / "home" / "encodings").rglob("*.npz"))


def test_other_settings_and_other_weights_have_their_own_vectors(make, tmp_path):
    make().encode(TEXTS)
    other = make(max_tokens=15)
    other.encode(TEXTS)
    assert other.computed == len(TEXTS)
    other = Counting(make_bert(tmp_path / "b", seed=1), max_tokens=16, cache=tmp_path / "cache")
    other.encode(TEXTS)
    assert other.computed == len(TEXTS)


def test_an_interrupted_encoding_goes_on_where_it_stopped(make, tmp_path, monkeypatch):
    monkeypatch.setattr(text_encoder, "_SHARD", 3)
    first = make(batch_tokens=10)
    first.stop_after = 7
    with pytest.raises(KeyboardInterrupt):
        first.encode(TEXTS)
    assert len(files(tmp_path)) >= 2
    second = make(batch_tokens=10)
    vectors = second.encode(TEXTS)
    assert second.computed == len(TEXTS) - first.computed
    np.testing.assert_array_equal(vectors, make(cache=False).encode(TEXTS))


def flip(raw: bytes) -> bytes:
    # In the middle of the vectors, where only a checksum can see it.
    place = raw.index(b"vectors.npy") + 400
    return raw[:place] + bytes([raw[place] ^ 1]) + raw[place + 1 :]


DAMAGE = {
    "one bit": flip,
    "cut off": lambda raw: raw[: len(raw) // 2],
    "empty": lambda raw: b"",
    "something else": lambda raw: b"<html>no vectors</html>",
}


@pytest.mark.parametrize("damage", DAMAGE.values(), ids=DAMAGE)
def test_a_damaged_file_is_told_and_its_texts_are_computed_again(
    make, tmp_path, monkeypatch, damage
):
    monkeypatch.setattr(text_encoder, "_SHARD", 4)
    vectors = make(batch_tokens=20).encode(TEXTS)
    whole = files(tmp_path)
    assert len(whole) > 1
    whole[0].write_bytes(damage(whole[0].read_bytes()))
    again = make()
    with pytest.warns(UserWarning, match=f"{whole[0].name} is damaged"):
        found = again.encode(TEXTS)
    np.testing.assert_array_equal(found, vectors)
    assert 0 < again.computed < len(TEXTS)
    quiet = make()
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        quiet.encode(TEXTS)
    assert quiet.computed == 0


def test_arrays_of_objects_and_of_another_width_are_damage(tmp_path):
    cache = EncodingCache(tmp_path, "m", 2)
    cache.folder.mkdir(parents=True)
    keys = np.frombuffer(text_key("a"), np.uint8).reshape(1, 32)
    np.savez(cache.folder / "a.npz", keys=keys, vectors=np.zeros((1, 3), np.float32))
    np.savez(cache.folder / "b.npz", keys=keys, vectors=np.array([[print]], object))
    np.savez(cache.folder / "c.npz", vectors=np.zeros((1, 2), np.float32))
    with pytest.warns(UserWarning, match="is damaged") as caught:
        assert cache.read([text_key("a")]) == {}
    assert len(caught) == 3


def test_what_is_not_wanted_is_not_read(tmp_path):
    cache = EncodingCache(tmp_path, "m", 2)
    cache.write([text_key("a")], np.ones((1, 2)))
    (path,) = cache.folder.glob("*.npz")
    raw = path.read_bytes()
    path.write_bytes(raw.replace(np.ones(2, np.float32).tobytes(), b"12345678"))
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        assert cache.read([text_key("b")]) == {}
    with pytest.warns(UserWarning, match="damaged"):
        assert cache.read([text_key("a")]) == {}


def test_many_small_files_become_one(tmp_path):
    cache = EncodingCache(tmp_path, "m", 2)
    for number in range(100):
        cache.write([text_key(str(number))], np.full((1, 2), number))
    assert len(list(cache.folder.iterdir())) < 64
    found = cache.read([text_key(str(number)) for number in range(100)])
    assert [found[text_key(str(number))][0] for number in range(100)] == list(range(100))


def test_what_could_not_be_read_outlives_a_merge(tmp_path, monkeypatch):
    cache = EncodingCache(tmp_path, "m", 2)
    cache.write([text_key("held")], np.full((1, 2), 0.5))
    (held,) = cache.folder.glob("*.npz")
    load = np.load

    def refuse(path, **options):
        if path == held:
            raise OSError(errno.EMFILE, "too many open files")
        return load(path, **options)

    with monkeypatch.context() as patch:
        patch.setattr(np, "load", refuse)
        for place in range(63):
            cache.write([text_key(str(place))], np.full((1, 2), float(place)))
    assert len(list(cache.folder.glob("*.npz"))) == 2
    assert len(cache.read([text_key(text) for text in ("held", "0", "62")])) == 3


def test_writers_at_the_same_time_do_no_harm(tmp_path):
    def work(worker):
        cache = EncodingCache(tmp_path, "m", 2)
        for number in range(80):
            cache.write([text_key(f"{number % 50}")], np.full((1, 2), number % 50))
            cache.read([text_key(f"{worker}")])

    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        workers = [threading.Thread(target=work, args=(n,)) for n in range(4)]
        for thread in workers:
            thread.start()
        for thread in workers:
            thread.join()
    assert not caught
    found = EncodingCache(tmp_path, "m", 2).read([text_key(str(n)) for n in range(50)])
    assert all(found[text_key(str(n))][0] == n for n in range(50))
    assert not list(tmp_path.rglob("*.part"))


def test_a_folder_that_cannot_be_written_is_told_once(make, tmp_path, monkeypatch):
    (tmp_path / "cache").write_text("a file where the folder should be")
    monkeypatch.setattr(text_encoder, "_SHARD", 3)
    with pytest.warns(UserWarning, match="cannot be kept in") as caught:
        vectors = make(batch_tokens=10).encode(TEXTS)
    assert len(caught) == 1
    assert vectors.shape == (len(TEXTS), 16)


@pytest.mark.parametrize("seed", range(40))
def test_a_flipped_bit_is_damage_whatever_it_breaks(make, tmp_path, seed):
    expected = make().encode(TEXTS)
    [path] = files(tmp_path)
    rng, raw = np.random.default_rng(seed), bytearray(path.read_bytes())
    # Mostly in the headers, where a bit breaks the reading and not a checksum.
    place = int(rng.integers(len(raw) if seed % 2 else 200))
    raw[place] ^= 1 << int(rng.integers(8))
    path.write_bytes(raw)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        np.testing.assert_array_equal(make().encode(TEXTS), expected)
        again = make()
        np.testing.assert_array_equal(again.encode(TEXTS), expected)
    assert again.computed == 0


def test_vectors_that_are_no_numbers_are_computed_again(make, tmp_path):
    expected = make().encode(TEXTS)
    [path] = files(tmp_path)
    with np.load(path) as arrays:
        keys, vectors = arrays["keys"], arrays["vectors"].copy()
    vectors[0, 0] = np.nan
    with path.open("wb") as file:
        np.savez(file, keys=keys, vectors=vectors)
    with pytest.warns(UserWarning, match="is damaged .*no number"):
        np.testing.assert_array_equal(make().encode(TEXTS), expected)


@pytest.mark.parametrize("number", [errno.EMFILE, errno.EACCES, errno.EIO])
def test_an_error_that_passes_removes_nothing(make, tmp_path, monkeypatch, number):
    expected = make().encode(TEXTS)
    before = files(tmp_path)

    def refuse(*args, **named):
        raise OSError(number, "for now")

    with monkeypatch.context() as patch:
        patch.setattr("longtail_lib.text._encoding_cache.np.load", refuse)
        again = make()
        np.testing.assert_array_equal(again.encode(TEXTS), expected)
        assert again.computed == len(TEXTS)
    assert set(before) <= set(files(tmp_path))
    later = make()
    later.encode(TEXTS)
    assert later.computed == 0
