"""This product: `rag build` and `rag search`, without and with the second stage."""

from __future__ import annotations

import tempfile
from collections.abc import Callable
from pathlib import Path

from run_job import CANDIDATES

from rag import builder, pipeline
from rag.opened import open_index
from rag.second_stage import trained_reader


def index(model: str, documents: dict[str, str]) -> dict[str, Callable[[str], list[str]]]:
    folder = Path(tempfile.mkdtemp(prefix="compare-rag-"))
    transcripts = folder / "transcripts"
    transcripts.mkdir()
    for name, text in documents.items():
        (transcripts / f"{name}.txt").write_bytes(text.encode())
    builder.build(folder, [transcripts])
    opened = open_index(folder)
    reader = trained_reader()
    return {
        "search --fast": lambda question: [h.passage.document for h in pipeline.search(opened, question, CANDIDATES)],
        "search": lambda question: [
            h.passage.document for h in pipeline.search(opened, question, CANDIDATES, reranker=reader)
        ],
    }
