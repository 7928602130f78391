// Writes a head without an end: one endless line, or with the query `lines` endless short ones.
// Exits with 1 when stdout refuses.
#include "cgi.h"

int main(int argc, char **argv) {
    int lines = strcmp(query(argc, argv), "lines") == 0;
    say("Content-Type: text/plain\n");
    if (!lines) say("X-Filler: ");
    while (say(lines ? "X-Filler: x\n" : "xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx")) {
    }
    return 1;
}
