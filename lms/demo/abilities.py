"""能力项 of the sample company: what trainers defined, what leads found of people, who looked at whose profile."""

from functools import partial

from lms.core.db import transaction
from lms.demo.stage import Stage
from lms.performance.actions import competencies
from lms.performance.actions.looks import PROFILE, note_look

DEFINED = (
    ("rules", "规则掌握", "售后、物流、投诉的规定，查得到，也讲得清", "规则掌握", ""),
    ("expression", "沟通表达", "听清诉求，先接住情绪，再给办法", "沟通表达", "共情, 表达"),
    ("process", "服务流程", "登记、升级、回访，一步不漏", "服务流程, 系统操作", "流程"),
    ("compliance", "合规表达", "不承诺、不引导站外、不泄露信息", "合规表达", "合规"),
    ("products", "产品知识", "小家电、家纺、杯壶的材质、尺寸和用法", "产品知识", ""),
)
"""Code, name, what it is, words of documents and questions, dimensions of drills."""
RATED = (
    ("L1005", "A1017", "expression", "4", "两次抽听，介入的顾客都先道歉再解释，语气稳。"),
    ("L1005", "A1017", "compliance", "3", "十一月有一次说“应该明天能到”，提醒以后改了。"),
    ("L1003", "A1009", "expression", "5", "带的三位新人都说，她拆话术拆得最清楚。"),
    ("L1002", "A1002", "products", "4", "新品上架当天，四件套的支数和克重答得又快又准。"),
)
LOOKED = (("L1005", "A1017", 3), ("H1001", "A1017", 2), ("D1001", "A1017", 1), ("L1002", "A1002", 5))
"""Who looked at whose profile, how many days ago."""


def tell(stage: Stage) -> None:
    """Note the definitions, the ratings and the looks."""
    stage.agenda.once(stage.at(40, 14), partial(_define, stage))
    for number, (lead, no, code, level, reason) in enumerate(RATED):
        stage.agenda.once(stage.at(9, 15, 10 * number), partial(_rate, stage, lead, no, code, level, reason))
    for looker, no, ago in LOOKED:
        stage.agenda.once(stage.at(ago, 17, 20), partial(_look, stage, looker, no))


def _define(stage: Stage) -> None:
    for code, name, about, words, dimensions in DEFINED:
        with transaction():
            competencies.make(
                stage.who("T1001"),
                {
                    "code": code,
                    "name": name,
                    "about": about,
                    "words": words,
                    "dimensions": dimensions,
                    "levels": "50, 65, 80, 90",
                    "fresh_days": "180",
                },
            )


def _rate(stage: Stage, lead: str, no: str, code: str, level: str, reason: str) -> None:
    with transaction():
        competencies.rate(stage.who(lead), stage.ids[no], code, level, reason)


def _look(stage: Stage, looker: str, no: str) -> None:
    with transaction():
        note_look(stage.who(looker), stage.ids[no], PROFILE)
