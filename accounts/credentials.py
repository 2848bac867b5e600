"""What is kept about passwords, sessions, codes and expiry exercises. The rules stand in the modules named after them."""

from __future__ import annotations

from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.roles import Group, Role


class RetiredPassword(models.Model):
    """The hash of a password a person had before, so that it is not taken again too soon."""

    user = models.ForeignKey("accounts.User", models.CASCADE, related_name="retired_passwords")
    encoded = models.CharField(max_length=128)
    retired_at = models.DateTimeField(default=timezone.now)

    class Meta:
        ordering = ["-pk"]

    def __str__(self) -> str:
        return f"{self.user_id} {self.retired_at:%d/%m/%Y}"


class SignInTries(models.Model):
    """Wrong tries with one user name from one address, with one name from anywhere, or from one address with any name."""

    name = models.CharField(max_length=60, blank=True, default="")
    address = models.CharField(max_length=45, blank=True, default="")
    tries = models.PositiveIntegerField(default=0)
    last_at = models.DateTimeField(default=timezone.now)
    waits_until = models.DateTimeField(null=True, blank=True)
    good_at = models.DateTimeField(null=True, blank=True)  # when this name last signed in from this address

    class Meta:
        constraints = [models.UniqueConstraint(fields=["name", "address"], name="sign_in_tries_once")]
        indexes = [models.Index(fields=["last_at"], name="sign_in_tries_by_age")]

    def __str__(self) -> str:
        return f"{self.name or '*'} from {self.address or '*'}: {self.tries}"


class LiveSession(models.Model):
    """A browser in which somebody has signed in."""

    user = models.ForeignKey("accounts.User", models.CASCADE, related_name="live_sessions")
    key = models.CharField(max_length=40, unique=True)
    address = models.CharField(max_length=45, blank=True, default="")
    browser = models.CharField(max_length=60, blank=True, default="")
    since = models.DateTimeField(default=timezone.now)

    class Meta:
        ordering = ["-since"]

    def __str__(self) -> str:
        return f"{self.user_id} from {self.address}"


class RecoveryCode(models.Model):
    """A code that stands in for the authenticator once; kept as the hash of a password is, beside its first sign.

    No two codes of a person begin alike, so a code that is given is held against one hash. A code from before this was so
    has no first sign, and a keyed digest in the place of the hash.
    """

    user = models.ForeignKey("accounts.User", models.CASCADE, related_name="recovery_codes")
    first_sign = models.CharField(max_length=1, null=True, blank=True)
    digest = models.CharField(max_length=128)
    used_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["user", "digest"], name="recovery_code_once"),
            models.UniqueConstraint(fields=["user", "first_sign"], name="recovery_code_begins_alone"),
        ]

    def __str__(self) -> str:
        return f"{self.user_id} {'used' if self.used_at else 'unused'}"


class SecondFactorRole(models.Model):
    """A role whose holders sign in with a second factor."""

    role = models.CharField(max_length=24, primary_key=True)

    def __str__(self) -> str:
        return str(Role(self.role).label) if self.role in Role.values else self.role


class ExpiryExercise(models.Model):
    """A moment from which everybody in a scope chooses a new password before anything else (Advisory 10/2025)."""

    class Scope(models.TextChoices):
        """Whom an exercise concerns."""

        ALL = "ALL", _("Everybody")
        GROUP = "GROUP", _("One user group")
        STATION = "STATION", _("One station")

    begins_at = models.DateTimeField()
    scope = models.CharField(max_length=8, choices=Scope.choices)
    group = models.CharField(max_length=10, choices=Group.choices, blank=True, default="")
    station = models.ForeignKey("accounts.CustomsStation", models.PROTECT, null=True, blank=True, related_name="+")
    made_by = models.ForeignKey("accounts.User", models.PROTECT, related_name="+")
    made_at = models.DateTimeField(default=timezone.now)
    advisory = models.ForeignKey("accounts.Advisory", models.PROTECT, null=True, blank=True, related_name="+")
    cancelled_at = models.DateTimeField(null=True, blank=True)
    cancelled_by = models.ForeignKey("accounts.User", models.PROTECT, null=True, blank=True, related_name="+")

    class Meta:
        ordering = ["-begins_at"]
        constraints = [
            models.CheckConstraint(
                name="expiry_exercise_scope_is_whole",
                condition=Q(scope="ALL", group="", station=None)
                | (Q(scope="GROUP", station=None) & ~Q(group=""))
                | Q(scope="STATION", group="", station__isnull=False),
            ),
        ]

    def __str__(self) -> str:
        return f"{timezone.localtime(self.begins_at):%d/%m/%Y %H:%M}, {self.whom}"

    @property
    def whom(self) -> str:
        """The people concerned, in words."""
        if self.scope == self.Scope.STATION:
            return str(self.station)
        return str(self.get_group_display() if self.scope == self.Scope.GROUP else self.get_scope_display())

    @property
    def has_begun(self) -> bool:
        """Whether its moment has come."""
        return timezone.now() >= self.begins_at


class ExerciseAdvice(models.Model):
    """That a person was written to before an exercise: written before the letter leaves, so that it leaves once."""

    exercise = models.ForeignKey(ExpiryExercise, models.CASCADE, related_name="advice")
    user = models.ForeignKey("accounts.User", models.CASCADE, related_name="+")
    sent_at = models.DateTimeField(default=timezone.now)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["exercise", "user"], name="exercise_advice_once")]

    def __str__(self) -> str:
        return f"{self.exercise_id} {self.user_id}"
