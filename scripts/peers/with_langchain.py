"""LangChain: FAISS vector store and BM25Retriever, fused by EnsembleRetriever (weighted reciprocal rank)."""

from __future__ import annotations

from collections.abc import Callable

import jieba
from langchain_classic.retrievers import EnsembleRetriever
from langchain_community.retrievers import BM25Retriever
from langchain_community.vectorstores import FAISS
from langchain_core.documents import Document
from langchain_huggingface import HuggingFaceEmbeddings
from run_job import CANDIDATES


def index(model: str, documents: dict[str, str]) -> dict[str, Callable[[str], list[str]]]:
    papers = [Document(page_content=text, metadata={"name": name}) for name, text in documents.items()]
    embeddings = HuggingFaceEmbeddings(
        model_name=model,
        model_kwargs={"device": "cpu"},
        encode_kwargs={"prompt": "passage: ", "normalize_embeddings": True},
        query_encode_kwargs={"prompt": "query: ", "normalize_embeddings": True},
    )
    dense = FAISS.from_documents(papers, embeddings).as_retriever(search_kwargs={"k": CANDIDATES})

    def fused(**options: object) -> Callable[[str], list[str]]:
        words = BM25Retriever.from_documents(papers, k=CANDIDATES, **options)
        both = EnsembleRetriever(retrievers=[words, dense], weights=[0.5, 0.5])
        return lambda question: [found.metadata["name"] for found in both.invoke(question)]

    # By default it splits at white space, of which Chinese has none; its documentation passes a tokenizer in.
    return {"hybrid": fused(), "hybrid, words by jieba": fused(preprocess_func=lambda text: jieba.lcut(text.lower()))}
