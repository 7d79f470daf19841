"""What the server answers, and what the page may ask for: nothing from elsewhere."""

# The page is the framework's: its scripts are in it, and pictures are data. Nothing is from another host.
POLICY = (
    "default-src 'self' 'unsafe-inline' 'unsafe-eval'; img-src 'self' data: blob:; media-src 'self' data: blob:; "
    "connect-src 'self' data: blob:; font-src 'self' data:; worker-src 'self' blob:; object-src 'none'; "
    "form-action 'self'; base-uri 'self'"
)
HEADERS = ((b"content-security-policy", POLICY.encode()), (b"referrer-policy", b"no-referrer"))
# Ways of the framework's to let this machine fetch addresses of others.
FETCHING = ("/file=http:", "/file=https:", "/proxy=")


class Fences:
    """ASGI middleware: a policy for browsers with every answer, and no answer to requests to fetch from elsewhere."""

    def __init__(self, app):
        self.app = app

    async def __call__(self, scope, receive, send):
        if scope["type"] == "http" and any(one in scope["path"] for one in FETCHING):
            await send({"type": "http.response.start", "status": 403, "headers": list(HEADERS)})
            await send({"type": "http.response.body", "body": b""})
            return

        async def send_with_policy(message):
            if message["type"] == "http.response.start":
                message = {**message, "headers": [*message.get("headers", ()), *HEADERS]}
            await send(message)

        await self.app(scope, receive, send_with_policy if scope["type"] == "http" else send)
