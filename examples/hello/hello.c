// The smallest useful function: a CGI head, an empty line, a body.
#include <unistd.h>

int main(void) {
    static const char answer[] = "Content-Type: text/plain\n\nHello from Martlet\n";
    return write(STDOUT_FILENO, answer, sizeof answer - 1) < 0;
}
