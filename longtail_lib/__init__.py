"""Long-tail recommendation whose numbers can be trusted.

Names are imported when first used, so that `import longtail_lib` stays quick.

Examples
--------
>>> from longtail_lib import load_dataset, prepare, split, evaluate
>>> from longtail_lib.models import Popularity
>>> parts = split(prepare(load_dataset("shop"), min_rating=4), how="leave-last-out")
>>> report = evaluate(Popularity().fit(parts), parts, k=10)
"""

from typing import TYPE_CHECKING

from longtail_lib._lazy_names import lazy_names

__version__ = "0.1.0"

if TYPE_CHECKING:
    from longtail_lib.data._dataset import Dataset as Dataset
    from longtail_lib.data._dataset import DatasetCard as DatasetCard
    from longtail_lib.data._read_table import read_table as read_table
    from longtail_lib.datasets._load_dataset import load_dataset as load_dataset
    from longtail_lib.datasets._read_movielens import read_movielens as read_movielens
    from longtail_lib.evaluation._compare import compare as compare
    from longtail_lib.evaluation._evaluate import evaluate as evaluate
    from longtail_lib.evaluation._protocol import Protocol as Protocol
    from longtail_lib.evaluation.metrics._metric import Metric as Metric
    from longtail_lib.preprocessing._prepare import prepare as prepare
    from longtail_lib.preprocessing._split import split as split
    from longtail_lib.preprocessing._split_matrices import Split as Split
    from longtail_lib.tuning._tune import tune as tune
else:
    __getattr__, __dir__, __all__ = lazy_names(__name__, __file__)
