"""The measures on known values, question files that are malformed, and evaluations from end to end."""

from __future__ import annotations

import json
import math
import sys
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from rag import builder, evaluation, measures, paragraph_index, question_sets
from rag.cli import app
from rag.errors import InputError, SourceError, UsageError
from rag.opened import OpenIndex, open_index

SAMPLE = Path(__file__).parent.parent / "index"
PARAGRAPHS = {
    "青石鎮的水車建於一九〇四年,由木匠陸懷安設計。水車每天可以磨出三百斤麵粉,供應附近五個村子。": [
        ("w1", "水車是誰設計的?", "陆怀安"),
        ("w2", "水車每天磨出多少麵粉?", "三百斤"),
    ],
    "海燕號是一艘運送郵件的帆船,往返於北港與松島之間,單程需時十一小時。船長何曼在任二十六年。": [
        ("s1", "海燕號單程要多久?", "十一 小時"),
        ("s2", "海燕號的船長是誰?", "何曼"),
    ],
    "高山杜鵑在五月開花,花期約兩星期。園丁建議在酸性土壤中種植,並避免正午的陽光。": [
        ("f1", "高山杜鵑幾月開花?", "五月")
    ],
    "紙鳶博物館收藏了八百四十隻風箏,最大的一隻翼展達九公尺。館方每逢週一休館。": [
        ("k1", "紙鳶博物館收藏了多少隻風箏?", "八百四十隻")
    ],
}
ENGLISH = {
    "w1": "Who designed the water wheel?",
    "w2": "How much flour does the water wheel grind a day?",
    "s1": "How long does the Petrel take one way?",
    "s2": "Who is the captain of the mail boat?",
    "f1": "In which month does the rhododendron flower?",
    "k1": "How many kites does the museum have?",
}


def squad(texts: dict[str, str] | None = None) -> dict[str, Any]:
    paragraphs = [
        {
            "context": context,
            "qas": [
                {"id": name, "question": (texts or {}).get(name, text), "answers": [{"text": answer}]}
                for name, text, answer in asked
            ],
        }
        for context, asked in PARAGRAPHS.items()
    ]
    return {
        "version": "1",
        "data": [{"title": "a", "paragraphs": paragraphs[:2]}, {"title": "b", "paragraphs": paragraphs[2:]}],
    }


def written(folder: Path, content: Any, name: str = "questions.jsonl") -> Path:
    path = folder / name
    if isinstance(content, bytes):
        path.write_bytes(content)
    else:
        path.write_text(
            content if isinstance(content, str) else json.dumps(content, ensure_ascii=False), encoding="utf-8"
        )
    return path


def line(**changes: Any) -> str:
    record = {"id": "q", "question": "誰?", "lines": [1], "answers": ["他"]} | changes
    return json.dumps({key: value for key, value in record.items() if value is not ...}, ensure_ascii=False)


# The measures


@pytest.mark.parametrize(
    ("relevant", "total", "rank", "reciprocal", "ndcg"),
    [
        ([True, False, False], 1, 1, 1.0, 1.0),
        ([False, True, False], 1, 2, 0.5, 1 / math.log2(3)),
        ([False, False, True, True], 2, 3, 1 / 3, (0.5 + 1 / math.log2(5)) / (1 + 1 / math.log2(3))),
        ([False] * 10 + [True], 1, None, 0.0, 0.0),
        ([True, True], 5, 1, 1.0, (1 + 1 / math.log2(3)) / sum(1 / math.log2(n + 1) for n in range(1, 6))),
        ([True] * 10, 30, 1, 1.0, 1.0),
        ([False] * 4, 0, None, 0.0, 0.0),
        ([], 1, None, 0.0, 0.0),
    ],
)
def test_rank_measures_have_their_known_values(
    relevant: list[bool], total: int, rank: int | None, reciprocal: float, ndcg: float
) -> None:
    assert measures.first_rank(relevant) == rank
    assert measures.reciprocal_rank(relevant) == pytest.approx(reciprocal)
    assert measures.ndcg(relevant, total) == pytest.approx(ndcg)
    assert measures.recall_at(relevant, 1) == (rank == 1)
    assert measures.recall_at(relevant, 5) == (rank is not None and rank <= 5)


