"""Recommenders side by side: one protocol, stated budgets, several seeds, results as JSON."""

from longtail_lib.lazy_names import lazy_names

__getattr__, __dir__, __all__ = lazy_names(
    __name__,
    {
        "CONTESTANTS": "contestants",
        "BenchmarkProtocol": "protocol",
        "BenchmarkResults": "results",
        "Contestant": "contestants",
        "TextControls": "text_control_results",
        "check_drift": "drift",
        "cost_table": "text_cost",
        "debiased_results": "debiased_models",
        "evidence_table": "markdown_table",
        "extend_results": "extension",
        "paired_table": "pair_table",
        "run_benchmark": "runner",
        "seconds_per_point": "text_cost",
        "stored_results": "stored",
        "text_controls": "text_control_results",
        "verdict_table": "twin_verdicts",
    },
)
