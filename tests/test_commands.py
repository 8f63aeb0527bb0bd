"""The command line as a person meets it: a real process, real files, exit codes, messages."""

from __future__ import annotations

import json
import shutil
import sys
from pathlib import Path

import pytest

from rag import manifest

from .conftest import RunRag, build_here

QUESTION = "北辰第三季的資本開支是多少?"
# Runs the command line, then tells what it imported.
TELL_MODULES = """
import sys
from rag import cli
try:
    cli.app(sys.argv[1:])
except SystemExit:
    print("\\n".join(sys.modules))
"""
# Any attempt to reach a network ends the process.
NO_NETWORK = """
import socket, sys
def refuse(*_, **__):
    raise SystemExit("network!")
socket.socket.connect = socket.create_connection = socket.getaddrinfo = refuse
from rag import cli
cli.app(sys.argv[1:])
"""


def _fails(done: object, code: int, words: str) -> None:
    assert done.returncode == code, done.stderr  # type: ignore[attr-defined]
    assert words in done.stderr  # type: ignore[attr-defined]
    assert "Traceback" not in done.stderr  # type: ignore[attr-defined]
    assert done.stdout == ""  # type: ignore[attr-defined]
    assert len(done.stderr.strip().splitlines()) <= 2  # type: ignore[attr-defined]


def test_an_answer_is_quoted_and_cited(small_index: Path, run_rag: RunRag) -> None:
    done = run_rag("ask", QUESTION, "--json", index=small_index)
    assert done.returncode == 0
    answer = json.loads(done.stdout)
    assert {"question", "answered", "confidence", "answer", "citations"} <= set(answer)
    first = answer["citations"][0]
    assert "38億元" in first["quote"]
    assert (first["number"], first["document"], first["section"]) == (1, "beichen-2024q3", "remarks")
    assert first["speaker"].startswith("北辰船運管理層")
    assert "[1]" in answer["answer"]
    for citation in answer["citations"]:
        text = Path(citation["path"]).read_bytes().decode()
        assert text[citation["char_start"] : citation["char_end"]] == citation["quote"]
        start, end = citation["highlight"] or (citation["char_start"], citation["char_end"])
        assert citation["char_start"] <= start < end <= citation["char_end"]
    assert text[slice(*first["highlight"])].startswith("38")


def test_search_gives_ranked_citations(small_index: Path, run_rag: RunRag) -> None:
    found = json.loads(run_rag("search", "capital expenditure Gdansk", "--json", "-k", "2", index=small_index).stdout)
    assert found["query"] == "capital expenditure Gdansk"
    assert [hit["rank"] for hit in found["hits"]] == [1, 2]
    assert {"rank", "score", "text", "citation"} <= set(found["hits"][0])
    assert found["hits"][0]["citation"]["speaker"] == "Bob Roe"


def test_variants_of_a_question_find_the_same(small_index: Path, run_rag: RunRag) -> None:
    variants = ("第三季總收入是1845億?", "第三季总收入是1845亿?", "第三季總收入是１８４５億？")
    outputs = [json.loads(run_rag("search", v, "--json", index=small_index).stdout)["hits"] for v in variants]
    assert outputs[0] == outputs[1] == outputs[2]
    assert "1,845億元" in outputs[0][0]["text"]


def test_the_same_question_gives_the_same_bytes(small_index: Path, run_rag: RunRag) -> None:
    outputs = {run_rag("ask", QUESTION, "--json", index=small_index).stdout for _ in range(5)}
    asked = "\n".join([QUESTION] * 20)
    (once,) = outputs
    assert run_rag("ask", "-", "--json", index=small_index, stdin=asked).stdout == once * 20


def test_what_is_not_there_is_not_answered(small_index: Path, run_rag: RunRag) -> None:
    done = run_rag("ask", "今晚台北會下雨嗎?", "--json", index=small_index)
    answer = json.loads(done.stdout)
    assert done.returncode == 1
    assert (answer["answered"], answer["answer"], answer["citations"]) == (False, "", [])
    assert answer["nearest"]


