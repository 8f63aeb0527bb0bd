"""LlamaIndex: VectorStoreIndex and BM25Retriever, fused by QueryFusionRetriever (reciprocal rank)."""

from __future__ import annotations

from collections.abc import Callable

from llama_index.core import Document, VectorStoreIndex
from llama_index.core.llms import MockLLM
from llama_index.core.retrievers import QueryFusionRetriever
from llama_index.embeddings.huggingface import HuggingFaceEmbedding
from llama_index.retrievers.bm25 import BM25Retriever
from run_job import CANDIDATES

#: Words of letters and digits, Han characters one by one: the default pattern takes a whole Chinese clause for one word.
_HAN_APART = r"[^\W\u3400-\u9fff]+|[\u3400-\u9fff]"


def index(model: str, documents: dict[str, str]) -> dict[str, Callable[[str], list[str]]]:
    vectors = VectorStoreIndex.from_documents(
        [Document(text=text, id_=name) for name, text in documents.items()],
        embed_model=HuggingFaceEmbedding(
            model_name=model, device="cpu", query_instruction="query: ", text_instruction="passage: "
        ),
    )
    top = min(CANDIDATES, len(vectors.docstore.docs))
    dense = vectors.as_retriever(similarity_top_k=top)

    def fused(**options: object) -> Callable[[str], list[str]]:
        words = BM25Retriever.from_defaults(docstore=vectors.docstore, similarity_top_k=top, **options)
        # One query, so that no language model is asked for more; it wants one all the same.
        both = QueryFusionRetriever(
            [dense, words],
            llm=MockLLM(),
            mode="reciprocal_rerank",
            num_queries=1,
            similarity_top_k=top,
            use_async=False,
        )
        return lambda question: [found.node.ref_doc_id for found in both.retrieve(question)]

    return {
        "hybrid": fused(),
        "hybrid, Han characters as words": fused(token_pattern=_HAN_APART, skip_stemming=True),
    }
