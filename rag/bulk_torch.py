"""The bundled network in torch and bfloat16, for processors that compute in it: `scripts/measure_encoder.py` shows speed and agreement.

Texts go through end to end, as one row of tokens in which each attends to its own text alone, so nothing is padded. The
layers are written out here, as Devlin et al. (2019), "BERT", have them: to import transformers takes longer than to embed
what has changed in a call. Their matrices go through oneDNN's own operators, which torch's compiler uses too and which have
no public name: weights lie as oneDNN reads them, and what follows a product is done while it is in the cache.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from itertools import groupby
from pathlib import Path
from typing import Any

import numpy as np

from rag import bundled_model, cache, embeddings
from rag.transformer_graph import EPS, HEADS

#: Goes into the cache folder's name: raise it when what is written there changes.
_VERSION = 1


class TorchNetwork:
    #: Enough to keep the processor busy, little enough to stay in its cache.
    batch_tokens = 1024
    #: What attention scores are held to, so that no exponential overflows; on text they stay within 70.
    _most_score = 80.0

    def __init__(self) -> None:
        import torch
        from safetensors.torch import load_file

        name = f"{bundled_model.NAME}-{bundled_model.WEIGHTS_SHA256[:12]}-torch-{_VERSION}"
        folder = cache.folder(name, _unpack, megabytes=80)
        self.tokenizer = folder / "tokenizer.json"
        self._torch = torch
        self._embeddings = embeddings.Embeddings(folder)
        self._operators = torch.ops.mkldnn
        self._state: dict[str, Any] = {
            name: self._operators._reorder_linear_weight(weight, self.batch_tokens) if weight.dim() == 2 else weight
            for name, weight in load_file(folder / "layers.safetensors").items()
        }
        self._layers = sum(name.endswith("intermediate.dense.weight") for name in self._state)

    def means(self, batch: Sequence[list[int]]) -> np.ndarray:
        lengths = [len(tokens) for tokens in batch]
        runs = [(length, len(list(same))) for length, same in groupby(lengths)]
        embedded = np.concatenate([self._embeddings.of(tokens)[0] for tokens in batch])
        with self._torch.inference_mode():
            x = self._norm(self._torch.from_numpy(embedded).bfloat16(), "embeddings.LayerNorm")
            for number in range(self._layers):
                x = self._layer(x, f"encoder.layer.{number}.", runs)
            # The mean in float32: bfloat16 would round it.
            return np.stack([text.mean(0).numpy() for text in x.float().split(lengths)])

    @contextmanager
    def working(self) -> Iterator[None]:
        threads = self._torch.get_num_threads()
        self._torch.set_num_threads(1)
        try:
            yield
        finally:
            self._torch.set_num_threads(threads)

    def _layer(self, x: Any, at: str, runs: list[tuple[int, int]]) -> Any:
        query, key, value = (self._linear(x, f"{at}attention.self.{name}") for name in ("query", "key", "value"))
        mixed = self._added(self._attend(query, key, value, runs), f"{at}attention.output.dense", x)
        x = self._norm(mixed, f"{at}attention.output.LayerNorm")
        wide = self._linear(x, f"{at}intermediate.dense", then="gelu")
        return self._norm(self._added(wide, f"{at}output.dense", x), f"{at}output.LayerNorm")

    def _attend(self, query: Any, key: Any, value: Any, runs: list[tuple[int, int]]) -> Any:
        """Attention within each text of a row; tensors (tokens, hidden). The softmax's division comes after the product
        with the values, where there is less to divide.

        Args:
            runs: the length of a text, and how many of that length follow each other.
        """
        mixed, start = self._torch.empty_like(query), 0
        query = query * (query.shape[-1] // HEADS) ** -0.5
        for length, count in runs:
            end = start + length * count
            q, k, v, out = (
                x[start:end].view(count, length, HEADS, -1).transpose(1, 2) for x in (query, key, value, mixed)
            )
            shares = (q @ k.transpose(2, 3)).clamp_(-self._most_score, self._most_score).exp_()
            self._torch.div(shares @ v, shares.sum(-1, keepdim=True), out=out)
            start = end
        return mixed

    def _linear(self, x: Any, name: str, then: str = "none") -> Any:
        weight, bias = self._state[f"{name}.weight"], self._state[f"{name}.bias"]
        return self._operators._linear_pointwise(x, weight, bias, then, [], "none")

    def _added(self, x: Any, name: str, to: Any) -> Any:
        weight, bias = self._state[f"{name}.weight"], self._state[f"{name}.bias"]
        return self._operators._linear_pointwise.binary(x, to, weight, bias, "add")

    def _norm(self, x: Any, name: str) -> Any:
        weight, bias = self._state[f"{name}.weight"], self._state[f"{name}.bias"]
        return self._torch.nn.functional.layer_norm(x, (x.shape[-1],), weight, bias, EPS)


def _unpack(folder: Path) -> None:
    import torch
    from safetensors.torch import save_file

    weights = bundled_model.read()
    state = {
        name: torch.tensor(weight).bfloat16()
        for name, weight in bundled_model.state(weights).items()
        if not name.endswith("_embeddings.weight")
    }
    save_file(state, folder / "layers.safetensors")
    bundled_model.tokenizer(weights).save(str(folder / "tokenizer.json"))
    embeddings.write(weights, folder)
