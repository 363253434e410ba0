"""Pictures of data, models and reports, each with an alt text that holds the computed numbers.

Importing this package imports matplotlib; nothing else in the library does so before a picture is
drawn.
"""

from longtail_lib.plots.bias_and_spread import estimator_dots
from longtail_lib.plots.class_lines import class_lines
from longtail_lib.plots.decile_lines import decile_lines
from longtail_lib.plots.feedback_curves import feedback_curves
from longtail_lib.plots.frontier_plot import frontier_plot
from longtail_lib.plots.gate_curve import gate_curve
from longtail_lib.plots.group_bars import group_bars
from longtail_lib.plots.lorenz_curve import lorenz_curve
from longtail_lib.plots.neighbour_dots import agreement_dots
from longtail_lib.plots.palette import style
from longtail_lib.plots.parameter_bars import model_sizes
from longtail_lib.plots.picture import Picture
from longtail_lib.plots.pipeline_diagram import pipeline_diagram
from longtail_lib.plots.popularity_curve import popularity_curve
from longtail_lib.plots.preparation_steps import preparation_steps
from longtail_lib.plots.quantisation_cells import quantisation_cells
from longtail_lib.plots.score_distribution import score_distribution
from longtail_lib.plots.score_forms import score_forms
from longtail_lib.plots.share_lines import share_lines
from longtail_lib.plots.side_by_side import side_by_side
from longtail_lib.plots.stream_estimates import estimate_dots
from longtail_lib.plots.training_curves import training_curves

__all__ = [
    "Picture",
    "agreement_dots",
    "class_lines",
    "decile_lines",
    "estimate_dots",
    "estimator_dots",
    "feedback_curves",
    "frontier_plot",
    "gate_curve",
    "group_bars",
    "lorenz_curve",
    "model_sizes",
    "pipeline_diagram",
    "popularity_curve",
    "preparation_steps",
    "quantisation_cells",
    "score_distribution",
    "score_forms",
    "share_lines",
    "side_by_side",
    "style",
    "training_curves",
]
