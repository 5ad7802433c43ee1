"""A new row of a course or curriculum: a link to a document, as the picker names it."""

from lms.content.form import Values
from lms.content.grammar.inline import relative
from lms.content.rules.paths import split_path
from lms.core.errors import Invalid
from lms.core.texts import text

_LABEL = str.maketrans({"[": "（", "]": "）", "`": "'", "\n": " ", "\r": " ", "【": "（", "】": "）"})


def asked_link(path: str, values: Values, taken: dict[str, str]) -> str:
    """Return `[title](target)` of the picked document. taken: titles of what is there already, by path.

    The fields: `add-path` and `add-title`, or `add-pick` with both, a tab between. Raises Invalid.
    """
    picked, _, picked_title = values.get("add-pick", "").partition("\t")
    target = values.get("add-path", "").strip() or picked.strip()
    title = values.get("add-title", "").strip() or picked_title.strip()
    if not target:
        problem = text("请先选一份内容。")
        raise Invalid(problem, fields={"add-path": problem})
    if split_path(target) is None or any(each in target for each in '()<>"\n\r'):
        problem = text("没有找到这份内容，请从列表里选。")
        raise Invalid(problem, fields={"add-path": problem})
    if target == path:
        problem = text("不能把它自己加进来。")
        raise Invalid(problem, fields={"add-path": problem})
    if target in taken:
        problem = text("“%(title)s”已经在这里了。", title=taken[target])
        raise Invalid(problem, fields={"add-path": problem})
    label = " ".join(title.translate(_LABEL).split()) or target.rpartition("/")[2].removesuffix(".md")
    return f"[{label}]({relative(target, path)})"
