from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('classifier', '0007_no_duplicates'),
    ]

    operations = [
        migrations.AddConstraint(
            model_name='feedback',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('decided_label', ''), ('decision', None), ('reviewed_at', None), ('reviewer', None), ('status', 'pending')), models.Q(('reviewed_at__isnull', False), ('status__in', ['accepted', 'otherwise']), models.Q(('decided_label', ''), _negated=True)), models.Q(('decided_label', ''), ('reviewed_at__isnull', False), ('status', 'rejected')), _connector='OR'), name='feedback_decision_complete'),
        ),
    ]
