"""The words of staff files: columns and the names under which people write them, kinds of employment, roles."""

import re

from lms.accounts.rules.people import EMPLOYMENTS, ROLES, Employment
from lms.core.access import Role
from lms.core.sheets import Column
from lms.core.texts import Text, text

COLUMNS = (
    Column(
        key="employee_no",
        name="工号",
        synonyms=("员工编号", "员工号", "员工工号", "人员编号", "Employee No", "Employee ID", "Staff No"),
        required=True,
    ),
    Column(key="name", name="姓名", synonyms=("名字", "员工姓名", "Name", "Full Name"), required=True, folded=False),
    Column(
        key="team",
        name="团队",
        synonyms=("部门", "小组", "组别", "所属团队", "所在部门", "Team", "Department", "Group"),
        folded=False,
    ),
    Column(key="position", name="岗位", synonyms=("职位", "职务", "Position", "Job Title"), folded=False),
    Column(
        key="hired_on",
        name="入职日期",
        synonyms=("入职时间", "入职日", "到岗日期", "Hire Date", "Hired On", "Start Date"),
    ),
    Column(
        key="employment",
        name="用工类型",
        synonyms=("用工形式", "员工类型", "合同类型", "Employment", "Employment Type"),
    ),
    Column(key="email", name="邮箱", synonyms=("电子邮箱", "邮件", "E-mail", "Mail")),
    Column(key="phone", name="手机", synonyms=("手机号", "手机号码", "电话", "联系电话", "Phone", "Mobile")),
    Column(key="shops", name="店铺", synonyms=("服务店铺", "负责店铺", "Shops", "Shop"), folded=False),
    Column(key="roles", name="角色", synonyms=("系统角色", "权限", "Roles", "Role"), folded=False),
    Column(key="mentor", name="带教", synonyms=("带教人", "师傅", "导师", "Mentor"), folded=False),
    Column(key="cohort", name="批次", synonyms=("期次", "班级", "Cohort", "Intake"), folded=False),
    Column(
        key="leaving_on",
        name="预计离职日",
        synonyms=(
            "预计离职日期",
            "预计离职",
            "合同到期日",
            "账号停用日",
            "到期日",
            "Leaving On",
            "Last Day",
            "Contract End",
        ),
    ),
    Column(key="tags", name="标签", synonyms=("人员标签", "Tags", "Tag"), folded=False),
    Column(
        key="wecom",
        name="企业微信账号",
        synonyms=("企业微信", "企业微信 UserID", "企微账号", "WeCom", "WeCom UserID"),
        folded=False,
    ),
    Column(
        key="dingtalk", name="钉钉账号", synonyms=("钉钉", "钉钉 userid", "DingTalk", "DingTalk userid"), folded=False
    ),
    Column(
        key="feishu",
        name="飞书账号",
        synonyms=("飞书", "飞书 open_id", "Feishu", "Lark", "Feishu open_id"),
        folded=False,
    ),
)

CHATS: dict[str, Text] = {
    "wecom": text("企业微信账号"),
    "dingtalk": text("钉钉账号"),
    "feishu": text("飞书账号"),
}
"""Columns of accounts on chat platforms, by the platform."""

UNREAD = frozenset({"状态", "state"})
"""Heads of the export, folded, that an import needs not mention."""

EXPLAINED: dict[str, Text] = {
    "employee_no": text("公司里的编号，登录用；字母和数字，不重复。"),
    "name": text("真实姓名。"),
    "team": text("团队的名称或代码；新人必填。"),
    "position": text("培训计划按岗位派给新人，写法要和计划里的一样，例如 客服专员。"),
    "hired_on": text("写成 2026-11-23；入职 60 天内的新人会拿到岗位的培训计划。"),
    "employment": text("正式、外包、临时、实习；不写就是正式。"),
    "email": text("可以不写。"),
    "phone": text("可以不写。"),
    "shops": text("店铺的名称或代码，几家用顿号隔开；不写就是不分店铺。"),
    "roles": text("培训师、主管（组长）、质检、总监、人事、管理员，几个用顿号隔开；普通客服不写。至少要有一位培训师。"),
    "mentor": text("带教人的工号；可以是同一张表里的人。"),
    "cohort": text("已经建好的批次的名称；没有就不写。"),
    "leaving_on": text("临时工的最后一天，过了那天账号自动停用。"),
    "tags": text("派发规则可以按标签选人；几个用顿号隔开，写了就换成这几个。"),
    "wecom": text("企业微信里的 UserID；有了它，不用每人绑定就能收到消息。"),
    "dingtalk": text("钉钉里的 userid。"),
    "feishu": text("飞书应用里的 open_id。"),
}
"""What to write in each column, for the sheet that is filled in."""

EXAMPLE_MARKS = ("示例", "example")
"""With these words begins the name in a row of the empty sheet that only shows how to fill it in."""

EMPLOYMENT_WORDS: dict[str, Employment] = {
    **{str(name): kind for kind, name in EMPLOYMENTS.items()},
    **{kind.value: kind for kind in Employment},
    "正式工": Employment.REGULAR,
    "全职": Employment.REGULAR,
    "正式员工": Employment.REGULAR,
    "劳务派遣": Employment.OUTSOURCED,
    "派遣": Employment.OUTSOURCED,
    "临时工": Employment.TEMPORARY,
    "兼职": Employment.TEMPORARY,
    "实习生": Employment.INTERN,
    "full-time": Employment.REGULAR,
    "temp": Employment.TEMPORARY,
}
ROLE_WORDS: dict[str, Role] = {
    **{role.value: role for role in Role},
    **{str(name): role for role, name in ROLES.items()},
    "客服": Role.AGENT,
    "客服专员": Role.AGENT,
    "坐席": Role.AGENT,
    "组长": Role.LEAD,
    "主管": Role.LEAD,
    "客服经理": Role.LEAD,
    "经理": Role.LEAD,
    "培训": Role.TRAINER,
    "讲师": Role.TRAINER,
    "质检员": Role.QUALITY,
    "客服总监": Role.DIRECTOR,
    "team lead": Role.LEAD,
    "quality inspector": Role.QUALITY,
    "administrator": Role.ADMIN,
    "hr": Role.HR,
}
LIST = re.compile(r"[、,，;；|\n]+")
TAGS = re.compile(r"[、,，;；\n]+")
