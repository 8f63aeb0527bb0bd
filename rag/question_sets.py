"""Question files → ``QuestionSet``: JSON lines, or SQuAD's format.

A JSON line is ``{"id", "question", "lines": [gold line numbers], "answers": [strings]}``, with ``document``, ``lang`` and
``type`` if wanted; no ``lines`` in it says that the transcript does not answer. A SQuAD file brings its own paragraphs,
each a document here; equal paragraphs are one. The paragraphs may also stand in ``data`` itself.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from rag.errors import SourceError, UsageError
from rag.json_fields import Fields
from rag.records import Span

#: ``--fold`` value → OpenCC's conversion of the questions.
_FOLDS = {"none": None, "hans": "t2s", "hant": "s2t"}
_LINES_HINT = 'a line is {"id": "q1", "question": "...", "lines": [12, 13], "answers": ["..."]}; an empty "lines" says that it is not answered'
_SQUAD_HINT = 'SQuAD\'s format is {"data": [{"paragraphs": [{"context": "...", "qas": [{"id": "...", "question": "...", "answers": [{"text": "..."}]}]}]}]}'
_UTF8_HINT = "save the file as UTF-8"


@dataclass(frozen=True, slots=True)
class Asked:
    """One question and what is gold for it.

    ``document`` is None where the file leaves it to the index. An answerable question without ``lines`` has the whole
    document as gold. ``line`` is where it stands in its file, if that is known.
    """

    id: str
    text: str
    answers: tuple[str, ...]
    answerable: bool
    document: str | None = None
    lines: frozenset[int] = frozenset()
    lang: str | None = None
    type: str | None = None
    line: int | None = None

    def answered_by(self, document: str, span: Span) -> bool:
        """Whether a span of a document is gold: it is on one of the lines, if there are any."""
        return (
            self.answerable
            and self.document in (None, document)
            and (not self.lines or any(span.line_start <= line <= span.line_end for line in self.lines))
        )


@dataclass(frozen=True, slots=True)
class QuestionSet:
    """The questions of a file, in its order. ``paragraphs`` are the documents it brings, by name; None if it brings none."""

    path: Path
    questions: tuple[Asked, ...]
    paragraphs: dict[str, str] | None = None


def read(path: Path, *, fold: str = "none", other: Path | None = None) -> QuestionSet:
    """Read a question file.

    Args:
        fold: "hans" or "hant" converts the questions to Simplified or Traditional characters, "none" leaves them.
        other: a file whose questions replace those of the same ids.

    Raises:
        SourceError: a file is missing or malformed, or ``other`` lacks questions.
        UsageError: there is no such fold.
    """
    if fold not in _FOLDS:
        raise UsageError(f"no folding {fold!r}", hint=f"--fold takes {', '.join(_FOLDS)}")
    found = _read(path)
    if other is not None:
        found = replace(found, questions=_replaced(found, _read(other)))
    if (conversion := _FOLDS[fold]) is not None:
        import opencc

        convert = opencc.OpenCC(conversion).convert
        found = replace(found, questions=tuple(replace(q, text=convert(q.text)) for q in found.questions))
    return found


def _replaced(found: QuestionSet, other: QuestionSet) -> tuple[Asked, ...]:
    texts = {question.id: question.text for question in other.questions}
    missing = [question.id for question in found.questions if question.id not in texts]
    if missing:
        raise SourceError(
            f"{len(missing)} of {len(found.questions)} questions are not in it, {missing[0]!r} for one",
            path=other.path,
            hint=f"it must have the ids of {found.path}",
        )
    return tuple(replace(question, text=texts[question.id]) for question in found.questions)


def _read(path: Path) -> QuestionSet:
    content = _text(path)
    whole, failure = _parsed(content)
    if isinstance(whole, dict) and "data" in whole:
        paragraphs: dict[str, str] = {}
        found = QuestionSet(path, tuple(_squad(whole["data"], paragraphs, path)), paragraphs)
    else:
        first = next(line for line in content.split("\n") if line.strip())
        if failure is not None and path.suffix.lower() != ".jsonl" and not isinstance(_parsed(first)[0], dict):
            # It ends like no JSON lines and begins like none: the fault is the whole file's.
            raise SourceError(
                f"this is no JSON ({failure[0]})",
                path=path,
                line=failure[1],
                hint=_SQUAD_HINT if path.suffix.lower() == ".json" else _LINES_HINT,
            )
        found = QuestionSet(path, tuple(_json_lines(content, path)))
    if not found.questions:
        raise SourceError(
            "there are no questions in it", path=path, hint=_LINES_HINT if found.paragraphs is None else _SQUAD_HINT
        )
    _refuse_repeats(found)
    return found


def _text(path: Path) -> str:
    try:
        content = path.read_bytes().decode("utf-8-sig")
    except FileNotFoundError:
        raise SourceError("there is no such file", path=path, hint="check the path") from None
    except UnicodeDecodeError as error:
        raise SourceError(
            f"this is not UTF-8 (byte {error.start})",
            path=path,
            line=error.object[: error.start].count(b"\n") + 1,
            hint=_UTF8_HINT,
        ) from None
    except (OSError, ValueError) as error:
        # ValueError: a path with a NUL character.
        raise SourceError(
            f"the file cannot be read ({getattr(error, 'strerror', None) or error})",
            path=path,
            hint="name a file that you may read",
        ) from None
    if not content.strip():
        raise SourceError("the file is empty", path=path, hint=_LINES_HINT)
    return content


def _parsed(content: str) -> tuple[Any, tuple[str, int | None] | None]:
    """The value, or what is wrong and in which line."""
    try:
        return json.loads(content), None
    except json.JSONDecodeError as error:
        return None, (error.msg, error.lineno)
    except RecursionError:
        return None, ("it is nested too deep", None)
    except ValueError as error:
        return None, (str(error).split(";")[0], None)


def _json_lines(content: str, path: Path) -> Iterator[Asked]:
    # Only "\n" ends a line: a JSON string may hold the other ends that str.splitlines knows.
    for number, line in enumerate(content.split("\n"), 1):
        if not line.strip():
            continue
        record, failure = _parsed(line)
        if failure is not None:
            raise SourceError(f"this line is no JSON ({failure[0]})", path=path, line=number, hint=_LINES_HINT)
        fields = Fields(record, path, number, "", _LINES_HINT)
        lines = fields.list_of("lines", int)
        if any(value < 1 for value in lines):
            raise fields.error("'lines' counts from 1")
        yield Asked(
            fields.identity(),
            fields.words("question"),
            tuple(fields.list_of("answers", str)),
            bool(lines),
            fields.optional("document"),
            frozenset(lines),
            fields.optional("lang"),
            fields.optional("type"),
            number,
        )


def _squad(data: Any, paragraphs: dict[str, str], path: Path) -> Iterator[Asked]:
    """The questions; fills ``paragraphs``."""
    names: dict[str, str] = {}
    for place, article in _items({"data": data}, "data", path, ""):
        inner = (
            _items(article.record, "paragraphs", path, place) if "paragraphs" in article.record else [(place, article)]
        )
        for inside, paragraph in inner:
            # Some files carry the byte-order marks of the texts that they were made of.
            context = paragraph.take("context", str).lstrip("\ufeff")
            name = names.setdefault(context, f"p{len(names) + 1:05d}")
            paragraphs[name] = context
            for _, asked in _items(paragraph.record, "qas", path, inside):
                answers = tuple(
                    answer
                    if isinstance(answer, str)
                    else Fields(answer, path, None, asked.place, _SQUAD_HINT).take("text", str)
                    for answer in asked.take("answers", list)
                )
                answers = tuple(answer for answer in answers if answer.strip())
                yield Asked(
                    asked.identity(),
                    asked.words("question"),
                    answers,
                    bool(answers) and not asked.record.get("is_impossible"),
                    name,
                    lang=asked.optional("lang"),
                    type=asked.optional("type"),
                )


def _items(record: Any, key: str, path: Path, place: str) -> list[tuple[str, Fields]]:
    """The objects of a list, each with its place in the file."""
    found = Fields(record, path, None, place, _SQUAD_HINT).take(key, list)
    places = [f"{place}{'.' if place else ''}{key}[{number}]" for number in range(len(found))]
    return [(inside, Fields(item, path, None, inside, _SQUAD_HINT)) for inside, item in zip(places, found, strict=True)]


def _refuse_repeats(found: QuestionSet) -> None:
    seen: set[str] = set()
    for question in found.questions:
        if question.id in seen:
            raise SourceError(
                f"the id {question.id!r} is there twice",
                path=found.path,
                line=question.line,
                hint="give each question an id of its own",
            )
        seen.add(question.id)
