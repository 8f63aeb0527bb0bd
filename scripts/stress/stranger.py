"""Indexes made to harm: files changed on purpose, their checksums made to fit; nothing but words may come of it.

python scripts/stress/stranger.py [--each 40] [--seed 1]

In every file of an index numbers, counts, sizes, names and text are replaced, whole arrays are made to be of another
type or shape, and the manifest's checksums are made to fit, as only a deliberate hand can. Each such index is then read
by every command in a process of its own, with a limit on memory and time. A crash of the process, a traceback, and a
quote that does not lie at its place in the document are failures.
"""

from __future__ import annotations

import argparse
import hashlib
import io
import json
import os
import random
import resource
import shutil
import signal
import subprocess
import sys
import tempfile
import warnings
from collections import Counter
from pathlib import Path

# On one core nothing starts threads, which the readers, being forks, would wait for in vain.
os.sched_setaffinity(0, {min(os.sched_getaffinity(0))})

import fuzz_inputs as inputs  # noqa: E402
import material  # noqa: E402
import numpy as np  # noqa: E402

from rag import manifest, pipeline  # noqa: E402

SECONDS = 20
#: Beyond what the process holds when it is forked.
MEGABYTES = 1500
READING = (
    ["ask", material.QUESTION, "--min-confidence", "0"],
    ["ask", "What is the shipyard's revenue?", "--json"],
    ["search", "收入 訂單", "--json", "-k", "30"],
    ["show", "a:3"],
    ["status", "--json"],
    ["verify"],
)
_EXTREMES = (0, 1, 2, 3, 255, 2**31 - 1, 2**31, 2**32 - 1, 2**40, 2**62, 2**64 - 1)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--each", type=int, default=40, help="changes of each file")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--only", help="the file of this name alone")
    parser.add_argument("--number", type=int, help="this change alone")
    arguments = parser.parse_args()
    warnings.simplefilter("ignore")
    outcomes: Counter[str] = Counter()
    failures = 0
    with tempfile.TemporaryDirectory() as folder:
        index = _built(Path(folder) / "index")
        pipeline.ask(pipeline.open_index(index), material.QUESTION)  # what is loaded once is loaded before the forks
        for name in [arguments.only] if arguments.only else (*manifest.FILES, "manifest.json"):
            for number in range(arguments.each) if arguments.number is None else [arguments.number]:
                copy = Path(folder) / "copy"
                shutil.copytree(index, copy)
                change(copy, name, random.Random(f"{arguments.seed} {name} {number}"))
                outcome, said = read(copy, Path(folder) / "said")
                outcomes[outcome] += 1
                if outcome.startswith("FAILED"):
                    failures += 1
                    print(f"{outcome} --seed {arguments.seed} --only {name} --number {number}\n{said}", flush=True)
                shutil.rmtree(copy)
    print(
        f"{outcomes.total()} indexes changed on purpose (seed {arguments.seed}): {dict(outcomes)}; failures {failures}"
    )
    raise SystemExit(1 if failures else 0)


def change(index: Path, name: str, dice: random.Random) -> None:
    """Changes one file of the index and signs the manifest anew."""
    path = index / "store" / "manifest.json"
    fields = json.loads(path.read_bytes())
    del fields["checksum"]
    folder = index / "store" / "generations" / fields["generation"]
    if name == "manifest.json":
        fields = json.loads(inputs.json_like(fields, dice, is_whole=True))
    elif name == "documents.jsonl":
        lines = [json.loads(line) for line in (folder / name).read_bytes().splitlines()]
        written = [inputs.json_like(line, dice, is_whole=True) + b"\n" for line in lines]
        (folder / name).write_bytes(b"".join(written))
        np.save(folder / "documents.npy", np.cumsum([0, *map(len, written)]).astype(np.uint64))
    else:
        data = (folder / name).read_bytes()
        (folder / name).write_bytes(_array(data, dice) if name.endswith(".npy") else _bytes(data, dice))
    if isinstance(fields, dict):
        if name != "manifest.json":
            for file in fields["files"]:
                data = (folder / file).read_bytes()
                fields["files"][file] = [len(data), hashlib.sha256(data).hexdigest()]
        fields["checksum"] = hashlib.sha256(json.dumps(fields, sort_keys=True).encode()).hexdigest()
    path.write_text(json.dumps(fields))


