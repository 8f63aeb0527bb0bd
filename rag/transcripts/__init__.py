"""A transcript file → ``Transcript``: decoded text, sections, turns and exchanges.

The straight line: ``decode.read_text`` → ``structure.understand``, which runs ``lines`` → ``headings`` → ``speakers`` →
``evidence`` → ``sections`` → ``turns`` → ``exchanges``.
"""

from __future__ import annotations

from pathlib import Path

from rag.records import Transcript
from rag.transcripts.decode import read_text
from rag.transcripts.structure import understand

__all__ = ["SUFFIXES", "parse", "read"]

_MARKDOWN_SUFFIXES = frozenset({".md", ".markdown"})

#: The file name endings, in lower case, that ``read`` understands.
SUFFIXES = frozenset({".txt", ".text"}) | _MARKDOWN_SUFFIXES


def read(path: Path) -> Transcript:
    """Reads and recognises one file; the name's ending tells whether it is Markdown.

    Raises:
        SourceError: the file is missing, a folder, unreadable, empty, not text, or in no known encoding.
    """
    text, encoding = read_text(path)
    return parse(text, encoding=encoding, markdown=path.suffix.lower() in _MARKDOWN_SUFFIXES)


def parse(text: str, *, encoding: str = "utf-8", markdown: bool = False) -> Transcript:
    """Recognises the parts of a text; never raises.

    Args:
        text: the document, without a byte-order mark, line ends as they are.
        encoding: where the text came from; only recorded.
        markdown: read ``#`` headings as such even where the text does not plainly use them.
    """
    return understand(text, encoding=encoding, markdown=markdown)
