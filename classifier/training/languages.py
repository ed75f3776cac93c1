"""Languages that a model can learn, and the public word lists of each.

wordfreq (CC BY-SA 4.0) counts words of books, subtitles and the web. The package langidentify-full-model (Apache-2.0)
holds the words of 64 Wikipedias with their log probabilities. simplemma (MIT) holds dictionaries without frequencies.
Django's own texts (BSD) are translated into languages that none of these has.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from importlib import resources
from importlib.resources.abc import Traversable

import wordfreq
from simplemma.strategies.dictionaries.dictionary_factory import SUPPORTED_LANGUAGES

# Ranges of code points, of letters and marks alike.
SCRIPTS: Mapping[str, tuple[tuple[int, int], ...]] = {
    "Latin": ((0x61, 0x7A), (0xDF, 0x24F), (0x253, 0x292), (0x300, 0x341), (0x1E00, 0x1EFF)),
    "Greek": ((0x370, 0x3FF), (0x1F00, 0x1FFF)),
    "Cyrillic": ((0x400, 0x52F),),
    "Armenian": ((0x531, 0x587),),
    "Hebrew": ((0x591, 0x5F4),),
    "Arabic": ((0x620, 0x6FF), (0x750, 0x77F)),
    "Devanagari": ((0x900, 0x97F),),
    "Bengali": ((0x980, 0x9FF),),
    "Gurmukhi": ((0xA00, 0xA7F),),
    "Gujarati": ((0xA80, 0xAFF),),
    "Oriya": ((0xB00, 0xB7F),),
    "Tamil": ((0xB80, 0xBFF),),
    "Telugu": ((0xC00, 0xC7F),),
    "Kannada": ((0xC80, 0xCFF),),
    "Malayalam": ((0xD00, 0xD7F),),
    "Sinhala": ((0xD80, 0xDFF),),
    "Thai": ((0xE00, 0xE7F),),
    "Lao": ((0xE80, 0xEFF),),
    "Burmese": ((0x1000, 0x109F),),
    "Georgian": ((0x10D0, 0x10FF),),
    "Ethiopic": ((0x1200, 0x139F),),
    "Khmer": ((0x1780, 0x17FF),),
    "Hangul": ((0xAC00, 0xD7A3),),
    "Han": ((0x3005, 0x3007), (0x3400, 0x4DBF), (0x4E00, 0x9FFF)),
    "Japanese": ((0x3005, 0x3007), (0x3040, 0x30FF), (0x3400, 0x4DBF), (0x4E00, 0x9FFF)),
}


@dataclass(frozen=True)
class Language:
    """Where the words of a language come from."""

    code: str
    script: str = "Latin"
    wordfreq: str = ""
    wikipedia: tuple[str, ...] = ()  # names in langidentify-full-model
    simplemma: str = ""
    most_words: int = 400_000  # of wordfreq's; fewer where the script says most
    rate: float = 1.0  # share of the training words, beside that of the others

    @property
    def only_script(self) -> bool:
        """Whether no list has its words: the model knows its letters only."""
        return not (self.wordfreq or self.wikipedia or self.simplemma)

    @property
    def coarse(self) -> bool:
        """Whether rare words are missing in its lists: wordfreq's large lists go down to 1e-8."""
        return self.wordfreq not in wordfreq.available_languages("large")


def _latin(codes: str, **options: float) -> Iterator[Language]:
    """Yield languages whose names are the same in all sources."""
    for code in codes.split():
        in_wordfreq, in_wikipedia, in_simplemma = (code in names for names in _names())
        yield Language(
            code,
            wordfreq=code if in_wordfreq else "",
            wikipedia=(code,) if in_wikipedia else (),
            simplemma=code if in_simplemma else "",
            **options,  # type: ignore[arg-type]  # rate only
        )


@cache
def _names() -> tuple[frozenset[str], frozenset[str], frozenset[str]]:
    wikipedia = {
        path.name.removeprefix("topwords-").removesuffix(".txt.gz")
        for path in wikipedia_folder().iterdir()
        if path.name.startswith("topwords-")
    }
    return frozenset(wordfreq.available_languages("best")), frozenset(wikipedia), SUPPORTED_LANGUAGES


