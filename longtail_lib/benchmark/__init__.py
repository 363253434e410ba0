"""Recommenders side by side: one protocol, stated budgets, several seeds, results as JSON."""

from typing import TYPE_CHECKING

from longtail_lib._lazy_names import lazy_names

if TYPE_CHECKING:
    from longtail_lib.benchmark._benchmark_protocol import BenchmarkProtocol as BenchmarkProtocol
    from longtail_lib.benchmark._benchmark_results import BenchmarkResults as BenchmarkResults
    from longtail_lib.benchmark._contestant import CONTESTANTS as CONTESTANTS
    from longtail_lib.benchmark._contestant import Contestant as Contestant
    from longtail_lib.benchmark._contestant import contestant as contestant
    from longtail_lib.benchmark._evidence_table import evidence_table as evidence_table
    from longtail_lib.benchmark._run_benchmark import run_benchmark as run_benchmark
else:
    __getattr__, __dir__, __all__ = lazy_names(__name__, __file__)
