"""Texts are split into words and answered as a whole."""

import os
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from classifier.ml.judging import answer_texts
from classifier.ml.texts import PLAIN_WORD, combine, pieces_of, split_elision, split_unspaced, words_of
from classifier.services import registry
from classifier.training.test_sets import read_test_set
from tests.conftest import fake_card

SHARES = st.lists(st.lists(st.floats(1e-7, 1), min_size=3, max_size=3), min_size=1, max_size=8)
OUTPUT = {
    "le": (0.04, 0.86, 0.05, 0.05),
    "chat": (0.4, 0.5, 0.05, 0.05),
    "Merkel": (0.08, 0.01, 0.01, 0.9),
    "und": (0.05, 0.01, 0.01, 0.93),
    "café": (0.25, 0.35, 0.35, 0.05),
    "hola": (0.05, 0.05, 0.85, 0.05),
}


def identify(*texts, languages=()):
    output = lambda words: np.array([OUTPUT[word] for word in words])  # noqa: E731
    return answer_texts(fake_card("Ngram", "1"), texts, output, languages)


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("orignal", ["orignal"]),
        ("Il y a un orignal.", ["Il", "y", "a", "un", "orignal"]),
        ("¿Dónde está?", ["Dónde", "está"]),
        ("aujourd'hui, l’eau\tporte-monnaie", ["aujourd'hui", "l’eau", "porte", "monnaie"]),
        ("« Oh ! », dit-elle", ["Oh", "dit", "elle"]),
        ("'tis 'quoted' -ism", ["tis", "quoted", "ism"]),
        ("at 7.30 on 12/05, 2nd floor – room B2", ["at", "on", "floor", "room", "B"]),
        ("हिन्दी, 日本語。 мир!", ["हिन्दी", "日本語", "мир"]),
        ("e\u0301t\u00e9 (cafe\u0301)", ["e\u0301t\u00e9", "cafe\u0301"]),
        ("<b>chat</b> x'--", ["b", "chat", "b", "x"]),
        ("12 ! 😀 ʼ", []),
        ("", []),
    ],
)
def test_words_are_split_at_white_space_and_hyphens_without_punctuation(text, words):
    assert words_of(text) == words


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("and/or oui/non", ["and", "or", "oui", "non"]),
        ("hola,mundo", ["hola", "mundo"]),
        ("I came—I saw", ["I", "came", "I", "saw"]),
        ("wait…what love❤you snake_case", ["wait", "what", "love", "you", "snake", "case"]),
        ("c'est-à-dire", ["c'est", "à", "dire"]),
        ("AT&T St.Jean", ["AT", "T", "St", "Jean"]),
        ("fin.Y yes.I casa.A", ["fin", "Y", "yes", "I", "casa", "A"]),
        ("perro(dog) hola(mundo)", ["perro", "dog", "hola", "mundo"]),
        ("room4you B2 h2o", ["room", "you", "B", "h", "o"]),
        ("hola&nbsp;mundo Tom&amp;Jerry", ["hola", "mundo", "Tom", "Jerry"]),
        ("&lt;b&gt;hello&lt;/b&gt;", ["b", "hello", "b"]),
        ("rendez&#8209;vous", ["rendez", "vous"]),
        ("tod@s.Gracias", ["todos", "Gracias"]),
        ("niñ@s-as meet@5", ["niños", "as", "meet"]),
        ("rojo·blanco Paris·Lyon pain•vin", ["rojo", "blanco", "Paris", "Lyon", "pain", "vin"]),
        ("ok.i yes.y merci.à", ["ok", "i", "yes", "y", "merci", "à"]),
        ("rdv à 12h30 20h-22h gracias :D ;-p", ["rdv", "à", "gracias"]),
    ],
)
def test_sign_inside_a_token_parts_words(text, words):
    assert words_of(text) == words


@pytest.mark.parametrize(
    ("token", "word"),
    [
        ("U.S.", "US"),
        ("directeur·rice·s", "directeurrices"),
        ("e.g.", "eg"),
        ("EE.UU.", "EEUU"),
        ("étudiant·e·s", "étudiantes"),
        ("étudiant.e.s", "étudiantes"),
        ("ami(e)", "amie"),
        ("niñ@s", "niños"),
        ("col·lega", "col·lega"),
        ("professionnel·le·s", "professionnelles"),
        ("quel·le", "quelle"),
        ("l'étudiant·e", "l'étudiante"),
        ("chien(ne)s", "chiennes"),
        ("2ème", "ème"),
        ("1st", "st"),
        ("Nike™", "Nike"),
        ("caf&eacute;", "café"),
        ("l&#39;eau", "l'eau"),
        ("caf&amp;eacute;", "café"),
        ("&unknown;", "unknown"),
        ("a&nbsp;", "a"),
        ("aujourd&shy;hui", "aujourdhui"),
    ],
)
def test_sign_that_interrupts_a_word_leaves_one_word(token, word):
    assert words_of(token) == [word]


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("bonjour https://a.example/b?c=d", ["bonjour"]),
        ("bonjour (www.a.example)", ["bonjour"]),
        ("hola me@a.example", ["hola"]),
        ("@nev@bananachips.club hello", ["hello"]),
        ("#bonjour", ["bonjour"]),
        ("July 4th", ["July"]),
        ("1er janvier", ["janvier"]),
        ("chat 😀 12", ["chat"]),
        ("bonjour,me@a.example", ["bonjour"]),
        ("[lien](https://a.example/b_(c)?d)", ["lien"]),
        ("voir:https://a.example, merci", ["voir", "merci"]),
        ("hola user@localhost", ["hola"]),
        ("U.S.-based in the 20th-century", ["US", "based", "in", "the", "century"]),
        ("July 4th🎉", ["July"]),
        ("4th/5th", ["th", "th"]),
        ("https://a.example", []),
        ("https://a.example/?b=1&amp;c=2", []),
        ("me@a.example", []),
    ],
)
def test_addresses_and_numbers_hold_no_word(text, words):
    assert words_of(text) == words


