"""The pages of drop folders: the Group Admin names one for a program, and sees what was taken up from it."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_GET, require_POST

from accounts import sessions
from accounts.permissions import Actor
from accounts.requests import Request
from api.folders import register
from api.folders.models import DropFolder
from api.models import ApiKey
from eccs import keyset, pages
from eccs.workflow import Refused


class NewFolderForm(forms.Form):
    """For which program, and who signs in."""

    program = forms.ChoiceField(
        label=gettext_lazy("Program"),
        help_text=gettext_lazy(
            "What is dropped is filed by the newest key in force of this name, in its person's name"
        ),
    )
    public_key = forms.CharField(
        label=gettext_lazy("Public key for SFTP"), max_length=2000,
        help_text=gettext_lazy("One line, as in id_ed25519.pub; the other half never leaves the firm"),
        widget=forms.Textarea(attrs={"rows": 4, "autocomplete": "off", "spellcheck": "false"}),
    )  # fmt: skip

    def __init__(self, *args: Any, actor: Actor, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        names = ApiKey.objects.managed_by(actor).live().order_by("name").values_list("name", flat=True).distinct()
        program: Any = self.fields["program"]
        program.choices = [("", _("Choose a program")), *((name, name) for name in names)]

    def clean_public_key(self) -> str:
        """One that may sign in."""
        try:
            return register.public_key(self.cleaned_data["public_key"])
        except register.NoKey as why:
            raise forms.ValidationError(str(why)) from why


def _page(request: Request, form: NewFolderForm | None = None) -> HttpResponse:
    rows = DropFolder.objects.managed_by(request.actor).select_related("made_by", "ended_by")[:100]
    context = {
        "heading": _("Drop folders"), "rows": sorted(rows, key=lambda one: one.ended_at is not None), "is_on": register.is_on(),
        "form": form or NewFolderForm(actor=request.actor),
    }  # fmt: skip
    return render(request, "api/folders.html", context, status=422 if form is not None else 200)


@require_GET
def folders(request: Request) -> HttpResponse:
    """The drop folders of the firm, and how each stands."""
    pages.require(request.actor, "drop-folders")
    return _page(request)


@require_POST
def new(request: Request) -> HttpResponse:
    """Name a program that files by a drop folder."""
    pages.require(request.actor, "drop-folders")
    if asked := sessions.ask_password(request, reverse("drop-folders")):
        return asked
    form = NewFolderForm(request.POST, actor=request.actor)
    if not form.is_valid():
        return _page(request, form)
    try:
        made = register.make(request.actor, program=form.cleaned_data["program"], key=form.cleaned_data["public_key"])
    except Refused as refusal:
        form.add_error("program", " ".join(refusal.reasons))
        return _page(request, form)
    messages.success(request, _("The drop folder %(folder)s is made.") % {"folder": made})
    return redirect("drop-folder", made.pk)


def _own(request: Request, pk: int) -> DropFolder:
    pages.require(request.actor, "drop-folders")
    return get_object_or_404(DropFolder.objects.managed_by(request.actor), pk=pk)


@require_GET
def folder(request: Request, pk: int) -> HttpResponse:
    """What was taken up from a drop folder, the newest first, and what came of it."""
    found = _own(request, pk)
    page = keyset.page(found.files.select_related("upload"), "-pk", request.GET.get("mark", ""))
    context = {
        "folder": found, "rows": page.rows,
        "next_url": f"?mark={page.next_mark}" if page.next_mark else "",
        "previous_url": f"?mark={page.previous_mark}" if page.previous_mark else "",
    }  # fmt: skip
    return render(request, "api/folder.html", context)


@require_POST
def end(request: Request, pk: int) -> HttpResponse:
    """Nothing is taken up from it any more."""
    found = _own(request, pk)
    if asked := sessions.ask_password(request, reverse("drop-folders")):
        return asked
    register.end(found, request.actor)
    messages.success(request, _("Nothing is taken up from %(folder)s any more.") % {"folder": found})
    return redirect("drop-folders")
