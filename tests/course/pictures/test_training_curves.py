"""Lines of a training picture are told apart by colour and by dashes."""

from longtail_course.pictures import training_curves


def lines(history):
    return {
        line.get_label(): (line.get_color(), line.get_linestyle())
        for line in training_curves(history).axes[0].lines
    }


def test_validation_is_dashed_in_the_colour_of_its_loss():
    drawn = lines({"loss": [2.0, 1.0], "val_loss": [2.0, 1.5], "auc": [0.5, 0.6]})
    assert drawn["loss"][0] == drawn["val_loss"][0] != drawn["auc"][0]
    assert drawn["loss"][1] == drawn["auc"][1] == "-"
    assert drawn["val_loss"][1] == "--"


def test_without_validation_every_line_has_its_own_dashes():
    drawn = lines({"shuffled": [2.0, 1.0], "sorted": [1.0, 2.0], "reversed": [1.0, 1.0]})
    assert len({style for _, style in drawn.values()}) == 3
    assert len({colour for colour, _ in drawn.values()}) == 3
