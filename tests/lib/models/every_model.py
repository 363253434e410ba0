"""Every public recommender, built small, and a world to fit them on."""

from dataclasses import replace
from functools import cache
from types import SimpleNamespace

import numpy as np
from scipy.sparse import csr_matrix

from longtail_lib import models
from longtail_lib.preprocessing import Split
from tests.lib.models.generative.conftest import clustered_vectors, walks

VECTORS = clustered_vectors()
SHORT = {"dim": 4, "epochs": 1}

BUILD = {
    "BBN": lambda: models.BBN(**SHORT),
    "BERT4Rec": lambda: models.BERT4Rec(**SHORT, patience=None),
    "BPR": lambda: models.BPR(factors=4, iterations=2),
    "Blend": lambda: models.Blend(models.EASE(l2=5.0), models.ContentKNN(vectors=VECTORS), 0.3),
    "CDN": lambda: models.CDN(**SHORT),
    "ContentKNN": lambda: models.ContentKNN(vectors=VECTORS),
    "ContentTower": lambda: models.ContentTower(vectors=VECTORS, **SHORT, patience=None),
    "EASE": lambda: models.EASE(l2=5.0),
    "EaseText": lambda: models.EaseText(l2=5.0, vectors=VECTORS),
    "FusedTower": lambda: models.FusedTower(vectors=VECTORS, **SHORT, patience=None),
    "GenerativeRetrieval": lambda: models.GenerativeRetrieval(
        vectors=VECTORS, codes=8, cold_share=0.3, logit_adjustment=0.5, **SHORT
    ),
    "ImplicitALS": lambda: models.ImplicitALS(factors=4, iterations=2),
    "ItemKNN": lambda: models.ItemKNN(),
    "LogitAdjusted": lambda: models.LogitAdjusted(models.EASE(l2=5.0)),
    "MACR": lambda: models.MACR(**SHORT),
    "Oracle": lambda: models.Oracle(),
    "Popularity": lambda: models.Popularity(),
    "Random": lambda: models.Random(seed=3),
    "RelevanceMF": lambda: models.RelevanceMF(**SHORT),
    "Reranked": lambda: models.Reranked(models.ItemKNN(), "xquad", 0.4),
    "SASRec": lambda: models.SASRec(**SHORT, patience=None),
    "TextGate": lambda: models.TextGate(
        models.EASE(l2=5.0), models.ContentTower(vectors=VECTORS, **SHORT, patience=None)
    ),
    "TwoStage": lambda: models.TwoStage(
        models.ItemKNN(), models.ContentKNN(vectors=VECTORS), candidates=15
    ),
    "TwoTower": lambda: models.TwoTower(**SHORT, patience=None),
}
# Their classes are abstract.
BASES = {"Recommender", "GradientRecommender", "WrappedRecommender"}


# Without a history, and with all items but one in it.
NEW, DEVOTED = (7, 31), 20


@cache
def world() -> Split:
    """Histories in clusters; two users without any, and one who has seen all but one item."""
    parts = walks(n_users=60)
    train, times = parts.train.tolil(), parts.times["train"].tolil()
    for row in NEW:
        train[row], times[row] = 0, 0
    train[DEVOTED, :-1], times[DEVOTED, :-1] = 1, np.arange(1, parts.n_items)
    train, times = csr_matrix(train), csr_matrix(times)
    train.eliminate_zeros(), times.eliminate_zeros()
    validation = parts.validation.tolil()
    validation[DEVOTED] = 0
    validation = csr_matrix(validation)
    validation.eliminate_zeros()
    later = validation.astype(np.int64) * 10_000
    liked = np.round(np.random.default_rng(5).random((parts.n_users, parts.n_items)), 1)
    truth = SimpleNamespace(
        user_ids=parts.user_ids,
        item_ids=parts.item_ids,
        preference=lambda rows: liked[rows],
        propensity=lambda rows: np.full_like(liked[rows], 0.5),
    )
    return replace(
        parts,
        train=train.astype(np.float32),
        validation=validation,
        times={"train": times, "validation": later},
        truth=truth,
    )


@cache
def fitted(name: str) -> models.Recommender:
    """Fit once, for all tests that change nothing."""
    return BUILD[name]().fit(world())
