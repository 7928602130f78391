// Exits with the number in the query or the last argument, after an answer (`?7`) or without one (`?silent7`).
#include "cgi.h"

int main(int argc, char **argv) {
    const char *text = query(argc, argv);
    if (strncmp(text, "silent", 6) == 0) {
        text += 6;
    } else {
        say(PLAIN_HEAD "exit ");
        say(text);
        say("\n");
    }
    exit(atoi(text));
}
