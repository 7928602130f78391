// Answers with the request's body, piece by piece as it comes.
#include "cgi.h"

int main(void) {
    static char piece[16384];
    const char *type = getenv("CONTENT_TYPE");
    say("Content-Type: ");
    say(type && *type ? type : "application/octet-stream");
    say("\n\n");
    for (;;) {
        ssize_t count = read(STDIN_FILENO, piece, sizeof piece);
        if (count == 0) return 0;
        if (count < 0 || !say_bytes(piece, (size_t)count)) return 1;
    }
}
