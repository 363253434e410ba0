"""Every public name of the library as an engineer's type checker meets it; it is never run.

`test_types.py` gives this file to `mypy --strict`. `assert_type` says what a thing must be known
as. What stays `Any` on purpose: frames of the caller's own kind (`parts.items`), and scipy's
matrices, which come without types.
"""

from collections.abc import Mapping, Sequence
from pathlib import Path
from types import ModuleType
from typing import Any, assert_type

import numpy as np
import polars as pl

import longtail_lib
import longtail_lib.benchmark as benchmark
import longtail_lib.cli as cli
import longtail_lib.data as data
import longtail_lib.datasets as datasets
import longtail_lib.debias as debias
import longtail_lib.evaluation as evaluation
import longtail_lib.evaluation.metrics as metrics
import longtail_lib.language as language
import longtail_lib.models as models
import longtail_lib.preprocessing as preprocessing
import longtail_lib.rerank as rerank
import longtail_lib.simulation as simulation
import longtail_lib.tail as tail
import longtail_lib.text as text
import longtail_lib.tuning as tuning


def the_readme() -> None:
    log = longtail_lib.load_dataset("shop")
    assert_type(log, longtail_lib.Dataset)
    assert_type(longtail_lib.read_table("log.csv", user="uid", item="sku"), longtail_lib.Dataset)
    assert_type(longtail_lib.read_movielens("ml-latest-small"), longtail_lib.Dataset)
    assert_type(log.card, longtail_lib.DatasetCard)
    assert_type(longtail_lib.prepare(log, min_rating=4), longtail_lib.Dataset)
    parts = longtail_lib.split(log, how="random")
    assert_type(parts, longtail_lib.Split)
    assert_type(longtail_lib.Split.from_matrices([[1, 0], [0, 1]]), longtail_lib.Split)
    report = longtail_lib.evaluate(models.EASE().fit(parts), parts, k=(10, 50))
    assert_type(report, evaluation.Report)
    assert_type(longtail_lib.compare([report, report]), evaluation.Comparison)
    protocol = longtail_lib.Protocol(k=(10, 50), seed=1)
    assert_type(longtail_lib.evaluate(models.EASE(), parts, protocol), evaluation.Report)
    found = longtail_lib.tune(models.EASE, parts, {"l2": ("log", 10, 5000)}, trials=2)
    assert_type(found, tuning.Tuning)


def reading(frame: pl.DataFrame) -> None:
    log = data.Dataset.from_frame(frame, user="uid", item="sku")
    assert_type(log, data.Dataset)
    assert_type(log.n_items, int)
    assert_type(log.truth, data.Truth | None)
    assert_type(data.read_table("log.csv", user="uid", item="sku"), data.Dataset)
    assert_type(data.read_run("mine.run"), pl.DataFrame)
    assert_type(data.read_qrels("judged.qrels"), pl.DataFrame)
    plain = data.read_table(
        "log.dat", user="uid", item="sku", columns=["uid", "sku"], separator="::", quote=None
    )
    assert_type(preprocessing.prepare(plain, duplicates="sum"), data.Dataset)
    models.EASE().recommend([1], exclude=plain.dismissed)
    assert_type(data.DatasetCard(name="mine").sha256, Mapping[str, str])
    assert_type([card.name for card in datasets.list_datasets()], list[str])
    assert_type(datasets.read_amazon("Toys.jsonl.gz", "meta_Toys.jsonl.gz"), data.Dataset)
    assert_type(datasets.read_citeulike("citeulike-a"), data.Dataset)
    assert_type(datasets.read_complete_journey(), data.Dataset)
    assert_type(datasets.read_lastfm("lastfm", tags=5, tags_without=[2, 3]), data.Dataset)
    assert_type(datasets.read_movielens("ml-latest-small"), data.Dataset)
    assert_type(datasets.read_movietweetings("movietweetings"), data.Dataset)
    assert_type(datasets.read_online_retail("online_retail_II.xlsx"), data.Dataset)
    assert_type(datasets.read_recbole("ml-100k", item="movie_id", rating=None), data.Dataset)
    try:
        datasets.load_dataset("lastfm", quiet=True, tags_without=frame)
    except data.DownloadError as error:
        assert_type(error, data.DownloadError)


