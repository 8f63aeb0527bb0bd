"""What meeting recorders and speech services write: names before each cue, numbers and letters for speakers."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from rag import transcripts


def turns(folder: Path, name: str, text: str) -> list[tuple[str, str]]:
    """Who speaks, and what."""
    (folder / name).write_text(text, encoding="utf-8")
    transcript = transcripts.read(folder / name)
    return [
        (turn.speaker.name, transcript.text[turn.span.char_start : turn.span.char_end]) for turn in transcript.turns
    ]


def srt(*cues: str) -> str:
    return "\n".join(f"{n}\n00:00:{n:02},000 --> 00:00:{n:02},900\n{cue}\n" for n, cue in enumerate(cues, 1))


def test_names_that_a_recorder_puts_before_each_cue_are_voices(tmp_path: Path) -> None:
    text = srt(
        "Doe, Jane (Finance): Good morning, and",
        "Doe, Jane (Finance): welcome to\nour call.",
        "林雅 | 投資者關係: 下面是問答:",
        "林雅 | 投資者關係: 請先生提問。",
        "Doe, Jane (Finance): Note: a record.",
        "Doe, Jane (Finance): That is all.",
    )
    assert turns(tmp_path, "a.srt", text) == [
        ("Doe, Jane (Finance)", "Good morning, and welcome to our call."),
        ("林雅 | 投資者關係", "下面是問答:請先生提問。"),
        ("Doe, Jane (Finance)", "Note: a record. That is all."),
    ]


def test_words_before_a_colon_are_no_voices_where_a_cue_has_none(tmp_path: Path) -> None:
    text = srt("Doe, Jane: One", "Doe, Jane: two", "and this:", "Doe, Jane: three", "without a name, four.")
    assert turns(tmp_path, "a.srt", text) == []


def test_an_analyst_with_a_letter_is_not_the_manager_before(tmp_path: Path) -> None:
    text = srt("財務長王大明：毛利率是百分之四十。", "[音樂]", "分析師 A: 請問明年的資本支出?", "分析師 B: 還有股利?")
    assert [name for name, _ in turns(tmp_path, "a.srt", text)] == ["王大明", "分析師 A", "分析師 B"]


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ({"segments": [{"start": 0, "end": 2, "text": "Hello.", "speaker": "A"},
                       {"start": 2, "end": 4, "text": "Thanks.", "speaker": "agent"}]}, ["Speaker A", "agent"]),
        ({"transcripts": [{"channel_id": 0, "sentences": [
            {"begin_time": 100, "end_time": 2200, "text": "你好。", "speaker_id": 0},
            {"begin_time": 2300, "end_time": 4200, "text": "謝謝。", "speaker_id": 1}]}]}, ["Speaker 0", "Speaker 1"]),
    ],
)  # fmt: skip
def test_speakers_of_services(value: object, expected: list[str], tmp_path: Path) -> None:
    assert [name for name, _ in turns(tmp_path, "a.json", json.dumps(value))] == expected
    transcript = transcripts.read(tmp_path / "a.json")
    assert transcript.turns[-1].time_end in (4, 4.2)
    # A letter is nobody's side.
    assert {turn.speaker.role.value for turn in transcript.turns} == {"unknown"}
