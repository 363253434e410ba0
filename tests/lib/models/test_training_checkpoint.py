from dataclasses import replace

import numpy as np
import pytest

from longtail_lib.models._training_progress import fingerprint, read_checkpoint, write_checkpoint

PARAMETERS = {"dim": 8, "epochs": 5, "checkpoint": "here", "progress": False}


def test_a_folder_without_a_checkpoint_gives_none(tmp_path):
    assert read_checkpoint(tmp_path / "missing", {"model": "M"}, {}) is None
    assert read_checkpoint(tmp_path, {"model": "M"}, {}) is None


def test_what_was_written_is_read_and_nothing_else_is_left(tmp_path, parts):
    own = fingerprint("M", PARAMETERS, parts)
    for loss in ([0.5], [0.5, 0.25]):
        about = {"loss": loss, "ndcg": loss}
        write_checkpoint(tmp_path, own, about, {"x": np.arange(3), "best_0": np.ones(2)})
    present = {"x": np.zeros(3, int), "best_0": np.zeros(2)}
    about, arrays = read_checkpoint(tmp_path, own, present)
    assert about == {"loss": [0.5, 0.25], "ndcg": [0.5, 0.25]}
    assert arrays["x"].tolist() == [0, 1, 2]
    assert [path.name for path in tmp_path.iterdir()] == ["training.npz"]


def test_where_it_lies_and_how_it_shows_do_not_matter(parts):
    other = PARAMETERS | {"checkpoint": "there", "progress": True}
    assert fingerprint("M", PARAMETERS, parts) == fingerprint("M", other, parts)


def test_an_array_as_parameter_counts_by_its_content(parts):
    one, same, other = (
        fingerprint("M", {"propensity": np.arange(4.0) + shift}, parts) for shift in (0, 0, 1)
    )
    assert one == same != other


def test_what_differs_is_named(tmp_path, parts):
    write_checkpoint(tmp_path, fingerprint("M", PARAMETERS, parts), {}, {})
    fewer = parts.train.copy()
    fewer.data = fewer.data * 2
    for changed, message in (
        (fingerprint("M", PARAMETERS | {"dim": 9}, parts), "dim was 8 and is 9"),
        (fingerprint("N", PARAMETERS, parts), "model was M and is N"),
        (fingerprint("M", PARAMETERS, replace(parts, train=fewer)), "train part was"),
        (
            fingerprint("M", PARAMETERS, replace(parts, validation=parts.test)),
            "validation part was",
        ),
        (fingerprint("M", PARAMETERS | {"l2": 1}, parts), "l2 was absent and is 1"),
    ):
        with pytest.raises(ValueError, match=f"another training: {message}.*Use another folder"):
            read_checkpoint(tmp_path, changed, {})


def test_a_damaged_file_is_refused(tmp_path):
    (tmp_path / "training.npz").write_bytes(b"no zip")
    with pytest.raises(ValueError, match=r"damaged.*remove it to start anew"):
        read_checkpoint(tmp_path, {"model": "M"}, {})


@pytest.mark.parametrize(
    ("about", "arrays"),
    [
        ({"loss": [0.5]}, {"x": np.arange(3)}),
        ({"loss": "low", "ndcg": []}, {"x": np.arange(3)}),
        ({"loss": [[0.5]], "ndcg": []}, {"x": np.arange(3)}),
        ({"loss": [float("nan")], "ndcg": []}, {"x": np.arange(3)}),
        ({"loss": [0.5], "ndcg": [0.1, 0.2]}, {"x": np.arange(3), "best_0": np.ones(2)}),
        ({"loss": [0.5], "ndcg": [7.0]}, {"x": np.arange(3), "best_0": np.ones(2)}),
        ({"loss": [0.5], "ndcg": [0.1]}, {"x": np.arange(3)}),
        ({"loss": [0.5], "ndcg": []}, {}),
        ({"loss": [0.5], "ndcg": []}, {"x": np.arange(4)}),
        ({"loss": [0.5], "ndcg": []}, {"x": np.arange(3.0)}),
        ({"loss": [0.5], "ndcg": []}, {"x": np.arange(3), "y": np.arange(3)}),
        ([], {"x": np.arange(3)}),
    ],
)
def test_a_state_that_cannot_be_is_refused(tmp_path, parts, about, arrays):
    own = fingerprint("M", PARAMETERS, parts)
    write_checkpoint(tmp_path, own, about, arrays)
    present = {"x": np.zeros(3, int), "best_0": np.zeros(2)}
    with pytest.raises(ValueError, match=r"training\.npz is not a model .*remove it to start anew"):
        read_checkpoint(tmp_path, own, present)
