"""Tables of a PDF: headings over columns, and figures at the edges of pages. The pages are drawn, cell by cell."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from rag import transcripts

#: Words at x and y, in points from the lower left corner of an A4 page; 12 points high.
Words = tuple[int, int, str]


def pdf(*pages: list[Words]) -> bytes:
    """Pages of words set in Helvetica."""
    objects = ["<</Type/Catalog/Pages 2 0 R>>", "", "<</Type/Font/Subtype/Type1/BaseFont/Helvetica>>"]
    kids = []
    for page in pages:
        content = "\n".join(f"BT /F 12 Tf {x} {y} Td ({text}) Tj ET" for x, y, text in page)
        kids.append(f"{len(objects) + 1} 0 R")
        objects += [
            f"<</Type/Page/Parent 2 0 R/MediaBox[0 0 595 842]/Resources<</Font<</F 3 0 R>>>>/Contents {len(objects) + 2} 0 R>>",
            f"<</Length {len(content)}>>stream\n{content}\nendstream",
        ]
    objects[1] = f"<</Type/Pages/Count {len(kids)}/Kids[{' '.join(kids)}]>>"
    numbered = "".join(f"{number} 0 obj\n{body}\nendobj\n" for number, body in enumerate(objects, 1))
    return f"%PDF-1.4\n{numbered}trailer<</Size {len(objects) + 1}/Root 1 0 R>>\n%%EOF".encode()


def lines(folder: Path, *pages: list[Words]) -> list[str]:
    (folder / "a.pdf").write_bytes(pdf(*pages))
    return [line for line in transcripts.read(folder / "a.pdf").text.split("\n") if line]


def row(y: int, *cells: str, at: tuple[int, ...] = (60, 200, 280, 360, 440)) -> list[Words]:
    return [(x, y, cell) for x, cell in zip(at, cells, strict=False) if cell]


EUROPE = row(660, "Europe", "1012", "1022", "1032", "1042")
YEARS = row(680, "Region", "2025", "2024", "2025", "2024")


@pytest.mark.parametrize(
    ("heads", "names", "expected"),
    [
        pytest.param([(218, 700, "Three months"), (378, 700, "Nine months")], YEARS,
                     "Europe | Three months 2025 1012 | Three months 2024 1022 | Nine months 2025 1032 | Nine months 2024 1042",
                     id="centred"),
        pytest.param([(200, 700, "Three months"), (360, 700, "Nine months")], YEARS,
                     "Europe | Three months 2025 1012 | Three months 2024 1022 | Nine months 2025 1032 | Nine months 2024 1042",
                     id="set to the left"),
        pytest.param([(218, 714, "Three months"), (378, 714, "Nine months"), (235, 700, "to June"), (395, 700, "to June")], YEARS,
                     "Europe | Three months to June 2025 1012 | Three months to June 2024 1022"
                     " | Nine months to June 2025 1032 | Nine months to June 2024 1042",
                     id="in two lines"),
        pytest.param([(240, 700, "2025"), (400, 700, "2024")], row(680, "", "Q2", "Q1", "Q4", "Q3"),
                     "Europe | 2025 Q2 1012 | 2025 Q1 1022 | 2024 Q4 1032 | 2024 Q3 1042",
                     id="over names that differ"),
        # Neither is over the gap of two columns: the second lines of two of the names, for all that can be seen.
        pytest.param([(272, 700, "Restated"), (432, 700, "Restated")], YEARS, "Europe | 1012 | 1022 | 1032 | 1042",
                     id="over single columns"),
    ],
)  # fmt: skip
def test_a_heading_over_columns_names_each_where_that_is_sure(
    heads: list[Words], names: list[Words], expected: str, tmp_path: Path
) -> None:
    found = lines(tmp_path, [*heads, *names, *EUROPE])
    assert expected in found
    # Whatever is made of them, no words are lost.
    assert all(text in "\n".join(found[:-1]) for _, _, text in heads + names)


def test_a_heading_alone_over_both_columns_names_them(tmp_path: Path) -> None:
    said = (60, 740, "Ann Poe: Orders rose.")
    found = lines(tmp_path, [said, (218, 700, "Three months"), *YEARS[:3], *EUROPE[:3]])
    assert found[1:] == [
        "Three months", "Region | 2025 | 2024", "Europe | Three months 2025 1012 | Three months 2024 1022"
    ]  # fmt: skip


def test_headings_and_figures_at_the_edges_of_pages_stay(tmp_path: Path) -> None:
    pages = []
    for page in range(3):
        # The headings stand again on each page, in its margin, and so do the first and the last row.
        rows = row(790, "Region", "2025", "2024", at=(60, 300, 400))
        for place, y in enumerate((770, 750, 80, 60)):
            number = page * 4 + place
            rows += row(y, "Total" if place == 3 else f"Area {number}", f"{number + 10}", "7", at=(60, 300, 400))
        pages.append([*rows, (60, 820, "Harbour call"), (300, 20, str(page + 1))])
    found = lines(tmp_path, *pages)
    assert found == ["Region | 2025 | 2024"] + [
        f"{'Total' if n % 4 == 3 else f'Area {n}'} | 2025 {n + 10} | 2024 7" for n in range(12)
    ]


def test_rows_that_recur_on_a_later_page_stay(tmp_path: Path) -> None:
    table = [*row(700, "Depot", "2025", "2024"), *row(680, "Total", "5", "7")]
    found = lines(tmp_path, table, [*table, (60, 640, "End of it.")])
    assert found == ["Depot | 2025 | 2024", "Total | 2025 5 | 2024 7", "Total | 2025 5 | 2024 7", "End of it."]


@pytest.mark.parametrize("number", ["Page {}", "{} / 3", "- {} -", "{}", "p. {}"])
def test_page_numbers_are_left_out(number: str, tmp_path: Path) -> None:
    pages: list[list[Words]] = [
        [(60, 700, f"Ann Poe: This is sheet {'abc'[n]}."), (300, 20, number.format(n + 1))] for n in range(3)
    ]
    assert lines(tmp_path, *pages) == [f"Ann Poe: This is sheet {letter}." for letter in "abc"]


def test_page_numbers_that_go_on_from_another_document_are_left_out(tmp_path: Path) -> None:
    pages: list[list[Words]] = [
        [(60, 700, f"Ann Poe: This is sheet {'ab'[n]}."), (300, 20, str(n + 118))] for n in range(2)
    ]
    assert lines(tmp_path, *pages) == ["Ann Poe: This is sheet a.", "Ann Poe: This is sheet b."]


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    st.lists(st.lists(st.sets(st.integers(0, 4), min_size=1), min_size=1, max_size=12), min_size=1, max_size=2),
    st.integers(0, 60),
    st.booleans(),
)
def test_no_figure_beside_another_word_is_lost(
    tmp_path: Path, pages: list[list[set[int]]], top: int, has_labels: bool
) -> None:
    """Whatever cells a table has or lacks, and however near the page's edge it stands."""
    drawn: list[list[Words]] = []
    figures = []
    for page in pages:
        drawn.append([])
        for number, columns in enumerate(page):
            cells = ["Depot" if has_labels else "", "", "", "", ""]
            for column in columns - ({0} if has_labels else set()):
                # Numbers in a row, as those of pages are.
                cells[column] = str(1000 + len(figures))
                figures.append(cells[column])
            if sum(map(bool, cells)) == 1 and not has_labels:
                figures.pop()
            drawn[-1] += row(820 - top - 20 * number, *cells)
        drawn[-1].append((60, 300, "Ann Poe: So much for this page, and thank you all for coming to the call."))
    text = "\n".join(lines(tmp_path, *drawn))
    assert [figure for figure in figures if figure not in text] == []


