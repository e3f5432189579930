"""Addresses of signing in and of the account page; those that the library would add and that nobody needs
are absent.
"""

from allauth.account import views as library
from allauth.account.decorators import reauthentication_required
from allauth.mfa.base import views as factors
from allauth.mfa.recovery_codes import views as codes
from allauth.mfa.totp import views as totp
from allauth.mfa.webauthn import views as keys
from django.urls import path

from maillage.manage.sign_in import account, openid_connect
from maillage.manage.sign_in.account import own

urlpatterns = [
    path("connexion/", account.SignIn.as_view(), name="account_login"),
    path("connexion/code/", library.request_login_code, name="account_request_login_code"),
    path("connexion/code/saisir/", library.confirm_login_code, name="account_confirm_login_code"),
    path("connexion/cle/", keys.login_webauthn, name="mfa_login_webauthn"),
    path("connexion/verifier/", factors.authenticate, name="mfa_authenticate"),
    path("connexion/fermee/", library.account_inactive, name="account_inactive"),
    path("connexion/ailleurs/", openid_connect.enter, name="federation"),
    path("connexion/ailleurs/retour/", openid_connect.back, name="federation_back"),
    path("connexion/ailleurs/abandon/", openid_connect.back_to_sign_in, name="socialaccount_login_cancelled"),
    path("deconnexion/", library.logout, name="account_logout"),
    path("deconnexion/ailleurs/", openid_connect.out, name="federation_out"),
    path("compte/", account.account, name="account_home"),
    path("compte/presence/", account.presence, name="presence"),
    path("compte/reprendre/", account.resume, name="resume"),
    path("compte/reprendre/oublier/", account.forget, name="resume_forget"),
    path("compte/connexions/fermer/", account.end, name="sessions_end"),
    path("compte/appareil/", account.device, name="session_device"),
    path("compte/confirmer/", library.reauthenticate, name="account_reauthenticate"),
    path("compte/confirmer/code/", factors.reauthenticate, name="mfa_reauthenticate"),
    path("compte/confirmer/cle/", keys.reauthenticate_webauthn, name="mfa_reauthenticate_webauthn"),
    path("compte/mot-de-passe/", own(account.Password.as_view()), name="account_change_password"),
    path(
        "compte/mot-de-passe/choisir/",
        own(reauthentication_required(library.password_set)),
        name="account_set_password",
    ),
    path("compte/protection/", account.Factors.as_view(), name="mfa_index"),
    path("compte/protection/application/", own(account.AddApplication.as_view()), name="mfa_activate_totp"),
    path("compte/protection/application/retirer/", own(totp.deactivate_totp), name="mfa_deactivate_totp"),
    path("compte/protection/cles/", account.Factors.as_view(), name="mfa_list_webauthn"),
    path("compte/protection/cles/ajouter/", own(account.AddKey.as_view()), name="mfa_add_webauthn"),
    path("compte/protection/cles/<int:pk>/nom/", own(keys.edit_webauthn), name="mfa_edit_webauthn"),
    path("compte/protection/cles/<int:pk>/retirer/", own(keys.remove_webauthn), name="mfa_remove_webauthn"),
    path("compte/protection/codes/", account.RecoveryCodes.as_view(), name="mfa_view_recovery_codes"),
    path(
        "compte/protection/codes/nouveaux/",
        own(codes.generate_recovery_codes),
        name="mfa_generate_recovery_codes",
    ),
    path(
        "compte/protection/codes/maillage.txt",
        codes.download_recovery_codes,
        name="mfa_download_recovery_codes",
    ),
]
