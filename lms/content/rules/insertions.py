"""What the editor's buttons put into a text: one small, whole example of each shape, in the language of the file."""

from collections.abc import Mapping
from dataclasses import dataclass

from lms.content.grammar.keywords import Language, Word
from lms.core.texts import Text, text


@dataclass(frozen=True, slots=True, kw_only=True)
class Insertion:
    """label: on the button. zh, en: Markdown of its own paragraph, without empty lines around it."""

    label: Text
    zh: str
    en: str

    def written(self, language: Language) -> str:
        return self.zh if language is Language.ZH else self.en


_SINGLE = Insertion(
    label=text("单选"),
    zh="### 题目？\n1. [ ] 选项一\n2. [x] 正确的选项\n3. [ ] 选项三\n\n> 解析：为什么。",
    en="### Question?\n1. [ ] First option\n2. [x] The right option\n3. [ ] Third option\n\n> explain: Why.",
)
QUESTIONS = (
    _SINGLE,
    Insertion(
        label=text("多选"),
        zh="### 题目？\n`漏选给半分`\n\n- [x] 正确的选项\n- [x] 也正确的选项\n- [ ] 错误的选项\n\n> 解析：为什么。",
        en="### Question?\n`half-if-incomplete`\n\n- [x] A right option\n- [x] Another right option\n"
        "- [ ] A wrong option\n\n> explain: Why.",
    ),
    Insertion(
        label=text("判断"),
        zh="### 一句可以判断对错的话。\n- 答案：错\n\n> 解析：为什么。",
        en="### A statement that is true or false.\n- answer: false\n\n> explain: Why.",
    ),
    Insertion(
        label=text("填空"),
        zh="### 收到退货后应在 ____ 小时内退款。\n- 空1：48 | 四十八",
        en="### Refund within ____ hours of receiving the return.\n- blank1: 48 | forty-eight",
    ),
    Insertion(
        label=text("数值"),
        zh="### 应退多少元？\n- 答案：64 ± 0.01 元",
        en="### How much is refunded?\n- answer: 64 ± 0.01 yuan",
    ),
    Insertion(
        label=text("排序"),
        zh="### 请排成正确顺序。\n`排序`\n\n1. 第一步\n2. 第二步\n3. 第三步",
        en="### Put the steps in order.\n`ordering`\n\n1. First step\n2. Second step\n3. Third step",
    ),
    Insertion(
        label=text("匹配"),
        zh="### 把两边连起来。\n- 左边一 => 右边一\n- 左边二 => 右边二\n- （干扰项） => 多出来的右边",
        en="### Match both sides.\n- First left => First right\n- Second left => Second right\n"
        "- (distractor) => Spare right",
    ),
    Insertion(
        label=text("问答"),
        zh="### 请写出你的回复。\n`10分` `字数20-150` `人工复核`\n\n- 必说（6分）：理解 | 抱歉\n"
        "- 应说（4分）：核实 | 查一下\n- 禁说（-5分）：不可能\n\n> 参考：示范回复。",
        en="### Write your reply.\n`10 pt` `length 20-150` `manual`\n\n- must (6 pt): sorry | understand\n"
        "- should (4 pt): check | look into\n- never (-5 pt): impossible\n\n> model: A model reply.",
    ),
)
_SECTION = Insertion(label=text("小节"), zh="## 小节标题", en="## Section")
TABLE = Insertion(
    label=text("表格"),
    zh="| 情况 | 怎么处理 |\n|---|---|\n| 情况一 | 处理一 |",
    en="| Case | What to do |\n|---|---|\n| First case | First step |",
)
_SCRIPT = Insertion(
    label=text("话术"),
    zh="> 话术：{昵称}您好，可以直接发给顾客的话。",
    en="> script: Hello {nickname}, a sentence that may be sent as it is.",
)
_INTERNAL = Insertion(label=text("内部"), zh="> 内部：只给客服看的提醒。", en="> internal: Only for agents.")
_LINK = Insertion(label=text("链接"), zh="[标题](../目录/文件.md)", en="[Title](../folder/file.md)")

