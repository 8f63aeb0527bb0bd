"""The second stage: what is read without torch is what the trained network says, and the new order keeps its word."""

from __future__ import annotations

import json
import sys
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from rag import builder, cross_encoder, pipeline, processor, second_stage
from rag.cross_encoder import CrossEncoder, Pair, heading, tail
from rag.errors import EncoderError
from rag.evidence import Evidence
from rag.glossary import open_glossary
from rag.judged import Judged
from rag.question import analyse
from rag.ranker import Ranked, Sentence
from rag.records import Hit, Passage, SectionKind, Span
from rag.second_stage import DEPTH, LibraryReranker, Weights, rerank
from rag.text import cased

from .conftest import RunRag

ROOT = Path(__file__).parents[1]
QUESTIONS = ("本季資本開支是多少?", "How much did the advertising business grow?")
PASSAGES = (
    "資本開支合計 191 億元，年增 119%，主要用在伺服器與機房。",
    "廣告業務收入 358 億元，同比增長 20%。視頻號與搜索的廣告增長最快。",
    "接下來是問答環節，請第一位分析師發問。",
    "The number of employees was 111,221 at the end of June, against 105,506 a year earlier.",
    "我們會繼續控制成本，" * 60,
)
#: What the passages answer, in part more than is read of it.
BEFORE = ("資本開支有多少?", "", "", "How many people work for you now?", "成本怎麼辦?" * 90)
#: Logits by the trained network range over some ten units; numbers of 8 bits, or weights of 7, move them by so much on
#: average and at most.
OFF = {False: (0.1, 0.5), True: (0.2, 1.0)}


def _with(question: str) -> list[Pair]:
    return [Pair(question, passage, before) for passage, before in zip(PASSAGES, BEFORE, strict=True)]


@pytest.fixture(scope="module")
def reader() -> CrossEncoder:
    return CrossEncoder()


@pytest.mark.parametrize("narrow", [False, True])
def test_scores_are_the_trained_networks(monkeypatch: pytest.MonkeyPatch, narrow: bool) -> None:
    if not narrow and not processor.adds_bytes_safely():
        pytest.skip("on this processor sums of 8-bit products overflow, so that it is never given this network")
    monkeypatch.setattr(processor, "adds_bytes_safely", lambda: not narrow)
    reader = CrossEncoder()
    monkeypatch.setattr(sys, "path", [*sys.path, str(ROOT / "scripts")])
    import reader_model
    import torch
    from reader_groups import Tokens

    network, tokens = reader_model.load(ROOT / "rag" / "data" / "reader.safetensors"), Tokens()
    off = []
    for question in QUESTIONS:
        pairs = _with(question)
        (asked, _), *texts = tokens.encode([cased(question), *map(cased, PASSAGES), *(cased(tail(b)) for b in BEFORE)])
        for (ids, _), (before, _), ours in zip(
            texts[: len(pairs)], texts[len(pairs) :], reader.judge(pairs), strict=True
        ):
            head = heading(asked, before[-cross_encoder.BEFORE :])
            with torch.inference_mode():
                theirs = network.forward([(np.array(head), np.array(ids))])
            inside = slice(len(head) + 3, len(head) + 3 + len(ours.places))
            off += [ours.relevance - theirs.relevance.item(), ours.answers - theirs.answers.item()]
            off += (ours.starts - theirs.start[0, inside].numpy()).tolist()
            off += (ours.ends - theirs.end[0, inside].numpy()).tolist()
    mean, most = OFF[narrow]
    assert np.mean(np.abs(off)) < mean
    assert np.max(np.abs(off)) < most


def test_a_passages_scores_do_not_depend_on_its_company(reader: CrossEncoder) -> None:
    together = reader.judge(_with(QUESTIONS[0]))
    for pair, found in zip(_with(QUESTIONS[0]), together, strict=True):
        (alone,) = reader.judge([pair])
        assert (alone.relevance, alone.answers) == (found.relevance, found.answers)
        assert np.array_equal(alone.starts, found.starts)


@pytest.mark.parametrize(("question", "right"), [(QUESTIONS[0], 0), (QUESTIONS[1], 1)])
def test_the_passage_that_answers_is_the_most_relevant(reader: CrossEncoder, question: str, right: int) -> None:
    assert int(np.argmax([found.relevance for found in reader.judge(_with(question))])) == right


def test_places_are_the_passages_own_characters(reader: CrossEncoder) -> None:
    passage = "營業收入　ＡＢＣ ㈱１２３億"
    (found,) = reader.judge([Pair(QUESTIONS[0], passage)])
    assert found.places[0, 0] == 0
    assert found.places[-1, 1] == len(passage)
    assert (found.places[:, 0] <= found.places[:, 1]).all()
    assert found.share(0, len(passage)) == pytest.approx(1, abs=1e-5)


