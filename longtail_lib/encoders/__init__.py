"""Texts and interactions to vectors: three kinds of pretraining small enough to read, one not.

Names are imported when first used.
"""

from longtail_lib.lazy_names import lazy_names

__getattr__, __dir__, __all__ = lazy_names(
    __name__,
    {
        "Agreement": "neighbour_probe",
        "BagOfWords": "bag_of_words",
        "Encoder": "encoder",
        "EncodingCache": "encoding_cache",
        "Hubness": "neighbour_hubs",
        "Int8Vectors": "int8_vectors",
        "MaskedWord": "masked_word",
        "PopularityFit": "popularity_probe",
        "RandomVectors": "random_vectors",
        "TextClassifier": "text_classifier",
        "TextEncoder": "text_encoder",
        "TfIdf": "tf_idf",
        "TfidfSvd": "tfidf_svd",
        "Whitening": "whitening",
        "anisotropy": "mean_cosine",
        "change_texts": "text_variants",
        "find_encoder": "encoder_weights",
        "hubness": "neighbour_hubs",
        "interaction_vectors": "interaction_svd",
        "nearest_items": "neighbour_table",
        "nearest_neighbours": "neighbour_probe",
        "neighbour_agreement": "neighbour_probe",
        "popularity_fit": "popularity_probe",
        "probe_table": "neighbour_table",
        "quantise_int8": "int8_vectors",
        "transformer_parameters": "transformer_size",
        "truncate": "int8_vectors",
    },
)
