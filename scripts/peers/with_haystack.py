"""Haystack: BM25 and embedding retrievers of the in-memory store, fused by DocumentJoiner (reciprocal rank)."""

from __future__ import annotations

from collections.abc import Callable

from haystack import Document, Pipeline
from haystack.components.joiners import DocumentJoiner
from haystack.components.retrievers.in_memory import InMemoryBM25Retriever, InMemoryEmbeddingRetriever
from haystack.document_stores.in_memory import InMemoryDocumentStore
from haystack.utils import ComponentDevice
from haystack_integrations.components.embedders.sentence_transformers import (
    SentenceTransformersDocumentEmbedder,
    SentenceTransformersTextEmbedder,
)
from run_job import CANDIDATES


def index(model: str, documents: dict[str, str]) -> dict[str, Callable[[str], list[str]]]:
    common = {
        "model": model,
        "device": ComponentDevice.from_str("cpu"),
        "normalize_embeddings": True,
        "progress_bar": False,
    }
    embedder = SentenceTransformersDocumentEmbedder(prefix="passage: ", **common)
    embedder.warm_up()
    store = InMemoryDocumentStore()
    papers = [Document(id=name, content=text) for name, text in documents.items()]
    store.write_documents(embedder.run(documents=papers)["documents"])

    pipeline = Pipeline()
    pipeline.add_component("text_embedder", SentenceTransformersTextEmbedder(prefix="query: ", **common))
    pipeline.add_component("dense", InMemoryEmbeddingRetriever(document_store=store, top_k=CANDIDATES))
    pipeline.add_component("words", InMemoryBM25Retriever(document_store=store, top_k=CANDIDATES))
    pipeline.add_component("joiner", DocumentJoiner(join_mode="reciprocal_rank_fusion"))
    pipeline.connect("text_embedder.embedding", "dense.query_embedding")
    pipeline.connect("dense", "joiner")
    pipeline.connect("words", "joiner")

    def search(question: str) -> list[str]:
        found = pipeline.run({"text_embedder": {"text": question}, "words": {"query": question}})
        return [document.id for document in found["joiner"]["documents"]]

    return {"hybrid": search}
