"""`manage.py train`: versions, teachers and resumed runs."""

import pytest
from django.core.management import CommandError, call_command

from classifier.management.commands import train as command
from classifier.ml.artifacts import LITERT_FILE, Card, VersionConflict, read_active, version_folders
from tests.toy_models import SYLLABLES, toy_lexicon, toy_sparse_lexicon, toy_words

pytestmark = pytest.mark.slow


@pytest.fixture
def folders(tmp_path, settings):
    settings.MODEL_DIRS = [tmp_path / "shipped", tmp_path / "trained"]
    return settings.MODEL_DIRS


@pytest.fixture(scope="module")
def train_once():
    """Return functions that train both kinds of networks, and cache their results."""
    from classifier.training import ngram_training, training

    train, train_both, known = training.train, ngram_training.train_both, {}

    def train_once(architecture, lexicon, *, teachers, **options):
        key = (architecture.name, lexicon.digest, teachers.network is None, *sorted(options.items()))
        if key not in known:
            known[key] = train(architecture, lexicon, teachers=teachers, **options)
        return known[key]

    def train_both_once(lexicon, *, saved, **options):
        key = (lexicon.digest, *sorted(options.items()))
        if key not in known:
            known[key] = train_both(lexicon, saved=saved, **options)
        return known[key]

    return train_once, train_both_once


@pytest.fixture
def train(folders, train_once, monkeypatch, capsys):
    """Return a function that trains on toy words: its messages."""
    from classifier.training import lexicon, ngram_training, sparse_lexicon, training

    monkeypatch.setattr(lexicon, "build", lambda languages, _encoder, **_options: toy_lexicon(tuple(languages)))
    monkeypatch.setattr(sparse_lexicon, "build_some", lambda languages, **_: toy_sparse_lexicon(tuple(languages)))
    monkeypatch.setattr(training, "train", train_once[0])
    monkeypatch.setattr(ngram_training, "train_both", train_once[1])
    monkeypatch.setattr(command, "SECONDS_TO_SWITCH", 0)

    def run(*names, **options):
        passes = 0.1 if names == ("Ngram",) else 1
        call_command("train", *names, **{"languages": ["en", "fr"], "passes": passes, **options})
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
    from classifier.training import ngram_export

    def refuse(*_):
        raise VersionConflict("exists with other thresholds")

    monkeypatch.setattr(ngram_export, "add_version", refuse)
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
    with pytest.raises(CommandError, match="does not know es"):
        call_command("train", "FF", languages=["en", "es"], passes=1)


def test_languages_are_chosen_by_any_of_their_codes(train, folders):
    train("Ngram", languages=["ENG", "en", "fr-CA"])
    [folder] = version_folders(folders[1:], "Ngram").values()
    assert Card.read(folder).languages == ("en", "fr")


@pytest.mark.parametrize("code", ["qqq", "und", "gd"])
def test_language_without_a_word_list_is_refused_with_the_known_ones(train, code):
    with pytest.raises(CommandError, match="with a word list are: af, am, ar"):
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


@pytest.fixture
def toy_lists(monkeypatch):
    """Read toy words in place of public lists."""
    from classifier.training import gate

    lists = {code: dict.fromkeys(toy_words(SYLLABLES[code], 400, code), 1e-5) for code in ("en", "fr")}
    monkeypatch.setattr(gate, "read_words", lambda _card, _languages: lists)


@pytest.mark.django_db
def test_ngram_is_fine_tuned_on_reviewed_words(train, folders, export, toy_lists):
    train("Ngram", ship=True)
    [base] = versions(folders[0])
    report = train("Ngram", feedback=export(("theeau", "fr")))
    assert f"fine-tuning Ngram {base}" in report
    assert "1 of 1 words are answered as reviewed" in report
    [tuned] = versions(folders[1])
    card = Card.read(folders[1] / "Ngram" / tuned)
    assert card.training["base"] == base
    assert card.scores["held-out"]["words"] > 0
    assert versions(folders[0]) == [base]


@pytest.mark.django_db
def test_fine_tuning_on_own_words_reads_no_public_list(train, folders, export, tmp_path):
    train("Ngram", ship=True)
    lines = [f"{word}\t{code}" for code in ("en", "fr") for word in toy_words(SYLLABLES[code], 400, code)]
    (tmp_path / "words.tsv").write_text("\n".join(lines))
    assert "1 of 1 words" in train("Ngram", feedback=export(("theeau", "fr")), words=tmp_path / "words.tsv")
    assert len(versions(folders[1])) == 1


@pytest.mark.django_db
def test_fine_tuning_without_a_version_is_refused(train, export):
    with pytest.raises(CommandError, match="There is no version .*without --feedback first"):
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
def test_bad_export_is_refused_with_its_line(train, tmp_path, content, message, db):
    train("Ngram", ship=True)
    path = tmp_path / "reviewed.tsv"
    if content is not None:
        path.write_bytes(content)
    with pytest.raises(CommandError, match=message):
        train("Ngram", feedback=path)


def test_own_words_train_any_languages(train, folders, tmp_path, monkeypatch):
    from classifier.ml.identifier import Identifier
    from classifier.training import sparse_lexicon

    monkeypatch.setattr(sparse_lexicon, "frequencies", lambda *_: dict.fromkeys(toy_words("krz vvk", 5, "x"), 1e-5))
    lines = [f"{word}\t{code}" for code in ("de", "it") for word in toy_words(SYLLABLES[code], 500, code)]
    lines += [f"привет{word}\tru\t2.5" for word in toy_words("да нет мир", 500, "ru")]
    path = tmp_path / "words.tsv"
    path.write_text("\n".join(lines))
    train("Ngram", words=path, passes=0.4)
    [folder] = version_folders(folders[1:], "Ngram").values()
    card = Card.read(folder)
    assert card.languages == ("de", "it", "ru")
    assert card.data["source"].startswith("a word list of its own")
    answers = Identifier(folder).identify(["schungber", "приветмир"])
    assert [answer.candidates[0].language for answer in answers] == ["de", "ru"]


def test_example_of_the_page_of_languages_trains(train, folders, tmp_path, settings, monkeypatch):
    from classifier.ml.identifier import Identifier
    from classifier.training import sparse_lexicon

    monkeypatch.setattr(sparse_lexicon, "frequencies", lambda *_: dict.fromkeys(toy_words("krz vvk", 5, "x"), 1e-5))
    _, _, after = (settings.BASE_DIR / "docs" / "languages.md").read_text(encoding="utf-8").partition("```\n")
    lines = after.partition("```")[0].splitlines()  # three, where the page asks for 500 a language
    lines += [f"{word}\ten" for word in toy_words("hel llo wor", 500, "en")]
    lines += [f"{word}\tkk" for word in toy_words("рах мет сәл", 500, "kk")]
    (tmp_path / "words.tsv").write_text("\n".join(lines), encoding="utf-8")
    train("Ngram", words=tmp_path / "words.tsv", passes=0.4)
    [folder] = version_folders(folders[1:], "Ngram").values()
    assert set(Card.read(folder).languages) == {"kk", "en"}
    answers = Identifier(folder).identify(["рахмет", "hello"])
    assert [answer.candidates[0].language for answer in answers] == ["kk", "en"]
