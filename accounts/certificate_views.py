"""Certificates: a person's own, and for the System Admin all of them, with the authorities and what they revoked."""

from __future__ import annotations

from typing import Any, cast
from urllib.parse import urlencode

from django import forms
from django.contrib import messages
from django.db import transaction
from django.db.models import Q
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_GET, require_http_methods

from accounts import sessions
from accounts.models import User
from accounts.requests import Request
from eccs import audit, identifiers, keyset, pages
from eccs.signing import authorities, certificates, names
from eccs.signing.authorities import NotAccepted
from eccs.signing.models import Certificate, SignatureFault
from eccs.signing.names import Owner

ON_A_PAGE = 100


class FileForm(forms.Form):
    """One file: a certificate, or a list of revoked ones."""

    file = forms.FileField(label=gettext_lazy("File"))

    def __init__(self, *args: Any, label: Any, help_text: Any, most: int, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.most = most
        self.fields["file"].label, self.fields["file"].help_text = label, help_text

    def clean_file(self) -> bytes:
        """What is in it, where it is not too large."""
        file = self.cleaned_data["file"]
        if file.size > self.most:
            raise forms.ValidationError(_("The file is too large."))
        return bytes(file.read())


def owner_of(user: User) -> Owner:
    """Whose certificate it has to be: the person's, for the firm the person files for."""
    firm: Any = user.courier or user.importer or user.custodian
    if firm is None:
        return Owner(user.full_name)
    number = str(getattr(firm, "pan", "") or getattr(firm, "iec", ""))
    return Owner(user.full_name, str(firm.name), "" if identifiers.pan(number) else number)


@require_http_methods(["GET", "POST"])
def own(request: Request) -> HttpResponse:
    """My certificates: what I sign with, and the next one (PN17 2.4)."""
    user = cast("User", request.user)
    form = FileForm(
        *((request.POST, request.FILES) if request.method == "POST" else ()), most=authorities.LARGEST_FILE,
        label=_("Certificate"), help_text=_("The certificate alone, never the private key: a file ending in .cer, .crt or .pem."),
    )  # fmt: skip
    if request.method == "POST":
        if prove := sessions.ask_password(request):
            return prove
        if form.is_valid() and (made := _registered(request, form)):
            messages.success(request, _("Registered: %(certificate)s.") % {"certificate": made})
            return redirect("certificates")
    now = timezone.now()
    rows = [(one, certificates.why_not(one, now)) for one in user.certificates.all()]
    context = {"form": form, "rows": rows, "owner": owner_of(user), "now": now}
    return render(request, "accounts/certificates.html", context, status=422 if form.is_bound else 200)


def _registered(request: Request, form: FileForm) -> Certificate | None:
    user = cast("User", request.user)
    try:
        with transaction.atomic():
            made = certificates.register(user.pk, owner_of(user), form.cleaned_data["file"])
    except NotAccepted as fault:
        form.add_error("file", str(fault))
        audit.record("certificate.refused", request=request, about=user.username, why=str(fault))
        return None
    audit.record("certificate.registered", request=request, about=user.username, fingerprint=made.fingerprint)
    return made


@require_http_methods(["GET", "POST"])
def retire(request: Request, pk: int) -> HttpResponse:
    """Retire one of my certificates: asked on a page of its own, as it cannot be taken back."""
    found = get_object_or_404(Certificate, pk=pk, owner=cast("User", request.user), retired_at=None)
    if prove := sessions.ask_password(request):
        return prove
    if request.method == "POST":
        certificates.retire(found)
        audit.record("certificate.retired", request=request, about=found.owner.username, fingerprint=found.fingerprint)
        messages.success(request, _("Retired: %(certificate)s.") % {"certificate": found})
        return redirect("certificates")
    return render(request, "accounts/certificate_retire.html", {"certificate": found})


@require_GET
def everybodys(request: Request) -> HttpResponse:
    """All certificates, the accepted authorities with their lists, and what the nightly check found."""
    pages.require(request.actor, "certificates-all")
    asked = request.GET.get("q", "").strip()
    rows = Certificate.objects.select_related("owner").filter(
        Q(owner__username__icontains=asked) | Q(name__icontains=asked) | Q(serial__iexact=asked)
    )
    shown = keyset.page(rows, "name", request.GET.get("mark", ""), ON_A_PAGE)
    now = timezone.now()
    context = {
        "rows": shown.rows, "asked": asked, "now": now, "authorities": _authorities(), "form": _list_form(request),
        "faults": SignatureFault.objects.all()[:50],
        "next_url": f"?{urlencode({'q': asked, 'mark': shown.next_mark})}" if shown.next_mark else "",
        "previous_url": f"?{urlencode({'q': asked, 'mark': shown.previous_mark})}" if shown.previous_mark else "",
    }  # fmt: skip
    return render(request, "accounts/certificates_all.html", context)


def _authorities() -> list[dict[str, Any]]:
    return [
        {"name": names.common_name(one.subject), "until": one.not_valid_after_utc, "list": last}
        for one, last in authorities.lists_of(authorities.authorities())
    ]


def _list_form(request: Request) -> FileForm:
    return FileForm(
        *((request.POST, request.FILES) if request.method == "POST" else ()), most=16 * 1024 * 1024,
        label=_("List of revoked certificates (CRL)"), help_text=_("As the certifying authority publishes it: a file ending in .crl or .pem."),
    )  # fmt: skip


@require_http_methods(["GET", "POST"])
def revocations(request: Request) -> HttpResponse:
    """The System Admin loads a list of revoked certificates."""
    pages.require(request.actor, "certificates-revoked")
    form = _list_form(request)
    if request.method == "POST" and form.is_valid():
        try:
            loaded, fresh = authorities.load_list(form.cleaned_data["file"], request.actor.user_id)
        except NotAccepted as fault:
            form.add_error("file", str(fault))
        else:
            if fresh:
                audit.record("revocations.loaded", request=request, about=loaded.issuer, entries=loaded.entries)
            words = _("Loaded: %(list)s.") if fresh else _("This list is loaded already: %(list)s.")
            messages.success(request, words % {"list": loaded})
            return redirect("certificates-all")
    return render(request, "accounts/revocations.html", {"form": form}, status=422 if form.is_bound else 200)