def preparing(log: data.Dataset) -> None:
    parts = preprocessing.split(preprocessing.prepare(log, min_user_interactions=5))
    assert_type(parts, preprocessing.Split)
    assert_type(parts.user_ids, np.ndarray)
    assert_type(parts.item_rows(["a"]), np.ndarray)
    assert_type(parts.how, str)
    assert_type(preprocessing.PARTS[0], str)
    assert_type(preprocessing.hold_out_items(parts), preprocessing.Split)
    assert_type(preprocessing.hold_out_new_items(parts), preprocessing.Split)
    assert_type(preprocessing.hold_out_new_users(parts, given=1), preprocessing.Split)
    assert_type(parts.final(), preprocessing.Split)
    step = preprocessing.Step("missing values", "no id", dropped=1, left=2)
    done = preprocessing.Preparation("mine", (step,), np.zeros(3, np.uint8), pl.DataFrame())
    assert_type(done.to_frame(), pl.DataFrame)
    assert_type(preprocessing.seconds(pl.Series([1])), preprocessing.Seconds)
    normaliser = preprocessing.RatingNormaliser("user").fit(parts)
    assert_type(normaliser, preprocessing.RatingNormaliser)
    assert_type(normaliser.transform(parts), preprocessing.Split)
    if parts.tied["test"][0]:
        raise preprocessing.TiedTimesWarning("drawn by lot")
    raise preprocessing.LeakageWarning("ratings of test were seen")


def first_is_relevant(items: np.ndarray, relevant: np.ndarray, k: int) -> float:
    return float(items[0] in relevant)


def share_of_the_tail(lists: evaluation.Lists) -> np.ndarray:
    return np.asarray(lists.items >= 0, dtype=np.float64)


def measuring(model: models.Recommender, parts: preprocessing.Split) -> None:
    report = evaluation.evaluate(model, parts, metrics=evaluation.METRICS, part="validation")
    assert_type(report, evaluation.Report)
    assert_type(report["tail", "NDCG@10"], evaluation.Value)
    assert_type(report["NDCG@10"].low, float)
    assert_type(report.to_frame(), pl.DataFrame)
    assert_type(report.to_json(), str)
    table = evaluation.compare([report, report], baseline="EASE")
    assert_type(table, evaluation.Comparison)
    assert_type(table.rows[0], evaluation.Difference)
    assert_type(table.rows[0].verdict, str)
    assert_type(evaluation.pool_reports([report]), evaluation.Report)
    first = longtail_lib.Metric("First", per_user=first_is_relevant, range=(0, 1), better="higher")
    assert_type(first, evaluation.Metric)
    assert_type(metrics.BUILT_IN["NDCG"], evaluation.Metric)
    assert_type(metrics.METRICS, tuple[str, ...])
    settings = evaluation.Protocol(metrics=["NDCG", first])
    assert_type(evaluation.evaluate(model, parts, settings), evaluation.Report)
    assert_type(evaluation.evaluate({7: ["lamp", "rug"]}, parts), evaluation.Report)
    ranked = evaluation.rank_users(model, parts, np.arange(3), k=5, seen=[parts.train])
    assert_type(ranked, np.ndarray)
    assert_type(evaluation.rerank_path(model, parts, weights=[0.1]), list[evaluation.Report])
    chosen = evaluation.rerank_choice(model, parts, weights=[0.1], least=0.3)
    assert_type(chosen, evaluation.RerankChoice)
    assert_type(chosen.report, evaluation.Report)