def test_a_table_that_a_browser_prints_over_pages(tmp_path: Path) -> None:
    text = transcripts.read(Path(__file__).parent / "fixtures" / "tables.pdf").text
    figures = [
        f"Depot {n} | Three months 2025 {n + 100} | Three months 2024 {n + 200} | Six months 2025 {n + 300} | Six months 2024 {n + 400}"
        for n in range(10, 70)
    ]
    head = ["Three months | Six months", "Depot | 2025 | 2024 | 2025 | 2024"]
    assert text.split("\n") == ["Ann Poe, CFO: The depots shipped as follows.", "", *head, *figures, ""]


def test_items_of_a_list_are_paragraphs(tmp_path: Path) -> None:
    said = ["1. We hire", "2. We train", "b. We build", "It was 3. of them,", "or 20.5 in all"]
    found = lines(tmp_path, [(60, 700 - 14 * n, words) for n, words in enumerate(said)])
    assert found == [*said[:2], " ".join(said[2:])]


def test_a_number_in_the_margin_that_is_no_pages_stays(tmp_path: Path) -> None:
    found = lines(
        tmp_path, [(60, 800, "2025"), (60, 700, "Ann Poe: Orders rose to the figure below."), (60, 40, "350")]
    )
    assert "2025" in "\n".join(found) and "350" in "\n".join(found)
