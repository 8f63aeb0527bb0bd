"""Never lose, never lie: small runs of `scripts/stress/`, and what those scripts have found."""

from __future__ import annotations

import os
import random
import shutil
import subprocess
import sys
import time
from pathlib import Path

import pytest

from rag import inspection, manifest, passages, pipeline, transcripts
from rag.errors import StoreError

from .conftest import REPOSITORY, build_here
from .test_store import contents


def stress(script: str, *options: str) -> str:
    """What a stress script prints; it fails the test where it finds a fault."""
    done = subprocess.run(
        [sys.executable, str(REPOSITORY / "scripts" / "stress" / script), *options],
        capture_output=True,
        text=True,
        encoding="utf-8",
        env={**os.environ, "PYTHONPATH": str(REPOSITORY), "PYTHONUTF8": "1"},
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


def test_a_build_killed_before_any_of_its_steps_leaves_the_index_whole() -> None:
    said = stress("crash.py", "--kills", "0")
    steps = int(said.split("each of ")[1].split()[0])
    assert steps > 30  # it writes a dozen files, renames a folder and replaces a manifest


def test_readers_see_one_generation_while_it_is_replaced() -> None:
    said = stress("readers.py", "--readers", "4", "--rebuilds", "3", "--pairs", "2")
    assert "'opened 111'" in said and "'opened 222'" in said
    assert "errors and mixed generations: 0; left over: []" in said


def test_bad_input_is_refused_in_words() -> None:
    said = stress("fuzz.py", "--share", "0.02", "--seed", "2")
    assert ": 0 failures" in said


def test_an_index_made_to_harm_is_refused_in_words() -> None:
    said = stress("stranger.py", "--each", "5", "--seed", "3")
    assert said.startswith("80 indexes changed on purpose") and "failures 0" in said


def test_a_pipe_among_the_transcripts_is_not_waited_for(copy_of_small: Path) -> None:
    os.mkfifo(copy_of_small / "transcripts" / "live.txt")
    built = build_here(copy_of_small)
    assert [(path.name, reason) for path, reason in built.skipped] == [("live.txt", "this is not a regular file")]


def test_links_that_leave_the_folder_are_not_followed(copy_of_small: Path, tmp_path: Path) -> None:
    outside = tmp_path / "outside"
    outside.mkdir()
    (outside / "private.txt").write_text("這一句話不該被讀到。", encoding="utf-8")
    transcripts_here = copy_of_small / "transcripts"
    (transcripts_here / "link.txt").symlink_to(outside / "private.txt")
    (transcripts_here / "folder").symlink_to(outside)
    built = build_here(copy_of_small)
    assert [(path.name, reason) for path, reason in built.skipped] == [("link.txt", "a link that leaves the folder")]
    assert built.manifest.documents == 3
    assert "這一句話".encode() not in b"".join(contents(copy_of_small).values())


def test_a_link_in_the_place_of_a_source_is_not_followed_out_of_the_folder(copy_of_small: Path, tmp_path: Path) -> None:
    """What it leads to may be the very same: its bytes are not looked at."""
    source = next(path for path in sorted((copy_of_small / "transcripts").iterdir()) if path.is_file())
    shutil.move(source, tmp_path / "moved.txt")
    source.symlink_to(tmp_path / "moved.txt")
    facts = inspection.status(copy_of_small)
    assert facts["changed"] == [source.stem] and not facts["missing"]


def test_the_text_is_never_another_than_was_indexed(copy_of_small: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Also in an index so big that its texts are not compared with their checksum when it is opened."""
    monkeypatch.setattr(manifest, "CHECKED_ON_OPEN", 0)
    (path,) = (copy_of_small / "store" / "generations").glob("*/text.bin")
    path.write_bytes(path.read_bytes().replace("38億".encode(), "83億".encode()))
    opened = pipeline.open_index(copy_of_small)
    with pytest.raises(StoreError, match="beichen-2024q3, is not what was indexed"):
        pipeline.ask(opened, "資本開支是多少?", min_confidence=0)
    with pytest.raises(StoreError, match="is not what was indexed"):
        pipeline.show(opened, "beichen-2024q3:16")


def _unpublished(index: Path, monkeypatch: pytest.MonkeyPatch) -> bytes:
    """Builds up to the publishing, which fails; gives what is left for the next build."""

    def fail(*_: object, **__: object) -> None:
        raise OSError(5, "Input/output error")

    with monkeypatch.context() as patched:
        patched.setattr(manifest, "publish", fail)
        with pytest.raises(StoreError, match="Input/output error"):
            build_here(index)
    return (index / "store" / "embedded").read_bytes()


def test_what_a_dead_build_left_is_taken_up_whole_or_not_at_all(
    small_index: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    index = tmp_path / "index"
    shutil.copytree(small_index / "transcripts", index / "transcripts")
    journal = _unpublished(index, monkeypatch)
    dice = random.Random(8)
    damaged = [journal[: dice.randrange(len(journal))]]
    damaged += [b"\0" * len(journal), journal[100:], journal[:3000] + journal]
    for _ in range(4):
        at = dice.randrange(len(journal))
        damaged.append(journal[:at] + bytes([journal[at] ^ 1 << dice.randrange(8)]) + journal[at + 1 :])
    taken_up = []
    for left in [journal, *damaged]:
        shutil.rmtree(index / "store")
        (index / "store").mkdir()
        (index / "store" / "embedded").write_bytes(left)
        taken_up.append(build_here(index).reused)
        assert contents(index) == contents(small_index)
    assert taken_up[0] > max(taken_up[1:4])


def test_an_index_that_stays_open_is_not_disturbed_by_builds(copy_of_small: Path) -> None:
    opened = pipeline.open_index(copy_of_small)

    def said() -> str:
        hits = pipeline.search(opened, "資本開支是多少?")
        answer = pipeline.ask(opened, "資本開支是多少?")
        return repr([hits, answer.text, pipeline.show(opened, "beichen-2024q3:16")[1]])

    before = said()
    assert "38億" in before
    sources = copy_of_small / "transcripts"
    for number in range(3):
        text = (sources / "beichen-2024q3.txt").read_text(encoding="utf-8")
        (sources / "beichen-2024q3.txt").write_text("\n" + text.replace("38億", "83億"), encoding="utf-8")
        (sources / f"{number}.txt").write_text("新的一頁,資本開支是零。", encoding="utf-8")
        build_here(copy_of_small)
        assert said() == before


def _seconds(turns: int) -> float:
    text = "".join(f"沈某某:第{n}句話說收入是{n}億元。\n顧某某:謝謝。\n" for n in range(turns // 2))
    start = time.process_time()
    assert len(passages.split(transcripts.parse(text), "d")) == turns
    return time.process_time() - start


def test_a_transcript_of_many_turns_takes_time_in_proportion() -> None:
    _seconds(1000)  # what is loaded at first use
    assert _seconds(40_000) < 30 * _seconds(4_000)  # in the square of their number it was ninety times as long


def test_a_line_of_megabytes_is_cut_into_passages() -> None:
    line = "本季總收入為1,845億元,同比增長12%;碼頭業務在南沙增加兩個泊位。" * 40_000
    start = time.process_time()
    found = passages.split(transcripts.parse(line), "d")
    assert time.process_time() - start < 20
    assert "".join(passage.text for passage in found) == line
    assert max(len(passage.text) for passage in found) < 1000


def test_rows_within_rows_of_a_broken_page_are_said_once(tmp_path: Path) -> None:
    path = tmp_path / "page.html"
    page = "<p>We prepared Prepared remarks:&nbsp<table><tr><e><tr><td><e><tr><td>Remarks: All regions grew<r><td>Costs fell. Remarks"
    path.write_text(page, encoding="utf-8")
    text = transcripts.read(path).text
    assert [text.count(words) for words in ("Prepared remarks", "All regions grew", "Costs fell.")] == [1, 1, 1]
