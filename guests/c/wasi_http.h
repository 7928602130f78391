// wasi:http/incoming-handler@0.2.0 without generated bindings: the canonical ABI by hand. A guest defines
// `handle_request`, which is given the whole request and writes the whole answer. One that defines TAKES_PIECES defines
// `take_piece` too, and gets the body through that.
#pragma once
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#define IMPORT(module, name) __attribute__((import_module(module), import_name(name)))
#define EXPORT(name) __attribute__((export_name(name)))
#define TYPES "wasi:http/types@0.2.0"
#define STREAMS "wasi:io/streams@0.2.0"
#define MOST_FIELDS 16

typedef struct { char *bytes; size_t count; } text;
typedef struct { text name, value; } field;
typedef struct { text method, target; const field *fields; size_t field_count; text body; } request;
typedef struct { int32_t status; field fields[MOST_FIELDS]; size_t field_count; text body; } answer;

/// Where a function that returns more than a number puts it; `bytes[0]` tells a result's or an option's cases apart.
typedef union { uint8_t bytes[64]; uint32_t words[16]; uint64_t longs[8]; } returned;

IMPORT(TYPES, "[method]incoming-request.method") void request_method(int32_t request, returned *result);
IMPORT(TYPES, "[method]incoming-request.path-with-query") void request_target(int32_t request, returned *result);
IMPORT(TYPES, "[method]incoming-request.headers") int32_t request_fields(int32_t request);
IMPORT(TYPES, "[method]incoming-request.consume") void request_body(int32_t request, returned *result);
IMPORT(TYPES, "[resource-drop]incoming-request") void drop_request(int32_t request);
IMPORT(TYPES, "[method]fields.entries") void field_entries(int32_t fields, returned *result);
IMPORT(TYPES, "[static]fields.from-list") void fields_from_list(const field *list, size_t count, returned *result);
IMPORT(TYPES, "[resource-drop]fields") void drop_fields(int32_t fields);
IMPORT(TYPES, "[method]incoming-body.stream") void body_stream(int32_t body, returned *result);
IMPORT(TYPES, "[resource-drop]incoming-body") void drop_body(int32_t body);
IMPORT(TYPES, "[constructor]outgoing-response") int32_t new_response(int32_t fields);
IMPORT(TYPES, "[method]outgoing-response.set-status-code") int32_t set_status(int32_t response, int32_t status);
IMPORT(TYPES, "[method]outgoing-response.body") void response_body(int32_t response, returned *result);
IMPORT(TYPES, "[method]outgoing-body.write") void body_write(int32_t body, returned *result);
IMPORT(TYPES, "[static]outgoing-body.finish")
void body_finish(int32_t body, int32_t has_trailers, int32_t trailers, returned *result);
IMPORT(TYPES, "[static]response-outparam.set")
void outparam_set(int32_t out, int32_t is_error, int32_t response, int32_t a, int64_t b, int32_t c, int32_t d,
                  int32_t e, int32_t f);
IMPORT(STREAMS, "[method]input-stream.blocking-read") void stream_read(int32_t stream, int64_t most, returned *result);
IMPORT(STREAMS, "[resource-drop]input-stream") void drop_input(int32_t stream);
IMPORT(STREAMS, "[method]output-stream.blocking-write-and-flush")
void stream_write(int32_t stream, const void *bytes, size_t count, returned *result);
IMPORT(STREAMS, "[resource-drop]output-stream") void drop_output(int32_t stream);
IMPORT("wasi:io/error@0.2.0", "[resource-drop]error") void drop_error(int32_t error);

EXPORT("cabi_realloc") void *cabi_realloc(void *old, size_t old_size, size_t alignment, size_t size) {
    (void)old_size;
    if (size == 0) return (void *)alignment;
    void *block = realloc(old, size);
    if (!block) __builtin_trap();
    return block;
}

/// Writes the answer; its texts may be anything that stays until the program ends.
static void handle_request(const request *asked, answer *answer);

#ifdef TAKES_PIECES
static void take_piece(const char *bytes, size_t count);
#endif

static inline text literal(const char *bytes) { return (text){(char *)bytes, strlen(bytes)}; }

static inline void add_field(answer *answer, const char *name, const char *value) {
    if (answer->field_count == MOST_FIELDS) return;
    answer->fields[answer->field_count++] = (field){literal(name), literal(value)};
}

/// The case of a stream's error: the last operation failed, and there is an error to drop.
static void forget_error(const returned *result) {
    if (result->bytes[4] == 0) drop_error((int32_t)result->words[2]);
}

static text read_method(int32_t asked) {
    static const char *const names[] = {"GET", "HEAD", "POST", "PUT", "DELETE", "CONNECT", "OPTIONS", "TRACE", "PATCH"};
    returned result;
    request_method(asked, &result);
    if (result.bytes[0] < sizeof names / sizeof *names) return literal(names[result.bytes[0]]);
    return (text){(char *)result.words[1], result.words[2]};
}

static text read_body(int32_t asked) {
    returned result;
    text all = {0, 0};
    size_t room = 0;
    request_body(asked, &result);
    if (result.bytes[0]) return all;
    int32_t body = (int32_t)result.words[1];
    body_stream(body, &result);
    int32_t stream = (int32_t)result.words[1];
    for (;;) {
        stream_read(stream, 65536, &result);
        if (result.bytes[0]) break;
        size_t count = result.words[2];
#ifdef TAKES_PIECES
        take_piece((const char *)result.words[1], count);
        (void)room;
#else
        if (all.count + count > room) all.bytes = cabi_realloc(all.bytes, 0, 1, room = (all.count + count) * 2);
        memcpy(all.bytes + all.count, (void *)result.words[1], count);
        all.count += count;
#endif
        free((void *)result.words[1]);
    }
    forget_error(&result);
    drop_input(stream);
    drop_body(body);
    return all;
}

static void send_answer(int32_t out, const answer *answer) {
    returned result;
    fields_from_list(answer->fields, answer->field_count, &result);
    if (result.bytes[0]) __builtin_trap();
    int32_t response = new_response((int32_t)result.words[1]);
    if (set_status(response, answer->status)) __builtin_trap();
    response_body(response, &result);
    int32_t body = (int32_t)result.words[1];
    outparam_set(out, 0, response, 0, 0, 0, 0, 0, 0);
    body_write(body, &result);
    int32_t stream = (int32_t)result.words[1];
    for (size_t sent = 0; sent < answer->body.count;) {
        // What this function takes at most.
        size_t count = answer->body.count - sent > 4096 ? 4096 : answer->body.count - sent;
        stream_write(stream, answer->body.bytes + sent, count, &result);
        if (result.bytes[0]) {
            forget_error(&result);
            break;
        }
        sent += count;
    }
    drop_output(stream);
    body_finish(body, 0, 0, &result);
}

EXPORT("wasi:http/incoming-handler@0.2.0#handle") void handle(int32_t incoming, int32_t out) {
    returned result;
    request asked = {.method = read_method(incoming), .target = literal("/")};
    request_target(incoming, &result);
    if (result.bytes[0]) asked.target = (text){(char *)result.words[1], result.words[2]};
    int32_t fields = request_fields(incoming);
    field_entries(fields, &result);
    asked.fields = (const field *)result.words[0];
    asked.field_count = result.words[1];
    drop_fields(fields);
    asked.body = read_body(incoming);
    drop_request(incoming);
    answer given = {.status = 200};
    handle_request(&asked, &given);
    send_answer(out, &given);
}