def test_filters_are_exact(small_index: Path, run_rag: RunRag) -> None:
    found = json.loads(run_rag("search", "派息", "--speaker", "花旗", "--json", index=small_index).stdout)
    assert {hit["citation"]["organisation"] for hit in found["hits"]} == {"花旗"}
    found = json.loads(run_rag("search", "收入", "--document", "qinghe-2024h1", "--json", index=small_index).stdout)
    assert {hit["citation"]["document"] for hit in found["hits"]} == {"qinghe-2024h1"}
    found = json.loads(run_rag("search", "收入", "--section", "qa", "--json", index=small_index).stdout)
    assert {hit["citation"]["section"] for hit in found["hits"]} == {"qa"}


@pytest.mark.parametrize(
    ("arguments", "code", "words"),
    [
        (("ask", ""), 2, "the question is empty"),
        (("ask", "   \u3000 "), 2, "the question is empty"),
        (("ask", "長" * 40_000), 2, "40,000 characters"),
        (("ask", QUESTION, "-k", "0"), 2, "-k must be 1 or more"),
        (("search", QUESTION, "-k", "-3"), 2, "-k must be 1 or more"),
        (("ask", QUESTION, "--document", "nope"), 2, "no document 'nope'"),
        (("ask", QUESTION, "--speaker", "nobody"), 2, "no speaker 'nobody'"),
        (("ask", QUESTION, "--section", "middle"), 2, "no section 'middle'"),
        (("ask", QUESTION, "--format", "pdf"), 2, "no format 'pdf'"),
        (("show", "beichen-2024q3"), 2, "no citation"),
        (("show", "beichen-2024q3:0"), 2, "no citation"),
        (("show", "beichen-2024q3:999"), 2, "lines, not 999"),
        (("show", "nope:1"), 2, "no document 'nope'"),
    ],
)
def test_wrong_usage(arguments: tuple[str, ...], code: int, words: str, small_index: Path, run_rag: RunRag) -> None:
    _fails(run_rag(*arguments, index=small_index), code, words)


@pytest.mark.parametrize("question", [b"\xff\xfe\x80", "派息\ud800比率".encode("utf-8", "surrogatepass")])
def test_bytes_that_are_no_text_are_taken_as_spaces(question: bytes, small_index: Path, run_rag: RunRag) -> None:
    done = run_rag("search", question, index=small_index)
    assert done.returncode in (0, 1, 2)
    assert "Traceback" not in done.stderr
    done = run_rag("search", "-k", "1", "a", index=small_index)
    assert done.returncode == 0


@pytest.mark.parametrize(
    ("name", "data", "words"),
    [
        ("empty.txt", b"", "empty"),
        ("blank.txt", b" \n\n ", "empty"),
        ("binary.txt", bytes(range(256)) * 8, "text"),
        ("paper.txt", b"%PDF-1.7\n%\xe2\xe3\xcf\xd3\n" + b"0" * 400, "PDF"),
    ],
)
def test_a_file_that_cannot_be_used(
    name: str, data: bytes, words: str, copy_of_small: Path, tmp_path: Path, run_rag: RunRag
) -> None:
    before = manifest.read(copy_of_small)
    (tmp_path / name).write_bytes(data)
    done = run_rag("build", str(tmp_path / name), index=copy_of_small)
    _fails(done, 3, words)
    assert name in done.stderr
    assert manifest.read(copy_of_small) == before


def test_folders_that_cannot_be_used(tmp_path: Path, run_rag: RunRag) -> None:
    (tmp_path / "empty").mkdir()
    _fails(run_rag("build", str(tmp_path / "empty"), index=tmp_path / "i"), 3, "no transcripts here")
    _fails(run_rag("build", str(tmp_path / "gone"), index=tmp_path / "i"), 3, "no such file")
    _fails(run_rag("ask", "a?", index=tmp_path / "none"), 3, "there is no index here")


