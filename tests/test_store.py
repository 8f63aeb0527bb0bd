"""What lies on disk: the same input gives the same bytes, damage is found, and a build that dies leaves no trace."""

from __future__ import annotations

import ctypes
import fcntl
import hashlib
import json
import os
import random
import resource
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from rag import builder, manifest, pipeline, transcripts
from rag.cli import app
from rag.errors import RagError, SourceError, StoreError
from rag.records import Transcript

from .conftest import DOCUMENTS, HANS, RunRag, build_here, generation_of

READING = (["ask", "資本開支是多少?"], ["search", "資本開支"], ["show", "beichen-2024q3:14"], ["status"], ["verify"])
FILES = sorted([*manifest.FILES, "manifest.json"])


def rag(*args: str, index: Path) -> Result:
    """The command line in this process: dozens of processes would take minutes."""
    return CliRunner().invoke(app, [*args, "--index", str(index)])


def contents(index: Path) -> dict[str, bytes]:
    store = index / "store"
    return {str(path.relative_to(store)): path.read_bytes() for path in sorted(store.rglob("*")) if path.is_file()}


def file_of(index: Path, name: str) -> Path:
    return index / "store" / name if name == "manifest.json" else generation_of(index) / name


def resign(index: Path, change: Callable[[dict], None]) -> None:  # type: ignore[type-arg]  # a JSON object
    """Changes the manifest and makes its checksums fit again, as only a deliberate hand would."""
    path = index / "store" / "manifest.json"
    fields = json.loads(path.read_text())
    del fields["checksum"]
    folder = index / "store" / "generations" / fields["generation"]
    for name in fields["files"]:
        data = (folder / name).read_bytes()
        fields["files"][name] = [len(data), hashlib.sha256(data).hexdigest()]
    change(fields)
    fields["checksum"] = hashlib.sha256(json.dumps(fields, sort_keys=True).encode()).hexdigest()
    path.write_text(json.dumps(fields))


def assert_refused(result: Result, *names: str) -> None:
    assert result.exit_code == 3, (result.exit_code, result.output, result.exception)
    assert result.stdout == ""
    first, *rest = result.stderr.splitlines()
    assert first.startswith("rag: ") and len(rest) <= 1
    assert any(name in first for name in names), first


# The same input, the same bytes


def test_the_same_documents_give_the_same_bytes(small_index: Path, tmp_path: Path) -> None:
    fresh = tmp_path / "elsewhere" / "index"
    shutil.copytree(small_index / "transcripts", fresh / "transcripts")
    built = build_here(fresh)
    assert (built.reused, built.skipped) == (0, ())
    assert contents(fresh) == contents(small_index)
    again = build_here(fresh)
    assert again.embedded == 0 and again.manifest == built.manifest
    assert contents(fresh) == contents(small_index)


def test_an_incremental_build_equals_a_fresh_one(copy_of_small: Path, tmp_path: Path) -> None:
    before = json.loads((copy_of_small / "store" / "manifest.json").read_text())["generation"]
    transcripts = copy_of_small / "transcripts"
    changed = transcripts / "qinghe-2024h1.md"
    changed.write_text(
        HANS.replace("低温鲜奶卖得最好,收入占比升至31%。", "低温鲜奶卖得最好,收入占比升至33%。"), encoding="utf-8"
    )
    (transcripts / "harbour-2024q2.txt").unlink()
    (transcripts / "added.txt").write_text(
        "一份新的紀錄。\n\n新工廠下個月在台中動工,預計兩年後完成,總投資十二億元。\n", encoding="utf-8"
    )
    built = build_here(copy_of_small)
    # The paragraph and its sentence; the new document's paragraphs. All else is there already.
    assert 1 <= built.embedded <= 6
    assert built.embedded + built.reused == built.manifest.vectors
    assert built.manifest.generation != before
    fresh = tmp_path / "fresh"
    shutil.copytree(transcripts, fresh / "transcripts")
    assert build_here(fresh).reused == 0
    assert contents(fresh) == contents(copy_of_small)
    # And back again: the old generation has the old name.
    shutil.rmtree(transcripts)
    transcripts.mkdir()
    for name, text in DOCUMENTS.items():
        (transcripts / name).write_text(text, encoding="utf-8")
    assert build_here(copy_of_small).manifest.generation == before


