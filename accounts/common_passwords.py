"""Common passwords, also where letters are written as digits and signs, or a year and a sign are added."""

from __future__ import annotations

import re
from typing import Any

from django.contrib.auth.password_validation import CommonPasswordValidator

HERE = frozenset(
    "access admin administrator airport arrival assessing bangalore bengaluru bharat bombay calcutta cargo changeme chennai "
    "clearance commissioner courier custodian customs default delhi department duty eccs express government guest gujarat "
    "hyderabad icegate import importer incometax india inspector jaihind kerala kolkata letmein login madras mumbai namaste "
    "newdelhi newpassword office officer operator passcode password portadmin qwerty revenue root secret secure shipment "
    "signatory superintendent system sysadmin tamilnadu temp temporary test user username warehouse welcome".split()
)
"""Words that people of this trade and country take, besides Django's list of twenty thousand."""
WRITTEN_AS = str.maketrans("@$!013457", "asioieast")
_NOT_WORD = re.compile(r"[\W_]+")


def words_in(password: str) -> set[str]:
    """The words that a password may be a disguise of: what is added before and after it taken off, signs read as letters."""
    whole = password.lower()
    bare = re.sub(r"[\W\d_]+$", "", whole)
    core = re.sub(r"^[\W\d_]+", "", bare)
    found = {_NOT_WORD.sub("", one) for one in (bare, core)}
    found |= {_NOT_WORD.sub("", one.translate(WRITTEN_AS)) for one in (whole, whole.rstrip("0123456789"), bare, core)}
    return found | {word[: len(word) // 2] for word in found if word and word == word[: len(word) // 2] * 2}


class NotCommon(CommonPasswordValidator):
    """A password is no common one, however it is written."""

    def validate(self, password: str, user: Any = None) -> None:
        """Refuse what stands in a list, as it is or in disguise; a word of less than four letters is none."""
        super().validate(password, user)
        known = HERE | self.passwords
        for word in words_in(password):
            if len(word) >= 4 and not word.isdigit() and word in known:
                super().validate("password", user)  # says what is said of a common one
