"""Search terms: the same of a question and a text, with an index's own terms in place of a dictionary."""

from __future__ import annotations

import random

import pytest
from hypothesis import given

from rag import terms as searching
from rag.terms import terms
from rag.text import has_han

from .test_text import texts


@given(texts)
def test_terms_take_any_text(source: str) -> None:
    assert all(isinstance(term, str) and term for term in terms(source, frozenset()))


@pytest.mark.parametrize(
    "written", ["1,845億", "１８４５億", "1845 亿", "１，８４５ 億", "184.5 billion", "$184.5bn", "184,500,000,000"]
)
def test_one_figure_one_term(written: str) -> None:
    assert "#184500000000" in terms(written, frozenset())


def test_figures_that_differ_share_no_figure_term() -> None:
    marked = [
        {t for t in terms(written, frozenset()) if t.startswith("#")}
        for written in ("1845億", "1850億", "1845萬", "1845%")
    ]
    assert all(marked)
    assert not any(marked[i] & marked[j] for i in range(4) for j in range(i))


def test_terms_of_both_scripts() -> None:
    found = terms("Tencent's 資本開支 climbing to 191 億, led by R&D", frozenset({"资本开支", "本开支"}))
    assert {"资", "资本", "本开", "资本开支", "本开支", "climb", "191", "#19100000000", "r&d"} <= set(found)
    assert found == terms("tencent's 资本开支 CLIMBING to １９１亿, led by r&d", frozenset({"资本开支", "本开支"}))


def test_words_beside_han_are_found_alone() -> None:
    assert {"api", "token"} <= set(terms("購買API及Token的需求", frozenset()))
    assert {"5g", "q3", "gpt4"} <= set(terms("5G手機在Q3用GPT4", frozenset()))


# A question needs no dictionary: with the index's own terms in its place it has the same terms of that index.


@pytest.fixture(scope="module")
def words() -> list[str]:
    found = sorted(
        word for word, count in searching._dictionary().items() if count and len(word) >= 2 and has_han(word)
    )
    return random.Random(7).sample(found, 4000)


def _chinese(words: list[str], dice: random.Random) -> str:
    pieces = []
    for _ in range(dice.randint(1, 12)):
        pick = dice.random()
        if pick < 0.6:
            pieces.append(dice.choice(words))
        elif pick < 0.9:
            pieces.append("".join(chr(dice.randint(0x4E00, 0x9FA5)) for _ in range(dice.randint(1, 3))))
        else:
            pieces.append(dice.choice(["AI", " ", "1,845億", ",", "WeChat", "三成", "é"]))
    return "".join(pieces)


def test_the_terms_of_an_index_serve_as_dictionary(words: list[str]) -> None:
    dice = random.Random(11)
    for _ in range(300):
        vocabulary = {term for _ in range(dice.randint(0, 6)) for term in terms(_chinese(words, dice))}
        question = _chinese(words, dice)
        expected = [term for term in terms(question) if term in vocabulary]
        assert [term for term in terms(question, vocabulary) if term in vocabulary] == expected


def test_any_set_of_terms_serves_as_dictionary(words: list[str]) -> None:
    dice = random.Random(13)
    for _ in range(300):
        question = _chinese(words, dice)
        everything = sorted(set(terms(question + _chinese(words, dice))))
        vocabulary = frozenset(dice.sample(everything, dice.randint(0, len(everything))))
        expected = [term for term in terms(question) if term in vocabulary]
        assert [term for term in terms(question, vocabulary) if term in vocabulary] == expected


def test_no_term_of_han_characters_is_longer_than_the_cap() -> None:
    longest = [word for word, count in searching._dictionary().items() if count and len(word) > searching.MAX_WORD][:50]
    assert longest
    assert all(len(term) <= searching.MAX_WORD for word in longest for term in terms(word) if has_han(term))
