// The head that the query asks for: `?status=404&x-kind=missing` gives `status: 404` and `x-kind: missing`. Nothing is
// decoded. An empty query gives an empty stdout.
#include "cgi.h"

int main(int argc, char **argv) {
    const char *rest = query(argc, argv);
    if (!*rest) return 0;
    while (*rest) {
        size_t length = strcspn(rest, "&");
        size_t name = strcspn(rest, "=&");
        say_bytes(rest, name);
        if (name < length) {
            say(": ");
            say_bytes(rest + name + 1, length - name - 1);
        }
        say("\n");
        rest += length;
        if (*rest == '&') rest++;
    }
    say("\nas asked\n");
    return 0;
}
