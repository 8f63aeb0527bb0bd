"""How long and how much memory the reading of very large transcripts takes: each in a process of its own, without embedding.

python scripts/stress/big_files.py [--limit-gb 8]

A file is read and cut into passages, or refused with a message; a process that needs more memory than the limit fails.
"""

from __future__ import annotations

import argparse
import multiprocessing
import resource
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

from rag import passages, transcripts
from rag.errors import SourceError

PARAGRAPH = "本季總收入為1,845億元,同比增長12%;毛利率為53.1%。碼頭業務在南沙增加兩個泊位,預計明年投產。\n\n"
KINDS = (
    "200 MB of text",
    "one line of 50 MB",
    "1,000,000 speaker lines",
    "100 MB of empty lines",
    "200 MB that is no text",
    "2 GB of text",
)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--limit-gb", type=float, default=8)
    limit = parser.parse_args().limit_gb
    print(f"{'file':26} {'MB':>6} {'seconds':>8} {'peak MB':>8}  outcome")
    failed = 0
    with tempfile.TemporaryDirectory() as folder:
        for kind in KINDS:
            path = Path(folder) / "big.txt"
            with path.open("wb") as file:
                file.writelines(_content(kind))
            seconds, peak, outcome = _measured(path, limit)
            print(f"{kind:26} {path.stat().st_size / 1e6:6.0f} {seconds:8.1f} {peak:8.0f}  {outcome}", flush=True)
            failed += outcome.startswith("FAILED")
    raise SystemExit(1 if failed else 0)


def _content(kind: str) -> Iterator[bytes]:
    paragraph = PARAGRAPH.encode()
    megabyte = paragraph * (1_000_000 // len(paragraph))
    if kind.endswith("GB of text"):
        yield from (megabyte for _ in range(2000))
    elif kind.endswith("MB of text"):
        yield from (megabyte for _ in range(200))
    elif kind == "one line of 50 MB":
        yield from (megabyte.replace(b"\n", b"") for _ in range(51))
    elif kind == "1,000,000 speaker lines":
        yield from (f"沈某某:第{n}句話說收入是{n}億元。\n顧某某:謝謝。\n".encode() for n in range(500_000))
    elif kind == "100 MB of empty lines":
        yield from (b"\n" * 1_000_000 for _ in range(100))
    else:
        yield from (bytes(range(256)) * 4000 for _ in range(200))


def _measured(path: Path, limit_gb: float) -> tuple[float, float, str]:
    """Seconds, peak resident megabytes, and what came of it."""
    context = multiprocessing.get_context("spawn")
    answer, theirs = context.Pipe(duplex=False)
    start = time.perf_counter()
    process = context.Process(target=_read, args=(path, limit_gb, theirs))
    process.start()
    theirs.close()
    try:
        peak, outcome = answer.recv()
    except EOFError:
        peak, outcome = float("nan"), "FAILED: the process died"
    process.join()
    return time.perf_counter() - start, peak, outcome


def _read(path: Path, limit_gb: float, answer) -> None:  # type: ignore[no-untyped-def]  # a connection
    size = int(limit_gb * 2**30)
    resource.setrlimit(resource.RLIMIT_AS, (size, size))
    try:
        transcript = transcripts.read(path)
        count = sum(1 for _ in passages.split(transcript, "big"))
        outcome = f"{len(transcript.text):,} characters, {len(transcript.turns):,} turns, {count:,} passages"
    except SourceError as error:
        outcome = f"refused: {error.message}"
    except MemoryError:
        outcome = f"FAILED: more than {limit_gb:g} GB"
    answer.send((resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1e3, outcome))


if __name__ == "__main__":
    main()
