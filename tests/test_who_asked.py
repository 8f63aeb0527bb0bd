"""Who asked what: told by the structure of the questions and answers."""

from __future__ import annotations

import pytest

from rag import builder, pipeline, second_stage
from rag.glossary import open_glossary

CALL = """某物流公司第三季度業績電話會

管理層發言:

本季度租金收入為 23 億元,以不變匯率計增長 4%。我們關閉了兩間冷庫。

問答

來自摩根大通的提問者:

謝謝管理層。我想請教新倉庫的選址,未來會不會離港口更近?

管理層回答:

選址取決於土地成本,港口附近的土地偏貴。自動化分揀設備也需要更大的廠房。

來自花旗的提問者:

我的問題是關於司機的薪酬。旺季的時候司機夠用嗎?

管理層回答:

旺季我們會多付一成的薪酬,司機夠用。
"""


@pytest.fixture(scope="module")
def index(tmp_path_factory: pytest.TempPathFactory) -> pipeline.OpenIndex:
    folder = tmp_path_factory.mktemp("asked")
    (folder / "transcripts").mkdir()
    (folder / "transcripts" / "call.txt").write_text(CALL, encoding="utf-8")
    builder.build(folder, [])
    return pipeline.open_index(folder)


@pytest.mark.parametrize(
    ("question", "asker", "quoted"),
    [
        ("誰問了司機的問題?", "來自花旗的提問者:", "我的問題是關於司機的薪酬。"),
        ("谁问到仓库选址?", "來自摩根大通的提問者:", "我想請教新倉庫的選址,未來會不會離港口更近?"),
        # Spoken of in the answer alone.
        ("誰問了自動化分揀的問題?", "來自摩根大通的提問者:", "自動化分揀設備也需要更大的廠房。"),
    ],
)
@pytest.mark.parametrize("reads", [False, True])
def test_the_one_is_named_who_asked(
    index: pipeline.OpenIndex, question: str, asker: str, quoted: str, reads: bool
) -> None:
    found = pipeline.ask(index, question, reranker=second_stage.trained_reader() if reads else None)
    assert found.answered
    assert [citation.quote for citation in found.citations] == [asker, quoted]


@pytest.mark.parametrize(
    "question", ["誰問了匯率?", "哪位分析師問了租金收入?", "誰問了派息?", "Who asked about the weather?"]
)
def test_nobody_asked_what_the_questions_and_answers_do_not_speak_of(index: pipeline.OpenIndex, question: str) -> None:
    assert not pipeline.ask(index, question, reranker=second_stage.trained_reader()).answered


@pytest.mark.parametrize(
    "question", ["What did J.P. Morgan ask?", "What did JPMorgan's analyst ask?", "摩根大通問了什麼?"]
)
def test_what_a_firm_asked_is_found_by_its_name_in_either_language(index: pipeline.OpenIndex, question: str) -> None:
    found = pipeline.ask(index, question)
    assert found.answered
    assert {c.speaker.organisation for c in found.citations if c.speaker} == {"摩根大通"}


def test_a_name_with_points_in_it_is_one_word() -> None:
    (found,) = open_glossary().names("what did j.p. morgan ask")
    assert found.term == "j.p. morgan" and "摩根大通" in found.forms