def test_only_what_changed_is_read_again(copy_of_small: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """And all of it, where a library that tells the words is another."""
    read: list[str] = []
    plain = transcripts.read

    def noted(path: Path) -> Transcript:
        read.append(path.stem)
        return plain(path)

    monkeypatch.setattr(transcripts, "read", noted)
    changed = copy_of_small / "transcripts" / "harbour-2024q2.txt"
    changed.write_text(changed.read_text(encoding="utf-8") + "\nThank you all for calling in.\n", encoding="utf-8")
    build_here(copy_of_small)
    assert read == ["harbour-2024q2"]
    before = contents(copy_of_small)
    read.clear()
    monkeypatch.setattr(builder, "analysers", lambda: "others")
    build_here(copy_of_small)
    assert sorted(read) == sorted(path.stem for path in (copy_of_small / "transcripts").iterdir())
    assert {n: b for n, b in contents(copy_of_small).items() if n != "manifest.json"} == {
        n: b for n, b in before.items() if n != "manifest.json"
    }


def test_what_does_not_fit_is_not_taken_over(copy_of_small: Path, tmp_path: Path) -> None:
    """An index that a hand has changed and signed: its documents are read from their files."""
    for name, part in (("passages.npy", -40), ("rows.npy", -1), ("postings.npy", -8), ("terms.npy", -8)):
        index = tmp_path / name
        shutil.copytree(copy_of_small, index)
        path = file_of(index, name)
        data = bytearray(path.read_bytes())
        data[part] ^= 0xFF
        path.write_bytes(data)
        resign(index, lambda fields: None)
        (index / "transcripts" / "added.txt").write_text("新工廠下個月在台中動工。\n", encoding="utf-8")
        build_here(index)
        shutil.copytree(index / "transcripts", tmp_path / f"{name} anew" / "transcripts")
        build_here(tmp_path / f"{name} anew")
        assert contents(index) == contents(tmp_path / f"{name} anew"), name


def test_a_damaged_store_is_rebuilt(copy_of_small: Path, small_index: Path) -> None:
    path = generation_of(copy_of_small) / "vectors.faiss"
    data = bytearray(path.read_bytes())
    data[-5] ^= 1
    path.write_bytes(data)
    assert build_here(copy_of_small).reused == 0  # vectors that may be wrong are not carried on
    assert contents(copy_of_small) == contents(small_index)


# Damage


def _flip(data: bytes, dice: random.Random) -> bytes:
    at, bit = dice.randrange(len(data)), dice.randrange(8)
    return data[:at] + bytes([data[at] ^ 1 << bit]) + data[at + 1 :]


@pytest.mark.parametrize("name", FILES)
def test_damage_is_refused(name: str, copy_of_small: Path) -> None:
    path = file_of(copy_of_small, name)
    whole = path.read_bytes()
    dice = random.Random(name)
    damaged: list[bytes | None] = [_flip(whole, dice) for _ in range(8)]
    damaged += [whole[: dice.randrange(1, len(whole))], whole + b"\0", b"", b"\0" * len(whole), None]
    for data in damaged:
        path.unlink(missing_ok=True)
        if data is not None:
            path.write_bytes(data)
        for command in READING:
            if name == "manifest.json" and data is None and command[0] in ("ask", "search", "show"):
                continue  # without a manifest there is no index, and one is built
            # Without a manifest, the folder itself is what is named.
            assert_refused(
                rag(*command, index=copy_of_small), path.name, *([str(copy_of_small)] if data is None else [])
            )
    path.write_bytes(whole)
    assert rag("verify", index=copy_of_small).exit_code == 0


@pytest.mark.parametrize("name", manifest.FILES)
def test_damage_in_a_big_index(name: str, copy_of_small: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Its largest files are compared with their checksums by ``verify`` only: others answer, or name the damage, but do not break down."""
    sizes = {file: file_of(copy_of_small, file).stat().st_size for file in manifest.FILES}
    unchecked = sorted(manifest.FILES, key=lambda file: (sizes[file], file))[-4:]
    monkeypatch.setattr(manifest, "CHECKED_ON_OPEN", sum(sizes.values()) - sum(sizes[file] for file in unchecked))
    path = file_of(copy_of_small, name)
    whole = path.read_bytes()
    dice = random.Random(name)
    for number in range(12 if name in unchecked else 4):
        path.write_bytes(_flip(whole, dice))
        command = READING[number % 4]
        result = rag(*command, index=copy_of_small)
        assert result.exception is None or isinstance(result.exception, SystemExit), (command, result.exception)
        if name not in unchecked or result.exit_code == 3:
            assert_refused(result, str(copy_of_small))
        assert_refused(rag("verify", index=copy_of_small), name)


def test_a_missing_generation_is_refused(copy_of_small: Path) -> None:
    shutil.rmtree(generation_of(copy_of_small))
    for command in READING:
        assert_refused(rag(*command, index=copy_of_small), str(copy_of_small))


def test_what_is_not_an_index_is_refused(tmp_path: Path) -> None:
    for command in READING:
        assert_refused(rag(*command, index=tmp_path), "no index")
        assert_refused(rag(*command, index=tmp_path / "missing"), "no index")
    (tmp_path / "file").write_text("x")
    for command in READING:
        assert_refused(rag(*command, index=tmp_path / "file"), "file")


@pytest.mark.parametrize(
    "data", [b"[]", b"null", b"{}", b"[" * 100_000, b'{"checksum": 1, "format": 1}', b"\xff\xfe", b"1e999"]
)
def test_a_manifest_of_nonsense_is_refused(data: bytes, copy_of_small: Path) -> None:
    (copy_of_small / "store" / "manifest.json").write_bytes(data)
    for command in READING:
        assert_refused(rag(*command, index=copy_of_small), "manifest.json")
    with manifest.building(copy_of_small):
        pass  # a build may begin all the same


# Paths in the store


@pytest.mark.parametrize("root", ["../transcripts", "transcripts/../..", "..", "transcripts/../../index/transcripts"])
def test_a_root_outside_the_index_is_refused(root: str, copy_of_small: Path) -> None:
    resign(copy_of_small, lambda fields: fields.update(roots=[root]))
    for command in READING:
        assert_refused(rag(*command, index=copy_of_small), "manifest.json")


@pytest.mark.parametrize("relative", ["../../etc/passwd", "/etc/passwd", "a/../../b"])
def test_a_source_outside_its_root_is_refused(relative: str, copy_of_small: Path) -> None:
    lines = generation_of(copy_of_small) / "documents.jsonl"
    entries = [json.loads(line) for line in lines.read_text().splitlines()]
    for entry in entries:
        entry["source"]["path"] = relative
    written = [json.dumps(entry, sort_keys=True, separators=(",", ":")).encode() + b"\n" for entry in entries]
    lines.write_bytes(b"".join(written))
    import numpy as np

    np.save(generation_of(copy_of_small) / "documents.npy", np.cumsum([0, *map(len, written)]).astype(np.uint64))
    resign(copy_of_small, lambda fields: None)
    for command in READING:
        result = rag(*command, index=copy_of_small)
        assert_refused(result, relative)
    opened = pipeline.open_index(copy_of_small)
    with pytest.raises(SourceError):
        opened.path_of(opened.store.document(0))


@pytest.mark.parametrize("generation", ["../../../x", "", "..", "0123456789ABCDEF", 7, None])
def test_a_generation_that_is_no_plain_name_is_refused(generation: object, copy_of_small: Path) -> None:
    def change(fields: dict) -> None:  # type: ignore[type-arg]  # a JSON object
        fields["generation"] = generation

    resign(copy_of_small, change)
    for command in READING:
        assert_refused(rag(*command, index=copy_of_small), "manifest.json")


# Sources that changed


def test_a_changed_source_is_told(copy_of_small: Path) -> None:
    source = copy_of_small / "transcripts" / "beichen-2024q3.txt"
    original = source.read_text(encoding="utf-8")
    source.write_text(original.replace("38億", "83億"), encoding="utf-8")

    def asked() -> list[dict]:  # type: ignore[type-arg]  # JSON objects
        found = json.loads(rag("ask", "資本開支是多少?", "--json", "--min-confidence", "0", index=copy_of_small).stdout)
        return [c for c in found["citations"] if c["document"] == "beichen-2024q3"]

    assert asked() and all(c["stale"] == "changed" for c in asked())
    shown = rag("show", "beichen-2024q3:14", index=copy_of_small)
    assert shown.exit_code == 0 and "38億" in shown.stdout and "83億" not in shown.stdout
    assert "changed" in shown.stderr
    assert json.loads(rag("status", "--json", index=copy_of_small).stdout)["changed"] == ["beichen-2024q3"]
    verified = rag("verify", index=copy_of_small)
    assert verified.exit_code == 1 and "changed" in verified.stdout

    noted = rag("ask", "資本開支是多少?", "--min-confidence", "0", "--format", "markdown", index=copy_of_small).stdout
    assert "38億" in noted and "83億" not in noted and "the source has changed" in noted

    source.unlink()
    os.mkfifo(source)  # nothing is written into it: who reads it waits for ever
    assert all(c["stale"] == "changed" for c in asked())
    assert json.loads(rag("status", "--json", index=copy_of_small).stdout)["changed"] == ["beichen-2024q3"]
    source.unlink()
    assert all(c["stale"] == "missing" for c in asked())
    shown = rag("show", "beichen-2024q3:14", index=copy_of_small)
    assert shown.exit_code == 0 and "38億" in shown.stdout
    assert json.loads(rag("status", "--json", index=copy_of_small).stdout)["missing"] == ["beichen-2024q3"]
    assert rag("verify", index=copy_of_small).exit_code == 1

    source.write_text(original, encoding="utf-8")
    assert all("stale" not in c for c in asked())
    assert rag("verify", index=copy_of_small).exit_code == 0


# Builds that fail


def _shift(index: Path, number: int) -> None:
    """The same paragraphs further down: a build has all to write and nothing to embed, which takes a second."""
    for name, text in DOCUMENTS.items():
        (index / "transcripts" / name).write_text("\n" * number + text, encoding="utf-8")


def _is_whole(index: Path) -> bool:
    assert rag("ask", "資本開支是多少?", index=index).exit_code == 0
    manifest.check(index, manifest.read(index), thorough=True)
    return True


def _leftovers(index: Path) -> list[str]:
    store = index / "store"
    return sorted(str(path.relative_to(store)) for path in [*store.iterdir(), *(store / "generations").iterdir()])


def test_a_killed_build_leaves_the_index_whole(copy_of_small: Path) -> None:
    dice = random.Random(1)
    command = [sys.executable, "-m", "rag", "build", "--index", str(copy_of_small)]
    seen = set()
    died = 0
    for round_number in range(26):
        _shift(copy_of_small, round_number + 1)
        draft = copy_of_small / "store" / "generations" / ".draft"
        process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, cwd=copy_of_small)
        if round_number % 4:
            # Most of a build is imports: wait for the part that writes.
            while process.poll() is None and not draft.exists():
                time.sleep(0.002)
            time.sleep(dice.uniform(0, 1.0) ** 2)
        else:
            time.sleep(dice.uniform(0, 1.5))
        process.send_signal(signal.SIGKILL)
        died += process.wait() == -signal.SIGKILL
        assert _is_whole(copy_of_small)
        seen.add(manifest.read(copy_of_small).generation)
    assert died >= 20
    built = build_here(copy_of_small)
    assert _leftovers(copy_of_small) == [
        "generations",
        f"generations/{built.manifest.generation}",
        "lock",
        "manifest.json",
    ]
    assert rag("verify", index=copy_of_small).exit_code == 0


@pytest.mark.parametrize("step", ["rename", "replace", "fsync"])
def test_a_build_that_fails_while_it_publishes_leaves_the_index_whole(
    step: str, copy_of_small: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    _shift(copy_of_small, 3)
    before = contents(copy_of_small)

    def fail(*_: object, **__: object) -> None:
        raise OSError(5, "Input/output error")

    with monkeypatch.context() as patched:
        patched.setattr(*((os, "fsync") if step == "fsync" else (Path, step)), fail)
        with pytest.raises(StoreError, match="Input/output error"):
            build_here(copy_of_small)
    assert contents(copy_of_small) == before
    assert _is_whole(copy_of_small)


def test_one_build_at_a_time(copy_of_small: Path, run_rag: RunRag) -> None:
    with (copy_of_small / "store" / "lock").open("r+") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        done = run_rag("build", index=copy_of_small)
        assert done.returncode == 3 and done.stdout == ""
        assert "another build is running" in done.stderr
        assert len(done.stderr.splitlines()) == 2
        assert _is_whole(copy_of_small)  # readers do not wait
    assert run_rag("build", index=copy_of_small).returncode == 0


def test_a_store_that_cannot_be_written(small_index: Path, tmp_path: Path) -> None:
    folder = tmp_path / "index"
    shutil.copytree(small_index / "transcripts", folder / "transcripts")
    (folder / "store").write_text("a file where the folder would be")
    for command in (["build"], ["ask", "資本開支是多少?"]):
        result = rag(*command, index=folder)
        assert result.exit_code == 3
        assert "store" in result.stderr and "Traceback" not in result.stderr
    assert (folder / "store").read_text() == "a file where the folder would be"


def _obeys_permissions() -> None:
    """Root gives up the right to pass over them, as the program that follows will be: Linux, prctl(PR_CAPBSET_DROP)."""
    for capability in (1, 2):  # CAP_DAC_OVERRIDE, CAP_DAC_READ_SEARCH
        assert os.geteuid() or ctypes.CDLL(None, use_errno=True).prctl(24, capability, 0, 0, 0) == 0


def test_a_read_only_index_can_be_asked_but_not_built(copy_of_small: Path, run_rag: RunRag) -> None:
    _shift(copy_of_small, 1)
    folders = [copy_of_small / "store", copy_of_small / "store" / "generations", generation_of(copy_of_small)]
    for folder in folders:
        folder.chmod(0o555)
    (copy_of_small / "store" / "lock").chmod(0o444)
    try:
        asked = run_rag("ask", "資本開支是多少?", index=copy_of_small, preexec=_obeys_permissions)
        assert asked.returncode == 0 and "38億" in asked.stdout, asked.stderr
        built = run_rag("build", index=copy_of_small, preexec=_obeys_permissions)
        assert built.returncode == 3 and built.stdout == ""
        assert "store: the index cannot be written (Permission denied)" in built.stderr
        assert "Traceback" not in built.stderr
    finally:
        for folder in folders:
            folder.chmod(0o755)


@pytest.mark.parametrize("limit", [100, 4_000, 16_000, 40_000])
def test_a_full_disk(limit: int, copy_of_small: Path, run_rag: RunRag) -> None:
    before = contents(copy_of_small)
    _shift(copy_of_small, 2)
    assert limit < max(map(len, before.values()))
    done = run_rag(
        "build", index=copy_of_small, preexec=lambda: resource.setrlimit(resource.RLIMIT_FSIZE, (limit, limit))
    )
    assert done.returncode == 3, done.stderr
    assert done.stdout == "" and "Traceback" not in done.stderr
    message, _ = done.stderr.splitlines()
    assert "cannot be written" in message and str(copy_of_small) in message
    assert contents(copy_of_small) == before
    assert _is_whole(copy_of_small)


def test_a_source_that_cannot_be_read_leaves_the_index_as_it_was(copy_of_small: Path) -> None:
    before = contents(copy_of_small)
    for path in (copy_of_small / "transcripts").iterdir():
        path.write_bytes(b"\x00\x01\x02")
    with pytest.raises(RagError):
        build_here(copy_of_small)
    assert contents(copy_of_small) == before
