"""Writes the language of each line of a file, with all cores: `python -m benchmarks.peers.lingua_parallel FILE`."""

import sys
from pathlib import Path

from lingua import Language, LanguageDetectorBuilder


def main() -> None:
    """Read all words, identify them, write all languages."""
    words = Path(sys.argv[1]).read_text(encoding="utf-8").splitlines()
    languages = (Language.ENGLISH, Language.FRENCH, Language.SPANISH)
    detector = LanguageDetectorBuilder.from_languages(*languages).build()
    found = detector.detect_languages_in_parallel_of(words)
    sys.stdout.writelines(f"{language.iso_code_639_1.name.lower() if language else ''}\n" for language in found)


if __name__ == "__main__":
    main()
