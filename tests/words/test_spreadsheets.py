import io
from zipfile import ZipFile

import pytest
from django.core.exceptions import ValidationError

from classifier.words.spreadsheets import MOST_UNPACKED, read_sheet
from tests.words.workbooks import rows_xml, sheet, workbook

CELLS = (
    '<row r="2"><c r="A2" t="s"><v>1</v></c><c r="C2"><v>5.5</v></c><c r="D2"/></row>'
    '<row r="5"><c t="inlineStr"><is><r><t>per</t></r><r><t>ro</t></r></is></c>'
    '<c t="str"><f>A1</f><v>a&amp;b</v></c></row>'
)
STRINGS = "<si><t>x</t></si><si><t>ch_x0061_t</t><rPh><t>spoken</t></rPh></si>"


def read(content):
    rows, name, sheets = read_sheet(io.BytesIO(content))
    return list(rows), name, sheets


def code_of(content):
    with pytest.raises(ValidationError) as error:
        read(content)
    return error.value.code


def test_sheet_shown_is_read_with_its_row_numbers():
    rows = [(2, ["chat", "", "5.5"]), (5, ["perro", "a&b"])]

    assert read(workbook(sheet(CELLS), STRINGS)) == (rows, "Wörter", 2)


@pytest.mark.parametrize(
    ("xml", "code"),
    [
        (sheet(" " * (MOST_UNPACKED + 1)), "too_large"),
        (sheet("<row/>" * ((1 << 20) + 1)), "damaged"),
        (sheet('<row r="999999999"/>'), "damaged"),
        (sheet('<row><c r="XFD1"><v>1</v></c></row>'), "too_wide"),
        (sheet('<row><c t="s"><v>9</v></c></row>'), "damaged"),
        ('<!DOCTYPE a [<!ENTITY b "c">]>' + sheet("<row><c><v>&b;</v></c></row>"), "damaged"),
        ("<worksheet>", "damaged"),
    ],
)
def test_hostile_sheet_is_refused(xml, code):
    assert code_of(workbook(xml)) == code


def test_other_archives_are_refused():
    content = io.BytesIO()
    with ZipFile(content, "w") as archive:
        archive.writestr("words.txt", "chat")

    assert (code_of(content.getvalue()), code_of(b"PK\x03\x04 and more")) == ("archive", "damaged")


def test_damaged_part_is_refused():
    content = bytearray(workbook(sheet(rows_xml([["chat"]] * 99))))
    content[content.index(b"sheet2.xml") + 20] ^= 0xFF

    assert code_of(bytes(content)) == "damaged"
