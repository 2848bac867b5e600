"""The pages of webhooks: the Group Admin names where the firm's program is told, sees what was sent, and has it sent again."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlencode

from django import forms
from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext
from django.views.decorators.http import require_GET, require_POST

from accounts import sessions
from accounts.models import CustomsStation
from accounts.permissions import Actor
from accounts.requests import Request
from api.folders.models import DropFolder
from api.webhooks import outside, telling
from api.webhooks.models import Delivery, Webhook
from eccs import keyset, pages
from eccs.workflow import Refused

STATES: dict[str, dict[str, Any]] = {
    "waiting": {"delivered_at": None, "gave_up_at": None}, "taken": {"delivered_at__isnull": False},
    "given-up": {"gave_up_at__isnull": False},
}  # fmt: skip


class NewWebhookForm(forms.Form):
    """Where the program is told, and of which station."""

    address = forms.CharField(
        label=gettext_lazy("Address"), max_length=outside.LONGEST, required=False,
        help_text=gettext_lazy("Where the program listens: https:// and a public name"),
        widget=forms.TextInput(attrs={"autocomplete": "off", "inputmode": "url", "spellcheck": "false"}),
    )  # fmt: skip
    folder = forms.ModelChoiceField(
        DropFolder.objects.none(), label=gettext_lazy("Or the drop folder"), required=False,
        help_text=gettext_lazy("Messages are put into its outbox, for a program without HTTP"),
    )  # fmt: skip
    station = forms.ChoiceField(label=gettext_lazy("Station"), required=False)

    def __init__(self, *args: Any, actor: Actor, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        folder: Any = self.fields["folder"]
        folder.queryset = DropFolder.objects.managed_by(actor).live()
        folder.empty_label = _("None: to the address")
        places = {held.station for held in actor.postings if pages.activity_of("webhooks") in held.activities}
        stations = [(s.pk, str(s)) for s in CustomsStation.objects.all() if "" in places or s.pk in places]
        if "" in places:
            stations.insert(0, ("", _("Every station")))
        station: Any = self.fields["station"]
        station.choices, station.required = stations, "" not in places

    def clean_address(self) -> str:
        """One that may be asked, or none."""
        address = str(self.cleaned_data["address"])
        try:
            if address:
                outside.place_of(address)
        except outside.NotOutside as why:
            raise forms.ValidationError(str(why)) from why
        return address

    def clean(self) -> dict[str, Any]:
        """An address or a drop folder."""
        given = super().clean() or {}
        if "address" in given and bool(given["address"]) == bool(given.get("folder")):
            self.add_error("address", _("Enter an address, or choose a drop folder."))
        return given


def _page(request: Request, form: NewWebhookForm | None = None) -> HttpResponse:
    rows = (
        Webhook.objects.managed_by(request.actor).select_related("station", "made_by", "ended_by").order_by("-pk")[:100]
    )
    context = {
        "heading": _("Webhooks"),
        "rows": sorted(rows, key=lambda one: one.ended_at is not None),
        "form": form or NewWebhookForm(actor=request.actor),
    }
    return render(request, "api/webhooks.html", context, status=422 if form is not None else 200)


@require_GET
def webhooks(request: Request) -> HttpResponse:
    """Where the firm's programs are told of its documents."""
    pages.require(request.actor, "webhooks")
    return _page(request)


@require_POST
def new(request: Request) -> HttpResponse:
    """Name an address; the secret that signs its messages is shown this once."""
    pages.require(request.actor, "webhooks")
    if asked := sessions.ask_password(request, reverse("webhooks")):
        return asked
    form = NewWebhookForm(request.POST, actor=request.actor)
    if not form.is_valid():
        return _page(request, form)
    try:
        to = form.cleaned_data["folder"] or form.cleaned_data["address"]
        made, secret = telling.make(request.actor, to, form.cleaned_data["station"])
    except Refused as refusal:
        form.add_error("address", " ".join(refusal.reasons))
        return _page(request, form)
    if made.folder is not None:  # nothing is signed: whoever may read the folder is the firm
        messages.success(request, _("Messages are put into %(folder)s from now on.") % {"folder": made.folder})
        return redirect("webhook", made.pk)
    return render(request, "api/webhook_made.html", {"webhook": made, "secret": secret})


def _own(request: Request, pk: int) -> Webhook:
    pages.require(request.actor, "webhooks")
    return get_object_or_404(Webhook.objects.managed_by(request.actor).select_related("station"), pk=pk)


@require_POST
def end(request: Request, pk: int) -> HttpResponse:
    """Nothing is sent to the address any more."""
    found = _own(request, pk)
    if asked := sessions.ask_password(request, reverse("webhooks")):
        return asked
    telling.end(found, request.actor)
    messages.success(request, _("Nothing is sent to %(address)s any more.") % {"address": found})
    return redirect("webhooks")


@require_GET
def webhook(request: Request, pk: int) -> HttpResponse:
    """What was sent to an address, the newest first, and what came of it."""
    found = _own(request, pk)
    state = request.GET.get("state", "")
    state = state if state in STATES else ""
    rows: Any = found.deliveries.filter(**STATES.get(state, {}))
    page = keyset.page(rows, "-pk", request.GET.get("mark", ""))
    context = {
        "webhook": found, "rows": page.rows, "state": state, "states": zip(STATES, Delivery.State.labels, strict=True),
        "next_url": f"?{urlencode({'state': state, 'mark': page.next_mark})}" if page.next_mark else "",
        "previous_url": f"?{urlencode({'state': state, 'mark': page.previous_mark})}" if page.previous_mark else "",
    }  # fmt: skip
    return render(request, "api/webhook.html", context)


class SinceForm(forms.Form):
    """From which moment on messages are sent again, or which one."""

    delivery = forms.UUIDField(required=False)
    since = forms.DateTimeField(required=False, input_formats=["%d/%m/%Y %H:%M", "%Y-%m-%dT%H:%M"])


@require_POST
def again(request: Request, pk: int) -> HttpResponse:
    """Send one message again, or all since a moment."""
    found, form = _own(request, pk), SinceForm(request.POST)
    given = form.cleaned_data if form.is_valid() else {}
    if not (given.get("delivery") or given.get("since")):
        messages.error(request, _("Enter a moment as DD/MM/YYYY HH:MM."))
        return redirect("webhook", pk)
    done = telling.again(found, delivery=str(given["delivery"] or ""), since=given["since"])
    words = ngettext("%(n)d message is sent again.", "%(n)d messages are sent again.", done)
    messages.success(request, words % {"n": done})
    return redirect("webhook", pk)


@require_POST
def try_it(request: Request, pk: int) -> HttpResponse:
    """Send a message that tries the address, with a step that never happened."""
    found = _own(request, pk)
    if found.ended_at is None:
        telling.try_out(found)
        messages.success(request, _("A message on trial goes to %(address)s now.") % {"address": found})
    return redirect("webhook", pk)
