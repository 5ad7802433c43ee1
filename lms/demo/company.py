"""禾木生活, an invented company: its teams, shops and people. Plain data; story.py makes them live."""

from dataclasses import dataclass

from lms.core.access import Role


@dataclass(frozen=True, slots=True, kw_only=True)
class TeamPlan:
    code: str
    name: str
    weekdays: str  # working days of the week, Monday first: "1111100"
    lead_no: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class PersonPlan:
    """One employee. hired: days before today, negative numbers lie in the future."""

    no: str
    name: str
    team: str
    position: str = "客服专员"
    roles: tuple[Role, ...] = ()
    hired: int = 400
    shops: tuple[str, ...] = ("tmall",)
    employment: str = "regular"


NAME = "禾木生活"
HELP_LINE = "人事温雅，分机 8003"

ROOT = TeamPlan(code="hemu", name="禾木生活客服中心", weekdays="1111100")
TEAMS = (
    TeamPlan(code="presale", name="售前组", weekdays="1111101", lead_no="L1002"),
    TeamPlan(code="after1", name="售后一组", weekdays="1111110", lead_no="L1003"),
    TeamPlan(code="after2", name="售后二组", weekdays="1011111", lead_no="L1004"),
    TeamPlan(code="dispute", name="投诉纠纷组", weekdays="1111100", lead_no="L1005"),
    TeamPlan(code="night", name="夜班综合组", weekdays="1110111", lead_no="L1006"),
    TeamPlan(code="camp", name="训练营", weekdays="1111111"),
)
SHOPS = (
    ("tmall", "天猫旗舰店", "天猫"),
    ("jd", "京东旗舰店", "京东"),
    ("douyin", "抖音店", "抖音"),
)

GONE_TRAINER = "T1002"
"""Left 45 days ago; an article is still his."""
TRAINER_BESIDE = "A1007"
"""An agent who writes content two afternoons a week."""

_STAFF = (
    PersonPlan(no="T1001", name="苏岩", team="hemu", position="培训师", roles=(Role.TRAINER,), hired=1300),
    PersonPlan(no=GONE_TRAINER, name="顾一凡", team="hemu", position="培训师", roles=(Role.TRAINER,), hired=860),
    PersonPlan(no="Q1001", name="严立", team="hemu", position="质检", roles=(Role.QUALITY,), hired=980),
    PersonPlan(no="D1001", name="梁秋实", team="hemu", position="客服总监", roles=(Role.DIRECTOR,), hired=1900),
    PersonPlan(no="H1001", name="温雅", team="hemu", position="人事", roles=(Role.HR,), hired=1100),
    PersonPlan(no="ADMIN", name="系统管理员", team="hemu", position="管理员", roles=(Role.ADMIN,), hired=1900),
    PersonPlan(no="L1001", name="方远", team="hemu", position="客服经理", roles=(Role.LEAD,), hired=1700),
)
_LEADS = (
    ("L1002", "蒋晓彤", "presale"),
    ("L1003", "贺俊", "after1"),
    ("L1004", "俞敏行", "after2"),
    ("L1005", "秦朗", "dispute"),
    ("L1006", "卢海燕", "night"),
)

# Named in the pages of the story; the rest fill the teams up. Employee numbers of the story are fixed.
_NAMED = {
    "A1002": ("许文静", "presale"),
    "A1009": ("周敏", "after1"),
    "A1017": ("陈予", "dispute"),
    "A1024": ("罗一鸣", "after2"),
    "A1031": ("韩雪", "night"),
    "A1036": ("马丽娜", "night"),
}
_OTHERS = {
    "presale": "田甜 柳依依 丁一凡 石磊 谭思雨 白鹭 孔令辉 金子涵",
    "after1": "何家豪 欧阳晴 杜若 蔡明轩 黎小雅 高博文 谢芷若 崔凯",
    "after2": "邓佳 冯超 章文博 任晓雨 施雯 童谣 齐浩然",
    "dispute": "曹志远 段誉之 范晓 江澄 沈默",
    "night": "马腾 毛小满 龙飞 常乐 宁静",
}
_SHOPS_OF = {
    "presale": ("tmall", "jd", "douyin"),
    "after1": ("tmall", "jd"),
    "after2": ("jd", "douyin"),
    "dispute": ("tmall", "jd", "douyin"),
    "night": ("tmall", "jd", "douyin"),
    "camp": ("tmall",),
}
NEW_HIRES = (("A1001", "林小满"), ("A1051", "赵一诺"), ("A1052", "孙可"), ("A1053", "郭子墨"))
AUTUMN_COHORT = ("A1043", "A1044", "A1045", "A1046", "A1047", "A1048", "A1049", "A1050")
"""批次2608: eight began 88 days ago; the last of them left, seven are agents now."""
_AUTUMN = (
    ("叶知秋", "presale"),
    ("万里", "after1"),
    ("安然", "after2"),
    ("乔木", "after2"),
    ("路遥", "night"),
    ("祝余", "after1"),
    ("简单", "presale"),
    ("于洋", "camp"),
)
_TEMPS = "史可 陶然 戴安 方糖 贝壳 倪妮妮 尤佳 柯南星 阮小七 凌云 骆驼 华晨 艾米 兰若 庄周 霍元 巩固 项北"


def people() -> list[PersonPlan]:
    """Return everybody who works here today or did until lately, in the order of their numbers."""
    found = list(_STAFF)
    for number, (no, name, team) in enumerate(_LEADS):
        found.append(
            PersonPlan(
                no=no,
                name=name,
                team=team,
                position="客服主管",
                roles=(Role.LEAD,),
                hired=900 + 60 * number,
                shops=_SHOPS_OF[team],
            )
        )
    taken = {*_NAMED, *AUTUMN_COHORT, *(no for no, _ in NEW_HIRES)}
    free = (no for no in (f"A{number}" for number in range(1002, 1100)) if no not in taken)
    agents = [(no, name, team) for no, (name, team) in _NAMED.items()]
    agents += [(next(free), name, team) for team, names in _OTHERS.items() for name in names.split()]
    for no, name, team in sorted(agents):
        hired = 240 + 37 * (int(no[1:]) % 29)
        roles = (Role.TRAINER,) if no == TRAINER_BESIDE else ()
        found.append(PersonPlan(no=no, name=name, team=team, hired=hired, shops=_SHOPS_OF[team], roles=roles))
    for no, (name, team) in zip(AUTUMN_COHORT, _AUTUMN, strict=True):
        found.append(PersonPlan(no=no, name=name, team=team, hired=88, shops=_SHOPS_OF[team]))
    for no, name in NEW_HIRES:
        found.append(PersonPlan(no=no, name=name, team="camp", hired=4))
    return found


def temps() -> list[PersonPlan]:
    """Return the eighteen who helped out before 双十一 and have left."""
    return [
        PersonPlan(
            no=f"S{2601 + number}", name=name, team="camp", position="临时客服", hired=28, employment="temporary"
        )
        for number, name in enumerate(_TEMPS.split())
    ]
