"""What the status page says is wrong: a line each, the worst first, nothing where all is well."""

import pytest

from lms.health.events import Way
from lms.health.rules import Facts, findings

WAY = Way(name="mail", failing=2, dead=3, minutes=0, endpoint="notifications.deliveries", wanted={"channel": "mail"})


def words(**facts: object) -> list[tuple[str, bool]]:
    return [(each.word, each.is_bad) for each in findings(Facts(**facts))]  # type: ignore[arg-type]


def test_nothing_is_said_where_all_is_well():
    assert words() == []


@pytest.mark.parametrize(
    ("facts", "found"),
    [
        ({"has_worker": False}, [("worker", True)]),
        ({"late": 600}, []),
        ({"late": 601}, [("worker", True)]),
        ({"failing": {"kb.keep_index": "OSError"}}, [("job", False)]),
        ({"free": 999_999_999, "total": 10**12}, [("disk", False)]),
        ({"free": 999_999_999, "total": 10**10}, []),  # a tenth of a small disk is enough
        ({"free": 99_999_999, "total": 10**9}, [("disk", True)]),
        ({"files": "No space left on device"}, [("files", True)]),
        ({"oldest": 901.0, "outbox_open": 7}, [("outbox", True)]),
        ({"outbox_dead": 1}, [("outbox_dead", False)]),
        ({"ways": (WAY,)}, [("way", True)]),
        ({"backup": "failed", "backup_error": "x"}, [("backup", True)]),
        ({"backup": "late"}, [("backup", True)]),
        ({"backup": "off"}, [("backup", False)]),
        ({"search_ready": False}, [("search", False)]),
        ({"search_dead": 2}, [("search", False)]),
        ({"clock_off": 5.0}, []),
        ({"clock_off": -5.1}, [("clock", True)]),
        ({"redis": "gone"}, [("redis", False)]),
        ({"secret_length": 31}, [("secret", True)]),
        ({"plain_cookies": True}, [("cookies", True)]),
        ({"is_demo": True}, [("demo", False)]),
    ],
)
def test_each_fault_is_one_line(facts: dict[str, object], found: list[tuple[str, bool]]):
    assert words(**facts) == found


def test_the_worst_stands_first():
    assert [bad for _, bad in words(is_demo=True, redis="gone", late=999, clock_off=9.0)] == [True, True, False, False]
