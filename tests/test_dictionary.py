"""The general bilingual dictionary: the shipped file, looking up by halving, and what it leaves to the glossary."""

from __future__ import annotations

from importlib.resources import files

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rag.dictionary import Dictionary, open_dictionary
from rag.glossary import open_glossary
from rag.text import fold, has_han

WORDS = st.text(st.sampled_from("abz河流"), min_size=1, max_size=4)


def terms(question: str) -> dict[str, tuple[str, ...]]:
    folded = fold(question)
    known = open_glossary().translations(folded)
    return {found.term: found.forms for found in open_dictionary().translations(folded, known)}


@given(st.dictionaries(WORDS, st.lists(WORDS, min_size=1, max_size=3), min_size=1, max_size=12), WORDS)
def test_every_line_is_found_and_nothing_else(lines: dict[str, list[str]], other: str) -> None:
    held = sorted(("\t".join((word, "|".join(forms))) + "\n" for word, forms in lines.items()), key=str.encode)
    dictionary = Dictionary("".join(held).encode())
    for word in (*lines, other):
        assert dictionary.forms(word) == tuple(lines.get(word, ()))


def test_the_shipped_lines_are_sorted_folded_and_go_both_ways() -> None:
    lines = files("rag").joinpath("data/dictionary.tsv").read_text(encoding="utf-8").splitlines()
    assert lines == sorted(lines, key=str.encode)
    held = dict(line.split("\t") for line in lines if not line.startswith("#"))
    assert len(held) > 100_000
    for word in (*list(held)[::500], "river", "河流"):
        assert word == fold(word)
        for form in held[word].split("|"):
            assert has_han(form) is not has_han(word)
            # From Chinese a single character is not looked up.
            assert len(form) == 1 or word in held[form].split("|")


@pytest.mark.parametrize(
    ("question", "term", "form"),
    [
        ("Which rivers are the longest?", "rivers", "河流"),
        ("哪條河流最長?", "河流", "river"),
        ("What did the Prime Minister announce?", "prime minister", "总理"),
        ("自行車在哪裡生產?", "自行车", "bicycle"),
    ],
)
def test_words_are_found_in_both_languages(question: str, term: str, form: str) -> None:
    assert form in terms(question)[term]


def test_what_the_glossary_knows_is_left_to_it() -> None:
    assert "capital" in terms("What is the capital of France?")
    assert not {"capital", "expenditure"} & set(terms("What is the capital expenditure in France?"))
    assert "开支" not in terms("騰訊的資本開支是多少?")


@pytest.mark.parametrize("text", ["", " ", "?", "\n", "\t", "#", "字", "\ud800", "🙂" * 50, "q" * 5000, "|"])
def test_any_text_may_be_looked_up(text: str) -> None:
    assert open_dictionary().translations(text) == []
