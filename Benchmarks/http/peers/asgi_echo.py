"""A bare ASGI application (no framework) that answers POST /echo with the body that came:
    uvicorn --loop uvloop --http httptools --no-access-log --timeout-keep-alive 600 --port PORT asgi_echo:app"""


async def app(scope, receive, send):
    if scope["type"] != "http":
        return
    body, more = b"", True
    while more:
        message = await receive()
        body, more = body + message.get("body", b""), message.get("more_body", False)
    headers = [(b"content-type", b"application/json"), (b"content-length", str(len(body)).encode())]
    await send({"type": "http.response.start", "status": 200 if scope["path"] == "/echo" else 404, "headers": headers})
    await send({"type": "http.response.body", "body": body})
