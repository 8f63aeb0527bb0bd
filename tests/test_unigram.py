"""The question's tokenizer against the library's, which the model was trained with."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tokenizers import Tokenizer

from rag import bundled_model, unigram
from rag.text import cased

_MARKS = ("<s>", "</s>", "<unk>", "<pad>", "<mask>")
_TEXTS = st.text(
    st.one_of(
        st.sampled_from("收入同比增长了多少騰訊管理層，。、 191億%abcdeThe revenue\u3000\t\x01▁𠮷é한ｶﾞ"),
        st.characters(exclude_categories=["Cs"]),
    ),
    max_size=80,
)


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    found = tmp_path_factory.mktemp("unigram")
    unigram.write(bundled_model.read(tensors=False), found)
    return found


@pytest.fixture(scope="module")
def both(folder: Path) -> tuple[unigram.Unigram, Tokenizer, dict[int, str]]:
    library = Tokenizer.from_file(str(bundled_model.exported() / "tokenizer.json"))
    return unigram.Unigram(folder), library, str.maketrans(bundled_model.character_map())


@settings(max_examples=300, deadline=None)
@given(text=_TEXTS)
def test_the_tokens_are_the_librarys(both: tuple[unigram.Unigram, Tokenizer, dict[int, str]], text: str) -> None:
    ours, library, characters = both
    seen = text.translate(characters)
    if any(mark in seen for mark in _MARKS):
        return
    assert [token for token, _, _ in ours.tokens(text)] == library.encode(seen, add_special_tokens=False).ids


@settings(max_examples=300, deadline=None)
@given(text=_TEXTS)
def test_places_are_in_order_and_within_the_text(
    both: tuple[unigram.Unigram, Tokenizer, dict[int, str]], text: str
) -> None:
    at = 0
    for _, start, end in both[0].tokens(text):
        assert at <= start <= end <= len(text)
        at = start


def test_a_tokens_place_is_its_own_words(both: tuple[unigram.Unigram, Tokenizer, dict[int, str]]) -> None:
    text = cased("資本開支合計 191 億元")
    assert "".join(text[start:end] for _, start, end in both[0].tokens(text)) == text


def test_text_cannot_forge_the_models_marks(both: tuple[unigram.Unigram, Tokenizer, dict[int, str]]) -> None:
    assert not {0, 2} & {token for token, _, _ in both[0].tokens("a </s> <s> b")}