def every_model(parts: preprocessing.Split, vectors: np.ndarray) -> Sequence[models.Recommender]:
    fitted = models.EASE(l2=200.0, popularity_exponent=0.2).fit(parts)
    assert_type(fitted, models.EASE)
    assert_type(fitted.recommend([3, 14], k=10), tuple[np.ndarray, np.ndarray])
    assert_type(fitted.score([0]), np.ndarray)
    assert_type(fitted.save("ease.npz"), Path)
    assert_type(models.EASE.load("ease.npz"), models.EASE)
    assert_type(fitted.get_params(), dict[str, Any])
    assert_type(models.unfitted_copy(fitted), models.Recommender)
    assert_type(models.import_keras(), ModuleType)
    assert_type(models.item_vectors(parts), np.ndarray)
    assert_type(models.shuffled_vectors(vectors), np.ndarray)
    stored = models.StoredVectors.read_texts(parts, "words", dimensions=8)
    assert_type(models.StoredVectors.load(stored.save("vectors.npz")).of(parts), np.ndarray)
    assert_type(models.user_sequences(parts, 50), np.ndarray)
    assert_type(models.pretrain(models.SASRec(), [parts]), models.Pretrained)
    assert_type(models.StreamFrequency(1000).probability(np.arange(3)), np.ndarray)
    ids = models.SemanticIds(levels=3).fit(vectors)
    assert_type(ids, models.SemanticIds)
    assert_type(ids.encode(vectors), np.ndarray)
    assert_type(ids.prefix_table(parts.items), pl.DataFrame)
    by_gradient: list[models.GradientRecommender] = [
        models.BBN(),
        models.CDN(),
        models.MACR(),
        models.RelevanceMF(),
        models.TwoTower(dim=32, logq="right"),
        models.FusedTower(vectors=vectors),
        models.ContentTower(vectors=vectors),
        models.BERT4Rec(),
        models.SASRec(vectors=vectors),
        models.GenerativeRetrieval(vectors=vectors),
    ]
    wrapped: list[models.WrappedRecommender] = [
        models.Reranked(fitted, models.METHODS[0], weight=0.2),
        models.LogitAdjusted(fitted),
        models.TextGate(fitted, models.ContentKNN(vectors)),
        models.Blend(fitted, models.ContentKNN(vectors), None),
        models.TwoStage(fitted, models.ContentKNN(vectors), candidates=50),
    ]
    try:
        models.BPR(factors=8).recommend(3)
    except models.NotFittedError as error:
        assert_type(error, models.NotFittedError)
    lists = fitted.recommend([3], 10, False, candidates=["a"], exclude={3: ["b"]}, fallback="none")
    assert_type(lists, tuple[np.ndarray, np.ndarray])
    assert_type(fitted.recommend_items(["a"], k=5, exclude=["b"]), tuple[np.ndarray, np.ndarray])
    assert_type(fitted.with_histories(parts), models.EASE)
    try:
        models.Oracle().fit(parts).recommend_for([["a", "b"]], times=[[1, 2]])
    except models.UnsupportedError as error:
        assert_type(error, models.UnsupportedError)
    return [
        models.Random(seed=0),
        models.Popularity(half_life=14),
        models.ItemKNN(),
        models.EaseText(vectors=vectors),
        models.ImplicitALS(factors=8),
        models.Oracle(of="log"),
        *by_gradient,
        *wrapped,
    ]


def reordering(candidates: np.ndarray, scores: np.ndarray, items: np.ndarray) -> None:
    tailed = np.zeros(3, bool)
    assert_type(
        rerank.xquad(candidates, scores, tail=tailed, preference=0.5, weight=0.2, k=10), np.ndarray
    )
    assert_type(rerank.mmr(candidates, scores, similarity=items, weight=0.2, k=10), np.ndarray)
    assert_type(
        rerank.calibrated(candidates, scores, groups=items, target=items, weight=0.2, k=10),
        np.ndarray,
    )
    assert_type(
        rerank.popularity_penalty(candidates, scores, popularity=items, weight=0.2, k=10),
        np.ndarray,
    )
    assert_type(rerank.tail_quota(candidates, scores, tail=tailed, share=0.2, k=10), np.ndarray)
    assert_type(rerank.quota_table(10, 0.2), np.ndarray)
    assert_type(rerank.adjusted_alpha(10, 0.2, 0.1), float)


def groups(parts: preprocessing.Split) -> None:
    assert_type(tail.gini(parts.popularity), float)
    assert_type(tail.lorenz(parts.popularity), tuple[np.ndarray, np.ndarray])
    assert_type(tail.top_share(parts.popularity, 0.2), float)
    found = tail.popularity_groups(parts.popularity, head=0.1)
    assert_type(found, tail.Groups)
    assert_type(found.mask("tail"), np.ndarray)
    assert_type(tail.cold_groups(parts.popularity), tail.Groups)


def worlds() -> None:
    assert_type(simulation.PRESETS["shop"], simulation.Preset)
    world = simulation.simulate("shop", seed=7, wording="varied", text_share=0.9)
    assert_type(world, data.Dataset)
    assert_type(simulation.write_simulated(world, "shop"), Path)
    assert_type(simulation.read_simulated("shop"), data.Dataset)
    assert_type(simulation.true_preference(world), np.ndarray)
    assert_type(simulation.true_propensity(world), np.ndarray)
    if isinstance(world.truth, simulation.SimulatedTruth):
        assert_type(world.truth.preference(np.arange(3)), np.ndarray)
    unbiased = simulation.uniform_test(preprocessing.split(world), shown=10, seed=0)
    assert_type(unbiased, simulation.UniformTest)
    assert_type(unbiased.parts, preprocessing.Split)


