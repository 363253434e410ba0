"""Pictures of data, models and reports, each with an alt text that holds the computed numbers.

Importing this package imports matplotlib; nothing else in the library does so before a picture is
drawn.
"""

from longtail_course.pictures.bias_and_spread import estimator_dots
from longtail_course.pictures.class_lines import class_lines
from longtail_course.pictures.decile_lines import decile_lines
from longtail_course.pictures.feedback_curves import feedback_curves
from longtail_course.pictures.frontier_plot import frontier_plot
from longtail_course.pictures.gate_curve import gate_curve
from longtail_course.pictures.group_bars import group_bars
from longtail_course.pictures.lorenz_curve import lorenz_curve
from longtail_course.pictures.neighbour_dots import agreement_dots
from longtail_course.pictures.palette import style
from longtail_course.pictures.parameter_bars import model_sizes
from longtail_course.pictures.picture import Picture
from longtail_course.pictures.pipeline_diagram import pipeline_diagram
from longtail_course.pictures.popularity_curve import popularity_curve
from longtail_course.pictures.preparation_steps import preparation_steps
from longtail_course.pictures.quantisation_cells import quantisation_cells
from longtail_course.pictures.score_distribution import score_distribution
from longtail_course.pictures.score_forms import score_forms
from longtail_course.pictures.share_lines import share_lines
from longtail_course.pictures.side_by_side import side_by_side
from longtail_course.pictures.stream_estimates import estimate_dots
from longtail_course.pictures.training_curves import training_curves

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
