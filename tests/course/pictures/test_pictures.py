"""What each picture draws and says, read back from its artists and compared with the data."""

import numpy as np
import pytest

from longtail_course import pictures as plots
from longtail_lib.evaluation import Report, Value
from longtail_lib.tail import Groups, gini, popularity_groups

COUNTS = np.array([40, 1, 8, 0, 2, 1, 0, 3, 1, 0])


def report(model, numbers, groups=("overall", "head", "mid", "tail"), metric="NDCG@10"):
    values = {
        (group, metric): Value(value, value * 0.9, value * 1.2, 50)
        for group, value in zip(groups, numbers, strict=True)
    }
    about = {"dataset": "shop", "part": "test", "users": "50 of 50", "catalogue": "9 items"}
    return Report(model, (metric.split("@")[0],), (10,), groups, values, about)


REPORTS = [report("Popularity", [0.15, 0.2, 0.01, 0.0]), report("EASE", [0.3, 0.35, 0.02, 0.004])]

ALL = {
    "popularity_curve": lambda: plots.popularity_curve(COUNTS),
    "lorenz_curve": lambda: plots.lorenz_curve({"a": COUNTS, "b": COUNTS + 1}),
    "group_bars": lambda: plots.group_bars(REPORTS),
    "side_by_side": lambda: plots.side_by_side({"a": [1, 2, 9], "b": [4, 4]}, "Days"),
    "training_curves": lambda: plots.training_curves({"loss": [3, 2], "val_loss": [3, 4]}),
    "score_distribution": lambda: plots.score_distribution({"a": [0, 1], "b": [-1, 1]}),
    "pipeline_diagram": lambda: plots.pipeline_diagram("B"),
}
each_picture = pytest.mark.parametrize("name", ALL)


@each_picture
def test_axes_are_labelled_and_the_file_is_small(name):
    picture = ALL[name]()
    assert len(picture.png()) < 60_000
    if name != "pipeline_diagram":
        assert all(axes.get_xlabel() for axes in picture.axes)
        assert picture.axes[0].get_ylabel()


@each_picture
def test_alt_texts_say_something_and_do_not_change(name):
    first, second = ALL[name]().alt_text, ALL[name]().alt_text
    assert first == second
    assert len(first) > 60
    assert "nan" not in first


@each_picture
def test_nothing_is_drawn_outside_the_picture(name):
    picture = ALL[name]()
    picture.draw_without_rendering()
    box, frame = picture.get_tightbbox(), picture.get_size_inches()
    assert box.x0 > -0.02
    assert box.y0 > -0.02
    assert box.x1 < frame[0] + 0.02
    assert box.y1 < frame[1] + 0.02


# --- popularity_curve ----------------------------------------------------------------------------


def test_popularity_is_drawn_in_descending_order_without_cold_items():
    line = plots.popularity_curve(COUNTS).axes[0].lines[0]
    assert line.get_xdata().tolist() == [1, 2, 3, 4, 5, 6, 7]
    assert line.get_ydata().tolist() == [40, 8, 3, 2, 1, 1, 1]
    line = plots.popularity_curve(COUNTS, log=False).axes[0].lines[0]
    assert line.get_ydata().tolist() == [40, 8, 3, 2, 1, 1, 1, 0, 0, 0]


def test_popularity_says_what_each_group_holds():
    said = plots.popularity_curve(COUNTS, popularity_groups(COUNTS, head=0.1, tail=0.3)).alt_text
    assert "head: 1 items hold 71.4% of the interactions" in said  # 40 of 56
    assert "mid: 6 items hold 28.6%" in said
    assert "tail: 3 items hold 0.0%" in said
    assert "3 items have none" in said


def test_popularity_refuses_groups_that_do_not_follow_it():
    groups = Groups(np.arange(10) % 3)
    with pytest.raises(ValueError, match="the groups do not follow popularity"):
        plots.popularity_curve(COUNTS, groups)


