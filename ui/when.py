"""Moments as the person's own clock and calendar show them. Times are Unix seconds."""

import time
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import streamlit as st

from services import Wait
from ui.plain import escape


def zone() -> ZoneInfo:
    """The browser's time zone, or UTC where it does not say."""
    try:
        return ZoneInfo(st.context.timezone or "UTC")
    except (ZoneInfoNotFoundError, ValueError):
        return ZoneInfo("UTC")


def local(at: float) -> datetime:
    """A moment in the browser's time zone."""
    return datetime.fromtimestamp(at, UTC).astimezone(zone())


def day(at: float, now: float | None = None) -> str:
    """Today, Yesterday, else the date; the year where it is another."""
    moment, today = local(at), local(time.time() if now is None else now).date()
    if moment.date() == today:
        return "Today"
    if moment.date() == today - timedelta(days=1):
        return "Yesterday"
    year = f" {moment.year}" if moment.year != today.year else ""
    return f"{moment:%A} {moment.day} {moment:%B}{year}"


def clock(at: float) -> str:
    """Hours and minutes."""
    return f"{local(at):%H:%M}"


def countdown(wait: Wait) -> str:
    """What a person reads, as Markdown, while the playground waits before another try."""
    seconds = max(0, round(wait.until - time.time()))
    again = f"in {seconds} s" if seconds else "now"
    return (
        f":material/hourglass: {escape(wait.reason)} Trying again {again} (try {wait.attempt} of {wait.of})."
    )
