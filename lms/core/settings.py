"""Every setting of an installation, read from the environment and the instance's lms.toml, in one place.

The environment wins over lms.toml, which holds the same names in lower case without `LMS_`.
An unknown `LMS_` name stops the start and says which, because a misspelt setting is worse than none.
"""

import ipaddress
import os
import re
import secrets
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field, fields, replace
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import rapidfuzz

from lms.core.access import Role

MOST_LINKS = 5
"""Ways to other places in the head of a page."""
MOST_KEPT_DAYS = 3_660
"""Ten years: what is kept longer is kept for ever."""


class SettingsError(Exception):
    """A setting is unknown or can't be used; the message says which and how to mend it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class GroupRole:
    """What a group of the company's sign-on means here. role: "" = only the team. team: its code, "" = everywhere."""

    group: str
    role: str
    team: str


@dataclass(frozen=True, slots=True, kw_only=True)
class HostLink:
    """A way from the head of every page to another place of the company. english: "" = the same words."""

    label: str
    address: str
    english: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """What an installation may choose. Each field is documented in docs/settings.md."""

    instance_path: Path = Path("instance")
    content_path: Path = Path()
    database_url: str = ""
    secret_key: str = ""
    search_engine: str = "auto"
    locale: str = "zh_CN"
    timezone: ZoneInfo = field(default_factory=lambda: ZoneInfo("Asia/Shanghai"))
    base_url: str = ""
    company: str = ""
    logo: Path | None = None
    logo_dark: Path | None = None
    favicon: Path | None = None
    accent: str = ""
    accent_dark: str = ""
    templates_path: Path | None = None
    host_links: tuple[HostLink, ...] = ()
    host_sign_in: str = ""
    host_sign_out: str = ""
    help_line: str = ""
    upload_max_bytes: int = 20_000_000
    video_max_bytes: int = 250_000_000
    source_max_bytes: int = 2_000_000
    courseware_max_bytes: int = 250_000_000
    courseware_max_unpacked_bytes: int = 1_000_000_000
    courseware_max_files: int = 5_000
    courseware_origin: str = ""
    files_url: str = ""
    files_cache_bytes: int = 500_000_000
    s3_endpoint: str = ""
    s3_key: str = ""
    s3_secret: str = field(default="", repr=False)
    s3_region: str = ""
    s3_path_style: bool = False
    redis_url: str = field(default="", repr=False)
    log_format: str = "text"
    metrics_token: str = field(default="", repr=False)
    metrics_from: frozenset[str] = frozenset()
    keep_searches_days: int = 90
    keep_notices_days: int = 400
    keep_deliveries_days: int = 400
    keep_calls_days: int = 30
    keep_autosaves_days: int = 30
    keep_looks_days: int = 400
    keep_slips_days: int = 400
    backup_path: str = ""
    backup_hour: int = 3
    backup_keep_days: int = 7
    backup_keep_weeks: int = 5
    api_per_minute: int = 600
    api_per_minute_address: int = 3_000
    trusted_proxies: int = 0
    secure_cookies: bool = False
    demo: bool = False
    outbound_private: frozenset[str] = frozenset()
    mail_url: str = field(default="", repr=False)
    mail_from: str = ""
    wecom_corp_id: str = ""
    wecom_agent_id: str = ""
    wecom_secret: str = field(default="", repr=False)
    wecom_api: str = "https://qyapi.weixin.qq.com"
    wecom_login: str = "https://open.weixin.qq.com/connect/oauth2/authorize"
    wecom_scan: str = "https://login.work.weixin.qq.com/wwlogin/sso/login"
    dingtalk_app_key: str = ""
    dingtalk_app_secret: str = field(default="", repr=False)
    dingtalk_agent_id: str = ""
    dingtalk_api: str = "https://api.dingtalk.com"
    dingtalk_old_api: str = "https://oapi.dingtalk.com"
    dingtalk_login: str = "https://login.dingtalk.com/oauth2/auth"
    feishu_app_id: str = ""
    feishu_app_secret: str = field(default="", repr=False)
    feishu_api: str = "https://open.feishu.cn"
    feishu_login: str = "https://accounts.feishu.cn/open-apis/authen/v1/authorize"
    oidc_issuer: str = ""
    oidc_client_id: str = ""
    oidc_client_secret: str = field(default="", repr=False)
    oidc_scopes: str = "openid profile email"
    oidc_number_claim: str = "preferred_username"
    oidc_groups_claim: str = "groups"
    oidc_label: str = ""
    oidc_create: bool = False
    oidc_only: bool = False
    oidc_emergency: frozenset[str] = frozenset()
    group_roles: tuple[GroupRole, ...] = ()
    staff_folder: Path | None = None
    leavers_percent: int = 10
    xapi_endpoint: str = ""
    xapi_user: str = ""
    xapi_secret: str = field(default="", repr=False)
    xapi_home: str = ""
    xapi_actor: str = "employee_no"

    @property
    def uploads(self) -> Path:
        return self.instance_path / "uploads"


