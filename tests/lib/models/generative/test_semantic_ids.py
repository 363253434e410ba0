import numpy as np
import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.sparse.linalg import svds

from longtail_lib.models import NotFittedError, Popularity, SemanticIds
from longtail_lib.models.generative._id_tables import last_tokens, share_alone, spread_last_code

METHODS = ["residual-k-means", "rq-vae"]


def random_vectors(n, dim, seed):
    vectors = np.random.default_rng(seed).normal(size=(n, dim)).astype(np.float32)
    return vectors / np.linalg.norm(vectors, axis=1, keepdims=True)


@pytest.fixture(scope="module", params=METHODS)
def fitted(request, vectors):
    return SemanticIds(levels=3, codes=6, method=request.param).fit(vectors)


def rounding_error(points, codes, books):
    """Residual after each level by a plain loop, as a share of the variance."""
    residual, errors = points.astype(float), []
    for level, book in enumerate(books):
        residual = residual - book[codes[:, level]]
        errors.append((residual**2).sum(axis=1).mean())
    return np.array(errors) / points.astype(float).var(axis=0).sum()


# --- quantisation --------------------------------------------------------------------------------


def test_the_first_token_finds_the_clusters(fitted, vectors):
    clusters = np.arange(len(vectors)) % 6
    pairs = set(zip(fitted.codes_[:, 0].tolist(), clusters.tolist(), strict=True))
    assert len(pairs) <= 8
    purity = fitted.prefix_purity(clusters)
    assert purity["purity"][0] > 0.9 > 0.5 > purity["purity of shuffled labels"][0]


def test_errors_are_what_a_plain_loop_measures(vectors):
    ids = SemanticIds(levels=3, codes=6).fit(vectors)
    assert ids.errors_ == pytest.approx(
        rounding_error(vectors, ids.codes_, ids.codebooks_), rel=1e-4
    )


@given(
    seed=st.integers(0, 10_000),
    n=st.integers(10, 80),
    levels=st.integers(1, 5),
    codes=st.integers(2, 8),
)
@settings(max_examples=40)
def test_nearest_codes_leave_less_at_every_level_and_ids_are_unique(seed, n, levels, codes):
    ids = SemanticIds(levels=levels, codes=codes, spread=False).fit(random_vectors(n, 5, seed))
    assert (np.diff(ids.errors_, prepend=1.0) <= 1e-6).all()
    assert len({tuple(row) for row in ids.codes_.tolist()}) == n
    assert ids.unique_after_ == 1.0
    assert tuple(ids.codes_.max(axis=0) < ids.sizes_) == (True,) * (levels + 1)


def test_rq_vae_leaves_less_at_every_level_too(vectors):
    ids = SemanticIds(levels=3, codes=6, method="rq-vae", spread=False).fit(vectors)
    assert (np.diff(ids.errors_, prepend=1.0) <= 1e-6).all()
    left = ((vectors - ids.decode(ids.codes_)) ** 2).sum() / (
        (vectors - vectors.mean(axis=0)) ** 2
    ).sum()
    # Zero would be perfect, 1 is what the mean of all vectors leaves.
    assert left < 0.6


def test_all_codes_are_in_use(fitted):
    assert fitted.dead_codes_.tolist() == [0, 0, 0]


def test_decoding_more_tokens_comes_nearer(vectors):
    ids = SemanticIds(levels=3, codes=6, spread=False).fit(vectors)
    errors = [((vectors - ids.decode(ids.codes_[:, :depth])) ** 2).sum() for depth in (1, 2, 3, 4)]
    assert errors[0] > errors[1] > errors[2] == errors[3]


# --- unique ids ----------------------------------------------------------------------------------


def test_spreading_makes_ids_unique_at_the_least_error():
    rng = np.random.default_rng(1)
    residual, book = rng.normal(size=(3, 2)), rng.normal(size=(3, 2))
    residual[1:] = residual[0] + 0.01 * rng.normal(size=(2, 2))
    spread = spread_last_code(np.zeros((3, 2), dtype=np.int32), residual, book)
    errors = ((residual[:, None] - book[None]) ** 2).sum(axis=2)
    orders = [(0, 1, 2), (0, 2, 1), (1, 0, 2), (1, 2, 0), (2, 0, 1), (2, 1, 0)]
    best = min(orders, key=lambda order: sum(errors[row, code] for row, code in enumerate(order)))
    assert tuple(spread[:, 1]) == best