def wikipedia_folder() -> Traversable:
    """Return the folder of the words of Wikipedia."""
    return resources.files("langidentify_full_model") / "data"


def all_languages() -> dict[str, Language]:
    """Return the languages with words that can be told apart, by code."""
    ours = [
        *_latin("en fr es", rate=1.5),
        *_latin("ca cs da de fi hu id is it lt lv ms nl pl pt ro sk sl sv tr vi"),
        *_latin("af az cy eo et eu ga la lb nn sq sw", rate=0.6),
        *_latin("lg mi om sn so st tn ts xh yo zu", rate=0.3),
        Language("nb", wordfreq="nb", wikipedia=("no",), simplemma="nb"),
        Language("fil", wordfreq="fil", wikipedia=("tl",), simplemma="tl"),
        Language("sr-Latn", wordfreq="sh", wikipedia=("hr", "bs"), simplemma="hbs"),
        Language("sr", "Cyrillic", wikipedia=("sr",), rate=0.5),  # and those of sr-Latn in Cyrillic letters
        Language("bg", "Cyrillic", "bg", ("bg",), "bg", rate=0.5),
        Language("be", "Cyrillic", "", ("be",), rate=0.5),
        Language("mk", "Cyrillic", "mk", ("mk",), "mk", 100_000, 0.5),
        Language("mn", "Cyrillic", "", ("mn",), rate=0.5),
        Language("ru", "Cyrillic", "ru", ("ru",), "ru", 150_000, 0.5),
        Language("uk", "Cyrillic", "uk", ("uk",), "uk", 120_000, 0.5),
        Language("ar", "Arabic", "ar", ("ar",), "ar", 60_000, 0.5),
        Language("fa", "Arabic", "fa", ("fa",), "fa", rate=0.5),
        Language("ps", "Arabic", "", ("ps",), rate=0.5),
        Language("ur", "Arabic", "ur", ("ur",), rate=0.5),
        Language("zh", "Han", "zh", most_words=60_000, rate=0.5),
        Language("ja", "Japanese", "ja", most_words=60_000, rate=0.5),
        Language("am", "Ethiopic", "", ("am",), rate=0.2),
        Language("ti", "Ethiopic", "", ("ti",), rate=0.2),
        Language("he", "Hebrew", "he", most_words=25_000, rate=0.15),
        Language("el", "Greek", "el", most_words=25_000, rate=0.15),
        Language("hi", "Devanagari", "hi", most_words=25_000, rate=0.15),
        Language("bn", "Bengali", "bn", most_words=25_000, rate=0.15),
        Language("ta", "Tamil", "ta", most_words=25_000, rate=0.15),
        Language("ko", "Hangul", "ko", most_words=25_000, rate=0.15),
        Language("hy", "Armenian", simplemma="hy", rate=0.15),
        Language("ka", "Georgian", simplemma="ka", rate=0.15),
        Language("ml", "Malayalam", simplemma="ml", rate=0.15),
        Language("pa", "Gurmukhi", rate=0.1),
        Language("gu", "Gujarati", rate=0.1),
        Language("or", "Oriya", rate=0.1),
        Language("te", "Telugu", rate=0.1),
        Language("kn", "Kannada", rate=0.1),
        Language("si", "Sinhala", rate=0.1),
        Language("th", "Thai", rate=0.1),
        Language("lo", "Lao", rate=0.1),
        Language("my", "Burmese", rate=0.1),
        Language("km", "Khmer", rate=0.1),
    ]
    return {language.code: language for language in ours}


# Languages that are no class: their words belong to none. Django has a thousand words of each without a dictionary.
NEIGHBOURS = (
    *(Language(code, simplemma=code) for code in ("ast", "gl", "gd", "gv", "se")),
    *(Language(code) for code in ("br", "dsb", "hsb", "ia", "io", "kab", "tk", "uz")),
    *(Language(code, "Cyrillic") for code in ("kk", "ky", "os", "tg", "tt")),
    *(Language(code, "Arabic") for code in ("ckb", "ug")),
    *(Language(code, "Devanagari") for code in ("mr", "ne")),
)
