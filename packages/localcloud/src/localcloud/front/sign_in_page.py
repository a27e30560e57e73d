"""Make the page to sign in at: a form without scripts, which may lead to the client's page and nowhere else."""

from __future__ import annotations

import base64
import hashlib
import html

from localcloud.front.http import Response

# For whatever is of somebody who signs in.
PRIVATE = {
    "cache-control": "no-store",
    "referrer-policy": "no-referrer",
    "x-content-type-options": "nosniff",
}
_STYLE = (
    "body{font:16px/1.5 sans-serif;max-width:22em;margin:4em auto;padding:0 1em}"
    "input,button{font:inherit;display:block;width:100%;box-sizing:border-box;padding:.5em;margin:.25em 0 1em}"
)
_STYLE_HASH = base64.b64encode(hashlib.sha256(_STYLE.encode()).digest()).decode()
_CHOICE_FIELD = '<label>New password<input name="new_password" type="password" autocomplete="new-password" required></label>'


def form(action: str, follows: str, told: str, status: int, *, new_password: bool) -> Response:
    """Return the page with the form that is sent to `action`; `follows` is the origin that it leads to."""
    body = (
        f'<p role="alert">{html.escape(told)}</p>'
        f'<form method="post" action="{html.escape(action)}">'
        '<label>Email<input name="username" type="email" autocomplete="username" required autofocus></label>'
        '<label>Password<input name="password" type="password" autocomplete="current-password" required></label>'
        f"{_CHOICE_FIELD if new_password else ''}<button>Sign in</button></form>"
    )
    return page(status, body, follows)


def page(status: int, body: str, follows: str = "") -> Response:
    """Return a page; `follows` is the origin that answering its form may lead to."""
    text = (
        '<!doctype html><html lang="en"><meta charset="utf-8"><title>Sign in</title>'
        f"<style>{_STYLE}</style><h1>Sign in</h1>{body}</html>"
    )
    policy = (
        f"default-src 'none'; style-src 'sha256-{_STYLE_HASH}'; form-action 'self' {follows}; "
        "base-uri 'none'; frame-ancestors 'none'"
    )
    headers = {"content-type": "text/html; charset=utf-8", "content-security-policy": policy, **PRIVATE}
    return Response(status, headers, text.encode())
