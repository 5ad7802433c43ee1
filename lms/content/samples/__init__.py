"""What a new document begins with: a small whole example of its kind, or a template for a purpose; in both languages.

A file is `<kind>.md` for the example and `<kind>.<name>.md` for a template, in the same order in both folders.
"""

from collections.abc import Mapping
from pathlib import Path

from lms.content.grammar.keywords import Language
from lms.core.texts import Text, text

FOLDER = Path(__file__).parent
TEMPLATES: Mapping[str, Mapping[str, Text]] = {
    "article": {
        "qa": text("问答（FAQ）"),
        "process": text("流程"),
        "script": text("话术"),
        "case": text("案例"),
        "platform": text("平台规则"),
        "emergency": text("应急预案"),
    },
    "lesson": {"rule": text("讲一条规则"), "product": text("讲一类商品"), "case": text("拆一个案例")},
    "task": {"class": text("面授"), "shadowing": text("跟线旁听"), "practice": text("实操")},
    "course": {"quarterly": text("季度全员培训")},
    "curriculum": {"fast-track": text("临时客服三天速成")},
    "quiz": {"exam": text("正式考试"), "bank": text("题库")},
}
"""Templates by kind, in the order in which they are offered."""


def sample(kind: str, language: Language, *, title: str, owner: str, template: str = "") -> str:
    """Return the first text of a new document. Raises FileNotFoundError for a kind or a template that is not there."""
    name = f"{kind}.{template}" if template else kind
    written = (FOLDER / language.value / f"{name}.md").read_text("utf-8")
    return written.replace("{title}", " ".join(title.split())).replace("{owner}", owner)
