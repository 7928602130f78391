// Answers with all that it was given: `argument TEXT` and `environment NAME=VALUE`, a line each.
#include "cgi.h"

extern char **environ;

int main(int argc, char **argv) {
    say(PLAIN_HEAD);
    for (int index = 0; index < argc; index++) {
        say("argument ");
        say(argv[index]);
        say("\n");
    }
    for (char **entry = environ; entry && *entry; entry++) {
        say("environment ");
        say(*entry);
        say("\n");
    }
    return 0;
}
