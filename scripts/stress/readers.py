"""Readers while an index is rebuilt, and two builds at once.

python scripts/stress/readers.py [--readers 8] [--rebuilds 20]

The source alternates between two versions whose every paragraph carries the version's figure. Readers open the index, ask,
search, show and check, some in one process all the time, some as a new `rag` process each; some keep an index open while
it is replaced. Everything that one opened index says must be of one version, to the character.
"""

from __future__ import annotations

import argparse
import json
import multiprocessing
import subprocess
import sys
import tempfile
import time
import traceback
import warnings
from collections import Counter
from multiprocessing.synchronize import Event
from pathlib import Path

import material

from rag import builder, checking, inspection, pipeline
from rag.quotes import Quote

FIGURES = ("111", "222")
STOCK = material.paragraphs(12, 3)


def version(number: int) -> str:
    """The source's text; the versions differ in length, so that an offset of one is wrong in the other."""
    mark = f"第{FIGURES[number]}版:"
    return "\n\n".join(mark + "\n" * number + paragraph for paragraph in STOCK)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--readers", type=int, default=8)
    parser.add_argument("--rebuilds", type=int, default=20)
    parser.add_argument("--pairs", type=int, default=10, help="so many times two builds at once")
    arguments = parser.parse_args()
    warnings.simplefilter("ignore")
    with tempfile.TemporaryDirectory() as folder:
        index = Path(folder) / "index"
        rebuild(index, 0)
        context = multiprocessing.get_context("spawn")
        stop = context.Event()
        results: multiprocessing.Queue[tuple[Counter[str], str]] = context.Queue()
        readers = [context.Process(target=read, args=(index, n, stop, results)) for n in range(arguments.readers)]
        for reader in readers:
            reader.start()
        start = time.perf_counter()
        for number in range(1, arguments.rebuilds + 1):
            rebuild(index, number % 2)
            time.sleep(0.3)
        seconds = time.perf_counter() - start
        stop.set()
        seen: Counter[str] = Counter()
        failures = []
        for _ in readers:
            counted, failure = results.get(timeout=120)
            seen += counted
            failures += [failure] if failure else []
        for reader in readers:
            reader.join()
        print(
            f"{len(readers)} readers during {arguments.rebuilds} rebuilds in {seconds:.0f} s: {dict(sorted(seen.items()))}"
        )
        print(*failures, sep="\n", end="\n" if failures else "")
        print(f"errors and mixed generations: {len(failures)}; left over: {material.leftovers(index)}")
        busy = two_builds(index, arguments.pairs)
        print(f"two builds at once, {arguments.pairs} times: {dict(busy)}")
    raise SystemExit(1 if failures or not busy["one built, the other was told that it is busy"] else 0)


def rebuild(index: Path, number: int) -> None:
    material.write(index / "transcripts", {"call.txt": version(number)})
    builder.build(index, [])


def read(index: Path, number: int, stop: Event, results: multiprocessing.Queue[tuple[Counter[str], str]]) -> None:
    """Reads until it is told to stop; gives how often each version was seen, and a failure's words."""
    seen: Counter[str] = Counter()
    try:
        while not stop.wait(0.05):
            if number % 4 == 3:
                seen[f"process {FIGURES[_as_process(index)]}"] += 1
            else:
                # One in four keeps the index open for several rounds, whatever is published meanwhile.
                opened = pipeline.open_index(index)
                versions = {_opened(opened) for _ in range(15 if number % 4 == 2 else 1)}
                assert len(versions) == 1, f"an opened index changed: {versions}"
                seen[f"opened {FIGURES[versions.pop()]}"] += 1
                assert inspection.status(index)["documents"] == 1
        results.put((seen, ""))
    except BaseException:
        results.put((seen, traceback.format_exc()))


def _opened(opened: pipeline.OpenIndex) -> int:
    """Which version an opened index speaks for; fails if it is not one, whole."""
    passages = [hit.passage for hit in pipeline.search(opened, material.QUESTION, 30)]
    answer = pipeline.ask(opened, material.QUESTION, min_confidence=0)
    shown, lines = pipeline.show(opened, "call:1")
    quotes = [(p.text, p.span.char_start, p.span.char_end) for p in passages]
    quotes += [(c.quote, c.span.char_start, c.span.char_end) for c in (*answer.citations, shown)]
    texts = [line.text for line in lines]
    (found,) = [n for n in (0, 1) if f"第{FIGURES[n]}版" in texts[0]]
    assert all(version(found)[first:end] == quote for quote, first, end in quotes), f"mixed: {quotes}"
    assert texts == version(found).split("\n")[: len(texts)], texts
    assert checking.check(opened, [Quote(answer.citations[0].quote, "call")])[0].holds
    return found


def _as_process(index: Path) -> int:
    command = [sys.executable, "-m", "rag", "search", material.QUESTION, "--json", "-k", "30", "--index", str(index)]
    done = subprocess.run(command, capture_output=True)
    assert done.returncode == 0 and not done.stderr, done.stderr.decode()
    cited = [hit["citation"] for hit in json.loads(done.stdout)["hits"]]
    fits = [n for n in (0, 1) if all(version(n)[c["char_start"] : c["char_end"]] == c["quote"] for c in cited)]
    assert len(fits) == 1, f"mixed: {cited}"
    return fits[0]


def two_builds(index: Path, times: int) -> Counter[str]:
    """Starts two builds at once, again and again, and counts what came of them."""
    outcomes: Counter[str] = Counter()
    command = [sys.executable, "-m", "rag", "build", "--index", str(index)]
    for number in range(times):
        material.write(index / "transcripts", {"call.txt": "\n" * (number + 1) + version(0)})
        both = [subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE) for _ in range(2)]
        said = [process.communicate() for process in both]
        codes = sorted(process.returncode for process in both)
        if codes == [0, 3]:
            assert any(b"another build is running" in errors for _, errors in said), said
            outcomes["one built, the other was told that it is busy"] += 1
        else:
            assert codes == [0, 0], said
            outcomes["one built after the other"] += 1
        assert material.stored(index) == {"call.txt": "\n" * (number + 1) + version(0)}
        assert not material.leftovers(index)
    return outcomes


if __name__ == "__main__":
    main()
