"""What happens to the content in the story: articles written and changed, drafts left lying, two that clash."""

import shutil
import tempfile
from collections.abc import Callable
from datetime import datetime, timedelta
from functools import partial
from pathlib import Path

from lms.content import actions as content_actions
from lms.content import queries as content
from lms.content.actions import autosave
from lms.content.jobs import sync_files
from lms.content.lint import FOLDERS
from lms.core.db import transaction
from lms.core.here import settings
from lms.demo import company, writings
from lms.demo.stage import Stage
from lms.kb.actions import cards, reviews
from lms.kb.jobs.indexing import rebuild_index

FIRST_DAY = 102
"""Days back to the first day of the story; articles reviewed every 90 days are then twelve days overdue."""
K2 = "products/kettle-k2"
PRICES = "after-sales/price-protection"
RETURN_FREIGHT = "after-sales/return-freight"
PRICE_ERROR = "emergency/price-error"
OUTAGE = "emergency/outage"
TEXTILES = "onboarding/products/02-textiles"

Change = Callable[[str], str]


def document_id(path: str) -> int:
    return content.by_path([path])[path].document_id


def end_with(more: str) -> Change:
    """Return the change that adds something at the end."""
    return lambda text: text.rstrip("\n") + "\n" + more


def put_before(line: str, more: str) -> Change:
    """Return the change that puts something in front of the first line that begins so; at the end where none does."""

    def change(text: str) -> str:
        before, found, after = text.partition("\n" + line)
        return f"{before}\n{more}{line}{after}" if found else end_with("\n" + more)(text)

    return change


def write(
    stage: Stage, no: str, kind: str, slug: str, change: Change, note: str, *, out: bool = True, minor: bool = False
) -> None:
    """Change a document in the studio. out: publish it, else it stays a draft."""
    author = stage.who(no)
    work = content.open_work(kind, slug)
    assert work.head_id is not None
    with transaction():
        saved = content_actions.save_draft(
            author, work.card.document_id, work.head_id, change(content.text(work.head_id)), note
        )
    if out:
        with transaction():
            content_actions.publish(author, work.card.document_id, saved.revision_id, note, minor=minor)


def create(stage: Stage, no: str, kind: str, slug: str, source: str, note: str, *, out: bool = True) -> int:
    """Write a new document in the studio and return its id."""
    author = stage.who(no)
    with transaction():
        made = content_actions.create(author, kind, slug, source, note)
    if out:
        with transaction():
            content_actions.publish(author, made.document_id, made.revision_id, note)
    return made.document_id


def load(stage: Stage) -> None:
    """Load the shipped content as it was on the first day."""
    stage.agenda.once(stage.at(FIRST_DAY, 10), lambda: sync_files(settings().content_path))
    stage.agenda.once(stage.at(FIRST_DAY, 10, 30), rebuild_index)
    stage.agenda.run()


def plan(stage: Stage) -> None:
    """Note everything that happens to the content, and what is searched in it."""
    _plan_the_past(stage)
    _plan_the_desk(stage)
    _plan_searches(stage)


def _plan_the_past(stage: Stage) -> None:
    """What was published: rules that changed, an emergency, a quiz made in a hurry, an answer that was missing."""
    once, at = stage.agenda.once, stage.at
    day = stage.today - timedelta(days=62)
    notice = writings.K2_NOTICE.format(day=f"{day.month} 月 {day.day} 日")

    def edit(moment: datetime, slug: str, change: Change, note: str) -> None:
        once(moment, partial(write, stage, "T1001", "article", slug, change, note))

    def new(moment: datetime, no: str, kind: str, slug: str, name: str, note: str) -> None:
        once(moment, partial(create, stage, no, kind, slug, writings.document(name), note))

    new(at(70, 15), company.GONE_TRAINER, "article", writings.ENTERPRISE, "enterprise-quote", "新写，店铺运营看过")
    edit(at(62, 11, 20), K2, end_with(notice), "紧急：底座异响先登记不判断")
    edit(at(48, 15, 30), K2, lambda text: text.replace(notice, ""), "会话回到每天 5 条，撤下临时口径")
    edit(at(33, 17, 10), PRICE_ERROR, end_with(writings.PRICE_ERROR_LESSON), "演练复盘：报三样")
    new(at(29, 16), "T1001", "quiz", writings.PEAK_CHECK, "peak-rules-check", "临时客服上岗前用")
    once(at(20, 15), partial(_confirm_articles, stage))
    edit(at(15, 10, 20), writings.FREIGHT, put_before(*writings.FREIGHT_RULE), "公司规定变更：改约取件也垫付")
    once(at(13, 9, 30), _a_file_is_changed_too)
    once(at(9, 14), partial(_add_an_alias, stage))
    once(at(4, 15, 40), partial(_answer_what_was_missing, stage))
    edit(at(1, 16, 40), PRICES, _price_rule, "店铺红包先分摊，不算实付；补一个例子")


def _price_rule(text: str) -> str:
    return put_before(*writings.PRICE_EXAMPLE)(put_before(*writings.PRICE_RULE)(text))