@pytest.mark.filterwarnings("ignore")
def test_rank_measures_agree_with_ranx() -> None:
    ranx = pytest.importorskip("ranx")
    runs = {
        "a": ([False, True, False, True], 3),
        "b": ([True, False, False], 1),
        "c": ([False] * 9 + [True], 2),
        "d": ([False] * 4, 1),
        "e": ([False] * 5 + [True] * 5, 14),
    }
    gold = {name: {f"r{n}": 1 for n in range(total)} for name, (_, total) in runs.items()}
    ranked = {}
    for name, (hits, _) in runs.items():
        names = iter(gold[name])
        ranked[name] = {(next(names) if hit else f"x{rank}"): 1 / (rank + 1) for rank, hit in enumerate(hits)}
    theirs = ranx.evaluate(ranx.Qrels(gold), ranx.Run(ranked), ["mrr@10", "ndcg@10", "hit_rate@1", "hit_rate@5"])
    count = len(runs)
    assert theirs["mrr@10"] == pytest.approx(sum(measures.reciprocal_rank(hits) for hits, _ in runs.values()) / count)
    assert theirs["ndcg@10"] == pytest.approx(sum(measures.ndcg(hits, total) for hits, total in runs.values()) / count)
    assert theirs["hit_rate@1"] == pytest.approx(sum(measures.recall_at(hits, 1) for hits, _ in runs.values()) / count)
    assert theirs["hit_rate@5"] == pytest.approx(sum(measures.recall_at(hits, 5) for hits, _ in runs.values()) / count)


@pytest.mark.parametrize(
    ("quotes", "answers", "expected"),
    [
        (["收入為 184 億元"], ["184億"], True),
        (["收入为１８４亿元"], ["184 億元"], True),
        (["The Margin rose"], ["margin"], True),
        (["收入為 18", "4 億元"], ["184億"], False),
        (["收入"], ["利潤", "收入"], True),
        (["收入"], [" ", ""], False),
        ([], ["收入"], False),
        (["收入"], [], False),
    ],
)
def test_containment_folds_width_script_case_and_white_space(
    quotes: list[str], answers: list[str], expected: bool
) -> None:
    assert measures.contains(quotes, answers) is expected


def test_risk_coverage_has_known_points_and_area() -> None:
    points, area = measures.risk_coverage([(0.9, False), (0.8, True), (0.7, False), (0.6, True)])
    assert points == [(0.9, 0.25, 0.0), (0.8, 0.5, 0.5), (0.7, 0.75, pytest.approx(1 / 3)), (0.6, 1.0, 0.5)]
    assert area == pytest.approx((0 + 1 / 2 + 1 / 3 + 1 / 2) / 4)


def test_equal_confidences_are_answered_together_in_any_order() -> None:
    answers = [(0.5, True), (0.5, False), (0.9, False), (0.5, False)]
    assert measures.risk_coverage(answers) == measures.risk_coverage(answers[::-1])
    assert len(measures.risk_coverage(answers)[0]) == 2
    assert measures.risk_coverage([(0.5, True), (0.5, False)])[1] == pytest.approx(0.5)


def test_a_long_curve_is_thinned_and_keeps_its_ends() -> None:
    points, _ = measures.risk_coverage([(n / 1000, n % 3 == 0) for n in range(500)])
    assert len(points) == 21
    assert (points[0].threshold, points[-1].threshold, points[-1].coverage) == (0.499, 0.0, 1.0)
    assert measures.risk_coverage([]) == ([], None)


# Question files

DEEP = '{"a":' * 100_000
PARAGRAPH = {"context": "文字", "qas": [{"id": "q", "question": "誰?", "answers": [{"text": "他"}]}]}


