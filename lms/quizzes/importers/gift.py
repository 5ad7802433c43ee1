r"""GIFT, the text format of Moodle, read as Moodle reads it. Pure.

Questions are parted by empty lines. `\` takes the meaning of `~ = # { } : \`, `\n` is a line end. What Moodle guesses
about a broken question is refused here with its line.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from fractions import Fraction
from functools import partial

from lms.content.grammar.chips import HALF_IF_INCOMPLETE, LENGTH, NONE_IF_WRONG
from lms.core.texts import Text, text
from lms.questions.rich import gaps_in, with_gaps
from lms.questions.spec import FillIn, Open, Shape, TrueFalse
from lms.quizzes.importers import build, weights
from lms.quizzes.importers.collecting import TOO_LONG, Collector, Made, Unfit, joined, text_of, with_gap
from lms.quizzes.importers.markup import LOOKS_HTML, Texts
from lms.quizzes.importers.reading import Taken, Where
from lms.quizzes.importers.tagged import Tagged, applied, key_of, read_tags

LONGEST_SECTION = 120
FORMS = {"html": "html", "markdown": "markdown", "plain": "plain", "moodle": "moodle"}
NAMES_LOST = text("题目自己的名称没有带过来，这里用题干认题。")
_ESCAPES = {"~": "\ue010", "=": "\ue011", "#": "\ue012", "{": "\ue013", "}": "\ue014", ":": "\ue015", "n": "\ue016"}
_ESCAPED = re.compile(r"\\([~=#{}:n\\])")
_PLAIN = str.maketrans({sign: "\n" if name == "n" else name for name, sign in _ESCAPES.items()})
_PRIVATE = re.compile("[\ue000-\ue0ff]")
_CATEGORY = re.compile(r"\$CATEGORY:\s*(.*)", re.IGNORECASE)
FORM = re.compile(r"\[(html|markdown|plain|moodle)\]")
WEIGHT = re.compile(r"%(-?\d{1,3}(?:\.\d{0,12})?)%")
_NOTED = re.compile(r"\[(tag|id):((?:[^\]\\]|\\.){1,200})\]")
_TRUTH = {"T": True, "TRUE": True, "F": False, "FALSE": False}


@dataclass(frozen=True, slots=True, kw_only=True)
class Block:
    """Lines between two empty ones. line: of its first line that says something. noted: its comments."""

    line: int
    body: str
    noted: str


def is_meant(name: str, data: bytes) -> bool:
    """Whether a file is GIFT: by its name, or a text with answers in braces."""
    lower = name.lower()
    if lower.endswith(".gift") or lower.endswith(".gift.txt"):
        return True
    if not lower.endswith(".txt"):
        return False
    head = data[:200_000]
    return bool(re.search(rb"^\s*(?:::|\$CATEGORY:)", head, re.MULTILINE) or re.search(rb"\{\s*[=~#TF}]", head))


def read(data: bytes) -> Taken:
    """Return what a GIFT file holds. Raises Unreadable, TooLarge for a file that is no text, or too large."""
    found = Collector()
    texts = Texts(pictures=found.pictures)
    section = ""
    for block in _blocks(text_of(data)):
        body, line = block.body, block.line
        while category := _CATEGORY.match(body):
            section = section_of(_unescaped(_coded(category[1])))
            rest = body[category.end() :]
            line += body.count("\n", 0, category.end()) + len(rest) - len(rest.lstrip("\n"))
            body = rest.strip()
        if not body:
            continue
        title, asked = _title(_coded(body))
        if title and not _is_start(title, asked):
            found.note(NAMES_LOST)
        found.take(
            Where(line=line, label=" ".join(title.split())[:40]),
            _unescaped(asked),
            section,
            partial(_question, texts, asked, block.noted),
        )
    return found.taken()


def section_of(path: str) -> str:
    """Return the title of a section for a category: `$course$/top/售后/退货` is “售后 / 退货”; `//` is a stroke."""
    parts = [part.replace("\x00", "/").strip() for part in path.replace("//", "\x00").split("/")]
    if parts[0].startswith("$"):
        parts.pop(0)
        if parts and parts[0].lower() == "top":
            parts.pop(0)
    return " ".join(" / ".join(part for part in parts if part).split())[:LONGEST_SECTION]


def category_of(section: str) -> str:
    """Return the category of a section, as Moodle names it below a course."""
    return "/".join(["$course$/top", *[section.replace("/", "//")] * bool(section)])


def _blocks(source: str) -> Iterator[Block]:
    line, first, kept, noted = 0, 0, [], []  # type: int, int, list[str], list[str]
    for line, written in enumerate([*source.split("\n"), ""], start=1):
        bare = written.strip()
        if bare.startswith("//"):
            noted.append(bare)
        elif bare:
            first = first or line
            kept.append(bare if not kept else written.rstrip())
        elif kept or noted:
            if kept:
                yield Block(line=first, body="\n".join(kept), noted=" ".join(noted))
            first, kept, noted = 0, [], []


def _coded(body: str) -> str:
    """Return the text with what is escaped as signs of its own, so that it parts nothing."""
    return _ESCAPED.sub(lambda match: "\\" if match[1] == "\\" else _ESCAPES[match[1]], _PRIVATE.sub("\ufffd", body))


def _unescaped(coded: str) -> str:
    return coded.translate(_PLAIN)


def _title(body: str) -> tuple[str, str]:
    """Return the name of a question and what it asks."""
    if body.startswith("::"):
        name, found, rest = body[2:].partition("::")
        if found:
            return _unescaped(name).strip(), rest.strip()
    return "", body


def _is_start(title: str, asked: str) -> bool:
    words = _unescaped(FORM.sub("", asked))
    return "".join(words.split()).startswith("".join(title.rstrip(".…").split()))


def _question(texts: Texts, body: str, noted: str) -> Made:
    if len(body) > build.LONGEST_TEXT:
        raise Unfit(TOO_LONG)
    start, end = body.find("{"), body.find("}")
    if start < 0 and end < 0:
        raise Unfit(text("这是一段说明，没有答案。请在题干后面写 {…}，问答题写 {}，不是题就删去。"))
    if start < 0 or end < start:
        raise Unfit(text("花括号没有成对，题目中间也不能有空行。题干里的花括号写成 \\{ 和 \\}。"))
    answer, behind = body[start + 1 : end].strip(), body[end + 1 :].strip()
    if "{" in answer or "{" in behind or "}" in behind:
        raise Unfit(
            text("一道题只能有一组花括号：两道题之间要空一行，文字里的花括号写成 \\{ 和 \\}，多个空请拆成几道题。")
        )
    before = body[:start].rstrip() if not behind else body[:start]
    asked = f"{before}____{body[end + 1 :].rstrip()}" if behind else before
    answer, _, general = answer.rpartition("####") if "####" in answer else (answer, "", "")
    form = _form(asked)
    stem = _text(texts, asked, form)
    tags = read_tags(_unnoted(value) for name, value in _NOTED.findall(noted) if name == "tag")
    shape, stem, more, notes = _shape(texts, stem, answer.strip(), form, tags)
    explanation = joined([_text(texts, general, form), *more])
    made = build.question(stem=stem, shape=shape, explanation=explanation)
    made, lost = applied(made, tags)
    key = next((key_of(value) for name, value in _NOTED.findall(noted) if name == "id"), None)
    return Made(replace(made, key=key), (*notes, *lost))


Shaped = tuple[Shape, str, Sequence[str], Sequence[Text]]
"""The shape, the text of the question, what belongs to the explanation, notes."""


def _shape(texts: Texts, stem: str, answer: str, form: str, tags: Tagged) -> Shaped:
    head = answer.partition("#")[0].strip()
    if not answer:
        return Open(rubric=(), manual=not tags.has(LENGTH)), stem, (), ()
    if answer.startswith("#"):
        return _number(texts, stem, answer[1:], form)
    if "~" in answer:
        return _choice(texts, stem, answer, form, tags)
    if "=" in answer and "->" in answer:
        return _matching(texts, stem, answer, form)
    if head.upper() in _TRUTH:
        _, *said = answer.split("#", 2)
        return TrueFalse(right=_TRUTH[head.upper()]), stem, [_text(texts, each, form) for each in said], ()
    return _short(texts, stem, answer, form)


def _choice(texts: Texts, stem: str, answer: str, form: str, tags: Tagged) -> Shaped:
    options = []
    for written in _parts(answer.replace("=", "~="), "~"):
        weight, words = Fraction(0), written
        if written.startswith("="):
            weight, words = weights.FULL, written[1:].lstrip()
        elif match := WEIGHT.match(written):
            weight, words = weights.read_per_cent(match[1]), written[match.end() :]
        body, _, note = words.partition("#")
        options.append(weights.Option(source=_text(texts, body, form), weight=weight, note=_text(texts, note, form)))
    if len(options) < 2:
        raise Unfit(text("选择题至少要有两个选项。"))
    if "=" in answer:
        shape, notes = weights.single(options)
        return shape, stem, (), notes
    several, notes = weights.multiple(
        options, half=tags.has(HALF_IF_INCOMPLETE), whole=tags.all_or_nothing, none=tags.has(NONE_IF_WRONG)
    )
    return several, stem, (), notes


def _matching(texts: Texts, stem: str, answer: str, form: str) -> Shaped:
    pairs, lures = [], []
    for written in _parts(answer, "="):
        left, arrow, right = written.partition("->")
        if not arrow:
            raise Unfit(text("匹配题的每一对写成 =左 -> 右，“%(pair)s”没有 ->。", pair=_unescaped(written)[:20]))
        if "#" in right:
            raise Unfit(text("匹配题不能给单独一对写反馈（#），请写到 #### 后面，文字里的 # 写成 \\#。"))
        side = build.plain(_unescaped(right))
        if left.strip():
            pairs.append((_text(texts, left, form), side))
        else:
            lures.append(side)
    return build.matching(pairs, lures), stem, (), ()


def _short(texts: Texts, stem: str, answer: str, form: str) -> Shaped:
    accepted, said = [], []
    for written in _parts(answer, "="):
        weight, words, note = _weighed(written)
        word = _words(words)
        said.append(_text(texts, note, form))
        if word == "*" and not weight:
            continue  # whatever else is answered: its feedback is kept
        check_whole(weight, word)
        accepted.append(accepted_word(word))
    return FillIn(blanks=(distinct_words(accepted),)), one_gap(stem), [each for each in said if each], ()


def _number(texts: Texts, stem: str, answer: str, form: str) -> Shaped:
    answer, _, wrong = answer.partition("~")
    said = [_text(texts, wrong.partition("#")[2], form)]
    found = []
    for written in _parts(answer, "="):
        weight, words, note = _weighed(written)
        said.append(_text(texts, note, form))
        if not weight:
            continue
        check_whole(weight, _unescaped(words))
        found.append(_unescaped(words).strip())
    if len(found) != 1:
        raise Unfit(text("数值题只能有一个正确的数或范围，这里有 %(n)s 个。", n=len(found)))
    written = found[0]
    if ".." in written:
        low, _, high = written.partition("..")
        shape = build.number(weights.read_number(low), weights.read_number(high))
    else:
        target, _, tolerance = written.partition(":")
        value, by = weights.read_number(target), abs(weights.read_number(tolerance or "0"))
        shape = build.number(value - by, value + by, value)
    if isinstance(shape, Text):
        raise Unfit(shape)
    return shape, without_gap(stem), [each for each in said if each], ()


def without_gap(stem: str) -> str:
    """Return the text of a question whose answer is a number: a gap in it would make a fill-in of it."""
    return with_gaps(stem, "（ ）")


def _weighed(written: str) -> tuple[Fraction, str, str]:
    """Return weight, words and feedback of one answer."""
    match = WEIGHT.match(written)
    weight = weights.read_per_cent(match[1]) if match else weights.FULL
    words, _, note = (written[match.end() :] if match else written).partition("#")
    return weight, words.strip(), note


def check_whole(weight: Fraction, words: str) -> None:
    """Raise Unfit for an answer that earns a part."""
    if weight != weights.FULL:
        raise Unfit(
            text(
                "答案“%(answer)s”只得 %(weight)s%% 的分，这里的答案非对即错。请改成 100%% 或删去这个答案。",
                answer=words[:20],
                weight=weights.per_cent(weight),
            )
        )


def accepted_word(word: str) -> str:
    r"""Return a word of a short answer; `*` stands for anything elsewhere, `\*` is a star. Raises Unfit."""
    if re.search(r"(?<!\\)\*", word):
        raise Unfit(text("答案“%(answer)s”里有通配符 *，这里没有。请把可以接受的写法一一列出。", answer=word[:20]))
    return " ".join(word.replace("\\*", "*").split("\n")).strip()


def distinct_words(accepted: Sequence[str]) -> tuple[str, ...]:
    found = tuple(dict.fromkeys(word for word in accepted if word))
    if not found:
        raise Unfit(text("没有得满分的答案，请写上正确答案。"))
    return found


def one_gap(stem: str) -> str:
    """Return the text with the one gap that a short answer fills. Raises Unfit for more of them."""
    gaps = gaps_in(stem)
    if gaps > 1:
        raise Unfit(text("题干里有 %(gaps)s 个空，答案只有一组。请拆成几道题，或只留一个空。", gaps=gaps))
    return stem if gaps else with_gap(stem)


def _parts(answer: str, sign: str) -> list[str]:
    parts = [part.strip() for part in answer.split(sign)]
    return parts[1:] if not parts[0] else parts


def _form(coded: str) -> str:
    match = FORM.match(coded.strip())
    return FORMS[match[1]] if match else "moodle"


def _text(texts: Texts, coded: str, form: str) -> str:
    """Return a piece as Markdown. form: of the question, unless the piece names its own."""
    bare = coded.strip()
    match = FORM.match(bare)
    if match:
        form, bare = FORMS[match[1]], bare[match.end() :]
    words = _unescaped(bare).strip()
    if form == "moodle":  # line ends count, and tags may stand in it
        form = "html" if LOOKS_HTML.search(words) else "plain"
        words = words.replace("\n", "<br>") if form == "html" else words
    return texts.markdown(words, form)


def _words(coded: str) -> str:
    """Return the plain words of a short answer, which have no look."""
    match = FORM.match(coded)
    return _unescaped(coded[match.end() :] if match else coded).strip()


def _unnoted(value: str) -> str:
    return re.sub(r"\\(.)", r"\1", value)
