"""A small log as a file, and the command as a user types it."""

import numpy as np
import polars as pl
import pytest

from longtail_lib.cli import main


@pytest.fixture
def type_command(capsys):
    """Run `longtail ...`; return exit code, standard output and standard error."""

    def command(*words):
        code = main([str(word) for word in words])
        said = capsys.readouterr()
        return code, said.out, said.err

    return command


@pytest.fixture(scope="session")
def small_log(tmp_path_factory):
    """A folder with log.csv and shop.csv: 40 users with two tastes, 24 items, all times apart."""
    folder = tmp_path_factory.mktemp("small")
    rng = np.random.default_rng(0)
    users = np.repeat(np.arange(40), 8)
    order = [rng.permutation(12) + 12 * (user % 2) for user in range(40)]
    log = pl.DataFrame(
        {
            "uid": users,
            "sku": [f"i{item:02}" for own in order for item in own[:8]],
            "stars": rng.integers(1, 6, len(users)),
            "ts": 1_600_000_000 + rng.permutation(len(users)),
        }
    )
    log.write_csv(folder / "log.csv")
    items = [f"i{item:02}" for item in range(25)]
    pl.DataFrame({"sku": items, "name": items}).write_csv(folder / "shop.csv")
    return folder
