"""Plans of a comparison, its figures and what of them stays."""

import numpy as np
import pytest

from benchmarks import accuracy, accuracy_report, comparison, examples, runs, systems
from benchmarks.accuracy import Job
from benchmarks.comparison import OtherTexts
from benchmarks.language_sets import ALL, SETS, as_one, read_texts, sets_with_texts
from benchmarks.packages import LINGUA, NOTHING, Detection, best_of, first_of
from benchmarks.systems import System, common, own_codes
from classifier.scores import THREE
from classifier.training.test_sets import LabelledTexts
from tests.benchmarks.conftest import LANGUAGES, OURS, THEIRS, answer, run
from tests.conftest import FakeIdentifier, fake_card

WORDS = LabelledTexts("single-words", ["a", "b", "c", "d"], ["ms", "id", "ms", "en"])


def program(name, *known, ours=False):
    return System(name, "1", "", known, ours)


def test_sets_have_as_many_languages_as_their_names_say():
    assert all(len(set(languages)) == int(name) for name, languages in SETS.items())


def test_set_needs_texts_in_all_its_languages(folder):
    assert sets_with_texts(folder, ("en", "fr", "es", "xx")) == {THREE: LANGUAGES}
    assert sets_with_texts(folder, ("fr", "en"))[ALL] == ("en", "fr")


def test_language_has_the_codes_that_a_program_gives_it():
    assert own_codes("nb", {"no", "nn"}) == ["no"]
    assert own_codes("zh", {"zh-hans", "zh-hant"}) == ["zh-hans", "zh-hant"]
    assert own_codes("sr-Latn", {"sr"}) == []
    assert common(["en", "fil", "mk"], {"en", "tl"}) == ("en", "fil")


def test_best_ranked_candidate_counts_with_its_share_of_the_candidates():
    ranked = [("de", 0.6), ("fr", 0.3), ("en", 0.1)]
    assert best_of(ranked, ["en", "fr"]) == Detection("fr", pytest.approx(0.75))
    assert best_of(ranked, ["es"]) == NOTHING
    assert best_of([("fr", 0.0)], ["fr"]) == NOTHING


def test_tie_is_no_answer():
    assert first_of([("fr", 0.5), ("en", 0.5)]) == NOTHING
    assert first_of([("fr", 0.5), ("en", 0.4)]) == Detection("fr", 0.5)
    assert first_of([("fr", 0.5)]) == Detection("fr", 0.5)


def test_answers_of_a_package_get_our_codes(monkeypatch):
    package = systems.PACKAGES[LINGUA]
    made = {}
    fake = type(package)("x", "", list, lambda codes: made.update(codes=codes) or (lambda text: Detection(text, 1.0)))
    monkeypatch.setattr(systems, "PACKAGES", {"fake": fake})
    detect = systems.load("fake", ["en", "nb"], {"en", "no", "de"})
    assert [one.language for one in detect(["no", "de", "en"])] == ["nb", None, "en"]
    assert made["codes"] == ["en", "no"]


def test_program_that_lacks_a_language_is_left_out_of_a_set():
    jobs = accuracy.plan({"3": LANGUAGES, "2": ("en", "fr")}, [OURS, program("small", "en", "fr")], "Ngram")
    assert [(job.set_name, job.system.name) for job in jobs] == [("3", "Ngram"), ("2", "Ngram"), ("2", "small")]


def test_program_that_lacks_some_of_all_languages_is_compared_on_the_others():
    jobs = accuracy.plan(
        {ALL: LANGUAGES}, [OURS, program("FF", "en", "fr", ours=True), program("small", "en", "es")], "Ngram"
    )
    assert [(job.set_name, job.languages, job.system.name) for job in jobs] == [
        (ALL, LANGUAGES, "Ngram"),
        ("all: small", ("en", "es"), "Ngram"),
        ("all: small", ("en", "es"), "small"),
    ]


def test_model_alone_is_measured_in_the_sets_of_earlier_programs():
    earlier = {"all: small": ["en", "es"], "all: gone": ["en", "de"]}
    jobs = accuracy.plan({ALL: LANGUAGES}, [OURS], "Ngram", earlier)
    assert [(job.set_name, job.languages) for job in jobs] == [(ALL, LANGUAGES), ("all: small", ("en", "es"))]


def test_figures_of_the_same_version_and_texts_stay(results):
    entry = results["sets"][THREE]
    texts = {THREE: {"single-words": LabelledTexts("single-words", ["the"], ["en"])}}
    jobs = [Job(THREE, LANGUAGES, OURS)]
    assert accuracy.pending(results, jobs, texts) == jobs
    entry["digest"] = accuracy.digest(texts[THREE])
    assert accuracy.pending(results, jobs, texts) == []
    entry["runs"]["Ngram"]["version"] = "0"
    assert accuracy.pending(results, jobs, texts) == jobs


