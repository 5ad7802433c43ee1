"""`lms signon …`: try the sign-on of the company, take a link off."""

import click

from lms.accounts import queries
from lms.core.db import transaction
from lms.core.errors import Conflict, NotFound
from lms.core.here import settings
from lms.core.terminal import AppCommand, tell
from lms.core.texts import text
from lms.core.trouble import Trouble
from lms.signon import provider
from lms.signon.actions import entering
from lms.signon.rules.oidc import Untrue

group = click.Group("signon", help="Sign-on with the company's account: try it, take a link off.")


@group.command(cls=AppCommand)
def check() -> None:
    """Ask the provider for its description and keys, and say what has to be entered there.

    \b
    Example:
      lms signon check
    """
    if not provider.is_set():
        raise Conflict(text("还没有设置公司账号登录：LMS_OIDC_ISSUER，并安装 sso 扩展。"))
    try:
        count, found = provider.keys(), provider.known()
    except (Trouble, Untrue) as error:
        raise Conflict(text("公司账号的登录服务不能用：%(why)s", why=error.word)) from error
    base = settings().base_url.rstrip("/") or "http://127.0.0.1:8000"
    tell(text("登录服务 %(issuer)s 能用，有 %(n)s 个公钥。", issuer=found.issuer, n=count))
    tell(
        text("请在那边登记：回调地址 %(back)s，退出后的地址 %(out)s。", back=f"{base}/sso/back", out=f"{base}/sign-in")
    )
    tell(text("那边支持后台通知退出的话，地址填 %(address)s。", address=f"{base}/sso/logout"))


@group.command(cls=AppCommand)
@click.argument("employee_no")
def unlink(employee_no: str) -> None:
    """Forget which account of the company belongs to a person, after it was made anew there; ends the sessions.

    \b
    Example:
      lms signon unlink A1009
    """
    person = queries.active_by_no(employee_no)
    if person is None:
        raise NotFound(text("没有找到在职员工 %(no)s。", no=employee_no))
    with transaction():
        entering.unlink(queries.console(), person.id)
    tell(text("已解除。下次登录会重新按工号连接。"))
