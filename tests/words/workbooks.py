"""Small Excel files, written by hand."""

import io
from xml.sax.saxutils import escape
from zipfile import ZIP_DEFLATED, ZipFile

MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
LINKS = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
BOOK = (
    f'<workbook xmlns="{MAIN}" xmlns:r="{LINKS}"><bookViews><workbookView activeTab="1"/></bookViews><sheets>'
    '<sheet name="Notes" sheetId="1" r:id="rId1"/><sheet name="Wörter" sheetId="2" r:id="rId2"/></sheets></workbook>'
)
RELATIONS = (
    '<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships">'
    f'<Relationship Id="rId1" Type="{LINKS}/worksheet" Target="worksheets/sheet1.xml"/>'
    f'<Relationship Id="rId2" Type="{LINKS}/worksheet" Target="/xl/worksheets/sheet2.xml"/>'
    f'<Relationship Id="rId3" Type="{LINKS}/sharedStrings" Target="sharedStrings.xml"/></Relationships>'
)


def sheet(rows):
    """Return the XML of a sheet; `rows` is XML, too."""
    return f'<worksheet xmlns="{MAIN}"><sheetData>{rows}</sheetData></worksheet>'


def rows_xml(rows, first=1):
    """Return rows of texts as XML."""
    cells = ["".join(f'<c t="inlineStr"><is><t>{escape(cell)}</t></is></c>' for cell in row) for row in rows]
    return "".join(f'<row r="{number}">{row}</row>' for number, row in enumerate(cells, first))


def workbook(sheet_xml, strings=""):
    """Return an Excel file of two sheets, of which `sheet_xml` is shown."""
    parts = {
        "xl/workbook.xml": BOOK,
        "xl/_rels/workbook.xml.rels": RELATIONS,
        "xl/sharedStrings.xml": f'<sst xmlns="{MAIN}">{strings}</sst>',
        "xl/worksheets/sheet1.xml": sheet(""),
        "xl/worksheets/sheet2.xml": sheet_xml,
    }
    content = io.BytesIO()
    with ZipFile(content, "w", ZIP_DEFLATED) as archive:
        for name, text in parts.items():
            archive.writestr(name, text)
    return content.getvalue()
