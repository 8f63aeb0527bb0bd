"""Which sentences answer, where nothing but the words tells; and how sure that is."""

from __future__ import annotations

import numpy as np
import pytest

from rag import builder, exchanges, pipeline, render
from rag.citation import as_json
from rag.records import Answer, Hit
from rag.retriever import Scored
from rag.second_stage import trained_reader

CALL = """某鑽探公司第三季度業績會

本季度收入為 23 億元,增長 4%。我們關閉了兩個倉庫。

你們覺得鑽機數量什麼時候見底?
我覺得鑽機數量在二月已經見底,之後每週都在增加。
那麼鋼材的關稅對成本有什麼影響?
鋼材庫存用完之後,關稅每年大約增加成本 600 萬元。
"""


@pytest.fixture(scope="module")
def index(tmp_path_factory: pytest.TempPathFactory) -> pipeline.OpenIndex:
    folder = tmp_path_factory.mktemp("read")
    (folder / "transcripts").mkdir()
    (folder / "transcripts" / "call.txt").write_text(CALL, encoding="utf-8")
    builder.build(folder, [])
    return pipeline.open_index(folder)


REPLIES = """Foo Mills Call

Operator: Welcome.

Operator: Next, Max Hart of Bar Securities.

Max Hart: Thanks for taking my question, and congratulations on a very fine quarter in every region that you are in. Has the new mill at Loe reached full output?

CEO: Not yet.

Max Hart: And when will the mill at Loe pay a dividend to the owners of it?

CEO: The mill at Loe will pay a dividend of three cents to its owners when it has reached its full output, next spring, if the water licence comes.
"""


@pytest.fixture(scope="module")
def replies(tmp_path_factory: pytest.TempPathFactory) -> pipeline.OpenIndex:
    folder = tmp_path_factory.mktemp("replies")
    (folder / "transcripts").mkdir()
    (folder / "transcripts" / "mills.txt").write_text(REPLIES, encoding="utf-8")
    builder.build(folder, [])
    return pipeline.open_index(folder)


def test_a_short_answer_is_shown_with_what_was_asked(replies: pipeline.OpenIndex) -> None:
    rows = range(len(replies.store))
    cited = {p.text: pipeline.cite_hit(replies, Hit(p, 0.0)) for p in map(replies.store.passage, rows)}
    short = next(citation for text, citation in cited.items() if text == "Not yet.")
    long = next(citation for text, citation in cited.items() if "three cents" in text)
    asks = next(citation for text, citation in cited.items() if "full output?" in text)
    assert short.asked_by == "Max Hart" and short.asked and short.asked.endswith("reached full output?")
    assert as_json(short)["asked"] == short.asked
    assert asks.asked is None and "asked" not in as_json(asks)
    shown = [render.answer(Answer("?", True, 0.9, "", (c,)), render.Style(False)) for c in (short, long, asks)]
    assert "asked by Max Hart: … " in shown[0] and "Has the new mill at Loe reached full output?" in shown[0]
    assert all("asked by" not in text for text in shown[1:])


def test_the_answers_to_a_question_that_is_found_are_candidates_too(replies: pipeline.OpenIndex) -> None:
    store = replies.store
    texts = [store.passage(row).text for row in range(len(store))]
    asked, reply = next(row for row, text in enumerate(texts) if "full output?" in text), texts.index("Not yet.")
    other = next(row for row, text in enumerate(texts) if "Welcome" in text)
    found = [Scored(asked, 1.0, 0.5, 0.8), Scored(other, 0.5, 0.1, 0.7)]
    assert exchanges.with_answers(found, store, None) == [found[0], Scored(reply, 1.0, 0.5, 0.8), found[1]]
    # One that is better already stays where it is; what a filter leaves out stays out.
    better = Scored(reply, 2.0, 0.9, 0.9)
    assert exchanges.with_answers([better, *found], store, None) == [better, *found]
    assert exchanges.with_answers(found, store, np.arange(len(store)) != reply) == found


def test_a_reply_is_told_by_what_was_asked(replies: pipeline.OpenIndex) -> None:
    found = pipeline.ask(replies, "Does the Loe mill run at full output?", reranker=trained_reader())
    assert [citation.quote for citation in found.citations][:1] == ["Not yet."]


@pytest.mark.parametrize(
    ("question", "words"),
    [("鑽機數量什麼時候見底?", "二月已經見底"), ("關稅對成本有什麼影響?", "每年大約增加成本")],
)
def test_where_nobody_is_named_what_answers_stands_behind_the_question(
    index: pipeline.OpenIndex, question: str, words: str
) -> None:
    found = pipeline.ask(index, question)
    assert words in found.citations[0].quote
    assert not any(citation.quote.endswith("?") for citation in found.citations)


@pytest.mark.parametrize("question", ["...", "?!", "——"])
def test_marks_alone_are_not_answered(index: pipeline.OpenIndex, question: str) -> None:
    found = pipeline.ask(index, question)
    assert not found.answered and found.confidence == 0


@pytest.mark.parametrize(("confidence", "unsure"), [(0.36, True), (0.9, False)])
def test_an_answer_that_may_well_be_wrong_says_so(index: pipeline.OpenIndex, confidence: float, unsure: bool) -> None:
    citations = pipeline.ask(index, "關稅對成本有什麼影響?").citations
    shown = render.answer(Answer("?", True, confidence, "", citations), render.Style(False))
    assert (f"Not sure that this answers it. (confidence {confidence:.2f})" in shown) is unsure


def test_the_lines_that_are_cited_are_marked(index: pipeline.OpenIndex) -> None:
    for reference, marked in (("call:6", [6]), ("call:5-7", [5, 6, 7]), ("call:4", [5, 6, 7, 8])):
        shown = render.context(*pipeline.show(index, reference), render.Style(False)).splitlines()
        assert [int(line.split()[1]) for line in shown if line.startswith(">")] == marked, reference
