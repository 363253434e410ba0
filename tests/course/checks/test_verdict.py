"""A verdict can be told apart without colour, and says the same thing every time."""

import re

from longtail_course.checks import Verdict


def test_truth_value_follows_passed():
    assert Verdict(True, "yes.")
    assert not Verdict(False, "no.")


def test_word_and_line_differ_without_colour():
    right = re.sub(r"#[0-9A-F]{6}", "", Verdict(True, "m.")._repr_html_())
    wrong = re.sub(r"#[0-9A-F]{6}", "", Verdict(False, "m.")._repr_html_())
    assert "Right." in right
    assert "solid" in right
    assert "Not yet." in wrong
    assert "dashed" in wrong


def test_html_is_escaped_and_repeatable():
    verdict = Verdict(False, "a < b & c", hint="<script>alert(1)</script>")
    html = verdict._repr_html_()
    assert "a &lt; b &amp; c" in html
    assert "<script>" not in html
    assert html == Verdict(False, "a < b & c", hint="<script>alert(1)</script>")._repr_html_()


def test_backticks_become_code():
    html = Verdict(False, "Set `a<b`.", hint="Use `max`.")._repr_html_()
    assert "Set <code>a&lt;b</code>." in html
    assert "Use <code>max</code>." in html


def test_plain_text_has_the_hint_on_its_own_line():
    assert repr(Verdict(False, "No.", hint="Look.")).splitlines() == ["Not yet. No.", "Hint: Look."]
    assert "Hint" not in repr(Verdict(True, "Yes."))
