"""Answers have a policy for browsers, and this machine fetches nothing for others."""

import asyncio

import pytest

from fast_style.common.app.fences import Fences


def answer(path):
    """(status, headers) of a request through the middleware, before an app that answers 200."""
    sent = []

    async def app(scope, receive, send):
        await send({"type": "http.response.start", "status": 200, "headers": [(b"x", b"y")]})
        await send({"type": "http.response.body", "body": b"ok"})

    async def send(message):
        sent.append(message)

    asyncio.run(Fences(app)({"type": "http", "path": path}, None, send))
    return sent[0]["status"], dict(sent[0]["headers"])


def test_every_answer_has_the_policy():
    status, headers = answer("/")
    assert status == 200
    assert headers[b"x"] == b"y"
    policy = headers[b"content-security-policy"].decode()
    assert "default-src 'self'" in policy
    assert "http" not in policy


@pytest.mark.parametrize("path", ["/gradio_api/file=http://a.org/b", "/file=https://a.org/b", "/proxy=https://a.org"])
def test_nothing_is_fetched_from_elsewhere(path):
    status, headers = answer(path)
    assert status == 403
    assert b"content-security-policy" in headers
