// What the guests share: writing whole texts to stdout, the empty line after the head, and the query.
#pragma once
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define PLAIN_HEAD "Content-Type: text/plain\n\n"

// Writes all of it; 0 when stdout refuses.
static inline int say_bytes(const char *bytes, size_t length) {
    while (length > 0) {
        ssize_t written = write(STDOUT_FILENO, bytes, length);
        if (written <= 0) return 0;
        bytes += written;
        length -= (size_t)written;
    }
    return 1;
}

static inline int say(const char *text) { return say_bytes(text, strlen(text)); }

static inline int say_number(uint64_t number) {
    char digits[20];
    size_t first = sizeof digits;
    do {
        digits[--first] = (char)('0' + number % 10);
        number /= 10;
    } while (number > 0);
    return say_bytes(digits + first, sizeof digits - first);
}

// The query string, or the last argument of a command, or "".
static inline const char *query(int argc, char **argv) {
    const char *text = getenv("QUERY_STRING");
    if (text) return text;
    return argc > 1 ? argv[argc - 1] : "";
}
