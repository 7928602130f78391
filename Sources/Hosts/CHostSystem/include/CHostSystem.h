// System calls that Swift cannot reach itself: variadic ones, ones without a C library wrapper, and ones that
// differ between Linux and Darwin. Each returns -1 and sets errno on failure, like the call it stands for.
#ifndef C_HOST_SYSTEM_H
#define C_HOST_SYSTEM_H

#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

// What `martlet_open_beneath` may do besides staying beneath: see openat2(2).
#define MARTLET_OPEN_CACHED_ONLY 1

// openat2 with RESOLVE_BENEATH and RESOLVE_NO_MAGICLINKS; ENOSYS where the kernel lacks it.
int martlet_open_beneath(int directory, const char *path, int flags, unsigned mode, int how);

// openat, which is variadic.
int martlet_openat(int directory, const char *path, int flags, unsigned mode);

// O_PATH where there is one, else O_RDONLY.
int martlet_open_path_flag(void);

// One read or write at `offset`, or at the descriptor's own position for -1, that fails with EAGAIN rather than wait
// for a disk, and with EOPNOTSUPP where the system cannot promise that.
ssize_t martlet_read_nowait(int descriptor, void *bytes, size_t count, int64_t offset);
ssize_t martlet_write_nowait(int descriptor, const void *bytes, size_t count, int64_t offset);

// Packed directory entries as getdents64 gives them, from the descriptor's own position; 0 at the end.
ssize_t martlet_read_directory(int descriptor, void *bytes, size_t count);

// Fills `bytes` with random bytes from the kernel; 0 on success.
int martlet_random(void *bytes, size_t count);

// Tells the allocator how much of what was freed to keep: blocks up to `block` bytes, and `arena` bytes at the end of
// each arena. Does nothing where the allocator cannot be told.
void martlet_limit_free_memory(int block, int arena);

// Gives memory that was freed back to the system, where the allocator kept it.
void martlet_return_free_memory(void);

int martlet_get_status_flags(int descriptor);
int martlet_set_status_flags(int descriptor, int flags);

// accept and pipe, with both new ends close-on-exec and non-blocking.
int martlet_accept(int descriptor);
int martlet_pipe(int ends[2]);

// send that neither waits nor raises a signal.
ssize_t martlet_send(int descriptor, const void *bytes, size_t count);

// Bytes that a read would find at once (FIONREAD).
int martlet_readable_bytes(int descriptor);

// fallocate without the C library's emulation; EOPNOTSUPP where the file system cannot.
int martlet_allocate(int descriptor, int64_t offset, int64_t length);

// posix_fadvise with WASI's numbering of the advice; does nothing where there is none.
int martlet_advise(int descriptor, int64_t offset, int64_t length, int advice);

// Looks the addresses of a host name up, blocking. Writes at most `max` records of 17 bytes: 4 or 6, then the address,
// most significant byte first. Gives their number, or -1 times one of the numbers below.
#define MARTLET_RESOLVE_NOT_FOUND 1
#define MARTLET_RESOLVE_TEMPORARY 2
#define MARTLET_RESOLVE_FAILED 3
int martlet_resolve(const char *name, uint8_t *records, int max);

// A socket address: 4 or 16 bytes of address in network order, everything else in host order.
struct martlet_address {
    uint8_t is_version6;
    uint8_t bytes[16];
    uint16_t port;
    uint32_t flow;
    uint32_t scope;
};

// A new socket, non-blocking and close-on-exec; version 6 sockets speak version 6 only.
int martlet_socket(int is_version6, int is_datagram);

// bind, for streams with SO_REUSEADDR.
int martlet_bind(int descriptor, const struct martlet_address *address);

// connect; a null address dissolves a datagram socket's association.
int martlet_connect(int descriptor, const struct martlet_address *address);

int martlet_local_address(int descriptor, struct martlet_address *address);
int martlet_remote_address(int descriptor, struct martlet_address *address);

// One datagram from anybody, and one to the address, or to the peer for null.
ssize_t martlet_receive_from(int descriptor, void *bytes, size_t count, struct martlet_address *from);
ssize_t martlet_send_to(int descriptor, const void *bytes, size_t count, const struct martlet_address *to);

// Options of sockets that both systems have under different names and levels.
#define MARTLET_OPTION_ERROR 0
#define MARTLET_OPTION_KEEP_ALIVE 1
#define MARTLET_OPTION_KEEP_ALIVE_IDLE 2
#define MARTLET_OPTION_KEEP_ALIVE_INTERVAL 3
#define MARTLET_OPTION_KEEP_ALIVE_COUNT 4
#define MARTLET_OPTION_HOP_LIMIT_4 5
#define MARTLET_OPTION_HOP_LIMIT_6 6
#define MARTLET_OPTION_RECEIVE_BUFFER 7
#define MARTLET_OPTION_SEND_BUFFER 8
int martlet_get_option(int descriptor, int option, int *value);
int martlet_set_option(int descriptor, int option, int value);

#endif
