"""Damages every file of an index again and again; each damage must be found, and named, before a wrong answer is given.

python scripts/stress/damage.py [--each 40] [--seed 1]

Bits are flipped, bytes overwritten, files truncated, extended, emptied, zeroed, removed, or swapped with those of another
index. First all files are compared with their checksums when the index is opened, as in any index below 32 MB. Then the
four largest are not, as in a bigger one, and it is `rag verify` that finds the damage: how many answers differ until it
is run is counted; a quote that is not its source's, or a traceback, counts as a failure.
"""

from __future__ import annotations

import argparse
import random
import subprocess
import sys
import tempfile
import traceback
import warnings
from collections import Counter
from collections.abc import Callable
from pathlib import Path

import material

from rag import builder, inspection, manifest, pipeline, render
from rag.errors import RagError, StoreError
from rag.opened import open_index

KINDS = ("bit", "bits", "bytes", "truncated", "extended", "emptied", "zeroed", "removed", "another's")
#: What changes no byte count: all that the check of sizes lets through.
SAME_SIZE = ("bit", "bits", "bytes", "zeroed")
QUESTIONS = (material.QUESTION, "What was the shipyard's revenue?", "毛利率", "越南工厂 订单")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--each", type=int, default=40, help="damages of each file")
    parser.add_argument("--seed", type=int, default=1)
    arguments = parser.parse_args()
    warnings.simplefilter("ignore")
    dice = random.Random(arguments.seed)
    with tempfile.TemporaryDirectory() as folder:
        index, other = (_built(Path(folder) / name, seed) for seed, name in enumerate(("one", "two")))
        true, _ = answers(index)
        found: Counter[str] = Counter()
        for name in (*manifest.FILES, "manifest.json"):
            for number in range(arguments.each):
                with damaged(index, other, name, KINDS[number % len(KINDS)], dice):
                    found[_found_by(index, name, as_process=number < 3)] += 1
        print(
            f"{found.total()} damages of {len(manifest.FILES) + 1} files (seed {arguments.seed}): found by {dict(found)}"
        )
        *small, a, b, c, d = sorted(manifest.FILES, key=lambda name: (_file(index, name).stat().st_size, name))
        manifest.CHECKED_ON_OPEN = sum(_file(index, name).stat().st_size for name in small)
        late: Counter[str] = Counter()
        for name in (a, b, c, d):
            for number in range(arguments.each):
                with damaged(index, other, name, SAME_SIZE[number % len(SAME_SIZE)], dice):
                    late[_outcome(index, true)] += 1
                    assert _refusal(lambda: inspection.verify(index), name), f"verify did not find the damage of {name}"
        print(
            f"{late.total()} damages of {a}, {b}, {c}, {d} that opening does not look for, all found by rag verify; "
            f"before that: {dict(late)}"
        )
        manifest.CHECKED_ON_OPEN = 32 << 20
        assert answers(index) == (true, True), "the undamaged index does not answer as before"
    raise SystemExit(1 if any(outcome.startswith(("broke", "a quote")) for outcome in late) else 0)


class damaged:
    """A file of the index, damaged while in the ``with`` block."""

    def __init__(self, index: Path, other: Path, name: str, kind: str, dice: random.Random):
        self._path = _file(index, name)
        self._whole = self._path.read_bytes()
        self._data = _damage(self._whole, kind, dice, _file(other, name).read_bytes())

    def __enter__(self) -> None:
        if self._data is None:
            self._path.unlink()
        else:
            self._path.write_bytes(self._data)

    def __exit__(self, *_: object) -> None:
        self._path.write_bytes(self._whole)


def answers(index: Path) -> tuple[list[str], bool]:
    """What is said to the questions, citations included; and whether every quote is its source's text."""
    opened = open_index(index)
    found = []
    right = True
    for question in QUESTIONS:
        answer = pipeline.ask(opened, question, min_confidence=0)
        hits = pipeline.search(opened, question)
        cited = [pipeline.cite_hit(opened, hit) for hit in hits]
        found.append(f"{render.answer(answer, render.Style(colour=False))}\n{hits}\n{cited}")
        for citation in (*answer.citations, *cited):
            source = Path(citation.path)
            text = source.read_text(encoding="utf-8") if source.is_file() else ""
            right &= text[citation.span.char_start : citation.span.char_end] == citation.quote
    return found, right


def _found_by(index: Path, name: str, *, as_process: bool) -> str:
    """Which check finds the damage; each is tried, and all must name the file and what to do."""
    # Without a manifest there is no index, and the folder is named; another index's names files that are not there.
    names = (name, "there is no index", "cannot be read") if name == "manifest.json" else (name,)
    for check in (lambda: open_index(index), lambda: inspection.status(index), lambda: inspection.verify(index)):
        assert _refusal(check, *names), f"damage of {name} was not found"
    for command in ("status", "verify") if as_process else ():
        done = subprocess.run([sys.executable, "-m", "rag", command, "--index", str(index)], capture_output=True)
        said = done.stderr.decode()
        assert done.returncode == 3 and not done.stdout and "Traceback" not in said, said
        assert any(n in said for n in names) and "rag build" in said, said
    return "opening, status and verify"


def _refusal(check: Callable[[], object], *names: str) -> bool:
    try:
        check()
    except StoreError as error:
        assert any(name in str(error) for name in names) and "rag build" in error.hint, error
        return True
    return False


def _outcome(index: Path, true: list[str]) -> str:
    try:
        said, right = answers(index)
        return "a quote that is wrong" if not right else "the same answers" if said == true else "another ranking"
    except RagError:
        return "refused"
    except Exception as error:  # any other is a failure of ours, and is counted as one
        return f"broke down ({type(error).__name__} in {traceback.extract_tb(error.__traceback__)[-1].name})"


def _damage(whole: bytes, kind: str, dice: random.Random, others: bytes) -> bytes | None:
    """The damaged bytes, never equal to the whole ones; None to remove the file."""
    data = bytearray(whole)
    while bytes(data) == whole:
        at = dice.randrange(len(whole))
        if kind in ("bit", "bits"):
            for place in [at] if kind == "bit" else dice.choices(range(len(whole)), k=8):
                data[place] ^= 1 << dice.randrange(8)
        elif kind == "bytes":
            data[at : at + 16] = dice.randbytes(len(data[at : at + 16]))
        elif kind == "zeroed":
            data[at:] = bytes(len(data) - at)
        elif kind == "another's" and others != whole:
            data = bytearray(others)
        elif kind == "removed":
            return None
        else:
            data = bytearray({"truncated": whole[:at], "emptied": b""}.get(kind, whole + dice.randbytes(1 + at % 99)))
    return bytes(data)


def _file(index: Path, name: str) -> Path:
    if name == "manifest.json":
        return index / "store" / name
    return manifest.generation_of(index, manifest.read(index)) / name


def _built(index: Path, seed: int) -> Path:
    half = {f"{name}.txt": "\n\n".join(material.paragraphs(15, seed * 2 + n)) for n, name in enumerate("ab")}
    material.write(index / "transcripts", half)
    builder.build(index, [])
    return index


if __name__ == "__main__":
    main()
