# Spin's SDK for Python 3 (wasi:http 0.2): says hello, echoes the body of a POST; the key-value store counts at /kv.
from spin_sdk import key_value
from spin_sdk.http import IncomingHandler, Request, Response

PLAIN = {"content-type": "text/plain"}


class IncomingHandler(IncomingHandler):
    def handle_request(self, request: Request) -> Response:
        if request.uri == "/kv":
            with key_value.open_default() as store:
                count = int(store.get("count") or b"0") + 1
                store.set("count", str(count).encode())
                return Response(200, PLAIN, f"count={count}\n".encode())
        if request.method == "POST":
            return Response(200, PLAIN, request.body)
        return Response(200, PLAIN, f"Hello from the Spin SDK, {request.method} {request.uri}\n".encode())
