"""The sandbox bank's post: confirmations go out by themselves and are tried again until ECCS has them."""

from __future__ import annotations

import logging
from collections.abc import Callable
from datetime import datetime, timedelta
from threading import Event, Thread

from payments.bank import BankSilent, Confirmation, KeyRing, post
from payments.sandbox.ledger import Ledger, Order, utc_now

logger = logging.getLogger("sandbox-bank")

GIVE_UP_AFTER = 12


def wait_after(tries: int) -> timedelta:
    """One second after the first failure, then twice as long each time, ten minutes at most."""
    return timedelta(seconds=min(2**tries, 600))


class PostOffice(Thread):
    """Sends what is due; what is not accepted waits for its next turn, also across a restart."""

    def __init__(
        self, ledger: Ledger, keys: KeyRing, notify_url: str, *, send: Callable[..., bytes] = post,
        now: Callable[[], datetime] = utc_now,
    ) -> None:  # fmt: skip
        super().__init__(name="post", daemon=True)
        self.ledger, self.keys, self.notify_url = ledger, keys, notify_url
        self.send, self.now = send, now
        self._something_new = Event()
        self._closing = False

    def wake(self) -> None:
        """Something was put into the post."""
        self._something_new.set()

    def close(self) -> None:
        """Send nothing more."""
        self._closing = True
        self.wake()

    def run(self) -> None:
        """Look into the post twice a second, and at once where something was put in."""
        while not self._closing:
            self.deliver_due()
            self._something_new.wait(0.5)
            self._something_new.clear()

    def deliver_due(self) -> None:
        """Send every confirmation that is due, each signed afresh."""
        for post_id, tries, order in self.ledger.due(self.now()):
            try:
                self.send(self.notify_url, confirmation_of(order).signed(self.keys), 10)
            except BankSilent as fault:
                until = self.now() + wait_after(tries) if tries + 1 < GIVE_UP_AFTER else None
                logger.warning("challan %s not confirmed: %s", order.challan, fault)
                self.ledger.put_off(post_id, until, self.now())
            else:
                self.ledger.delivered(post_id, self.now())


def confirmation_of(order: Order) -> Confirmation:
    """What the bank tells ECCS about a decided order."""
    return Confirmation(
        challan=order.challan,
        amount_paise=order.told_paise,
        bank_transaction=order.bank_transaction,
        status=order.status,
    )
