"""What every test needs: a quiet TensorFlow, no windows, and real data only where it is."""

import os
import signal
from pathlib import Path

# Before any test module imports TensorFlow or matplotlib: both read these when imported.
os.environ["TF_CPP_MIN_LOG_LEVEL"] = "3"
os.environ["TF_ENABLE_ONEDNN_OPTS"] = "0"
os.environ["MPLBACKEND"] = "Agg"

import pytest
from hypothesis import settings

# A learner's first test must not fail by chance: the suite draws the same examples each time.
# `python -m longtail_course.build fuzz` draws others. On a busy machine no example has a deadline.
settings.register_profile("suite", deadline=None, derandomize=True, database=None)
settings.register_profile("random", deadline=None, derandomize=False, print_blob=True)
settings.load_profile("random" if os.environ.get("LONGTAIL_COURSE_RANDOM") else "suite")


def _missing(marker: pytest.Mark) -> list[str]:
    """Folders of real data that a test needs, by default MovieLens, and that are not here."""
    home = os.environ.get("LONGTAIL_DATA_HOME")
    wanted = marker.args or ("ml-latest-small",)
    return [name for name in wanted if not (home and (Path(home) / name).is_dir())]


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Skip real-data tests, each by its name, where the data is not on this machine."""
    for item in items:
        marker = item.get_closest_marker("real_data")
        if marker and (missing := _missing(marker)):
            what = ", ".join(missing)
            item.add_marker(
                pytest.mark.skip(reason=f"{item.name}: $LONGTAIL_DATA_HOME holds no {what}")
            )


@pytest.fixture
def hang_up_is_not_ignored():
    """Whoever runs the suite under nohup has SIGHUP ignored, and children inherit that."""
    if not hasattr(signal, "SIGHUP"):
        yield
        return
    before = signal.signal(signal.SIGHUP, signal.SIG_DFL)
    yield
    signal.signal(signal.SIGHUP, before)
