// What Embedded Swift needs of a C library where there is none: memory, in blocks of powers of two that are used again.
typedef __SIZE_TYPE__ size;
typedef unsigned char byte;

// Set by the linker: where memory begins that nobody uses.
extern byte __heap_base;

enum { page = 65536, head = 16, kinds = sizeof(size) * 8 };

struct block { struct block *next; };
static struct block *unused[kinds];
static size top;

static void *extend(size count) {
    if (!top) top = ((size)&__heap_base + head - 1) & ~(size)(head - 1);
    size have = __builtin_wasm_memory_size(0) * page;
    if (count > (size)-1 - page - top) return 0;
    size end = top + count;
    if (end > have && __builtin_wasm_memory_grow(0, (end - have + page - 1) / page) == (size)-1) return 0;
    void *block = (void *)top;
    top = end;
    return block;
}

void *malloc(size count) {
    if (count > (size)-1 / 4) return 0;
    int kind = 5;
    while (((size)1 << kind) < count + head) kind++;
    byte *block = (byte *)unused[kind];
    if (block) unused[kind] = unused[kind]->next;
    else block = extend((size)1 << kind);
    if (!block) return 0;
    // In front of what is given stand the kind, and the way back to the block's beginning.
    size *given = (size *)(block + head);
    given[-1] = (size)kind;
    given[-2] = head;
    return given;
}

int posix_memalign(void **result, size alignment, size count) {
    if (alignment <= head) return (*result = malloc(count)) ? 0 : 12;
    byte *block = count > (size)-1 - alignment ? 0 : malloc(count + alignment);
    if (!block) return 12;
    byte *given = (byte *)(((size)block + alignment - 1) & ~(alignment - 1));
    if (given != block) {
        ((size *)given)[-1] = ((size *)block)[-1];
        ((size *)given)[-2] = (size)(given - block) + head;
    }
    *result = given;
    return 0;
}

void free(void *given) {
    if (!given) return;
    size kind = ((size *)given)[-1];
    struct block *block = (struct block *)((byte *)given - ((size *)given)[-2]);
    block->next = unused[kind];
    unused[kind] = block;
}

// The compiler turns these into instructions; calls remain where it does not know the length.
void *memcpy(void *to, const void *from, size count) { return __builtin_memcpy(to, from, count); }
void *memmove(void *to, const void *from, size count) { return __builtin_memmove(to, from, count); }
void *memset(void *to, int value, size count) { return __builtin_memset(to, value, count); }

int memcmp(const void *left, const void *right, size count) {
    const byte *a = left, *b = right;
    for (; count; count--, a++, b++)
        if (*a != *b) return *a - *b;
    return 0;
}