@pytest.mark.parametrize(
    ("content", "name", "at", "says"),
    [
        ("", "q.jsonl", None, "empty"),
        (" \n\n", "q.jsonl", None, "empty"),
        (line() + "\n{broken", "q.jsonl", 2, "no JSON"),
        (line() + "\n[]", "q.jsonl", 2, "object"),
        ("[]", "q.jsonl", 1, "object"),
        ("7", "q.jsonl", 1, "object"),
        (DEEP, "q.jsonl", 1, "nested"),
        (line() + "\n" + DEEP, "q.jsonl", 2, "nested"),
        ("9" * 5000, "q.jsonl", 1, "no JSON"),
        ("\n" + line(id=...), "q.jsonl", 2, "'id' is missing"),
        (line(question=...), "q.jsonl", 1, "'question' is missing"),
        (line(lines=...), "q.jsonl", 1, "'lines' is missing"),
        (line(answers=...), "q.jsonl", 1, "'answers' is missing"),
        (line(id=""), "q.jsonl", 1, "'id' is blank"),
        (line(id=True), "q.jsonl", 1, "'id' must be a string"),
        (line(question="  "), "q.jsonl", 1, "'question' is blank"),
        (line(question=5), "q.jsonl", 1, "'question' must be a string"),
        ('{"id": "q", "question": "\\ud800", "lines": [], "answers": []}', "q.jsonl", 1, "surrogate"),
        (line(lines=3), "q.jsonl", 1, "'lines' must be a list"),
        (line(lines=["3"]), "q.jsonl", 1, "'lines' must hold a whole number"),
        (line(lines=[True]), "q.jsonl", 1, "'lines' must hold a whole number"),
        (line(lines=[0]), "q.jsonl", 1, "counts from 1"),
        (line(answers="他"), "q.jsonl", 1, "'answers' must be a list"),
        (line(answers=[1]), "q.jsonl", 1, "'answers' must hold a string"),
        (line(document=7), "q.jsonl", 1, "'document' must be a string"),
        (line(lang=[]), "q.jsonl", 1, "'lang' must be a string"),
        (line() + "\n" + line(), "q.jsonl", 2, "there twice"),
        (line(id="1") + "\n" + line(id=1), "q.jsonl", 2, "there twice"),
        ((line() + "\n").encode() + "誰".encode("big5"), "q.jsonl", 2, "not UTF-8"),
        ('{\n "data": [\n', "q.json", 3, "no JSON"),
        ({"data": {}}, "q.json", None, "'data' must be a list"),
        ({"data": []}, "q.json", None, "no questions"),
        ({"data": [[]]}, "q.json", None, "data[0]"),
        ({"data": [{"paragraphs": 1}]}, "q.json", None, "data[0]: 'paragraphs' must be a list"),
        ({"data": [{"paragraphs": [{}]}]}, "q.json", None, "data[0].paragraphs[0]: 'context' is missing"),
        (
            {"data": [{"paragraphs": [{"context": "文字", "qas": [{"id": "q", "answers": []}]}]}]},
            "q.json",
            None,
            "qas[0]: 'question' is missing",
        ),
        (
            {"data": [{"paragraphs": [{"context": "文字", "qas": [{"id": "q", "question": "誰?"}]}]}]},
            "q.json",
            None,
            "'answers' is missing",
        ),
        (
            {"data": [{"paragraphs": [{"context": "文字", "qas": [{"id": "q", "question": "誰?", "answers": [{}]}]}]}]},
            "q.json",
            None,
            "'text' is missing",
        ),
        ({"data": [{"paragraphs": [PARAGRAPH, PARAGRAPH]}]}, "q.json", None, "there twice"),
    ],
)
def test_malformed_files_are_told_with_place_and_hint(
    content: Any, name: str, at: int | None, says: str, tmp_path: Path
) -> None:
    path = written(tmp_path, content, name)
    with pytest.raises(SourceError) as caught:
        question_sets.read(path)
    assert says in caught.value.message
    assert (caught.value.path, caught.value.line) == (path, at)
    assert caught.value.hint


def test_a_missing_file_and_a_folder_are_told(tmp_path: Path) -> None:
    for path in (tmp_path / "none.jsonl", tmp_path):
        with pytest.raises(SourceError) as caught:
            question_sets.read(path)
        assert caught.value.hint


