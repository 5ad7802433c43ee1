"""Verbs of the token buckets, by which all workers together keep to what a way can take."""

from datetime import datetime

from sqlalchemy import select

from lms.core.db import insert_new, session
from lms.notifications.models import RateBucket
from lms.notifications.rules.sending import Rate, refilled


def take(key: str, rate: Rate, wanted: int, now: datetime) -> int:
    """Take so many tokens, or as many as there are; return how many. Inside transaction(): the bucket is locked."""
    bucket = _locked(key, rate, now)
    tokens = refilled(bucket.tokens, bucket.at, now, rate)
    if bucket.at > now:
        return 0
    granted = min(wanted, int(tokens))
    bucket.tokens, bucket.at = tokens - granted, now
    return granted


def give_back(key: str, rate: Rate, count: int, now: datetime) -> None:
    """Put tokens back that were taken and not used."""
    bucket = _locked(key, rate, now)
    if bucket.at <= now:
        bucket.tokens = min(float(rate.burst), bucket.tokens + count)


def close(key: str, rate: Rate, until: datetime, now: datetime) -> None:
    """Let nothing out on a way before a time: the other side has asked for it, or nothing arrives."""
    bucket = _locked(key, rate, now)
    bucket.tokens, bucket.at = 1.0, max(bucket.at, until)


def _locked(key: str, rate: Rate, now: datetime) -> RateBucket:
    statement = (
        select(RateBucket).where(RateBucket.key == key).with_for_update().execution_options(populate_existing=True)
    )
    bucket = session().scalars(statement).one_or_none()
    if bucket is None:
        insert_new(RateBucket, ("key",), [{"key": key, "tokens": float(rate.burst), "at": now}])
        bucket = session().scalars(statement).one()
    return bucket
