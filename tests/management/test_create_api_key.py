import pytest
from django.core.management import CommandError, call_command

from classifier.api.models import ApiKey

pytestmark = pytest.mark.django_db


@pytest.fixture
def create(capsys):
    """Return a function that runs the command: its output."""

    def create(*arguments):
        call_command("create_api_key", *arguments)
        return capsys.readouterr().out.strip()

    return create


def test_command_prints_a_working_key(client, create):
    secret = create("bot", "--scopes", "single,history", "--limit", "single=5")

    me = client.get("/api/v1/me", headers={"authorization": f"Bearer {secret}"}).json()
    assert (me["caller"], me["key"]["name"], me["key"]["scopes"]) == ("key", "bot", ["single", "history"])
    assert me["limits"]["single"]["limit"] == 5


@pytest.mark.parametrize(
    "options",
    [["--scopes", "all"], ["--scopes", ""], ["--limit", "single"], ["--limit", "one=1"], ["--limit", "single=-1"]],
)
def test_invalid_options_are_refused(create, options):
    with pytest.raises(CommandError):
        create("bot", *options)
    assert not ApiKey.objects.exists()
