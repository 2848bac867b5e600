"""Every word that the scan station's script shows, so that it speaks the language of its page."""

from __future__ import annotations

from django.utils.translation import gettext as _

# In braces stands what the script fills in.


def words() -> dict[str, str]:
    """The words by the names that the script asks for."""
    return {
        "ok": _("OK"),
        "okSay": _("All packages of this HAWB have arrived"),
        "okShort": _("OK"),
        "part": _("Part {n} of {of}"),
        "partShort": _("{n} of {of}"),
        "partSay": _("{left} to come of {hawb}"),
        "partsComplete": _("Part {n} of {of}: complete"),
        "again": _("Duplicate"),
        "againSay": _("Already scanned at {at}"),
        "againShort": _("Again"),
        "held": _("Held"),
        "heldSay": _("On hold by the courier: put it aside in the warehouse"),
        "heldBagSay": _("A shipment in this bag is on hold: put it aside in the warehouse"),
        "confiscated": _("Confiscated"),
        "confiscatedSay": _("Confiscated by Customs: to the disposal store"),
        "confiscatedBagSay": _("A shipment in this bag is confiscated by Customs: to the disposal store"),
        "bagSay": _("Bag with {shipments} shipments"),
        "wrong": _("Wrong manifest"),
        "wrongShort": _("Wrong"),
        "unknown": _("Unknown"),
        "unknownSay": _("On no manifest: put it in the excess cage"),
        "unknownShort": _("Unknown"),
        "notFound": _("ECCS does not find it on this manifest"),
        "found": _("ECCS found it on the manifest"),
        "scanCrn": _("Scan the CRN"),
        "scanCrnSay": _("This HAWB has several packages, each with its own CRN"),
        "scanCrnShort": _("CRN?"),
        "scanBag": _("Scan the bag"),
        "scanBagSay": _("This shipment is in bag {bag}"),
        "scanBagShort": _("Bag?"),
        "allSent": _("All sent"),
        "down": _("{n} not yet sent: network down. Keep scanning, nothing is lost."),
        "sending": _("{n} being sent"),
        "signedOut": _("{n} not yet sent: you are signed out. {link} Nothing is lost."),
        "signIn": _("Sign in again."),
        "ready": _("READY"),
        "weighing": _("WEIGHT: Enter records, Esc leaves"),
        "notReady": _("NOT READY: press any key"),
        "kilos": _("{kg} kg"),
        "weightSignedOut": _("Weight not recorded: sign in again."),
        "weightDown": _("Weight not recorded: network down. Try again."),
    }
