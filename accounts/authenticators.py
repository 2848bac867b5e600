"""The authenticator of a person: its key stands encrypted in the database and is read only where a code is judged."""

from __future__ import annotations

from binascii import unhexlify
from typing import TYPE_CHECKING, Any, Self

from django_otp.oath import TOTP
from django_otp.plugins.otp_totp.models import TOTPDevice

from eccs.encryption import MARK, Unreadable, decrypt, encrypt

if TYPE_CHECKING:
    from accounts.models import User


def whose(user_id: int) -> str:
    """To whom an encrypted key belongs."""
    return f"authenticator:{user_id}"


class Authenticator(TOTPDevice):  # type: ignore[misc]
    """An authenticator with its key encrypted; everything else of it is django-otp's."""

    key: str  # what stands in the database

    class Meta:
        proxy = True

    def __str__(self) -> str:
        return f"{self.user_id} {self.name}"

    @classmethod
    def holding(cls, user: User, key: str, **more: Any) -> Self:
        """An authenticator of a person with this hexadecimal key."""
        return cls(user=user, key=encrypt(unhexlify(key), whose(user.pk)), **more)

    @property
    def bin_key(self) -> bytes:
        """The key itself. Raises Unreadable."""
        return decrypt(self.key, whose(self.user_id))

    def shows(self, code: str) -> bool:
        """Whether this is the code of now; it is not used up by being asked about."""
        return bool(TOTP(self.bin_key, self.step, self.t0, self.digits, self.drift).verify(int(code), self.tolerance))

    def verify_token(self, token: Any) -> bool:
        """Whether this is the code of now; of one whose key no setting decrypts any more, none is."""
        try:
            return bool(super().verify_token(token))
        except Unreadable:
            return False

    def encrypt_anew(self) -> None:
        """Write the key under the first encryption key, also where it stands in the clear. Raises Unreadable."""
        key = self.bin_key if self.key.startswith(MARK) else unhexlify(self.key)
        self.key = encrypt(key, whose(self.user_id))
        self.save(update_fields=["key"])
