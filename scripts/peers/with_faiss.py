"""sentence-transformers and FAISS, nothing else: the model's vectors alone."""

from __future__ import annotations

from collections.abc import Callable

import faiss
import numpy as np
from run_job import CANDIDATES
from sentence_transformers import SentenceTransformer


def index(model: str, documents: dict[str, str]) -> dict[str, Callable[[str], list[str]]]:
    encoder = SentenceTransformer(model, device="cpu")
    names = list(documents)
    vectors = encoder.encode(list(documents.values()), prompt="passage: ", normalize_embeddings=True)
    flat = faiss.IndexFlatIP(vectors.shape[1])
    flat.add(np.ascontiguousarray(vectors))

    def search(question: str) -> list[str]:
        vector = encoder.encode([question], prompt="query: ", normalize_embeddings=True)
        _, rows = flat.search(vector, min(CANDIDATES, len(names)))
        return [names[row] for row in rows[0]]

    return {"vectors": search}
