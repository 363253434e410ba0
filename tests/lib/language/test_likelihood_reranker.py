"""Re-ranking by likelihood: what is asked of the model, and what is made of its answers."""

import numpy as np
import pytest

from longtail_lib.language import LikelihoodReranker, LogLikelihood

HISTORIES = [["red lamp", "old\nlamp"], [], ["sea map"]]
CANDIDATES = [["lamp", "red lamp", "map"], ["sea"], ["map of the sea", "lamp"]]


class Told:
    """A model whose likelihoods are numbers of the texts' lengths, and that keeps its prompts."""

    def __init__(self):
        self.pairs = []

    def log_likelihood(self, prompts, continuations):
        self.pairs += zip(prompts, continuations, strict=True)
        total = [-len(text) - 0.1 * len(prompt) for prompt, text in self.pairs[-len(prompts) :]]
        return LogLikelihood(np.array(total), np.array([len(t.split()) for t in continuations]))


def test_the_model_is_asked_for_each_title_after_its_history():
    model = Told()
    reranker = LikelihoodReranker(
        model, template="bought: {history}; {next}:", separator=", ", domain="shop:", ending="."
    )
    found = reranker.rerank(HISTORIES, CANDIDATES)
    assert model.pairs == [
        ("bought: red lamp, old lamp; {next}:", " lamp."),
        ("bought: red lamp, old lamp; {next}:", " red lamp."),
        ("bought: red lamp, old lamp; {next}:", " map."),
        ("shop:", " sea."),
        ("bought: sea map; {next}:", " map of the sea."),
        ("bought: sea map; {next}:", " lamp."),
    ]
    assert [ranked.order.tolist() for ranked in found] == [[2, 0, 1], [0], [1, 0]]
    assert found[1].scores.tolist() == [-5 - 0.5]


@pytest.mark.parametrize("per_token", [False, True])
@pytest.mark.parametrize("calibrate", [False, True])
def test_scores_are_what_the_paper_says(per_token, calibrate):
    model = Told()
    options = {"domain": "shop:", "template": "{history}:", "separator": ";"}
    reranker = LikelihoodReranker(model, per_token=per_token, calibrate=calibrate, **options)
    found = reranker.rerank([["red"]], [["lamp", "old map"]])[0]
    expected = []
    for title in ("lamp", "old map"):
        text = f" {title}\n"
        score = -len(text) - 0.1 * len("red:")
        if calibrate:
            score -= -len(text) - 0.1 * len("shop:")
        expected.append(score / len(text.split()) if per_token else score)
    np.testing.assert_allclose(found.scores, expected)


def test_titles_alone_are_asked_for_once():
    model = Told()
    reranker = LikelihoodReranker(model, calibrate=True)
    for _ in range(2):
        reranker.rerank([["sea"], ["map"]], [["lamp", "rug"], ["rug", "lamp"]])
    alone = [text for prompt, text in model.pairs if prompt == reranker.domain]
    assert sorted(alone) == [" lamp\n", " rug\n"]


def test_the_most_recent_titles_are_read():
    reranker = LikelihoodReranker(Told(), template="{history}", separator="|", most_recent=2)
    assert reranker.prompt(["a", "b", "c"]) == "b|c"
    reranker.most_recent = None
    assert reranker.prompt(["a", "b", "c"]) == "a|b|c"


def test_equal_scores_keep_the_order_of_candidates():
    found = LikelihoodReranker(Told()).rerank([["x"]], [["bb", "a", "aa", "b"]])[0]
    assert found.order.tolist() == [1, 3, 0, 2]


def test_one_user_or_all_together_is_the_same(tiny):
    reranker = LikelihoodReranker(tiny, calibrate=True, template="{history};", domain=";")
    together = reranker.rerank(HISTORIES, CANDIDATES)
    for history, own, expected in zip(HISTORIES, CANDIDATES, together, strict=True):
        alone = reranker.rerank([history], [own])[0]
        np.testing.assert_allclose(alone.scores, expected.scores, atol=1e-5)
        assert sorted(alone.order.tolist()) == list(range(len(own)))
    # Without a history there is nothing to know beyond the title itself.
    np.testing.assert_allclose(together[1].scores, 0, atol=1e-5)


def test_mistakes_are_told():
    reranker = LikelihoodReranker(Told())
    assert reranker.rerank([], []) == []
    for histories, candidates, error, said in (
        ([["a"]], [], ValueError, "1 histories and 0 lists"),
        ([["a"]], [[]], ValueError, "user 0 needs at least one candidate"),
        ([["a"]], [["b", " "]], ValueError, "each with a title"),
        ([["a"]], [["b", None]], ValueError, "each with a title"),
        (["a"], [["b"]], TypeError, "put titles into a list"),
    ):
        with pytest.raises(error, match=said):
            reranker.rerank(histories, candidates)
    with pytest.raises(ValueError, match=r"template must be a text with \{history\} once"):
        LikelihoodReranker(Told(), template="{history} {history}")
    with pytest.raises(ValueError, match="model must be a model with `log_likelihood`"):
        LikelihoodReranker("smollm2")


@pytest.mark.slow
def test_smollm2_finds_what_goes_with_a_garden(smollm2):
    histories = [["garden spade", "watering can", "flower seeds"], ["tea cup", "tea pot"]]
    candidates = [["phone case", "flower pot", "car tyre"], ["tea spoon", "car tyre", "hammer"]]
    found = LikelihoodReranker(smollm2, calibrate=True).rerank(histories, candidates)
    assert [int(ranked.order[0]) for ranked in found] == [1, 0]
