"""The bundled model's embeddings: only the rows that are needed are dequantised."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np

from rag import bundled_model
from rag.bundled_model import Weights


def write(weights: Weights, folder: Path) -> None:
    """What `Embeddings` opens: ``positions.npy``, float32 (512, hidden), the only token type's embedding added, and
    ``words.json``, where the word embeddings lie in the weights file."""
    tensors, hidden = weights.tensors, weights.header.hidden
    np.save(
        folder / "positions.npy", tensors["emb.pos"].reshape(-1, hidden) + tensors["emb.type"].reshape(-1, hidden)[0]
    )
    rows = len(tensors["emb.word"]) // hidden
    (folder / "words.json").write_text(json.dumps({"first": weights.places["emb.word"], "rows": rows}))


class Embeddings:
    """Opened embeddings."""

    def __init__(self, folder: Path):
        self._positions: np.ndarray = np.load(folder / "positions.npy")
        self._words = bundled_model.word_blocks(**json.loads((folder / "words.json").read_text()))

    def of(self, ids: list[int]) -> np.ndarray:
        """Word, position and type of each token summed, float32 (1, tokens, hidden)."""
        summed: np.ndarray = bundled_model.dequantised(self._words[ids]) + self._positions[: len(ids)]
        return summed[None]
