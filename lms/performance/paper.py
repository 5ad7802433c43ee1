"""What stands on paper: the profile as plain values for typst, what happened in words, where a code is verified."""

from collections.abc import Mapping
from typing import Any

from lms.core.i18n import _, current_locale
from lms.core.installation import company
from lms.learning.rules.certificates import code_shown
from lms.performance.queries.profile import Happened
from lms.performance.queries.scores import Scored
from lms.records.events import Verb
from lms.web.addresses import full_address
from lms.web.shell import show_day, show_month, show_quarter

MOST_ROWS = 10


def on_paper(shown: Mapping[str, Any]) -> dict[str, object]:
    """Return what stands on the paper. shown: what the page of the profile shows."""
    who, levels, charts = shown["who"], shown["levels"], shown["charts"]
    about = [who.employee_no, who.team, who.position]
    if who.hired_on:
        about.append(_("入职 %(month)s", month=show_month(who.hired_on)))
    return {
        "lang": "en" if current_locale() == "en" else "zh",
        "title": f"{_('面谈页')} · {who.name}",
        "company": company(),
        "kind": f"{_('面谈页')} · {show_quarter(str(shown['chosen']))}",
        "name": who.name,
        "about": " · ".join(each for each in about if each),
        "score": _score(shown),
        "figures": {
            "head": _("指标走势"),
            "heads": [_("指标"), charts[0].first, charts[0].last] if charts else [],
            "rows": [[one.title, one.was or "–", one.now] for one in charts[:MOST_ROWS]],
            "none": _("这几个月没有指标"),
        },
        "levels": {
            "head": _("能力项"),
            "heads": [_("能力项"), _("等级"), _("最近依据")],
            "rows": [[one.name, _level(one, shown["top_level"]), show_day(one.as_of)] for one in levels[:MOST_ROWS]],
            "none": _("公司还没有设能力项"),
        },
        "log": {
            "head": _("培训经过"),
            "heads": [_("日期"), _("事项")],
            "rows": [[show_day(one.day), deed(one)] for one in shown["log"][:MOST_ROWS]],
            "none": _("还没有记录"),
        },
        "certificates": {
            "head": _("证书和贡献"),
            "heads": [_("证书"), _("有效期")],
            "rows": [
                *(
                    [one.plan.name, show_day(one.valid_until, year=True) if one.valid_until else _("长期")]
                    for one in shown["held"][:6]
                ),
                [_("知识建议被采纳 %(n)s 条", n=len(shown["shared"])), ""],
            ],
            "none": "",
        },
        "notes": _("面谈记录"),
        "sign": [_("本人签字"), _("主管签字"), _("日期")],
    }


def _level(one: Any, top: int) -> str:
    if not one.level:
        return _("还没有依据")
    level = _("%(n)s/%(top)s 级", n=one.level, top=top)
    return level if one.fresh else f"{level} · {_('需复核')}"


def _score(shown: Mapping[str, Any]) -> dict[str, object]:
    scored: Scored | None = shown["scored"]
    if scored is None or scored.total is None:
        return {"head": _("综合评分"), "total": "", "note": _("这个周期还没有综合评分"), "heads": [], "rows": []}
    return {
        "head": _("综合评分"),
        "total": f"{scored.total:.1f}",
        "note": _("%(formula)s 第 %(n)s 版", formula=scored.formula, n=scored.version),
        "heads": [_("指标"), _("怎么算"), _("得分")],
        "rows": [
            [part.name, how, "–" if part.contribution is None else f"{part.contribution:.2f}"]
            for part, how in zip(scored.parts, shown["hows"], strict=True)
        ],
    }


def deed(line: Happened) -> str:
    """Return what happened, in words."""
    title = line.title or _("（不对您公开的知识）")
    if line.verb is Verb.GRADED:
        score = f"{line.percent or 0:.0f}"
        if line.passed:
            return _("%(title)s %(score)s 分，通过", title=title, score=score)
        return _("%(title)s %(score)s 分，未通过", title=title, score=score)
    if line.verb is Verb.ACKNOWLEDGED:
        return _("已阅确认：%(title)s", title=title)
    if line.verb is Verb.CONFIRMED:
        return _("任务完成：%(title)s", title=title)
    if line.verb is Verb.SIGNED_OFF:
        return _("带教签字：%(title)s", title=title)
    if line.verb is Verb.CERTIFIED:
        return _("取得证书：%(title)s", title=title)
    if line.verb is Verb.REVOKED:
        return _("证书被撤销：%(title)s", title=title)
    return _("学完：%(title)s", title=title)


def verify_link(code: str) -> str:
    """Return the full address that the QR code leads to, on the installation's own base where it has one."""
    return full_address("performance.verify_proof", proof_code=code_shown(code))