@pytest.mark.parametrize("passage", ["", " ", "\ud800", "x" * 5000])
def test_any_text_is_read(reader: CrossEncoder, passage: str) -> None:
    (found,) = reader.judge([Pair("\ud800 多少?", passage, passage)])
    assert np.isfinite([found.relevance, found.answers]).all()


_QUESTION = analyse("q", open_glossary(), frozenset())


def _nothing(row: int) -> str:
    """What is asked before a passage of no exchange."""
    return ""


class _Told:
    """A reranker that is told what to say: relevance by passage, the answer in all of it."""

    same, cross = Weights(relevance=1.0, share=0.5), Weights(relevance=0.5, share=0.0)

    def __init__(self, relevance: Sequence[float]):
        self._relevance = relevance

    def judge(self, pairs: Sequence[Pair]) -> list[Judged]:
        places = np.array([[0, 9]])
        return [Judged(r, r, np.zeros(1), np.zeros(1), places) for r, _ in zip(self._relevance, pairs, strict=False)]


def _entry(number: int, score: float, *, same: bool = True) -> Ranked:
    passage = Passage(f"{number:04}", "d", chr(0x4E00 + number) * 9, Span(0, 9, 1, 1), SectionKind.BODY)
    return Ranked(Hit(passage, score), number, same, (Sentence(0, 9, Evidence(0.0, 0.0)),))


class _Sees:
    """A reranker that takes all passages for answers, most that with some words, and sees the answer at these."""

    def __init__(self, words: str, share: float = 0.05):
        self._words = words
        self.same = self.cross = Weights(relevance=0.0, share=share)

    def judge(self, pairs: Sequence[Pair]) -> list[Judged]:
        return [self._judged(pair.passage) for pair in pairs]

    def _judged(self, passage: str) -> Judged:
        at = np.arange(len(passage))
        logits = np.where(at == passage.find(self._words), 20.0, 0.0)
        return Judged(0.0, 8.0 if self._words in passage else 4.0, logits, logits, np.stack([at, at + 1], 1))


@given(st.lists(st.tuples(st.floats(0, 3), st.floats(-9, 9)), max_size=20), st.integers(0, 3))
def test_the_order_is_by_score_and_nothing_is_lost(told: list[tuple[float, float]], more: int) -> None:
    scores = sorted((score for score, _ in told), reverse=True)
    ranked = [_entry(number, score) for number, score in enumerate(scores)]
    found = rerank(_QUESTION, ranked, _Told([relevance for _, relevance in told]), _nothing, DEPTH)
    assert sorted(entry.row for entry in found) == list(range(len(ranked)))
    assert [entry.row for entry in found[DEPTH:]] == list(range(DEPTH, len(ranked)))
    assert all(a.hit.score >= b.hit.score for a, b in zip(found, found[1:], strict=False))


def test_each_language_has_its_own_weights() -> None:
    found = rerank(
        _QUESTION,
        [_entry(0, 3.0), _entry(1, 2.0, same=False), _entry(2, 1.0)],
        _Told([-2.0, 2.0, 0.0]),
        _nothing,
        DEPTH,
    )
    assert [(entry.row, entry.hit.score, entry.answers) for entry in found] == [
        (1, 3.0, 2.0),
        (0, 1.0, -2.0),
        (2, 1.0, 0.0),
    ]
    # Where the answer stands counts as much as its passage is likely to be the one that answers.
    chances = np.exp([2.0, -2.0, 0.0]) / np.exp([2.0, -2.0, 0.0]).sum()
    assert [entry.sentences[0].seen for entry in found] == pytest.approx([0.0, 0.5 * chances[1], 0.5 * chances[2]])


def test_a_library_cross_encoder_takes_the_readers_place(tmp_path: Path) -> None:
    from transformers import BertConfig, BertForSequenceClassification, PreTrainedTokenizerFast

    from rag import bundled_model

    tokenizer = PreTrainedTokenizerFast(
        tokenizer_file=str(bundled_model.exported() / "tokenizer.json"), pad_token="<pad>", unk_token="<unk>"
    )
    shape = {"hidden_size": 8, "num_hidden_layers": 1, "num_attention_heads": 1, "intermediate_size": 8}
    config = BertConfig(vocab_size=len(tokenizer), num_labels=1, max_position_embeddings=64, **shape)
    BertForSequenceClassification(config).save_pretrained(tmp_path)
    tokenizer.model_max_length = 64
    tokenizer.save_pretrained(tmp_path)
    found = LibraryReranker(str(tmp_path)).judge(_with(QUESTIONS[0])[:3])
    assert len(found) == 3
    assert all(0 < judged.relevance < 1 and judged.share(0, 9) == 0 for judged in found)


