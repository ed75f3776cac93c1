from classifier.templatetags.review_text import digit_key


def test_ten_languages_have_digits():
    assert [digit_key(place) for place in (1, 9, 10, 11, 30)] == ["1", "9", "0", "", ""]
