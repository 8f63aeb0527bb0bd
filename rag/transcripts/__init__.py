"""A transcript file → ``Transcript``: decoded text, sections, turns and exchanges.

The straight line: ``decode`` → ``kinds`` → one module per format, which gives ``Extracted`` → ``structure.understand``,
which runs ``lines`` → ``headings`` → ``speakers`` → ``introductions`` → ``evidence`` → ``sections`` → ``turns`` → ``exchanges``. Subtitles and
speech recognition are composed by ``cues``, pages and documents by ``blocks``.
"""

from __future__ import annotations

from pathlib import Path

from rag.errors import SourceError
from rag.records import Transcript
from rag.transcripts import docx, html, odt, pdf, speech_json, subtitles
from rag.transcripts.decode import decode, read_bytes
from rag.transcripts.extracted import Extracted
from rag.transcripts.kinds import ENDINGS, KNOWN, kind_of_bytes, kind_of_text
from rag.transcripts.structure import understand

__all__ = ["KNOWN", "PLAIN", "SUFFIXES", "VERSION", "parse", "plainness", "read"]

#: To be raised whenever a file is read or understood otherwise than before: the next build reads all files again.
VERSION = 4
#: The file name endings, in lower case, that ``read`` understands.
SUFFIXES = frozenset(ENDINGS)

_OF_BYTES = {"pdf": pdf.extract, "docx": docx.extract, "odt": odt.extract}
_OF_TEXT = {"subtitles": subtitles.extract, "json": speech_json.extract, "html": html.extract}


def read(path: Path) -> Transcript:
    """Reads and recognises one file, of the kind that its content shows or else its name's ending.

    Raises:
        SourceError: the file is missing, a folder, unreadable, empty, of no known kind or encoding, damaged, or nothing
            is said in it.
    """
    data = read_bytes(path)
    kind = kind_of_bytes(data, path)
    if kind is not None:
        return _of(_OF_BYTES[kind](data, path), path)
    text, encoding = decode(data, path=path)
    kind = kind_of_text(text, path)
    if kind in _OF_TEXT:
        return _of(_OF_TEXT[kind](text, encoding, path), path)
    return parse(text, encoding=encoding, markdown=kind == "markdown")


#: The plainness of the formats whose text is the file's own, at most.
PLAIN = 1


def plainness(path: Path) -> int:
    """The place of a file's format, by its name, among those that ``read`` knows: 0 is plain text, 1 Markdown."""
    kinds = list(dict.fromkeys(ENDINGS.values()))
    return kinds.index(ENDINGS.get(path.suffix.lower(), "text"))


def parse(text: str, *, encoding: str = "utf-8", markdown: bool = False) -> Transcript:
    """Recognises the parts of a text; never raises.

    Args:
        text: the document, without a byte-order mark, line ends as they are.
        encoding: where the text came from; only recorded.
        markdown: read ``#`` headings as such even where the text does not plainly use them.
    """
    return understand(Extracted(text, "text", encoding, markdown=markdown))


def _of(extracted: Extracted, path: Path) -> Transcript:
    if not extracted.text.strip():
        raise SourceError("there is no text in this file", hint="put a transcript in it or leave it out", path=path)
    return understand(extracted)
