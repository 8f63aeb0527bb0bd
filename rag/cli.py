"""The command line: with `rag.terminal` the only place that prints or exits."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from rag import terminal
from rag.errors import UsageError

if TYPE_CHECKING:
    from rag.builder import Built
    from rag.opened import Filters, OpenIndex
    from rag.second_stage import Reranker

app = typer.Typer(
    add_completion=False,
    rich_markup_mode=None,
    pretty_exceptions_enable=False,
    no_args_is_help=True,
    help="Ask transcripts, and get the exact words with who said them and where.",
)

IndexOption = Annotated[Path, typer.Option("--index", envvar="RAG_INDEX", help="The index folder.")]
JsonOption = Annotated[bool, typer.Option("--json", help="Print JSON.")]
DocumentOption = Annotated[str | None, typer.Option("--document", help="Only this document.")]
SpeakerOption = Annotated[str | None, typer.Option("--speaker", help="Only this speaker or organisation, e.g. 花旗.")]
SectionOption = Annotated[str | None, typer.Option("--section", help="Only this section: summary, remarks, qa, ...")]
FastOption = Annotated[bool, typer.Option("--fast", help="Leave the second stage out, which reads passages again.")]
RerankerOption = Annotated[
    str | None,
    typer.Option(
        "--reranker", help="Any sentence-transformers CrossEncoder as second stage instead of the bundled one."
    ),
]
_INDEX = Path("index")


@app.command()
def build(
    paths: Annotated[list[Path] | None, typer.Argument(help="Files and folders; default: INDEX/transcripts.")] = None,
    index: IndexOption = _INDEX,
    model: Annotated[
        str | None, typer.Option("--model", help="Any sentence-transformers model instead of the bundled one.")
    ] = None,
    as_json: JsonOption = False,
) -> None:
    """Index files and folders; only what changed is embedded again.

    Example: rag build calls/ --index my-index
    """
    with terminal.errors():
        built = _build(index, paths or [], model)
        facts = {
            "documents": built.manifest.documents,
            "passages": built.manifest.passages,
            "vectors": built.manifest.vectors,
            "embedded": built.embedded,
            "reused": built.reused,
        }
        if as_json:
            terminal.print_json(
                facts | {"skipped": [{"path": str(path), "reason": reason} for path, reason in built.skipped]}
            )
        else:
            print(
                f"{facts['documents']} documents, {facts['passages']} passages ({facts['embedded']} texts embedded, {facts['reused']} reused)"
            )


@app.command()
def ask(
    question: Annotated[
        str, typer.Argument(help="A question in any language, or - to read one a line from standard input.")
    ],
    index: IndexOption = _INDEX,
    as_json: JsonOption = False,
    k: Annotated[int, typer.Option("-k", help="At most so many quotes.")] = 3,
    document: DocumentOption = None,
    speaker: SpeakerOption = None,
    section: SectionOption = None,
    min_confidence: Annotated[
        float | None,
        typer.Option("--min-confidence", min=0.0, max=1.0, help="Below this probability nothing is answered."),
    ] = None,
    output: Annotated[str, typer.Option("--format", help="text or markdown.")] = "text",
    fast: FastOption = False,
    reranker: RerankerOption = None,
) -> None:
    """Answer with quotes and citations, or say that the transcripts do not answer.

    Example: rag ask "How much was capex in Q2?"
    """
    with terminal.errors():
        if output not in ("text", "markdown"):
            raise UsageError(f"no format {output!r}", hint="--format text or --format markdown; JSON is --json")
        second = _second_stage(fast, reranker)
        opened, filters = _opened(index), _filters(document, speaker, section)
        is_one = question != "-"
        outcomes = [
            _ask(opened, each, as_json, k, filters, min_confidence, output, second, is_one_of_many=not is_one)
            for each in ([question] if is_one else filter(None, map(str.strip, sys.stdin)))
        ]
        answered = bool(outcomes) and all(outcomes)
    raise typer.Exit(0 if answered else 1)


@app.command()
def search(
    query: Annotated[str, typer.Argument(help="Words or a question.")],
    index: IndexOption = _INDEX,
    as_json: JsonOption = False,
    k: Annotated[int, typer.Option("-k", help="How many passages.")] = 10,
    document: DocumentOption = None,
    speaker: SpeakerOption = None,
    section: SectionOption = None,
    fast: FastOption = False,
    reranker: RerankerOption = None,
) -> None:
    """Show ranked passages with their citations.

    Example: rag search "資本開支" -k 5
    """
    with terminal.errors():
        from rag import json_view, pipeline, render

        opened = _opened(index)
        found = [
            (hit, pipeline.cite_hit(opened, hit))
            for hit in pipeline.search(
                opened, query, k, _filters(document, speaker, section), _second_stage(fast, reranker)
            )
        ]
        if as_json:
            terminal.print_json(json_view.hits(query, found))
        else:
            print(
                render.hits([(hit.score, cited) for hit, cited in found], terminal.style())
                if found
                else "Nothing found."
            )
    raise typer.Exit(0 if found else 1)


@app.command()
def show(
    reference: Annotated[str, typer.Argument(metavar="CITATION", help="document:line or document:first-last.")],
    index: IndexOption = _INDEX,
    as_json: JsonOption = False,
) -> None:
    """Show a cited passage in its context.

    Example: rag show tencent-2025q2:82
    """
    with terminal.errors():
        from rag import json_view, pipeline, render

        cited, lines = pipeline.show(_opened(index), reference)
        if as_json:
            terminal.print_json(json_view.context(cited, lines))
        else:
            print(render.context(cited, lines, terminal.style()))
            if cited.stale:
                terminal.notice(
                    f"the source has {cited.stale if cited.stale == 'changed' else 'vanished'} since it was indexed; this is the indexed text. Run: rag build"
                )


@app.command()
def transcript(
    path: Annotated[Path, typer.Argument(help="A transcript in any format that is read.")],
    as_json: JsonOption = False,
) -> None:
    """Show what is understood of a transcript: title, date, sections, speakers with their roles, exchanges.

    Example: rag transcript index/transcripts/tencent-2025q2.md
    """
    with terminal.errors():
        from rag import overview, render, transcripts

        understood = overview.as_json(transcripts.read(path), path)
        if as_json:
            terminal.print_json(understood)
        else:
            print(render.safe(overview.describe(understood)))


@app.command()
def status(index: IndexOption = _INDEX, as_json: JsonOption = False) -> None:
    """Say what is indexed, with which model, how big it is, and which sources changed since.

    Example: rag status
    """
    with terminal.errors():
        from rag import inspection, render

        facts = inspection.status(index, terminal.progress())
        if as_json:
            terminal.print_json(facts)
        else:
            print(render.safe(inspection.describe(facts)))


@app.command()
def verify(index: IndexOption = _INDEX, as_json: JsonOption = False) -> None:
    """Check the store against its checksums and every passage against its source.

    Example: rag verify
    """
    with terminal.errors():
        from rag import inspection, render

        report = inspection.verify(index, terminal.progress())
        if as_json:
            terminal.print_json(report)
        else:
            print(render.safe(inspection.describe_verification(report)))
    raise typer.Exit(0 if report["sound"] else 1)


@app.command()
def check(
    answer: Annotated[
        Path | None, typer.Argument(metavar="[ANSWER.json]", help="What rag ask --json printed; - for standard input.")
    ] = None,
    index: IndexOption = _INDEX,
    as_json: JsonOption = False,
    text: Annotated[
        Path | None,
        typer.Option("--text", metavar="FILE", help="Any text with quotes in it, instead; - for standard input."),
    ] = None,
) -> None:
    """Check quotes: whether the transcripts say them, there, and by whom; figures, units, direction and negation included.

    Example: rag check --text report.md
    """
    with terminal.errors():
        from rag import checking, checking_view, quotes

        source = answer or text
        if source is None or (answer and text):
            raise UsageError("give one thing to check", hint="rag check ANSWER.json, or rag check --text FILE")
        found = checking.check(_opened(index), quotes.load(source, is_text=text is not None), terminal.progress())
        report = checking_view.as_report(found)
        if as_json:
            terminal.print_json(report)
        else:
            print(checking_view.findings(found, terminal.style()))
    raise typer.Exit(0 if report["holds"] else 1)


@app.command("eval")
def evaluate(
    questions: Annotated[Path, typer.Argument(help="JSON lines of questions, or a SQuAD file.")],
    index: IndexOption = _INDEX,
    as_json: JsonOption = False,
    fold: Annotated[str, typer.Option("--fold", help="Convert the questions first: none, hans or hant.")] = "none",
    other: Annotated[
        Path | None, typer.Option("--questions", help="Take the questions of the same ids from this SQuAD file.")
    ] = None,
    save: Annotated[Path | None, typer.Option("--save", help="Write the run here, to compare with later.")] = None,
    compare: Annotated[Path | None, typer.Option("--compare", help="A saved run to compare with.")] = None,
    fast: FastOption = False,
    reranker: RerankerOption = None,
) -> None:
    """Measure retrieval and answers on a question set.

    Example: rag eval questions.jsonl --index my-index
    """
    with terminal.errors():
        from rag import evaluation

        report = evaluation.evaluate(
            questions,
            lambda: _opened(index),
            fold=fold,
            other=other,
            report=terminal.progress(),
            reranker=_second_stage(fast, reranker),
        )
        comparison = evaluation.compare(report, compare) if compare is not None else None
        if save is not None:
            evaluation.save(report, save)
        if as_json:
            terminal.print_json(report.as_json() | ({"comparison": comparison} if comparison else {}))
        else:
            print(evaluation.describe(report, comparison))


def main() -> None:
    """Entry point of the ``rag`` command."""
    for stream in (sys.stdout, sys.stderr):
        if hasattr(stream, "reconfigure"):
            stream.reconfigure(encoding="utf-8", errors="backslashreplace")
    if hasattr(sys.stdin, "reconfigure"):
        # A question of broken bytes is a question like any other; what is no text in it counts as spaces.
        sys.stdin.reconfigure(encoding="utf-8", errors="surrogateescape")
    app()


def _opened(index: Path) -> OpenIndex:
    """The index; built first where there are transcripts and no store."""
    from rag.opened import open_index

    if not (index / "store" / "manifest.json").exists() and (index / "transcripts").is_dir():
        terminal.notice(f"no index in {index} yet; building it from {index / 'transcripts'}")
        _build(index, [], None)
    return open_index(index)


def _build(index: Path, paths: list[Path], model: str | None) -> Built:
    from rag import builder, bundled_model

    built = builder.build(index, paths, model or bundled_model.NAME, terminal.progress())
    for path, reason in built.skipped:
        terminal.notice(f"skipped {path}: {reason}")
    return built


def _ask(
    opened: OpenIndex,
    question: str,
    as_json: bool,
    k: int,
    filters: Filters,
    min_confidence: float | None,
    output: str,
    reranker: Reranker | None,
    *,
    is_one_of_many: bool = False,
) -> bool:
    from rag import calibration, json_view, pipeline, render

    found = pipeline.ask(
        opened, question, k, filters, calibration.THRESHOLD if min_confidence is None else min_confidence, reranker
    )
    if as_json:
        terminal.print_json(json_view.answer(found, question))
    elif output == "markdown":
        print(
            render.markdown(found, {c.document: pipeline.source_hash(opened, c.document) for c in found.citations}),
            end="",
        )
    else:
        shown = render.under_question if is_one_of_many else render.answer
        print(shown(found, terminal.style()))
    return found.answered


def _second_stage(fast: bool, name: str | None) -> Reranker | None:
    """What reads the first stage's best again; opened here where it is named, at its first question where it is the bundled one."""
    from rag import second_stage

    if fast and name is not None:
        raise UsageError("--fast leaves out what --reranker names", hint="give one of the two")
    if fast:
        return None
    return second_stage.trained_reader() if name is None else second_stage.LibraryReranker(name)


def _filters(document: str | None, speaker: str | None, section: str | None) -> Filters:
    from rag.opened import Filters

    return Filters(document, speaker, section)
