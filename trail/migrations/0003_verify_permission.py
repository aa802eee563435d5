from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [("trail", "0002_append_only")]

    operations = [
        migrations.AlterModelOptions(
            name="event", options={"permissions": [("verify", "Verify the access log")]}
        ),
    ]