# --- lorenz_curve --------------------------------------------------------------------------------


def test_lorenz_curves_and_their_gini():
    axes = plots.lorenz_curve({"counts": COUNTS, "even": np.ones(5)}).axes[0]
    labels = [text.get_text() for text in axes.get_legend().get_texts()]
    assert labels == [
        "all items equal: Gini 0",
        f"counts: Gini {gini(COUNTS):.3f}",
        "even: Gini 0.000",
    ]
    x, y = axes.lines[1].get_data()
    np.testing.assert_allclose(x, np.arange(11) / 10)
    np.testing.assert_allclose(y, np.concatenate(([0], np.sort(COUNTS).cumsum())) / 56)
    assert axes.lines[1].get_linestyle() != axes.lines[3].get_linestyle()


def test_lorenz_reads_the_share_of_the_top():
    assert "the top 20% of items hold 85.7%" in plots.lorenz_curve(COUNTS).alt_text  # 48 of 56


@pytest.mark.parametrize(("counts", "top"), [(COUNTS, 0), (COUNTS, 1), ({}, 0.2)])
def test_lorenz_refuses(counts, top):
    with pytest.raises(ValueError, match="lorenz_curve"):
        plots.lorenz_curve(counts, top=top)


# --- group_bars ----------------------------------------------------------------------------------


def test_bars_have_the_heights_of_the_reports():
    axes = plots.group_bars(REPORTS).axes[0]
    heights = np.array([[bar.get_height() for bar in bars] for bars in axes.containers[::2]])
    np.testing.assert_allclose(heights, [[0.15, 0.2, 0.01, 0.0], [0.3, 0.35, 0.02, 0.004]])
    assert [text.get_text() for text in axes.get_legend().get_texts()] == ["Popularity", "EASE"]
    assert [text.get_text() for text in axes.texts] == ["0"]


def test_bars_say_values_and_intervals():
    said = plots.group_bars(REPORTS[1]).alt_text
    assert "EASE: overall 0.300 [0.270, 0.360], head 0.350" in said
    assert said.startswith("NDCG@10 by group of the catalogue, with intervals, on shop (test).")


def test_bars_draw_what_is_not_defined_as_a_gap():
    picture = plots.group_bars(report("EASE", [0.3, 0.3, 0.1, float("nan")]))
    assert "tail not defined" in picture.alt_text
    picture.png()


def test_bars_refuse():
    with pytest.raises(ValueError, match="no report was given"):
        plots.group_bars([])
    with pytest.raises(ValueError, match="different groups"):
        plots.group_bars([REPORTS[0], report("EASE", [0.3, 0.2], groups=("overall", "rest"))])
    with pytest.raises(KeyError, match="MRR@10"):
        plots.group_bars(REPORTS, "MRR@10")


# --- side_by_side --------------------------------------------------------------------------------


def test_histograms_share_bins_and_hold_shares():
    left, right = plots.side_by_side(
        {"a": [1, 1, 2, 5], "b": [3, 3]}, "Stars", of="interactions", bins=np.arange(0.5, 6)
    ).axes
    assert [bar.get_height() for bar in left.patches] == [0.5, 0.25, 0, 0, 0.25]
    assert [bar.get_height() for bar in right.patches] == [0, 0, 1, 0, 0]
    assert left.get_ylim() == right.get_ylim()
    assert left.get_ylabel() == "Share of interactions"


def test_histograms_on_a_logarithmic_axis_span_the_data():
    left, right = plots.side_by_side(
        {"a": [1, 10, 100], "b": [1000]}, "Count", log=True, bins=3
    ).axes
    assert left.get_xscale() == "log"
    np.testing.assert_allclose([bar.get_x() for bar in left.patches], [1, 10, 100])
    assert [bar.get_height() for bar in right.patches] == [0, 0, 1]