def _parse(name: str, value: Any) -> Any:
    match name:
        case "instance_path" | "content_path":
            return Path(str(value)).expanduser().resolve()
        case "logo" | "logo_dark" | "favicon" | "templates_path":
            return Path(str(value)).expanduser().resolve() if str(value).strip() else None
        case "accent" | "accent_dark":
            word = str(value).strip().lower()
            if word and not re.fullmatch(r"#[0-9a-f]{6}", word):
                raise SettingsError(f"LMS_{name.upper()}: {value!r} is not a colour like #0d6064")
            return word
        case "host_links":
            return _links(value)
        case "host_sign_in" | "host_sign_out":
            return _own_or_whole(f"LMS_{name.upper()}", str(value).strip()) if str(value).strip() else ""
        case "timezone":
            try:
                return ZoneInfo(str(value))
            except (ZoneInfoNotFoundError, ValueError) as error:
                raise SettingsError(
                    f"LMS_TIMEZONE: no time zone is called {value!r}; write one like Asia/Shanghai"
                ) from error
        case "upload_max_bytes" | "video_max_bytes" | "source_max_bytes" | "trusted_proxies":
            try:
                return int(value)
            except ValueError as error:
                raise SettingsError(f"LMS_{name.upper()}: {value!r} is not a whole number") from error
        case "courseware_max_bytes" | "courseware_max_unpacked_bytes" | "courseware_max_files" | "files_cache_bytes":
            word = str(value).strip()
            if not re.fullmatch(r"[0-9]{1,12}", word) or int(word) < 1:
                raise SettingsError(f"LMS_{name.upper()}: {value!r} is no whole number from 1 on")
            return int(word)
        case "courseware_origin":
            word = str(value).strip().rstrip("/")
            if word and not re.fullmatch(r"https?://[a-z0-9.-]+(:[0-9]{1,5})?", word):
                raise SettingsError(f"LMS_COURSEWARE_ORIGIN: {value!r} is not like https://courses.example.cn")
            return word
        case "api_per_minute" | "api_per_minute_address":
            word = str(value).strip()
            if not re.fullmatch(r"[0-9]{1,7}", word):
                raise SettingsError(f"LMS_{name.upper()}: {value!r} is no number of calls from 0 to 9999999")
            return int(word)
        case "backup_path":
            return str(Path(str(value)).expanduser().resolve()) if str(value).strip() else ""
        case "backup_hour" | "backup_keep_days" | "backup_keep_weeks":
            low, high = {"backup_hour": (0, 23), "backup_keep_days": (1, 366), "backup_keep_weeks": (0, 520)}[name]
            word = str(value).strip()
            if not re.fullmatch(r"[0-9]{1,3}", word) or not low <= int(word) <= high:
                raise SettingsError(f"LMS_{name.upper()}: {value!r} is no whole number from {low} to {high}")
            return int(word)
        case _ if name.startswith("keep_"):
            word = str(value).strip()
            if not re.fullmatch(r"[0-9]{1,4}", word) or not 1 <= int(word) <= MOST_KEPT_DAYS:
                raise SettingsError(f"LMS_{name.upper()}: {value!r} is no number of days from 1 to {MOST_KEPT_DAYS}")
            return int(word)
        case "demo" | "secure_cookies" | "oidc_create" | "oidc_only" | "s3_path_style":
            word = str(value).strip().lower()
            if word not in {"1", "0", "true", "false", "yes", "no", "on", "off", ""}:
                raise SettingsError(f"LMS_{name.upper()}: {value!r} is neither yes nor no")
            return word in {"1", "true", "yes", "on"}
        case "search_engine":
            if value not in {"auto", "whoosh", "postgresql"}:
                raise SettingsError(f"LMS_SEARCH_ENGINE: {value!r} is not one of auto, whoosh, postgresql")
            return value
        case "files_url":
            if value and not re.fullmatch(r"s3://[a-zA-Z0-9.-]{3,63}(/[A-Za-z0-9._/-]*)?", str(value)):
                raise SettingsError("LMS_FILES_URL is not like s3://bucket or s3://bucket/folder")
            return str(value).rstrip("/")
        case "redis_url":
            parts = urlsplit(str(value))
            if value and (parts.scheme not in {"redis", "rediss", "unix"} or not (parts.hostname or parts.path)):
                raise SettingsError("LMS_REDIS_URL is not like redis://user:password@host:6379/0 or rediss://host")
            return str(value)
        case "log_format":
            if value not in {"text", "json"}:
                raise SettingsError(f"LMS_LOG_FORMAT: {value!r} is not one of text, json")
            return value
        case "metrics_from":
            return _networks(value)
        case "locale":
            if value not in {"zh_CN", "en"}:
                raise SettingsError(f"LMS_LOCALE: {value!r} is not one of zh_CN, en")
            return value
        case "xapi_actor":
            if value not in {"employee_no", "pseudonym"}:
                raise SettingsError(f"LMS_XAPI_ACTOR: {value!r} is not one of employee_no, pseudonym")
            return value
        case "xapi_endpoint" | "xapi_home" | "s3_endpoint":
            if value and not re.fullmatch(r"https?://[^\s/?#@]+(/[^\s?#]*)?", str(value)):
                raise SettingsError(f"LMS_{name.upper()}: {value!r} is not an address like https://host/path")
            return str(value).rstrip("/")
        case "outbound_private":
            listed = value if isinstance(value, list | tuple | set | frozenset) else str(value).split(",")
            found = frozenset(str(each).strip().lower() for each in listed if str(each).strip())
            for each in found:
                if not re.fullmatch(r"(\[[0-9a-f:]+\]|[^\s:/@]+):\d{1,5}", each):
                    raise SettingsError(f"LMS_OUTBOUND_PRIVATE: {each!r} is not host:port, like chat.example.cn:443")
            return frozenset(each.replace("[", "").replace("]", "") for each in found)
        case "oidc_issuer":
            if value and not re.fullmatch(r"https?://[^\s/?#@]+(/[^\s?#]*)?", str(value)):
                raise SettingsError(
                    f"LMS_OIDC_ISSUER: {value!r} is not an address like https://login.example.com/realm"
                )
            return str(value)
        case "oidc_emergency":
            return frozenset(_listed(value, r"[,\s]+"))
        case "group_roles":
            return tuple(_group_role(each) for each in _listed(value, r"[;\n]+"))
        case "staff_folder":
            return Path(str(value)).expanduser().resolve() if value else None
        case "leavers_percent":
            word = str(value).strip()
            if not re.fullmatch(r"[0-9]{1,3}", word) or not 1 <= int(word) <= 100:
                raise SettingsError(f"LMS_LEAVERS_PERCENT: {value!r} is no whole number from 1 to 100")
            return int(word)
        case "mail_url":
            parts = urlsplit(str(value))
            if value and (parts.scheme not in {"smtp", "smtps"} or not parts.hostname):
                raise SettingsError("LMS_MAIL_URL is not like smtp://user:password@host:587?starttls=1 or smtps://host")
            return str(value)
        case _ if name.endswith(("_api", "_login", "_scan")):
            if not re.fullmatch(r"https?://[^\s/?#@]+(/[^\s?#]*)?", str(value)):
                raise SettingsError(f"LMS_{name.upper()}: {value!r} is not an address like https://host")
            return str(value).rstrip("/")
        case _:
            return str(value)


