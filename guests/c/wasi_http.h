// wasi:http/incoming-handler@0.2.0 without generated bindings: the canonical ABI by hand. A guest defines
// `handle_request`, which writes the body of the answer.
#pragma once
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#define IMPORT(module, name) __attribute__((import_module(module), import_name(name)))
#define EXPORT(name) __attribute__((export_name(name)))
#define TYPES "wasi:http/types@0.2.0"
#define STREAMS "wasi:io/streams@0.2.0"

typedef struct { char *bytes; size_t count; } text;

IMPORT(TYPES, "[method]incoming-request.path-with-query") void request_path(int32_t request, void *result);
IMPORT(TYPES, "[resource-drop]incoming-request") void drop_request(int32_t request);
IMPORT(TYPES, "[constructor]fields") int32_t new_fields(void);
IMPORT(TYPES, "[constructor]outgoing-response") int32_t new_response(int32_t fields);
IMPORT(TYPES, "[method]outgoing-response.body") void response_body(int32_t response, void *result);
IMPORT(TYPES, "[method]outgoing-body.write") void body_write(int32_t body, void *result);
IMPORT(TYPES, "[static]outgoing-body.finish")
void body_finish(int32_t body, int32_t has_trailers, int32_t trailers, void *result);
IMPORT(TYPES, "[static]response-outparam.set")
void outparam_set(int32_t out, int32_t is_error, int32_t response, int32_t a, int64_t b, int32_t c, int32_t d,
                  int32_t e, int32_t f);
IMPORT(STREAMS, "[method]output-stream.blocking-write-and-flush")
void stream_write(int32_t stream, const void *bytes, size_t count, void *result);
IMPORT(STREAMS, "[resource-drop]output-stream") void drop_stream(int32_t stream);

EXPORT("cabi_realloc") void *cabi_realloc(void *old, size_t old_size, size_t alignment, size_t size) {
    (void)old_size;
    return size == 0 ? (void *)alignment : realloc(old, size);
}

/// The body of the answer to a request for `path`; at most 4096 bytes are sent.
static text handle_request(text path);

EXPORT("wasi:http/incoming-handler@0.2.0#handle") void handle(int32_t request, int32_t out) {
    union { uint8_t bytes[64]; uint32_t words[16]; } result;
    request_path(request, &result);
    text path = {"/", 1};
    if (result.bytes[0]) path = (text){(char *)result.words[1], result.words[2]};
    drop_request(request);
    text answer = handle_request(path);
    int32_t response = new_response(new_fields());
    response_body(response, &result);
    int32_t body = result.words[1];
    outparam_set(out, 0, response, 0, 0, 0, 0, 0, 0);
    body_write(body, &result);
    int32_t stream = result.words[1];
    stream_write(stream, answer.bytes, answer.count > 4096 ? 4096 : answer.count, &result);
    drop_stream(stream);
    body_finish(body, 0, 0, &result);
}
