"""Models that had another name: the old one works for now, warns, and stands in saved files."""

import json
import subprocess
import sys
import warnings

import numpy as np
import pytest

import longtail_lib.models as models
from longtail_lib.models._model_file import (
    RENAMED_MODELS,
    read_model_file,
    to_header,
    write_model_file,
)
from longtail_lib.models._wrapped_recommender import find_class

WARNING = r"longtail_lib\.models\.Ease is now called EASE; the old name goes with the next release"


def test_the_old_name_is_the_same_class_and_warns_each_time():
    for _ in range(2):
        with pytest.warns(FutureWarning, match=WARNING) as caught:
            old = models.Ease
        assert caught[0].filename == __file__
        assert old is models.EASE
    assert "Ease" not in models.__all__


def test_the_new_name_does_not_warn():
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        assert models.EASE.__name__ == "EASE"


def test_importing_the_old_name_works_and_warns():
    code = "from longtail_lib.models import Ease; print(Ease(l2=3.0))"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.startswith("EASE(l2=3.0")
    assert "FutureWarning: longtail_lib.models.Ease is now called EASE" in done.stderr


def written_as(path, old, new):
    """Rewrite a file as if the model had had its old name when it was saved."""
    with np.load(path) as file:
        arrays = {name: file[name] for name in file.files}
    about = json.loads(arrays.pop("about").tobytes())
    for name in arrays:
        if name.startswith("state_about"):
            inner = json.loads(arrays[name].tobytes())
            inner["model"] = inner["model"].replace(new, old)
            arrays[name] = to_header(inner)
    about["model"] = about["model"].replace(new, old)
    return write_model_file(path, about, arrays)


@pytest.mark.parametrize("make", [models.EASE, lambda: models.Reranked(models.EASE())])
def test_a_file_saved_under_the_old_name_loads_without_a_warning(make, parts, tmp_path):
    model = make().fit(parts)
    path = written_as(model.save(tmp_path / "old.npz"), "Ease", "EASE")
    assert b'"Ease"' in path.read_bytes()
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        again = type(model).load(path)
    np.testing.assert_array_equal(again.score([0, 1]), model.score([0, 1]))
    assert again.get_params().keys() == model.get_params().keys()
    with read_model_file(path) as (about, _):
        assert about["model"] == type(model).__name__


def test_every_renamed_model_is_known_by_both_names():
    for old, new in RENAMED_MODELS.items():
        with pytest.warns(FutureWarning):
            assert getattr(models, old) is find_class(new)
