"""The command line as a program meets it: exit codes, messages, the JSON contract, and what is loaded and printed."""

from __future__ import annotations

import json
import os
import random
import shutil
import subprocess
import sys
import warnings
from pathlib import Path
from typing import Any

import pytest
from typer.main import get_command
from typer.testing import CliRunner, Result

from rag.cli import app
from rag.transcripts.decode import read_text

from .conftest import REPOSITORY, RunRag
from .test_store import rag, resign

CITATION = {"document", "path", "line_start", "line_end", "char_start", "char_end", "speaker", "section", "quote"}
OPTIONAL = {
    "role",
    "organisation",
    "title",
    "exchange",
    "is_question",
    "highlight",
    "time_start",
    "time_end",
    "stale",
    "asked",
    "asked_by",
    "number",
}
QUESTION = "資本開支是多少?"


def build(*args: str, index: Path) -> Result:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        return rag("build", *args, index=index)


def refused(result: Result | subprocess.CompletedProcess[str], code: int, *words: str) -> None:
    """Nothing on standard output, and on standard error a line that says what is wrong and at most one what to do."""
    exit_code = result.returncode if isinstance(result, subprocess.CompletedProcess) else result.exit_code
    assert exit_code == code, (exit_code, result.stderr, getattr(result, "exception", None))
    assert result.stdout == ""
    assert "Traceback" not in result.stderr
    lines = result.stderr.splitlines()
    assert lines[0].startswith("rag: ") and len(lines) <= 2
    assert all(word in result.stderr for word in words), result.stderr


# Questions that make no sense


@pytest.mark.parametrize("command", ["ask", "search"])
@pytest.mark.parametrize(
    ("text", "word"),
    [("", "empty"), ("  \t ", "empty"), ("\u3000", "empty"), ("字" * 30_000, "30,000"), ("x" * 100_000, "100,000")],
)
def test_a_question_that_is_none(command: str, text: str, word: str, small_index: Path) -> None:
    refused(rag(command, text, index=small_index), 2, word)


@pytest.mark.parametrize("command", ["ask", "search"])
@pytest.mark.parametrize(
    "text",
    [
        b"\xff\xfe",
        b"\xed\xa0\x80 \xe8\xb3\x87\xe6\x9c\xac",
        b"capex \xc3\x28?",
        b"\x1b[31m\x07\xc2\x9b",
        b"?",
        b"\xf0\x9f\x98\x80",
        b"%s %d {}",
    ],
)
def test_any_bytes_may_be_asked(command: str, text: bytes, small_index: Path, run_rag: RunRag) -> None:
    done = run_rag(command, text, "--json", index=small_index)
    # Bytes that are no character at all leave an empty question.
    if text.strip(b"\xff\xfe") == b"":
        refused(done, 2, "empty")
    else:
        assert done.returncode in (0, 1) and done.stderr == ""
        assert json.loads(done.stdout)


@pytest.mark.parametrize("text", ["資本\0開支是多少?\n", "資本開支\ud800是多少?\n", "\0\n", "字" * 100_000 + "\n"])
def test_questions_from_standard_input(text: str, small_index: Path, run_rag: RunRag) -> None:
    # As in a locale of strict UTF-8.
    done = run_rag(
        "ask", "-", "--json", index=small_index, stdin=text, env={"PYTHONUTF8": "0", "PYTHONIOENCODING": "utf-8:strict"}
    )
    assert "Traceback" not in done.stderr
    if len(text) > 4000 or not text.strip("\0\n"):
        refused(done, 2)
    else:
        assert done.returncode == 0
        assert any("38億" in c["quote"] for c in json.loads(done.stdout)["citations"])


def test_several_questions_are_answered_in_order(small_index: Path) -> None:
    result = CliRunner().invoke(app, ["ask", "-", "--index", str(small_index)], input=f"{QUESTION}\n\n毛利率是多少?\n")
    assert result.exit_code == 0
    assert result.stdout.index(f"? {QUESTION}") < result.stdout.index("38億") < result.stdout.index("28.4%")
    assert CliRunner().invoke(app, ["ask", "-", "--index", str(small_index)], input="").exit_code == 1


