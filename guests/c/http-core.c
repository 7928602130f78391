// A core module that speaks wasi:http 0.2 by the names of its functions, and WASI preview 1 beside it: answers with
// the path, the variable GREETING and the time, and writes the path to its log.
#include "wasi_http.h"

#include <stdio.h>
#include <time.h>

static void handle_request(const request *asked, answer *answer) {
    const char *greeting = getenv("GREETING");
    int count = (int)asked->target.count;
    fprintf(stderr, "asked for %.*s\n", count, asked->target.bytes);
    answer->body.bytes = malloc(asked->target.count + 512);
    answer->body.count = sprintf(answer->body.bytes, "%s %.*s %d\n", greeting ? greeting : "-", count,
                                 asked->target.bytes, time(NULL) > 1700000000);
}
