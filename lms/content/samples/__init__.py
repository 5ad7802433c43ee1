"""What a new document of each kind begins with: a small whole example, in Chinese and in English."""

from pathlib import Path

from lms.content.grammar.keywords import Language

FOLDER = Path(__file__).parent


def sample(kind: str, language: Language, *, title: str, owner: str) -> str:
    """Return the first text of a new document. Raises FileNotFoundError for a kind without a sample."""
    written = (FOLDER / language.value / f"{kind}.md").read_text("utf-8")
    return written.replace("{title}", " ".join(title.split())).replace("{owner}", owner)
