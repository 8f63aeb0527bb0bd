"""The same input gives the same bytes: with one thread or two, in any order of work, warm or cold."""

from __future__ import annotations

import os
import random
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from rag import pipeline

from .conftest import DOCUMENTS, REPOSITORY, RunRag, build_here
from .test_store import contents

QUESTIONS = ["資本開支是多少?", "毛利率是多少?", "When will the Gdansk plant open?", "花旗問了什麼?", "明天的天氣如何?"]


def _build(index: Path, *, cores: set[int] | None, threads: str | None, seed: str) -> None:
    """A build in a process of its own, on these cores."""
    environment = {key: value for key, value in os.environ.items() if key != "OMP_NUM_THREADS"}
    environment |= {"PYTHONPATH": str(REPOSITORY), "PYTHONHASHSEED": seed}
    environment |= {"OMP_NUM_THREADS": threads} if threads else {}
    done = subprocess.run(
        [sys.executable, "-m", "rag", "build", "--index", str(index)],
        capture_output=True,
        env=environment,
        preexec_fn=(lambda: os.sched_setaffinity(0, cores)) if cores else None,
    )
    assert done.returncode == 0, done.stderr.decode()


@pytest.mark.skipif(not hasattr(os, "sched_setaffinity"), reason="this system does not bind a process to a core")
def test_builds_on_one_core_and_on_all_give_the_same_bytes(tmp_path: Path) -> None:
    # The files are written in another order, at another time, and what a build does in which order differs by hash seed.
    (tmp_path / "one" / "transcripts").mkdir(parents=True)
    (tmp_path / "all" / "transcripts").mkdir(parents=True)
    documents = DOCUMENTS | {f"{n}.txt": text[: len(text) // 2 + 40 * n] for n, text in enumerate(DOCUMENTS.values())}
    for name, text in documents.items():
        (tmp_path / "one" / "transcripts" / name).write_text(text, encoding="utf-8")
    for name, text in reversed(documents.items()):
        (tmp_path / "all" / "transcripts" / name).write_text(text, encoding="utf-8")
    one_core = {min(os.sched_getaffinity(0))}
    _build(tmp_path / "one", cores=one_core, threads="1", seed="1")
    _build(tmp_path / "all", cores=None, threads=None, seed="2")
    one, every = contents(tmp_path / "one"), contents(tmp_path / "all")
    assert len(one) > 10 and list(one) == list(every)
    assert [name for name in one if one[name] != every[name]] == []


def test_a_build_in_many_steps_gives_the_bytes_of_one(small_index: Path, tmp_path: Path) -> None:
    """Documents come and go, are renamed and shortened; what is reused in which order leaves no mark."""
    index = tmp_path / "index"
    transcripts = index / "transcripts"
    transcripts.mkdir(parents=True)
    dice = random.Random(4)
    for _ in range(6):
        for name, text in DOCUMENTS.items():
            (transcripts / name).unlink(missing_ok=True)
            if dice.random() < 0.6:
                (transcripts / name).write_text(text[: dice.randrange(100, len(text))], encoding="utf-8")
        (transcripts / "always.txt").write_text("今天在這裡說的話都會被記錄下來。\n", encoding="utf-8")
        build_here(index)
    shutil.rmtree(transcripts)
    shutil.copytree(small_index / "transcripts", transcripts)
    build_here(index)
    assert contents(index) == contents(small_index)


def test_one_question_a_hundred_times_among_others(small_index: Path) -> None:
    """What was asked before leaves no mark on an answer."""
    opened = pipeline.open_index(small_index)
    dice = random.Random(6)
    answers: dict[str, set[str]] = {question: set() for question in QUESTIONS}
    for _ in range(100):
        for question in dice.sample(QUESTIONS, len(QUESTIONS)):
            found = pipeline.ask(opened, question, min_confidence=0), pipeline.search(opened, question)
            answers[question].add(repr(found))
    assert all(len(said) == 1 for said in answers.values())
    assert len({said.pop() for said in answers.values()}) == len(QUESTIONS)


def test_a_hundred_lines_and_single_questions_give_the_same_bytes(small_index: Path, run_rag: RunRag) -> None:
    warm = run_rag("ask", "-", "--json", index=small_index, stdin="\n".join(QUESTIONS * 20) + "\n").stdout
    assert len(warm) % 20 == 0
    share = len(warm) // 20
    assert warm == warm[:share] * 20
    cold = "".join(
        run_rag("ask", question, "--json", index=small_index, env={"PYTHONHASHSEED": str(n), "OMP_NUM_THREADS": str(1 + n % 2)}).stdout
        for n, question in enumerate(QUESTIONS)
    )  # fmt: skip
    assert cold == warm[:share]