@pytest.mark.parametrize(
    ("values", "log", "message"),
    [
        ({}, False, "nothing to draw"),
        ({"a": []}, False, "'a' must hold finite numbers"),
        ({"a": [1, np.nan]}, False, "1 are not finite"),
        ({"a": [0, 1]}, True, "holds 0, which has no logarithm"),
    ],
)
def test_histograms_refuse(values, log, message):
    with pytest.raises(ValueError, match=message):
        plots.side_by_side(values, "Count", log=log)


def test_histograms_of_one_repeated_number():
    for log in (False, True):
        assert "median 4" in plots.side_by_side({"a": [4, 4]}, "Count", log=log).alt_text


# --- training_curves -----------------------------------------------------------------------------


class History:
    history = {"loss": [0.9, 0.5, 0.4], "val_loss": [0.8, 0.6, 0.7]}  # noqa: RUF012


def test_training_takes_what_keras_returns():
    picture = plots.training_curves(History(), best="val_loss")
    loss, validation = picture.axes[0].lines[:2]
    assert loss.get_ydata().tolist() == [0.9, 0.5, 0.4]
    assert loss.get_color() == validation.get_color()
    assert loss.get_linestyle() != validation.get_linestyle()
    assert "The mark is at epoch 2, where val_loss is lowest." in picture.alt_text


def test_training_of_one_epoch_and_of_a_loss_that_diverged():
    assert "over 1 epoch." in plots.training_curves({"loss": [0.5]}).alt_text
    said = plots.training_curves({"loss": [0.5, np.inf]}).alt_text
    assert "loss: from 0.500 to inf." in said


def test_training_refuses():
    with pytest.raises(ValueError, match="the history is empty"):
        plots.training_curves({"loss": []})
    with pytest.raises(KeyError, match="no 'val_loss' in the history"):
        plots.training_curves({"loss": [1.0]}, best="val_loss")


# --- score_distribution --------------------------------------------------------------------------


def test_scores_leave_out_seen_items_and_say_what_is_negative():
    scores = np.array([[0.5, -np.inf], [-0.5, 0.25]])
    said = plots.score_distribution(scores).alt_text
    assert "from -0.500 to 0.500, mean 0.083" in said
    assert "33.3% below zero" in said


def test_scores_are_shares_over_common_bins():
    axes = plots.score_distribution({"a": [0, 0, 1], "b": [1]}, bins=2).axes[0]
    a, b = (patch.get_data().values for patch in axes.patches[::2])
    np.testing.assert_allclose(a, [2 / 3, 1 / 3])
    np.testing.assert_allclose(b, [0, 1])


def test_scores_refuse_and_stand_a_constant():
    assert "standard deviation 0.000" in plots.score_distribution([2.0, 2.0]).alt_text
    with pytest.raises(ValueError, match="'a' holds no finite score"):
        plots.score_distribution({"a": [np.nan]})
    with pytest.raises(ValueError, match="nothing to draw"):
        plots.score_distribution({})


# --- pipeline_diagram ----------------------------------------------------------------------------


def test_the_diagram_is_the_articles():
    picture = plots.pipeline_diagram()
    words = [text.get_text() for text in picture.axes[0].texts if text.get_text()]
    assert words == [
        "A  Data preprocessing",
        "B  Model training",
        "C  Model evaluation",
        "D  Model deployment",
        "E  User behaviour data",
        "F  Item feature data",
        "G  Large-scale dataset",
    ]
    assert picture.alt_text.endswith("Arrows: A to B, B to C, C to D, A to E, A to F, B to G.")


def test_the_diagram_can_follow_the_data_and_set_off_a_step():
    said = plots.pipeline_diagram("CB", data_flow=True).alt_text
    assert "E to A, F to A, G to B." in said
    assert said.endswith("Set off: B model training, C model evaluation.")
    with pytest.raises(ValueError, match="no box Z"):
        plots.pipeline_diagram("Z")
