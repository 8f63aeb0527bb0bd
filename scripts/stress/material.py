"""What the stress scripts share: transcripts made of a small stock of sentences, and a look at what an index holds."""

from __future__ import annotations

import random
from pathlib import Path

from typer.testing import CliRunner, Result

from rag import manifest
from rag.cli import app
from rag.passage_store import PassageStore

_WHO = (
    "碼頭業務",
    "貨櫃業務",
    "冷鏈部門",
    "The shipyard",
    "Our tanker fleet",
    "越南工厂",
    "奶粉业务",
    "The repair dock",
)
_WHAT = ("收入", "毛利率", "capital expenditure", "訂單", "经营现金流", "headcount")
QUESTION = "碼頭業務的收入是多少?"


def paragraphs(count: int, seed: int) -> list[str]:
    """Different paragraphs, each long enough to be a passage of its own."""
    dice = random.Random(seed)
    return [
        f"{dice.choice(_WHO)}第{number}號紀錄:本季{dice.choice(_WHAT)}為{dice.randrange(10, 9999)}億元,"
        f"同比增長{dice.randrange(1, 99)}%,管理層預計明年{dice.choice(_WHAT)}會保持平穩,詳情請見附表。"
        for number in range(count)
    ]


def write(folder: Path, documents: dict[str, str]) -> None:
    """Makes the folder hold exactly these files."""
    folder.mkdir(parents=True, exist_ok=True)
    for path in folder.iterdir():
        if path.name not in documents:
            path.unlink()
    for name, text in documents.items():
        (folder / name).write_text(text, encoding="utf-8")


def stored(index: Path) -> dict[str, str]:
    """The published generation, every checksum compared: each document's file name and text.

    Raises:
        StoreError: it is not whole.
    """
    current = manifest.read(index)
    manifest.check(index, current, thorough=True)
    store = PassageStore(manifest.generation_of(index, current))
    found = [store.document(number) for number in range(store.document_count)]
    return {document.source.path: document.transcript.text for document in found}


def run(*args: str, index: Path) -> Result:
    """The command line in this process."""
    return CliRunner().invoke(app, [*args, "--index", str(index)])


def leftovers(index: Path) -> list[str]:
    """What lies in the store beside one generation, the manifest and the lock."""
    store = index / "store"
    expected = {"generations", "lock", "manifest.json", f"generations/{manifest.read(index).generation}"}
    present = {str(path.relative_to(store)) for path in [*store.iterdir(), *(store / "generations").iterdir()]}
    return sorted(present - expected)
