"""This product: `rag build` and `rag search`."""

from __future__ import annotations

import tempfile
from collections.abc import Callable
from pathlib import Path

from run_job import CANDIDATES

from rag import builder, pipeline
from rag.opened import open_index


def index(model: str, documents: dict[str, str]) -> dict[str, Callable[[str], list[str]]]:
    folder = Path(tempfile.mkdtemp(prefix="compare-rag-"))
    transcripts = folder / "transcripts"
    transcripts.mkdir()
    for name, text in documents.items():
        (transcripts / f"{name}.txt").write_bytes(text.encode())
    builder.build(folder, [transcripts])
    opened = open_index(folder)
    return {
        "search": lambda question: [hit.passage.document for hit in pipeline.search(opened, question, CANDIDATES)],
    }
