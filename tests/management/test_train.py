"""`manage.py train`: versions, teachers and resumed runs."""

import pytest
from django.core.management import CommandError, call_command

from classifier.management.commands import train as command
from classifier.ml.artifacts import LITERT_FILE, Card, VersionConflict, read_active, version_folders
from tests.toy_models import toy_lexicon

pytestmark = pytest.mark.slow


@pytest.fixture
def folders(tmp_path, settings):
    settings.MODEL_DIRS = [tmp_path / "shipped", tmp_path / "trained"]
    return settings.MODEL_DIRS


@pytest.fixture(scope="module")
def train_once():
    """Return a `training.train` that caches its results."""
    from classifier.training import training

    train, known = training.train, {}

    def train_once(architecture, lexicon, *, teachers, **options):
        key = (architecture.name, lexicon.digest, teachers.network is None, *sorted(options.items()))
        if key not in known:
            known[key] = train(architecture, lexicon, teachers=teachers, **options)
        return known[key]

    return train_once


@pytest.fixture
def train(folders, train_once, monkeypatch, capsys):
    """Return a function that trains on toy words: its messages."""
    from classifier.training import lexicon, training

    monkeypatch.setattr(lexicon, "build", lambda languages, _encoder, **_options: toy_lexicon(tuple(languages)))
    monkeypatch.setattr(training, "train", train_once)
    monkeypatch.setattr(command, "SECONDS_TO_SWITCH", 0)

    def run(*names, **options):
        call_command("train", *names, **{"languages": ["en", "fr"], "passes": 1, **options})
        return capsys.readouterr().err

    return run


def versions(directory, name="Ngram"):
    return list(version_folders([directory], name))


def test_version_goes_to_the_writable_folder(train, folders):
    report = train("ngram")
    [version] = versions(folders[1])
    assert f"{version}: accuracy on held-out words" in report
    assert Card.read(folders[1] / "Ngram" / version).scores["held-out"]["words"] > 0
    assert not folders[0].exists()


def test_shipped_version_replaces_the_active_one(train, folders):
    train("Ngram", ship=True)
    train("Ngram", ship=True, seed=2)
    [version] = versions(folders[0])
    assert read_active(folders[0]) == {"Ngram": version}
    assert Card.read(folders[0] / "Ngram" / version).training["seed"] == 2


def test_old_version_is_removed_after_the_new_one_is_active(train, folders, monkeypatch):
    from classifier.training import export

    active = []
    monkeypatch.setattr(export, "remove_version", lambda _folder: active.append(read_active(folders[0])["Ngram"]))
    train("Ngram", ship=True)
    train("Ngram", ship=True, seed=2)
    [replaced] = set(versions(folders[0])) - set(active)
    assert Card.read(folders[0] / "Ngram" / replaced).training["seed"] == 1


def test_conflict_with_a_version_on_disk_is_reported(train, monkeypatch):
    from classifier.training import export

    def refuse(*_):
        raise VersionConflict("exists with other thresholds")

    monkeypatch.setattr(export, "add_version", refuse)
    with pytest.raises(CommandError, match="exists with other thresholds"):
        train("Ngram")


def test_student_learns_from_the_active_teacher(train, folders):
    train("Ngram", "FF", ship=True)
    [version] = versions(folders[0], "FF")
    assert Card.read(folders[0] / "FF" / version).training["teacher"] == "Ngram"


def test_student_without_a_teacher_is_refused(train):
    with pytest.raises(CommandError, match="learns from Ngram: train that first"):
        train("FF")


def test_damaged_teacher_is_refused(train, folders):
    train("Ngram", ship=True)
    [folder] = version_folders(folders[:1], "Ngram").values()
    (folder / "model.tflite").write_bytes(b"hostile")
    with pytest.raises(CommandError, match="digest"):
        train("FF")


def test_teacher_of_other_languages_is_refused(train, folders):
    train("Ngram", ship=True)
    with pytest.raises(CommandError, match="knows en, fr"):
        call_command("train", "FF", languages=["en", "es"], passes=1)


def test_languages_are_chosen_by_any_of_their_codes(train, folders):
    train("Ngram", languages=["ENG", "en", "fr-CA"])
    [folder] = version_folders(folders[1:], "Ngram").values()
    assert Card.read(folder).languages == ("en", "fr")


@pytest.mark.parametrize("code", ["qqq", "und", "gl"])
def test_language_without_a_word_list_is_refused_with_the_known_ones(train, code):
    with pytest.raises(CommandError, match="with a word list are: ar, bg"):
        train("Ngram", languages=["en", code])


