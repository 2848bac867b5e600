from django.db import migrations

from eccs.walls import belongs


class Migration(migrations.Migration):
    """Whose questions to the help desk are."""

    dependencies = [("helpdesk", "0001_tables"), ("eccs", "0029_second_wall")]

    operations = [
        belongs("helpdesk_helpticket", station="station_id", also="raised_by_id = (SELECT eccs_firm('person'))"),
        belongs("helpdesk_helptickettrail", to={"document_id": "helpdesk_helpticket"}),
        belongs("helpdesk_ticketmessage", to={"ticket_id": "helpdesk_helpticket"}),
    ]