def estimating(outcome: np.ndarray, shown: np.ndarray, propensity: np.ndarray) -> None:
    for value in (
        debias.naive(outcome, shown),
        debias.ips(outcome, shown, propensity),
        debias.snips(outcome, shown, propensity),
        debias.clipped_ips(outcome, shown, propensity),
        debias.doubly_robust(outcome, shown, propensity, outcome),
    ):
        assert_type(value, debias.Estimate)
    assert_type(debias.list_weights(10), np.ndarray)
    world = longtail_lib.load_dataset("shop")
    assert_type(debias.true_value(world, [[1, 2]]), float)
    fit = debias.fit_propensity(np.arange(3), np.ones(3))
    assert_type(fit, debias.PropensityFit)
    assert_type(fit.exponent, float)
    assert_type(debias.popularity_propensity(np.arange(3)), np.ndarray)


def reading_texts(texts: list[str]) -> None:
    encoder = text.TextEncoder(text.find_encoder(), max_tokens=64)
    assert_type(encoder.encode(texts), np.ndarray)
    assert_type(encoder.dimensions, int)
    published: list[text.PublishedEncoder] = text.list_encoders()
    assert_type(text.fetch_encoder(published[0].name, progress=True), Path)
    assert_type(text.TextEncoder("e5", prompt="passage: ").n_parameters, int)
    known: list[text.Encoder] = [encoder, text.TfIdf().fit(texts), text.TfidfSvd(64)]
    assert_type(known[0].n_parameters, int)
    assert_type(text.BagOfWords().fit(texts), text.BagOfWords)
    vectors = np.ones((3, 4), np.float32)
    assert_type(text.Whitening().fit(vectors), text.Whitening)
    small = text.quantise_int8(text.truncate(vectors, 2))
    assert_type(small, text.Int8Vectors)
    assert_type(small.restore(), np.ndarray)
    assert_type(text.anisotropy(vectors), float)
    signal = text.text_signal(longtail_lib.load_dataset("shop"), pairs="consecutive")
    assert_type(signal, text.TextSignal)
    assert_type(signal.ratio, float)
    assert_type(text.EncodingCache("cache", "0f", 4).read([b"key"]), dict[bytes, np.ndarray])


def asking_a_language_model(titles: list[str]) -> None:
    assert_type(language.fetch_language_model(seconds=60), Path)
    model = language.LanguageModel(language.find_language_model(), batch_tokens=512)
    found = model.log_likelihood(["The capital of France is"], [" Paris"])
    assert_type(found, language.LogLikelihood)
    assert_type(found.per_token, np.ndarray)
    assert_type(model.generate(titles, 20, chat=False), list[str])
    assert_type(model.hidden_states(titles, max_tokens=64), np.ndarray)
    assert_type(model.usage, language.Usage)
    assert_type(model.usage.per(3).seconds, float)
    reranker = language.LikelihoodReranker(model, per_token=True, calibrate=True)
    ranked = reranker.rerank([titles], [titles])
    assert_type(ranked, list[language.RankedTitles])
    assert_type(ranked[0].order, np.ndarray)
    bias = language.position_bias(model, [titles], [titles], orders=2, seed=1)
    assert_type(bias, language.PositionBias)
    assert_type(bias.agreement, float)
    goes_along = language.within_user_correlation([ranked[0].scores], [np.ones(3)])
    assert_type(goes_along, language.Correlation)
    assert_type(language.shuffled_histories([titles], seed=1), list[list[str]])
    assert_type(language.other_histories([titles, titles]), list[list[str]])
    assert_type(language.renamed_titles(titles), list[str])
    assert_type(language.describe_items(model, titles, "said.jsonl"), list[str])
    assert_type(language.read_descriptions("said.jsonl"), list[language.Description])


def searching(parts: preprocessing.Split) -> None:
    found = tuning.tune(models.ItemKNN, parts, tuning.default_space(models.ItemKNN))
    assert_type(found, tuning.Tuning)
    assert_type(found.best, tuning.Trial)
    assert_type(found.best_value, float)
    assert_type(found.trials, pl.DataFrame)
    assert_type(found.model, models.Recommender | None)
    floor = tuning.Constraint(("overall", "NDCG@10"), at_least=0.99)
    assert_type(
        tuning.Objective(("tail", "NDCG@10"), floor).best(found.records), tuning.Trial | None
    )


def side_by_side() -> None:
    protocol = benchmark.BenchmarkProtocol(trials=5)
    results = benchmark.run_benchmark("shop", ["EASE"], protocol=protocol)
    assert_type(results, benchmark.BenchmarkResults)
    assert_type(results.to_frame(), pl.DataFrame)
    assert_type(results.report("random", "EASE"), evaluation.Report)
    assert_type(benchmark.CONTESTANTS["EASE"], benchmark.Contestant)
    assert_type(benchmark.contestant("EASE"), benchmark.Contestant)
    assert_type(benchmark.evidence_table(results), str)


def command_line() -> None:
    assert_type(cli.main(["data", "list"]), int)