def test_a_reranker_that_is_none_is_said_in_words(tmp_path: Path) -> None:
    with pytest.raises(EncoderError) as caught:
        LibraryReranker(str(tmp_path))
    assert "--reranker" in caught.value.hint


def test_the_shipped_reader_is_small() -> None:
    assert (ROOT / "rag" / "data" / "reader.safetensors").stat().st_size < 25e6


def test_the_reader_is_opened_once() -> None:
    assert second_stage.trained_reader() is second_stage.trained_reader()


def test_fast_leaves_the_second_stage_out(run_rag: RunRag, small_index: Path) -> None:
    found = {
        flags: json.loads(run_rag("search", "燃油成本佔多少?", "--json", "-k", "99", *flags, index=small_index).stdout)[
            "hits"
        ]
        for flags in ((), ("--fast",))
    }
    plain = [hit["score"] for hit in found["--fast",]]
    assert sorted(hit["text"] for hit in found[()]) == sorted(hit["text"] for hit in found["--fast",])
    assert plain == sorted(plain, reverse=True) != [hit["score"] for hit in found[()]]


def test_what_was_read_raises_and_lowers_the_confidence(sample_index: Path) -> None:
    index = pipeline.open_index(sample_index)
    for question, answers in (("Hunyuan 3D 在哪個網站的模型裡排名居首？", True), ("公司的總部設在哪一條街?", False)):
        first = pipeline.ask(index, question)
        second = pipeline.ask(index, question, reranker=second_stage.trained_reader())
        assert second.answered is answers
        assert (second.confidence > first.confidence) is answers


@pytest.mark.parametrize(
    ("question", "words"),
    [
        ("Hunyuan 3D 在哪個網站的 3D 生成模型裡排名居首？", "HuggingFace"),
        ("财务成本为什么比去年高出将近三成？", "利息支出上升，匯兌損失也擴大"),
        # A figure is told by its unit, with the second stage as without.
        ("資本開支總共多少?", "191 億元"),
        # Across languages the reader errs too often for its words to be shown.
        ("On which website does Hunyuan 3D rank first among models that generate 3D?", None),
    ],
)
def test_the_words_that_answer_are_highlighted(sample_index: Path, question: str, words: str | None) -> None:
    index = pipeline.open_index(sample_index)
    citation = pipeline.ask(index, question, reranker=second_stage.trained_reader()).citations[0]
    begin = citation.span.char_start
    shown = None if citation.highlight is None else citation.quote[slice(*(at - begin for at in citation.highlight))]
    assert shown == words


@pytest.mark.parametrize(
    ("question", "words"),
    [("廣告業務為什麼成長?", "AI 讓每一次曝光賺得更多"), ("雲端業務表現如何?", "由 Martin 說明")],
)
def test_where_the_second_stage_sees_the_answer_is_quoted(sample_index: Path, question: str, words: str) -> None:
    index = pipeline.open_index(sample_index)
    answer, plain = (pipeline.ask(index, question, reranker=_Sees(seen)) for seen in (words, "nowhere"))
    assert any(words in citation.quote for citation in answer.citations)
    assert not any(words in citation.quote for citation in plain.citations)


def test_who_asked_does_not_stand_where_the_second_stage_reads(sample_index: Path) -> None:
    index, question = pipeline.open_index(sample_index), "是誰問廣告業務的成長?"
    found, plain = (pipeline.ask(index, question, reranker=_Sees(s, 5.0)) for s in ("同業則在", "nowhere"))
    assert found.citations == plain.citations != ()


def test_the_likeliest_answer_ends_after_it_begins_and_is_short() -> None:
    places = np.stack([np.arange(60), np.arange(60) + 1], 1)
    starts, ends = np.zeros(60, np.float32), np.zeros(60, np.float32)
    starts[40], ends[38], ends[43], starts[2] = 9, 9.5, 9, 8.5
    found = Judged(0.0, 0.0, starts, ends, places).answer()
    assert found is not None and found[:2] == (40, 44)
    likely = np.exp(starts[40]) / np.exp(starts).sum() * np.exp(ends[43]) / np.exp(ends).sum()
    assert found[2] == pytest.approx(likely, rel=1e-5)
    nothing = np.zeros(0, np.float32)
    assert Judged(0.0, 0.0, nothing, nothing, np.zeros((0, 2), np.int64)).answer() is None


