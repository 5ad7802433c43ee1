"""One item of QTI 2.1 in our terms: choice, text entry, order, match. Pure."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from copy import deepcopy
from dataclasses import dataclass, field
from fractions import Fraction
from posixpath import dirname, normpath
from urllib.parse import quote, unquote

from lxml import etree

from lms.core.texts import Text, text
from lms.questions.rich import with_gaps
from lms.questions.spec import BLANK, FillIn, Numeric, Open, Ordering, Shape
from lms.quizzes.importers import build, weights
from lms.quizzes.importers.collecting import Made, Unfit, distinct, joined
from lms.quizzes.importers.gift import distinct_words
from lms.quizzes.importers.markup import HELD, Texts
from lms.quizzes.importers.moodle_fields import Element
from lms.quizzes.importers.moodle_gaps import MARK

_NO_LOOK = {"math", "object", "video", "audio", "iframe", "printedVariable", "templateInline", "templateBlock"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Declared:
    """What a response declaration says. mapped: what each response earns, in the file's own measure."""

    right: tuple[str, ...] = ()
    several: bool = False
    number: bool = False
    mapped: Mapping[str, Fraction] = field(default_factory=dict)
    case_sensitive: bool = False


@dataclass(frozen=True, slots=True)
class Item:
    """An item without namespaces. path: of its file in the package; files: of the package, by path."""

    root: Element
    texts: Texts
    path: str
    files: Mapping[str, bytes]

    def read(self) -> Made:
        """Return the question. Raises Unfit."""
        body = self.root.find("itemBody")
        if body is None:
            raise Unfit(text("这一项没有题干（itemBody），请重新导出。"))
        strange = next((each.tag for each in self.root.iter() if each.tag in _NO_LOOK), None)
        if strange is not None:
            raise Unfit(text("题里有公式、视频或变量（%(what)s），带不过来。请改成文字或图片。", what=strange))
        asked = deepcopy(body)
        graders = [self._markdown(each) for each in asked.iter("rubricBlock") if each.get("view") == "scorer"]
        for each in list(asked.iter("rubricBlock")):
            if each.get("view") == "scorer":
                _taken_out(each, "")
        found = [
            each for each in asked.iter() if each.tag.endswith("Interaction") and each.tag != "endAttemptInteraction"
        ]
        shape, notes = self._shape(found)
        for each in found:
            _taken_out(each, MARK if each.tag in ("textEntryInteraction", "inlineChoiceInteraction") else "\n")
        prompts = [self._markdown(prompt) for each in found for prompt in each.iterchildren("prompt")]
        gap = "（ ）" if isinstance(shape, Numeric) else BLANK
        stem = with_gaps(joined([self._markdown(asked), *prompts]), gap).replace(MARK, gap)
        said = [self._markdown(each) for each in self.root.iterchildren("modalFeedback")]
        model = joined(graders) if isinstance(shape, Open) else ""
        made = build.question(stem=stem, shape=shape, explanation=joined(list(dict.fromkeys(said))), model=model)
        return Made(made, distinct(notes))

    def _shape(self, found: Sequence[Element]) -> tuple[Shape, list[Text]]:
        kinds = {each.tag for each in found}
        if not found:
            raise Unfit(text("这一项没有作答的地方，像是说明。不是题就删去。"))
        if kinds == {"textEntryInteraction"}:
            return self._typed(found)
        if len(found) > 1:
            raise Unfit(text("一道题里有 %(n)s 处作答，这里只能有一处。请拆成几道题。", n=len(found)))
        reader = _READERS.get(found[0].tag)
        if reader is None:
            raise Unfit(text("作答方式“%(kind)s”这里没有，请改成选择、填空、排序或匹配。", kind=found[0].tag[:40]))
        return reader(self, found[0])

    def _choice(self, element: Element) -> tuple[Shape, list[Text]]:
        said = self._declared(element)
        choices = [*element.iterchildren("simpleChoice", "inlineChoice")]
        names = [each.get("identifier") or "" for each in choices]
        notes = [joined([self._markdown(note) for note in each.iter("feedbackInline")]) for each in choices]
        sources = [self._markdown(each, without="feedbackInline") for each in choices]
        right = [place for place, name in enumerate(names) if name in said.right]
        if not right or len(right) != len(set(said.right)):
            raise Unfit(text("正确答案和选项对不上，请检查 correctResponse。"))
        if said.several or len(right) > 1:
            return self._several(sources, right, notes, [said.mapped.get(name, weights.NONE) for name in names])
        top = max(said.mapped.values(), default=weights.NONE)
        part = any(0 < said.mapped.get(name, weights.NONE) < top for name in names)
        if part or (said.mapped and said.mapped.get(names[right[0]]) != top):
            raise Unfit(text("有的选项得部分分，这里的单选非对即错。请改成一个满分、其他 0 分。"))
        return build.single(sources, right[0], notes), []

    def _several(
        self, sources: Sequence[str], right: Sequence[int], notes: Sequence[str], mapped: Sequence[Fraction]
    ) -> tuple[Shape, list[Text]]:
        if not self._maps:
            return build.multiple(sources, right, notes), []
        whole = sum((each for each in mapped if each > 0), weights.NONE)
        if not whole or {place for place, each in enumerate(mapped) if each > 0} != set(right):
            raise Unfit(text("选项的得分（mapping）和正确答案对不上，请检查。"))
        options = [
            weights.Option(source=source, weight=max(each * 100 / whole, -weights.FULL), note=note)
            for source, each, note in zip(sources, mapped, notes, strict=True)
        ]
        shape, said = weights.multiple(options, half=False, whole=False, none=False)
        return shape, list(said)

    def _typed(self, found: Sequence[Element]) -> tuple[Shape, list[Text]]:
        declared = [self._declared(each) for each in found]
        if len(found) == 1 and declared[0].number and len(declared[0].right) == 1:
            value = weights.read_number(declared[0].right[0])
            number = build.number(value, value, value)
            if isinstance(number, Text):
                raise Unfit(number)
            notes = [] if self._template else [text("数值题允许的误差没有带过来，请检查答案。")]
            return number, notes
        blanks = []
        for each in declared:
            top = max(each.mapped.values(), default=weights.NONE)
            if any(0 < value < top for value in each.mapped.values()):
                raise Unfit(text("有的答案得部分分，这里的答案非对即错。请改成满分或删去。"))
            words = [*each.right, *(word for word, value in each.mapped.items() if value == top and value > 0)]
            blanks.append(distinct_words([word.strip() for word in words]))
        strict = [each.case_sensitive for each in declared]
        if len(set(strict)) > 1:
            raise Unfit(text("有的空区分大小写，有的不区分，请改成一样。"))
        return FillIn(blanks=tuple(blanks), case_sensitive=strict[0]), []

    def _order(self, element: Element) -> tuple[Shape, list[Text]]:
        choices = {each.get("identifier"): each for each in element.iterchildren("simpleChoice")}
        right = self._declared(element).right
        if sorted(right) != sorted(str(name) for name in choices):
            raise Unfit(text("正确顺序里要有每个步骤各一次，请检查 correctResponse。"))
        steps = build.options([self._markdown(choices[name]) for name in right], letter="s")
        return Ordering(steps=steps), self._partly

    def _match(self, element: Element) -> tuple[Shape, list[Text]]:
        sets = [[*each.iterchildren("simpleAssociableChoice")] for each in element.iterchildren("simpleMatchSet")]
        if len(sets) != 2:
            raise Unfit(text("匹配题要有左右两组，请检查。"))
        right = {str(each.get("identifier")): self._markdown(each) for each in sets[1]}
        key: dict[str, str] = {}
        for one, other in self._pairs(element):
            one, other = (other, one) if one in right else (one, other)
            if one in key or other not in right:
                raise Unfit(text("左边的每一项只能配右边的一项，请检查。"))
            key[one] = other
        left = {str(each.get("identifier")): self._markdown(each) for each in sets[0]}
        if set(key) != set(left):
            raise Unfit(text("左边有一项没有配对，请补上或删去。"))
        lures = [source for name, source in right.items() if name not in key.values()]
        return build.matching([(left[name], right[key[name]]) for name in left], lures), self._partly

    def _associate(self, element: Element) -> tuple[Shape, list[Text]]:
        sides = {str(each.get("identifier")): each for each in element.iterchildren("simpleAssociableChoice")}
        pairs = self._pairs(element)
        used = [name for pair in pairs for name in pair]
        if len(set(used)) != len(used) or not set(used) <= set(sides):
            raise Unfit(text("每一项只能用在一对里，请检查。"))
        sources = {name: self._markdown(each) for name, each in sides.items()}
        lures = [source for name, source in sources.items() if name not in used]
        return build.matching([(sources[one], sources[other]) for one, other in pairs], lures), self._partly

    def _open(self, _: Element) -> tuple[Shape, list[Text]]:
        return Open(rubric=(), manual=True), []

    # what the item says about marking

    @property
    def _template(self) -> str:
        found = self.root.find("responseProcessing")
        return "" if found is None else (found.get("template") or "").rsplit("/", 1)[-1]

    @property
    def _maps(self) -> bool:
        found = self.root.find("responseProcessing")
        return self._template.startswith("map_response") or (
            found is not None and next(found.iter("mapResponse"), None) is not None
        )

    @property
    def _partly(self) -> list[Text]:
        return [text("原来按对的部分给分，这里全对才得分。")] if self._maps else []

    def _declared(self, interaction: Element) -> Declared:
        name = interaction.get("responseIdentifier")
        found = next(
            (each for each in self.root.iterchildren("responseDeclaration") if each.get("identifier") == name), None
        )
        if found is None:
            raise Unfit(text("这一处作答没有声明正确答案（responseDeclaration），请重新导出。"))
        right = [" ".join((each.text or "").split()) for each in found.iterfind("correctResponse/value")]
        entries = [*found.iterfind("mapping/mapEntry")]
        mapped = {
            (each.get("mapKey") or "").strip(): weights.read_number(each.get("mappedValue") or "0") for each in entries
        }
        if not right and mapped:
            top = max(mapped.values())
            right = [key for key, value in mapped.items() if value == top and value > 0]
        return Declared(
            right=tuple(right),
            several=found.get("cardinality") == "multiple",
            number=found.get("baseType") in ("float", "integer"),
            mapped=mapped,
            case_sensitive=any((each.get("caseSensitive") or "").lower() == "true" for each in entries),
        )

    def _pairs(self, element: Element) -> list[tuple[str, str]]:
        found = []
        for value in self._declared(element).right:
            one, _, other = value.partition(" ")
            if not one or not other:
                raise Unfit(text("正确的配对要写成“左 右”两个标识，请检查 correctResponse。"))
            found.append((one, other))
        return found

    # texts

    def _markdown(self, element: Element, without: str = "") -> str:
        found = deepcopy(element)
        found.tail = None
        for each in [*found.iter(without)] if without else ():
            _taken_out(each, "")
        for each in found.iter("img"):
            each.set("src", self._address(each.get("src") or ""))
        inside = "".join(_inside(found))
        return self.texts.markdown(inside, "html", self._beside(found))

    def _address(self, source: str) -> str:
        return source if ":" in source else HELD + quote(self._path(source))

    def _path(self, source: str) -> str:
        return normpath(f"{dirname(self.path)}/{unquote(source)}").lstrip("/")

    def _beside(self, element: Element) -> dict[str, bytes]:
        names = [unquote(source.removeprefix(HELD)) for each in element.iter("img") if (source := each.get("src"))]
        return {name: self.files[name] for name in names if name in self.files}


def _inside(element: Element) -> Iterator[str]:
    yield (element.text or "").replace("&", "&amp;").replace("<", "&lt;")
    for child in element:
        yield etree.tostring(child, encoding="unicode")


def _taken_out(element: Element, instead: str) -> None:
    """Take an element out of its text, leaving its place and what follows it."""
    parent = element.getparent()
    if parent is None:
        return
    words = instead + (element.tail or "")
    before = element.getprevious()
    if before is not None:
        before.tail = (before.tail or "") + words
    else:
        parent.text = (parent.text or "") + words
    parent.remove(element)


_READERS: Mapping[str, Callable[[Item, Element], tuple[Shape, list[Text]]]] = {
    "choiceInteraction": Item._choice,
    "inlineChoiceInteraction": Item._choice,
    "orderInteraction": Item._order,
    "matchInteraction": Item._match,
    "associateInteraction": Item._associate,
    "extendedTextInteraction": Item._open,
}
