"""How tickets are shown, and whose the pages of the help desk are."""

from __future__ import annotations

from typing import Any

from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from accounts.roles import Role
from eccs.pages import Column, Listing, link, register
from helpdesk.clearance import Stage
from helpdesk.forms import AgainForm
from helpdesk.models import HelpTicket


def context(ticket: HelpTicket, actor: Any) -> dict[str, Any]:
    """What the page of a ticket shows besides its steps."""
    own = ticket.raised_by_id == actor.user_id
    return {
        "said": ticket.messages.select_related("by"), "own": own, "at_desk": bool(actor.acts_as("helpticket.answer", ticket)),
        "again": AgainForm() if own and ticket.stage != Stage.OPEN else None, "may_settle": own and ticket.stage != Stage.CLOSED,
    }  # fmt: skip


def search(text: str) -> Q:
    """By number, document, or a word of the subject."""
    return Q(number=text) | Q(document=text) | Q(subject__icontains=text)


TICKETS = Listing(
    model=HelpTicket, slug="help/tickets", label=_("Tickets"),
    columns=(
        Column("number", _("Number"), "number__icontains", hint=_("contains")),
        Column("subject", _("Subject"), "subject__icontains", hint=_("contains"), cell=lambda ticket: ticket.subject),
        Column("by", _("Asked by"), "raised_by__full_name__icontains", hint=_("contains"), cell=lambda ticket: ticket.raised_by.full_name),
        Column("document", _("Document"), "document__icontains", hint=_("contains"), cell=lambda ticket: ticket.document or "–"),
    ),
    page_template="helpdesk/ticket.html", trade_template="helpdesk/ticket.html", related=("station", "raised_by"),
    context=context, search=search,
)  # fmt: skip

KEEPERS = (Role.PORT_ADMIN, Role.SYSTEM_ADMIN)
register(TICKETS)
link(_("Help desk"), "help-kept", *KEEPERS)
link(_("Write an article"), "help-article-new", *KEEPERS, nav=False)
link(_("Correct an article"), "help-article", *KEEPERS, nav=False)
link(_("Where help is"), "help-contact", *KEEPERS, nav=False)
link(_("Plan a downtime"), "help-downtime-new", Role.SYSTEM_ADMIN, nav=False)
link(_("Cancel a downtime"), "help-downtime-cancel", Role.SYSTEM_ADMIN, nav=False)
