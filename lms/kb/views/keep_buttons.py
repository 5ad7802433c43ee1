"""The button beside each 话术 that keeps it at hand."""

import re
from functools import lru_cache

from markupsafe import Markup, escape

from lms.core.i18n import current_locale, gettext
from lms.core.markup import sentence

_MARK = re.compile("\x04([0-9a-f]+)\x04")
_STAR = '<svg class="icon icon-sm" viewBox="0 0 24 24" aria-hidden="true"><path d="{0}"/></svg>'
STAR = "M12 4l2.500 5.100 5.500.800-4 3.900 1 5.500-5-2.600-5 2.600 1-5.500-4-3.900 5.500-.800z"


def with_keep_buttons(html: Markup, kept: frozenset[str], form: str = "keep") -> Markup:
    """Return shown HTML with a button in place of each mark. kept: keys of what is kept; form: the form's id.

    The button sends `keep` or `drop` with the key, so it works without a script.
    """
    if "\x04" not in html:
        return html
    buttons = {each: _button(form, each, current_locale()) for each in (True, False)}
    return sentence(_MARK.sub(lambda mark: buttons[mark[1] in kept].replace("\x04", mark[1]), html))


@lru_cache(maxsize=64)
def _button(form: str, is_kept: bool, _: str) -> str:
    word = gettext("已收藏，点一下取消") if is_kept else gettext("收藏这条话术")
    name, state = ("drop", "true") if is_kept else ("keep", "false")
    return (
        f'<button class="btn btn-bare btn-sm keep" form="{escape(form)}" name="{name}" value="\x04" '
        f'aria-pressed="{state}" aria-label="{escape(word)}" title="{escape(word)}">{_STAR.format(STAR)}</button>'
    )
