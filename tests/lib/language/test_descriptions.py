"""Descriptions: written once, kept with hashes, gone on with after an interruption."""

import hashlib
import json

import pytest

from longtail_lib.language import Description, describe_items, read_descriptions

TITLES = [f"lamp {n}" for n in range(40)]


class Writer:
    """Answers by the prompt, counts what it is asked, and may be interrupted."""

    model_hash = "a" * 64

    def __init__(self, stops_after=10**9):
        self.asked, self.stops_after = [], stops_after

    def generate(self, prompts, max_tokens, *, chat):
        if len(self.asked) >= self.stops_after:
            raise KeyboardInterrupt
        self.asked += prompts
        return [f'\n"{prompt}" is 4.5 cm wide. And more' for prompt in prompts]


def test_each_title_is_asked_for_once(tmp_path):
    writer, path = Writer(), tmp_path / "said.jsonl"
    found = describe_items(writer, [*TITLES, TITLES[3]], path, prompt="Say: {title}")
    assert found[0] == '"Say: lamp 0" is 4.5 cm wide.'
    assert found[40] == found[3]
    assert writer.asked == [f"Say: {title}" for title in TITLES]
    assert describe_items(writer, TITLES[:5], path, prompt="Say: {title}") == found[:5]
    assert len(writer.asked) == 40


def test_lines_say_what_they_depend_on(tmp_path):
    path = tmp_path / "said.jsonl"
    describe_items(Writer(), ["lämp"], path, prompt="Say: {title}", max_tokens=9, chat=False)
    line = json.loads(path.read_text(encoding="utf-8"))
    parts = ["lämp", "a" * 64, "Say: lämp", False, 9, '\n"Say: lämp" is 4.5 cm wide. And more']
    assert list(line.values())[:-1] == parts
    assert line["sha256"] == hashlib.sha256(json.dumps(parts).encode()).hexdigest()


def test_an_interrupted_run_goes_on_where_it_stopped(tmp_path):
    path, whole = tmp_path / "said.jsonl", tmp_path / "whole.jsonl"
    with pytest.raises(KeyboardInterrupt):
        describe_items(Writer(stops_after=32), TITLES, path)
    assert len(read_descriptions(path)) == 32
    writer = Writer()
    describe_items(writer, TITLES, path)
    assert len(writer.asked) == 8
    describe_items(Writer(), TITLES, whole)
    assert path.read_bytes() == whole.read_bytes()
    assert [entry.name for entry in tmp_path.iterdir() if entry.name.startswith(".")] == []


def test_another_model_prompt_length_or_manner_is_another_answer(tmp_path):
    path, other = tmp_path / "said.jsonl", Writer()
    other.model_hash = "b" * 64
    describe_items(Writer(), ["lamp"], path)
    for writer, options in (
        (other, {}),
        (Writer(), {"prompt": "{title}?"}),
        (Writer(), {"max_tokens": 5}),
        (Writer(), {"chat": False}),
    ):
        describe_items(writer, ["lamp"], path, **options)
        assert len(writer.asked) == 1
    assert len(read_descriptions(path)) == 5


DAMAGE = {
    "altered": (lambda text: text.replace("4.5 cm", "9.5 cm", 1), "row 1: it was altered"),
    "another model": (lambda text: text.replace("a" * 64, "c" * 64, 1), "row 1: it was altered"),
    "cut off": (lambda text: text[:-20], "row 2: no description"),
    "a field less": (lambda text: text.replace('"chat"', '"chit"', 1), "row 1: no description"),
    "a list": (lambda text: "[]\n" + text, "row 1: no description"),
}


@pytest.mark.parametrize(("damage", "said"), DAMAGE.values(), ids=DAMAGE)
def test_an_altered_file_is_refused(tmp_path, damage, said):
    path = tmp_path / "said.jsonl"
    describe_items(Writer(), ["lamp", "map"], path)
    path.write_text(damage(path.read_text(encoding="utf-8")), encoding="utf-8")
    before = path.read_bytes()
    for read in (lambda: read_descriptions(path), lambda: describe_items(Writer(), ["sea"], path)):
        with pytest.raises(ValueError, match=said):
            read()
    assert path.read_bytes() == before


SENTENCES = {
    "A lamp. It is red.": "A lamp.",
    "\n\n A lamp of 4.5 cm! Red": "A lamp of 4.5 cm!",
    "A lamp that is": "A lamp that is",
    "": "",
    "Is it?\nNo.": "Is it?",
}


@pytest.mark.parametrize(("answer", "sentence"), SENTENCES.items())
def test_the_first_sentence_is_taken(answer, sentence):
    assert Description("t", "m", "p", True, 9, answer).sentence == sentence


def test_a_network_writes_the_same_again(tiny, tmp_path):
    first = describe_items(tiny, ["lamp", "sea"], tmp_path / "a.jsonl", max_tokens=6)
    second = describe_items(tiny, ["lamp", "sea"], tmp_path / "b.jsonl", max_tokens=6)
    assert first == second
    assert (tmp_path / "a.jsonl").read_bytes() == (tmp_path / "b.jsonl").read_bytes()


def test_titles_may_hold_any_character(tmp_path):
    odd = ["a\u2028b", "漢字\x85", "\ud800", "a\r\nb", '"', ""]
    describe_items(Writer(), odd, tmp_path / "odd.jsonl")
    assert [line.title for line in read_descriptions(tmp_path / "odd.jsonl")] == odd


def test_a_prompt_without_a_title_is_refused(tmp_path):
    with pytest.raises(ValueError, match=r"prompt must be a text with \{title\} once"):
        describe_items(Writer(), ["lamp"], tmp_path / "x", prompt="say")
