"""Beginning a bill: its form, its house airway bill, and an earlier bill to copy."""

from __future__ import annotations

from itertools import accumulate

from django.contrib import messages
from django.db import IntegrityError, transaction
from django.db.models import Exists, OuterRef, Q, QuerySet
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from accounts.models import Importer
from accounts.permissions import Actor
from accounts.requests import Request
from bills import checking, copies, drafts
from bills.kinds import TYPED, Kind
from bills.models import CourierBillOfEntry
from bills.stages import PUT_AWAY, UNFILED, Stage
from bills.views import documents
from counter.serving import led_to_counter
from eccs import pages
from manifests.models import ExpressCargoManifest, HouseAirwayBill

SHOWN = 25
NEWEST_FLIGHTS = 100  # of which the shipments without a bill are listed, where nothing is asked for,
LOOKED_THROUGH = 10_000  # and as many flights as have so many shipments, where that is fewer


@require_http_methods(["GET", "POST"])
def start(request: Request) -> HttpResponse:
    """Choose the form, and the house airway bill of a submitted manifest that has no bill yet."""
    actor = request.actor
    pages.require(actor, "bill-start")
    if away := led_to_counter(request):
        return away
    given = request.POST if request.method == "POST" else request.GET
    own, copied = _own_shipments(actor), _copied(actor, given.get("copy", ""))
    kind = Kind(copied.kind) if copied else kind_of(given.get("form", ""), kinds_of(actor))
    if kind == Kind.XI:
        return documents.start(request, copied, kinds_of(actor))
    if request.method == "POST":
        chosen = request.POST.get("hawb", "")
        hawb = get_object_or_404(own, pk=pages.id_in(chosen))
        return _begin(request, actor, hawb, kind, copied)
    asked = request.GET.get("q", "").strip().upper()[:40]
    manifest = request.GET.get("manifest", "").strip()[:60]
    others = _in_the_way(actor).filter(hawb=OuterRef("pk"))
    rows = own.filter(~Exists(others)).order_by("-pk")
    by_number = actor.files_for_importer is not None or actor.customer is not None
    if by_number:  # whoever knows the number asks for it: nothing of other firms is listed
        rows = rows.filter(number=asked)
    elif asked:
        rows = rows.filter(number__startswith=asked)
    if manifest:
        rows = rows.filter(manifest__number=manifest)
    flights: list[int] = []
    if not (asked or manifest or by_number):  # what was filed for years back is not looked through for what was not
        flights = _newest_flights(actor)
        rows = rows.filter(manifest__in=flights)
    found = list(rows[: SHOWN + 1])
    context = {
        "hawbs": found[:SHOWN], "more": len(found) > SHOWN, "q": asked, "manifest": manifest, "kind": kind,
        "kinds": kinds_of(actor), "flights": len(flights), "copied": copied, "by_importer": actor.importer_id is not None, "by_number": by_number,
    }  # fmt: skip
    return render(request, "bills/start.html", context)


def kinds_of(actor: Actor) -> tuple[Kind, ...]:
    """The forms that a firm files: an importer CBE-XIV for its own goods alone (PN17 5.4.4)."""
    return (Kind.XIV,) if actor.files_for_importer is not None else (Kind.XI, *TYPED)


def kind_of(text: str, kinds: tuple[Kind, ...]) -> Kind:
    """One of the forms that are typed, or no page; nothing said is CBE-XIII where it is one of them."""
    if not text:
        return Kind.XIII if Kind.XIII in kinds else kinds[0]
    if text not in kinds:
        raise Http404
    return Kind(text)


def _own_shipments(actor: Actor) -> QuerySet[HouseAirwayBill]:
    """The shipments that a bill may be begun for: of the courier's own manifests, or with the importer as consignee."""
    rows = HouseAirwayBill.objects.filter(
        manifest__kind=ExpressCargoManifest.Kind.NON_DOCUMENTS, manifest__number__isnull=False, transshipment=False
    ).select_related("manifest")
    if actor.files_for_importer is not None:
        name = Importer.objects.values_list("name", flat=True).get(pk=actor.files_for_importer)
        rows = rows.filter(consignee_name__iexact=name)
    else:
        rows = rows.filter(manifest__courier_id=actor.files_for_courier)
    return rows if actor.firm_stations is None else rows.filter(manifest__station__in=actor.firm_stations)


def _newest_flights(actor: Actor) -> list[int]:
    """The newest flights of the firm, until their shipments are many."""
    rows = ExpressCargoManifest.objects.filter(
        courier=actor.files_for_courier, kind=ExpressCargoManifest.Kind.NON_DOCUMENTS, number__isnull=False
    )
    found = list(rows.order_by("-pk").values_list("pk", "hawb_count")[:NEWEST_FLIGHTS])
    before = accumulate((count for _pk, count in found), initial=0)
    return [pk for (pk, _count), so_far in zip(found, before, strict=False) if so_far < LOOKED_THROUGH]


def _copied(actor: Actor, key: str) -> CourierBillOfEntry | None:
    """The earlier bill that is copied, one of the own firm."""
    if not key:
        return None
    rows = CourierBillOfEntry.objects.visible_to(actor).exclude(stage__in=UNFILED)
    bill: CourierBillOfEntry = get_object_or_404(rows, number=key, kind__in=kinds_of(actor))
    return bill


def _in_the_way(actor: Actor) -> QuerySet[CourierBillOfEntry]:
    """The bills beside which a firm begins none: whatever is filed, and what it has begun itself."""
    rows = CourierBillOfEntry.objects.exclude(stage__in=PUT_AWAY)
    return rows.filter(~Q(stage=Stage.DRAFT) | Q(importer=actor.files_for_importer))


def _begin(
    request: Request, actor: Actor, hawb: HouseAirwayBill, kind: Kind, copied: CourierBillOfEntry | None
) -> HttpResponse:
    assert actor.user_id is not None
    standing = _in_the_way(actor).filter(hawb=hawb)
    own = standing.filter(importer=actor.files_for_importer)
    held = own.first() or standing.first()
    if held is None:
        earlier = copies.draft_of(copied) if copied else None
        try:
            with transaction.atomic():
                held = drafts.start(hawb, actor.user_id, kind, actor.files_for_importer, earlier)
        except IntegrityError:  # somebody else began it at the same moment
            held = own.get()
    if held.importer_id != actor.files_for_importer:
        messages.error(request, _("Another firm has filed the bill of this house airway bill."))
        return redirect("bill-start")
    if not CourierBillOfEntry.objects.visible_to(actor).filter(pk=held.pk).exists():
        messages.error(
            request,
            _("The bill of this house airway bill is filed already, or was begun at another counter."),
        )
        return redirect("bill-start")
    return redirect(held if actor.customer is None else checking.next_address(held))
