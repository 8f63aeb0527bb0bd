"""Work that takes long says how far it is, and on a terminal how fast it goes and what remains."""

from __future__ import annotations

import os
import pty
import re
import subprocess
import sys
import termios
from collections import defaultdict
from pathlib import Path

from rag import builder, checking, inspection, pipeline
from rag.quotes import Quote

from .conftest import write_documents


class Watched(defaultdict[str, list[tuple[int, int]]]):
    """What was reported of each kind of work: how much was done, of how much."""

    def __init__(self) -> None:
        super().__init__(list)

    def __call__(self, what: str, done: int, total: int) -> None:
        self[what].append((done, total))

    def assert_whole(self, *kinds: str) -> None:
        for what in kinds:
            done = [each for each, _ in self[what]]
            assert done == sorted(done)
            assert {total for _, total in self[what]} == {done[-1]}, what


def test_a_build_reports_each_of_its_steps(tmp_path: Path) -> None:
    watched, index = Watched(), write_documents(tmp_path / "index")
    builder.build(index, [], report=watched)
    watched.assert_whole(
        "looking at files", "reading", "sorting words", "embedding", "indexing vectors", "taking checksums"
    )
    assert watched["looking at files"][-1] == (3, 3)
    again = Watched()
    builder.build(index, [], report=again)
    again.assert_whole("looking at files", "comparing checksums")
    assert "embedding" not in again


def test_checking_an_index_and_a_note_reports_how_far_it_is(small_index: Path) -> None:
    watched = Watched()
    inspection.verify(small_index, watched)
    opened = pipeline.open_index(small_index)
    checking.check(opened, [Quote("派息比率維持在40%"), Quote("沒有這句話")], watched)
    watched.assert_whole("comparing checksums", "comparing passages", "checking quotes")
    assert watched["comparing passages"][-1] == (3, 3)
    assert watched["checking quotes"] == [(1, 2), (2, 2)]


def test_a_terminal_shows_rate_and_remaining_time(tmp_path: Path) -> None:
    folder = tmp_path / "index" / "transcripts"
    folder.mkdir(parents=True)
    sentences = [
        f"第{n}季的收入為{n * 7 + 3}億元,同比增長{n % 40}%,主要受惠於第{n}條航線的運費回升。" for n in range(1500)
    ]
    (folder / "long.txt").write_text("\n\n".join("".join(sentences[at : at + 8]) for at in range(0, 1500, 8)), "utf-8")
    ours, theirs = pty.openpty()
    termios.tcsetwinsize(theirs, (24, 100))
    command = [sys.executable, "-m", "rag", "build", "--index", str(tmp_path / "index")]
    with subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=theirs) as process:
        os.close(theirs)
        shown = b""
        # A terminal that its last process has left gives an error on Linux, the end elsewhere.
        try:
            while part := os.read(ours, 4096):
                shown += part
        except OSError:
            pass
        os.close(ours)
    assert process.returncode == 0
    assert re.search(rb"embedding: +\d+%.* \[\d\d:\d\d<\d\d:\d\d, +[\d.]+k?/s\]", shown)
