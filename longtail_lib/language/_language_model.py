"""A small language model on this machine: how likely a text is, what follows, what it means."""

from __future__ import annotations

import time
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from functools import cached_property
from numbers import Integral
from pathlib import Path
from typing import Any, ClassVar

import numpy as np

from longtail_lib._parameters import PATH, Constraint, Interval, Nullable, check_parameters
from longtail_lib.data._hashed_files import file_hash
from longtail_lib.language._chat_tokenizer import ChatTokenizer
from longtail_lib.language._find_language_model import find_language_model
from longtail_lib.language._greedy import greedy
from longtail_lib.language._llama_settings import LlamaSettings, llama_settings, llama_weights
from longtail_lib.language._log_likelihood import LogLikelihood, likelihoods, packed
from longtail_lib.language._read_gguf import Gguf, read_gguf
from longtail_lib.language._usage import Usage
from longtail_lib.text._encoder import checked_texts, unit_rows
from longtail_lib.text._text_encoder import batches_by_length, padded

__all__ = ["LanguageModel"]


class LanguageModel:
    """A pretrained decoder of the Llama family, SmolLM2-135M-Instruct unless you name another.

    It was trained by others and learns nothing here. Nothing is sampled: equal calls give equal
    answers. Batches and padding change numbers by rounding alone, a few millionths. Weights of 4
    bits become float32 in memory, which takes 0.6 GB.

    Parameters
    ----------
    source : path or None
        A GGUF file, as in `find_language_model`, which also says how to get the weights.
    batch_tokens : int
        At most so many tokens are computed at once, padding counted; a longer prompt goes alone.

    Attributes
    ----------
    usage : Usage
        Tokens and seconds since the model was made.

    References
    ----------
    Touvron, H., Lavril, T., Izacard, G., et al. (2023). LLaMA: open and efficient foundation
    language models. arXiv:2302.13971.

    Ben Allal, L., Lozhkov, A., Bakouch, E., et al. (2025). SmolLM2: when Smol goes big,
    data-centric training of a small language model. arXiv:2502.02737.

    Examples
    --------
    >>> model = LanguageModel()
    >>> found = model.log_likelihood(  # doctest: +SKIP
    ...     ["The capital of France is"] * 2, [" Paris", " Rome"]
    ... )
    >>> found.total.round(1)  # doctest: +SKIP
    array([-0.3, -7.6])
    """

    _constraints: ClassVar[dict[str, Constraint]] = {
        "source": Nullable(PATH),
        "batch_tokens": Interval(Integral, 1),
    }

    def __init__(self, source: str | Path | None = None, *, batch_tokens: int = 1024) -> None:
        check_parameters("LanguageModel", locals(), self._constraints)
        self.source = source
        self.batch_tokens = int(batch_tokens)
        self.usage = Usage()

    def log_likelihood(self, prompts: Sequence[str], continuations: Sequence[str]) -> LogLikelihood:
        """How likely n continuations are, each after its own prompt.

        A prompt that occurs several times is computed once: its continuations stand behind it in
        one row, and none sees another. Prompt and continuation are cut into tokens apart, so a
        continuation begins with the space before its first word; a space at the end of a prompt is
        moved there. After an empty prompt a text begins.

        Parameters
        ----------
        prompts, continuations : list of str, length n

        Raises
        ------
        ValueError
            The lists differ in length, a continuation is empty, or both are too long together.
        """
        prompts, continuations = checked_texts(prompts), checked_texts(continuations)
        if len(prompts) != len(continuations):
            raise ValueError(
                f"log_likelihood: {len(prompts)} prompts and {len(continuations)} continuations; "
                "give each continuation its own prompt"
            )
        cut = [prompt.rstrip(" ") for prompt in prompts]
        moved = [
            prompt[len(short) :] + text
            for prompt, short, text in zip(prompts, cut, continuations, strict=True)
        ]
        known = list(dict.fromkeys(cut))
        heads = dict(zip(known, self._tokenizer.encode(known), strict=True))
        read = [heads[prompt] or [self._tokenizer.separator] for prompt in cut]
        tails = self._tokenizer.encode(moved)
        for place, (head, tail) in enumerate(zip(read, tails, strict=True)):
            if not tail:
                raise ValueError(f"log_likelihood: continuation {place} holds no token")
            self._refuse_long(f"pair {place}", len(head) + len(tail))
        with self._metered() as count:
            total, count["read"] = likelihoods(
                self._network, packed(read, tails, self.batch_tokens), len(read), self.batch_tokens
            )
        return LogLikelihood(total, np.array([len(tail) for tail in tails]))

    def generate(
        self,
        prompts: Sequence[str],
        max_tokens: int = 64,
        *,
        chat: bool = True,
        system: str | None = None,
    ) -> list[str]:
        """Continue each prompt by the likeliest token, again and again, until the model ends.

        Parameters
        ----------
        prompts : list of str, length n
        max_tokens : int
            An answer is cut off there.
        chat : bool
            Ask as a user does in a chat, for which this model was tuned; otherwise the prompt is
            the beginning of a text that goes on.
        system : str or None
            What the model is told it is; None is what it was tuned with. Only for a chat.

        Returns
        -------
        list of str, length n
        """
        limits: dict[str, Constraint] = {"max_tokens": Interval(Integral, 1)}
        check_parameters("generate", {"max_tokens": max_tokens}, limits)
        prompts, tokens = checked_texts(prompts), self._tokenizer
        if chat:
            ids = tokens.chat(prompts, system)
        else:
            ids = [found or [tokens.separator] for found in tokens.encode(prompts)]
        for place, row in enumerate(ids):
            self._refuse_long(f"prompt {place}", len(row) + max_tokens)
        answers = [""] * len(ids)
        # What is to be written takes room beside the prompt.
        lengths = np.array([len(row) + max_tokens for row in ids])
        with self._metered() as count:
            for batch in batches_by_length(lengths, self.batch_tokens):
                rows = [ids[place] for place in batch]
                found = greedy(self._network, rows, max_tokens, (tokens.stop, tokens.separator))
                count["read"] += sum(map(len, rows))
                count["written"] += sum(map(len, found))
                for place, written in zip(batch, found, strict=True):
                    answers[place] = tokens.decode(written)
        return answers

    def hidden_states(self, texts: Iterable[str], *, max_tokens: int = 256) -> np.ndarray:
        """Turn n texts into vectors of length 1: the mean of the last states of their tokens.

        The model was trained to foretell words and not to place texts, so that its vectors are a
        rung below those of an encoder that was. A text without a token has the zero vector.

        Parameters
        ----------
        texts : iterable of str, length n
        max_tokens : int
            A text's first so many tokens are read.

        Returns
        -------
        ndarray of float32, shape (n, dimensions)
        """
        limits: dict[str, Constraint] = {"max_tokens": Interval(Integral, 1)}
        check_parameters("hidden_states", {"max_tokens": max_tokens}, limits)
        ids = [found[:max_tokens] for found in self._tokenizer.encode(checked_texts(texts))]
        vectors = np.zeros((len(ids), self.dimensions), np.float32)
        full = np.flatnonzero([len(row) for row in ids])
        with self._metered() as count:
            for batch in batches_by_length(
                np.array([len(ids[i]) for i in full]), self.batch_tokens
            ):
                rows, real = padded([ids[full[place]] for place in batch])
                seen = real[:, None, :].astype(bool) & np.tri(rows.shape[1], dtype=bool)
                positions = np.broadcast_to(np.arange(rows.shape[1]), rows.shape)
                states = np.asarray(self._network.read(rows, positions, seen).states)
                vectors[full[batch]] = (states * real[:, :, None]).sum(axis=1) / real.sum(
                    axis=1, keepdims=True
                )
                count["read"] += int(real.sum())
        return unit_rows(vectors).astype(np.float32)

    def encode(self, texts: Iterable[str]) -> np.ndarray:
        """As `hidden_states`, under the name that `item_vectors` asks of an encoder."""
        return self.hidden_states(texts)

    def n_tokens(self, texts: Iterable[str]) -> np.ndarray:
        """Count the tokens of each of n texts, int64, shape (n,)."""
        return np.array([len(ids) for ids in self._tokenizer.encode(checked_texts(texts))])

    @property
    def dimensions(self) -> int:
        """Length of a vector of `hidden_states`."""
        return self._settings.width

    @property
    def n_parameters(self) -> int:
        """Numbers that others learned."""
        return self._settings.n_parameters

    @cached_property
    def model_hash(self) -> str:
        """sha256 of the file, on which everything depends that the model says."""
        return file_hash(self._file.path)

    @cached_property
    def _file(self) -> Gguf:
        return read_gguf(find_language_model(self.source))

    @cached_property
    def _settings(self) -> LlamaSettings:
        return llama_settings(self._file)

    @cached_property
    def _tokenizer(self) -> ChatTokenizer:
        tokenizer = ChatTokenizer(self._file)
        if tokenizer.size != self._settings.vocabulary:
            raise ValueError(
                f"{self._file.path} has {tokenizer.size} words and vectors for "
                f"{self._settings.vocabulary}; get the file again"
            )
        return tokenizer

    @cached_property
    def _network(self) -> Any:
        from longtail_lib.language._llama_network import LlamaNetwork

        return LlamaNetwork(self._settings, llama_weights(self._file, self._settings))

    def _refuse_long(self, what: str, length: int) -> None:
        if length > self._settings.positions:
            raise ValueError(
                f"{what} takes {length:,} tokens, but the model has positions for "
                f"{self._settings.positions:,}; shorten it"
            )

    @contextmanager
    def _metered(self) -> Iterator[dict[str, int]]:
        """Add what is counted, and the time of the body, to the usage."""
        # Loading is no part of the price of a request.
        self._network  # noqa: B018
        count, begun = {"read": 0, "written": 0}, time.perf_counter()
        try:
            yield count
        finally:
            taken = time.perf_counter() - begun
            self.usage += Usage(count["read"], count["written"], taken)
