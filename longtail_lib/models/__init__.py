"""Everything that scores items.

Names are imported when first used, so that no model costs another's imports.
"""

from longtail_lib.lazy_names import lazy_names

__getattr__, __dir__, __all__ = lazy_names(
    __name__,
    {
        "ArticleTwoTower": "article_two_tower",
        "ArticleVariant": "article_variant",
        "BERT4Rec": "sequence.bert4rec",
        "BPR": "bpr",
        "ContentKNN": "content.content_knn",
        "ContentTower": "content.content_tower",
        "Ease": "ease",
        "EaseText": "content.ease_text",
        "FusedTower": "fusion.fused_tower",
        "GenerativeRetrieval": "generative.generative_retrieval",
        "GradientRecommender": "gradient_recommender",
        "ImplicitALS": "implicit_als",
        "ItemKNN": "item_knn",
        "LinearProbe": "sequence.linear_probe",
        "NotFittedError": "recommender",
        "Oracle": "oracle",
        "Popularity": "popularity",
        "Pretrained": "sequence.pretrained",
        "Random": "random_ranking",
        "Recommender": "recommender",
        "RepairedTwoTower": "repaired_two_tower",
        "SASRec": "sequence.sasrec",
        "SemanticIds": "generative.semantic_ids",
        "TextGate": "fusion.text_gate",
        "TwoTower": "two_tower",
        "article_ablation": "article_variant",
        "item_chains": "sequence.item_chains",
        "item_vectors": "content.item_vectors",
        "labelled_pairs": "sampled_negatives",
        "shuffle_order": "sequence.order_control",
        "shuffled_vectors": "content.item_vectors",
        "linear_probe": "sequence.linear_probe",
        "pretrain": "sequence.pretraining",
        "train_share": "sequence.train_share",
    },
)