def _array(data: bytes, dice: random.Random) -> bytes:
    """The array with some numbers replaced, or as one of another type, shape or length."""
    array = np.load(io.BytesIO(data))
    written = io.BytesIO()
    kind = dice.choice(("numbers", "numbers", "numbers", "type", "shape", "length", "header"))
    if kind == "numbers":
        flat = array.reshape(-1).copy()
        for _ in range(dice.choice((1, 5, 500))):
            at = dice.randrange(len(flat))
            field = dice.choice(flat.dtype.names) if flat.dtype.names else ...
            place = flat[field][at : at + 1] if flat.dtype.names else flat[at : at + 1]
            place.view(np.uint8)[:] = np.frombuffer(dice.choice(_EXTREMES).to_bytes(8, "little"), np.uint8)[: place.itemsize]  # fmt: skip
        array = flat.reshape(array.shape)
    elif kind == "type":
        array = np.zeros(array.shape, dice.choice(("f8", "i2", "U3", "M8[s]", "c8", "?", "<u8", "<u4", "u1")))
    elif kind == "shape":
        array = array.reshape(dice.choice(((1, -1), (-1, 1), (1, 1, -1))))
    elif kind == "length":
        array = array[: dice.randrange(len(array))] if dice.random() < 0.5 else np.concatenate([array, array[:3]])
    np.save(written, array)
    data = written.getvalue()
    if kind == "header":
        data = data.replace(b"(", dice.choice((b"(9", b"(-", b"((", b"(1,", b"(99999999999,")), 1)
        data = data.replace(b"False", dice.choice((b"False", b"True ", b"__im ")), 1)
    return data


def _bytes(data: bytes, dice: random.Random) -> bytes:
    """The bytes with some of them replaced, most in what a header says; or more or fewer of them."""
    changed = bytearray(data)
    for _ in range(dice.choice((1, 1, 3))):
        at = dice.randrange(min(len(data), dice.choice((60, 120, len(data)))))
        new = dice.choice((dice.choice(_EXTREMES).to_bytes(8, "little"), dice.randbytes(4), b"\xff", b"\0" * 16))
        changed[at : at + len(new)] = new
    return bytes(changed[: dice.randrange(len(changed))] if dice.random() < 0.1 else changed)


def read(index: Path, said: Path) -> tuple[str, str]:
    """What came of reading the index in a process of its own, and its words."""
    child = os.fork()
    if child == 0:
        with said.open("w") as file:
            os.dup2(file.fileno(), 2)
            held = int(Path("/proc/self/statm").read_text().split()[0]) * os.sysconf("SC_PAGE_SIZE")
            resource.setrlimit(resource.RLIMIT_AS, (held + (MEGABYTES << 20),) * 2)
            signal.alarm(SECONDS)
            os._exit(_read(index))
    _, status = os.waitpid(child, 0)
    code = os.waitstatus_to_exitcode(status)
    if code < 0:
        return f"FAILED: killed by {signal.Signals(-code).name}", said.read_text(errors="replace")
    return ("refused", "read as well as it can be", "FAILED")[code], said.read_text(errors="replace")


def _read(index: Path) -> int:
    refused = False
    for command in READING:
        result = material.run(*command, index=index)
        if result.exit_code not in (0, 1, 2, 3) or not (
            result.exception is None or isinstance(result.exception, SystemExit)
        ):
            import traceback

            print(command, result.exit_code, file=sys.stderr)
            traceback.print_exception(result.exception)
            return 2
        if "Traceback" in result.output:
            print(command, result.output, file=sys.stderr)
            return 2
        refused |= result.exit_code == 3
    return 0 if refused else 1


def _built(index: Path) -> Path:
    material.write(
        index / "transcripts", {f"{n}.txt": "\n\n".join(material.paragraphs(15, i)) for i, n in enumerate("ab")}
    )
    # In a process of its own: what embeds many texts does not survive a fork.
    subprocess.run([sys.executable, "-m", "rag", "build", "--index", str(index)], check=True, capture_output=True)
    return index


if __name__ == "__main__":
    main()
