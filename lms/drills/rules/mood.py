"""How a mood of 0..100 is said and drawn: a word, and how many of ten cells are filled. Pure."""

from lms.core.texts import Text, text

CELLS = 10
_WORDS = (
    (20, text("愤怒")),
    (40, text("不满")),
    (60, text("有点缓和")),
    (80, text("平静")),
)
"""Each up to and with that mood; above them all the customer is content."""
_CONTENT = text("满意")


def mood_word(mood: int) -> Text:
    """Return the word for a mood."""
    return next((word for limit, word in _WORDS if mood <= limit), _CONTENT)


def mood_cells(mood: int) -> int:
    """Return how many of ten cells are filled: 0 for a mood of 0 alone, 10 for 100 alone."""
    return min(max(round(mood / CELLS), 1 if mood else 0), CELLS if mood >= 100 else CELLS - 1)


def mood_tone(mood: int) -> str:
    """Return bad, low or "" for the colour; the word and the cells say the same."""
    return "bad" if mood <= 20 else "low" if mood <= 40 else ""
