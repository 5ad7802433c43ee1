"""The properties of a drill: customer, mood, dimensions with their weights, channel, other drills and word lists."""

import re
from collections.abc import Sequence

from lms.content.grammar.amounts import normal
from lms.content.grammar.document import Reference
from lms.content.grammar.front import Entry, write_entry
from lms.content.grammar.inline import resolve
from lms.content.grammar.keywords import Word, find_word, folded, nearest
from lms.content.grammar.reading import Reading
from lms.content.grammar.traps import one_line
from lms.core.texts import text
from lms.drills.spec import LEAST_MOOD, MOST_MOOD, Channel, Customer, Dimension

WORDS = (
    Word.DURATION, Word.TIME, Word.CHANNEL, Word.INTERRUPTIBLE, Word.CUSTOMER, Word.MOOD, Word.RUBRIC, Word.DEDUCT,
    Word.PASS, Word.CONCURRENT, Word.WORD_LIST, Word.COMPETENCIES, Word.APPLIES_TO,
)  # fmt: skip
CHANNELS = {Word.ONLINE: Channel.CHAT, Word.PHONE: Channel.PHONE, Word.MAIL: Channel.MAIL}
MOST_CONCURRENT = 4
_RESERVED = (Word.MOOD, Word.TOTAL, Word.SCORE, Word.SYSTEM)
_NAME = re.compile(r"[^\W\d_][\w ]{0,29}")  # what the chip of an effect can name: see content/grammar/chips
_BAR = re.compile(r"\s*[|｜]\s*")
_SPEAKER = re.compile(r"[^：:（）()|｜`\n]{1,30}")


def read_customer(reading: Reading) -> Customer:
    """Return who writes. The name is what stands before the colon of the bubbles."""
    entry = reading.required(Word.CUSTOMER)
    if entry is None:
        return Customer(name="")
    parts = _BAR.split(reading.one(Word.CUSTOMER))
    if len(parts) == 1 and re.search("[，,]", parts[0]):
        parts = re.split(r"\s*[，,]\s*", parts[0], maxsplit=2)
        fix = one_line(entry.line, f"{entry.key}: {' | '.join(parts)}", text("改写这一行"))
        reading.warn("D302", entry.line, text("顾客写成“称呼 | 身份 | 性格”，用 | 隔开。"), fix)
    name, about, temper = (*parts, "", "", "")[:3]
    if len(parts) > 3:
        temper = "，".join(parts[2:])
    if not _SPEAKER.fullmatch(name) or find_word(name, (Word.SYSTEM,)):
        reading.error("D302", entry.line, text("顾客的称呼不能是空的或“系统”，也不能有冒号和括号。"))
    return Customer(name=name, about=about, temper=temper)


def read_mood(reading: Reading) -> int | None:
    """Return the mood at the start, 0..100; None where the drill has none."""
    return reading.amount(Word.MOOD, _mood, "40")


def read_dimensions(reading: Reading, *, all_deduct: bool) -> tuple[Dimension, ...]:
    """Return what is scored, each name once. all_deduct: the chip 扣分制 stands under the title."""
    entry = reading.entry(Word.RUBRIC)
    weights = _weights(reading, entry) if entry is not None else {}
    only_fall = set(weights.values()) if all_deduct else set()
    deducted = reading.entry(Word.DEDUCT)
    if deducted is not None:
        only_fall |= _deducted(reading, deducted, weights)
    return tuple(
        Dimension(name=name, weight=weight, deduct=name in only_fall) for name, weight in _named(entry, weights)
    )


