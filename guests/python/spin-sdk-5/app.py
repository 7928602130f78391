# Spin's SDK for Python 5 (wasi:http 0.3): says hello.
from spin_sdk import http
from spin_sdk.http import Request, Response


class HttpHandler(http.Handler):
    async def handle_request(self, request: Request) -> Response:
        return Response(200, {"content-type": "text/plain"}, b"Hello from the Spin SDK\n")