def test_pieces_keep_all_signs_of_a_text():
    pieces = [(piece.text, piece.word, piece.spaced) for piece in pieces_of("« Oh ! » and/or 7")]
    assert pieces == [
        ("«", "", True),
        ("Oh", "Oh", True),
        ("!", "", True),
        ("»", "", True),
        ("and/", "and", False),
        ("or", "or", True),
        ("7", "", True),
    ]


@given(st.text(max_size=40))
def test_pieces_put_together_are_the_text(text):
    together = "".join(piece.text + " " * piece.spaced for piece in pieces_of(text))
    assert together.rstrip() == " ".join(text.split())


@given(st.text("&;#xaéb0 .'-·@", max_size=12))
def test_entities_of_any_form_are_split(text):
    assert all(piece.text for piece in pieces_of(text))


def test_entities_inside_entities_are_decoded_twice_at_most():
    assert words_of("caf&amp;eacute;") == ["café"]
    assert words_of("&" + "amp;" * 249)  # no recursion


@given(st.text(max_size=40))
def test_word_of_a_text_is_one_word(text):
    for word in words_of(text):
        assert words_of(word) == [word]


@pytest.mark.parametrize(
    ("word", "parts"),
    [
        ("l'eau", ("l", "eau")),
        ("Qu’il", ("Qu", "il")),
        ("aujourd'hui", None),
        ("don't", None),
        ("it's", None),
        ("c'mon", None),
        ("TV's", None),
        ("d'you", None),
        ("j'y", ("j", "y")),
        ("O'Neill", None),
        ("м'яч", None),
        ("l'2e", None),
        ("l'", None),
        ("'eau", None),
        ("eau", None),
        ("a", None),
    ],
)
def test_elision_is_a_word_without_its_vowel_before_an_apostrophe(word, parts):
    assert split_elision(word) == parts


def test_agreeing_words_are_surer_than_one():
    shares, _ = combine(np.array([[0.2, 0.6, 0.2]] * 3), np.zeros(3))
    assert shares[1] > 0.9


def test_foreign_word_decides_little():
    shares, _ = combine(np.array([[0.2, 0.7, 0.1], [0.9, 0.05, 0.05]]), np.array([0.05, 0.95]))
    assert shares.argmax() == 1


def test_single_word_has_no_veto():
    shares, _ = combine(np.array([[0.1, 0.8, 0.1]] * 4 + [[1.0, 0.0, 0.0]]), np.zeros(5))
    assert shares[1] > 0.9


def test_surest_words_have_full_weight():
    shares = np.array([[0.2, 0.6, 0.2]] * 2)
    assert combine(shares, np.full(2, 0.4))[0] == pytest.approx(combine(shares, np.zeros(2))[0])


def test_foreign_words_alone_leave_languages_equal():
    shares, undetermined = combine(np.array([[1.0, 0.0, 0.0]] * 2), np.ones(2))
    assert shares == pytest.approx(np.full(3, 1 / 3))
    assert undetermined == 1


def test_many_words_do_not_underflow():
    shares, undetermined = combine(np.tile([[0.0, 1.0, 0.0]], (500, 1)), np.zeros(500))
    assert shares == pytest.approx([0, 1, 0])
    assert undetermined == 0


@given(SHARES, st.data())
def test_order_of_words_does_not_change_a_text(rows, data):
    shares = np.array(rows) / np.sum(rows, axis=1, keepdims=True)
    undetermined = np.array(data.draw(st.lists(st.floats(0, 1), min_size=len(rows), max_size=len(rows))))
    whole, none = combine(shares, undetermined)
    assert whole.sum() == pytest.approx(1)
    assert undetermined.min() - 1e-9 <= none <= undetermined.max() + 1e-9
    assert combine(shares[::-1], undetermined[::-1])[0] == pytest.approx(whole)


