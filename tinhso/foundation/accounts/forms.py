"""allauth's forms with what our pages need beside them."""

from allauth.account.forms import LoginForm as AllauthLoginForm

from tinhso.foundation.accounts.vneid import mode


class LoginForm(AllauthLoginForm):
    """Knows whether VNeID can be used, real or stand-in."""

    @property
    def vneid_mode(self) -> str:
        """`real`, `stand_in`, or empty."""
        return mode.current_mode()