@pytest.mark.parametrize(
    ("question", "asker"),
    [
        ("花旗的分析師問了哪些問題?", "來自花旗的提問者"),
        ("What did the analyst from Citigroup ask?", "來自花旗的提問者"),
        ("摩根大通的分析師問了什麼?", "來自摩根大通的提問者"),
    ],
)
def test_what_a_named_analyst_asked_is_told_by_the_structure(sample_index: Path, question: str, asker: str) -> None:
    index = pipeline.open_index(sample_index)
    answer = pipeline.ask(index, question, reranker=second_stage.trained_reader())
    assert answer.answered
    assert all(c.is_question and c.speaker is not None and c.speaker.name == asker for c in answer.citations)
    assert answer.citations[0].quote.endswith(("?", "？"))


CALL = """Northwind Robotics Q3 2025 earnings call

Operator: Welcome to the call. We will now take questions.

Ann Lee -- Citigroup -- Analyst

Will Northwind invest about 300 million dollars in new plants next year, as the market expects?

Jane Roe -- Chief Financial Officer

We will invest 210 million dollars in new plants next year, mostly in Ohio.

Bob Coe -- UBS -- Analyst

Is the dividend now 40 cents?

Jane Roe -- Chief Financial Officer

The dividend is now 45 cents a share.
"""


@pytest.mark.parametrize(
    ("question", "stated"),
    [
        ("How much will Northwind invest next year?", "210 million"),
        ("明年投資多少?", "210 million"),
        ("What is the dividend now?", "45 cents"),
    ],
)
def test_what_management_says_comes_before_what_an_analyst_supposes(tmp_path: Path, question: str, stated: str) -> None:
    (tmp_path / "transcripts").mkdir()
    (tmp_path / "transcripts" / "northwind.txt").write_text(CALL, encoding="utf-8")
    builder.build(tmp_path, [])
    answer = pipeline.ask(pipeline.open_index(tmp_path), question, reranker=second_stage.trained_reader())
    assert answer.answered
    assert stated in answer.citations[0].quote and not answer.citations[0].is_question


@pytest.mark.parametrize("question", ["管理層怎麼看 AAA 遊戲?", "廣告的增速會放慢嗎?"])
def test_what_is_supposed_is_not_quoted_beside_what_is_stated(sample_index: Path, question: str) -> None:
    answer = pipeline.ask(pipeline.open_index(sample_index), question, reranker=second_stage.trained_reader())
    assert answer.answered and not any(citation.is_question for citation in answer.citations)


def test_who_asked_is_told_by_the_structure_whatever_the_reader_thinks(tmp_path: Path) -> None:
    (tmp_path / "transcripts").mkdir()
    (tmp_path / "transcripts" / "northwind.txt").write_text(CALL, encoding="utf-8")
    builder.build(tmp_path, [])
    index = pipeline.open_index(tmp_path)
    for question, asker in (
        ("Who asked about the dividend?", "Bob Coe"),
        ("Who asked about new plants?", "Ann Lee"),
        ("Who asked about the weather on Mars?", None),
    ):
        answer = pipeline.ask(index, question, reranker=second_stage.trained_reader())
        assert answer.answered == (asker is not None)
        assert asker is None or asker in answer.citations[0].quote


ASKED_BACK = """Northwind Robotics Q3 2025 earnings call

Ann Lee -- Citigroup -- Analyst

And where does the Heron stand among your machines?

Jane Roe -- Chief Financial Officer

Thank you, Ann. You mean what kind of machine it is, correct?

Ann Lee -- Citigroup -- Analyst

For hospitals.

Jane Roe -- Chief Financial Officer

We sell the Heron as a machine for kitchens, and hospitals buy it for theirs.
"""


def test_what_management_asks_back_states_nothing(tmp_path: Path) -> None:
    (tmp_path / "transcripts").mkdir()
    (tmp_path / "transcripts" / "northwind.txt").write_text(ASKED_BACK, encoding="utf-8")
    builder.build(tmp_path, [])
    index = pipeline.open_index(tmp_path)
    question = "Which kind of machine is the Heron?"
    texts = [hit.passage.text for hit in pipeline.search(index, question)]
    said = [text for text in texts if "kitchens" in text or "correct?" in text]
    assert len(said) == 2 and "kitchens" in said[0]
    assert "kitchens" in pipeline.ask(index, question, min_confidence=0.0).citations[0].quote


def test_what_one_asked_who_is_not_on_the_call_is_not_answered(sample_index: Path) -> None:
    index = pipeline.open_index(sample_index)
    assert not pipeline.ask(index, "高盛的分析師問了什麼?", reranker=second_stage.trained_reader()).answered


def test_fast_with_a_reranker_is_wrong_usage(run_rag: RunRag, small_index: Path) -> None:
    outcome = run_rag("ask", "x", "--fast", "--reranker", "y", index=small_index)
    assert outcome.returncode == 2
    assert "--reranker" in outcome.stderr
