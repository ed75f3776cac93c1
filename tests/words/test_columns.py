import pytest
from django.core.exceptions import ValidationError

from classifier.words.columns import cells_of, choose_column

NUMBERED = [["Nr", "Wort", "Sprache"], ["1", "chat", "fr"], ["2", "perro", "es"], ["3", "dog", "en"]]


def choice_of(rows, column="", has_names=None):
    return choose_column(list(enumerate(rows, 1)), column, has_names)


def test_word_is_preferred_to_other_usual_names():
    assert choice_of([["text", "Word"], ["a", "b"]]).name == "Word"


@pytest.mark.parametrize("name", ["pre\u0301nom", "PRÉNOM\u200b", " prénom ", "prénom"])
def test_name_is_found_in_any_spelling(name):
    assert choice_of([["id", name], ["1", "chat"]], "Prénom").place == 1


def test_ids_are_not_read_as_words():
    choice = choice_of([["A1b", "chat"], ["A2c", "perro"]])

    assert (choice.name, choice.header, choice.in_doubt) == ("2", 0, False)


def test_likeliest_column_is_chosen_and_doubted():
    choice = choice_of(NUMBERED)

    assert (choice.name, choice.header, choice.in_doubt) == ("Wort", 1, True)
    assert choice.columns[1].examples == ("chat", "perro", "dog")


def test_words_are_likelier_than_texts():
    rows = [["Nr", "Notiz", "Wort"], ["1", "a kind of bread", "pan"], ["2", "to be rich", "riche"], ["3", "x y", "12"]]

    assert choice_of(rows).name == "Wort"


def test_codes_that_repeat_raise_no_doubt():
    rows = [["forme", "langue"], *([word, "fr"] for word in ("chat", "eau", "beau", "gâteau", "mot", "riz"))]

    assert (choice_of(rows).name, choice_of(rows).in_doubt) == ("forme", False)


def test_titles_above_the_names_are_left_out():
    choice = choice_of([["A list", "", ""], *NUMBERED], "wort")

    assert choice.header == 2
    assert list(cells_of([(1, ["A list", "", ""]), (3, ["1", "chat", "fr"])], choice)) == [(3, "chat")]


def test_first_row_is_no_header_without_a_sign_of_it():
    assert choice_of([["chat", "x1"], ["perro", "x2"]]).header == 0
    assert choice_of([["chat"], ["mot"], ["eau"]]).header == 0


@pytest.mark.parametrize(("has_names", "header"), [(True, 1), (False, 0), (None, 1)])
def test_header_can_be_told(has_names, header):
    assert choice_of(NUMBERED, "2", has_names).header == header


@pytest.mark.parametrize("column", ["nothing", "0", "4", "9" * 100, "-1"])
def test_missing_column_is_refused_with_the_names_of_the_others(column):
    with pytest.raises(ValidationError) as error:
        choice_of([["id", "mot", "<b>"], ["1", "chat", "x"]], column)

    assert error.value.messages == ["There is no such column. The first row reads: id · mot · <b>"]


def test_table_of_too_many_columns_is_refused():
    with pytest.raises(ValidationError, match="more than 256 columns"):
        choice_of([["x"] * 257])


def test_delimiters_without_quotes_stay_in_the_last_cell():
    choice = choice_of([["id", "phrase"], ["1", "hola"]])

    rows = [(2, ["1", "hola", " mundo"]), (3, ["2"]), (4, ["3", "a", ""])]
    assert list(cells_of(rows, choice, ",")) == [(2, "hola, mundo"), (3, ""), (4, "a")]


def test_row_with_more_cells_than_columns_is_an_error():
    choice = choice_of([["word", "note"], ["a", "b"]])

    [(_, error)] = cells_of([(2, ["hola", " mundo", "x"])], choice, ",")
    assert error.code == "extra_cells"
