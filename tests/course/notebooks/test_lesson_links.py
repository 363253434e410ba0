import pytest

from longtail_course.build.lesson_links import link_lessons

NAMES = {"03": "03_maths", "05": "05_model", "07": "07_films"}


@pytest.mark.parametrize(
    ("text", "linked"),
    [
        ("as lesson 05 says", "as [lesson 05](05_model.ipynb) says"),
        ("Lessons 03 to 07", "Lessons [03](03_maths.ipynb) to [07](07_films.ipynb)"),
        ("lessons 03, 05 and 07", None),
        ("[Lesson 05](05_model.ipynb) and lesson 99", "[Lesson 05](05_model.ipynb) and lesson 99"),
        ("lesson 0512, lesson 5", "lesson 0512, lesson 5"),
    ],
)
def test_mentions_become_links(text, linked):
    if linked is None:
        assert link_lessons(text, NAMES).count(".ipynb)") == 3
    else:
        assert link_lessons(text, NAMES) == linked
    assert link_lessons(link_lessons(text, NAMES), NAMES) == link_lessons(text, NAMES)


def test_a_lesson_does_not_link_to_itself():
    assert link_lessons("this is lesson 05", NAMES, own="05") == "this is lesson 05"