def test_spreading_leaves_groups_without_collision_alone():
    codes = np.array([[0, 1], [0, 0], [1, 1]], dtype=np.int32)
    assert np.array_equal(spread_last_code(codes, np.zeros((3, 1)), np.zeros((2, 1))), codes)


def test_more_items_than_codes_share_them_evenly():
    spread = spread_last_code(np.zeros((5, 2), dtype=np.int32), np.zeros((5, 1)), np.ones((2, 1)))
    assert sorted(np.bincount(spread[:, 1]).tolist()) == [2, 3]


def test_spread_raises_the_share_of_unique_ids(vectors):
    plain = SemanticIds(levels=2, codes=16, spread=False).fit(vectors)
    spread = SemanticIds(levels=2, codes=16).fit(vectors)
    assert plain.unique_before_ < 0.8
    assert spread.unique_before_ == 1.0
    assert np.array_equal(plain.codes_[:, 0], spread.codes_[:, 0])


def test_items_without_text_are_told_apart(vectors):
    some = vectors.copy()
    some[:20] = 0
    ids = SemanticIds(levels=2, codes=6, spread=False).fit(some)
    assert len(np.unique(ids.codes_[:20, :2], axis=0)) == 1
    assert sorted(ids.codes_[:20, 2].tolist()) == list(range(20))


def test_vectors_that_are_all_alike_are_told_apart_by_the_last_token():
    ids = SemanticIds(levels=2, codes=2, spread=False).fit(np.ones((5, 3)))
    assert ids.unique_before_ == 0.0
    assert ids.unique_after_ == 1.0
    assert ids.errors_.tolist() == [0, 0]


@given(st.lists(st.tuples(st.integers(0, 2), st.integers(0, 2)), min_size=1, max_size=30))
def test_last_tokens_count_within_each_group(codes):
    seen, expected = {}, []
    for code in codes:
        expected.append(seen.get(code, 0))
        seen[code] = expected[-1] + 1
    assert last_tokens(np.array(codes)).tolist() == expected
    alone = sum(seen[code] == 1 for code in codes) / len(codes)
    assert share_alone(np.array(codes)) == pytest.approx(alone)


# --- new items -----------------------------------------------------------------------------------


def test_new_items_get_the_codes_that_fitted_ones_would(vectors):
    ids = SemanticIds(levels=2, codes=6, spread=False).fit(vectors)
    new = ids.encode(vectors)
    assert np.array_equal(new[:, :2], ids.codes_[:, :2])
    assert share_alone(np.vstack([ids.codes_, new])) == 1.0


def test_an_unseen_vector_gets_the_first_token_of_its_cluster(fitted, vectors):
    rng = np.random.default_rng(9)
    unseen = vectors[:12] + 0.02 * rng.normal(size=(12, vectors.shape[1]))
    assert np.array_equal(fitted.encode(unseen)[:, 0], fitted.codes_[:12, 0])


# --- prefixes ------------------------------------------------------------------------------------


def test_prefix_table_lists_what_begins_alike(vectors, histories):
    ids = SemanticIds(levels=2, codes=6).fit(vectors)
    first = int(ids.codes_[0, 0])
    table = ids.prefix_table(histories.items, (first,))
    expected = histories.item_ids[ids.codes_[:, 0] == first]
    assert set(table["item_id"]) == set(expected)
    assert table.columns == ["id", "item_id", "title", "category"]
    assert len(ids.prefix_table(histories.items.to_pandas())) == len(vectors)
    assert len(ids.prefix_table(histories.items, (99,))) == 0


