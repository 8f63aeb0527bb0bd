"""Measures a build where one file changed, and where none did, against the full build; compares the result with a full rebuild.

    python scripts/measure_incremental.py CALLS [--calls 300]

CALLS is a folder of transcripts, of which the first so many are copied and indexed. Each build is a process of its own, from
its start to its end, as the command line starts it.
"""

from __future__ import annotations

import argparse
import shutil
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from rag import manifest


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("calls", type=Path)
    parser.add_argument("--calls", dest="count", type=int, default=300)
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        calls, index = Path(folder) / "calls", Path(folder) / "index"
        calls.mkdir()
        for path in sorted(path for path in arguments.calls.iterdir() if path.is_file())[: arguments.count]:
            shutil.copy(path, calls)
        full = _seconds(index, calls)
        made = manifest.read(index)
        none = _seconds(index, calls)
        changed = sorted(calls.iterdir())[arguments.count // 2]
        with changed.open("a", encoding="utf-8") as file:
            file.write("\n\nWe thank everyone who listened to us today for their time.\n")
        one = _seconds(index, calls)
        _seconds(Path(folder) / "again", calls)
        same = manifest.read(index).files == manifest.read(Path(folder) / "again").files
    print(
        f"{made.documents} transcripts, {made.passages:,} passages, {made.vectors:,} vectors: full build {full:.1f} s"
    )
    print(f"none changed: {none:.2f} s; one changed: {one:.2f} s, {100 * one / full:.1f} % of the full build")
    print(f"byte for byte what a full build makes: {'yes' if same else 'NO'}")


def _seconds(index: Path, calls: Path) -> float:
    start = time.perf_counter()
    command = [sys.executable, "-m", "rag", "build", str(calls), "--index", str(index)]
    subprocess.run(command, check=True, capture_output=True)
    return time.perf_counter() - start


if __name__ == "__main__":
    main()
