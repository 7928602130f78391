// Says nothing before the whole body is there, however long that takes; then answers `bytes N`.
#include "cgi.h"

int main(void) {
    static char piece[16384];
    uint64_t total = 0;
    for (;;) {
        ssize_t count = read(STDIN_FILENO, piece, sizeof piece);
        if (count < 0) return 1;
        if (count == 0) break;
        total += (uint64_t)count;
    }
    say(PLAIN_HEAD "bytes ");
    say_number(total);
    say("\n");
    return 0;
}
