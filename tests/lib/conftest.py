"""A store with a truth in tables: what is popular is shown often, and shown more to its fans."""

from types import SimpleNamespace

import numpy as np
import pytest

from longtail_lib.preprocessing import Split


def store(seed=0, n_users=200, n_items=40) -> tuple[Split, np.ndarray, np.ndarray]:
    rng = np.random.default_rng(seed)
    taste, kind = rng.normal(size=(n_users, 2)), rng.normal(size=(n_items, 2))
    appeal = np.linspace(1.5, -1.5, n_items)
    preference = 1 / (1 + np.exp(-(taste @ kind.T + appeal - 0.5)))
    propensity = np.clip(0.08 + 0.8 * preference * np.linspace(1, 0.1, n_items), 0.05, 0.95)
    train = rng.random(preference.shape) < preference * propensity
    # The truth holds users and items in reverse, as another source might.
    truth = SimpleNamespace(
        user_ids=np.arange(n_users)[::-1],
        item_ids=np.arange(n_items)[::-1],
        preference=lambda rows: preference[::-1, ::-1][rows],
        propensity=lambda rows: propensity[::-1, ::-1][rows],
    )
    return (
        Split.from_matrices(train, how="random", name="store", truth=truth),
        preference,
        propensity,
    )


@pytest.fixture(scope="session")
def small_store():
    """Give the split, the preferences and the propensities."""
    return store()


@pytest.fixture(scope="session")
def shop():
    """Give the shop, leave-last-out."""
    from longtail_lib import load_dataset, prepare, split

    return split(prepare(load_dataset("shop")), how="leave-last-out")


@pytest.fixture
def index(tmp_path, monkeypatch):
    """What pip finds: a folder of wheels. The cache is empty."""
    home = tmp_path / "index"
    monkeypatch.setenv("LONGTAIL_CACHE_HOME", str(tmp_path / "cache"))
    monkeypatch.setenv("PIP_NO_INDEX", "1")
    monkeypatch.setenv("PIP_FIND_LINKS", str(home))
    monkeypatch.delenv("PIP_INDEX_URL", raising=False)
    return home
