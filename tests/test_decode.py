"""Which encodings are read, and what is said about files that cannot be."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from rag.errors import SourceError
from rag.transcripts import read
from rag.transcripts.decode import LARGEST, decode, read_text

TRADITIONAL = [
    "主席女士說,今年的訂單比去年多。\n問:明年怎麼看?\n",
    "我們的收入增長了一成。",
    "廣告業務",
    "沈某:好",
    "管理層:\n\n謝謝。",
    "毛利率提升",
    "這一季我們在新市場開設了十二間門店,\r\n客戶的反應比預期好。\r\n",
]
SIMPLIFIED = [
    "主席女士说,今年的订单比去年多。\n问:明年怎么看?\n",
    "我们的收入增长了一成。",
    "谢谢您的提问",
    "毛利率提升",
    "管理层:\n\n这一季我们在新市场开设了十二间门店。\n",
]
WESTERN = [
    "It\u2019s a caf\u00e9 \u2014 \u201cfine\u201d.\nWe\u2019re up 5%.",
    "\u00a35 billion, and na\u00efve r\u00e9sum\u00e9s",
]


@pytest.mark.parametrize("text", TRADITIONAL)
def test_big5_is_told_from_gb18030(text: str) -> None:
    assert decode(text.encode("cp950")) == (text, "cp950")
    assert decode(text.encode("gb18030")) == (text, "gb18030")


@pytest.mark.parametrize("text", SIMPLIFIED)
def test_simplified_text_in_gb18030(text: str) -> None:
    assert decode(text.encode("gb18030")) == (text, "gb18030")


def test_hong_kong_characters_beyond_plain_big5() -> None:
    text = "佢哋嘅生意好咗,啲客都返嚟。"
    with pytest.raises(UnicodeEncodeError):
        text.encode("cp950")
    assert decode(text.encode("big5hkscs")) == (text, "big5hkscs")


@pytest.mark.parametrize("text", WESTERN)
def test_western_text_is_not_taken_for_chinese(text: str) -> None:
    assert decode(text.encode("cp1252")) == (text, "cp1252")


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "utf-32"])
@pytest.mark.parametrize("text", ["Jane Doe: Good day.\nThanks.\n", "管理層:\n\n謝謝各位。\n"])
def test_unicode_encodings(text: str, encoding: str) -> None:
    data = text.encode(encoding)
    assert decode(data) == (text, encoding)
    assert data.decode(encoding) == text


def test_big_endian_utf16_with_a_mark() -> None:
    assert decode(b"\xfe\xff" + "問:好".encode("utf-16-be")) == ("問:好", "utf-16")


def test_the_mark_is_no_text_and_line_ends_are_kept(tmp_path: Path) -> None:
    path = tmp_path / "a.txt"
    path.write_bytes(b"\xef\xbb\xbfone\r\ntwo\rthree\n")
    assert read_text(path) == ("one\r\ntwo\rthree\n", "utf-8-sig")


def test_a_long_text_is_judged_by_its_beginning() -> None:
    text = "這一季的表現比我們預期的好。\n" * 20_000
    assert decode(text.encode("cp950")) == (text, "cp950")
    assert decode(text.encode("utf-16-le")) == (text, "utf-16-le")


@pytest.mark.parametrize(
    ("data", "what"),
    [
        (b"", "empty"),
        (b" \r\n\t\n", "white space"),
        (b"\xef\xbb\xbf", "white space"),
        (b"%PDF-1.7\n", "a PDF"),
        (b"PK\x03\x04rest", "ZIP"),
        (b"\x89PNG\r\n\x1a\n", "PNG"),
        (b"\xff\xd8\xff\xe0", "JPEG"),
        (b"GIF89a", "GIF"),
        (b"{\\rtf1 Hello}", "RTF"),
        (b"\x00\x01\x02\x03\x04\x05\x06", "binary"),
        (bytes(range(256)) * 4, "binary"),
        (b"plain\x00text", "binary"),
    ],
)
def test_what_is_not_a_transcript_is_named(data: bytes, what: str, tmp_path: Path) -> None:
    path = tmp_path / "a.txt"
    path.write_bytes(data)
    with pytest.raises(SourceError) as caught:
        read(path)
    assert what in caught.value.message
    assert caught.value.hint
    assert caught.value.path == path


def test_text_that_begins_with_two_letters_of_an_archive() -> None:
    assert decode(b"PK is short for peak.") == ("PK is short for peak.", "utf-8")


def test_broken_utf8_is_an_error_on_its_line_and_not_another_encoding() -> None:
    data = "第一行\n第二行\n第三行".encode() + b"\xe7\xae\n" + "第四行".encode()
    with pytest.raises(SourceError, match="not valid UTF-8") as caught:
        decode(data)
    assert caught.value.line == 3


@pytest.mark.parametrize(("bom", "cut"), [("utf-8-sig", 1), ("utf-16", 1)])
def test_a_mark_that_lies_is_an_error(bom: str, cut: int) -> None:
    with pytest.raises(SourceError, match="not valid"):
        decode("一\n二".encode(bom)[:-cut])


def test_bytes_in_no_encoding() -> None:
    with pytest.raises(SourceError) as caught:
        decode(b"ab\ncd \x81\xff\xff\x90 \xff")
    assert caught.value.line == 2


def test_a_missing_file(tmp_path: Path) -> None:
    with pytest.raises(SourceError, match="no such file") as caught:
        read(tmp_path / "none.txt")
    assert caught.value.path == tmp_path / "none.txt"


def test_a_folder(tmp_path: Path) -> None:
    with pytest.raises(SourceError, match="folder"):
        read(tmp_path)


def test_a_path_that_cannot_be(tmp_path: Path) -> None:
    with pytest.raises(SourceError):
        read(tmp_path / "a\x00b.txt")
    with pytest.raises(SourceError):
        read(tmp_path / ("n" * 5000))


def test_a_pipe_is_not_waited_for(tmp_path: Path) -> None:
    path = tmp_path / "pipe.txt"
    os.mkfifo(path)
    with pytest.raises(SourceError, match="regular file"):
        read(path)


def test_a_file_too_large_is_not_read(tmp_path: Path) -> None:
    path = tmp_path / "a.txt"
    with path.open("wb") as file:
        file.truncate(LARGEST + 1)  # takes no room on the disk
    with pytest.raises(SourceError, match="256 MB") as caught:
        read(path)
    assert "split" in caught.value.hint


def test_a_file_that_may_not_be_read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "a.txt"
    path.write_text("text")

    def refuse(self: Path) -> bytes:
        raise PermissionError(13, "Permission denied", str(self))

    # Taking the right away does not stop the superuser, as whom tests may run.
    monkeypatch.setattr(Path, "read_bytes", refuse)
    with pytest.raises(SourceError, match="may not be read") as caught:
        read(path)
    assert "a.txt" in caught.value.hint
