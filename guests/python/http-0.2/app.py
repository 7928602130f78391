# wasi:http 0.2: says hello with the path, echoes the body of a POST piece by piece, traps at /trap.
from componentize_py_types import Err, Ok
from wit_world import exports
from wit_world.imports.streams import StreamError_Closed
from wit_world.imports.types import (
    Fields,
    IncomingBody,
    IncomingRequest,
    Method_Post,
    OutgoingBody,
    OutgoingResponse,
    ResponseOutparam,
)

PIECE = 4096


def pieces(body):
    with body.stream() as stream:
        while True:
            try:
                yield stream.blocking_read(PIECE)
            except Err as error:
                if isinstance(error.value, StreamError_Closed):
                    return
                raise


class IncomingHandler(exports.IncomingHandler):
    def handle(self, request: IncomingRequest, response_out: ResponseOutparam) -> None:
        path = request.path_with_query()
        if path == "/trap":
            raise RuntimeError("asked to")
        fields = Fields.from_list([("content-type", b"text/plain"), ("x-guest", b"python")])
        response = OutgoingResponse(fields)
        body = response.body()
        ResponseOutparam.set(response_out, Ok(response))
        with body.write() as stream:
            if isinstance(request.method(), Method_Post):
                incoming = request.consume()
                for piece in pieces(incoming):
                    stream.blocking_write_and_flush(piece)
                IncomingBody.finish(incoming)
            else:
                stream.blocking_write_and_flush(f"Hello from Python, path={path}\n".encode())
        OutgoingBody.finish(body, None)