def _listed(value: Any, between: str) -> list[str]:
    words = value if isinstance(value, list | tuple | set | frozenset) else re.split(between, str(value))
    return [str(each).strip() for each in words if str(each).strip()]


def _networks(value: Any) -> frozenset[str]:
    found = set()
    for each in _listed(value, r"[,\s]+"):
        try:
            found.add(str(ipaddress.ip_network(each, strict=False)))
        except ValueError as error:
            raise SettingsError(f"LMS_METRICS_FROM: {each!r} is no address or network like 10.2.0.0/16") from error
    return frozenset(found)


def _group_role(written: str) -> GroupRole:
    """Return what `GROUP=role@team` says; the name of a group may hold `=` itself, as those of directories do."""
    group, _, meant = written.rpartition("=")
    role, _, team = (part.strip() for part in meant.partition("@"))
    if not group.strip() or not (role or team) or (role and role not in set(Role)):
        raise SettingsError(
            f"LMS_GROUP_ROLES: {written!r} is not like group=role@team, with role one of {', '.join(Role)} and the "
            "code of a team; role alone is everywhere, @team alone is only the team"
        )
    return GroupRole(group=group.strip(), role=role, team=team)


def _fits(settings: Settings) -> None:
    """Refuse settings that only make sense with others, and the key that everybody has read in the documentation."""
    if settings.secret_key.startswith("put-64-random"):
        raise SettingsError("LMS_SECRET_KEY is the example of the documentation; make one: openssl rand -hex 32")
    if settings.oidc_issuer and not settings.oidc_client_id:
        raise SettingsError("LMS_OIDC_ISSUER needs LMS_OIDC_CLIENT_ID, the name of this application there")
    if settings.oidc_only and not settings.oidc_issuer:
        raise SettingsError("LMS_OIDC_ONLY needs LMS_OIDC_ISSUER: else nobody could sign in")


