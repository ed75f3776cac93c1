import io
import zipfile
from xml.etree import ElementTree as ET

import pytest

from classifier.formats import excel
from classifier.words.files import open_words

_NAMES = {"": "http://schemas.openxmlformats.org/spreadsheetml/2006/main"}


def workbook(*rows):
    """Return the bytes of a workbook, taken after each row as a download does."""
    book, content = excel.Workbook(), b""
    for row in rows:
        book.write(row)
        content += book.take()
    book.close()
    return content + book.take()


def sheets(content):
    """Return the rows of texts of each sheet."""
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        assert archive.testzip() is None
        names = sorted(name for name in archive.namelist() if "worksheets" in name)
        trees = [ET.fromstring(archive.read(name)) for name in names]
    return [
        [["".join(cell.itertext()) for cell in row] for row in tree.iterfind("sheetData/row", _NAMES)] for tree in trees
    ]


def test_cells_are_exact_whatever_they_hold():
    cells = ["=1+1", "a;b,c", ' "quoted" ', "<&>", "ñ\U0001f600", 0.5, 3, None]
    assert sheets(workbook(["word"], cells)) == [[["word"], [*map(str, cells[:-1]), ""]]]


def test_formulas_are_text():
    content = workbook(["word"], ["=1+1"])
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        assert b"<f>" not in archive.read("xl/worksheets/sheet1.xml")


@pytest.mark.parametrize("cell", ["a\x00b", "a\x1bb", "a\ufffeb"])
def test_signs_that_xml_forbids_are_replaced(cell):
    assert sheets(workbook(["word"], [cell])) == [[["word"], ["a\N{REPLACEMENT CHARACTER}b"]]]


def test_rows_beyond_a_sheet_go_to_the_next(monkeypatch):
    monkeypatch.setattr(excel, "MOST_ROWS", 3)
    rows = [["word"], *([str(number)] for number in range(5))]
    assert sheets(workbook(*rows)) == [
        [["word"], ["0"], ["1"]],
        [["word"], ["2"], ["3"]],
        [["word"], ["4"]],
    ]


def test_workbook_is_read_back_by_the_page():
    content = workbook(["row", "word"], [1, "mañana"], [2, "_x0041_"])
    words = open_words(io.BytesIO(content), "words.xlsx", "word")
    assert [cell for _row, cell in words.cells] == ["mañana", "_x0041_"]
