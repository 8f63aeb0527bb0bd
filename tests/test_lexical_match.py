"""The lexical part of a score, within a language and across: on a real index of made-up calls in two languages."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from rag import builder, evidence, lexical_match, pipeline
from rag.lexical_match import Query
from rag.text import fold

CHINESE = {
    "bridge": "工程師說,新橋跨過河流,由兩座鐵塔支撐,全長三公里。",
    "bakery": "麵包店每天清晨四點開門,店主自己磨麵粉,也賣咖啡。",
    "vineyard": "葡萄園在山坡上,今年因為霜凍,葡萄的收成少了一半。",
}
ENGLISH = {"ferry": "The ferry carries bicycles for free, but dogs need a ticket."}


def built(folder: Path, texts: dict[str, str]) -> pipeline.OpenIndex:
    (folder / "transcripts").mkdir()
    for name, text in texts.items():
        (folder / "transcripts" / f"{name}.txt").write_text(text + "\n", encoding="utf-8")
    builder.build(folder, [])
    return pipeline.open_index(folder)


@pytest.fixture(scope="module")
def mixed(tmp_path_factory: pytest.TempPathFactory) -> pipeline.OpenIndex:
    return built(tmp_path_factory.mktemp("mixed"), CHINESE | ENGLISH)


@pytest.fixture(scope="module")
def chinese(tmp_path_factory: pytest.TempPathFactory) -> pipeline.OpenIndex:
    return built(tmp_path_factory.mktemp("chinese"), CHINESE)


def asked(index: pipeline.OpenIndex, text: str) -> tuple[Query, dict[str, float]]:
    """The query, and each document's share of a full match."""
    question = pipeline.understood(index, text)
    same = index.store.is_han == question.is_han
    query = lexical_match.query_of(question, index.lexical)
    rows = np.arange(len(index.store))
    shares = lexical_match.shares(query, index.lexical, rows, same)
    return query, {index.store.passage(row).document: float(shares[row]) for row in rows}


@pytest.mark.parametrize(
    ("question", "document"),
    [
        ("Which river does the new bridge cross?", "bridge"),
        ("When does the bakery open, and who grinds the flour?", "bakery"),
        ("Why was the grape harvest so small?", "vineyard"),
        ("渡輪載自行車要收費嗎?狗要買票嗎?", "ferry"),
    ],
)
def test_what_shares_no_word_is_found_by_translations(mixed: pipeline.OpenIndex, question: str, document: str) -> None:
    _, shares = asked(mixed, question)
    others = [share for name, share in shares.items() if name != document]
    assert shares[document] > 2 * max(others)
    assert pipeline.search(mixed, question)[0].passage.document == document


def test_where_all_is_in_one_language_nothing_is_translated(
    chinese: pipeline.OpenIndex, mixed: pipeline.OpenIndex
) -> None:
    assert asked(chinese, "新橋跨過哪條河流?")[0].translations == []
    assert asked(mixed, "渡輪載自行車嗎?")[0].translations != []


def test_only_what_has_a_word_of_the_question_has_a_share(chinese: pipeline.OpenIndex) -> None:
    _, shares = asked(chinese, "麵粉")
    assert shares["bakery"] > 0.5 and shares["bridge"] == shares["vineyard"] == 0


def test_an_unknown_language_s_words_leave_all_alike(mixed: pipeline.OpenIndex) -> None:
    _, shares = asked(mixed, "Qwrtz vbnmk plxj?")
    assert set(shares.values()) == {0.0}


def test_a_translation_in_latin_letters_counts_as_a_word(mixed: pipeline.OpenIndex) -> None:
    question = pipeline.understood(mixed, "自行車要買車票嗎?")
    query = lexical_match.query_of(question, mixed.lexical)
    sought = evidence.sought(question, query, same_language=False)

    def coverage(sentence: str) -> float:
        return evidence.weigh(sought, fold(sentence)).coverage

    assert coverage("Two bicycles rust.") == coverage("A bicycle rusts.") > 0
    assert coverage("Minibicycles are sold.") == coverage("Nothing is sold.") == 0
    assert coverage("A bicycle needs a ticket.") > coverage("A bicycle rusts.")
