import io

import pytest
from django.core.exceptions import ValidationError

from classifier.words.encodings import find_encoding

WORDS = "gâteau\r\nété\r\nmañana\r\nœuf\r\n"


def encoding_of(content):
    return find_encoding(io.BytesIO(content), content[:1000])


@pytest.mark.parametrize(
    ("text", "encoding"),
    [
        *[(WORDS, encoding) for encoding in ("utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "utf-32")],
        *[(WORDS, encoding) for encoding in ("cp1252", "mac-roman")],
        (WORDS.replace("œ", "é"), "cp850"),
        ("Élan\nÉté\n", "cp1252"),
        ("“mañana” €", "cp1252"),
    ],
)
def test_text_is_read_in_its_encoding(text, encoding):
    content = text.encode(encoding)

    assert content.decode(encoding_of(content)) == text


def test_damaged_row_does_not_change_the_encoding_of_the_others():
    assert encoding_of("gâteau\nét\n".encode() + b"\xe9\n") == "utf-8"


def test_first_accent_may_come_late():
    assert encoding_of(b"chat\n" * 500_000 + b"\xe9t\xe9") == "cp1252"


def test_character_at_the_edge_of_a_block_is_whole():
    assert encoding_of(b"a" * (2**20 - 1) + "é".encode()) == "utf-8"


def test_position_of_the_file_stays():
    file = io.BytesIO(b"\xe9t\xe9")
    find_encoding(file, b"\xe9t\xe9")

    assert file.tell() == 0


def test_binary_file_is_refused():
    with pytest.raises(ValidationError) as error:
        encoding_of(b"\x89PNG\r\n\x1a\n\x00\x01\xff")

    assert error.value.code == "binary"