def test_one_system_can_be_measured_anew(folder, results):
    theirs = dict(results["sets"][THREE]["runs"][LINGUA])
    results["sets"][THREE]["runs"]["Ngram"] = {}
    run(folder, [OURS], results)
    assert results["sets"][THREE]["runs"]["Ngram"]["accuracy"]["single-words"]["as typed"] == round(4 / 6, 4)
    assert results["sets"][THREE]["runs"][LINGUA] == theirs


def test_figures_of_other_texts_are_not_mixed(folder, results, monkeypatch):
    (folder / "single-words" / "en.txt").write_text("other\n")
    monkeypatch.setattr(systems, "shipped_models", lambda: {"Ngram": folder})
    monkeypatch.setattr(systems, "systems", lambda _names: [OURS])
    monkeypatch.setattr(comparison, "read_languages", lambda _folder: LANGUAGES)
    monkeypatch.setattr(comparison.language_sets, "read_everyday", lambda *_: {"common-words": WORDS})
    with pytest.raises(OtherTexts, match="of 3 languages are of other texts"):
        next(comparison.update(results, folder))


def test_accuracy_matches_a_hand_computation(results):
    figures = results["sets"][THREE]["runs"]["Ngram"]
    assert figures["accuracy"]["single-words"]["as typed"] == round(4 / 6, 4)
    assert figures["accuracy"]["single-words"]["in capitals"] == 0
    assert figures["by_length"] == {"1-3": 1.0, "4-5": 0.5, "6-7": 0.5}
    assert accuracy.unpack(figures["right"]["single-words"], 6).tolist() == [True, False, True, True, True, False]


def test_least_sure_answers_are_left_out_first(results):
    coverage = results["sets"][THREE]["runs"]["Ngram"]["coverage"]
    assert coverage["0.99"] == round(1 / 6, 4)  # orignal, the second word, is wrong


def test_refused_texts_are_counted(folder):
    (folder / "single-words" / "en.txt").write_text("the\n12\n")
    results = run(folder)
    runs = results["sets"][THREE]["runs"]
    assert runs["Ngram"]["refused"] == {"single-words": 1, "word-pairs": 0}
    assert runs[LINGUA]["refused"] == {"single-words": 0, "word-pairs": 0}
    assert "it refuses 1 single words." in "\n".join(accuracy_report.method(results))


def test_systems_get_the_same_texts(folder, monkeypatch):
    batches = {}
    jobs = accuracy.plan({THREE: LANGUAGES}, [THEIRS, program("other", *LANGUAGES)], "Ngram")
    texts = {THREE: read_texts(folder, LANGUAGES)}

    def record(name, languages, known, given):
        batches[name] = given
        return answer(LINGUA, languages, known, given)

    list(accuracy.measure({}, jobs, texts, answer=record))
    assert batches[LINGUA] == batches["other"]
    assert {kind: len(of_kind) for kind, of_kind in batches[LINGUA].items()} == {"single-words": 4, "word-pairs": 4}


def test_malay_and_indonesian_count_as_one():
    detections = [Detection(one) for one in ("id", "ms", "en", "en")]
    figures = accuracy.score({"single-words": WORDS}, {"single-words": {"as typed": detections}})
    assert figures["accuracy"]["single-words"]["as typed"] == 0.25
    assert figures["as_one"] == {"single-words": 0.75}
    assert as_one(["id", "fr"]) == ["ms", "fr"]


@pytest.mark.parametrize("count", [0, 1, 8, 1500])
def test_packed_flags_are_the_same(count):
    flags = np.random.default_rng(count).random(count) < 0.9
    assert (accuracy.unpack(accuracy.pack(flags), count) == flags).all()


def test_cost_is_measured_on_two_samples_of_all_languages():
    asked = []
    texts = [str(place) for place in range(2500)]

    def detect(given):
        asked.append(len(given))
        return [Detection("en")] * len(given)

    answers = runs.measure(lambda: detect, {"single-words": {"as typed": texts}})
    assert asked == [1] * 2000 + [1000, 2500]
    assert answers.cost.keys() == {"load_s", "memory_mb", "text_us", "listed_word_us"}


def test_words_lost_and_won_are_told_apart(folder, results):
    texts = read_texts(folder, LANGUAGES)["single-words"]
    lost = examples.lost_words(FakeIdentifier(fake_card("Ngram", "1")), results["sets"][THREE], texts, LINGUA)
    [word] = lost.pop("words")
    assert lost == {"model": "Ngram", "other": LINGUA, "won": 2, "lost": 1, "single": 1}
    assert (word["word"], word["language"], word["answered"], word["verdict"]) == ("orignal", "en", "fr", "single")


def test_refused_texts_are_neither_single_nor_right():
    test = LabelledTexts("mine", ["chateau", "12"], ["fr", "fr"])
    assert examples.single_and_right(FakeIdentifier(fake_card("Ngram", "1")), test, LANGUAGES) == 0.5
