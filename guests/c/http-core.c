// A core module that speaks wasi:http 0.2 by the names of its functions, and WASI preview 1 beside it: answers with
// the path, the variable GREETING and the time, and writes the path to its log.
#include "wasi_http.h"

#include <stdio.h>
#include <time.h>

static text handle_request(text path) {
    const char *greeting = getenv("GREETING");
    fprintf(stderr, "asked for %.*s\n", (int)path.count, path.bytes);
    char *answer = malloc(path.count + 512);
    int count = sprintf(answer, "%s %.*s %d\n", greeting ? greeting : "-", (int)path.count, path.bytes,
                        time(NULL) > 1700000000);
    return (text){answer, (size_t)count};
}
