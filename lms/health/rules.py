"""What is wrong with an installation, in one line each, from what was measured. Pure."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from lms.core.texts import Text, text
from lms.health.events import Way

LATE_JOB = 600
"""Seconds after which a job that nobody took means that no worker runs, or too few."""
LATE_OUTBOX = 900
"""Seconds after which what waits in the outbox is stuck."""
FREE_BYTES, FREE_SHARE = 1_000_000_000, 0.05
"""A disk with less than both of these left is almost full."""
NO_BYTES = 100_000_000
"""With less than this a disk is full for every purpose."""
CLOCK_OFF = 5.0
"""Seconds by which this machine's clock may differ from the database's."""
SHORT_SECRET = 32
"""Characters below which the key that signs sessions can be guessed."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Facts:
    """What was measured. late, oldest, clock_off in seconds, free and total in bytes; None = could not be measured.

    failing: job -> error. files, redis: "" = well, else the word of the failure. backup: "" | failed | late | off.
    """

    has_worker: bool = True
    late: int = 0
    failing: Mapping[str, str] = field(default_factory=dict)
    ways: tuple[Way, ...] = ()
    outbox_open: int = 0
    outbox_dead: int = 0
    oldest: float = 0.0
    free: int | None = None
    total: int | None = None
    backup: str = ""
    backup_error: str = ""
    search_ready: bool = True
    search_open: int = 0
    search_dead: int = 0
    clock_off: float | None = None
    files: str = ""
    redis: str = ""
    secret_length: int = 64
    plain_cookies: bool = False
    is_demo: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """One thing that is wrong. is_bad: people notice it now, or soon lose something. mend: what to do.

    endpoint, wanted: the page that shows more or mends it, "" = none.
    """

    word: str
    is_bad: bool
    sentence: Text
    mend: Text
    endpoint: str = ""
    wanted: Mapping[str, str] = field(default_factory=dict)


def findings(facts: Facts) -> list[Finding]:
    """Return what is wrong, the worst first; nothing where all is well."""
    found = [*_worker(facts), *_disk(facts), *_files(facts), *_outbox(facts), *_ways(facts), *_backup(facts)]
    found += [*_search(facts), *_clock(facts), *_redis(facts), *_secrets(facts)]
    return sorted(found, key=lambda each: not each.is_bad)


