"""Texts and interactions to vectors: three kinds of pretraining small enough to read.

Names are imported when first used.
"""

from longtail_lib.lazy_names import lazy_names

__getattr__, __dir__, __all__ = lazy_names(
    __name__,
    {
        "Agreement": "neighbour_probe",
        "BagOfWords": "bag_of_words",
        "Encoder": "encoder",
        "MaskedWord": "masked_word",
        "RandomVectors": "random_vectors",
        "TextClassifier": "text_classifier",
        "TfIdf": "tf_idf",
        "TfidfSvd": "tfidf_svd",
        "interaction_vectors": "interaction_svd",
        "nearest_items": "neighbour_table",
        "nearest_neighbours": "neighbour_probe",
        "neighbour_agreement": "neighbour_probe",
        "probe_table": "neighbour_table",
        "transformer_parameters": "transformer_size",
    },
)