def _links(value: Any) -> tuple[HostLink, ...]:
    """Read `工单=/|Tickets=/` … of the environment, or a mapping or pairs of a host: words -> address."""
    if isinstance(value, str):
        value = [each for each in value.split(",") if each.strip()]
    listed = list(value.items() if isinstance(value, Mapping) else value)
    given = [each.partition("=")[::2] if isinstance(each, str) else tuple(each) for each in listed]
    found = []
    for pair in given:
        words, address = (str(each).strip() for each in pair) if len(pair) == 2 else ("", "")
        label, _, english = (each.strip() for each in words.partition("|"))
        if not label or len(label) > 20 or len(english) > 30:
            raise SettingsError(
                f"LMS_HOST_LINKS: {pair!r} is not words=address, like 服务台|Service desk=/ "
                "(at most 20 and 30 characters)"
            )
        found.append(HostLink(label=label, english=english, address=_own_or_whole("LMS_HOST_LINKS", address)))
    if len(found) > MOST_LINKS:
        raise SettingsError(f"LMS_HOST_LINKS: {len(found)} ways are more than a page's head can hold ({MOST_LINKS})")
    return tuple(found)


def _own_or_whole(name: str, address: str) -> str:
    """Return an address that is a path of this host or a whole one of another. Raises SettingsError."""
    if not re.fullmatch(r"(/(?![/\\])|https?://[^\s/?#@\\]+)[^\s\\]*", address):
        raise SettingsError(
            f"{name}: {address!r} is neither a path like /tickets nor an address like https://host/path"
        )
    return address


def _known(name: str, source: str) -> str:
    names = {each.name for each in fields(Settings)}
    if name in names:
        return name
    if name == "keep_audit_days":
        raise SettingsError(
            f"{source}: there is no such setting. What administrators did is kept as long as the installation, "
            "longer than the 184 days that the law asks for; leave it out"
        )
    near = rapidfuzz.process.extractOne(name, names, score_cutoff=70)
    hint = f"; did you mean LMS_{near[0].upper()}?" if near else ""
    raise SettingsError(f"unknown setting {source}{hint} (all are listed in docs/settings.md)")


def _secret(instance: Path) -> str:
    """Return the key kept in the instance folder, made at the first start."""
    path = instance / "secret_key"
    try:
        return path.read_text("ascii").strip()
    except FileNotFoundError:
        instance.mkdir(parents=True, exist_ok=True)
        handle = None
        try:
            handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        except FileExistsError:  # another process was quicker
            return path.read_text("ascii").strip()
        with os.fdopen(handle, "w") as file:
            file.write(secrets.token_hex(32))
        return path.read_text("ascii").strip()


def load(overrides: Mapping[str, Any] | None = None, environ: Mapping[str, str] | None = None) -> Settings:
    """Return the settings of this installation. Raises SettingsError with the name and the mend.

    overrides: field name -> value, from a host application or a test; they win over everything.
    """
    environ = os.environ if environ is None else environ
    chosen: dict[str, Any] = {}
    for key, value in environ.items():
        if key.startswith("LMS_"):
            name = _known(key.removeprefix("LMS_").lower(), key)
            chosen[name] = _parse(name, value)
    for key, value in (overrides or {}).items():
        if value is None:
            raise SettingsError(f"{_known(key, key)}: None is no value; leave it out to have the usual one")
    given = {_known(key, key): _parse(key, value) for key, value in (overrides or {}).items()}
    instance: Path = given.get("instance_path") or chosen.get("instance_path") or Path("instance").resolve()
    file = instance / "lms.toml"
    from_file: dict[str, Any] = {}
    if file.is_file():
        try:
            raw = tomllib.loads(file.read_text("utf-8"))
        except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
            raise SettingsError(f"{file.name} in the instance folder can't be read: {error}") from error
        from_file = {_known(key, f"{key} in lms.toml"): _parse(key, value) for key, value in raw.items()}
    settings = Settings(**{"instance_path": instance} | from_file | chosen | given)
    if settings.xapi_endpoint and not (settings.xapi_home or settings.base_url):
        raise SettingsError("LMS_XAPI_ENDPOINT needs LMS_XAPI_HOME or LMS_BASE_URL, by which statements name people")
    if not settings.database_url:
        instance.mkdir(parents=True, exist_ok=True)
        settings = replace(settings, database_url=f"sqlite:///{instance / 'lms.sqlite3'}")
    if not settings.secret_key:
        settings = replace(settings, secret_key=_secret(instance))
    _fits(settings)
    return settings
