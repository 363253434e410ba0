"""Recommenders side by side: one protocol, stated budgets, several seeds, results as JSON."""

from longtail_lib.lazy_names import lazy_names

__getattr__, __dir__, __all__ = lazy_names(
    __name__,
    {
        "CONTESTANTS": "contestants",
        "BenchmarkProtocol": "protocol",
        "BenchmarkResults": "results",
        "Contestant": "contestants",
        "check_drift": "drift",
        "debiased_results": "debiased_models",
        "evidence_table": "markdown_table",
        "extend_results": "extension",
        "run_benchmark": "runner",
        "stored_results": "stored",
    },
)