def test_purity_by_hand(vectors):
    ids = SemanticIds(levels=1, codes=2).fit(vectors)
    ids.codes_ = np.array([[0, 0], [0, 1], [0, 2], [1, 0]], dtype=np.int32)
    frame = ids.prefix_purity(["a", "a", "b", "b"])
    assert isinstance(frame, pl.DataFrame)
    assert frame["purity"].to_list() == [0.75]


# --- manners -------------------------------------------------------------------------------------


@pytest.mark.parametrize("method", METHODS)
def test_equal_seeds_give_equal_ids_and_files_hold_them(method, vectors, tmp_path):
    ids = SemanticIds(levels=2, codes=6, method=method, seed=4).fit(vectors)
    again = SemanticIds(levels=2, codes=6, method=method, seed=4).fit(vectors)
    assert np.array_equal(ids.codes_, again.codes_)
    other = SemanticIds(levels=2, codes=6, method=method, seed=5).fit(vectors)
    assert not np.array_equal(ids.codes_, other.codes_)
    loaded = SemanticIds.load(ids.save(tmp_path / "ids.npz"))
    assert repr(loaded) == repr(ids)
    assert np.array_equal(loaded.codes_, ids.codes_)
    assert np.array_equal(loaded.encode(vectors), ids.encode(vectors))
    assert np.array_equal(loaded.decode(ids.codes_), ids.decode(ids.codes_))
    assert (loaded.unique_before_, loaded.sizes_) == (ids.unique_before_, ids.sizes_)


@pytest.mark.parametrize(
    ("parameters", "said"),
    [
        ({"codes": 61}, "number of items"),
    ],
)
def test_parameters_out_of_range(parameters, said, vectors):
    with pytest.raises(ValueError, match=said):
        SemanticIds(**{"codes": 6, **parameters}).fit(vectors)


def test_bad_vectors_and_ids(vectors, histories, tmp_path):
    ids = SemanticIds(levels=2, codes=6)
    for call in (lambda: ids.encode(vectors), lambda: ids.save(tmp_path / "a.npz")):
        with pytest.raises(NotFittedError):
            call()
    for bad in (vectors[0], np.array([["a"]]), np.zeros((0, 3))):
        with pytest.raises(ValueError, match="matrix"):
            ids.fit(bad)
    holed = vectors.copy()
    holed[7, 3] = np.nan
    with pytest.raises(ValueError, match="row 7"):
        ids.fit(holed)
    ids.fit(vectors)
    with pytest.raises(ValueError, match="length 12"):
        ids.encode(vectors[:, :5])
    with pytest.raises(ValueError, match="tokens go from 0 to 5"):
        ids.decode(np.array([[6]]))
    with pytest.raises(ValueError, match="1 to 3 tokens"):
        ids.decode(np.array([1, 2]))
    with pytest.raises(ValueError, match="59 rows"):
        ids.prefix_table(histories.items.head(59))
    with pytest.raises(ValueError, match="at most 3 tokens"):
        ids.prefix_table(histories.items, (0, 0, 0, 0))
    with pytest.raises(ValueError, match="one label"):
        ids.prefix_purity(["a"])
    other = Popularity().fit(histories).save(tmp_path / "popularity.npz")
    with pytest.raises(ValueError, match="Popularity"):
        SemanticIds.load(other)
    with pytest.raises(FileNotFoundError):
        SemanticIds.load(tmp_path / "none.npz")


def test_ids_of_the_shop_are_unique_and_tell_the_category():
    from longtail_lib import load_dataset
    from longtail_lib.text import TfIdf

    items = load_dataset("shop").items
    texts = items["text"].to_list()
    words = TfIdf().fit(texts).encode(texts)
    start = np.random.default_rng(0).normal(size=min(words.shape))
    left, sizes, _ = svds(words.astype(float), k=64, v0=start)
    ids = SemanticIds().fit(left * sizes)
    assert ids.unique_before_ >= 0.95
    assert ids.unique_after_ == 1.0
    assert ids.dead_codes_.tolist() == [0, 0, 0]
    purity = ids.prefix_purity(items["category"])
    assert purity["purity"][0] > 2 * purity["purity of shuffled labels"][0]
