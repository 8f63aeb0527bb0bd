"""The same build on one core and on all, the same question again and again, warm in one process and cold in new ones: are the
bytes the same?

    python scripts/stress/determinism.py [TRANSCRIPTS] [--runs 100]
"""

from __future__ import annotations

import argparse
import os
import subprocess
import sys
import tempfile
from collections.abc import Iterable
from pathlib import Path

import material

from rag import manifest

QUESTIONS = (
    "資本開支總共多少?",
    "毛利率提升了多少個百分點?",
    "Why did revenue grow?",
    "花旗的分析師問了什麼?",
    "今晚台北會下雨嗎?",
)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("transcripts", type=Path, nargs="?", default=Path("index/transcripts"))
    parser.add_argument("--runs", type=int, default=100)
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        _measure(Path(folder), arguments.transcripts.resolve(), arguments.runs)


def _measure(folder: Path, sources: Path, runs: int) -> None:
    cores = os.sched_getaffinity(0)
    rag = [sys.executable, "-m", "rag"]
    for name, used in (("one", {min(cores)}), ("all", cores)):
        os.sched_setaffinity(0, used)
        subprocess.run([*rag, "build", str(sources), "--index", str(folder / name)], check=True, capture_output=True)
    same = manifest.read(folder / "one").files == manifest.read(folder / "all").files
    print(f"built on one core and on {len(cores)}: {_told([1 if same else 2])}", flush=True)
    warm: dict[str, set[str]] = {question: set() for question in QUESTIONS}
    for _ in range(runs):
        for question, outputs in warm.items():
            done = material.run("ask", question, "--json", index=folder / "all")
            if done.exit_code not in (0, 1):
                raise SystemExit(done.output)
            outputs.add(done.stdout)
    print(f"{len(warm)} questions {runs} times each in one process: {_told(map(len, warm.values()))}", flush=True)
    cold = set()
    for seed in range(runs):
        command = [*rag, "ask", QUESTIONS[0], "--json", "--index", str(folder / "all")]
        environment = {**os.environ, "PYTHONHASHSEED": str(seed)}
        cold.add(subprocess.run(command, stdout=subprocess.PIPE, check=True, env=environment).stdout.decode())
    print(f"one question in {runs} new processes: {_told([len(cold)])}", flush=True)
    print(f"in one process and in new ones: {_told([len(cold | warm[QUESTIONS[0]])])}")


def _told(kinds: Iterable[int]) -> str:
    return "the same bytes" if {*kinds} == {1} else "DIFFERENT bytes"


if __name__ == "__main__":
    main()