def test_unknown_network_is_refused_without_model_files(folders):
    assert not any(folder.exists() for folder in folders)
    with pytest.raises(CommandError, match="There is no network Nothing. Choose from: Ngram, FF, CNN, CNNsep, RNN"):
        call_command("train", "Nothing")


def test_resumed_run_skips_models_trained_today(train, folders):
    train("Ngram", ship=True)
    report = train("Ngram", ship=True, resume=True, seed=2)
    assert "trained today on these words, left out" in report
    [folder] = version_folders(folders[:1], "Ngram").values()
    assert Card.read(folder).training["seed"] == 1


def test_trained_version_is_served_without_tensorflow(train, folders):
    from classifier.ml.identifier import Identifier

    train("Ngram")
    [folder] = version_folders(folders[1:], "Ngram").values()
    assert (folder / LITERT_FILE).stat().st_mode & 0o044 == 0o044
    assert Identifier(folder).identify(["theing"])[0].candidates


@pytest.fixture
def export(tmp_path):
    """Return a function that writes an export of reviewed words."""
    from classifier.words.reviewed import ReviewedRow, write_rows

    def write(*rows):
        path = tmp_path / "reviewed.tsv"
        path.write_text(write_rows(ReviewedRow(word, label) for word, label in rows))
        return path

    return write


@pytest.mark.django_db
def test_network_from_scratch_learns_reviewed_words(train, folders, export):
    train("Ngram", ship=True)
    report = train("FF", feedback=export(("theeau", "fr"), ("thank you", "en"), ("ouioui", "und")))
    assert "1 of 3 reviewed words train" in report
    [folder] = version_folders(folders[1:], "FF").values()
    assert Card.read(folder).data["reviewed"]["trained"] == 1
    assert "base" not in Card.read(folder).training
    assert (folder / "reviewed.tsv").read_text().count("\n") == 2


@pytest.mark.django_db
def test_ngram_is_fine_tuned_unless_trained_from_scratch(train, folders, export):
    train("Ngram", ship=True)
    [base] = versions(folders[0])
    reviewed = export(("theeau", "fr"))
    assert f"fine-tuning Ngram {base}" in train("Ngram", feedback=reviewed)
    [tuned] = versions(folders[1])
    assert Card.read(folders[1] / "Ngram" / tuned).training["base"] == base
    assert "first its twin" in train("Ngram", feedback=reviewed, scratch=True)
    [scratch] = set(versions(folders[1])) - {tuned}
    assert "base" not in Card.read(folders[1] / "Ngram" / scratch).training
    assert versions(folders[0]) == [base]


@pytest.mark.django_db
def test_fine_tuning_without_a_version_is_refused(train, export):
    with pytest.raises(CommandError, match="There is no version .*--scratch"):
        train("Ngram", feedback=export(("theeau", "fr")))


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"word\tlanguage\n", "reviewed.tsv: line 1: the header is not"),
        (b"word\tlabel\tlanguages\tvotes\tuse\nthe\ten\n", "reviewed.tsv: line 2: 2 columns"),
        (b"\xff", "reviewed.tsv: .* codec can't decode"),
        (None, "reviewed.tsv: cannot be read"),
    ],
)
def test_bad_export_is_refused_with_its_line(train, tmp_path, content, message):
    path = tmp_path / "reviewed.tsv"
    if content is not None:
        path.write_bytes(content)
    with pytest.raises(CommandError, match=message):
        train("Ngram", feedback=path)


def test_own_words_train_any_languages(train, folders, tmp_path, monkeypatch):
    from classifier.ml.identifier import Identifier
    from classifier.training import lexicon
    from tests.toy_models import SYLLABLES, toy_words

    monkeypatch.setattr(lexicon, "frequencies", lambda *_: dict.fromkeys(toy_words("krz vvk", 5, "x"), 1e-5))
    lines = [f"{word}\t{code}" for code in ("de", "it") for word in toy_words(SYLLABLES[code], 500, code)]
    lines += [f"привет{word}\tru\t2.5" for word in toy_words("да нет мир", 500, "ru")]
    path = tmp_path / "words.tsv"
    path.write_text("\n".join(lines))
    train("Ngram", words=path, passes=3)
    [folder] = version_folders(folders[1:], "Ngram").values()
    card = Card.read(folder)
    assert card.languages == ("de", "it", "ru")
    assert card.data["source"].startswith("a word list of its own")
    answers = Identifier(folder).identify(["schungber", "приветмир"])
    assert [answer.candidates[0].language for answer in answers] == ["de", "ru"]