def test_options_that_make_no_sense(small_index: Path) -> None:
    for command in ("ask", "search"):
        refused(rag(command, QUESTION, "-k", "0", index=small_index), 2, "-k")
        refused(rag(command, QUESTION, "-k", "-3", index=small_index), 2, "-k")
        refused(rag(command, QUESTION, "--document", "nothing", index=small_index), 2, "nothing", "rag status")
        refused(rag(command, QUESTION, "--speaker", "nobody", index=small_index), 2, "nobody", "花旗")
        refused(rag(command, QUESTION, "--section", "nowhere", index=small_index), 2, "nowhere", "remarks")
    refused(rag("ask", QUESTION, "--format", "html", index=small_index), 2, "html", "markdown")
    for args in (
        ["ask"],
        ["ask", QUESTION, "-k", "many"],
        ["ask", QUESTION, "--min-confidence", "2"],
        ["unknown"],
        ["ask", QUESTION, "--nothing"],
    ):
        result = CliRunner().invoke(app, args)
        assert result.exit_code == 2 and result.stdout == "" and "Traceback" not in result.stderr


@pytest.mark.parametrize(
    ("reference", "word"),
    [
        ("beichen-2024q3", "beichen-2024q3"),
        ("beichen-2024q3:", "no citation"),
        ("beichen-2024q3:0", "no citation"),
        ("beichen-2024q3:9-7", "no citation"),
        ("beichen-2024q3:-1", "no citation"),
        ("beichen-2024q3:１.5", "no citation"),
        ("beichen-2024q3:99999", "99999"),
        ("beichen-2024q3:9999999999", "no citation"),
        ("nothing:3", "nothing"),
        ("", "no citation"),
        (":3", "no citation"),
        ("../../etc/passwd:1", "passwd"),
    ],
)
def test_a_citation_that_is_none(reference: str, word: str, small_index: Path) -> None:
    refused(rag("show", reference, index=small_index), 2, word)


# Files that cannot be indexed


@pytest.mark.parametrize(
    ("data", "word"),
    [
        (b"", "empty"),
        (b" \n\r\n", "empty"),
        (b"\x00\x01\x02\x03", "binary"),
        (b"%PDF-1.7", "PDF"),
        ("資本開支".encode() * 20 + b"\xff\xfe\xfa" + "資本開支".encode() * 20, "UTF-8"),
        (None, "no such file"),
    ],
)
def test_a_file_that_cannot_be_read(data: bytes | None, word: str, copy_of_small: Path, tmp_path: Path) -> None:
    path = tmp_path / "call.txt"
    if data is not None:
        path.write_bytes(data)
    refused(build(str(path), index=copy_of_small), 3, str(path), word)
    assert rag("ask", QUESTION, index=copy_of_small).exit_code == 0


@pytest.mark.skipif(os.geteuid() == 0, reason="root may read everything")
def test_a_file_that_may_not_be_read(copy_of_small: Path, tmp_path: Path) -> None:
    path = tmp_path / "call.txt"
    path.write_text("收入增長。")
    path.chmod(0)
    refused(build(str(path), index=copy_of_small), 3, str(path), "may not be read")


def test_a_folder_without_transcripts(tmp_path: Path) -> None:
    (tmp_path / "docs").mkdir()
    refused(build(str(tmp_path / "docs"), index=tmp_path / "index"), 3, "no transcripts", ".txt")
    (tmp_path / "docs" / "slides.pptx").write_bytes(b"PK")
    refused(build(str(tmp_path / "docs"), index=tmp_path / "index"), 3, "no transcripts")
    refused(build(index=tmp_path / "nothing"), 3, "rag build PATH")
    assert not (tmp_path / "nothing").exists()


def test_a_folder_of_broken_files_names_one_of_them(tmp_path: Path) -> None:
    (tmp_path / "docs").mkdir()
    (tmp_path / "docs" / "a-picture.png").write_bytes(b"\x89PNG")
    (tmp_path / "docs" / "broken.txt").write_bytes(b"\x00\x01")
    refused(build(str(tmp_path / "docs"), index=tmp_path / "index"), 3, "broken.txt", "binary")


def test_a_broken_file_among_good_ones_is_skipped_and_told(copy_of_small: Path) -> None:
    (copy_of_small / "transcripts" / "broken.txt").write_bytes(b"\x00\x01")
    (copy_of_small / "transcripts" / "photo.png").write_bytes(b"\x89PNG")
    result = build(index=copy_of_small)
    assert result.exit_code == 0
    assert "broken.txt" in result.stderr and "photo.png" in result.stderr and "broken" not in result.stdout
    found = json.loads(build("--json", index=copy_of_small).stdout)
    assert found["documents"] == 3 and found["embedded"] == 0
    assert {Path(entry["path"]).name for entry in found["skipped"]} == {"broken.txt", "photo.png"}


