"""What a passage costs to build, from a thousand passages of real text to a hundred thousand, and the memory that it takes.

    python scripts/measure_growth.py WORKDIR TEXTS... [--sizes 1000,10000,100000]

TEXTS are folders of transcripts and SQuAD files, whose paragraphs are documents of their own; the README's are English
calls, DRCD (Delta Research Center), CMRC 2018 (HFL) and XQuAD (Google DeepMind). They are mixed, so that each size has the
same kinds of text. Beyond what there is they come again, with a number at the end of each sentence, so that nothing is
embedded for nothing. Each size is built in a process of its own, after a small build that imports and loads what is needed;
WORKDIR keeps the texts and nothing else.
"""

from __future__ import annotations

import argparse
import json
import random
import re
import resource
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

from rag import builder, passages, question_sets, transcripts

#: A sentence's end, where a copy's number goes before.
_END = re.compile(r"(?=[。！？]|[.!?](?:\s|$))")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("workdir", type=Path)
    parser.add_argument("texts", type=Path, nargs="*")
    parser.add_argument("--sizes", default="1000,10000,100000")
    parser.add_argument("--one", action="store_true", help=argparse.SUPPRESS)
    arguments = parser.parse_args()
    if arguments.one:
        print(json.dumps(_measure(arguments.workdir)))
        return
    texts = _read(arguments.texts)
    print("| passages | vectors | build s | ms a passage | ms a vector | peak GB |")
    print("|---|---|---|---|---|---|")
    costs = []
    for size in map(int, arguments.sizes.split(",")):
        folder = arguments.workdir / str(size)
        _write(folder, texts, size)
        command = [sys.executable, __file__, str(folder), "--one"]
        row = json.loads(subprocess.run(command, check=True, stdout=subprocess.PIPE, text=True).stdout.splitlines()[-1])
        costs.append(row["seconds"] / row["passages"])
        print(
            f"| {row['passages']:,} | {row['vectors']:,} | {row['seconds']:.1f} | {1000 * costs[-1]:.2f} "
            f"| {1000 * row['seconds'] / row['vectors']:.2f} | {row['peak']:.2f} |",
            flush=True,
        )
    print(f"\nThe dearest passage costs {max(costs) / min(costs):.2f} times what the cheapest costs.")


def _read(paths: list[Path]) -> list[str]:
    """The documents' texts in an order that is mixed, and always the same."""
    texts = []
    for path in paths:
        if path.is_dir():
            texts += [file.read_text(encoding="utf-8") for file in sorted(path.glob("*.txt"))]
        else:
            texts += (question_sets.read(path).paragraphs or {}).values()
    random.Random(0).shuffle(texts)
    return texts


def _copies(texts: list[str]) -> Iterator[str]:
    copy = 0
    while True:
        yield from texts if copy == 0 else (_END.sub(f" {copy}", text) for text in texts)
        copy += 1


def _write(folder: Path, texts: list[str], size: int) -> None:
    """As many documents as have so many passages."""
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    path, counts, written = folder / "counted.txt", [], 0
    for number, text in enumerate(_copies(texts)):
        if number < len(texts):
            path.write_text(text, encoding="utf-8")
            counts.append(len(passages.split(transcripts.read(path), path.name)))
        (folder / f"{number:06}.txt").write_text(text, encoding="utf-8")
        written += counts[number % len(texts)]
        if written >= size:
            break
    path.unlink()


def _measure(folder: Path) -> dict[str, float]:
    with tempfile.TemporaryDirectory() as index:
        builder.build(Path(index) / "small", [next(folder.iterdir())])
        start = time.perf_counter()
        built = builder.build(Path(index) / "all", [folder])
        seconds = time.perf_counter() - start
    return {
        "passages": built.manifest.passages,
        "vectors": built.manifest.vectors,
        "seconds": seconds,
        "peak": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1e6,
    }


if __name__ == "__main__":
    main()