def _worker(facts: Facts) -> list[Finding]:
    found = []
    if not facts.has_worker or facts.late > LATE_JOB:
        found.append(
            Finding(
                word="worker",
                is_bad=True,
                sentence=text("后台任务没有运行。")
                if not facts.has_worker
                else text("后台任务晚了 %(n)s 分钟。", n=facts.late // 60),
                mend=text("请确认 lms worker 在运行；过期的答卷要靠它收卷，通知要靠它发出。"),
            )
        )
    for name, error in facts.failing.items():
        found.append(
            Finding(
                word="job",
                is_bad=False,
                sentence=text("后台任务 %(name)s 上次失败：%(error)s", name=name, error=error),
                mend=text("它会自己再试；一直失败请看服务日志。"),
            )
        )
    return found


def _disk(facts: Facts) -> list[Finding]:
    if facts.free is None or facts.total is None:
        return []
    is_low = facts.free < FREE_BYTES and facts.free < facts.total * FREE_SHARE
    if not is_low and facts.free >= NO_BYTES:
        return []
    return [
        Finding(
            word="disk",
            is_bad=facts.free < NO_BYTES,
            sentence=text("实例目录所在的磁盘只剩 %(n)s MB。", n=facts.free // 1_000_000),
            mend=text("请腾出空间或扩容；磁盘满时不能保存，已保存的内容不会丢。"),
        )
    ]


def _files(facts: Facts) -> list[Finding]:
    if not facts.files:
        return []
    return [
        Finding(
            word="files",
            is_bad=True,
            sentence=text("文件存不进去：%(reason)s。", reason=facts.files),
            mend=text("请检查实例目录的权限和空间，或文件仓库（LMS_FILES_URL、LMS_S3_…）的地址、密钥和网络。"),
        )
    ]


def _outbox(facts: Facts) -> list[Finding]:
    found = []
    if facts.oldest > LATE_OUTBOX:
        found.append(
            Finding(
                word="outbox",
                is_bad=True,
                sentence=text(
                    "有 %(n)s 件事在排队，最早的一件等了 %(minutes)s 分钟。",
                    n=facts.outbox_open,
                    minutes=int(facts.oldest // 60),
                ),
                mend=text("请确认 lms worker 在运行，并看它的日志。"),
            )
        )
    if facts.outbox_dead:
        found.append(
            Finding(
                word="outbox_dead",
                is_bad=False,
                sentence=text("有 %(n)s 件事试了 10 次都没有做成。", n=facts.outbox_dead),
                mend=text("请看服务日志里的原因；原因排除后重新触发一次即可。"),
            )
        )
    return found


def _ways(facts: Facts) -> list[Finding]:
    return [
        Finding(
            word="way",
            is_bad=bool(way.dead) or way.minutes > LATE_OUTBOX // 60,
            sentence=text(
                "“%(name)s”发不出去：近 7 天 %(dead)s 条没发成，%(failing)s 条在重试。",
                name=way.name,
                dead=way.dead,
                failing=way.failing,
            ),
            mend=text("请看发送记录里的原因。"),
            endpoint=way.endpoint,
            wanted=way.wanted,
        )
        for way in facts.ways
    ]


def _backup(facts: Facts) -> list[Finding]:
    sentences = {
        "failed": text("上次备份没有做成：%(error)s", error=facts.backup_error),
        "late": text("超过 26 小时没有成功的备份。"),
        "off": text("没有打开夜间备份。"),
    }
    if facts.backup not in sentences:
        return []
    mend = text("请检查 LMS_BACKUP_PATH 指的目录，或手动运行 lms backup。")
    return [Finding(word="backup", is_bad=facts.backup != "off", sentence=sentences[facts.backup], mend=mend)]


def _search(facts: Facts) -> list[Finding]:
    if not facts.search_ready:
        sentence = text("搜索索引还没有建好，暂时只按标题查找。")
    elif facts.search_dead:
        sentence = text("有 %(n)s 条知识没能写进搜索索引。", n=facts.search_dead)
    else:
        return []
    return [Finding(word="search", is_bad=False, sentence=sentence, mend=text("可以运行 lms search rebuild。"))]


def _clock(facts: Facts) -> list[Finding]:
    if facts.clock_off is None or abs(facts.clock_off) <= CLOCK_OFF:
        return []
    return [
        Finding(
            word="clock",
            is_bad=True,
            sentence=text("这台机器的时钟和数据库差 %(n)s 秒。", n=round(abs(facts.clock_off))),
            mend=text("请打开时间同步（NTP）；考试的截止时间按这台机器的时钟算。"),
        )
    ]


def _redis(facts: Facts) -> list[Finding]:
    if not facts.redis:
        return []
    return [
        Finding(
            word="redis",
            is_bad=False,
            sentence=text("Redis 连不上，次数限制暂时由每个进程自己计数。"),
            mend=text("请检查 LMS_REDIS_URL 和网络；恢复后 10 秒内自动接上。"),
        )
    ]


def _secrets(facts: Facts) -> list[Finding]:
    found = []
    if facts.secret_length < SHORT_SECRET:
        found.append(
            Finding(
                word="secret",
                is_bad=True,
                sentence=text("LMS_SECRET_KEY 太短，登录会话可能被伪造。"),
                mend=text("请换成 64 位随机的十六进制数字，所有机器相同；换了之后大家要重新登录。"),
            )
        )
    if facts.plain_cookies:
        found.append(
            Finding(
                word="cookies",
                is_bad=True,
                sentence=text("网址是 https，但 LMS_SECURE_COOKIES 没有打开。"),
                mend=text("请设置 LMS_SECURE_COOKIES=1，免得会话在未加密的连接上被截走。"),
            )
        )
    if facts.is_demo:
        found.append(
            Finding(
                word="demo",
                is_bad=False,
                sentence=text("这是示例公司：公开的密码能登录。"),
                mend=text("正式使用前请去掉 LMS_DEMO。"),
            )
        )
    return found
