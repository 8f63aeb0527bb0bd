"""The trained reader's network: the bundled encoder over question and passage at once, with three small heads.

Input: ``<s> question </s> </s> passage </s>``, folded as `rag.text.cased` does; where the passage answers what was asked
before, that stands behind the question and a mark (`rag.cross_encoder.heading`). The embeddings and the first `FIRST`
layers are the bundled model's and stay as they are; the layers above and the heads are trained and shipped.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

import numpy as np
import torch
from safetensors.torch import load_file, save_file
from torch import Tensor
from torch.nn import functional as F

from rag import bundled_model
from rag.cross_encoder import ALL

HIDDEN, HEADS, LAYERS = 384, 12, 12
#: The first layer that is trained: below, a third of the layers costs a quarter of the time and tells words, not answers.
FIRST = 4
_EPS = 1e-12
#: A layer's parameters, by transformers' names.
_LAYER = {
    "query": "attention.self.query",
    "key": "attention.self.key",
    "value": "attention.self.value",
    "out": "attention.output.dense",
    "norm1": "attention.output.LayerNorm",
    "up": "intermediate.dense",
    "down": "output.dense",
    "norm2": "output.LayerNorm",
}
_HEADS = {"head.pooled": (2, HIDDEN), "head.span": (2, HIDDEN)}


class Scores(NamedTuple):
    """By pair: ``relevance`` and ``answers`` (logits, float32 (pairs,)); ``start`` and ``end`` (logits, float32 (pairs,
    tokens)), where place 0 stands for no answer and places outside the passage are -inf."""

    relevance: Tensor
    answers: Tensor
    start: Tensor
    end: Tensor


class Reader:
    """``weights`` are what is trained, by name; ``frozen`` the rest of the encoder."""

    def __init__(self, weights: dict[str, Tensor], frozen: dict[str, Tensor]):
        self.weights = weights
        self.frozen = frozen
        self._all = frozen | weights

    def cast(self, kind: torch.dtype) -> Reader:
        """A copy in another precision."""
        return Reader({n: w.to(kind) for n, w in self.weights.items()}, {n: w.to(kind) for n, w in self.frozen.items()})

    def forward(self, pairs: Sequence[tuple[np.ndarray, np.ndarray]]) -> Scores:
        """Scores of passages' tokens, each behind those of what is read before it."""
        return self.scores(*batch(pairs))

    def scores(self, ids: Tensor, passage: Tensor, inside: Tensor) -> Scores:
        """Scores of what `batch` gives."""
        w = self._all
        x = F.embedding(ids, w["embeddings.word_embeddings.weight"])
        x = x + w["embeddings.position_embeddings.weight"][: ids.shape[1]]
        x = self._norm(x + w["embeddings.token_type_embeddings.weight"][0], "embeddings.LayerNorm")
        lengths = inside.sum(1)
        mask = torch.zeros(inside.shape, dtype=x.dtype).masked_fill(~inside, -1e4)[:, None, None, :]
        bare = bool(inside.all())
        for number in range(LAYERS):
            x = self._layer(x, None if bare else mask, f"encoder.layer.{number}.")
        x = x.float()
        mean = (x * inside[:, :, None]).sum(1) / lengths[:, None]
        pooled = F.linear(mean, w["head.pooled.weight"].float(), w["head.pooled.bias"].float())
        spans = F.linear(x, w["head.span.weight"].float(), w["head.span.bias"].float())
        spans = spans.masked_fill(~passage[:, :, None], -torch.inf)
        return Scores(pooled[:, 0], pooled[:, 1], spans[:, :, 0], spans[:, :, 1])

    def _norm(self, x: Tensor, name: str) -> Tensor:
        return F.layer_norm(x, (HIDDEN,), self._all[f"{name}.weight"], self._all[f"{name}.bias"], _EPS)

    def _linear(self, x: Tensor, name: str) -> Tensor:
        return F.linear(x, self._all[f"{name}.weight"], self._all[f"{name}.bias"])

    def _layer(self, x: Tensor, mask: Tensor | None, at: str) -> Tensor:
        count, length, _ = x.shape

        def heads(name: str) -> Tensor:
            found = self._linear(x, at + _LAYER[name]).view(count, length, HEADS, HIDDEN // HEADS)
            return found.transpose(1, 2).reshape(count * HEADS, length, -1)

        scores = torch.bmm(heads("query"), heads("key").transpose(1, 2)) * (HIDDEN // HEADS) ** -0.5
        if mask is not None:
            scores = (scores.view(count, HEADS, length, length) + mask).view(scores.shape)
        mixed = torch.bmm(torch.softmax(scores, -1), heads("value"))
        mixed = mixed.view(count, HEADS, length, -1).transpose(1, 2).reshape(count, length, HIDDEN)
        x = self._norm(x + self._linear(mixed, at + _LAYER["out"]), at + _LAYER["norm1"])
        wide = self._linear(F.gelu(self._linear(x, at + _LAYER["up"])), at + _LAYER["down"])
        return self._norm(x + wide, at + _LAYER["norm2"])


def batch(pairs: Sequence[tuple[np.ndarray, np.ndarray]]) -> tuple[Tensor, Tensor, Tensor]:
    """Token ids, int (pairs, tokens), where an answer may be, and which places are no padding, bool alike."""
    pairs = [(q, p[: ALL - len(q) - 4]) for q, p in pairs]
    length = max(len(q) + len(p) for q, p in pairs) + 4
    ids = np.full((len(pairs), length), 1)
    passage = np.zeros((len(pairs), length), bool)
    inside = np.zeros((len(pairs), length), bool)
    for row, (q, p) in enumerate(pairs):
        first = len(q) + 3
        ids[row, : first + len(p) + 1] = [0, *q, 2, 2, *p, 2]
        passage[row, first : first + len(p)] = True
        passage[row, 0] = True
        inside[row, : first + len(p) + 1] = True
    return torch.tensor(ids), torch.tensor(passage), torch.tensor(inside)


def _bundled() -> tuple[dict[str, Tensor], dict[str, Tensor]]:
    """The bundled encoder's weights: those below `FIRST`, and those to train."""
    state = load_file(bundled_model.exported() / "model.safetensors")
    low = {name for name in state if name.startswith("embeddings.") or int(name.split(".")[2]) < FIRST}
    return {n: w for n, w in state.items() if n in low}, {n: w for n, w in state.items() if n not in low}


def fresh(seed: int) -> Reader:
    """The bundled encoder with new heads."""
    frozen, state = _bundled()
    maker = torch.Generator().manual_seed(seed)
    for name, shape in _HEADS.items():
        state[f"{name}.weight"] = torch.randn(shape, generator=maker) * 0.02
        state[f"{name}.bias"] = torch.zeros(shape[0])
    return Reader(state, frozen)


def save(reader: Reader, path: Path, card: dict[str, object]) -> None:
    """Ship: a layer's matrices as int8 with a scale for each output (`NAME.scale`), the rest in float32."""
    state = {}
    for name, weight in sorted(reader.weights.items()):
        if name.startswith("encoder.") and weight.ndim == 2:
            scale = (weight.abs().amax(1) / 127).clamp_min(1e-12)
            state[name] = (weight / scale[:, None]).round().to(torch.int8).contiguous()
            state[f"{name}.scale"] = scale.contiguous()
        else:
            state[name] = weight.contiguous()
    path.parent.mkdir(parents=True, exist_ok=True)
    save_file(state, path, metadata={"card": json.dumps(card)})


def load(path: Path) -> Reader:
    """The shipped reader, in float32."""
    state = load_file(path)
    scales = {name.removesuffix(".scale"): state.pop(name) for name in sorted(state) if name.endswith(".scale")}
    weights = {n: w.float() * scales[n][:, None] if n in scales else w for n, w in state.items()}
    return Reader(weights, _bundled()[0])
