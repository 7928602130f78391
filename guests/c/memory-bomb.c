// Takes memory page by page, touching each, until it is refused; then answers `pages N`, the pages it then has.
#include "cgi.h"

int main(void) {
    enum { pageSize = 65536 };
    for (;;) {
        size_t page = __builtin_wasm_memory_grow(0, 1);
        if (page == SIZE_MAX) break;
        *(volatile char *)(page * pageSize) = 1;
    }
    say(PLAIN_HEAD "pages ");
    say_number(__builtin_wasm_memory_size(0));
    say("\n");
    return 0;
}
