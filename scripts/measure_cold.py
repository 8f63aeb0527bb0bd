"""Measures `rag ask` as a whole process against sentence-transformers and FAISS in a plain script on the same passages.

python scripts/measure_cold.py [INDEX] [--runs 15]
"""

from __future__ import annotations

import argparse
import os
import resource
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import numpy as np

from rag import bundled_model, pipeline

QUESTION = "資本開支總共多少?"
BASELINE = """
import sys, faiss
from sentence_transformers import SentenceTransformer
model = SentenceTransformer(sys.argv[1], device="cpu")
index = faiss.read_index(sys.argv[2])
vector = model.encode(["query: " + sys.argv[3]])
print(index.search(vector, 5))
"""


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("index", type=Path, nargs="?", default=Path("index"))
    parser.add_argument("--runs", type=int, default=15)
    arguments = parser.parse_args()
    rag = [sys.executable, "-m", "rag"]
    # In a process of its own: a process's peak memory counts among that of those it starts.
    subprocess.run([*rag, "build", "--index", str(arguments.index)], check=True, stdout=subprocess.DEVNULL)
    with tempfile.TemporaryDirectory() as folder:
        import faiss

        vectors = pipeline.open_index(arguments.index).vectors.vectors(slice(None))
        flat = faiss.IndexFlatIP(vectors.shape[1])
        flat.add(np.ascontiguousarray(vectors))
        faiss.write_index(flat, f"{folder}/flat.faiss")
        script = Path(folder) / "baseline.py"
        script.write_text(BASELINE, encoding="utf-8")
        ask = _measure([*rag, "ask", QUESTION, "--index", str(arguments.index)], arguments.runs)
        fast = _measure([*rag, "ask", QUESTION, "--index", str(arguments.index), "--fast"], arguments.runs)
        base = _measure(
            [sys.executable, str(script), str(bundled_model.exported()), f"{folder}/flat.faiss", QUESTION],
            max(3, arguments.runs // 5),
        )
        usage = _measure([*rag, "--help"], arguments.runs)
    print(f"{'':34} {'median s':>9} {'peak MB':>8}")
    for name, (seconds, peak) in (
        ("rag ask", ask),
        ("rag ask --fast", fast),
        ("sentence-transformers + FAISS", base),
        ("rag --help", usage),
    ):
        print(f"{name:34} {seconds:9.3f} {peak:8.0f}")
    for name, (seconds, peak) in (("rag ask", ask), ("rag ask --fast", fast)):
        print(f"{name} is {base[0] / seconds:.1f} times as fast, in {peak / base[1]:.2f} of the memory")


def _measure(command: list[str], runs: int) -> tuple[float, float]:
    """Median seconds and peak resident megabytes of a process, after one run to warm the file cache."""
    seconds = []
    peak = 0.0
    for run in range(runs + 1):
        start = time.perf_counter()
        process = subprocess.Popen(
            command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, env={**os.environ, "HF_HUB_OFFLINE": "1"}
        )
        _, status, used = os.wait4(process.pid, 0)
        process.returncode = os.waitstatus_to_exitcode(status)
        if process.returncode not in (0, 1):
            raise SystemExit(f"{' '.join(command)} ended with {process.returncode}")
        if run:
            seconds.append(time.perf_counter() - start)
            peak = max(peak, _megabytes(used))
    return statistics.median(seconds), peak


def _megabytes(used: resource.struct_rusage) -> float:
    return used.ru_maxrss / (1e6 if sys.platform == "darwin" else 1e3)


if __name__ == "__main__":
    main()