def read_paths(reading: Reading, word: Word) -> tuple[str, ...]:
    """Return the paths of the documents that a list of the properties names, and note that the drill rests on them."""
    entry = reading.entry(word)
    if entry is None:
        return ()
    found: list[str] = []
    for written in reading.many(word):
        target = resolve(reading.path, written)
        if target is None or not target.endswith(".md"):
            problem = text("“%(written)s”不是文件，请写成从这里起的路径，例如 [other.md]。", written=written)
            reading.error("D309", entry.line, problem)
        elif target == reading.path:
            reading.error("D309", entry.line, text("“%(key)s”不能写这个演练自己。", key=entry.key))
        elif target in found:
            reading.error("D309", entry.line, text("“%(written)s”写了两次，请删去一个。", written=written))
        else:
            found.append(target)
            reading.links += (Reference(target=target, anchor="", line=entry.line, section="", label=written),)
    if word is Word.CONCURRENT and len(found) > MOST_CONCURRENT:
        problem = text("同时最多 %(most)s 个别的演练，这里有 %(n)s 个。", most=MOST_CONCURRENT, n=len(found))
        reading.error("D309", entry.line, problem)
    return tuple(found)


def read_channel(reading: Reading) -> Channel:
    word = reading.choice(Word.CHANNEL, tuple(CHANNELS))
    return Channel.CHAT if word is None else CHANNELS[word]


def _mood(written: str) -> int | None:
    plain = normal(written)
    return int(plain) if plain.isdecimal() and LEAST_MOOD <= int(plain) <= MOST_MOOD else None


def _named(entry: Entry | None, weights: dict[str, str]) -> list[tuple[str, int]]:
    """Return name and weight of each dimension in the author's order."""
    if entry is None or entry.pairs is None:
        return []
    found = {folded(name): (name, _weight(value)) for name, value in reversed(entry.pairs)}
    return [(found[key][0], found[key][1] or 1) for key in weights]


def _weight(written: str) -> int | None:
    plain = normal(written).removesuffix("%").removesuffix("分").strip()
    return int(plain) if plain.isdecimal() and len(plain) < 5 and int(plain) > 0 else None


def _weights(reading: Reading, entry: Entry) -> dict[str, str]:
    """Return the declared names by their folded form; what is wrong with names and weights is reported."""
    if entry.pairs is None:
        _not_pairs(reading, entry)
        return {}
    names: dict[str, str] = {}
    for name, value in entry.pairs:
        if not _NAME.fullmatch(normal(name)):
            problem = text("维度“%(name)s”的名称只用文字，不用符号，不以数字开头。", name=name)
            reading.error("D303", entry.line, problem)
        elif find_word(name, _RESERVED):
            reading.error("D303", entry.line, text("“%(name)s”另有意思，不能作维度的名称。", name=name))
        if _weight(value) is None:
            problem = text("“%(name)s”的权重要写大于 0 的整数，例如 {%(name)s: 30}。", name=name)
            reading.error("D303", entry.line, problem)
        if folded(name) in names:
            reading.error("D303", entry.line, text("维度“%(name)s”写了两次，请删去一个。", name=name))
        names.setdefault(folded(name), name)
    return names


def _not_pairs(reading: Reading, entry: Entry) -> None:
    names = [each.strip() for each in re.split("[,，、]", ",".join(entry.texts)) if each.strip()]
    fix = None
    if names and all(_NAME.fullmatch(normal(name)) for name in names):
        share = str(max(100 // len(names), 1))
        mended = Entry(key=entry.key, line=entry.line, pairs=tuple((name, share) for name in names))
        fix = one_line(entry.line, write_entry(mended), text("改写这一行"))
    reading.error("D303", entry.line, text("评分写成“{维度: 权重, 维度: 权重}”，例如 {共情: 40, 合规: 60}。"), fix)


def _deducted(reading: Reading, entry: Entry, weights: dict[str, str]) -> set[str]:
    names: Sequence[str] = reading.many(Word.DEDUCT)
    found = set()
    for name in names:
        known = weights.get(folded(name))
        if known is not None:
            found.add(known)
            continue
        guess = nearest(name, list(weights.values()))
        if guess is None:
            reading.error("D303", entry.line, text("扣分制里的“%(name)s”不是评分的维度。", name=name))
            continue
        fix = one_line(
            entry.line, reading.lines[entry.line - 1].replace(name, guess, 1), text("改为“%(guess)s”", guess=guess)
        )
        problem = text("扣分制里的“%(name)s”不是评分的维度，是否“%(guess)s”？", name=name, guess=guess)
        reading.error("D303", entry.line, problem, fix)
    return found
