"""How a message reads on a way out: templates with places to fill. Pure.

A template is a subject, which is its first line behind `# `, and a body. A place is a word in braces, `{姓名}` or
`{name}`: either name of it stands for the same in either language.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass

from rapidfuzz import process

from lms.core.errors import Invalid
from lms.core.texts import Text, text

LONGEST_SUBJECT = 120
LONGEST_BODY = 4_000

_PLACE = re.compile(r"\{([^{}\n]*)\}")
_BLANK_LINES = re.compile(r"\n{3,}")


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """A place to fill: its name in English and in Chinese, and what stands there."""

    name: str
    word: str
    what: Text


NAME = Place(name="name", word="姓名", what=text("收件人的姓名"))
COMPANY = Place(name="company", word="公司", what=text("公司的名称"))
LINK = Place(name="link", word="链接", what=text("点开后去哪里；卡片和邮件自带按钮，一般不用写"))
TOPIC = Place(name="topic", word="类别", what=text("哪一类消息，如“知识更新”"))
SENTENCE = Place(name="sentence", word="内容", what=text("这条消息说的事，一句话"))
COUNT = Place(name="count", word="数量", what=text("清单里有几项"))
LIST = Place(name="list", word="清单", what=text("一行一项"))

_BY_NAME = {
    key: place.name for place in (NAME, COMPANY, LINK, TOPIC, SENTENCE, COUNT, LIST) for key in (place.name, place.word)
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Kind:
    """A template that is shipped. title: for whom edits it; when: what it is sent for; places: what may stand in it."""

    name: str
    title: Text
    when: Text
    places: tuple[Place, ...]


_ALWAYS = (NAME, COMPANY, LINK)
_TOPICS = {
    "content": text("知识更新"),
    "duty": text("学习任务"),
    "reminder": text("学习提醒"),
    "late": text("团队逾期"),
    "chase": text("组长催学"),
    "review": text("有内容要处理"),
    "appraisal": text("绩效考核"),
    "urgent": text("紧急通知"),
    "gap": text("知识缺口"),
    "suggestion": text("建议有回音"),
    "message": text("给您的消息"),
}
_OTHER = text("学习通知")
KINDS: Mapping[str, Kind] = {
    kind.name: kind
    for kind in (
        Kind(
            name="reminder",
            title=text("到期提醒"),
            when=text("按提醒计划发给学员，一天最多一条。"),
            places=(*_ALWAYS, SENTENCE, COUNT, LIST),
        ),
        Kind(
            name="late",
            title=text("逾期抄送组长"),
            when=text("逾期满几天后发给组长，一天最多一条。"),
            places=(*_ALWAYS, SENTENCE, COUNT, LIST),
        ),
        Kind(name="chase", title=text("催学"), when=text("组长按下催学时发给本人。"), places=(*_ALWAYS, SENTENCE)),
        Kind(
            name="urgent",
            title=text("紧急通知"),
            when=text("紧急通知马上发出，不管免打扰时段。"),
            places=(*_ALWAYS, SENTENCE),
        ),
        Kind(
            name="digest",
            title=text("每日汇总"),
            when=text("发给选择一天一条的人。"),
            places=(*_ALWAYS, COUNT, LIST),
        ),
        Kind(
            name="notice",
            title=text("其他消息"),
            when=text("没有自己模板的消息都用它：必读、复核、证书、课堂等。"),
            places=(*_ALWAYS, TOPIC, SENTENCE),
        ),
    )
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Template:
    subject: str
    body: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Wording:
    """A message as it goes out. subject: one line; body: lines of plain text."""

    subject: str
    body: str


def kind_for(topic: str) -> Kind:
    """Return the template of a notice's topic."""
    return KINDS.get(topic, KINDS["notice"])


def topic_words(topic: str) -> Text:
    """Return what a kind of message is called."""
    return _TOPICS.get(topic, _OTHER)


def read(source: str) -> Template:
    """Return a template as it is written in its file."""
    first, _, rest = source.partition("\n")
    return Template(subject=first.removeprefix("# ").strip(), body=rest.strip())


def fill(template: Template, values: Mapping[str, str]) -> Wording:
    """Return the message with its places filled; `values` by the English names. A place without a value is left empty.

    What is filled in is never looked at again: braces in a title stay braces.
    """

    def put(found: re.Match[str]) -> str:
        name = _BY_NAME.get(found[1].strip().casefold())
        return values.get(name, "") if name else found[0]

    subject = " ".join(_PLACE.sub(put, template.subject).split())
    body = _BLANK_LINES.sub("\n\n", _PLACE.sub(put, template.body)).strip()
    return Wording(subject=subject[:200], body=body)


def checked(kind: Kind, subject: str, body: str) -> Template:
    """Return a template as it may be kept. Raises Invalid at `subject` or `body`, with line and nearest word."""
    written = Template(
        subject=" ".join(subject.split()), body="\n".join(line.rstrip() for line in body.splitlines()).strip()
    )
    wrong: dict[str, Text] = {}
    for name, content, longest in (("subject", written.subject, LONGEST_SUBJECT), ("body", written.body, LONGEST_BODY)):
        if not content:
            wrong[name] = text("不能是空的。")
        elif len(content) > longest:
            wrong[name] = text("太长了，最多 %(most)s 个字。", most=longest)
        elif (problem := _problem(kind, content)) is not None:
            wrong[name] = problem
    if wrong:
        raise Invalid(text("还差一点，改好再保存。"), fields=wrong)
    return written


def _problem(kind: Kind, content: str) -> Text | None:
    allowed = {each for place in kind.places for each in (place.name, place.word)}
    for number, line in enumerate(content.splitlines(), start=1):
        for found in _PLACE.finditer(line):
            name = found[1].strip()
            if name.casefold() in allowed:
                continue
            near = process.extractOne(name, sorted(allowed), score_cutoff=50)
            if near:
                return text(
                    "第 %(line)s 行：没有 {%(name)s} 这一项，是不是 {%(near)s}？", line=number, name=name, near=near[0]
                )
            return text("第 %(line)s 行：没有 {%(name)s} 这一项，可以用的列在旁边。", line=number, name=name)
        if set("{}") & set(_PLACE.sub("", line)):
            return text("第 %(line)s 行：花括号没有成对。", line=number)
    return None
