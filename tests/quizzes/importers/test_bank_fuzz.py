"""Files that are nearly right: whatever is broken in them, a sentence says so; nothing crashes, nothing hangs."""

import io
import os
import random
import zipfile

import pytest

from lms.core.errors import DomainError, TooLarge, Unreadable
from lms.core.sheets import csv_bytes
from lms.questions.word_paste import typed_in
from lms.quizzes.importers import xlsx, xlsx_write
from lms.quizzes.importers.cells import outcome_of
from lms.quizzes.importers.columns import COLUMNS
from lms.quizzes.importers.keys_at_end import give, groups_in, parted
from lms.quizzes.importers.reading import Bank, Group, Imported
from lms.quizzes.importers.template import EXAMPLE, EXAMPLES, template
from tests.support.ending import ENDS

RUNS = 40 if "SOAK" in os.environ else 1
pytestmark = ENDS
ROWS = [[example.get(column.key, "").replace(EXAMPLE, "") for column in COLUMNS] for example in EXAMPLES]
CSV = csv_bytes([column.name for column in COLUMNS], ROWS)
WORD = [
    "一、单选题（每题2分）",
    "1、几天内可以退货？（  ）",
    "A. 3 天  B. 7 天  C. 15 天",
    "答案：B  解析：从签收次日算。",
    "2．应先做什么？",
    "A．核实订单",
    "B．直接答应",
    "【答案】A",
    "二、判断题",
    "1. 可以口头承诺到账时间。（×）",
    "三、填空题",
    "1. 审核后____小时内到账。",
    "参考答案",
    "一、单选题 1-2 BA",
    "二、1.×",
    "三、1、48",
]
SIGNS = "，。;；|｜、/\\()（）【】[]{}<>*_#`~=-+&%$^\"'\t\n\r\x00\u200b\ufeff\ue000\ue001\ue100　ABCＡ１①√×_____=>：:.0123456789-1e999NaN"


def tried(read, data):
    """Read a file; whatever it is, it is read or refused with a sentence."""
    found = None
    try:
        found = read(data)
    except DomainError as error:
        if not str(error.message):
            raise
    return found


def damaged(data: bytes, rng: random.Random) -> bytes:
    kind = rng.randrange(6)
    at = rng.randrange(len(data))
    if kind == 0:
        return data[:at]
    if kind == 1:
        return data[:at] + bytes([rng.randrange(256)]) + data[at + 1 :]
    if kind == 2:
        return data[:at] + data[at : at + rng.randrange(1, 200)] * rng.randrange(2, 30) + data[at:]
    if kind == 3:
        return data[:at] + "".join(rng.choices(SIGNS, k=rng.randrange(1, 40))).encode() + data[at:]
    if kind == 4:
        other = rng.randrange(len(data))
        return data[: min(at, other)] + data[max(at, other) :]
    return data[:at] + data[at:].replace(b",", b"\t", 3)


def repacked(data: bytes, rng: random.Random) -> bytes:
    """Return a workbook with one part damaged, in an archive that is sound."""
    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(data)) as old, zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as new:
        chosen = rng.choice(old.namelist())
        for name in old.namelist():
            new.writestr(name, damaged(old.read(name), rng) if name == chosen else old.read(name))
    return out.getvalue()


def check(found) -> None:
    """What was taken can be written, and read again: nothing is half a question."""
    if found is None:
        return
    for each in found.questions:
        assert isinstance(each, Imported)
    if found.questions:
        xlsx_write.write(Bank(groups=(Group(questions=tuple(each.question for each in found.questions[:2])),)))
    for refused in found.refused:
        assert str(refused.reason)


@pytest.mark.parametrize("seed", range(60 * RUNS))
def test_a_damaged_csv_is_read_or_refused(seed):
    check(tried(xlsx.read, damaged(CSV, random.Random(seed))))


@pytest.mark.filterwarnings("ignore::UserWarning")  # the library names what it leaves out
@pytest.mark.parametrize("seed", range(40 * RUNS))
def test_a_damaged_workbook_is_read_or_refused(seed):
    rng = random.Random(seed)
    check(tried(xlsx.read, (repacked if rng.random() < 0.7 else damaged)(template(), rng)))


@pytest.mark.parametrize("seed", range(100 * RUNS))
def test_cells_of_any_signs_are_a_question_or_refused(seed):
    rng = random.Random(seed)
    values = dict(rng.choice(EXAMPLES))
    for _ in range(rng.randrange(1, 4)):
        key = rng.choice([column.key for column in COLUMNS])
        before = values.get(key, "")
        at = rng.randrange(len(before) + 1)
        values[key] = before[:at] + "".join(rng.choices(SIGNS, k=rng.randrange(1, 12))) + before[at:]
    outcome = outcome_of(values)
    assert (outcome.question is None) != (outcome.reason is None)


@pytest.mark.parametrize("seed", range(100 * RUNS))
def test_typed_lines_of_any_order_are_taken_apart(seed):
    rng = random.Random(seed)
    lines = list(WORD)
    for _ in range(rng.randrange(1, 6)):
        at = rng.randrange(len(lines))
        what = rng.randrange(4)
        if what == 0:
            lines.pop(at)
        elif what == 1:
            lines.insert(at, "".join(rng.choices(SIGNS.replace("\n", ""), k=rng.randrange(30))))
        elif what == 2:
            lines.insert(at, rng.choice(lines) * rng.randrange(1, 40))
        else:
            lines[at], lines[-1] = lines[-1], lines[at]
    kept, groups = parted(list(enumerate(lines, start=1)))
    typed, _ = typed_in(kept)
    give(typed, groups)


def with_part(name: str, data: bytes) -> bytes:
    out = io.BytesIO(template())
    with zipfile.ZipFile(out, "a", zipfile.ZIP_DEFLATED) as packed:
        packed.writestr(name, data)
    return out.getvalue()


@pytest.mark.parametrize(
    ("name", "data", "said"),
    [
        ("xl/vbaProject.bin", b"x", "宏"),
        ("xl/media/a.bin", b"0" * 30_000_000, "解开后太大"),
        ("../evil.xml", b"x", "内部结构不正常"),
        ("xl/a.zip", b"PK\x03\x04" + b"x" * 99, "套着别的压缩包"),
        ("xl/a.xml", b"<!DOCTYPE x [<!ENTITY a 'b'>]><x>&a;</x>", "内部结构不正常"),
    ],
)
def test_a_workbook_made_to_harm_is_refused_with_what_to_do(name, data, said):
    with pytest.raises((Unreadable, TooLarge), match=said):
        xlsx.read(with_part(name, data))


@pytest.mark.parametrize(
    "line",
    [
        "1-999 " + "A" * 5000,
        "1.A " * 3000,
        "A" * 20000,
        "（" * 5000,
        "1-2 " * 4000,
        "答案：" * 5000,
        "_ " * 8000,
        "A. x " * 4000,
    ],
)
def test_a_line_without_end_takes_no_time(line):
    groups_in([line])
    typed_in([(1, f"1、{line}"), (2, line)])
    outcome_of({"kind": "单选", "stem": line, "options": line, "answer": line})
    outcome_of({"stem": line, "answer": line})
