"""txtai: Embeddings(hybrid=True), its own BM25 and convex combination of normalised scores."""

from __future__ import annotations

from collections.abc import Callable

from run_job import DEPTH
from txtai import Embeddings


def index(model: str, documents: dict[str, str]) -> dict[str, Callable[[str], list[str]]]:
    embeddings = Embeddings(
        path=model, instructions={"query": "query: ", "data": "passage: "}, hybrid=True, gpu=False, maxlength=512
    )
    embeddings.index(documents.items())
    # It takes ten times as many candidates as results by itself.
    return {"hybrid": lambda question: [name for name, _ in embeddings.search(question, DEPTH)]}
