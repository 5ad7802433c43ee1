"""What is heavy to load and seldom needed, loaded when it is first asked for. The one place where that may be done."""

from functools import cache
from types import ModuleType


@cache
def pinyin() -> ModuleType:
    """Return pypinyin (0.3 s and 57 MB at the first call)."""
    import pypinyin

    return pypinyin


@cache
def frequent_words() -> ModuleType:
    """Return zxcvbn's lists of words, its passwords by how often they are used (0.2 s and 10 MB at the first call)."""
    import zxcvbn.frequency_lists

    found: ModuleType = zxcvbn.frequency_lists
    return found


@cache
def typst() -> ModuleType | None:
    """Return typst, which writes PDF (81 MB); None where the extra `pdf` is not installed."""
    try:
        import typst
    except ImportError:
        return None
    found: ModuleType = typst
    return found


@cache
def chinese_type() -> ModuleType | None:
    """Return the wheel that brings Chinese type for PDF; None where the extra `pdf` is not installed."""
    try:
        import pylopdf_fonts_zh_cn
    except ImportError:
        return None
    found: ModuleType = pylopdf_fonts_zh_cn
    return found


@cache
def joserfc() -> ModuleType | None:
    """Return what reads signed tokens (JOSE), with its parts jwt, jwk and errors; None without the extra `sso`."""
    try:
        import joserfc
        import joserfc.errors
        import joserfc.jwe
        import joserfc.jwk
        import joserfc.jws
        import joserfc.jwt
    except ImportError:
        return None
    return joserfc


@cache
def boto3() -> ModuleType | None:
    """Return boto3 (0.4 s and 30 MB at the first call); None without the extra `s3`."""
    try:
        import boto3
    except ImportError:
        return None
    found: ModuleType = boto3
    return found


@cache
def botocore() -> ModuleType | None:
    """Return what lies below boto3, with its errors and settings; None without the extra `s3`."""
    if boto3() is None:
        return None
    import botocore
    import botocore.config
    import botocore.exceptions

    found: ModuleType = botocore
    return found


@cache
def redis() -> ModuleType | None:
    """Return the client of Redis and Valkey; None without the extra `redis`."""
    try:
        import redis
        import redis.backoff
        import redis.retry
    except ImportError:
        return None
    return redis
