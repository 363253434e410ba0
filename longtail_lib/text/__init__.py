"""Texts to vectors: pretrained models, words, and what is done to vectors afterwards.

Names are imported when first used.
"""

from typing import TYPE_CHECKING

from longtail_lib._lazy_names import lazy_names

if TYPE_CHECKING:
    from longtail_lib.text._encoder import Encoder as Encoder
    from longtail_lib.text._encoder import anisotropy as anisotropy
    from longtail_lib.text._encoding_cache import EncodingCache as EncodingCache
    from longtail_lib.text._fetch_encoder import fetch_encoder as fetch_encoder
    from longtail_lib.text._find_encoder import find_encoder as find_encoder
    from longtail_lib.text._list_encoders import PublishedEncoder as PublishedEncoder
    from longtail_lib.text._list_encoders import list_encoders as list_encoders
    from longtail_lib.text._text_encoder import TextEncoder as TextEncoder
    from longtail_lib.text._text_signal import TextSignal as TextSignal
    from longtail_lib.text._text_signal import text_signal as text_signal
    from longtail_lib.text._tfidf_svd import BagOfWords as BagOfWords
    from longtail_lib.text._tfidf_svd import TfIdf as TfIdf
    from longtail_lib.text._tfidf_svd import TfidfSvd as TfidfSvd
    from longtail_lib.text._whitening import Int8Vectors as Int8Vectors
    from longtail_lib.text._whitening import Whitening as Whitening
    from longtail_lib.text._whitening import quantise_int8 as quantise_int8
    from longtail_lib.text._whitening import truncate as truncate
else:
    __getattr__, __dir__, __all__ = lazy_names(__name__, __file__)
