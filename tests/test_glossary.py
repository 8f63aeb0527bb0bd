"""The bilingual glossary: the shipped file, looking up, and an index's own."""

from __future__ import annotations

from collections import Counter
from importlib.resources import files
from pathlib import Path

import pytest

from rag.errors import SourceError
from rag.glossary import Glossary, open_glossary
from rag.text import fold, has_han


def shipped() -> list[tuple[int, list[str], list[str]]]:
    content = files("rag").joinpath("data/glossary.tsv").read_text(encoding="utf-8")
    found = []
    for number, line in enumerate(content.split("\n"), 1):
        if "\t" in line:
            english, chinese = line.split("\t")
            found.append((number, english.split(" | "), chinese.split(" | ")))
    return found


def own(tmp_path: Path, content: str | bytes) -> Glossary:
    (tmp_path / "glossary.tsv").write_bytes(content if isinstance(content, bytes) else content.encode())
    return open_glossary(tmp_path)


def translations(glossary: Glossary, question: str) -> dict[str, list[str]]:
    return {found.term: list(found.forms) for found in glossary.translations(fold(question))}


def synonyms(question: str) -> dict[str, tuple[str, ...]]:
    return {found.term: found.forms for found in open_glossary().synonyms(fold(question))}


def names(glossary: Glossary, question: str) -> list[tuple[str, ...]]:
    return [found.forms for found in glossary.names(fold(question))]


# The shipped file


def test_every_form_is_written_as_search_sees_it() -> None:
    for number, english, chinese in shipped():
        for form in (*english, *chinese):
            assert form and form == form.strip() == fold(form), (number, form)
            assert "|" not in form
        assert not any(has_han(form) for form in english), number
        assert all(has_han(form) and len(form) > 1 for form in chinese), number


def test_no_form_is_given_twice() -> None:
    pairs = Counter((e, c) for _, english, chinese in shipped() for e in english for c in chinese)
    assert [pair for pair, count in pairs.items() if count > 1] == []


# Looking up


@pytest.mark.parametrize(
    ("question", "term", "form"),
    [
        ("What was capital expenditure?", "capital expenditure", "资本开支"),
        ("How large are capital expenditures?", "capital expenditures", "资本开支"),
        ("Was CAPEX cut?", "capex", "资本支出"),
        ("R&D expenses rose", "r&d expenses", "研发费用"),
        ("any subsidiaries?", "subsidiaries", "子公司"),
        ("gross margins", "gross margins", "毛利率"),
        ("Why did gross-margin growth slow?", "gross-margin", "毛利率"),
        ("food-delivery platforms", "food-delivery", "外卖"),
        ("e-commerce sales", "e-commerce", "电商"),
        ("year-on-year growth", "year-on-year", "同比"),
    ],
)
def test_english_terms_find_chinese_forms(question: str, term: str, form: str) -> None:
    found = translations(open_glossary(), question)
    assert form in found[term]


@pytest.mark.parametrize(
    ("question", "term", "form"),
    [
        ("資本開支是多少?", "资本开支", "capital expenditure"),
        ("资本开支是多少?", "资本开支", "capex"),
        ("毛利率下降了嗎?", "毛利率", "gross margin"),
        ("公司的 EPS 與每股盈利", "每股盈利", "eps"),
    ],
)
def test_chinese_terms_find_english_forms(question: str, term: str, form: str) -> None:
    found = translations(open_glossary(), question)
    assert form in found[term]


def test_the_longest_term_is_taken() -> None:
    assert list(translations(open_glossary(), "毛利率")) == ["毛利率"]
    assert list(translations(open_glossary(), "gross margin")) == ["gross margin"]


@pytest.mark.parametrize("question", ["What was  capital\nexpenditure, and the net loss?", "騰訊的資本開支和毛利率?"])
def test_a_term_s_place_is_where_it_stands(question: str) -> None:
    folded = fold(question)
    found = open_glossary().translations(folded)
    assert len(found) >= 2
    assert [" ".join(folded[each.start : each.end].split()) for each in found] == [each.term for each in found]


def test_synonyms_are_of_the_same_language_and_others() -> None:
    for term, others in synonyms("營業收入和資本開支").items():
        assert others and term not in others
        assert all(has_han(form) for form in others)
    assert "资本支出" in synonyms("資本開支")["资本开支"]
    assert "capex" in synonyms("What was capital  expenditure?")["capital expenditure"]
    assert not any(has_han(form) for forms in synonyms("capex and sales").values() for form in forms)


@pytest.mark.parametrize("text", ["", " ", "?", "字", "\ud800", "🙂" * 50, "a" * 5000])
def test_any_text_may_be_looked_up(text: str) -> None:
    assert open_glossary().translations(text) == []
    assert open_glossary().synonyms(text) == []


# An index's own


def test_an_own_glossary_extends_the_shipped_one(tmp_path: Path) -> None:
    glossary = own(tmp_path, "# ours\n\nblue whale | bw\t蓝鲸计划 | 蓝鲸\ncapex\t大额投入\n")
    assert translations(glossary, "Blue whales?")["blue whales"] == ["蓝鲸计划", "蓝鲸"]
    assert {"资本开支", "大额投入"} <= set(translations(glossary, "capex")["capex"])
    assert translations(open_glossary(), "blue whale").get("blue whale") is None


def test_an_own_glossary_may_be_typed_as_one_likes(tmp_path: Path) -> None:
    glossary = own(tmp_path, "\ufeff# 註解\r\nProject Blue Whale | ＢＷ\t藍鯨計劃\r\n".encode())
    assert translations(glossary, "藍鯨計劃何時開始?") == {"蓝鲸计划": ["project blue whale", "bw"]}
    assert translations(glossary, "When does project blue whale start?")["project blue whale"] == ["蓝鲸计划"]


def test_names_are_told_from_terms(tmp_path: Path) -> None:
    glossary = own(tmp_path, "blue whale\t蓝鲸计划\n[names]\nnorthern lights | nl\t北极光\n")
    assert names(glossary, "藍鯨計劃何時開始?") == []
    assert names(glossary, "北極光何時開始?") == [("northern lights", "nl", "北极光")]
    assert names(glossary, "When did NL start, and the blue whale?") == [("northern lights", "nl", "北极光")]
    assert names(glossary, "微軟和高盛") == names(open_glossary(), "微软和高盛")
    assert len(names(glossary, "微軟和高盛")) == 2
    assert names(open_glossary(), "收入和毛利率") == []


@pytest.mark.parametrize("line", ["no tab here", "a\tb\tc", "a |  | b\t资本", "\t资本", "capex\t", "capex\t资本 | "])
def test_a_malformed_line_is_named(line: str, tmp_path: Path) -> None:
    with pytest.raises(SourceError) as caught:
        own(tmp_path, f"# ours\n\ncapex\t资本开支\n{line}\n")
    assert (caught.value.path, caught.value.line) == (tmp_path / "glossary.tsv", 4)
    assert caught.value.hint


def test_a_glossary_that_is_no_text_is_named(tmp_path: Path) -> None:
    with pytest.raises(SourceError) as caught:
        own(tmp_path, b"capex\t\xff\xfe")
    assert caught.value.path == tmp_path / "glossary.tsv"


def test_without_an_own_glossary_the_shipped_one_serves(tmp_path: Path) -> None:
    assert open_glossary(tmp_path).translations("capex") == open_glossary().translations("capex")
