"""The bundled network in torch and bfloat16, for processors that compute in it: `scripts/measure_encoder.py` shows speed and agreement.

Texts go through end to end, as one row of tokens in which each attends to its own text alone, so nothing is padded.
"""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from itertools import groupby
from typing import Any

import numpy as np

from rag import bundled_model


class TorchNetwork:
    """Loaded by transformers alone: what sentence-transformers has around it would be imported for nothing."""

    #: Enough to keep the processor busy, little enough to stay in its cache.
    batch_tokens = 1024

    def __init__(self) -> None:
        # The folder is local; without this the library would still ask a model hub about it.
        os.environ["HF_HUB_OFFLINE"] = os.environ["TRANSFORMERS_OFFLINE"] = "1"
        import torch
        import transformers

        folder = bundled_model.exported()
        self.tokenizer = folder / "tokenizer.json"
        transformers.logging.set_verbosity_error()
        transformers.logging.disable_progress_bar()
        transformers.AttentionInterface.register("packed", _attention)
        self._torch = torch
        self._model: Any = transformers.AutoModel.from_pretrained(
            str(folder), attn_implementation="packed", dtype=torch.bfloat16
        ).eval()

    def means(self, batch: Sequence[list[int]]) -> np.ndarray:
        tensor = self._torch.tensor
        lengths = [len(tokens) for tokens in batch]
        with self._torch.inference_mode():
            states = self._model(
                input_ids=tensor([[token for tokens in batch for token in tokens]]),
                position_ids=tensor([[place for length in lengths for place in range(length)]]),
                runs=[(length, len(list(same))) for length, same in groupby(lengths)],
            )
            # Pooled here in float32, before the model's own normalisation would round the mean to bfloat16.
            of_texts = states.last_hidden_state[0].float().split(lengths)
            return np.stack([text.mean(0).numpy() for text in of_texts])

    @contextmanager
    def working(self) -> Iterator[None]:
        threads = self._torch.get_num_threads()
        self._torch.set_num_threads(1)
        try:
            yield
        finally:
            self._torch.set_num_threads(threads)


def _attention(
    module: Any, query: Any, key: Any, value: Any, mask: None, scaling: float, runs: list[tuple[int, int]], **_: Any
) -> tuple[Any, None]:
    """Attention within each text of a row; tensors (1, heads, tokens, size).

    Args:
        runs: the length of a text, and how many of that length follow each other.
    """
    import torch

    mixed, start = [], 0
    for length, count in runs:
        end = start + length * count
        q, k, v = (x[0, :, start:end].unflatten(1, (count, length)) for x in (query, key, value))
        found = (q * scaling @ k.transpose(2, 3)).softmax(-1) @ v
        mixed.append(found.permute(1, 2, 0, 3).flatten(0, 1))
        start = end
    return torch.cat(mixed)[None], None
