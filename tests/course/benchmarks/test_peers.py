"""The comparisons with peers: what they compute beside times, and the lock of their environment."""

import importlib.util
import json
import re
from pathlib import Path

import numpy as np
from scipy.sparse import csr_matrix

ROOT = Path(__file__).resolve().parents[3]
PEERS = ROOT / "benchmarks" / "peers"


def load(name):
    spec = importlib.util.spec_from_file_location(f"peers_{name}", PEERS / f"{name}.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


agreement = load("agreement")


def test_the_objective_of_als_is_the_sum_over_all_pairs():
    rng = np.random.default_rng(0)
    train = csr_matrix(rng.random((7, 9)) < 0.3, dtype=float)
    users, items = rng.standard_normal((7, 3)), rng.standard_normal((9, 3))
    there = train.toarray() > 0
    weight = np.where(there, 10.0, 1.0)
    expected = (weight * (there - users @ items.T) ** 2).sum()
    expected += 5.0 * ((users**2).sum() + (items**2).sum())
    assert np.isclose(agreement.als_objective(users, items, train, 5.0, 10.0), expected)


def test_kept_similarities_are_sorted_row_by_row():
    matrix = csr_matrix([[0.0, 0.2, 0.7], [0.0, 0.0, 0.0], [0.3, 0.0, 0.1]])
    found = agreement.sorted_rows({"data": matrix.data, "indptr": matrix.indptr})
    assert found[:, :3].tolist() == [[0.7, 0.2, 0.0], [0.0, 0.0, 0.0], [0.3, 0.1, 0.0]]
    assert not found[:, 3:].any()


def test_the_lock_of_the_peers_has_hashes_and_names_no_index():
    text = (PEERS / "requirements.lock").read_text(encoding="utf-8")
    assert not re.search(r"^--|https?://|file:", text, re.M)
    blocks = re.split(r"^(?=[a-z0-9])", text, flags=re.M)[1:]
    assert all("--hash=sha256:" in block for block in blocks)
    names = {block.split("==")[0] for block in blocks}
    assert {"rectools", "lenskit", "torch", "sentence-transformers"} <= names
    assert not [name for name in names if name.startswith(("nvidia", "cuda", "triton"))]


def test_stored_numbers_agree_and_keep_their_limits():
    """Times of a shared machine are no test; that the same thing was timed is one."""
    stored = json.loads((PEERS.parent / "results" / "peers.json").read_text())["comparisons"]
    known = re.findall(r'^    "(\w+)": \(', (PEERS / "run.py").read_text(encoding="utf-8"), re.M)
    assert set(stored) == set(known)
    of = {name: entry["agreement"] for name, entry in stored.items() if "agreement" in entry}
    assert of["ease"]["largest_difference_of_weights"] < 1e-5
    transposed = "largest_difference_of_its_scores_to_ours_with_weights_transposed"
    assert of["ease"][transposed] < 1e-4 < of["ease"]["largest_difference_of_its_scores_to_ours"]
    assert of["lists"]["largest_difference"] < 1e-9
    assert of["lists"]["its_NDCG@10_by_default"] < 0.6 * of["lists"]["NDCG@10"]
    assert of["item_knn"]["largest_difference_of_kept_similarities_to_implicit"] < 1e-5
    objectives = [of["als"][f"objective_of_{side}"] for side in ("ours", "implicit")]
    assert abs(np.subtract(*objectives)) < 0.01 * objectives[0]
    assert of["read"]["ours"] == of["read"]["rectools"]
    assert of["encode"]["largest_difference_of_vectors"] < 1e-4
    assert stored["item_knn_large"]["peak_megabytes"]["ours"] < 2_000
