import fsspec
import pytest

from classifier.datasets.destination import Destination
from classifier.datasets.sources import DatasetError, File, Partition, Source
from classifier.words.columns import Choice

PARTITION = Partition(7, Source(File("file:///a/words.CSV", 1, ""), "csv", ("word",), Choice()), 0, 1, 1, 1)


@pytest.fixture(params=["file", "memory"])
def destination(request, tmp_path):
    """Return a folder on disk, and one on an object store."""
    return Destination.at(f"{request.param}://{tmp_path}/answers")


def test_part_is_there_once_it_is_written(destination):
    assert not destination.finished()

    destination.write_part(PARTITION, b"x")
    assert (destination.finished(), destination.holds(PARTITION)) == ({"part-000007.csv"}, True)
    system, path = fsspec.url_to_fs(f"{destination.url}/part-000007.csv")
    assert system.cat_file(path) == b"x"


def test_part_is_written_again(destination):
    for content in (b"x", b"y"):
        destination.write_part(PARTITION, content)

    assert destination.finished() == {"part-000007.csv"}


def test_bad_rows_are_a_file_only_if_there_are_any(destination):
    destination.write_bad_rows(PARTITION, "")
    assert not destination.has_bad_rows()

    destination.write_bad_rows(PARTITION, "x\n")
    assert destination.has_bad_rows()
    assert not destination.finished()


def test_same_question_goes_on(destination):
    destination.begin({"model": "FF"})
    destination.write_part(PARTITION, b"x")

    destination.begin({"model": "FF"})
    assert destination.read_question() == {"model": "FF"}


def test_other_question_is_refused(destination):
    destination.begin({"model": "FF", "column": "word"})

    with pytest.raises(DatasetError, match="other column,"):
        destination.begin({"model": "FF", "column": "n"})


def test_folder_with_other_files_is_refused(destination):
    destination.write_part(PARTITION, b"x")

    with pytest.raises(DatasetError, match="is not empty"):
        destination.begin({"model": "FF"})


def test_unreadable_question_is_refused(destination):
    destination._write("question.json", b"{")

    with pytest.raises(DatasetError, match="cannot be read"):
        destination.begin({})


def test_full_disk_leaves_no_part(tmp_path, monkeypatch):
    destination = Destination.at(str(tmp_path))

    def fail(_file):
        raise OSError("No space left on device")

    monkeypatch.setattr("classifier.datasets.destination.os.fsync", fail)
    with pytest.raises(OSError, match="No space"):
        destination.write_part(PARTITION, b"x")
    assert not destination.finished()
    destination.tidy()
    assert list(tmp_path.iterdir()) == []


def test_unknown_protocol_is_refused():
    with pytest.raises(DatasetError, match="nonsense"):
        Destination.at("nonsense://a")