@pytest.mark.parametrize("changes", [{"text_version": 99}, {"format": 0}, {"fingerprint": "other"}])
def test_an_index_of_another_version_or_model(changes: dict[str, object], copy_of_small: Path, run_rag: RunRag) -> None:
    path = copy_of_small / "store" / "manifest.json"
    fields = json.loads(path.read_text())
    del fields["checksum"]
    fields |= changes
    fields["checksum"] = manifest._checksum(fields)
    path.write_text(json.dumps(fields))
    done = run_rag("ask", QUESTION, index=copy_of_small)
    _fails(done, 3, "the index was made")
    assert "rag build" in done.stderr


def test_a_folder_without_a_store_is_built_first(small_index: Path, tmp_path: Path, run_rag: RunRag) -> None:
    shutil.copytree(small_index / "transcripts", tmp_path / "index" / "transcripts")
    done = run_rag("ask", QUESTION, index=tmp_path / "index")
    assert done.returncode == 0
    assert "building it" in done.stderr
    assert done.stdout.startswith("[1] ")


def test_nothing_heavy_is_on_the_path_of_a_question(small_index: Path) -> None:
    import subprocess

    command = [sys.executable, "-c", TELL_MODULES, "ask", QUESTION, "--index", str(small_index)]
    modules = set(subprocess.run(command, capture_output=True, text=True, check=True).stdout.splitlines())
    heavy = {"torch", "transformers", "sentence_transformers", "onnxruntime", "scipy", "jieba", "tokenizers", "tqdm"}
    assert "rag.retriever" in modules
    assert not heavy & modules


def test_no_network_is_touched(small_index: Path, tmp_path: Path) -> None:
    import subprocess

    shutil.copytree(small_index / "transcripts", tmp_path / "transcripts")
    for arguments in (["build"], ["ask", QUESTION], ["search", "收入"], ["verify"]):
        command = [sys.executable, "-c", NO_NETWORK, *arguments, "--index", str(tmp_path)]
        done = subprocess.run(command, capture_output=True, text=True)
        assert done.returncode == 0, done.stderr
        assert "network!" not in done.stderr


def test_a_transcript_cannot_steer_the_terminal(tmp_path: Path, run_rag: RunRag) -> None:
    (tmp_path / "transcripts").mkdir()
    hostile = "主持人:\n\n今天的\x1b[31m紅字\x1b]0;title\x07和\u202e倒字都來自運費\x9b1m的上升。\n"
    (tmp_path / "transcripts" / "hostile.txt").write_text(hostile, encoding="utf-8")
    build_here(tmp_path)
    for arguments in (("ask", "運費上升?", "--min-confidence", "0"), ("search", "運費"), ("show", "hostile:3")):
        shown = run_rag(*arguments, index=tmp_path).stdout
        assert "運費" in shown
        assert not set("\x1b\x07\x9b\u202e") & set(shown)


@pytest.mark.parametrize("command", ["build", "ask", "search", "show", "status", "verify", "eval", "check"])
def test_every_command_has_help_with_an_example(command: str, run_rag: RunRag) -> None:
    done = run_rag(command, "--help")
    assert done.returncode == 0
    assert f"Example: rag {command}" in " ".join(done.stdout.split())


def test_status_and_verify_tell_what_changed(copy_of_small: Path, run_rag: RunRag) -> None:
    assert run_rag("verify", index=copy_of_small).returncode == 0
    source = copy_of_small / "transcripts" / "beichen-2024q3.txt"
    source.write_text(source.read_text(encoding="utf-8") + "補一句。\n", encoding="utf-8")
    facts = json.loads(run_rag("status", "--json", index=copy_of_small).stdout)
    assert (facts["documents"], facts["changed"], facts["missing"]) == (3, ["beichen-2024q3"], [])
    done = run_rag("verify", index=copy_of_small)
    assert done.returncode == 1
    assert "beichen-2024q3" in done.stdout


def test_markdown_has_footnotes(small_index: Path, run_rag: RunRag) -> None:
    note = run_rag("ask", QUESTION, "--format", "markdown", index=small_index).stdout
    assert "[^1]" in note
    assert "[^1]: beichen\\-2024q3:" in note
    assert "SHA-256" in note
