# wasi:http 0.3: says hello with the path from a task that goes on after the answer has begun.
import componentize_py_async_support
import wit_world
from componentize_py_types import Ok
from wit_world import exports
from wit_world.imports.wasi_http_types import Fields, Request, Response


async def send(writer, data):
    with writer:
        await writer.write_all(data)


class Handler(exports.Handler):
    async def handle(self, request: Request) -> Response:
        writer, reader = wit_world.byte_stream()
        text = f"Hello from Python, path={request.get_path_with_query()}\n"
        componentize_py_async_support.spawn(send(writer, text.encode()))
        # There are no trailers.
        trailers = wit_world.result_option_wasi_http_types_fields_wasi_http_types_error_code_future(lambda: Ok(None))
        fields = Fields.from_list([("content-type", b"text/plain"), ("x-guest", b"python")])
        return Response.new(fields, reader, trailers[1])[0]
