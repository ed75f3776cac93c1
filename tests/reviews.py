"""Reviews of single feedback, as tests need them."""

from classifier.services.review import decide, reject


def review_feedback(*, feedback, reviewer, status, label="", languages=(), reason=""):
    """Decide about the word of some feedback; return the feedback."""
    about = {"word_key": feedback.prediction.word_key, "reviewer": reviewer, "reason": reason}
    if status == "rejected":
        reject(**about)
    else:
        decide(**about, label=label or feedback.label, languages=languages or (() if label else feedback.languages))
    feedback.refresh_from_db()
    return feedback