def test_files_and_folders_may_be_named(small_index: Path, tmp_path: Path) -> None:
    index = tmp_path / "index"
    shutil.copytree(small_index / "store", index / "store")  # so that nothing is embedded
    transcripts = small_index / "transcripts"
    one = json.loads(build(str(transcripts / "beichen-2024q3.txt"), "--json", index=index).stdout)
    assert one["documents"] == 1 and one["embedded"] == 0
    # Without a path: what it was built from.
    assert json.loads(build("--json", index=index).stdout)["documents"] == 1
    cited = json.loads(rag("ask", QUESTION, "--json", index=index).stdout)["citations"][0]
    assert Path(cited["path"]) == transcripts / "beichen-2024q3.txt"


def test_files_of_one_name_are_told_apart(small_index: Path, tmp_path: Path) -> None:
    index = tmp_path / "index"
    shutil.copytree(small_index / "store", index / "store")
    for folder in ("a", "b"):
        (index / "transcripts" / folder).mkdir(parents=True)
        shutil.copy(small_index / "transcripts" / "beichen-2024q3.txt", index / "transcripts" / folder / "call.txt")
    assert build(index=index).exit_code == 0
    assert json.loads(rag("status", "--json", index=index).stdout)["names"] == ["a/call", "b/call"]
    shown = rag("show", "b/call:16", index=index)
    assert shown.exit_code == 0 and "資本開支" in shown.stdout
    found = json.loads(rag("search", QUESTION, "--document", "a/call", "--json", index=index).stdout)["hits"]
    assert {hit["citation"]["document"] for hit in found} == {"a/call"}


# Indexes of another make


def test_an_index_of_another_version(copy_of_small: Path) -> None:
    for key in ("text_version", "passages_version", "format"):

        def change(fields: dict[str, Any], key: str = key) -> None:
            fields[key] = 99

        resign(copy_of_small, change)
        for command in (["ask", QUESTION], ["search", "x"], ["show", "beichen-2024q3:3"], ["status"], ["verify"]):
            refused(rag(*command, index=copy_of_small), 3, "another version", "rag build")
    assert build(index=copy_of_small).exit_code == 0
    assert rag("ask", QUESTION, index=copy_of_small).exit_code == 0


def test_an_index_of_other_weights(copy_of_small: Path) -> None:
    resign(copy_of_small, lambda fields: fields.update(fingerprint="multilingual-e5-small@0"))
    refused(rag("ask", QUESTION, index=copy_of_small), 3, "weights", "rag build")


