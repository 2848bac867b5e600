"""Where people are reached."""

from accounts.models import User


def addresses(audience: str) -> list[str]:
    """The e-mail addresses of an audience such as `courier:7`: the active people of that firm."""
    kind, _colon, pk = audience.partition(":")
    if kind != "courier" or not pk.isdigit():
        return []
    people = User.objects.filter(courier_id=int(pk), is_active=True).exclude(email="")
    return list(people.order_by("pk").values_list("email", flat=True))
