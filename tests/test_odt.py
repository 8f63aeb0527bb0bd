"""Tables of OpenDocument texts whose cells reach over rows and columns; written as LibreOffice writes them."""

from __future__ import annotations

import zipfile
from pathlib import Path

import pytest

from rag import transcripts

_NAMES = " ".join(
    f'xmlns:{short}="urn:oasis:names:tc:opendocument:xmlns:{name}:1.0"'
    for short, name in (("office", "office"), ("text", "text"), ("table", "table"))
)
COVERED = "<table:covered-table-cell/>"


def cell(words: str, columns: int = 1, rows: int = 1) -> str:
    spans = f'table:number-columns-spanned="{columns}" table:number-rows-spanned="{rows}"'
    return f"<table:table-cell {spans}><text:p>{words}</text:p></table:table-cell>"


def text_of(folder: Path, *rows: list[str], header: int = 0) -> list[str]:
    """The lines of a table; the first rows may stand in an element of their own, as headings do."""
    parts = [f"<table:table-row>{''.join(row)}</table:table-row>" for row in rows]
    head = f"<table:table-header-rows>{''.join(parts[:header])}</table:table-header-rows>" if header else ""
    body = f"<table:table>{head}{''.join(parts[header:])}</table:table>"
    content = f"<office:document-content {_NAMES}><office:body><office:text>{body}</office:text></office:body></office:document-content>"
    with zipfile.ZipFile(folder / "a.odt", "w") as archive:
        archive.writestr("mimetype", "application/vnd.oasis.opendocument.text")
        archive.writestr("META-INF/manifest.xml", "<manifest/>")
        archive.writestr("content.xml", content)
    return transcripts.read(folder / "a.odt").text.strip().split("\n")


@pytest.mark.parametrize("header", [0, 1, 2])
def test_headings_over_columns_and_labels_over_rows(header: int, tmp_path: Path) -> None:
    lines = text_of(
        tmp_path,
        [cell("", rows=2), cell("Three months", columns=2), COVERED, cell("Nine months", columns=2), COVERED],
        [COVERED, *map(cell, ("2025", "2024", "2025", "2024"))],
        [cell("Europe", rows=2), *map(cell, ("101", "102", "103", "104"))],
        [COVERED, *map(cell, ("201", "202", "203", "204"))],
        header=header,
    )
    assert lines[2:] == [
        f"Europe | Three months 2025 {n}01 | Three months 2024 {n}02 | Nine months 2025 {n}03 | Nine months 2024 {n}04"
        for n in (1, 2)
    ]


def test_a_cell_over_rows_and_columns_at_once(tmp_path: Path) -> None:
    lines = text_of(
        tmp_path,
        [cell("區域"), *map(cell, ("第一季", "第二季", "第三季"))],
        [cell("歐洲"), cell("未披露", columns=2, rows=2), COVERED, cell("33")],
        [cell("亞洲"), COVERED, COVERED, cell("43")],
    )
    assert lines[1] == "歐洲 | 第一季 未披露 | 第三季 33"
    assert lines[2] == "亞洲 | 第一季 未披露 | 第三季 43"


def test_repeated_empty_cells_keep_the_columns_in_place(tmp_path: Path) -> None:
    lines = text_of(
        tmp_path,
        [cell(""), *map(cell, ("2025", "2024", "2023"))],
        [cell("Orders"), '<table:table-cell table:number-columns-repeated="2"/>', cell("77")],
    )
    assert lines[1] == "Orders | 2023 77"