def _plan_the_desk(stage: Stage) -> None:
    """What lies unfinished: an old draft, one with a dead link, one just begun, one that waits, a sentence unsaved."""

    def draft(moment: datetime, no: str, kind: str, slug: str, change: Change, note: str) -> None:
        stage.agenda.once(moment, partial(write, stage, no, kind, slug, change, note, out=False))

    draft(stage.at(26, 18, 20), "T1001", "article", OUTAGE, end_with(writings.OUTAGE_DRAFT), "等信息部确认步骤")
    dead_link = put_before("## 自测", writings.TEXTILES_LINK)
    draft(stage.at(3, 17), company.TRAINER_BESIDE, "lesson", TEXTILES, dead_link, "羽绒被上新，洗护那条还没写")
    gifts = writings.document("livestream-gifts")
    stage.agenda.once(
        stage.at(2, 18),
        partial(create, stage, "T1001", "article", writings.GIFTS, gifts, "先起个头", out=False),
    )
    waits = "到付件怎么办，等仓库回话"
    draft(stage.at(1, 17, 30), "T1001", "article", RETURN_FREIGHT, end_with(writings.FREIGHT_ON_DELIVERY), waits)
    stage.agenda.once(stage.today_at(25), partial(_leave_unsaved, stage))


def _plan_searches(stage: Stage) -> None:
    """A fortnight of searches; 57 in vain while the warehouse was full, 6 the day after the article came."""
    for number, (query, times) in enumerate(writings.SEARCHES):
        for time in range(times):
            ago = 1 + (5 * number + 3 * time) % 14
            stage.search(stage.at(ago, 9 + (number + 2 * time) % 9, (17 * time + 7 * number) % 60), query, opened=True)
    for number in range(57):
        ago, hour = (5, 10 + number % 8) if number < 30 else (4, 9 + number % 6)
        stage.search(stage.at(ago, hour, (13 * number) % 60), writings.IN_VAIN[number % 4])
    for number in range(6):
        stage.search(stage.at(3, 10 + number, 12), writings.IN_VAIN[number % 4])


def _add_an_alias(stage: Stage) -> None:
    """A colleague adds what everybody types; nobody has to read it again."""
    write(
        stage,
        company.TRAINER_BESIDE,
        "article",
        "scripts/opening",
        lambda text: text.replace("别名: [", "别名: [在吗怎么回, "),
        "补一个大家常搜的说法",
        minor=True,
    )


def _confirm_articles(stage: Stage) -> None:
    """The trainer looks through the knowledge base and confirms every article of hers but one."""
    trainer = stage.who("T1001")
    found, _ = content.find(content.Filter(kind="article", owner_id=trainer.id), size=200)
    cards = [listed.card for listed in sorted(found, key=lambda each: each.card.slug)]
    chosen = [(card.document_id, card.published_id) for card in cards[1:] if card.published_id is not None]
    with transaction():
        reviews.confirm_several(trainer, chosen)


def _a_file_is_changed_too() -> None:
    """Somebody changes a file that was changed in the studio as well, and the files are synced."""
    with tempfile.TemporaryDirectory() as folder:
        root = Path(folder)
        for name in FOLDERS:
            shutil.copytree(settings().content_path / name, root / name)
        path = root / "kb_content" / f"{writings.FREIGHT}.md"
        path.write_text(put_before(*writings.FREIGHT_IN_FILE)(path.read_text("utf-8")), "utf-8", newline="")
        sync_files(root)


def _answer_what_was_missing(stage: Stage) -> None:
    """Finish the draft of the gap and publish it: every agent has to read it, and whoever asked is told."""
    source = writings.document("east-warehouse")
    source = source.replace("{start}", str(stage.today - timedelta(days=5)))
    source = source.replace("{end}", str(stage.today + timedelta(days=9)))
    write(stage, "T1001", "article", writings.EAST, lambda _: source, "57 次没搜到，今天补上")
    still_open = {"A1002", "A1036", stage.number("常乐"), stage.number("冯超")}
    for number, plan in enumerate(plan for plan in stage.agents() if plan.no not in still_open):
        moment = stage.at(4, 15, 50) + timedelta(minutes=3 * number)
        if number % 7 == 0:
            moment = stage.at(3, 9, 10 + number)
        stage.agenda.once(moment, partial(_acknowledge, stage, plan.no))


def _acknowledge(stage: Stage, no: str) -> None:
    opened = content.open_published(stage.who(no), "article", writings.EAST)
    with transaction():
        cards.confirm(stage.who(no), writings.EAST, number=opened.number)


def _leave_unsaved(stage: Stage) -> None:
    """The trainer was called away in the middle of a sentence; a colleague has her lesson open."""
    work = content.open_work("article", RETURN_FREIGHT)
    assert work.head_id is not None
    text = content.text(work.head_id) + writings.FREIGHT_UNSAVED
    with transaction():
        autosave.keep(stage.who("T1001"), work.card.document_id, work.head_id, text)


def sit_at_desk(stage: Stage) -> None:
    """Somebody has a document open that the trainer works on as well."""
    work = content.open_work("article", RETURN_FREIGHT)
    with transaction():
        autosave.be_seen(stage.who(company.TRAINER_BESIDE), work.card.document_id, work.head_id)