def test_json_lines_are_read_with_their_line_numbers(tmp_path: Path) -> None:
    content = (
        "\ufeff"
        + line(question="一\u2028二?", lang="hant")
        + "\n\n"
        + line(id=2, lines=[], answers=[], document="call")
        + "\n"
    )
    first, second = question_sets.read(written(tmp_path, content)).questions
    assert (first.id, first.text, first.lines, first.answerable, first.lang, first.line) == (
        "q",
        "一\u2028二?",
        {1},
        True,
        "hant",
        1,
    )
    assert (second.id, second.answerable, second.document, second.line) == ("2", False, "call", 3)


def test_squad_paragraphs_become_documents_and_equal_ones_are_one(tmp_path: Path) -> None:
    again = PARAGRAPH | {"qas": [{"id": "r", "question": "何人?", "answers": []}]}
    other = {"id": "x", "context": "\ufeff別的", "qas": [{"id": "s", "question": "什麼?", "answers": ["別的"]}]}
    found = question_sets.read(written(tmp_path, {"data": [{"paragraphs": [PARAGRAPH, again]}, other]}, "q.json"))
    assert found.paragraphs == {"p00001": "文字", "p00002": "別的"}
    assert [(q.id, q.document, q.answerable, q.answers) for q in found.questions] == [
        ("q", "p00001", True, ("他",)),
        ("r", "p00001", False, ()),
        ("s", "p00002", True, ("別的",)),
    ]


@pytest.mark.parametrize(("fold", "expected"), [("none", "誰设计?"), ("hans", "谁设计?"), ("hant", "誰設計?")])
def test_questions_are_folded_but_answers_are_not(fold: str, expected: str, tmp_path: Path) -> None:
    (question,) = question_sets.read(written(tmp_path, line(question="誰设计?", answers=["設计"])), fold=fold).questions
    assert (question.text, question.answers) == (expected, ("設计",))


def test_no_other_folds_are_known(tmp_path: Path) -> None:
    with pytest.raises(UsageError):
        question_sets.read(written(tmp_path, line()), fold="t2s")


def test_questions_of_another_file_replace_those_of_the_same_ids(tmp_path: Path) -> None:
    path = written(tmp_path, squad(), "zh.json")
    found = question_sets.read(path, other=written(tmp_path, squad(ENGLISH), "en.json"))
    assert {q.id: q.text for q in found.questions} == ENGLISH
    assert found.questions[0].answers == ("陆怀安",)
    partial = squad(ENGLISH)
    del partial["data"][0]["paragraphs"][0]
    with pytest.raises(SourceError, match="2 of 6 questions"):
        question_sets.read(path, other=written(tmp_path, partial, "part.json"))


# From end to end


