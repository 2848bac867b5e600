"""The pages of the note at the end of a shift."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib import messages
from django.db import transaction
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from accounts.permissions import Actor
from accounts.requests import Request
from accounts.roles import label_of
from eccs import audit, desks, my_work, pages
from eccs.hand_over import HandOver, HandOverRead, firm_of
from eccs.in_hand import give_back

LATE = 25  # late documents that a note names at each desk


class HandOverForm(forms.Form):
    """To whom the shift is handed over, and what else they should know."""

    desk = forms.ChoiceField(
        label=gettext_lazy("To the next shift of"), error_messages={"required": gettext_lazy("Choose a desk")}
    )
    text = forms.CharField(
        label=gettext_lazy("What they should know"), max_length=4000, required=False, widget=forms.Textarea(attrs={"rows": 6}),
    )  # fmt: skip
    back = forms.BooleanField(
        label=gettext_lazy("Give all that I have in hand there back to the queues"), required=False
    )

    def __init__(self, *args: Any, actor: Actor, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field: Any = self.fields["desk"]
        field.choices = [(one.key, str(one)) for one in places(actor)]


def places(actor: Actor) -> list[Any]:
    """The roles at stations from which somebody can hand over."""
    activity = pages.activity_of("hand-over")
    return [held for held in actor.postings if (held.station or actor.is_trade) and activity in held.activities]


def told(actor: Actor, held: Any) -> dict[str, Any]:
    """What stands at the desks of one role at one station: how much, what the person has there, what is late."""
    alone = actor.at_desk(held.key)
    work, stands = my_work.of(actor), desks.desks(alone)
    lines = [
        _line(state, one["document"], one["listing"], why=one["row"].aside_why, until=one["row"].aside_until)
        for state, found in (("HAND", work["in_hand"]), ("ASIDE", work["aside"]))
        for one in found
        if one["row"].role == held.role and held.station in ("", one["row"].station)
    ]
    for desk in stands:
        if desk.over:
            rows = desk.listing.visible_to(alone).filter(desks.late_for(desk.listing, desk.stage, alone))
            late = rows.select_related(*desk.listing.related).order_by("stage_since", "pk")[:LATE]
            lines += [_line("LATE", one, desk.listing) for one in late]
    return {
        "desks": [{"label": d.label, "kind": str(d.listing.label), "count": d.count, "over": d.over} for d in stands],
        "lines": lines,
    }  # fmt: skip


def _line(state: str, document: Any, listing: pages.Listing, *, why: str = "", until: Any = None) -> dict[str, str]:
    return {
        "state": state, "number": str(document), "url": document.get_absolute_url(), "why": why,
        "desk": f"{document.get_stage_display()}, {listing.label}",
        "until": timezone.localtime(until).strftime("%d/%m/%Y %H:%M") if until else "",
        "since": timezone.localtime(document.stage_since).strftime("%d/%m/%Y %H:%M"),
    }  # fmt: skip


@require_http_methods(["GET", "POST"])
def hand_over(request: Request) -> HttpResponse:
    """The notes of the last shifts, and the one that is written now."""
    actor: Any = request.actor
    pages.require(actor, "hand-over")
    form = HandOverForm(request.POST if request.method == "POST" else None, actor=actor)
    if request.method == "POST" and form.is_valid():
        held = next(one for one in places(actor) if one.key == form.cleaned_data["desk"])
        with transaction.atomic():
            note = HandOver.objects.create(
                station=held.station, firm=firm_of(actor), role=held.role, by_id=actor.user_id, by_name=actor.name,
                text=form.cleaned_data["text"], **told(actor, held),
            )  # fmt: skip
            if form.cleaned_data["back"]:
                give_back(request.user, station=held.station, role=held.role)  # type: ignore[arg-type]
        audit.record("work.handed-over", request=request, about=str(note)[:200], station=held.station)
        messages.success(request, _("The note is on the desk of the next shift."))
        return redirect("hand-over-note", note.pk)
    notes = HandOver.objects.visible_to(actor).order_by("-at")[:20]
    stands = [{"label": str(one), **_sorted(told(actor, one))} for one in places(actor)]
    context = {"form": form, "places": stands, "notes": [_with_role(one) for one in notes]}
    return render(request, "eccs/hand_over.html", context, status=422 if request.method == "POST" else 200)


def _sorted(note: dict[str, Any]) -> dict[str, Any]:
    """The lines of a note by their state."""
    words = (("HAND", _("In hand")), ("ASIDE", _("Set aside")), ("LATE", _("Over target")))
    states = [{"label": label, "lines": [x for x in note["lines"] if x["state"] == state]} for state, label in words]
    return {"desks": note["desks"], "states": states}


def _with_role(note: HandOver) -> dict[str, Any]:
    return {"note": note, "role": label_of(note.role)}


def unread(actor: Any) -> list[dict[str, Any]]:
    """The notes of colleagues that stand on the person's desk until they are read."""
    return [_with_role(one) for one in HandOver.objects.unread_by(actor)[:5]]


@require_GET
def note(request: Request, pk: int) -> HttpResponse:
    """One note, as it is printed."""
    actor: Any = request.actor
    pages.require(actor, "hand-over")
    found = get_object_or_404(HandOver.objects.visible_to(actor), pk=pk)
    read = found.reads.select_related("by").order_by("at")
    context = {
        **_with_role(found), **_sorted({"desks": found.desks, "lines": found.lines}), "reads": read,
        "unread": found.by_id != actor.user_id and actor.user_id not in [one.by_id for one in read],
    }  # fmt: skip
    return render(request, "eccs/hand_over_note.html", context)


@require_POST
def mark_read(request: Request, pk: int) -> HttpResponse:
    """The note leaves the reader's desk."""
    actor: Any = request.actor
    pages.require(actor, "hand-over")
    found = get_object_or_404(HandOver.objects.visible_to(actor), pk=pk)
    HandOverRead.objects.get_or_create(note=found, by_id=actor.user_id)
    return redirect("desk")
