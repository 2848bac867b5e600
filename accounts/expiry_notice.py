"""The advisory of an expiry exercise: published when it is named, on the desks of its people until it is done or cancelled.

Its words stand here in both languages: they are published as they are, and not in the language of whoever names it.
"""

from __future__ import annotations

from datetime import timedelta

from django.utils import timezone

from accounts import passwords
from accounts.advisories import Advisory, Stage, publish_advisory
from accounts.credentials import ExpiryExercise
from accounts.permissions import SYSTEM
from eccs.workflow import Refused, take

TITLE = "Passwords expire on {day} at {time}"
TEXT = """Passwords of ECCS that are older than {day}, {time} IST expire at that moment (Advisory 10/2025).

After it, sign in with your user name and present password. ECCS then asks for a new password before anything else. Drafts of bills are kept.

Choose a strong password. Do not save it in the browser or on a shared computer."""
TITLE_HI = "पासवर्ड {day} को {time} बजे समाप्त होंगे"
TEXT_HI = """ECCS के जो पासवर्ड {day}, {time} IST से पुराने हैं, वे उस क्षण समाप्त हो जाएँगे (परामर्श 10/2025)।

उसके बाद अपने उपयोगकर्ता नाम और वर्तमान पासवर्ड से साइन इन करें। ECCS तब सबसे पहले नया पासवर्ड माँगेगा। बिलों के मसौदे सुरक्षित रहेंगे।

मज़बूत पासवर्ड चुनें। उसे ब्राउज़र में या साझा कंप्यूटर पर न सहेजें।"""
DONE = "Everybody concerned has chosen a new password."
CANCELLED = "The expiry of passwords was cancelled."


def publish(exercise: ExpiryExercise) -> Advisory:
    """Publish the advisory to the people in scope; its last day is that on which the last old password expires by age."""
    begins = timezone.localtime(exercise.begins_at)
    words = {"day": begins.strftime("%d/%m/%Y"), "time": begins.strftime("%H:%M")}
    return publish_advisory(
        SYSTEM, title=TITLE.format(**words), text=TEXT.format(**words), title_hi=TITLE_HI.format(**words),
        text_hi=TEXT_HI.format(**words), audience=exercise.scope, group=exercise.group, station=exercise.station_id or "",
        until=begins.date() + timedelta(days=passwords.rule("password_expires_on_day", begins.date())),
    )  # fmt: skip


def withdraw(exercise: ExpiryExercise, why: str) -> bool:
    """Take the advisory of an exercise off the desks; one withdrawn already stays as it is."""
    advisory = exercise.advisory
    if advisory is None or advisory.stage != Stage.PUBLISHED:
        return False
    try:
        take(advisory, "withdraw", SYSTEM, why=why)
    except Refused:  # somebody was quicker
        return False
    return True
