from django.db import migrations


class Migration(migrations.Migration):

    dependencies = [("rtbf", "0006_other_rights")]

    operations = [
        migrations.AlterModelOptions(
            name="request",
            options={'default_permissions': (), 'permissions': [('raise_request', 'Ask to forget a customer'), ('view_request', 'See requests to forget a customer'), ('cancel_request', 'Cancel a request during its grace period'), ('approve_request', 'Approve a request to forget a customer'), ('refuse_request', 'Refuse a request, or take more time for it'), ('write_letter', 'Keep the case file and write letters about a request'), ('decide_right', "Correct or restrict a customer's data, decide objections"), ('answer_member', 'Give members a copy of their data, erase what names leavers'), ('change_rules', 'Set the rules and letters for requests')]},
        ),
    ]
