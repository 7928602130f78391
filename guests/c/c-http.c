// Answers with what it was asked: method, target, fields and body. wasi:http 0.2, and no WASI preview 1.
#include "wasi_http.h"

static text all;

static void say(text piece) {
    memcpy(all.bytes + all.count, piece.bytes, piece.count);
    all.count += piece.count;
}

static void handle_request(const request *asked, answer *answer) {
    size_t most = asked->method.count + asked->target.count + asked->body.count + 8;
    for (size_t index = 0; index < asked->field_count; index++)
        most += asked->fields[index].name.count + asked->fields[index].value.count + 4;
    all = (text){malloc(most), 0};
    if (!all.bytes) __builtin_trap();
    say(asked->method);
    say(literal("\n"));
    say(asked->target);
    say(literal("\n"));
    for (size_t index = 0; index < asked->field_count; index++) {
        say(asked->fields[index].name);
        say(literal(": "));
        say(asked->fields[index].value);
        say(literal("\n"));
    }
    say(literal("\n"));
    say(asked->body);
    answer->body = all;
    add_field(answer, "content-type", "text/plain");
    add_field(answer, "x-guest", "c");
}