@pytest.fixture(scope="module")
def cache(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("cache")


@pytest.fixture
def cached(cache: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setattr(paragraph_index, "cache_folder", lambda: cache)
    return cache


def no_index() -> OpenIndex:
    raise AssertionError("a file with paragraphs of its own needs no index")


def run(*arguments: object) -> Any:
    result = CliRunner().invoke(app, ["eval", *map(str, arguments)])
    assert result.exception is None or isinstance(result.exception, SystemExit), result.exception
    return result


def test_squad_questions_find_their_paragraphs(cached: Path, tmp_path: Path) -> None:
    path = written(tmp_path, squad(), "zh.json")
    result = run(path, "--json")
    assert result.exit_code == 0, result.stderr
    numbers = json.loads(result.stdout)
    assert (numbers["questions"], numbers["answerable"], numbers["documents"]) == (6, 6, 4)
    assert numbers["R@1"] == numbers["R@5"] == numbers["MRR@10"] == numbers["nDCG@10"] == 1.0
    assert numbers["containment_unthresholded"] == numbers["exact_quotes"] == 1.0
    assert numbers["containment"] <= numbers["containment_unthresholded"]
    assert numbers["abstention_unanswerable"] is None
    assert [p.name for p in sorted(cached.glob("*/transcripts/*"))] == [f"p0000{n}.txt" for n in range(1, 5)]


def test_the_paragraphs_are_embedded_once(cached: Path, tmp_path: Path) -> None:
    path = written(tmp_path, squad(), "zh.json")
    first = evaluation.evaluate(path, no_index)
    steps: list[str] = []
    again = evaluation.evaluate(path, no_index, report=lambda what, *_: steps.append(what))
    assert "asking" in steps
    assert "embedding" not in steps
    assert again.as_json() == first.as_json()
    assert len(list(cached.iterdir())) == 1


def test_english_questions_find_chinese_paragraphs_and_are_compared(cached: Path, tmp_path: Path) -> None:
    path, english, saved = (
        written(tmp_path, squad(), "zh.json"),
        written(tmp_path, squad(ENGLISH), "en.json"),
        tmp_path / "run.json",
    )
    assert run(path, "--save", saved).exit_code == 0
    kept = json.loads(saved.read_text(encoding="utf-8"))
    assert [question["id"] for question in kept["questions"]] == list(ENGLISH)
    assert kept["questions"][0]["hit1"] is True
    assert [p.name for p in tmp_path.iterdir() if p.name.startswith(".")] == []
    result = run(path, "--questions", english, "--compare", saved, "--json")
    assert result.exit_code == 0, result.stderr
    numbers = json.loads(result.stdout)
    comparison = numbers["comparison"]
    assert comparison["better"] == []
    assert len(comparison["worse"]) + comparison["same"] == 6
    assert comparison["R@1"]["before"] == 1.0
    assert comparison["R@1"]["after"] == numbers["R@1"]
    assert comparison["MRR@10"]["after"] == pytest.approx(numbers["MRR@10"], abs=1e-3)
    assert 0 <= comparison["MRR@10"]["p"] <= 1


def test_a_question_whose_paragraph_is_no_text_is_left_out(cached: Path, tmp_path: Path) -> None:
    content = squad()
    content["data"].append(
        {
            "paragraphs": [
                {"context": context, "qas": [{"id": f"x{n}", "question": "誰?", "answers": [{"text": "他"}]}]}
                for n, context in enumerate(("", " \n", "a\0b", "\ud800"))
            ]
        }
    )
    path = tmp_path / "odd.json"
    path.write_text(json.dumps(content), encoding="utf-8")
    numbers = evaluation.evaluate(path, no_index).as_json()
    assert (numbers["questions"], numbers["left_out"], numbers["documents"]) == (6, 4, 4)
    alone = written(tmp_path, json.dumps({"data": [content["data"][-1]]}), "none.json")
    with pytest.raises(SourceError, match="none of its paragraphs"):
        evaluation.evaluate(alone, no_index)


def test_the_samples_own_questions(sample_index: Path) -> None:
    report = evaluation.evaluate(SAMPLE / "questions.jsonl", lambda: open_index(sample_index))
    numbers = report.as_json()
    assert numbers["questions"] == numbers["answerable"] + numbers["unanswerable"] == 24
    assert numbers["exact_quotes"] == 1.0
    assert numbers["R@10"] >= numbers["R@5"] >= numbers["R@1"] > 0.5
    assert set(numbers["by_lang"]) == {"hant", "hans", "en"}
    assert numbers["risk_coverage"][-1]["coverage"] == 1.0
    kinds = {"not ranked first", "not contained", "wrongly answered", "wrongly abstained"}
    assert {miss["kind"] for miss in numbers["misses"]} <= kinds
    shown = evaluation.describe(report)
    assert all(name in shown for name in ("R@1", "nDCG@10", "citation precision", "by lang", "misses:"))


def test_a_run_compared_with_itself_is_the_same(sample_index: Path, tmp_path: Path) -> None:
    saved = tmp_path / "run.json"
    report = evaluation.evaluate(SAMPLE / "questions.jsonl", lambda: open_index(sample_index))
    evaluation.save(report, saved)
    first = saved.read_bytes()
    evaluation.save(report, saved)
    assert saved.read_bytes() == first
    comparison = evaluation.compare(report, saved)
    assert (comparison["better"], comparison["worse"], comparison["MRR@10"]["p"]) == ([], [], 1.0)
    assert "compared with run.json" in evaluation.describe(report, comparison)
    with pytest.raises(InputError):
        evaluation.save(report, tmp_path / "none" / "run.json")


@pytest.mark.parametrize(
    "content",
    [
        "",
        "[]",
        "{}",
        '{"format": 1}',
        '{"format": 1, "set": "x", "questions": [1]}',
        '{"format": 1, "set": "x", "questions": 1}',
        b"\xff\xfe\xff",
        DEEP,
    ],
)
def test_what_is_no_saved_run_is_told(content: Any, sample_index: Path, tmp_path: Path) -> None:
    questions = written(tmp_path, line(document="tencent-2025q2"))
    report = evaluation.evaluate(questions, lambda: open_index(sample_index))
    path = written(tmp_path, content, "run.json")
    with pytest.raises(SourceError, match="no saved evaluation") as caught:
        evaluation.compare(report, path)
    assert caught.value.hint


def test_a_run_of_other_questions_is_told(sample_index: Path, tmp_path: Path) -> None:
    reports = [evaluation.evaluate(written(tmp_path, line(id=name)), lambda: open_index(sample_index)) for name in "ab"]
    evaluation.save(reports[0], tmp_path / "a.json")
    with pytest.raises(SourceError, match="other questions"):
        evaluation.compare(reports[1], tmp_path / "a.json")


def test_comparing_without_ranx_says_what_to_install(
    sample_index: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    report = evaluation.evaluate(written(tmp_path, line()), lambda: open_index(sample_index))
    evaluation.save(report, tmp_path / "run.json")
    monkeypatch.setitem(sys.modules, "ranx", None)
    with pytest.raises(UsageError, match="ranx") as caught:
        evaluation.compare(report, tmp_path / "run.json")
    assert caught.value.hint == 'pip install "transcript-rag[eval]"'


@pytest.mark.parametrize(
    ("changes", "says"),
    [
        ({"document": "none"}, "no document 'none'"),
        ({"lines": [99999]}, "lines, not 99999"),
        ({"question": "誰" * 5000}, "question 'q'"),
    ],
)
def test_questions_that_do_not_fit_the_index_are_told(
    changes: dict[str, Any], says: str, sample_index: Path, tmp_path: Path
) -> None:
    path = written(tmp_path, "\n" + line(**changes))
    result = run(path, "--index", sample_index)
    assert result.exit_code == 3
    assert says in result.stderr
    assert f"{path}:2:" in result.stderr


def test_lines_without_a_document_need_an_index_of_one(tmp_path: Path) -> None:
    for name in ("a", "b"):
        written(tmp_path, f"第{name}份紀錄:今年的收成比去年好。", f"{name}.txt")
    builder.build(tmp_path / "index", [tmp_path / "a.txt", tmp_path / "b.txt"])
    with pytest.raises(SourceError, match="2 documents"):
        evaluation.evaluate(written(tmp_path, line()), lambda: open_index(tmp_path / "index"))
    numbers = evaluation.evaluate(
        written(tmp_path, line(document="a", question="第a份紀錄的收成怎樣?", answers=["比去年好"])),
        lambda: open_index(tmp_path / "index"),
    ).numbers
    assert numbers["R@5"] == 1.0


def test_an_unanswerable_set_has_no_retrieval_measures(sample_index: Path, tmp_path: Path) -> None:
    numbers = evaluation.evaluate(
        written(tmp_path, line(question="月球上有幾家分店?", lines=[], answers=[])), lambda: open_index(sample_index)
    ).numbers
    assert (numbers["R@1"], numbers["nDCG@10"], numbers["containment"], numbers["abstention_answerable"]) == (
        None,
        None,
        None,
        None,
    )
    assert numbers["abstention_unanswerable"] in (0.0, 1.0)


@pytest.mark.parametrize(
    ("arguments", "code"), [(["none.jsonl"], 3), ([str(SAMPLE / "questions.jsonl"), "--fold", "upper"], 2)]
)
def test_the_command_exits_as_the_error_says(arguments: list[str], code: int) -> None:
    result = run(*arguments)
    assert result.exit_code == code
    assert result.stderr.count("\n") == 2
    assert "Traceback" not in result.stderr