def test_text_has_an_answer_and_one_for_each_word():
    [answer] = identify("le chat")
    assert (answer.word, answer.language, answer.verdict) == ("le chat", "fr", "single")
    assert [word.word for word in answer.words] == ["le", "chat"]
    assert list(answer.words) == identify("le", "chat")


def test_undecided_words_decide_together():
    chat, text = identify("chat", "le chat")
    assert (chat.verdict, text.verdict) == ("several", "single")


def test_name_does_not_make_a_text_unsure():
    [answer] = identify("le chat le chat Merkel")
    assert (answer.language, answer.undetermined) == ("fr", pytest.approx(0.22))


def test_text_of_foreign_words_is_unsure():
    [answer] = identify("Merkel und")
    assert (answer.verdict, answer.language) == ("unsure", None)
    assert answer.undetermined == pytest.approx(0.915)


def test_text_in_two_languages_is_several():
    assert identify("café café")[0].verdict == "several"


def test_text_of_words_of_different_languages_is_mixed():
    [answer] = identify("le hola le hola")
    assert (answer.verdict, answer.mixture) == ("several", ("fr", "es"))
    assert identify("café café")[0].mixture == ()
    assert identify("le le le chat")[0].mixture == ()
    assert identify("hola chat")[0].mixture == ("es", "fr")  # chat is French or English, but not Spanish


def test_text_in_an_unknown_language_is_not_mixed():
    [answer] = identify("Merkel und le Merkel und hola")
    assert (answer.verdict, answer.mixture) == ("unsure", ())


@given(st.from_regex(PLAIN_WORD, fullmatch=True))
def test_plain_word_is_split_as_any_text(word):
    assert words_of(word) == words_of(f"{word} !") == [word]


def test_single_word_stays_as_typed():
    plain, typed, among_numbers = identify("chat", "« chat ! »", "12 chat")
    assert (plain.words, typed.words, typed.word) == ((), (), "« chat ! »")
    assert plain.probabilities == typed.probabilities == among_numbers.probabilities


def test_languages_restrict_a_text_and_its_words():
    [answer] = identify("le chat", languages=["es", "en"])
    assert {candidate.language for candidate in answer.candidates} == {"es", "en"}
    assert [len(word.candidates) for word in answer.words] == [2, 2]
    assert set(answer.probabilities) == {"es", "en", "und"}


def test_words_and_texts_are_one_batch_of_each_word():
    batches = []
    output = lambda words: batches.append(words) or np.array([OUTPUT[word] for word in words])  # noqa: E731
    answers = answer_texts(fake_card("Ngram", "1"), ["chat", "le café", "Merkel", "le chat"], output)
    assert [answer.word for answer in answers] == ["chat", "le café", "Merkel", "le chat"]
    assert batches == [["chat", "le", "café", "Merkel"]]
    assert answers == identify("chat") + identify("le café") + identify("Merkel", "le chat")


@pytest.mark.parametrize("languages", [(), ("es", "en"), ("fr",)])
def test_many_words_have_the_answers_of_single_words(fake_models, languages):
    words = [f"{start}{end}" for start in "bcdfgh" for end in ("a", "é", "eau", "s", " papa")]
    identify = fake_models["FF"].identify
    assert identify(words, languages) == [answer for word in words for answer in identify([word], languages)]


@pytest.mark.real_models
@pytest.mark.parametrize(
    ("text", "language"),
    [
        ("Il y a un orignal, dit Merkel.", "fr"),
        ("¿Dónde está el hotel, amigo?", "es"),
        ("There is a moose on the piano", "en"),
        ("Gdzie jest najbliższy dworzec kolejowy", None),
    ],
)
def test_shipped_model_recognises_sentences(text, language):
    assert registry.current().get("Ngram").identify([text])[0].language == language


@pytest.mark.lingua
@pytest.mark.real_models
@pytest.mark.parametrize(("kind", "floor"), [("word-pairs", 0.975), ("sentences", 0.9995)])
def test_shipped_model_is_right_about_public_texts(kind, floor):
    test = read_test_set(Path(os.environ["LINGUA_TESTDATA"]), ("en", "fr", "es"), kind)
    answers = registry.current().get("Ngram").identify(test.texts)
    right = [answer.candidates[0].language == label for answer, label in zip(answers, test.labels, strict=True)]
    assert np.mean(right) >= floor


@pytest.mark.parametrize(
    ("word", "pieces"),
    [
        ("日本語だ", []),
        ("おはようございます", ["おはよう", "ございま", "す"]),
        ("今日は天気がいい", ["今日は天", "気がいい"]),
        ("iPhoneを買う", ["iPhone", "を買う"]),
        ("コンピューター", ["コンピュ", "ーター"]),
        ("Straßenbahn", []),
        ("안녕하세요", []),
        ("สวัสดีครับ", []),
    ],
)
def test_long_words_in_han_or_kana_have_pieces(word, pieces):
    assert split_unspaced(word) == pieces
