"""A small model of random weights, and the published one where it is."""

import pytest

from longtail_lib.language import LanguageModel, find_language_model
from longtail_lib.language._read_gguf import read_gguf
from tests.lib.language.tiny_llama import make_llama


@pytest.fixture(scope="session")
def tiny_file(tmp_path_factory):
    """Give the path of a small model."""
    return make_llama(tmp_path_factory.mktemp("llama") / "tiny.gguf")


@pytest.fixture(scope="session")
def tiny(tiny_file):
    """Give a small model, loaded once."""
    return LanguageModel(tiny_file, batch_tokens=64)


@pytest.fixture(scope="session")
def tiny_weights(tiny_file):
    """Give the file as the oracle reads it."""
    return read_gguf(tiny_file)


@pytest.fixture(scope="session")
def smollm2():
    """Give SmolLM2-135M-Instruct; without its weights the test is skipped by name."""
    try:
        path = find_language_model()
    except FileNotFoundError as error:
        pytest.skip(f"the weights of SmolLM2-135M-Instruct: {error}")
    return LanguageModel(path)
