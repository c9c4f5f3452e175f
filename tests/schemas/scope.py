"""Which of OpenStack's operations we leave out, and which of them no cloud answers with a success; with reasons."""

LEFT_OUT = {
    "identity": {
        "OS-FEDERATION": "federation comes with a later issue",
        "OS-OAUTH1": "OAuth1 is not wanted",
        "OS-OAUTH2": "OAuth2 comes with a later issue",
        "policies": "policies are deprecated and not wanted",
        "OS-ENDPOINT-POLICY": "endpoint policy is not wanted",
        "OS-SIMPLE-CERT": "certificates of PKI tokens are not wanted",
        "config": "domain configuration comes with a later issue",
    }
}
"""By a part of their path."""

NO_SUCCESS = {
    "identity": {
        "GET /": "300 Multiple Choices",
        "GET /v3/auth/tokens/OS-PKI/revoked": "there are no PKI tokens any more",
        "GET /v3/ec2tokens": "the description is wrong: only POST",
        "GET /v3/s3tokens": "the description is wrong: only POST",
    }
}
"""What the real service never answers with 2xx either (HEAD like GET)."""


def left_out(service: str, path: str) -> str | None:
    """Why operations on a path are left out, or None."""
    parts = path.split("/")
    return next((reason for part, reason in LEFT_OUT.get(service, {}).items() if part in parts), None)


def never(service: str, method: str, path: str) -> str | None:
    """Why an operation never succeeds, or None."""
    return NO_SUCCESS.get(service, {}).get(f"{method.replace('HEAD', 'GET')} {path}")
