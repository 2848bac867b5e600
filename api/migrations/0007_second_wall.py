from django.db import migrations

from eccs.walls import belongs, let_delete


CUSTODIAN = "custodian_id = (SELECT eccs_firm('custodian'))"


class Migration(migrations.Migration):
    """Whose keys, webhooks and drop folders are."""

    dependencies = [("api", "0006_steps_into_folders"), ("eccs", "0029_second_wall")]

    operations = [
        belongs("api_apikey", courier="courier_id", also=f"{CUSTODIAN} OR person_id = (SELECT eccs_firm('person'))"),
        *(belongs(f"api_{kind}", courier="courier_id", also=CUSTODIAN) for kind in ("webhook", "dropfolder")),
        belongs("api_delivery", to={"webhook_id": "api_webhook"}),
        belongs("api_droppedfile", to={"folder_id": "api_dropfolder"}),
        belongs("api_repeatedanswer", also="owner = ANY ((SELECT eccs_owners())::varchar[])"),
        let_delete("api_repeatedanswer", "api_delivery"),
    ]
