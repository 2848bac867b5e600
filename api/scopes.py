"""What an API key may be used for: each scope opens activities that the person in whose name the key acts holds as well."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _

from eccs.pages import activity_of


class Scope(models.TextChoices):
    """The uses of a key."""

    READ = "read", _("Read the firm's own documents and print-outs")
    FILE = "file", _("File manifests and bills (signs in the person's name)")
    REPLY = "reply", _("Reply to queries")
    PAY = "pay", _("Put bills on challans")
    LEDGER = "ledger", _("Read the firm's cash ledger and pay challans from it")
    TERMINAL = "terminal", _("Scan and weigh at the terminal, and keep its warehouse")
    HOOKS = "hooks", _("See what webhooks were sent, and have it sent again")


ACTIVITIES: dict[str, frozenset[str]] = {
    Scope.READ: frozenset(
        (
            *map(
                activity_of,
                (
                    "manifests",
                    "payment-history",
                    "scan-station",
                    "warehouse-register",
                    "export-goods-register",
                    "transmissions",
                ),
            ),
            "courierbillofentry.record_arrival",
        )
    ),
    Scope.FILE: frozenset(
        (
            *map(activity_of, ("manifest-new", "bill-start", "csb-start")),
            "expresscargomanifest.submit",
            "courierbillofentry.file",
            "couriershippingbill.file",
        )
    ),
    Scope.PAY: frozenset((activity_of("new-challan"), "challan.create", "challan.withdraw")),
    Scope.LEDGER: frozenset((activity_of("cash-ledger"), "challan.pay_from_ledger")),
    Scope.TERMINAL: frozenset(
        (
            *map(activity_of, ("scan-station", "goods-station", "warehouse-move", "export-goods-move")),
            "expresscargomanifest.start_arrival_scan",
            "expresscargomanifest.close_arrival",
            "courierbillofentry.record_arrival",
            "couriershippingbill.register_goods",
        )
    ),
    Scope.HOOKS: frozenset(),  # what is sent is the firm's own
    Scope.REPLY: frozenset(
        (
            *map(activity_of, ("bill-attach", "csb-attach")),
            "courierbillofentry.reply_to_query",
            "couriershippingbill.reply_to_query",
        )
    ),
}


def opened_by(scopes: list[str]) -> frozenset[str]:
    """The activities that a key with these scopes opens at most."""
    return frozenset().union(*(ACTIVITIES.get(scope, frozenset()) for scope in scopes))


def in_words(scopes: list[str]) -> list[str]:
    """The scopes of a key in words, in their order."""
    return [str(scope.label) for scope in Scope if scope in scopes]
