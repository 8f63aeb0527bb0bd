"""What kind of file this is, by its content first and its name's ending second."""

from __future__ import annotations

import io
import re
import zipfile
from pathlib import Path

from rag.errors import SourceError

#: Name endings in lower case → the kind of file that they promise, the plainest kinds first.
ENDINGS = {
    ".txt": "text", ".text": "text", ".md": "markdown", ".markdown": "markdown",
    ".docx": "docx", ".odt": "odt", ".html": "html", ".htm": "html", ".xhtml": "html", ".pdf": "pdf",
    ".srt": "subtitles", ".vtt": "subtitles", ".json": "json",
}  # fmt: skip
_UNSUPPORTED = {
    ".eml": "e-mail", ".msg": "e-mail", ".mbox": "e-mail", ".csv": "a table", ".tsv": "a table",
    ".xlsx": "a spreadsheet", ".xls": "a spreadsheet", ".ods": "a spreadsheet", ".pptx": "a presentation",
    ".ppt": "a presentation", ".doc": "an old Word document", ".rtf": "an RTF document", ".epub": "an e-book",
    ".ass": "styled subtitles", ".ssa": "styled subtitles", ".ttml": "subtitles in XML", ".sbv": "YouTube's own subtitles",
    ".mht": "a web archive", ".mhtml": "a web archive", ".webarchive": "a web archive", ".xml": "XML",
    ".jsonl": "JSON by lines", ".zip": "an archive", ".mp3": "a recording", ".m4a": "a recording", ".wav": "a recording", ".mp4": "a film",
}  # fmt: skip
KNOWN = f"known are {', '.join(sorted(ENDINGS))}"
# No text begins so; its name may be another.
_JSON = re.compile(r"\s*(?:\{\s*\"(?:[^\"\\]|\\.){0,80}\"\s*:|\[\s*\{\s*\")")
_BINARY = {"pdf": "PDF", "docx": "Word document", "odt": "OpenDocument text"}
_PDF = re.compile(rb"\s{0,64}%PDF-\d")
_HTML = re.compile(
    r"(?:\s|\ufeff|<\?xml[^>]{0,200}\?>|<!--.{0,2000}?-->){0,20}(?:<!doctype html|<html[\s>])",
    re.IGNORECASE | re.DOTALL,
)
_SUBTITLES = re.compile(r"\s*(?:\ufeff)?(?:WEBVTT(?:\s|$)|\d+[ \t]*\r?\n[ \t]*\d+:\d\d:\d\d[,.]\d+[ \t]*-->)")


def kind_of_bytes(data: bytes, path: Path) -> str | None:
    """pdf, docx or odt if the bytes are one, whatever the name; None if they may be text.

    Raises:
        SourceError: they are something else that is not text, or not what the name says.
    """
    ending = path.suffix.lower()
    if _PDF.match(data):
        return "pdf"
    if data.startswith(b"PK\x03\x04"):
        return _kind_of_zip(data, path)
    if data.startswith(b"\xd0\xcf\x11\xe0"):
        raise SourceError(
            "this is an old Office document, or one with a password",
            hint="save it as .docx without a password",
            path=path,
        )
    promised = _BINARY.get(ENDINGS.get(ending, ""))
    if promised and data and not _HTML.match(data[:4096].decode("latin-1")):
        raise SourceError(
            f"this is no {promised}: it does not begin as one",
            hint="get the file again, or name it as what it is",
            path=path,
        )
    if ending in _UNSUPPORTED:
        raise SourceError(f"this is {_UNSUPPORTED[ending]} by its name; that is not read", hint=KNOWN, path=path)
    return None


def kind_of_text(text: str, path: Path) -> str:
    """text, markdown, subtitles, json or html: by how the text begins, or else by the name's ending."""
    promised = ENDINGS.get(path.suffix.lower(), "text")
    if _SUBTITLES.match(text):
        return "subtitles"
    if _HTML.match(text):
        return "html"
    if _JSON.match(text):
        return "json"
    return promised


def _kind_of_zip(data: bytes, path: Path) -> str:
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            names = set(archive.namelist())
    except Exception:  # cut off or damaged: the name decides, and its reader says what is wrong
        promised = ENDINGS.get(path.suffix.lower())
        if promised in ("docx", "odt"):
            return promised
        raise SourceError("this is a damaged ZIP archive, not text", hint=KNOWN, path=path) from None
    if "word/document.xml" in names:
        return "docx"
    if "content.xml" in names and path.suffix.lower() != ".ods":
        return "odt"
    raise SourceError("this is a ZIP archive or an Office document that is not read", hint=KNOWN, path=path)
