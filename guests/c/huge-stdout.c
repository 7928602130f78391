// Writes a body without an end. Exits with 1 when stdout refuses.
#include "cgi.h"

int main(void) {
    static char piece[4096];
    memset(piece, 'x', sizeof piece);
    say(PLAIN_HEAD);
    while (say_bytes(piece, sizeof piece)) {
    }
    return 1;
}
