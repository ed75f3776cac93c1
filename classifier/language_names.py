"""Names of languages, where Django lacks them or has them wrong."""

from django.conf.locale import LANG_INFO
from django.utils.translation import gettext_noop

# English name, and name in the language itself, as in Unicode CLDR. Django translates those that are not marked.
_OWN = {
    "af": (gettext_noop("Afrikaans"), "Afrikaans"),
    "am": (gettext_noop("Amharic"), "አማርኛ"),
    "cs": ("Czech", "čeština"),
    "eu": ("Basque", "euskara"),
    "fa": (gettext_noop("Persian"), "فارسی"),
    "fil": (gettext_noop("Filipino"), "Filipino"),
    "gu": (gettext_noop("Gujarati"), "ગુજરાતી"),
    "ha": (gettext_noop("Hausa"), "Hausa"),
    "kk": ("Kazakh", "қазақ тілі"),
    "km": (gettext_noop("Khmer"), "ខ្មែរ"),
    "kn": ("Kannada", "ಕನ್ನಡ"),
    "la": (gettext_noop("Latin"), "Latina"),
    "lb": (gettext_noop("Luxembourgish"), "Lëtzebuergesch"),
    "lg": (gettext_noop("Ganda"), "Luganda"),
    "lo": (gettext_noop("Lao"), "ລາວ"),
    "lt": ("Lithuanian", "lietuvių"),
    "mi": (gettext_noop("Maori"), "Māori"),
    "mn": ("Mongolian", "монгол"),
    "nb": (gettext_noop("Norwegian Bokmål"), "norsk bokmål"),
    "nn": (gettext_noop("Norwegian Nynorsk"), "norsk nynorsk"),
    "om": (gettext_noop("Oromo"), "Oromoo"),
    "or": (gettext_noop("Odia"), "ଓଡ଼ିଆ"),
    "pa": ("Punjabi", "ਪੰਜਾਬੀ"),
    "ps": (gettext_noop("Pashto"), "پښتو"),
    "si": (gettext_noop("Sinhala"), "සිංහල"),
    "sk": ("Slovak", "slovenčina"),
    "sn": (gettext_noop("Shona"), "chiShona"),
    "so": (gettext_noop("Somali"), "Soomaali"),
    # One class of the models, which cannot tell Bosnian, Croatian and Serbian in Latin letters apart.
    "sr-Latn": (gettext_noop("Serbo-Croatian"), "bosanski, hrvatski, srpski"),
    "st": (gettext_noop("Southern Sotho"), "Sesotho"),
    "ti": (gettext_noop("Tigrinya"), "ትግርኛ"),
    "tn": (gettext_noop("Tswana"), "Setswana"),
    "ts": (gettext_noop("Tsonga"), "Xitsonga"),
    "xh": (gettext_noop("Xhosa"), "isiXhosa"),
    "yo": (gettext_noop("Yoruba"), "Yorùbá"),
    "zh": (gettext_noop("Chinese"), "中文"),
    "zu": (gettext_noop("Zulu"), "isiZulu"),
}
NAMES = {
    **{code: (info["name"], info["name_local"]) for code, info in LANG_INFO.items() if "name" in info},
    **_OWN,
}  # by code
