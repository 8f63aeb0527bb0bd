"""One peer's side of `scripts/compare_peers.py`: runs in the peer's own environment, which has nothing of this project.

    python run_job.py ADAPTER job.json result.json

An adapter is a module beside this one with ``index(model, documents)``: from the model's folder and {id: text} to
{mode: search}, where a search takes a question and returns document ids, best first.
"""

from __future__ import annotations

import importlib
import json
import sys
import time
from pathlib import Path

#: What an adapter takes from each of its retrievers before they are fused, as many as the product takes.
CANDIDATES = 50
DEPTH = 10


def main() -> None:
    # The clock runs from here: a library's import is part of what its user waits for.
    start = time.perf_counter()
    adapter, job_file, result_file = sys.argv[1:]
    job = json.loads(Path(job_file).read_text(encoding="utf-8"))
    searches = importlib.import_module(adapter).index(job["model"], job["documents"])
    index_seconds = time.perf_counter() - start
    modes: dict[str, dict[str, object]] = {}
    for mode, search in searches.items():
        search(next(iter(next(iter(job["questions"].values())).values())))  # the first call loads what is loaded late
        modes[mode] = {}
        for name, questions in job["questions"].items():
            ranked, seconds = {}, []
            for identity, question in questions.items():
                asked = time.perf_counter()
                found = search(question)
                seconds.append(time.perf_counter() - asked)
                # A document may come back as several of its chunks.
                ranked[identity] = list(dict.fromkeys(found))[:DEPTH]
            modes[mode][name] = {"ranked": ranked, "seconds": seconds}
    result = {"index_seconds": index_seconds, "modes": modes}
    Path(result_file).write_text(json.dumps(result), encoding="utf-8")


if __name__ == "__main__":
    main()
