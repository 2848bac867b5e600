"""What stands of several decisions of the RMS on one bill: a later one only adds to those before it."""

from __future__ import annotations

from typing import Any


def _what(reason: dict[str, Any]) -> tuple[Any, ...]:
    """One version of a rule says the same thing once; what chance says, by what it prescribes."""
    return reason["rule"], reason.get("version"), reason.get("outcome")


class Standing:
    """A decision with what was carried over from those before it, so that nobody has to read them one by one."""

    reasons: Any
    xray_attention: Any
    examine_percent: Any
    courier_text: Any
    before: Any
    carried: Any

    def follows(self, before: Any) -> None:
        """It follows another decision on the same bill: what that said, of its own or of those before it, still stands."""
        self.before = before
        said = {_what(reason) for reason in self.reasons}
        self.carried = {
            "reasons": [reason for reason in before.all_reasons if _what(reason) not in said],
            "xray": before.draws_xray, "percent": before.percent_to_examine, "courier_text": before.courier_words,
        }  # fmt: skip

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
