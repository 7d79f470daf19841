"""An app that others reach has a password."""

import pytest

from fast_style.common.app.settings import PASSWORD_VARIABLE, AppSettings
from fast_style.common.errors import UserError


@pytest.fixture(autouse=True)
def no_password(monkeypatch):
    monkeypatch.delenv(PASSWORD_VARIABLE, raising=False)


@pytest.mark.parametrize("address", ["0.0.0.0", "::", "192.168.0.7", "", "127.0.0.1.example.org"])
def test_beyond_this_machine_a_password_is_asked_for(address):
    with pytest.raises(UserError, match="--listen: expected --password"):
        AppSettings(listen=address).check_password()
    AppSettings(listen=address, password="long enough").check_password()


def test_on_this_machine_none_is_needed():
    AppSettings().check_password()
    AppSettings(listen="localhost").check_password()


def test_a_password_is_long_and_may_be_in_the_environment(monkeypatch):
    with pytest.raises(UserError, match="--password: expected at least 8 characters. Received: 5"):
        AppSettings(password="short").check_password()
    monkeypatch.setenv(PASSWORD_VARIABLE, "out of sight")
    AppSettings(listen="0.0.0.0").check_password()
    assert AppSettings(password="the one given").password == "the one given"
