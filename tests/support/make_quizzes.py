"""Builders of published quizzes, of attempts, and of the answers that earn all, some or nothing."""

import hashlib
import itertools
import json
import zlib
from fractions import Fraction

from lms.content.models import Blob, Document, Part, PartVersion, Revision, Slug
from lms.core import clock
from lms.core.db import session, transaction
from lms.core.plain import to_plain
from lms.core.points import from_fraction
from lms.questions.rules.identity import asked_sha
from lms.questions.rules.order import shown_ids
from lms.questions.spec import (
    Criterion,
    CriterionKind,
    FillIn,
    Item,
    Kind,
    Matching,
    Multiple,
    Numeric,
    Open,
    Ordering,
    Question,
    Reference,
    Rich,
    Single,
    TrueFalse,
)
from lms.quizzes import actions, queries
from lms.quizzes.spec import QuizRules, QuizSpec, Section, Use

_numbers = itertools.count(1)


def rich(words):
    return Rich(source=words, html=f"<p>{words}</p>", text=words)


def items(letter, *texts, notes=()):
    notes = [*notes, *[None] * len(texts)]
    return tuple(
        Item(id=f"{letter}{index}", body=rich(words), note=note and rich(note))
        for index, (words, note) in enumerate(zip(texts, notes, strict=False), start=1)
    )


def a_single(stem="几天内可以申请七天无理由退货？", *, options=("3 天", "7 天", "15 天"), right="o2", **more):
    return Question(stem=rich(stem), shape=Single(options=items("o", *options), right=right), **more)


def one_of_each(secret="", *, written=False):
    """One question of each kind that the server marks; whatever must not be seen before its time holds `secret`."""
    notes = [f"选项说明{secret}"] * 4
    more = {
        "explanation": rich(f"从签收次日零点起算{secret}。"),
        "model": rich(f"参考{secret}"),
        "references": (Reference(label=f"时效{secret}", target=f"../../kb_content/return-7d{secret}.md#时效"),),
    }
    shapes = [
        ("几天内可以申请退货？", Single(options=items("o", "3 天", "7 天", "15 天", notes=notes), right="o2")),
        (
            "下面哪些商品不支持七天无理由退货？",
            Multiple(
                options=items("o", "定制的杯子", "车厘子", "试穿过的外套", "激活的光盘", notes=notes),
                right=("o1", "o2", "o4"),
                half_if_incomplete=True,
                none_if_wrong=True,
            ),
        ),
        ("退回运费由商家承担。", TrueFalse(right=False)),
        (
            "收到退货后应在____小时内完成____。",
            FillIn(blanks=((f"48{secret}", "四十八"), ("退款", f"退钱{secret}"))),
        ),
        (
            "两件同价商品实付 128 元，退 1 件退多少元？",
            Numeric(low=Fraction("63.99"), high=Fraction("64.01"), target=Fraction(64), unit="元"),
        ),
        (
            "请把退货处理步骤排成正确顺序。",
            Ordering(steps=items("s", "核对订单", "判断类目", "发退货地址", "登记退款", notes=notes)),
        ),
        (
            "把顾客诉求和处理方式连起来。",
            Matching(
                left=items("l", "尺码不合适", "收到破损", notes=notes),
                right=items("r", "引导换货", "商家承担运费", "让顾客找快递"),
                key=("r1", "r2"),
            ),
        ),
    ]
    if written:
        rubric = (Criterion(kind=CriterionKind.MUST, points=from_fraction(3), words=f"理解{secret} | 抱歉"),)
        shapes.append(("写出你的回复。", Open(rubric=rubric, manual=True, shortest=5, longest=150)))
    return [Question(stem=rich(stem), shape=shape, **more) for stem, shape in shapes]


def a_quiz(*questions, slug=None, title="七天无理由退货·上岗测验", minutes=15, sections=None, document=None, **rules):
    """Return the slug of a published quiz. rules: fields of QuizRules. document: publish a further revision of it."""
    number = next(_numbers)
    slug = slug or f"onboarding/q{number}"
    spec = QuizSpec(
        title=title,
        rules=QuizRules(**{"use": Use.CHECK, "pass_mark": Fraction(80, 100), **rules}),
        sections=sections
        or (Section(title="规则", each=from_fraction(2), questions=tuple(questions or [a_single()])),),
    )
    whole = {"kind": "quiz", "parser": "1", "spec": to_plain(spec)}
    plain = json.dumps(whole, ensure_ascii=False, sort_keys=True).encode()
    now = clock.now()
    with transaction() as s:
        sha = hashlib.sha256(plain).digest()
        if s.get(Blob, sha) is None:
            s.add(Blob(sha=sha, zlib=zlib.compress(plain), size=len(plain)))
        if document is None:
            made = Document(
                kind="quiz",
                folder="quizzes",
                title=title,
                minutes=minutes,
                state="published",
                created_at=now,
                published_at=now,
            )
            s.add(made)
            s.flush()
            s.add(Slug(kind="quiz", slug=slug, document_id=made.id, is_current=True))
            version = 1
        else:
            made = s.get_one(Document, document)
            version = s.get_one(Revision, made.published_id).number + 1
        s.flush()
        revision = Revision(document_id=made.id, number=version, blob_sha=sha, compiled_sha=sha, kind="publish", at=now)
        s.add(revision)
        s.flush()
        made.published_id = revision.id
        for position, question in enumerate(spec.questions):
            asked = asked_sha(question)
            if s.get(PartVersion, asked) is not None:
                continue
            part = Part(
                key=f"k{next(_numbers):05}",
                document_id=made.id,
                kind="question",
                title=question.stem.text,
                text_sha=asked,
                position=position,
            )
            s.add(part)
            s.flush()
            s.add(PartVersion(sha=asked, part_id=part.id, spec=to_plain(question), first_revision_id=revision.id))
    return slug


def document_id(slug):
    return session().query(Slug.document_id).filter_by(kind="quiz", slug=slug).scalar()


def begun(actor, slug):
    """Return the public name of the actor's open attempt, begun where there was none."""
    with transaction():
        return actions.start(actor, slug).public_id


def paper(actor, public_id):
    """Return the drawn questions of the attempt by their key."""
    return {item.key: item for item in queries.items_of(queries.own_sitting(actor, public_id))}


def right_value(item):
    """Return the value that earns all, in the learner's ids."""
    shape, shown = item.question.shape, shown_ids(item.order)
    match item.question.kind:
        case Kind.SINGLE:
            return shown[shape.right]
        case Kind.MULTIPLE:
            return [shown[each] for each in shape.right]
        case Kind.TRUE_FALSE:
            return shape.right
        case Kind.FILL_IN:
            return [accepted[0] for accepted in shape.blanks]
        case Kind.NUMERIC:
            return str(int(shape.target))
        case Kind.ORDERING:
            return [shown[step.id] for step in shape.steps]
        case Kind.MATCHING:
            return {shown[left.id]: shown[right] for left, right in zip(shape.left, shape.key, strict=True)}
        case Kind.OPEN:
            return "很抱歉，理解您的心情。"


def answered_right(actor, public_id, *, but=()):
    """Save the right answer to every question of the paper but those with these keys."""
    for key, item in paper(actor, public_id).items():
        if key not in but:
            with transaction():
                actions.save_answer(actor, public_id, key, right_value(item), item.seq + 1)


def handed_in(actor, public_id):
    with transaction():
        return actions.submit(actor, public_id)
