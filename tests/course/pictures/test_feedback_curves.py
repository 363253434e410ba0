import numpy as np
import pytest

from longtail_course import pictures as plots
from longtail_course.worlds import FeedbackLoop
from longtail_course.worlds.feedback_rounds import QUANTITIES


def loop(model="EASE", start=0.9, seed=0, rounds=20):
    line = np.linspace(start, start / 2, rounds)
    numbers = dict.fromkeys(QUANTITIES, line) | {"choices": np.arange(rounds) * 100}
    return FeedbackLoop(model, numbers, {"seed": seed, "fingerprint": "x"})


MANY = [loop(name, 0.3 + place / 10) for place, name in enumerate("ABCDEFG")]


def test_one_line_for_each_model_in_each_panel():
    picture = plots.feedback_curves(MANY)
    assert [axes.get_title(loc="left") for axes in picture.axes] == [
        "Inequality of exposure",
        "Tail in exposure",
        "Satisfaction of head-lovers",
        "Satisfaction of tail-lovers",
    ]
    for axes in picture.axes:
        assert [line.get_label() for line in axes.lines] == list("ABCDEFG")
        assert len({(str(line.get_linestyle()), line.get_marker()) for line in axes.lines}) == 7
        assert axes.lines[0].get_xdata().tolist() == list(range(1, 21))
        np.testing.assert_allclose(axes.lines[2].get_ydata(), MANY[2]["tail_share"])
        assert axes.get_xlabel() == "Round"
        assert axes.get_ylabel()


def test_more_models_than_colours_still_look_different():
    lines = plots.feedback_curves([*MANY, loop("H"), loop("I")]).axes[0].lines
    assert len({(line.get_color(), str(line.get_linestyle())) for line in lines}) == 9


def test_panels_of_satisfaction_share_their_scale():
    first, second = loop(), loop("B")
    first.rounds["satisfaction_tail_lovers"] = np.full(20, 0.01)
    second.rounds["satisfaction_tail_lovers"] = np.full(20, 0.02)
    axes = plots.feedback_curves([first, second]).axes
    assert axes[2].get_ylim() == axes[3].get_ylim()
    assert axes[2].get_ylim()[0] == 0


def test_alt_text_holds_first_and_last_number():
    said = plots.feedback_curves([loop(), loop("B", 0.5)], quantities=["coverage", "choices"])
    assert said.alt_text == (
        "Feedback loop, 20 rounds. Coverage (Share of the catalogue): EASE from 0.900 to 0.450; "
        "B from 0.500 to 0.250. Choices (Interactions a round): EASE from 0 to 1,900; "
        "B from 0 to 1,900."
    )


def test_what_is_not_defined_is_left_out_and_said():
    one = loop(rounds=2)
    one.rounds["tail_share"] = np.array([0.5, np.nan])
    assert "from 0.500 to not defined" in plots.feedback_curves(one).alt_text


@pytest.mark.parametrize("count", [1, 4, 7])
def test_nothing_is_drawn_outside_the_picture(count):
    picture = plots.feedback_curves(MANY[:count])
    picture.draw_without_rendering()
    box, frame = picture.get_tightbbox(), picture.get_size_inches()
    assert box.x0 > -0.02
    assert box.y0 > -0.02
    assert box.x1 < frame[0] + 0.02
    assert box.y1 < frame[1] + 0.02
    assert len(picture.png()) < 120_000


def test_refusals():
    with pytest.raises(ValueError, match="two loops have the same name"):
        plots.feedback_curves([loop(), loop()])
    with pytest.raises(ValueError, match="nothing to draw"):
        plots.feedback_curves([])
    with pytest.raises(KeyError, match="no quantity 'gini'"):
        plots.feedback_curves(loop(), quantities=["gini"])
