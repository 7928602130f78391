// Opens the first pre-opened folder over and over until it is refused, then answers `opened N, then ERRNO` (a number
// of the snapshot's `errno`). The descriptors stay open: the host has to close them.
#include "cgi.h"
#include <wasi/api.h>

int main(void) {
    enum { firstPreopen = 3 };
    uint64_t opened = 0;
    __wasi_errno_t error;
    for (;;) {
        __wasi_fd_t descriptor;
        error = __wasi_path_open(
            firstPreopen, 0, ".", __WASI_OFLAGS_DIRECTORY, __WASI_RIGHTS_FD_READDIR, 0, 0, &descriptor);
        if (error != 0) break;
        opened++;
    }
    say(PLAIN_HEAD "opened ");
    say_number(opened);
    say(", then ");
    say_number(error);
    say("\n");
    return 0;
}