INSERTIONS: Mapping[Word, tuple[Insertion, ...]] = {
    Word.QUIZ: (
        *QUESTIONS,
        Insertion(label=text("小节"), zh="## 小节\n`全部` `每题2分`", en="## Section\n`all` `each 2 pt`"),
    ),
    Word.LESSON: (
        _SECTION,
        _SCRIPT,
        _INTERNAL,
        TABLE,
        Insertion(label=text("自测"), zh=f"## 自测\n\n{_SINGLE.zh}", en=f"## self-check\n\n{_SINGLE.en}"),
        *QUESTIONS,
    ),
    Word.ARTICLE: (
        _SECTION,
        _SCRIPT,
        _INTERNAL,
        TABLE,
        Insertion(
            label=text("有期限的一节"),
            zh="## 大促期间的特别规则\n`生效:2026-11-01..2026-11-20` `按下单日`\n\n这段时间内的规则。",
            en="## Rules during the promotion\n`valid:2026-11-01..2026-11-20` `by-order-day`\n\n"
            "The rule for these days.",
        ),
    ),
    Word.TASK: (
        Insertion(label=text("清单"), zh="- [ ] 第一件事\n- [ ] 第二件事", en="- [ ] First thing\n- [ ] Second thing"),
        TABLE,
    ),
    Word.COURSE: (
        Insertion(
            label=text("内容"),
            zh="## 内容\n1. [课时标题](01-lesson.md) `15分钟`",
            en="## contents\n1. [Lesson title](01-lesson.md) `15 min`",
        ),
        _LINK,
    ),
    Word.CURRICULUM: (
        Insertion(
            label=text("阶段"),
            zh="## 阶段名\n`第1-3天`\n\n- [课程标题](course.md) `第1天`",
            en="## Stage\n`day 1-3`\n\n- [Course title](course.md) `day 1`",
        ),
        _LINK,
    ),
    Word.DRILL: (
        Insertion(
            label=text("场景"),
            zh="## 场景名\n`限时60秒`\n> 顾客：顾客说的话。\n\n- [回复](#下一个场景) `共情+10`\n"
            "    - 点评：为什么好。\n- 超时 => [下一个场景](#下一个场景)",
            en="## Scene\n`time 60s`\n> Customer: What is said.\n\n"
            "- [Reply](#next-scene) `empathy+10`\n    - note: Why it is good.\n- timeout => [next scene](#next-scene)",
        ),
        Insertion(
            label=text("选项"),
            zh="- [要发给顾客的话](#下一个场景) `共情+10` `情绪+5`\n    - 点评：为什么好。",
            en="- [What is sent](#next-scene) `empathy+10` `mood+5`\n    - note: Why it is good.",
        ),
        Insertion(
            label=text("自由回复的场景"),
            zh="## 场景名\n`自由回复` `限时90秒` `字数15-150`\n> 顾客：顾客说的话。\n\n"
            "- 必说 `准确+10`：词 | (词 & 词)\n- 应说 `共情+5`：抱歉 | 理解\n- 禁说 `合规-15`：一定到 | 保证\n"
            "- 命中禁用语 => [下一个场景](#下一个场景)\n- 得分≥10 => [下一个场景](#下一个场景)\n"
            "- 其他 => [下一个场景](#下一个场景)",
            en="## Scene\n`free` `time 90s` `length 15-300`\n> Customer: What is said.\n\n"
            "- must `accuracy+10`: word | (word & word)\n- should `empathy+5`: sorry | understand\n"
            "- never `compliance-15`: guarantee | promise\n- violated => [next scene](#next-scene)\n"
            "- score≥10 => [next scene](#next-scene)\n- else => [next scene](#next-scene)",
        ),
        Insertion(
            label=text("结局"),
            zh="## 顺利结束\n`结局:通过`\n> 顾客：好，谢谢。",
            en="## Happy end\n`ending:pass`\n> Customer: Good, thank you.",
        ),
        Insertion(
            label=text("订单卡"),
            zh="> 系统：订单：8821；商品：电水壶；付款：11月11日",
            en="> system: Order: 8821; Item: kettle; Paid: 11 November",
        ),
        Insertion(
            label=text("复盘"),
            zh="## 复盘\n- 自评：给自己打分的一个问题。\n- 练完要想的一个问题。",
            en="## debrief\n- self-rating: A question to rate oneself by.\n- A question to think about.",
        ),
    ),
    Word.WORDS: (
        Insertion(
            label=text("词条"),
            zh="- 不能说的话 | 另一种写法 => 可以这样说\n    - 依据：公司规定",
            en="- banned phrase | other spelling => say this instead\n    - basis: company-rule",
        ),
    ),
}
