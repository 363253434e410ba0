"""What the prose of lesson 02 says about the pipeline and the sizes."""

from pathlib import Path

import numpy as np
import pytest

from longtail_course.checks import pipeline
from longtail_course.toys import transformer_parameters
from longtail_lib import evaluate, load_dataset, prepare, split
from longtail_lib.models import EASE, ItemKNN, Popularity

SOURCE = Path(__file__).parents[3] / "notebooks" / "source" / "02_pipeline_and_large_models.py"


def test_the_lesson_shows_the_steps_and_tasks_that_are_checked():
    text = SOURCE.read_text(encoding="utf-8")
    for letter, step in pipeline.STEPS.items():
        assert f"# - {letter}: {step}\n" in text
    for number, task in enumerate(pipeline.TASKS, start=1):
        assert f"# {number}. {task}\n" in text


def test_the_article_s_count_is_that_of_keras_arithmetic():
    layers = [np.zeros((5, 10)), np.zeros(10)] * 2
    assert pipeline.tower_parameters.solution == sum(each.size for each in layers)


@pytest.mark.slow
def test_overall_rises_and_the_tail_stays_out_of_the_lists():
    parts = split(prepare(load_dataset("shop", truth=False), min_rating=4))
    reports = [
        evaluate(model.fit(parts), parts, metrics=["NDCG", "TailShare"])
        for model in (Popularity(), ItemKNN(), EASE(l2=200.0))
    ]
    least, knn, ease = reports
    assert least["NDCG@10"].high < min(knn["NDCG@10"].low, ease["NDCG@10"].low)
    for report in reports:
        assert report["TailShare@10"].value < 0.02
        assert report["tail", "NDCG@10"].value < report["NDCG@10"].value / 5
    assert parts.n_items**2 > transformer_parameters(30_522, 384, 6) / 2
