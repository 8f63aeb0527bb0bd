"""The bundled network for many texts, in ONNX Runtime: in 8 bits where the processor multiplies them well, else in float32.

`scripts/measure_encoder.py` shows speed and agreement.
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import groupby
from pathlib import Path

import numpy as np

from rag import bundled_model, cache, embeddings
from rag.eight_bit_graph import EightBitGraph
from rag.transformer_graph import After, TransformerGraph, session

#: Goes into the cache folder's name: raise it when what is written there changes.
_VERSION = 3


class BulkNetwork:
    """The opened network.

    Args:
        eight_bits: whether its matrices are in 8 bits.

    Attributes:
        batch_tokens: how many tokens it takes at once, or one text if that is longer. In float32 one text: products of more
            rows are cut up otherwise, and the last bits of a text's vector would depend on what goes with it.
        tokenizer: the path of its tokenizer.json.

    Raises:
        EncoderError: the weights are missing, or the cache folder cannot be written.
    """

    def __init__(self, *, eight_bits: bool):
        self.batch_tokens = 512 if eight_bits else 1
        precision = "int8" if eight_bits else "float32"
        name = f"{bundled_model.NAME}-{bundled_model.WEIGHTS_SHA256[:12]}-{precision}-{_VERSION}"
        folder = cache.folder(name, lambda draft: _unpack(draft, eight_bits), megabytes=60 if eight_bits else 120)
        self.tokenizer: Path = folder / "tokenizer.json"
        self._embeddings = embeddings.Embeddings(folder)
        self._session = session(str(folder / "network.onnx"))

    def means(self, batch: Sequence[list[int]]) -> np.ndarray:
        """The mean of each text's last hidden states, float32 (texts, hidden); texts of one length are neighbours. Several
        threads may ask at once: the work of each is done in it."""
        found = []
        for _, texts in groupby(batch, key=len):
            embedded = np.concatenate([self._embeddings.of(ids) for ids in texts])
            (states,) = self._session.run(None, {"embedded": embedded})
            # ONNX Runtime sums one text's tokens in another order than several texts'.
            found.append(states.mean(1))
        return np.concatenate(found)


class _Float(TransformerGraph):
    def project(self, x: str, names: Sequence[str], after: After) -> str:
        weight, bias = (np.concatenate([self.state[f"{name}.{kind}"] for name in names]) for kind in ("weight", "bias"))
        matrix = self.graph.constant(f"{names[0]}.weight", np.ascontiguousarray(weight.T))
        product = self.graph.node("MatMul", [x, matrix])
        return self.graph.node("Add", [product, self.graph.constant(f"{names[0]}.bias", bias)])


def _unpack(folder: Path, eight_bits: bool) -> None:
    weights = bundled_model.read()
    state = bundled_model.state(weights)
    network = EightBitGraph(state) if eight_bits else _Float(state)
    network.graph.output(network.states(weights.header.layers), ["texts", "tokens", "hidden"])
    (folder / "network.onnx").write_bytes(network.graph.serialise())
    bundled_model.tokenizer(weights).save(str(folder / "tokenizer.json"))
    embeddings.write(weights, folder)
