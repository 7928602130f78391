// Takes the request's body as it comes and answers `bytes N`. wasi:http 0.2, and no WASI preview 1.
#define TAKES_PIECES
#include "wasi_http.h"

static uint64_t total;
static char line[32];

static void take_piece(const char *bytes, size_t count) {
    (void)bytes;
    total += count;
}

static void handle_request(const request *asked, answer *answer) {
    (void)asked;
    char *start = line + sizeof line;
    *--start = '\n';
    do *--start = (char)('0' + total % 10);
    while ((total /= 10) > 0);
    start -= 6;
    memcpy(start, "bytes ", 6);
    answer->body = (text){start, (size_t)(line + sizeof line - start)};
    add_field(answer, "content-type", "text/plain");
}
