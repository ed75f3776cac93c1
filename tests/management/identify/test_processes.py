import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from classifier.formats.files import FORMATS
from classifier.management import word_input

LINES = st.one_of(
    st.sampled_from(
        ["piano", "gâteau", "mesa", "un gâteau", "l’eau", "xqzt", "12", "", "a,b", '"a";b', "=cmd", "\x00"]
    ),
    st.text(st.characters(exclude_characters="\r\n", exclude_categories=["Cs"]), max_size=30),
)


@pytest.fixture(autouse=True)
def small_chunks(monkeypatch):
    monkeypatch.setattr(word_input, "CHUNK", 3)


def outcome_of(run, lines, *arguments):
    result = run(*arguments, stdin="\n".join(lines).encode())
    return result.out, result.err, result.code


@pytest.mark.parametrize("model", ["", "all"])
@pytest.mark.parametrize("form", FORMATS)
@settings(max_examples=10, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(LINES, max_size=20))
def test_processes_write_what_one_writes(run, form, model, lines):
    options = ["--format", form, "--model", model, "--processes"]

    assert outcome_of(run, lines, *options, "3") == outcome_of(run, lines, *options, "1")


@pytest.mark.parametrize("form", FORMATS)
def test_repeated_rows_are_all_written(run, form):
    once = outcome_of(run, ["piano"], "--format", form)[0]

    lines = outcome_of(run, ["piano"] * 20, "--format", form, "--processes", "2")[0].splitlines()
    assert sum("piano" in line for line in lines) == 20
    assert {line.rstrip(",") for line in lines} == set(once.splitlines())


def test_table_of_a_list_that_begins_with_errors_is_aligned(run):
    lines = ["12"] * 7 + ["mesa", "gâteau", "mesa"] * 3

    assert outcome_of(run, lines, "--processes", "2") == outcome_of(run, lines, "--processes", "1")


def test_short_input_starts_no_processes(run, monkeypatch):
    monkeypatch.setattr("classifier.management.commands.identify.map_in_order", None)

    assert run(stdin=b"piano\nmesa\n").code == 0