def test_an_index_of_a_model_that_is_gone(copy_of_small: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HF_HUB_OFFLINE", "1")
    model = str(tmp_path / "gone")
    resign(copy_of_small, lambda fields: fields.update(model=model, fingerprint=f"sentence-transformers:{model}@384"))
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        refused(rag("ask", QUESTION, index=copy_of_small), 3, "gone", "cannot be loaded")


# What is printed


def _check_citation(citation: dict[str, Any]) -> None:
    assert set(citation) >= CITATION and set(citation) <= CITATION | OPTIONAL
    text, _ = read_text(Path(citation["path"]))
    start, end = citation["char_start"], citation["char_end"]
    assert text[start:end] == citation["quote"] != ""
    assert 1 <= citation["line_start"] <= citation["line_end"]
    assert text[:start].count("\n") + 1 == citation["line_start"]
    assert text[: end - 1].count("\n") + 1 == citation["line_end"]
    if "highlight" in citation:
        first, last = citation["highlight"]
        assert start <= first < last <= end
    assert "stale" not in citation


QUESTIONS = [
    QUESTION,
    "毛利率是多少?",
    "What was revenue?",
    "花旗的分析師問了什麼?",
    "When will the Gdansk plant open?",
    "奶粉业务为什么下滑?",
    "新船",
    "how many people",
    "明天的天氣如何?",
]


@pytest.mark.parametrize("question", QUESTIONS)
def test_the_json_contract(question: str, small_index: Path) -> None:
    searched = rag("search", question, "--json", index=small_index)
    assert searched.stderr == ""
    found = json.loads(searched.stdout)
    assert list(found) == ["query", "hits"] and found["query"] == question
    assert [hit["rank"] for hit in found["hits"]] == list(range(1, len(found["hits"]) + 1))
    assert searched.exit_code == (0 if found["hits"] else 1)
    for hit in found["hits"]:
        assert set(hit) == {"rank", "score", "text", "citation"}
        assert hit["text"] == hit["citation"]["quote"]
        _check_citation(hit["citation"])
    for confidence in ("0", "1"):
        asked = rag("ask", question, "--json", "--min-confidence", confidence, index=small_index)
        assert asked.stderr == ""
        answer = json.loads(asked.stdout)
        assert list(answer)[:5] == ["question", "answered", "confidence", "answer", "citations"]
        assert answer["question"] == question and 0 <= answer["confidence"] <= 1
        assert asked.exit_code == (0 if answer["answered"] else 1)
        assert answer["answered"] == bool(answer["citations"]) == bool(answer["answer"])
        for number, citation in enumerate(answer["citations"], 1):
            assert citation["number"] == number and f"[{number}]" in answer["answer"]
            assert citation["quote"] in answer["answer"]
            _check_citation(citation)
        for citation in answer.get("nearest", []):
            _check_citation(citation)
    assert not answer["answered"]  # nothing is certain


def test_citations_of_other_encodings_and_line_ends(small_index: Path, tmp_path: Path) -> None:
    index = tmp_path / "index"
    shutil.copytree(small_index / "store", index / "store")
    (index / "transcripts").mkdir()
    text = (small_index / "transcripts" / "beichen-2024q3.txt").read_text(encoding="utf-8")
    for name, encoding in (("big5", "cp950"), ("bom", "utf-8-sig"), ("wide", "utf-16"), ("gb", "gb18030")):
        (index / "transcripts" / f"{name}.txt").write_bytes(text.replace("\n", "\r\n").encode(encoding))
    assert build(index=index).exit_code == 0
    hits = json.loads(rag("search", QUESTION, "-k", "40", "--json", index=index).stdout)["hits"]
    assert {hit["citation"]["document"] for hit in hits} == {"big5", "bom", "wide", "gb"}
    for hit in hits:
        _check_citation(hit["citation"])


def test_paths_are_as_one_would_type_them(small_index: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(small_index.parent)
    cited = json.loads(rag("ask", QUESTION, "--json", index=Path("index")).stdout)["citations"][0]
    assert cited["path"] == "index/transcripts/beichen-2024q3.txt"
    _check_citation(cited)


def test_filters_let_through_only_what_they_name(small_index: Path) -> None:
    def hits(*args: str) -> list[dict[str, Any]]:
        return [
            hit["citation"]
            for hit in json.loads(rag("search", "計劃", "--json", "-k", "50", *args, index=small_index).stdout)["hits"]
        ]

    assert {c["document"] for c in hits("--document", "qinghe-2024h1")} == {"qinghe-2024h1"}
    assert {c["section"] for c in hits("--section", "qa")} == {"qa"}
    assert {c["organisation"] for c in hits("--speaker", "花旗")} == {"花旗"}
    assert hits("--speaker", "ＣＡＲＯＬ coe") and hits("--speaker", "來自高盛的提問者") == hits(
        "--speaker", "来自高盛的提问者"
    )
    assert len(hits("-k", "2")) == 2


VARIANTS = [
    ("騰訊第二季的資本開支是多少?", "腾讯第二季的资本开支是多少?", "騰訊第二季的資本開支是多少？"),
    ("AI 對廣告收入有甚麼幫助?", "AI 对广告收入有甚么帮助?", "ＡＩ　對廣告收入有甚麼幫助？"),
    ("微信的月活躍帳戶有 14 億嗎?", "微信的月活跃帐户有 14 亿吗?", "微信的月活躍帳戶有　１４　億嗎？"),
]


@pytest.mark.parametrize("variants", VARIANTS)
def test_one_question_in_three_scripts(variants: tuple[str, ...], sample_index: Path) -> None:
    for command in ("search", "ask"):
        found = [json.loads(rag(command, variant, "--json", index=sample_index).stdout) for variant in variants]
        for answer in found:
            answer.pop("query", None), answer.pop("question", None)
        assert found[0] == found[1] == found[2]


def test_the_same_question_gives_the_same_bytes(sample_index: Path, run_rag: RunRag) -> None:
    question = "資本開支和總收入是多少?"
    one = run_rag("ask", question, "--json", index=sample_index, env={"PYTHONHASHSEED": "3"}).stdout
    assert json.loads(one)["citations"]
    twenty = run_rag("ask", "-", "--json", index=sample_index, stdin=f"{question}\n" * 20, env={"PYTHONHASHSEED": "5"})
    assert twenty.stdout == one * 20
    searches = {run_rag("search", question, "--json", index=sample_index).stdout for _ in range(3)}
    assert len(searches) == 1 and json.loads(searches.pop())["hits"]


def test_text_for_people(small_index: Path) -> None:
    asked = rag("ask", QUESTION, index=small_index)
    assert asked.exit_code == 0 and asked.stderr == ""
    assert "[1] " in asked.stdout and "beichen-2024q3:16" in asked.stdout and "北辰船運管理層" in asked.stdout
    unknown = rag("ask", QUESTION, "--min-confidence", "1", index=small_index)
    assert unknown.exit_code == 1 and "do not say" in unknown.stdout and "beichen" in unknown.stdout
    noted = rag("ask", QUESTION, "--format", "markdown", index=small_index)
    assert "[^1]: " in noted.stdout and "SHA-256" in noted.stdout
    shown = rag("show", "beichen-2024q3:16", index=small_index).stdout
    assert any(line.startswith(">") and "38億" in line for line in shown.splitlines())
    assert "3 documents" in rag("status", index=small_index).stdout
    assert rag("verify", index=small_index).stdout.splitlines()[-1] == "sound"


def test_an_index_is_built_when_it_is_first_asked(small_index: Path, tmp_path: Path) -> None:
    index = tmp_path / "index"
    shutil.copytree(small_index / "transcripts", index / "transcripts")
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        first = rag("ask", QUESTION, "--json", index=index)
    assert first.exit_code == 0
    assert "building" in first.stderr and len(first.stderr.splitlines()) == 1
    second = rag("ask", QUESTION, "--json", index=index)
    assert second.stderr == "" and second.stdout == first.stdout


# What a transcript may contain

HOSTILE = "\x1b[31m\x1b]0;title\x07 \x9b31m \u202e\u2066\u200f\u2028 \x7f\x08\x00".replace("\x00", "")


def _harmless(output: str) -> bool:
    return not any(
        c in "\x1b\x07\x08\x7f\x9b\x9d\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069\u200e\u200f"
        for c in output
    )


def test_a_transcript_cannot_steer_the_terminal(small_index: Path, tmp_path: Path) -> None:
    index = tmp_path / "index"
    (index / "transcripts").mkdir(parents=True)
    (index / "transcripts" / "a\x1b[31m\u202eb.txt").write_text(
        f"管理層{HOSTILE}回答:\n\n本季的資本開支{HOSTILE}是38億元{HOSTILE}。\n\n來自花旗的提問者:\n\n{HOSTILE}何時派息?\n",
        encoding="utf-8",
    )
    (index / "transcripts" / "c\x9b.txt").write_bytes(b"\x00")
    results = [build(index=index), build("--json", index=index)]
    name = "a\x1b[31m\u202eb"
    for json_too in ([], ["--json"]):
        for args in (
            ["ask", QUESTION, "--min-confidence", "0"],
            ["ask", HOSTILE + QUESTION],
            ["search", QUESTION],
            ["show", f"{name}:3"],
            ["status"],
            ["verify"],
        ):
            results.append(rag(*args, *json_too, index=index))
    results.append(rag("ask", QUESTION, "--min-confidence", "0", "--format", "markdown", index=index))
    results.append(rag("show", f"{HOSTILE}:3", index=index))
    (index / "transcripts" / f"{name}.txt").write_text("changed")
    results.append(rag("status", index=index))
    results.append(rag("verify", index=index))
    for result in results:
        assert result.exit_code in (0, 1, 2), (result.stderr, result.exception)
        assert result.exception is None or isinstance(result.exception, SystemExit)
        assert _harmless(result.stdout) and _harmless(result.stderr), result.output
    found = json.loads(results[9].stdout)
    assert found["answered"] and "\x1b[31m" in found["citations"][0]["quote"]  # the data is whole all the same


# What is loaded and reached

#: The command line, after which the exit code and the modules that were imported stand on stderr.
LOADED = "import json, sys\nfrom rag.cli import main\ntry:\n    main()\nexcept SystemExit as stop:\n    print(json.dumps([stop.code, sorted(sys.modules)]), file=sys.stderr)\n"


def test_a_question_loads_nothing_heavy(small_index: Path) -> None:
    heavy = {
        "torch",
        "transformers",
        "sentence_transformers",
        "onnxruntime",
        "scipy",
        "sklearn",
        "jieba",
        "pandas",
        "tqdm",
        "huggingface_hub",
        "charset_normalizer",
    }
    second_stage = {"onnxruntime"}
    for args, allowed in (
        (["ask", QUESTION, "--fast"], set()),
        (["search", QUESTION, "--json", "--fast"], set()),
        (["ask", QUESTION], second_stage),
        (["search", QUESTION], second_stage),
        (["show", "beichen-2024q3:16"], set()),
        (["status"], set()),
        (["verify"], set()),
    ):
        done = subprocess.run(
            [sys.executable, "-c", LOADED, *args, "--index", str(small_index)],
            capture_output=True,
            text=True,
            cwd=REPOSITORY,
            encoding="utf-8",
        )
        code, modules = json.loads(done.stderr)
        assert code == 0
        assert heavy & set(modules) == allowed


def test_a_build_loads_no_torch(tmp_path: Path) -> None:
    (tmp_path / "call.txt").write_text("運費回升,船期延長。", encoding="utf-8")
    done = subprocess.run(
        [sys.executable, "-c", LOADED, "build", str(tmp_path / "call.txt"), "--index", str(tmp_path / "index")],
        capture_output=True,
        text=True,
        cwd=REPOSITORY,
        encoding="utf-8",
    )
    code, modules = json.loads(done.stderr.splitlines()[-1])
    assert code == 0
    assert "onnxruntime" in modules
    assert not {"torch", "transformers", "sentence_transformers", "scipy"} & set(modules)


def test_no_network_is_needed(small_index: Path, tmp_path: Path) -> None:
    program = """
import sys

# Python tells of every use of a socket, whichever module it is made from.
USES = {f"socket.{name}" for name in ("connect", "bind", "sendto", "sendmsg", "getaddrinfo", "gethostbyname", "gethostbyaddr")}

def refuse(event, _):
    if event in USES:
        print("a socket was used", file=sys.stderr)
        sys.stderr.flush()
        raise OSError("no network")

sys.addaudithook(refuse)
from rag.cli import main

for args in (["build"], ["ask", "資本開支是多少?"], ["search", "capex"], ["verify"]):
    sys.argv = ["rag", *args]
    try:
        main()
    except SystemExit as stop:
        assert stop.code == 0, (args, stop.code)
"""
    index = tmp_path / "index"
    shutil.copytree(small_index / "transcripts", index / "transcripts")
    environment = {key: value for key, value in os.environ.items() if not key.startswith(("HF_", "TRANSFORMERS_"))} | {
        "RAG_INDEX": str(index),
        "PYTHONUTF8": "1",
    }
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, cwd=REPOSITORY, env=environment)
    assert done.returncode == 0, done.stderr.decode()
    assert "a socket was used" not in done.stderr.decode()


# Help


def test_every_command_has_help_and_an_example() -> None:
    commands = sorted(get_command(app).commands)  # type: ignore[attr-defined]  # a group has commands
    assert {"build", "ask", "search", "show", "status", "verify", "eval"} <= set(commands)
    for name in commands:
        result = CliRunner().invoke(app, [name, "--help"])
        assert result.exit_code == 0
        assert f"Example: rag {name}" in result.stdout, name
        assert "--json" in result.stdout
        # A transcript is shown without an index.
        assert ("--index" in result.stdout) == (name != "transcript")
    assert CliRunner().invoke(app, ["--help"]).exit_code == 0


def test_a_reader_that_goes_away_is_no_error(small_index: Path) -> None:
    command = f"{sys.executable} -m rag search 資本開支 -k 50 --index '{small_index}' | head -c 1"
    done = subprocess.run(["bash", "-c", f"set -o pipefail; {command}"], capture_output=True, cwd=REPOSITORY)
    assert done.returncode in (0, 141) and done.stderr == b""


def test_nonsense_never_gives_a_traceback(small_index: Path) -> None:
    dice = random.Random(5)
    pieces = [
        "",
        "-",
        "--",
        "ask",
        "search",
        "show",
        "-k",
        "0",
        "1",
        "x:1",
        "--json",
        "--index",
        "字",
        "\x1b",
        "%",
        "--document",
        "--format",
        "😀",
        "status",
        "verify",
    ]
    for _ in range(40):
        args = [
            dice.choice(["ask", "search", "show", "status", "verify"]),
            *dice.choices(pieces, k=dice.randint(0, 4)),
            "--index",
            str(small_index),
        ]
        result = CliRunner().invoke(app, args, input="x\n")
        assert result.exit_code in (0, 1, 2, 3), args
        assert result.exception is None or isinstance(result.exception, SystemExit), (args, result.exception)
