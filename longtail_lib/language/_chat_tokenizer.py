"""Texts to the tokens of a language model and back; what is in a text never acts as a command."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from longtail_lib.language._read_gguf import Gguf

__all__ = ["ChatTokenizer"]

_SYSTEM = "You are a helpful AI assistant named SmolLM, trained by Hugging Face"
_START, _STOP, _SEPARATOR = "<|im_start|>", "<|im_end|>", "<|endoftext|>"


class ChatTokenizer:
    """Byte-level BPE from the metadata of a GGUF file.

    Control tokens, which open and close a turn of a chat, are set by `chat` alone. Where one is
    written out in a text, say in a title that somebody uploaded, it is read as plain characters.
    """

    def __init__(self, file: Gguf) -> None:
        from tokenizers import Tokenizer, decoders, models, pre_tokenizers

        model, splitting = (file.metadata.get(f"tokenizer.ggml.{n}") for n in ("model", "pre"))
        if (model, splitting) != ("gpt2", "smollm"):
            raise ValueError(
                f"{file.path}: its tokenizer is {model!r} with {splitting!r}; 'gpt2' with 'smollm' "
                "is known here, so choose a model of the SmolLM family"
            )
        tokens = _words(file, "tokens")
        merges = [tuple(pair.split(" ")) for pair in _words(file, "merges")]
        ids = {token: place for place, token in enumerate(tokens)}
        if len(ids) < len(tokens) or any(len(pair) != 2 for pair in merges):
            raise ValueError(f"{file.path}: its vocabulary is damaged; get the file again")
        try:
            self._tokenizer = Tokenizer(models.BPE(vocab=ids, merges=merges))
            self.start, self.stop, self.separator = (ids[n] for n in (_START, _STOP, _SEPARATOR))
        except Exception as error:
            raise ValueError(
                f"{file.path}: its vocabulary is damaged ({error}); get the file again"
            ) from error
        self._tokenizer.pre_tokenizer = pre_tokenizers.Sequence(
            [
                pre_tokenizers.Digits(individual_digits=True),
                pre_tokenizers.ByteLevel(add_prefix_space=False, use_regex=True),
            ]
        )
        self._tokenizer.decoder = decoders.ByteLevel()
        self.size = len(tokens)

    def encode(self, texts: Iterable[str]) -> list[list[int]]:
        """Return the ids of each text, without any control token."""
        # A lone surrogate is no character, and the tokenizer would refuse it.
        clean = [text.encode("utf-8", "replace").decode() for text in texts]
        return [found.ids for found in self._tokenizer.encode_batch(clean)]

    def chat(self, texts: Iterable[str], system: str | None = None) -> list[list[int]]:
        """Return the ids of a system's turn, a user's turn with each text, and the next's head."""
        said = _SYSTEM if system is None else system
        opening, asked, end, answer = self.encode(
            [f"system\n{said}", "user\n", "\n", "assistant\n"]
        )
        head = [self.start, *opening, self.stop, *end, self.start]
        tail = [self.stop, *end, self.start, *answer]
        # Of the text itself the first token must not join the line break before it.
        return [[*head, *asked, *ids, *tail] for ids in self.encode(texts)]

    def decode(self, ids: Sequence[int]) -> str:
        """Return the text of some ids; a character that is not whole becomes a replacement."""
        return self._tokenizer.decode(list(ids), skip_special_tokens=False)


def _words(file: Gguf, name: str) -> list[Any]:
    found = file.metadata.get(f"tokenizer.ggml.{name}")
    if not isinstance(found, list) or not all(isinstance(word, str) for word in found):
        raise ValueError(f"{file.path} lacks tokenizer.ggml.{name}; get the file again")
    return found
