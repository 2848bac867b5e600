"""What stands of several decisions of the RMS on one bill: a later one only adds to those before it."""

from __future__ import annotations

from typing import Any

from rms.decision import lane_of, prescribed

PENDING, CONFIRMED, NOTHING = "PENDING", "CONFIRMED", "NOTHING"


def _what(reason: dict[str, Any]) -> tuple[Any, ...]:
    """One version of a rule says the same thing once; what chance says, by what it prescribes."""
    return reason["rule"], reason.get("version"), reason.get("outcome")


class Standing:
    """A decision with what was carried over from those before it, so that nobody has to read them one by one."""

    lane: Any
    reasons: Any
    found: Any
    xray_attention: Any
    examine_percent: Any
    courier_text: Any
    before: Any
    carried: Any

    def follows(self, before: Any, *, alone: bool = False) -> None:
        """It follows another decision on the same bill: what that said, of its own or of those before it, still stands.

        Where it is the word of one intervention `alone`, the RMS has not decided by it.
        """
        self.before = before
        said = {_what(reason) for reason in self.reasons}
        self.carried = {
            "reasons": [reason for reason in before.all_reasons if _what(reason) not in said],
            "xray": before.draws_xray, "percent": before.percent_to_examine, "courier_text": before.courier_words,
            "counted": before.is_counted or (self.lane != PENDING and not alone),
            "found": {rule: found for rule in sorted(before.rules_hit) if (found := before.found_by(rule))},
        }  # fmt: skip

    @property
    def is_counted(self) -> bool:
        """Whether the RMS has decided on the bill by all its rules, so that the history knows the bill."""
        return bool(self._earlier("counted", self.lane != PENDING))

    def found_by(self, rule: str) -> str:
        """What was found where a rule had the bill looked at: once confirmed, it stays so."""
        told = (self.found, self._earlier("found", {}).get(rule, ""))
        return next((one for one in (CONFIRMED, NOTHING) if one in told), "")

    @property
    def lane_of_all(self) -> str:
        """The lane of the bill by every hit that stands."""
        return lane_of(prescribed(reason.get("outcome", "") for reason in self.all_reasons))

    @property
    def all_reasons(self) -> list[dict[str, Any]]:
        """Every hit that stands: its own, and those of the decisions before it."""
        return [*self.reasons, *self._earlier("reasons", [])]

    @property
    def rules_hit(self) -> set[str]:
        """The rules that hit in it, or in any decision before it."""
        return {reason["rule"] for reason in self.all_reasons}

    @property
    def draws_xray(self) -> bool:
        """Whether it, or a decision before it, draws the attention of the X-ray Officer."""
        return self.xray_attention or bool(self._earlier("xray", False))

    @property
    def percent_to_examine(self) -> int | None:
        """The most that it, or a decision before it, prescribes of the packages to be examined."""
        return max(filter(None, (self.examine_percent, self._earlier("percent", None))), default=None)

    @property
    def courier_words(self) -> str:
        """The words of its rules, and of those of the decisions before it, that the trade may read."""
        lines = f"{self.courier_text}\n{self._earlier('courier_text', '')}".splitlines()
        return "\n".join(dict.fromkeys(line for line in lines if line))

    def _earlier(self, name: str, nothing: Any) -> Any:
        return nothing if self.carried is None else self.carried.get(name, nothing)
