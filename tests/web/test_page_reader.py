import pytest

from tests.web.page_reader import read


@pytest.mark.parametrize(
    ("page", "unmarked"),
    [
        ("<p>⟦Your <b>word</b>⟧ 67 %</p>", []),
        ("<p>⟦Your⟧ <b>word</b></p>", ["word"]),
        ('<p title="word">⟦Your ⟦word⟧ is⟧</p>', ["word"]),
        ('<p lang="fr">mot</p><code>word</code><bdi>word</bdi> FF', []),
        ('<input type="submit" value="Send"><input value="orignal">', ["Send"]),
        ('<meta name="description" content="word"><p translate="no">word <br> word</p>word', ["word", "word"]),
    ],
)
def test_text_without_gettext_is_found(page, unmarked):
    assert read(page).unmarked == unmarked
