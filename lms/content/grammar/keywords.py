"""Every word that means something in an authored file, in Chinese and in English: the one table.

Words are compared after NFKC and without regard to case, so a full-width letter or colon is no difference.
"""

import unicodedata
from collections.abc import Iterable, Sequence
from enum import Enum, StrEnum
from functools import cache

from rapidfuzz import fuzz, process

_LIKE = 50  # of 100: one of two characters; below this a suggestion misleads more than it helps


class Language(StrEnum):
    ZH = "zh"
    EN = "en"


class Word(Enum):
    """A keyword: its Chinese form, its English form, then aliases of either language."""

    # front matter
    TYPE = ("类型", "type")
    TITLE = ("标题", "title")
    SUMMARY = ("摘要", "summary")
    OWNER = ("负责人", "owner")
    TAGS = ("标签", "tags")
    ALIASES = ("别名", "aliases")
    REVIEW_EVERY = ("复审周期", "review-every")
    APPLIES_TO = ("适用", "applies-to")
    BASIS = ("依据", "basis")
    MUST_READ = ("必读", "must-read")
    MUST_READ_WITHIN = ("必读期限", "must-read-within")
    DURATION = ("时长", "duration", "学时")
    COMPETENCIES = ("能力项", "competencies")
    QUARTER = ("季度", "quarter")
    POSITIONS = ("岗位", "positions")
    PASS_MARK = ("及格", "pass")
    TIME = ("限时", "time")
    ATTEMPTS = ("可考次数", "attempts", "可学次数")
    COOLDOWN = ("重考间隔", "cooldown")
    SHUFFLE = ("乱序", "shuffle")
    OPEN_BOOK = ("允许查知识库", "open-book")
    INTERRUPTIBLE = ("可中断", "interruptible")
    USE = ("用途", "use")
    CHECK_DAY = ("考核日", "check-day")
    PER_CHECK = ("每次题数", "per-check")
    CONFIRMED_BY = ("确认人", "confirmed-by")
    EVIDENCE = ("凭证", "evidence")
    AUDIENCE = ("可见", "audience")
    CUSTOMER = ("顾客", "customer")
    MOOD = ("情绪", "mood")
    CHANNEL = ("渠道", "channel")
    CONCURRENT = ("并发", "concurrent")
    RUBRIC = ("评分", "rubric")
    PASS = ("通过", "pass")
    WORD_LIST = ("禁用语库", "word-list")
    WORDS = ("词表", "words")
    PACKAGE = ("课件包", "package")
    DONE_WHEN = ("完成条件", "done-when")

    # kinds
    ARTICLE = ("知识", "article")
    LESSON = ("课时", "lesson")
    COURSE = ("课程", "course")
    CURRICULUM = ("培训计划", "curriculum")
    QUIZ = ("测验", "quiz")
    DRILL = ("演练", "drill")
    TASK = ("任务", "task")
    SCORM = ("课件", "scorm", "courseware")

    # values
    LAW = ("法律", "law")
    PLATFORM_RULE = ("平台规则", "platform-rule")
    COMPANY_RULE = ("公司规定", "company-rule")
    MENTOR = ("带教", "mentor")
    TRAINER = ("讲师", "trainer")
    SELF = ("本人", "self")
    WRITING = ("文字", "text")
    PHOTO = ("照片", "photo")
    EXAM = ("考试", "exam")
    CHECK = ("小测", "check")
    PRACTICE = ("练习", "practice")
    BANK = ("题库", "bank")
    RECURRING = ("知识考核", "recurring")
    MONDAY = ("周一", "monday", "星期一")
    TUESDAY = ("周二", "tuesday", "星期二")
    WEDNESDAY = ("周三", "wednesday", "星期三")
    THURSDAY = ("周四", "thursday", "星期四")
    FRIDAY = ("周五", "friday", "星期五")
    SATURDAY = ("周六", "saturday", "星期六")
    SUNDAY = ("周日", "sunday", "星期日", "星期天")
    QUESTIONS = ("题目", "questions")
    OPTIONS = ("选项", "options")
    ONLINE = ("在线", "online")
    PHONE = ("电话", "phone")
    MAIL = ("邮件", "mail")
    YES = ("是", "yes")
    NO = ("否", "no")
    BANNED = ("禁用语", "banned")
    SYNONYMS = ("同义词", "synonyms")
    DICTIONARY = ("词典", "dictionary")

    # headings
    SELF_CHECK = ("自测", "self-check")
    CONTENTS = ("内容", "contents")
    DEBRIEF = ("复盘", "debrief")

    # labels
    SCRIPT = ("话术", "script")
    INTERNAL = ("内部", "internal")
    ANSWER = ("答案", "answer")
    BLANK = ("空", "blank")
    EXPLAIN = ("解析", "explain")
    HINT = ("提示", "hint")
    MODEL = ("参考", "model")
    MUST = ("必说", "must")
    SHOULD = ("应说", "should")
    NEVER = ("禁说", "never")
    NOTE = ("点评", "note")
    SYSTEM = ("系统", "system")
    TIMEOUT = ("超时", "timeout")
    SCORE = ("得分", "score")
    VIOLATED = ("命中禁用语", "violated")
    OTHER = ("其他", "else", "其它")
    DISTRACTOR = ("干扰项", "distractor")
    TRUE = ("对", "true", "正确", "√")
    FALSE = ("错", "false", "错误", "×")
    BELOW = ("低于", "below")
    TOTAL = ("总分", "total")
    AND = ("且", "and")
    OR = ("或", "or")

    # chips
    VALID = ("生效", "valid")
    BY_ORDER_DAY = ("按下单日", "by-order-day")
    BY_PAYMENT_DAY = ("按付款日", "by-payment-day")
    BY_RECEIPT_DAY = ("按签收日", "by-receipt-day")
    BY_REQUEST_DAY = ("按申请日", "by-request-day")
    OPTIONAL = ("选修", "optional")
    DAY = ("第N天", "day")
    MINUTES = ("N分钟", "min")
    ANY_ORDER = ("任意顺序", "any-order")
    AFTER = ("需完成", "after")
    SIGN_OFF = ("带教验收", "sign-off")
    DRAW = ("抽N题", "draw")
    ALL = ("全部", "all")
    EACH = ("每题N分", "each")
    POINTS = ("N分", "pt")
    LEVEL = ("难度", "level")
    ORDERING = ("排序", "ordering")
    HALF_IF_INCOMPLETE = ("漏选给半分", "half-if-incomplete")
    NONE_IF_WRONG = ("错选不得分", "none-if-wrong")
    CASE_SENSITIVE = ("区分大小写", "case-sensitive")
    ADJACENT_PAIRS = ("按相邻给分", "adjacent-pairs")
    MANUAL = ("人工复核", "manual")
    LENGTH = ("字数", "length")
    FREE = ("自由回复", "free")
    ENDING = ("结局", "ending")
    FAIL = ("失败", "fail")
    SET = ("记下", "set")
    REQUIRES = ("前提", "requires")
    DEDUCT = ("扣分制", "deduct")
    SELF_RATING = ("自评", "self-rating")
    WATCHED = ("看完", "watched")
    ID = ("id", "id")
    TAG = ("#标签", "#tag")

    @property
    def zh(self) -> str:
        return str(self.value[0])

    @property
    def en(self) -> str:
        return str(self.value[1])

    def written(self, language: Language) -> str:
        """Return the word as it is written in a file of that language."""
        return self.zh if language is Language.ZH else self.en


def folded(text: str) -> str:
    """Return the text as keywords are compared: NFKC, lower case, no space around it."""
    return unicodedata.normalize("NFKC", text).casefold().strip()


def language_of(text: str) -> Language | None:
    """Return the language a keyword was written in; None if it is the same in both (`id`)."""
    if folded(text) in ("id", ""):
        return None
    return Language.EN if text.isascii() else Language.ZH


@cache
def _forms(word: Word) -> frozenset[str]:
    return frozenset(folded(form) for form in word.value)


def find_word(text: str, among: Iterable[Word]) -> Word | None:
    """Return the keyword that the text is, if it is one of `among`."""
    wanted = folded(text)
    return next((word for word in among if wanted in _forms(word)), None)


def nearest(text: str, choices: Sequence[str]) -> str | None:
    """Return the choice that the author probably meant: the most alike one, if it is alike at all."""
    wanted = folded(text)[:60]  # a pasted paragraph is nobody's keyword, and likeness costs length squared
    match = process.extractOne(wanted, choices, scorer=fuzz.ratio, processor=folded, score_cutoff=_LIKE)
    return None if match is None else match[0]
