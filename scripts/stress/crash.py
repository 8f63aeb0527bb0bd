"""Kills `rag build` with SIGKILL again and again; the index must stay whole, and the next build must finish and tidy up.

python scripts/stress/crash.py [--kills 200] [--seed 1]

First, builds that have all to write and nothing to embed are killed before each single step on the file system, one
after the other. Then real processes are killed: most at a random moment of their measured time, some of them while
they write and publish. After each kill every command that reads must work on the old or the new generation, whole.
A sudden loss of power is not simulated.
"""

from __future__ import annotations

import argparse
import json
import os
import random
import signal
import subprocess
import sys
import tempfile
import time
import warnings
from collections import Counter
from collections.abc import Callable
from pathlib import Path

os.environ["OMP_NUM_THREADS"] = "1"  # the killed builds of the first part are forks, which threads do not survive

import material  # noqa: E402

from rag import builder  # noqa: E402

STOCK = material.paragraphs(24, 7)
READING = (
    ["ask", material.QUESTION, "--fast"],
    ["search", "收入", "--fast"],
    ["show", "keep:1"],
    ["status"],
    ["verify", "--json"],
)
#: Of a hundred kills, so many are of this kind. Only the last two embed anything, and load the model for it.
MIX = {"reordered": 40, "deleted": 20, "publishing": 30, "changed": 6, "fresh": 4}
_STEPS = {"os.rename", "os.remove", "os.mkdir", "os.rmdir"}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--kills", type=int, default=200)
    parser.add_argument("--seed", type=int, default=1)
    arguments = parser.parse_args()
    warnings.simplefilter("ignore")
    dice = random.Random(arguments.seed)
    start = time.perf_counter()
    with tempfile.TemporaryDirectory() as folder:
        index = Path(folder) / "index"
        prepare(index, "fresh", dice)
        subprocess.run(_command(index), check=True, capture_output=True)
        steps = sweep(index, dice)
        print(f"killed before each of {steps} steps on the file system: the index was whole every time", flush=True)
        outcomes: Counter[str] = Counter()
        for kind, share in MIX.items() if arguments.kills else ():
            duration = _duration(index, kind, dice)
            done = 0
            while done < max(1, round(arguments.kills * share / 100)):
                outcome = kill_once(index, kind, duration, dice, as_process=done % 10 == 0)
                outcomes[outcome] += 1
                done += outcome != "finished first"
            print(f"{kind:12} {done:4} kills within {duration:.1f} s", flush=True)
    print(
        f"{outcomes['old'] + outcomes['new'] + outcomes['none']} kills (seed {arguments.seed}): old generation "
        f"{outcomes['old']}, new one {outcomes['new']}, none yet {outcomes['none']}; {outcomes['finished first']} builds "
        f"finished first; broken 0, orphans 0; {time.perf_counter() - start:.0f} s"
    )


def prepare(index: Path, kind: str, dice: random.Random) -> None:
    """Changes the sources. ``keep.txt`` holds every paragraph of the stock, so that the other files embed nothing."""
    documents = {"keep.txt": "\n\n".join(STOCK)}
    names = ["a.txt", "b.txt", "c.md", "d.txt"]
    for name in names if kind != "deleted" else dice.sample(names, dice.randrange(3)):
        documents[name] = "\n\n".join(dice.sample(STOCK, dice.randrange(6, len(STOCK))))
    if kind in ("changed", "fresh"):
        documents["a.txt"] = material.paragraphs(1, dice.randrange(1 << 30))[0]
    material.write(index / "transcripts", documents)
    if kind == "fresh":
        subprocess.run(["rm", "-rf", str(index / "store")], check=True)


def kill_once(index: Path, kind: str, duration: float, dice: random.Random, *, as_process: bool) -> str:
    """Starts a build, kills it and looks: which generation is there afterwards. Half of the time the next build follows."""
    before = material.stored(index)
    prepare(index, kind, dice)
    process = subprocess.Popen(_command(index), stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    if kind == "publishing":
        while process.poll() is None and not (index / "store" / "generations" / ".draft").exists():
            time.sleep(0.001)
        time.sleep(dice.uniform(0, duration / 2))
    else:
        time.sleep(dice.uniform(0, duration))
    process.send_signal(signal.SIGKILL)
    died = process.wait() == -signal.SIGKILL
    outcome = inspect(index, before, may_be_none=kind == "fresh", as_process=as_process)
    if outcome == "none" or dice.random() < 0.5:
        rebuild(index)
    return outcome if died else "finished first"


def sweep(index: Path, dice: random.Random) -> int:
    """Kills a build before its first step on the file system, the next before its second, until one finishes."""
    rebuild(index)
    for step in range(1, 10_000):
        before = material.stored(index)
        prepare(index, "reordered", dice)
        child = os.fork()
        if child == 0:
            sys.addaudithook(_killer(str(index / "store"), step))
            builder.build(index, [])
            os._exit(0)
        _, status = os.waitpid(child, 0)
        inspect(index, before)
        if os.waitstatus_to_exitcode(status) == 0:
            return step - 1
        assert os.waitstatus_to_exitcode(status) == -signal.SIGKILL, f"step {step}: a build failed: {status}"
        if step % 2:
            rebuild(index)
    raise AssertionError("a build without end")


def _killer(store: str, step: int) -> Callable[[str, tuple[object, ...]], None]:
    count = 0

    def hook(event: str, args: tuple[object, ...]) -> None:
        nonlocal count
        if event in _STEPS or (event == "open" and str(args[0]).startswith(store)):
            count += 1
            if count == step:
                os.kill(os.getpid(), signal.SIGKILL)

    return hook


def inspect(index: Path, before: dict[str, str], *, may_be_none: bool = False, as_process: bool = False) -> str:
    """Whether the old or the new generation is there, whole; and every command works on it."""
    if may_be_none and not (index / "store" / "manifest.json").exists():
        result = material.run("verify", index=index)
        assert result.exit_code == 3 and "there is no index" in result.stderr, result.output
        return "none"
    after = {path.name: path.read_text(encoding="utf-8") for path in (index / "transcripts").iterdir()}
    present = material.stored(index)
    assert present in (before, after), "neither the old nor the new documents"
    for args in READING:
        result = material.run(*args, index=index)
        assert result.exit_code in (0, 1) and not result.stderr, (args, result.output, result.exception)
    report = json.loads(result.stdout)
    assert not report["wrong"] and (present != after or report["sound"]), report
    for args in READING if as_process else ():
        done = subprocess.run([*_command(index, args[0]), *args[1:]], capture_output=True)
        assert done.returncode in (0, 1) and not done.stderr, (args, done.stderr)
    return "new" if present == after else "old"


def rebuild(index: Path) -> None:
    builder.build(index, [])
    assert not material.leftovers(index), material.leftovers(index)
    assert material.run("verify", index=index).exit_code == 0


def _command(index: Path, command: str = "build") -> list[str]:
    return [sys.executable, "-m", "rag", command, "--index", str(index)]


def _duration(index: Path, kind: str, dice: random.Random) -> float:
    seconds = []
    for _ in range(2):
        prepare(index, kind, dice)
        start = time.perf_counter()
        subprocess.run(_command(index), check=True, capture_output=True)
        seconds.append(time.perf_counter() - start)
    return max(seconds)


if __name__ == "__main__":
    main()
