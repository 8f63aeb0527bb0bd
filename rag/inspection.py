"""What an index holds and whether it is sound: ``rag status`` and ``rag verify``."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from rag import discovery
from rag.citation import shown, staleness
from rag.opened import open_index, root_path
from rag.places import Places
from rag.progress import Report, silent


def status(index: Path, report: Report = silent) -> dict[str, Any]:
    """What is indexed, how, and which sources differ now.

    Raises:
        StoreError: there is no index or it cannot be used.
    """
    opened = open_index(index)
    current = opened.manifest
    sources = opened.store.sources()
    states = {name: staleness(opened.path_below(source.root, source.path), source) for name, source, _ in sources}
    present, _ = discovery.discover(index, list(current.roots), report)
    return {
        "index": shown(index),
        "model": current.model,
        "dimension": current.dimension,
        "documents": current.documents,
        "passages": current.passages,
        "vectors": current.vectors,
        "dense": current.dense,
        "bytes": sum(size for size, _ in current.files.values()),
        "generation": current.generation,
        "roots": [shown(root_path(index, root)) for root in current.roots],
        "names": [name for name, _, _ in sources],
        "changed": [name for name, state in states.items() if state == "changed"],
        "missing": [name for name, state in states.items() if state == "missing"],
        "new": sorted({f.name for f in present if not current.leaves_out(f.name, f.source.sha256)} - set(states)),
        "left_out": [{"name": name, "reason": reason} for name, (_, reason) in sorted(current.skipped.items())],
    }


def describe(facts: dict[str, Any]) -> str:
    """``status`` as text."""
    lines = [
        f"{facts['index']}: {facts['documents']} documents, {facts['passages']} passages, {facts['vectors']} vectors, {facts['bytes'] / 1e6:.1f} MB",
        f"model {facts['model']} ({facts['dimension']} dimensions), FAISS {facts['dense']}, generation {facts['generation']}",
        f"indexed from {', '.join(facts['roots'])}",
    ]
    names = facts["names"]
    lines.append("documents: " + ", ".join(names[:20]) + (f" and {len(names) - 20} more" if len(names) > 20 else ""))
    lines += [f"left out: {entry['name']} ({entry['reason']})" for entry in facts["left_out"]]
    for state in ("changed", "missing", "new"):
        if facts[state]:
            lines.append(f"{state} since: {', '.join(facts[state])} (run: rag build)")
    return "\n".join(lines)


def verify(index: Path, report: Report = silent) -> dict[str, Any]:
    """Every file against its checksum, and every passage against its document and that against its source.

    Raises:
        StoreError: there is no index, or a file of it is damaged (it is named).
    """
    opened = open_index(index, thorough=True, report=report)
    stale = []
    wrong = []
    for number in range(opened.store.document_count):
        report("comparing passages", number + 1, opened.store.document_count)
        document = opened.store.document(number)
        state = staleness(opened.path_of(document), document.source)
        if state:
            stale.append({"document": document.name, "state": state})
        text = document.transcript.text
        places = Places(text, document.transcript.marks)
        for row in range(*document.passages):
            passage = opened.store.passage(row)
            span = passage.span
            if places.span(span.char_start, span.char_end) != span:
                wrong.append({"document": document.name, "line": span.line_start, "id": passage.id})
    return {
        "sound": not stale and not wrong,
        "files": len(opened.manifest.files),
        "passages": len(opened.store),
        "stale": stale,
        "wrong": wrong,
    }


def describe_verification(report: dict[str, Any]) -> str:
    """``verify`` as text."""
    lines = [
        f"{report['files']} files match their checksums, {report['passages'] - len(report['wrong'])} of {report['passages']} passages match their document"
    ]
    lines += [
        f"{entry['document']}: the source is {entry['state']} since it was indexed (run: rag build)"
        for entry in report["stale"]
    ]
    lines += [
        f"{entry['document']}:{entry['line']}: passage {entry['id']} is not the document's text (run: rag build)"
        for entry in report["wrong"]
    ]
    return "\n".join([*lines, "sound" if report["sound"] else "not sound"])
